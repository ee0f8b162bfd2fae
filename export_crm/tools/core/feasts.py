"""Feasts of a country: which public holidays are one feast, and whom it is greeted.

Pure: public holidays are passed in as ``{date: name}`` with the English names of the
library ``holidays``. Names are compared as a whole: "Labor Thanksgiving Day" is no
Thanksgiving, "Proclamation of Independence" is no Independence Day.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

#: Days of one feast lie no farther apart.
APART = 10
#: The month of fasting: no public holiday, known by the feast that ends it.
RAMADAN = "ramadan"
_FAST_DAYS = 30
# How the library marks days that belong to another one.
_MARKS = re.compile(r"\s*\((?:[^()]*\b(?:observed|estimated|in lieu)\b[^()]*)\)$")
# Days off that lengthen a feast which they touch.
_BRIDGE = re.compile(r"^(?:Day off \(|Additional day off|Substitute Holiday)")

#: Countries most of whose people keep the feasts of Islam.
MUSLIM = frozenset(
    "AE AF AZ BD BH BN DJ DZ EG EH GM GN ID IQ IR JO KG KM KW KZ LY MA ML MR MV MY NE "
    "NG OM PK PS QA SA SD SN SO SY TD TJ TM TN TR UZ XK YE".split()
)
#: Those where working hours are shorter during Ramadan.
SHORT_RAMADAN = frozenset(
    "AE BD BH BN DJ DZ EG IQ JO KW LY MA MR OM PK PS QA SA SD SO SY TN YE".split()
)
#: Countries that keep one of the feasts by the calendars of their states alone.
BY_STATES = frozenset(("CA", "MY"))
_LUNAR = frozenset("CN HK KR MN MO MY SG TW VN".split())


@dataclass(frozen=True)
class Feast:
    """A feast as it is kept where the library knows one of its names.

    :ivar code: key of the feast, in all countries
    :ivar names: whole names of public holidays that belong to it
    :ivar greet: countries whose customers are greeted by default; None: all
    :ivar silent: countries whose customers are not, although all others are
    :ivar never: countries where such a name is another thing
    :ivar local: names that belong to it in one country only
    """

    code: str
    names: frozenset
    greet: frozenset | None = None
    silent: frozenset = frozenset()
    never: frozenset = frozenset()
    local: Mapping[str, frozenset] = field(default_factory=dict)

    def names_in(self, country: str) -> frozenset:
        """Return the names that belong to the feast in a country (ISO code)."""
        here = self.local.get(country, frozenset())
        return here if country in self.never else self.names | here

    def greets(self, country: str) -> bool:
        """Tell whether customers there are greeted unless somebody decides else."""
        if self.greet is None:
            return country not in self.silent
        return country in self.greet


def _names(text: str) -> frozenset:
    return frozenset(name.strip() for name in text.split("|"))


class Turn(NamedTuple):
    """One time that a feast is kept.

    :ivar year: the year in which it ends
    :ivar number: 1, or 2 for the second time in a year
    """

    year: int
    number: int
    first: date
    last: date


def base_names(name: str) -> list[str]:
    """Return the names of a public holiday without the library's marks.

    >>> base_names("Eid al-Fitr (estimated)"), base_names("Christmas Day (observed)")
    (['Eid al-Fitr'], ['Christmas Day'])
    >>> base_names("Labor Day; Eid al-Adha (observed, estimated)")
    ['Labor Day', 'Eid al-Adha']
    >>> base_names("Chinese New Year (Spring Festival)")
    ['Chinese New Year (Spring Festival)']
    """
    return [_MARKS.sub("", part).strip() for part in name.split("; ")]


def by_name(days: Mapping[date, str]) -> dict[str, list[date]]:
    """Return ``{name: its days}`` of public holidays.

    >>> by_name({date(2026, 1, 1): "New Year's Day; Feast of the Republic"})
    {"New Year's Day": [datetime.date(2026, 1, 1)], \
'Feast of the Republic': [datetime.date(2026, 1, 1)]}
    """
    found: dict[str, list[date]] = {}
    for day, name in sorted(days.items()):
        for part in base_names(name):
            found.setdefault(part, []).append(day)
    return found


def spells(
    days: Iterable[date],
    off: Mapping[date, str] | None = None,
    weekend: Collection[int] = (5, 6),
) -> list[tuple[date, date]]:
    """Return first and last day of each time that a feast is kept.

    :param days: of its names, in any order
    :param off: all public holidays; substituted days off that touch it belong to it
    :param weekend: weekdays off, which may lie between

    >>> new_year = [date(2026, 12, 31), date(2027, 1, 1)]
    >>> spells([*new_year, date(2026, 1, 1)]) == [(date(2026, 1, 1),) * 2,
    ...                                           tuple(new_year)]
    True
    >>> bridge = {date(2026, 2, 23): "Day off (substituted from 02/28/2026)"}
    >>> spells([date(2026, 2, 19), date(2026, 2, 20)], bridge)
    [(datetime.date(2026, 2, 19), datetime.date(2026, 2, 23))]
    """
    found: list[list[date]] = []
    for day in sorted(set(days)):
        if found and (day - found[-1][1]).days <= APART:
            found[-1][1] = day
        else:
            found.append([day, day])
    bridges = {day for day, name in (off or {}).items() if _BRIDGE.match(name)}
    return [
        (_stretch(first, -1, bridges, weekend), _stretch(last, 1, bridges, weekend))
        for first, last in found
    ]


def _stretch(end: date, step: int, bridges: set, weekend: Collection[int]) -> date:
    """Return the end of a feast with the days off that touch it."""
    day = end + timedelta(days=step)
    while day in bridges or day.weekday() in weekend:
        if day in bridges:
            end = day
        day += timedelta(days=step)
    return end


def turns(found: Iterable[tuple[date, date]]) -> list[Turn]:
    """Number the times that a feast is kept, by the year in which each ends.

    >>> eid = [(date(2033, 1, 2), date(2033, 1, 4)), (date(2033, 12, 23),) * 2]
    >>> [turn[:2] for turn in turns(eid)]
    [(2033, 1), (2033, 2)]
    >>> turns([(date(2026, 12, 31), date(2027, 1, 1))])[0].year
    2027
    """
    numbers: dict[int, int] = {}
    result = []
    for first, last in sorted(found):
        numbers[last.year] = numbers.get(last.year, 0) + 1
        result.append(Turn(last.year, numbers[last.year], first, last))
    return result


def fasts(
    ends: Iterable[date], beginnings: Collection[date] = ()
) -> list[tuple[date, date]]:
    """Return first and last day of the months of Ramadan.

    :param ends: first days of the feasts that follow
    :param beginnings: first days where they are known

    >>> fasts([date(2026, 3, 20)], [date(2026, 2, 18), date(2027, 2, 8)])
    [(datetime.date(2026, 2, 18), datetime.date(2026, 3, 19))]
    >>> fasts([date(2026, 3, 20)])
    [(datetime.date(2026, 2, 18), datetime.date(2026, 3, 19))]
    """
    found = []
    for end in ends:
        known = [day for day in beginnings if 28 <= (end - day).days <= 31]
        begin = known[0] if known else end - timedelta(days=_FAST_DAYS)
        found.append((begin, end - timedelta(days=1)))
    return found


def greet_by(
    first: date, off: Collection[date], weekend: Collection[int] = (5, 6)
) -> date:
    """Return the last working day before a feast.

    :param off: public holidays there

    >>> greet_by(date(2026, 12, 28), {date(2026, 12, 25)})  # a Monday
    datetime.date(2026, 12, 24)
    """
    day = first - timedelta(days=1)
    for _try in range(30):
        if day not in off and day.weekday() not in weekend:
            return day
        day -= timedelta(days=1)
    return first - timedelta(days=1)


def kept_in(country: str, names: Collection[str]) -> list[tuple[Feast, list[str]]]:
    """Return the feasts of a country with their names there, sorted.

    :param names: of its public holidays, see :func:`by_name`

    >>> [feast.code for feast, _names in kept_in("JP", ["Labor Thanksgiving Day"])]
    []
    >>> [feast.code for feast, _names in kept_in("US", ["Thanksgiving Day"])]
    ['thanksgiving']
    """
    found = []
    for feast in FEASTS:
        here = sorted(feast.names_in(country) & set(names))
        if here or (feast.code == RAMADAN and country in MUSLIM):
            found.append((feast, here))
    return found


FEASTS = (
    Feast(
        "new_year",
        _names(
            "New Year's Day|New Year's Eve|New Year Holidays|New Year Holiday|New "
            "Year's Holiday|New Year's Day Holiday|Day after New Year's Day|The Day "
            "After New Year's Day|Day off for New Year's Day|International New Year "
            "Day"
        ),
        local={
            "BR": _names("Universal Fraternization Day"),
            "TW": _names("Founding Day of the Republic of China"),
            "MZ": _names("International Fraternalism Day"),
        },
    ),
    Feast(
        "christmas",
        _names(
            "Christmas Day|Christmas|Christmas Eve|Second Day of Christmas|Boxing Day|"
            "Saint Stephen's Day|St. Stephen's Day|Day After Christmas|Day following "
            "Christmas|Christmas Holiday|Christmas Day Holiday|Christmas Second Day|"
            "Christmas and Family Day|Christmas and Epiphany|Catholic Christmas Day|"
            "Christmas Day (by new style)|Alternative holiday for Christmas Day|The "
            "first weekday after Christmas Day"
        ),
        silent=MUSLIM - {"NG"},
    ),
    Feast(
        "orthodox_christmas",
        _names(
            "Orthodox Christmas Day|Orthodox Christmas|Coptic Christmas Day|Armenian "
            "Orthodox Christmas Day|Christmas Day (by old style)"
        ),
        greet=frozenset("BA BY ER MD RS XK".split()),
    ),
    Feast(
        "easter",
        _names(
            "Good Friday|Holy Saturday|Maundy Thursday|Holy Thursday|Holy Friday|Easter"
            "|Easter Sunday|Easter Monday|Easter Saturday|Easter Tuesday|Orthodox "
            "Easter|Orthodox Easter Sunday|Orthodox Easter Monday|Orthodox Good Friday"
            "|Catholic Easter|Catholic Easter Sunday|Catholic Easter Monday"
        ),
        greet=frozenset(),
    ),
    Feast(
        "thanksgiving",
        _names("Thanksgiving Day|Day After Thanksgiving"),
        local={"CA": _names("Thanksgiving")},
    ),
    Feast(
        "eid_al_fitr",
        _names(
            "Eid al-Fitr|Eid al-Fitr Holiday|Eid al-Fitr Second Day|Eid al-Fitr "
            "(Second Day)|Eid al-Fitr (additional holiday)|Eid al-Fitr Eve|Eid-ul-Fitr"
        ),
        greet=MUSLIM,
    ),
    Feast(
        "eid_al_adha",
        _names(
            "Eid al-Adha|Eid al-Adha Holiday|Eid al-Adha (Second Day)|Eid al-Adha Eve|"
            "Day of Arafah|Arafat Day|Day after Eid al-Adha|Day after the Eid al-Adha|"
            "Eid-ul-Adha"
        ),
        greet=MUSLIM,
    ),
    Feast(RAMADAN, frozenset(), greet=MUSLIM),
    Feast("diwali", _names("Diwali|Deepavali|Diwali (Deepavali)")),
    Feast(
        "lunar_new_year",
        _names(
            "Chinese New Year|Chinese New Year (Spring Festival)|Chinese New Year's Eve"
            "|Chinese New Year's Day|Chinese New Year (Second Day)|The second day of "
            "Chinese New Year|The third day of Chinese New Year|The fourth day of "
            "Chinese New Year|Chinese Spring Festival|Lunar New Year|Lunar New Year's "
            "Eve|29 of Lunar New Year|Second Day of Lunar New Year|Third Day of Lunar "
            "New Year|Fourth Day of Lunar New Year|Fifth Day of Lunar New Year|Korean "
            "New Year|The day preceding Korean New Year|The second day of Korean New "
            "Year|Alternative holiday for Korean New Year"
        ),
        greet=_LUNAR,
    ),
    Feast(
        "mid_autumn",
        _names(
            "Mid-Autumn Festival|The Day following Mid-Autumn Festival|Chuseok|The day "
            "preceding Chuseok|The second day of Chuseok|Alternative holiday for "
            "Chuseok"
        ),
    ),
    Feast("songkran", _names("Songkran Festival")),
    Feast("khmer_new_year", _names("Khmer New Year's Day")),
    Feast("lao_new_year", _names("Lao New Year's Day")),
    Feast(
        "nowruz",
        _names("Nowruz|Nowruz Day|Nowruz Holiday|International Nowruz Day"),
        greet=frozenset("AF AZ IR KG KZ TJ TM UZ".split()),
        local={"AZ": _names("Spring Festival"), "TM": _names("Spring Festival")},
    ),
    Feast("rosh_hashanah", _names("Rosh Hashanah")),
    Feast("passover", _names("Pesach|Seventh day of Pesach")),
    Feast(
        "carnival",
        _names("Carnival|Carnival Monday|Carnival Tuesday|Carnival Day"),
    ),
    Feast(
        "independence_day",
        _names(
            "Independence Day|National Independence Day|Independence Day Holiday|"
            "Independence (National) Day|Independence and Republic Day|Independence "
            "and Unity Day|Flag and Independence Day|Afghanistan Independence Day|"
            "Cyprus Independence Day|Republic of Moldova Independence Day|Independence "
            "Day of the Republic of Belarus (Day of the Republic)|Independence "
            "Declaration Day|Day of Restoration of Independence of Lithuania|Republic "
            "of Latvia Proclamation Day"
        ),
    ),
    Feast(
        "national_day",
        _names(
            "National Day|National Day Holiday|Qatar National Day|Lao National Day|"
            "Gibraltar National Day|German Unity Day|National Day of the People's "
            "Republic of China|National Day of the Republic of Mali|Canada Day|"
            "Australia Day|Waitangi Day|Russia Day|Saint Patrick's Day|King's Day|"
            "Day of Portugal, Camões, and the Portuguese Communities"
        ),
        never=frozenset(("HU", "PL")),  # the revolution of 1848, Labour Day
        local={
            "HU": _names("State Foundation Day"),
            "KR": _names("Liberation Day"),
            "KW": _names("Liberation Day"),
            "NO": _names("Constitution Day"),
            "SJ": _names("Constitution Day"),
        },
    ),
    Feast(
        "republic_day",
        _names("Republic Day"),
        greet=frozenset("IN IT KZ MT TR".split()),
    ),
)
