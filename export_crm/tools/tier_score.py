"""Tier score and grade of one customer: pure functions, no database.

The formula is the one of the product's specification: scale, cooperation and market
potential, each 0-100, weighted 45 : 30 : 25 over the parts that are known.

>>> facts = TierFacts(
...     share_before=0.0, years=2.5, quarters=8, punctuality=1.0, growth=1.2,
...     interval_cv=0.4, order_count=20, days_since_first=900)
>>> result = grade(facts)
>>> result.code, round(result.score, 1)
('A', 92.5)
>>> grade(TierFacts(order_count=0)).code is None
True
"""

from dataclasses import dataclass

WEIGHTS = {"scale": 0.45, "cooperation": 0.30, "potential": 0.25}
UNRATED_DAYS = 180
A_SHARE_BEFORE = 0.30
A_YEARS = 2.0
PASS_SCORE = 50.0


@dataclass(frozen=True)
class TierFacts:
    """What is known of a customer; ``None`` where it is not.

    :param share_before: revenue share (0-1) of the customers ranked before this one
    :param years: years since the first order
    :param quarters: quarters with an order among the last eight
    :param punctuality: share (0-1) of judged instalments paid on time
    :param growth: revenue of the last 365 days over the 365 before, smoothed
    :param interval_cv: coefficient of variation of the days between orders
    :param order_count: days with an order, ever
    :param days_since_first: days since the first order
    """

    share_before: float | None = None
    years: float | None = None
    quarters: int | None = None
    punctuality: float | None = None
    growth: float | None = None
    interval_cv: float | None = None
    order_count: int = 0
    days_since_first: int | None = None


@dataclass(frozen=True)
class Grade:
    """The tier (``None``: unrated), the score 0-100 and how it came about.

    ``lines`` holds ``(part, points 0-100, weight)`` of the known parts and ``gates``
    ``(gate, passed)`` of what an A takes beside the score.
    """

    code: str | None
    score: float | None
    lines: tuple = ()
    gates: tuple = ()
    malus: float = 0.0


def scale(facts):
    """Return 100 * (1 - revenue share of the customers ranked before), or None."""
    if facts.share_before is None:
        return None
    return 100.0 * (1.0 - facts.share_before)


def cooperation(facts):
    """Return years (45), regularity (25) and punctuality (20) on a scale of 0-100.

    The salesperson's judgement of willingness (10) is not asked for yet: what is
    unknown is left out and the rest counts for the whole.
    """
    parts = []
    if facts.years is not None:
        parts.append((45.0, min(1.0, facts.years / 2.0)))
    if facts.quarters is not None:
        parts.append((25.0, facts.quarters / 8.0))
    if facts.punctuality is not None:
        parts.append((20.0, facts.punctuality))
    if not parts:
        return None
    return 100.0 * sum(w * v for w, v in parts) / sum(w for w, _v in parts)


def potential(facts):
    """Return growth between half (0) and one and a half (100) of last year's sales."""
    if facts.growth is None:
        return None
    return 100.0 * max(0.0, min(1.0, facts.growth - 0.5))


def grade(facts):
    """Grade one customer.

    :param TierFacts facts: what is known of the customer
    :rtype: Grade
    """
    if not facts.order_count or (facts.days_since_first or 0) < UNRATED_DAYS:
        return Grade(code=None, score=None)
    points = {
        "scale": scale(facts),
        "cooperation": cooperation(facts),
        "potential": potential(facts),
    }
    lines = tuple(
        (part, value, WEIGHTS[part])
        for part, value in points.items()
        if value is not None
    )
    if not lines:
        return Grade(code="C", score=None)
    raw = sum(v * w for _p, v, w in lines) / sum(w for _p, _v, w in lines)
    malus = 0.0
    if facts.punctuality is not None:
        malus = max(0.0, 10.0 * (0.8 - facts.punctuality) / 0.8)
    score = max(0.0, raw - malus)
    gates = (
        (
            "scale",
            facts.share_before is not None and facts.share_before < A_SHARE_BEFORE,
        ),
        ("years", (facts.years or 0.0) >= A_YEARS),
        ("score", score >= PASS_SCORE),
    )
    return Grade(_code(facts, score, gates), score, lines, gates, malus)


def _code(facts, score, gates):
    if all(passed for _gate, passed in gates):
        return "A"
    growing = facts.growth is not None and facts.growth > 1.0
    stable = facts.interval_cv is not None and facts.interval_cv <= 0.6
    if (growing and stable and facts.order_count >= 3) or score >= PASS_SCORE:
        return "B"
    return "C"
