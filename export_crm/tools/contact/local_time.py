"""Where a contact's clock stands: time zone, working window, next good moment.

Pure: the moment is passed in as naive UTC, as Odoo stores it. Time zones come from
``pytz``, whose data ships with Odoo, so that every server and PostgreSQL version
gives the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

import pytz

from .local_zone import ALIASES, MAIN_ZONE, STATE_ZONES

#: Hours of the day, where neither contact nor country says otherwise.
DEFAULT_HOURS = (9.0, 18.0)
#: Saturday and Sunday, as ``date.weekday()`` counts.
DEFAULT_WEEKEND = frozenset({5, 6})
# Nobody is closed for longer: a year of days off is a mistake in the calendar.
_HORIZON_DAYS = 370


def canonical(zone: str) -> str:
    """Return today's name of a time zone that has an older one.

    >>> canonical("Asia/Calcutta"), canonical("Europe/Paris")
    ('Asia/Kolkata', 'Europe/Paris')
    """
    return ALIASES.get(zone, zone)


def country_zone(country: str | None) -> str | None:
    """Return the time zone where most people of a country live (ISO code).

    >>> country_zone("AU"), country_zone("IN"), country_zone("??")
    ('Australia/Sydney', 'Asia/Kolkata', None)
    """
    if not country:
        return None
    zones = pytz.country_timezones.get(country) or [None]
    return MAIN_ZONE.get(country, zones[0])


def state_zone(country: str | None, state: str | None) -> str | None:
    """Return the time zone of a state of a country that has several, else None.

    >>> state_zone("US", "CA"), state_zone("AU", "SA"), state_zone("US", None)
    ('America/Los_Angeles', 'Australia/Adelaide', None)
    >>> state_zone("CL", "CL-MA"), state_zone("CL", "CL-RM"), state_zone("IN", "MH")
    ('America/Punta_Arenas', 'America/Santiago', None)
    """
    states = STATE_ZONES.get(country or "")
    if not states or not state:
        return None
    return states.get(state.removeprefix(f"{country}-")) or states.get("*")


@lru_cache(maxsize=4096)
def same_clock(one: str, other: str, year: int = 2026) -> bool:
    """Tell whether two zones show the same time all through ``year``.

    >>> same_clock("America/Detroit", "America/New_York")
    True
    >>> same_clock("America/Phoenix", "America/Denver")
    False
    """
    first, second = pytz.timezone(one), pytz.timezone(other)
    days = (datetime(year, month, 1, 12) for month in range(1, 13))
    return all(first.utcoffset(day) == second.utcoffset(day) for day in days)


def number_zones(zones: Sequence[str], region: str | None) -> tuple[str, ...]:
    """Return the time zones of a telephone number, in today's names.

    ``phonenumbers`` names zones that only share the winter's clock with some
    countries (the Canaries for Morocco, Paris for Algeria): where none of its zones
    lies in the number's own country, that country's zones are taken.

    :param zones: as ``phonenumbers`` says
    :param region: country of the number (ISO code), None if it has none

    >>> number_zones(["Atlantic/Canary"], "MA")
    ('Africa/Casablanca',)
    >>> number_zones(["Africa/Maputo"], "ZW")
    ('Africa/Harare',)
    >>> number_zones(["Asia/Calcutta"], "IN")
    ('Asia/Kolkata',)
    """
    found = tuple(canonical(zone) for zone in zones)
    own = pytz.country_timezones.get(region or "", ())
    if not own or any(zone in own for zone in found):
        return found
    like = (zone for zone in own if any(same_clock(zone, other) for other in found))
    return tuple(like) or tuple(own)


def choose_zone(
    phone: Sequence[str] = (),
    state: str | None = None,
    parent: str | None = None,
    country: str | None = None,
    phone_country: str | None = None,
) -> tuple[str | None, str]:
    """Choose the time zone of a contact that has not chosen one.

    A number that belongs to one zone decides. One that belongs to several (mobile,
    toll-free) leaves the choice among them to the state, then to the company that the
    contact works for, then to the country, then to the number's own country.

    :param phone: zones of the number, see :func:`number_zones`
    :param state: zone of the state
    :param parent: zone of the company of the contact, if it is in the same country
    :param country: main zone of the country
    :param phone_country: main zone of the country of the number
    :return: ``(zone, source)``; source is *phone*, *state*, *parent*, *country* or
        *company* (nothing is known: ours)

    >>> choose_zone(["Asia/Kolkata"], country="Europe/Paris")
    ('Asia/Kolkata', 'phone')
    >>> toll_free = ["America/Chicago", "America/Denver", "America/New_York"]
    >>> choose_zone(toll_free, state="America/Detroit", country="America/New_York")
    ('America/Detroit', 'state')
    >>> choose_zone(toll_free, country="America/New_York")
    ('America/New_York', 'country')
    >>> choose_zone(toll_free, country="Europe/Paris", phone_country="America/New_York")
    ('America/New_York', 'phone')
    >>> choose_zone(parent="Asia/Tokyo", country="Asia/Tokyo")
    ('Asia/Tokyo', 'parent')
    >>> choose_zone()
    (None, 'company')
    """
    zones = list(phone)
    if zones and all(same_clock(zone, zones[0]) for zone in zones):
        return zones[0], "phone"
    hints = (("state", state), ("parent", parent), ("country", country))
    for source, hint in hints:
        if hint and (not zones or any(same_clock(hint, zone) for zone in zones)):
            return hint, source
    if zones:
        return (phone_country if phone_country in zones else zones[0]), "phone"
    return None, "company"


@dataclass(frozen=True)
class Status:
    """How things stand at a contact at one moment.

    :ivar local: the contact's own time (aware)
    :ivar open: inside the working window of a working day
    :ivar until: end of the window (aware, local), while open
    :ivar opens: next opening (aware, local), while closed
    :ivar day_off: name of the public holiday there today, "" without one
    :ivar shortened: name of the feast whose hours are shorter there today, or ""
    """

    local: datetime
    open: bool
    until: datetime | None = None
    opens: datetime | None = None
    day_off: str = ""
    shortened: str = ""


class ShortHours(NamedTuple):
    """A feast during which less is worked, e.g. the month of Ramadan.

    :ivar first: its first day
    :ivar last: its last day
    :ivar start: first hour of the day, 10.5 is 10:30
    :ivar end: hour of closing
    :ivar name: what it is called
    """

    first: date
    last: date
    start: float
    end: float
    name: str


@dataclass(frozen=True)
class LocalHours:
    """When a contact can be reached.

    :ivar zone: name of the time zone
    :ivar start: first hour of the day, 9.5 is 09:30
    :ivar end: hour of closing, up to 24.0
    :ivar weekend: weekdays off, 0 is Monday
    :ivar days_off: ``{date: name}`` of public holidays
    :ivar short: feasts with shorter hours, see :class:`ShortHours`

    >>> kolkata = LocalHours("Asia/Kolkata")
    >>> [str(moment) for moment in kolkata.window(date(2026, 3, 2))]
    ['2026-03-02 03:30:00', '2026-03-02 12:30:00']
    >>> chatham = LocalHours("Pacific/Chatham")
    >>> str(chatham.window(date(2026, 7, 6))[0])
    '2026-07-05 20:15:00'
    """

    zone: str
    start: float = DEFAULT_HOURS[0]
    end: float = DEFAULT_HOURS[1]
    weekend: frozenset = DEFAULT_WEEKEND
    days_off: Mapping[date, str] = field(default_factory=dict)
    short: Sequence["ShortHours"] = ()

    def _utc(self, day: date, hour: float) -> datetime:
        """Return the naive UTC moment of ``hour`` o'clock there on ``day``.

        An hour that the clocks skip is the one after it; of one that comes twice,
        the second.
        """
        naive = datetime.combine(day, time.min) + timedelta(minutes=round(hour * 60))
        local = pytz.timezone(self.zone).localize(naive, is_dst=False)
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def local(self, moment: datetime) -> datetime:
        """Return the naive UTC ``moment`` as the contact's clock shows it."""
        return pytz.utc.localize(moment).astimezone(pytz.timezone(self.zone))

    def window(self, day: date) -> tuple[datetime, datetime]:
        """Return the window of ``day`` there, working day or not, in naive UTC.

        >>> fast = ShortHours(date(2026, 2, 18), date(2026, 3, 19), 10.0, 16.0, "Fast")
        >>> dubai = LocalHours("Asia/Dubai", short=[fast])
        >>> [str(moment.time()) for moment in dubai.window(date(2026, 3, 2))]
        ['06:00:00', '12:00:00']
        >>> [str(moment.time()) for moment in dubai.window(date(2026, 3, 20))]
        ['05:00:00', '14:00:00']
        """
        start, end = self.hours(day)
        return self._utc(day, start), self._utc(day, end)

    def shortened(self, day: date) -> list["ShortHours"]:
        """Return the feasts that shorten the hours of a day."""
        return [feast for feast in self.short if feast.first <= day <= feast.last]

    def hours(self, day: date) -> tuple[float, float]:
        """Return when work begins and ends on a day, a day off or not.

        The usual hours, cut to those of a feast; where nothing would be left, as
        usual.

        >>> fast = ShortHours(date(2026, 2, 18), date(2026, 3, 19), 10.0, 16.0, "Fast")
        >>> night = LocalHours("Asia/Dubai", start=18.0, end=24.0, short=[fast])
        >>> night.hours(date(2026, 3, 2))
        (18.0, 24.0)
        """
        feasts = self.shortened(day)
        start = max([self.start, *(feast.start for feast in feasts)])
        end = min([self.end, *(feast.end for feast in feasts)])
        return (start, end) if start < end else (self.start, self.end)

    def works(self, day: date) -> bool:
        """Tell whether ``day`` is a working day there.

        >>> friday = date(2026, 3, 6)
        >>> LocalHours("Asia/Riyadh", weekend=frozenset({4, 5})).works(friday)
        False
        >>> LocalHours("Asia/Dubai").works(friday)
        True
        """
        return day.weekday() not in self.weekend and day not in self.days_off

    def next_window(self, after: datetime) -> tuple[datetime, datetime]:
        """Return the first window of a working day that ends after ``after``.

        It may be open already. A calendar without any working day within a year is
        a mistake; then the next day that is no weekend serves, or the next at all.

        >>> riyadh = LocalHours("Asia/Riyadh", weekend=frozenset({4, 5}))
        >>> thursday_evening = datetime(2026, 3, 5, 15, 0)  # 18:00 there: closed
        >>> str(riyadh.next_window(thursday_evening)[0])
        '2026-03-08 06:00:00'
        """
        today = self.local(after).date()
        days = [today + timedelta(days=days) for days in range(_HORIZON_DAYS)]
        for fits in (self.works, lambda day: day.weekday() not in self.weekend, bool):
            for day in days:
                start, end = self.window(day)
                if end > after and fits(day):
                    return start, end
        raise ValueError(f"No window after {after} in {self.zone}.")

    def is_open(self, moment: datetime) -> bool:
        """Tell whether the contact can be reached at ``moment`` (naive UTC)."""
        day = self.local(moment).date()
        start, end = self.window(day)
        return start <= moment < end and self.works(day)

    def status(self, moment: datetime) -> Status:
        """Return how things stand at ``moment`` (naive UTC).

        >>> hours = LocalHours("Europe/Berlin")
        >>> status = hours.status(datetime(2026, 7, 1, 7, 12))
        >>> status.open, f"{status.local:%H:%M}", f"{status.until:%H:%M}"
        (True, '09:12', '18:00')
        """
        local = self.local(moment)
        feasts = ", ".join(feast.name for feast in self.shortened(local.date()))
        if self.is_open(moment):
            _start, end = self.window(local.date())
            return Status(local, True, until=self.local(end), shortened=feasts)
        start, _end = self.next_window(moment)
        off = self.days_off.get(local.date(), "")
        return Status(
            local,
            False,
            opens=self.local(start),
            day_off=off,
            shortened="" if off else feasts,
        )


def yearly(month: int, day: int, after: date) -> date:
    """Return the first yearly date on or after ``after``; 29 February is the 28th
    in a year that has none.

    :raise ValueError: there is no such day in any year

    >>> yearly(5, 1, date(2026, 5, 1)), yearly(5, 1, date(2026, 5, 2))
    (datetime.date(2026, 5, 1), datetime.date(2027, 5, 1))
    >>> yearly(2, 29, date(2027, 1, 1)), yearly(2, 29, date(2028, 1, 1))
    (datetime.date(2027, 2, 28), datetime.date(2028, 2, 29))
    """
    date(2028, month, day)  # a leap year has every day

    def of_year(year):
        try:
            return date(year, month, day)
        except ValueError:
            return date(year, month, 28)

    found = of_year(after.year)
    return found if found >= after else of_year(after.year + 1)
