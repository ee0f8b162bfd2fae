"""The yearly rebate by a ladder of steps: pure, amounts in one currency.

A step is ``(from, rate)``: revenue *above* ``from`` has that rate (a share, 0-1).

>>> ladder = [(0.0, 0.02), (500_000.0, 0.03)]
>>> rebate(500_000.0, ladder), rebate(600_000.0, ladder)
(10000.0, 18000.0)
>>> rebate(600_000.0, ladder, above_only=True)
13000.0
>>> rebate(600_000.0, [])
0.0
"""

from itertools import pairwise


def rate_of(revenue, ladder):
    """Return the rate that a year's revenue reaches; 0 below the first step.

    >>> rate_of(500_000.0, [(0.0, 0.02), (500_000.0, 0.03)])
    0.02
    """
    reached = [rate for start, rate in sorted(ladder) if revenue > start]
    return reached[-1] if reached else 0.0


def rebate(revenue, ladder, above_only=False):
    """Return the rebate on a year's revenue.

    :param above_only: each rate counts for the part above its step alone; else the
        rate that is reached counts for the whole amount
    """
    if not above_only:
        return max(revenue, 0.0) * rate_of(revenue, ladder)
    steps = [*sorted(ladder), (float("inf"), 0.0)]
    return sum(
        (min(revenue, end) - start) * rate
        for (start, rate), (end, _rate) in pairwise(steps)
        if revenue > start
    )


def next_step(revenue, ladder):
    """Return ``(missing revenue, rate)`` of the next step up, or None.

    >>> next_step(420_000.0, [(0.0, 0.02), (500_000.0, 0.03)])
    (80000.0, 0.03)
    """
    for start, rate in sorted(ladder):
        if revenue <= start:
            return start - revenue, rate
    return None
