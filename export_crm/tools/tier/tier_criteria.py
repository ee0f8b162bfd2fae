"""The criteria of customer tiers: what is asked, with which weight and threshold.

Every number of the formula is one field of a :class:`Criterion`; the database keeps
them as records, which start from :data:`DEFAULTS`. Standard library only.

>>> criteria = Criteria.of(DEFAULTS)
>>> criteria.get("years").weight, criteria.get("gate_pareto").threshold
(45.0, 0.3)
>>> criteria.get("score_alone") is None  # an option, off by default
True
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from ..account.lateness import months_before

PARETO, OWN_SHARE, WALLET = "pareto", "own_share", "wallet"
BASES = (PARETO, OWN_SHARE, WALLET)
LADDER = ("A", "B", "C")  # the best first
PARTS = ("scale", "cooperation", "potential")
# Component -> the part it belongs to.
COMPONENTS = {
    "years": "cooperation",
    "quarters": "cooperation",
    "punctuality": "cooperation",
    "willingness": "cooperation",
    "core": "potential",
    "growth": "potential",
}


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked about a customer.

    :param code: what is asked
    :param weight: points that count (of 100 within its part; of a part: of all
        parts; of ``referral``: points for each; of ``late``: most points lost)
    :param low: input that is worth nothing; of ``stable_cv``: orders needed; of
        ``fails``: days between two failings that count
    :param high: input that is worth everything; of ``referral``: most points; of
        ``late``: punctuality (0-1) below which points are lost
    :param threshold: what passes
    :param leave: where an A that no longer passes leaves at once
    :param max_age: months after which the answer is unknown; 0: never
    :param id: of the record; kept with every line of a score
    """

    code: str
    weight: float = 0.0
    low: float = 0.0
    high: float = 1.0
    threshold: float = 0.0
    leave: float = 0.0
    max_age: int = 0
    id: int = 0


DEFAULTS = (
    Criterion("scale", weight=45.0),
    Criterion("cooperation", weight=30.0),
    Criterion("potential", weight=25.0),
    Criterion("years", weight=45.0, high=2.0),
    Criterion("quarters", weight=25.0, high=8.0),
    Criterion("punctuality", weight=20.0),
    Criterion("willingness", weight=10.0, low=1.0, high=5.0, max_age=12),
    Criterion("core", weight=60.0),
    Criterion("growth", weight=40.0, low=0.5, high=1.5),
    Criterion("referral", weight=2.0, high=5.0),
    Criterion("late", weight=10.0, high=0.8),
    Criterion("gate_pareto", threshold=0.30, leave=0.35),
    Criterion("gate_own_share", threshold=0.30, leave=0.25),
    Criterion("gate_wallet", threshold=0.30, leave=0.25, max_age=18),
    Criterion("gate_years", threshold=2.0),
    Criterion("gate_core"),
    Criterion("gate_score", threshold=50.0),
    Criterion("growing"),
    Criterion("stable_quarters", threshold=3.0),
    Criterion("stable_cv", threshold=0.6, low=3.0),
    Criterion("b_score", threshold=50.0),
    Criterion("unrated", threshold=180.0),
    Criterion("fails", threshold=2.0, low=90.0),
)
#: Off unless somebody switches it on: a score that makes an A by itself.
OPTIONS = (Criterion("score_alone", threshold=75.0),)


@dataclass(frozen=True)
class Criteria:
    """All criteria that apply to a company.

    :param by_code: a code that isn't there isn't asked
    :param basis: of the scale gate, one of :data:`BASES`
    :param core_known: some market is marked as core; else nobody is asked for it
    """

    by_code: dict = field(default_factory=dict)
    basis: str = PARETO
    core_known: bool = False

    @classmethod
    def of(cls, criteria: Iterable[Criterion], **values):
        """Return the criteria for an iterable of :class:`Criterion`."""
        return cls({criterion.code: criterion for criterion in criteria}, **values)

    def get(self, code):
        """Return the criterion, or None where it isn't asked."""
        return self.by_code.get(code)

    @property
    def scale_gate(self):
        """The criterion of the scale gate of the chosen basis, or None."""
        return self.by_code.get(f"gate_{self.basis}")

    @property
    def apart(self):
        """Days by which two gradings are two and not a repetition of one."""
        fails = self.get("fails")
        return timedelta(days=fails.low if fails else 0)


@lru_cache(maxsize=64)
def _limit(as_of, months):
    return months_before(as_of, months)


def fresh(day: date | None, as_of: date, criterion: Criterion) -> bool:
    """Tell whether an answer of ``day`` still counts.

    >>> wallet = Criterion("gate_wallet", max_age=18)
    >>> fresh(date(2023, 1, 31), date(2024, 7, 31), wallet)
    True
    >>> fresh(date(2023, 1, 30), date(2024, 7, 31), wallet)
    False
    >>> fresh(None, date(2024, 7, 31), wallet)
    False
    """
    if day is None:
        return False
    return not criterion.max_age or day >= _limit(as_of, criterion.max_age)


@lru_cache(maxsize=4096)
def years_between(first: date, last: date) -> float:
    """Return whole years plus the part of the one begun; exact on anniversaries.

    >>> years_between(date(2022, 7, 1), date(2024, 7, 1))
    2.0
    >>> years_between(date(2022, 7, 2), date(2024, 7, 1)) < 2.0
    True
    >>> years_between(date(2020, 2, 29), date(2022, 2, 28))
    2.0
    """
    if last <= first:
        return 0.0
    whole = last.year - first.year
    if _anniversary(first, whole) > last:
        whole -= 1
    begun, end = _anniversary(first, whole), _anniversary(first, whole + 1)
    return whole + (last - begun).days / (end - begun).days


def _anniversary(day, years):
    year = day.year + years
    if (day.month, day.day) == (2, 29):
        return date(year, 3, 1) - timedelta(days=1)
    return day.replace(year=year)
