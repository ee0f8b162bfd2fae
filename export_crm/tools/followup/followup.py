"""When a customer is to be contacted: dates, windows, one contact out of several.

Days and time zones are passed in, nothing asks for "now".
"""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple
from zlib import crc32

import pytz

from ..contact.local_time import DEFAULT_HOURS
from ..core.pipeline import local_to_utc

#: Where an anchor day comes from, the most reliable first.
ANCHORS = ("received", "eta", "transit")


@dataclass(frozen=True)
class Event:
    """Something that calls for contacts, as a source found it.

    :ivar trigger: of the plans that it starts
    :ivar model: model of the document that the ledger's row hangs on
    :ivar record_id: its id
    :ivar partner_id: commercial customer; None: not known yet
    :ivar contact_id: the person concerned
    :ivar order_id: the order it belongs to
    :ivar day: day in the company's or the customer's life that steps count from
    :ivar moment: exact moment (naive UTC), for steps that are measured in hours
    :ivar dead: why nothing is to be done any more
    :ivar answered: moment at which what was wanted had happened
    :ivar per: ``delivery`` or ``order``, for deliveries
    :ivar occasion: kind of occasion, with its name in ``title``
    :ivar feast_id: of a public holiday: the feast that it belongs to
    :ivar greet_by: of a feast: the last working day before it
    :ivar cycle: number of the turn, for what comes again
    """

    trigger: str
    model: str
    record_id: int
    partner_id: int | None
    contact_id: int | None
    day: date
    order_id: int | None = None
    moment: datetime | None = None
    dead: str | None = None
    answered: datetime | None = None
    per: str | None = None
    occasion: str | None = None
    title: str | None = None
    feast_id: int | None = None
    greet_by: date | None = None
    cycle: int = 1


class Customer(NamedTuple):
    """What decides which steps concern a customer."""

    tier: str | None = None
    orders: int = 0
    industry_id: int | None = None
    country_id: int | None = None


class Pace(NamedTuple):
    """How soon, or how often: a step's own numbers or those of a service policy.

    :ivar hours: of a response time; 0: by the day
    :ivar count: number of ``unit`` until the step, or between turns of a rhythm
    :ivar unit: ``days``, ``weeks`` or ``months``
    """

    hours: float = 0.0
    count: int = 0
    unit: str = "days"

    @property
    def days(self) -> float:
        """Return the length in days, of months on average.

        >>> Pace(count=2, unit="weeks").days, round(Pace(count=1, unit="months").days)
        (14.0, 30)
        """
        return (
            self.count * {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12}[self.unit]
        )


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or its last day.

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    >>> add_months(date(2024, 11, 30), 3)
    datetime.date(2025, 2, 28)
    >>> add_months(date(2024, 1, 31), -2)
    datetime.date(2023, 11, 30)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def step_date(anchor: date, count: int, unit: str, before: bool = False) -> date:
    """Return the day of a step.

    :param unit: ``days``, ``weeks`` or ``months``
    :param before: count back from the anchor

    >>> step_date(date(2024, 1, 31), 1, "weeks")
    datetime.date(2024, 2, 7)
    >>> step_date(date(2024, 8, 31), 3, "months")
    datetime.date(2024, 11, 30)
    >>> step_date(date(2024, 3, 10), 3, "days", before=True)
    datetime.date(2024, 3, 7)
    """
    count = -count if before else count
    if unit == "months":
        return add_months(anchor, count)
    return anchor + timedelta(days=count * {"days": 1, "weeks": 7}[unit])


def working_day(day: date, weekend: str = "56", off: Collection[date] = ()) -> date:
    """Return the day itself, or the next one that is neither weekend nor holiday.

    :param weekend: days off, 0 for Monday to 6 for Sunday

    >>> working_day(date(2024, 6, 8))  # a Saturday
    datetime.date(2024, 6, 10)
    >>> working_day(date(2024, 6, 7), "45")  # Friday in Riyadh
    datetime.date(2024, 6, 9)
    >>> working_day(date(2024, 12, 25), off={date(2024, 12, 25)})
    datetime.date(2024, 12, 26)
    """
    for _try in range(30):
        if str(day.weekday()) not in weekend and day not in off:
            break
        day += timedelta(days=1)
    return day


def working_day_before(day: date, weekend: str = "56") -> date:
    """Return the day itself, or the last one before it that is no weekend.

    :param weekend: days off, 0 for Monday to 6 for Sunday

    >>> working_day_before(date(2024, 6, 9))  # a Sunday
    datetime.date(2024, 6, 7)
    """
    for _try in range(7):
        if str(day.weekday()) not in weekend:
            break
        day -= timedelta(days=1)
    return day


def anchor_day(
    received: date | None, eta: date | None, dispatched: date, transit_days: int
) -> tuple[date, str]:
    """Return the day on which the customer has the goods, and how it is known.

    >>> anchor_day(None, None, date(2024, 5, 1), 30)
    (datetime.date(2024, 5, 31), 'transit')
    >>> anchor_day(None, date(2024, 6, 9), date(2024, 5, 1), 30)
    (datetime.date(2024, 6, 9), 'eta')
    >>> anchor_day(date(2024, 6, 2), date(2024, 6, 9), date(2024, 5, 1), 30)
    (datetime.date(2024, 6, 2), 'received')
    """
    if received:
        return received, "received"
    if eta:
        return eta, "eta"
    return dispatched + timedelta(days=transit_days), "transit"


def has_arrived(day: date, source: str, dispatched: date, today: date) -> bool:
    """Tell whether goods have surely reached the customer.

    Days under way that nobody knows are none: such goods are there when somebody says
    so. What is estimated is over when its day is.

    :param day: see :func:`anchor_day`
    :param source: how that day is known

    >>> sent, day = date(2024, 5, 1), date(2024, 5, 31)
    >>> has_arrived(day, "received", sent, day), has_arrived(day, "eta", sent, day)
    (True, False)
    >>> has_arrived(day, "eta", sent, date(2024, 6, 1))
    True
    >>> has_arrived(sent, "transit", sent, day)
    False
    """
    if source == "received":
        return day <= today
    return dispatched < day < today


def window(
    day: date,
    zone: tzinfo,
    begin: float = DEFAULT_HOURS[0],
    end: float = DEFAULT_HOURS[1],
) -> tuple[datetime, datetime]:
    """Return begin and end of working hours of a local day, in naive UTC.

    :param zone: a ``pytz`` zone
    :param begin: hour of the day, e.g. 9.5 for half past nine

    >>> import pytz
    >>> window(date(2024, 7, 1), pytz.timezone("Asia/Kolkata"))
    (datetime.datetime(2024, 7, 1, 3, 30), datetime.datetime(2024, 7, 1, 12, 30))
    >>> berlin = pytz.timezone("Europe/Berlin")
    >>> [window(date(2024, 3, d), berlin)[0].hour for d in (30, 31)]  # summer time
    [8, 7]
    """
    return tuple(
        local_to_utc(datetime.combine(day, time()) + timedelta(hours=hour), zone)
        for hour in (begin, end)
    )


def to_open_day(
    moment: datetime, zone: tzinfo, open_on: Callable[[date], bool]
) -> datetime:
    """Return a moment, or the same hour of the next day on which somebody works.

    :param moment: naive UTC
    :param zone: a ``pytz`` zone, in whose days is counted
    :param open_on: tells of a date whether it is a working day

    >>> import pytz
    >>> shanghai = pytz.timezone("Asia/Shanghai")
    >>> weekdays = lambda day: day.weekday() < 5
    >>> to_open_day(datetime(2026, 3, 8, 2, 0), shanghai, weekdays)  # a Sunday
    datetime.datetime(2026, 3, 9, 2, 0)
    >>> to_open_day(datetime(2026, 3, 8, 16, 30), shanghai, weekdays)  # Monday there
    datetime.datetime(2026, 3, 8, 16, 30)
    >>> to_open_day(datetime(2026, 3, 8, 2, 0), shanghai, lambda day: False)
    datetime.datetime(2026, 3, 8, 2, 0)
    """
    local = pytz.utc.localize(moment).astimezone(zone)
    for days in range(31):
        day = local.date() + timedelta(days=days)
        if open_on(day):
            return local_to_utc(datetime.combine(day, local.time()), zone)
    return moment


def clusters(days: Sequence[date], within: int = 3) -> list[list[int]]:
    """Put steps of one customer that lie close together into one contact.

    A contact takes what falls into the ``within`` days after its first step.

    :param days: planned days
    :return: positions in ``days``, the earliest first

    >>> first = date(2024, 5, 1)
    >>> at = lambda *numbers: [first + timedelta(days=n) for n in numbers]
    >>> clusters(at(0, 3, 4, 9))
    [[0, 1], [2], [3]]
    >>> clusters(at(5, 0, 2))
    [[1, 2], [0]]
    >>> clusters([])
    []
    """
    found: list[list[int]] = []
    for position in sorted(range(len(days)), key=lambda index: (days[index], index)):
        if found and (days[position] - days[found[-1][0]]).days <= within:
            found[-1].append(position)
        else:
            found.append([position])
    return found


def cadence_day(
    last: date | None, start: date, count: int, unit: str, customer_id: int
) -> date:
    """Return the day of the next contact of a rhythm.

    The first one is spread over the interval, so that not all customers of a tier
    are due on the same day; the same customer always gets the same day.

    :param last: day of the previous one, None: there is none
    :param start: go-live

    >>> cadence_day(date(2024, 1, 31), date(2020, 1, 1), 1, "months", 7)
    datetime.date(2024, 2, 29)
    >>> days = {cadence_day(None, date(2024, 1, 1), 1, "months", i) for i in range(99)}
    >>> len(days), min(days), max(days)
    (31, datetime.date(2024, 1, 2), datetime.date(2024, 2, 1))
    """
    if last:
        return step_date(last, count, unit)
    length = max((step_date(start, count, unit) - start).days, 1)
    return start + timedelta(days=1 + customer_id % length)


def turn_number(year: int, key: str | None = None) -> int:
    """Return the number of an occasion's turn: a year has several, and the days of
    some are estimates.

    >>> turn_number(2026), turn_number(2026, "christmas/1") // 10000
    (2026, 2026)
    """
    return year * 10000 + crc32(key.encode()) % 10000 if key else year


def anniversary(first: date, after: date) -> date:
    """Return the next anniversary of a day, the day ``after`` included.

    29 February is celebrated on the 28th in other years.

    >>> anniversary(date(2020, 2, 29), date(2025, 1, 1))
    datetime.date(2025, 2, 28)
    >>> anniversary(date(2020, 5, 4), date(2025, 5, 4))
    datetime.date(2025, 5, 4)
    >>> anniversary(date(2020, 5, 4), date(2025, 5, 5))
    datetime.date(2026, 5, 4)
    """
    found = add_months(first, (after.year - first.year) * 12)
    return (
        found
        if found >= after
        else add_months(first, (found.year + 1 - first.year) * 12)
    )


def is_late(due: datetime, done: datetime | None, now: datetime) -> bool:
    """Tell whether a contact came, or is, after its time.

    >>> noon = datetime(2024, 5, 1, 12)
    >>> is_late(noon, noon, noon), is_late(noon, None, noon + timedelta(seconds=1))
    (False, True)
    """
    return (done or now) > due


def choose(
    places: Iterable[Sequence[tuple[int, bool]]],
) -> int | None:
    """Return the person responsible: of the first place that has somebody.

    Within a place, whoever speaks the customer's language comes first.

    :param places: per place ``(user id, speaks the language)`` in their order

    >>> choose([[], [(3, False), (4, True)], [(9, True)]])
    4
    >>> choose([[(3, False)], [(9, True)]])
    3
    >>> choose([]) is None
    True
    """
    for place in places:
        if place:
            return min(place, key=lambda person: not person[1])[0]
    return None
