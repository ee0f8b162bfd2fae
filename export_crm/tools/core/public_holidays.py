"""Public holidays of a country, as the package ``holidays`` knows them.

In English, whatever language the server runs in: the names are what feasts are known
by. Imported late: the package takes half a second and only few callers need it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from . import feasts

LANGUAGE = "en_US"
# Afghanistan's calendar names the first day of Ramadan of each year.
_BEGINNINGS = ("AF", "First Day of Ramadan")


@dataclass(frozen=True)
class Calendar:
    """Public holidays of one country over some years.

    :ivar country: ISO code
    :ivar years: whole years that are covered
    :ivar days: ``{date: name}`` of the whole country
    :ivar weekend: weekdays off, 0 is Monday
    :ivar states: codes of the states that have days of their own
    """

    country: str
    years: tuple[int, ...]
    days: Mapping[date, str]
    weekend: frozenset = frozenset({5, 6})
    states: Collection[str] = field(default=())

    def local(self, state: str) -> dict[date, str]:
        """Return the days that one state alone is off."""
        found = _fetch(self.country, self.years, subdiv=state)
        return {day: name for day, name in found.items() if day not in self.days}

    @cached_property
    def names(self) -> dict[str, list[date]]:
        """Return ``{name: its days}``: those that feasts are made of.

        With customary days that are no public holidays (Carnival in Brazil), and the
        states' where a feast is theirs (Thanksgiving in Canada).
        """
        found = dict(self.days)
        for day, name in _fetch(self.country, self.years, optional=True).items():
            found.setdefault(day, name)
        if self.country in feasts.BY_STATES:
            for state in self.states:
                for day, name in self.local(state).items():
                    found[day] = f"{found[day]}; {name}" if day in found else name
        return feasts.by_name(found)

    def fasts(self) -> list[tuple[date, date]]:
        """Return first and last day of each Ramadan, by the feast that ends it."""
        eid = next(feast for feast in feasts.FEASTS if feast.code == "eid_al_fitr")
        days = [
            day
            for name in eid.names_in(self.country)
            for day in self.names.get(name, ())
        ]
        country, name = _BEGINNINGS
        known = feasts.by_name(_fetch(country, self.years)).get(name, ())
        ends = (first for first, _last in feasts.spells(days))
        return feasts.fasts(ends, known)

    @property
    def span(self) -> tuple[date, date]:
        """Return the first and the last day that are covered."""
        return date(min(self.years), 1, 1), date(max(self.years), 12, 31)


def calendar_of(country: str, years: Collection[int]) -> Calendar | None:
    """Return the calendar of a country (ISO code); None: the package has none."""
    import holidays

    years = tuple(sorted(years))
    try:
        found = holidays.country_holidays(country, years=years, language=LANGUAGE)
    except NotImplementedError:
        return None
    return Calendar(
        country,
        years,
        dict(found),
        frozenset(found.weekend),
        tuple(found.subdivisions),
    )


def _fetch(country, years, subdiv=None, optional=False) -> dict[date, str]:
    import holidays

    values = {"years": years, "subdiv": subdiv, "language": LANGUAGE}
    if optional:
        known = holidays.country_holidays(country).supported_categories
        kinds = tuple(kind for kind in ("public", "optional") if kind in known)
        values["categories"] = kinds
    return dict(holidays.country_holidays(country, **values))
