"""Tier score and grade of one customer: pure functions, no database.

Scale S, cooperation D and market potential M, 0-100 each, weighted 45 : 30 : 25 over
the parts that are known, plus a bonus for referrals, less a malus for unpunctual
payment. Gates and rules make A, B or C of it. All numbers are
:class:`.tier_criteria.Criteria`.

>>> facts = TierFacts(
...     as_of=date(2024, 7, 1), first_order=date(2022, 1, 1), order_count=20,
...     revenue=900.0, revenue_before=700.0, share=0.4, share_before=0.0,
...     quarters=8, quarters_4=4, punctuality=1.0, growth=1.2, interval_cv=0.4)
>>> result = grade(facts)
>>> result.code, round(result.score, 1)
('A', 92.5)
>>> [line.code for line in result.lines]
['years', 'quarters', 'punctuality', 'growth']
>>> grade(TierFacts(as_of=date(2024, 7, 1))).code is None
True
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .tier_criteria import (
    COMPONENTS,
    DEFAULTS,
    LADDER,
    OWN_SHARE,
    PARETO,
    PARTS,
    WALLET,
    Criteria,
    fresh,
    years_between,
)

DEFAULT_CRITERIA = Criteria.of(DEFAULTS)


@dataclass(frozen=True)
class TierFacts:
    """What is known of a customer on a day; ``None`` where it is not.

    :param as_of: the day; :param first_order: day of the first purchase
    :param order_count: days with a purchase, ever
    :param revenue: of the last 365 days; :param revenue_before: of the 365 before
    :param share: of the company's revenue (0-1)
    :param share_before: share (0-1) of the customers with more revenue
    :param wallet: the customer's own yearly purchases, same currency as revenue
    :param wallet_date: when that was learnt
    :param quarters: with a purchase, of the last eight; :param quarters_4: of four
    :param punctuality: share (0-1) of judged instalments paid on time
    :param willingness: 1-5, the salesperson's; :param willingness_date: of when
    :param core: the country is a core market (None: no country)
    :param growth: smoothed ratio of the two years' revenue
    :param interval_cv: coefficient of variation of the days between purchases
    :param referred: customers that this one brought and that have ordered
    """

    as_of: date
    first_order: date | None = None
    order_count: int = 0
    revenue: float | None = None
    revenue_before: float | None = None
    share: float | None = None
    share_before: float | None = None
    wallet: float | None = None
    wallet_date: date | None = None
    quarters: int | None = None
    quarters_4: int | None = None
    punctuality: float | None = None
    willingness: int | None = None
    willingness_date: date | None = None
    core: bool | None = None
    growth: float | None = None
    interval_cv: float | None = None
    referred: int | None = None


class Line(NamedTuple):
    """One line of a score: ``value`` 0-1 of ``weight``, made of the input ``fact``.

    Of ``referral`` and ``late`` the value is points as such.
    """

    code: str
    value: float
    weight: float
    fact: float
    rule: int


class Part(NamedTuple):
    """A part of the score: points 0-100 and its weight."""

    code: str
    points: float
    weight: float
    rule: int


class Check(NamedTuple):
    """A gate or rule: passed, not, or unknown (None); what is and what is needed."""

    code: str
    passed: bool | None
    fact: float | None
    needed: float
    rule: int


class Grade(NamedTuple):
    """The tier (None: unrated), the score 0-100 and how they came about.

    ``gates`` is what an A takes, ``rules`` what a B takes.
    """

    code: str | None
    score: float | None
    parts: tuple = ()
    lines: tuple = ()
    gates: tuple = ()
    rules: tuple = ()


# === WHAT THE FACTS SAY === #


def scale_value(facts, criteria):
    """Return what the scale gate looks at, by the chosen basis; None: unknown.

    ``pareto``: revenue share ranked before; ``own_share``: share of our revenue;
    ``wallet``: our sales of the customer's own yearly purchases, if fresh.

    >>> wallet = Criteria.of(DEFAULTS, basis="wallet")
    >>> scale_value(TierFacts(date(2024, 7, 1), revenue=40.0, wallet=100.0,
    ...     wallet_date=date(2023, 1, 1)), wallet)
    0.4
    """
    if criteria.basis == PARETO:
        return facts.share_before
    if criteria.basis == OWN_SHARE:
        return facts.share
    gate = criteria.get("gate_wallet")
    if not facts.wallet or facts.revenue is None or gate is None:
        return None
    if not fresh(facts.wallet_date, facts.as_of, gate):
        return None
    return max(facts.revenue, 0.0) / facts.wallet


def unrated(facts, criteria):
    """Tell whether the customer isn't graded: no order, or the first one is recent.

    >>> young = TierFacts(date(2024, 7, 1), date(2024, 1, 4), order_count=1)
    >>> unrated(young, DEFAULT_CRITERIA)  # 179 days ago
    True
    """
    if not facts.order_count or facts.first_order is None:
        return True
    rule = criteria.get("unrated")
    return rule is not None and (
        (facts.as_of - facts.first_order).days < rule.threshold
    )


def _inputs(facts, criteria):
    """Return ``{component: input}``; None: unknown."""
    willing = criteria.get("willingness")
    known = (
        willing
        and facts.willingness
        and fresh(facts.willingness_date, facts.as_of, willing)
    )
    first = facts.first_order
    return {
        "years": None if first is None else years_between(first, facts.as_of),
        "quarters": facts.quarters,
        "punctuality": facts.punctuality,
        "willingness": facts.willingness if known else None,
        # Where no market is core, nobody can be in one: not asked.
        "core": facts.core if criteria.core_known else None,
        "growth": facts.growth,
    }


# === SCORE === #


def _clip(value, low, high):
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _lines(facts, criteria):
    for code, value in _inputs(facts, criteria).items():
        rule = criteria.get(code)
        if rule is not None and value is not None:
            share = _clip(float(value), rule.low, rule.high)
            yield Line(code, share, rule.weight, float(value), rule.id)


def _scale_points(facts, criteria):
    value = scale_value(facts, criteria)
    if value is None:
        return None
    if criteria.basis == PARETO:
        return 100.0 * (1.0 - value)
    gate = criteria.scale_gate
    full = gate.threshold if gate and gate.threshold else 0.30
    return 100.0 * min(1.0, value / full)


def _parts(facts, criteria, lines):
    points = {"scale": _scale_points(facts, criteria)}
    for part in ("cooperation", "potential"):
        own = [line for line in lines if COMPONENTS[line.code] == part]
        weight = sum(line.weight for line in own)
        if weight:
            points[part] = 100.0 * sum(li.value * li.weight for li in own) / weight
    for code in PARTS:
        rule = criteria.get(code)
        if rule is not None and points.get(code) is not None:
            yield Part(code, points[code], rule.weight, rule.id)


def _adjustments(facts, criteria):
    """Yield the bonus for referrals and the malus for unpunctual payment."""
    rule = criteria.get("referral")
    if rule is not None and facts.referred:
        points = min(rule.high, rule.weight * facts.referred)
        yield Line("referral", points, 0.0, float(facts.referred), rule.id)
    rule = criteria.get("late")
    late = facts.punctuality
    if rule is not None and late is not None and late < rule.high:
        points = -rule.weight * (rule.high - late) / rule.high
        yield Line("late", points, 0.0, late, rule.id)


def _score(parts, adjustments):
    weight = sum(part.weight for part in parts)
    if not weight:
        return None
    raw = sum(part.points * part.weight for part in parts) / weight
    return min(100.0, max(0.0, raw + sum(line.value for line in adjustments)))


# === GATES AND RULES === #


def _at_least(rule, value):
    passed = None if value is None else value >= rule.threshold
    return Check(rule.code, passed, value, rule.threshold, rule.id)


def _scale_check(rule, value, basis):
    if value is None:
        passed = None
    elif basis == PARETO:
        passed = value < rule.threshold
    elif basis == OWN_SHARE or basis == WALLET:
        passed = value > rule.threshold
    return Check(rule.code, passed, value, rule.threshold, rule.id)


def _gates(facts, criteria, years, score):
    """Yield what an A takes, beside the option of a score that does alone."""
    if rule := criteria.scale_gate:
        yield _scale_check(rule, scale_value(facts, criteria), criteria.basis)
    if rule := criteria.get("gate_years"):
        yield _at_least(rule, years)
    if (rule := criteria.get("gate_core")) and criteria.core_known:
        core = None if facts.core is None else float(facts.core)
        passed = None if core is None else bool(core)
        yield Check(rule.code, passed, core, 1.0, rule.id)
    if rule := criteria.get("gate_score"):
        yield _at_least(rule, score)


def _rules(facts, criteria, score):
    """Yield what a B takes: growing and stable, or the score."""
    if rule := criteria.get("growing"):
        # Returns of more than was bought are no lower base: nothing is not growth.
        before = max(facts.revenue_before or 0.0, 0.0)
        passed = None if facts.revenue is None else facts.revenue > before
        yield Check(rule.code, passed, facts.revenue, before, rule.id)
    if rule := criteria.get("stable_quarters"):
        yield _at_least(rule, facts.quarters_4)
    if rule := criteria.get("stable_cv"):
        value, passed = facts.interval_cv, False
        if value is not None:
            passed = value <= rule.threshold and facts.order_count >= rule.low
        yield Check(rule.code, passed, value, rule.threshold, rule.id)
    if rule := criteria.get("b_score"):
        yield _at_least(rule, score)


def _is_b(rules):
    passed = {check.code: check.passed for check in rules}
    stable = [c for code, c in passed.items() if code.startswith("stable_")]
    asked = "growing" in passed or bool(stable)
    steady = passed.get("growing", True) and (any(stable) if stable else True)
    return bool((asked and steady) or passed.get("b_score"))


def grade(facts, criteria=DEFAULT_CRITERIA):
    """Grade one customer.

    :param TierFacts facts: what is known of the customer
    :param Criteria criteria: what is asked
    :rtype: Grade
    """
    if unrated(facts, criteria):
        return Grade(None, None)
    lines = tuple(_lines(facts, criteria))
    parts = tuple(_parts(facts, criteria, lines))
    adjustments = tuple(_adjustments(facts, criteria))
    score = _score(parts, adjustments)
    years = years_between(facts.first_order, facts.as_of)
    gates = tuple(_gates(facts, criteria, years, score))
    rules = tuple(_rules(facts, criteria, score))
    alone = criteria.get("score_alone")
    if alone:
        rules += (_at_least(alone, score),)
    by_gates = bool(gates) and all(check.passed for check in gates)
    if by_gates or (alone and score is not None and score >= alone.threshold):
        code = "A"
    else:
        code = "B" if _is_b(rules) else "C"
    return Grade(code, score, parts, lines + adjustments, gates, rules)


def missing(code, gates, rules):
    """Return ``(next tier, checks)``: what keeps a customer from the next tier.

    For a B the gates of an A that aren't passed; for a C the rules of a B, of which
    growing and stable, or the score, would do. Nothing for an A or an unrated one.

    >>> gate = Check("gate_years", False, 1.5, 2.0, 0)
    >>> missing("B", [gate], [])
    ('A', [Check(code='gate_years', passed=False, fact=1.5, needed=2.0, rule=0)])
    """
    if code not in LADDER or code == LADDER[0]:
        return None, []
    if code == "B":
        return "A", [check for check in gates if not check.passed]
    open_rules = [c for c in rules if not c.passed and c.code != "score_alone"]
    if any(c.code.startswith("stable_") and c.passed for c in rules):
        open_rules = [c for c in open_rules if not c.code.startswith("stable_")]
    return "B", open_rules
