"""What a grading makes of a computed tier: steady, at most one step down.

The *computed* tier is what the facts say today; the *assigned* one is what the
customer has. A customer moves up at once; leaves A only when the scale is clearly
missed or after two failing gradings; and goes down one step per grading. Pure.

>>> from .tier_criteria import DEFAULTS, Criteria
>>> criteria = Criteria.of(DEFAULTS)
>>> day = date(2024, 7, 1)
>>> decide(Standing("A", "C", scale=0.34), criteria, day).code
'A'
>>> decide(Standing("A", "C", scale=0.36), criteria, day)
Decision(code='B', reason='step', fails=0, failed_on=None)
>>> decide(Standing("C", "A"), criteria, day).code
'A'
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .tier_criteria import LADDER, PARETO

#: Why a customer has the tier that it has after a grading.
REASONS = (
    "same",
    "first",
    "up",
    "down",
    "step",
    "kept",
    "wait",
    "override",
    "unrated",
)


@dataclass(frozen=True)
class Standing:
    """Where a customer stands before a grading.

    :param current: assigned tier (None: unrated); :param computed: by the facts
    :param scale: what the scale gate looks at, None: unknown
    :param fails: gradings in a row in which an A was none by the facts
    :param failed_on: day of the last of them
    :param stepped_on: day of the last step down
    :param override: a person has set the tier, for the time being
    """

    current: str | None
    computed: str | None
    scale: float | None = None
    fails: int = 0
    failed_on: date | None = None
    stepped_on: date | None = None
    override: bool = False


class Decision(NamedTuple):
    """The tier after the grading, why, and the failings counted so far."""

    code: str | None
    reason: str
    fails: int = 0
    failed_on: date | None = None


def decide(standing, criteria, as_of):
    """Return what a grading on the day ``as_of`` decides.

    A repetition (another grading within ``Criteria.apart``) counts no further
    failing and takes no further step down: the same grading again changes nothing.

    :param Standing standing: before the grading
    :param Criteria criteria: thresholds for leaving A
    :rtype: Decision
    """
    current, computed = standing.current, standing.computed
    if standing.override:
        return Decision(current, "override", standing.fails, standing.failed_on)
    if current == computed:
        return Decision(current, "same")
    if current is None:
        return Decision(computed, "first")
    if computed is None:
        return Decision(None, "unrated")
    if LADDER.index(computed) < LADDER.index(current):
        return Decision(computed, "up")
    if current == LADDER[0]:
        fails, failed_on = _count(standing, criteria, as_of)
        if not _leaves(standing, criteria, fails):
            return Decision(current, "kept", fails, failed_on)
    stepped = standing.stepped_on
    if stepped is not None and as_of < stepped + criteria.apart:
        return Decision(current, "wait", standing.fails, standing.failed_on)
    below = LADDER[LADDER.index(current) + 1]
    return Decision(below, "down" if below == computed else "step")


def _count(standing, criteria, as_of):
    """Return the failings with this one, unless this one repeats the last."""
    last = standing.failed_on
    if last is not None and as_of < last + criteria.apart:
        return standing.fails, last
    return standing.fails + 1, as_of


def _leaves(standing, criteria, fails):
    """Tell whether an A that no longer passes leaves with this grading."""
    rule = criteria.get("fails")
    if rule is None or fails >= rule.threshold:
        return True
    gate = criteria.scale_gate
    if gate is None or standing.scale is None:
        return False
    if criteria.basis == PARETO:
        return standing.scale > gate.leave
    return standing.scale <= gate.leave
