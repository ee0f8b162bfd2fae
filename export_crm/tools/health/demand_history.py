"""From purchases to what the demand models ask: pure functions, no database.

A history is the list of a customer's purchase days, oldest first: ``(day, amount)``,
the day as a number (``date.toordinal()``), all purchases of a day added up.

>>> history([(20, 5.0), (10, 1.0), (20, 2.0)])
[(10, 1.0), (20, 7.0)]
>>> summary([(10, 1.0), (20, 7.0), (90, 4.0)], 50)
Customer(x=1, tx=10, t=40, spend=8.0)
>>> summary([(90, 4.0)], 50) is None
True
>>> outcome([(10, 1.0), (20, 7.0), (90, 4.0)], 15, 80)
(2, 11.0)
"""

from bisect import bisect_right
from typing import NamedTuple


class Customer(NamedTuple):
    """What is known of a customer on one day; times in days, see ``demand``."""

    x: int
    tx: float
    t: float
    spend: float


def history(purchases):
    """Return the history of ``(day, amount)`` pairs in any order."""
    days = {}
    for day, amount in purchases:
        days[day] = days.get(day, 0.0) + amount
    return sorted(days.items())


def summary(purchases, as_of):
    """Return the :class:`Customer` of a history on the day ``as_of``.

    Nothing after that day is looked at; None if nothing was bought by then.
    """
    known = purchases[: _until(purchases, as_of)]
    if not known:
        return None
    first, last = known[0][0], known[-1][0]
    spend = sum(amount for _day, amount in known)
    return Customer(len(known) - 1, last - first, as_of - first, spend)


def outcome(purchases, as_of, days):
    """Return ``(purchases, amount)`` of the ``days`` after the day ``as_of``."""
    later = purchases[_until(purchases, as_of) : _until(purchases, as_of + days)]
    return len(later), sum(amount for _day, amount in later)


def _until(purchases, day):
    return bisect_right(purchases, day, key=lambda purchase: purchase[0])
