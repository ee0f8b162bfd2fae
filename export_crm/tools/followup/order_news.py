"""News about a customer's orders: what has changed since the last mail, and when.

Standard library only; times and calendars are passed in, nothing asks for "now".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from ..contact.local_time import LocalHours

#: Mails leave from 09:00 there on; what was missed is made up for until 18:00.
MAIL_HOURS = (9.0, 18.0)
#: What is told about an order, in the order of its life.
KINDS = ("confirmed", "planned", "sent", "eta", "received", "invoiced")


class Fact(NamedTuple):
    """One thing that is true about an order now.

    :ivar kind: one of ``KINDS``
    :ivar record_id: of the order, delivery or invoice
    :ivar order_id: the order concerned
    :ivar document: name of the delivery or invoice
    :ivar day: day that goes with it
    """

    kind: str
    record_id: int
    order_id: int
    document: str
    day: date

    @property
    def key(self) -> str:
        """Return what the fact is remembered by.

        >>> Fact("eta", 7, 1, "OUT/7", date(2026, 3, 2)).key
        'eta:7'
        """
        return f"{self.kind}:{self.record_id}"


def told(facts: Iterable[Fact]) -> dict[str, str]:
    """Return what is remembered of facts that the customer knows.

    >>> told([Fact("eta", 7, 1, "OUT/7", date(2026, 3, 2))])
    {'eta:7': '2026-03-02'}
    """
    return {fact.key: fact.day.isoformat() for fact in facts}


def news(
    facts: Iterable[Fact], known: Mapping[str, str]
) -> list[tuple[Fact, date | None]]:
    """Return what the customer does not know yet, with the day told before.

    :param known: see :func:`told`
    :return: ``[(fact, day told before or None)]`` by order, along its life

    >>> arrival = Fact("eta", 7, 1, "OUT/7", date(2026, 3, 2))
    >>> news([arrival], {})[0][1] is None
    True
    >>> news([arrival], {"eta:7": "2026-03-02"})
    []
    >>> news([arrival], {"eta:7": "2026-02-27"})[0][1]
    datetime.date(2026, 2, 27)
    """
    found = []
    for fact in facts:
        before = known.get(fact.key)
        if before != fact.day.isoformat():
            found.append((fact, date.fromisoformat(before) if before else None))
    return sorted(
        found,
        key=lambda item: (item[0].order_id, KINDS.index(item[0].kind), item[0].day),
    )


def is_time(now: datetime, hours: LocalHours) -> bool:
    """Tell whether a mail may leave: a working day there, 09:00 or later.

    :param now: naive UTC

    >>> kolkata = LocalHours("Asia/Kolkata", start=10.0)
    >>> [is_time(datetime(2026, 3, 2, 3, m), kolkata) for m in (29, 30)]
    [False, True]
    >>> is_time(datetime(2026, 3, 2, 12, 30), kolkata)  # 18:00 there
    False
    >>> is_time(datetime(2026, 3, 1, 3, 30), kolkata)  # a Sunday
    False
    """
    begin, end = MAIL_HOURS
    return replace(hours, start=begin, end=end).is_open(now)
