"""Early warnings from a customer's facts: pure functions, no database.

Each rule looks at one cause and says nothing where a fact that it needs is unknown.
The evidence is what it saw: ``{name: value}``, kept with the warning.

>>> facts = {"orders_182d": 1, "orders_prev_182d": 5, "order_count": 9}
>>> judge(facts, [Rule("frequency", limit=0.9, minimum=3, probability=0.8)])
[Finding(code='frequency', level='warning', evidence={'orders_182d': 1, \
'orders_prev_182d': 5, 'probability': 0.938})]
"""

import math
from dataclasses import dataclass, field

from ..followup.followup import add_months

LEVELS = ("info", "warning", "alarm")


@dataclass(frozen=True)
class Rule:
    """Thresholds of one cause; what each means stands at its function.

    :param str code: the cause
    :param tuple tiers: only these tiers ("" is unrated); empty: all
    :param dict tier_limits: limit of a tier, where it has one of its own
    """

    code: str
    limit: float = 0.0
    alarm_limit: float = 0.0
    minimum: int = 0
    probability: float = 0.0
    tiers: tuple = ()
    tier_limits: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A rule's finding: how serious, and what it saw."""

    code: str
    level: str
    evidence: dict


def fell_probability(now, before):
    """Return the chance (0-1) that the rate of orders fell between equal periods.

    Each rate is Gamma(orders + 1), so the share of now in both is a Beta, whose
    distribution function at 1/2 is a sum of binomials.

    >>> fell_probability(0, 3), fell_probability(2, 2), fell_probability(3, 0)
    (0.9375, 0.5, 0.0625)
    """
    tosses = now + before + 1
    wins = sum(math.comb(tosses, k) for k in range(now + 1, tosses + 1))
    return wins / 2**tosses


def frequency(facts, rule):
    """Orders of 182 days at most ``limit`` times those of the 182 before.

    Information; a warning if there are at least ``minimum`` orders in both periods
    together and the rate fell with at least ``probability``.
    """
    now, before = facts.get("orders_182d"), facts.get("orders_prev_182d")
    if now is None or not before or now > rule.limit * before:
        return None
    chance = fell_probability(now, before)
    sure = now + before >= rule.minimum and chance >= rule.probability
    return ("warning" if sure else "info"), {
        "orders_182d": now,
        "orders_prev_182d": before,
        "probability": round(chance, 3),
    }


def silence(facts, rule):
    """A regular buyer is silent, with a chance of at most ``limit`` if it stays."""
    chance = facts.get("silence_chance")
    if chance is None or chance > rule.limit:
        return None
    return "warning", {
        "gap_open": facts.get("gap_open"),
        "interval_mean": facts.get("interval_mean"),
        "silence_chance": round(chance, 4),
    }


def churn(facts, rule):
    """1 - P(buys within 182 days) is above the limit of the customer's tier."""
    risk = facts.get("churn_risk")
    limit = rule.tier_limits.get(facts.get("tier") or "C", rule.limit)
    if risk is None or risk <= limit:
        return None
    return "warning", {"churn_risk": round(risk, 4), "limit": limit}


def wake_up(facts, rule):
    """No inquiry, quotation request, mail or order for ``minimum`` calendar months.

    Counted from the last sign on: three months after 30 November are over on the last
    day of February, not on 1 March.

    >>> from datetime import date
    >>> rule = Rule("wake_up", minimum=3)
    >>> def on(day):
    ...     facts = {"last_order_date": date(2025, 11, 30), "as_of": day}
    ...     return bool(wake_up(facts, rule))
    >>> on(date(2026, 2, 27)), on(date(2026, 2, 28))
    (False, True)
    """
    names = (
        "last_inquiry_date",
        "last_quotation_date",
        "last_inbound_date",
        "last_order_date",
    )
    days = [facts[name] for name in names if facts.get(name)]
    if not days or facts["as_of"] < add_months(max(days), rule.minimum):
        return None
    return "warning", {"last_sign": max(days).isoformat()}


def cycle(facts, rule):
    """The longer of mean interval and open gap is above ``limit`` days.

    Above ``alarm_limit`` it is an alarm, up to it the target is missed.
    """
    days = max(facts.get("interval_mean") or 0, facts.get("gap_open") or 0)
    if facts.get("gap_open") is None or days <= rule.limit:
        return None
    return ("alarm" if days > rule.alarm_limit else "warning"), {
        "interval_mean": facts.get("interval_mean"),
        "gap_open": facts["gap_open"],
        "limit": rule.limit,
    }


def complaints(facts, rule):
    """At least ``minimum`` claims in 182 days and ``limit`` times those before."""
    now, before = facts.get("claims_182d"), facts.get("claims_prev_182d")
    if now is None or now < rule.minimum or now < rule.limit * (before or 0):
        return None
    return "warning", {"claims_182d": now, "claims_prev_182d": before or 0}


def satisfaction(facts, rule):
    """Satisfaction fell by at least ``limit`` points."""
    now, before = facts.get("satisfaction"), facts.get("satisfaction_before")
    if now is None or before is None or before - now < rule.limit:
        return None
    return "warning", {"satisfaction": now, "satisfaction_before": before}


def average_order(facts, rule):
    """The average order is at most ``limit`` times that of the 182 days before.

    With at least ``minimum`` orders in each of the two periods.
    """
    now, before = facts.get("order_average_182d"), facts.get("order_average_prev_182d")
    orders = min(facts.get("orders_182d") or 0, facts.get("orders_prev_182d") or 0)
    if not now or not before or orders < rule.minimum or now > rule.limit * before:
        return None
    return "warning", {
        "order_average_182d": float(now),
        "order_average_prev_182d": float(before),
    }


CAUSES = {
    "frequency": frequency,
    "silence": silence,
    "churn": churn,
    "wake_up": wake_up,
    "cycle": cycle,
    "complaints": complaints,
    "satisfaction": satisfaction,
    "average_order": average_order,
}


def judge(facts, rules):
    """Return the findings on one customer.

    :param dict facts: with ``as_of`` and ``tier`` (a letter, "" is unrated)
    :param rules: list of :class:`Rule`
    """
    if not facts.get("order_count"):
        # Nothing to lose yet: who never bought is the business of leads.
        return []
    found = []
    for rule in rules:
        if rule.tiers and (facts.get("tier") or "") not in rule.tiers:
            continue
        answer = CAUSES[rule.code](facts, rule)
        if answer:
            found.append(Finding(rule.code, *answer))
    return found


def period(day):
    """Return the period in which a cause is warned of once: a quarter.

    >>> from datetime import date
    >>> period(date(2024, 12, 31)), period(date(2025, 1, 1))
    ('2024-Q4', '2025-Q1')
    """
    return f"{day.year}-Q{(day.month + 2) // 3}"
