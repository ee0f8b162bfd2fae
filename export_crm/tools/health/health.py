"""Health index of one customer, 0-100: pure functions, no database.

H = 100 * sum(w * h) / sum(w) over the components that are known; shown only when they
carry at least half of the weight and demand or payment is among them. What is unknown
is left out: it is neither good nor bad.

>>> weights = {"demand": 30, "payment": 15, "interaction": 10}
>>> result = health_index({"demand": 0.5, "payment": 1.0, "interaction": None}, weights)
>>> result.value, result.coverage, result.missing
(66.7, 0.82, ('interaction',))
>>> health_index({"demand": None, "payment": None, "interaction": 1.0}, weights).value
"""

import math
from dataclasses import dataclass

MIN_COVERAGE = 0.5
NEEDED = ("demand", "payment")
#: Ours count a quarter of theirs: outbound effort isn't health.
OUTBOUND = 0.25
#: Answers of the company's average customer that each customer's own are joined with.
PSEUDO_ANSWERS = 2.0
FRESH_DAYS = 365
GREEN, AMBER, MARGIN = 75.0, 50.0, 3.0
#: Actual above this times the forecast is worth a look: the forecast is too low.
FORECAST_FLAG = 1.2


@dataclass(frozen=True)
class Health:
    """The index (``None``: insufficient data), its coverage 0-1 and its lines.

    ``lines`` holds ``(component, h 0-1, weight, points of the index)``; ``missing``
    the components that are unknown.
    """

    value: float | None
    coverage: float
    lines: tuple = ()
    missing: tuple = ()


def interaction(inbound, meetings, inquiries, outbound, reference):
    """Return contacts of 90 days against what is usual for the tier; 0-1.

    :param inbound: messages from them; None: no channel is connected
    :param reference: contacts in 90 days that are as good as can be

    >>> interaction(1, 1, 1, 0, 3), interaction(0, 0, 0, 6, 3), interaction(
    ...     None, None, 0, 4, 3)
    (1.0, 0.5, None)
    """
    if inbound is None:
        return None
    theirs = inbound + (meetings or 0) + (inquiries or 0)
    return min(1.0, (theirs + OUTBOUND * (outbound or 0)) / reference)


def system(portal_days, reference):
    """Return days in the portal against the tier's; None without a portal user.

    >>> system(3, 6), system(None, 6)
    (0.5, None)
    """
    return None if portal_days is None else min(1.0, portal_days / reference)


def complaints(load, orders, deliveries):
    """Return exp(-load / orders); None while nothing was delivered or nobody counts.

    :param load: severities (1, 2, 4), halved every 180 days once closed
    :param orders: purchases of the last 365 days
    :param deliveries: of goods, and services rendered

    >>> complaints(0, 5, 3), round(complaints(4, 2, 3), 3), complaints(0, 5, 0)
    (1.0, 0.135, None)
    """
    if load is None or not deliveries:
        return None
    return math.exp(-load / max(1, orders or 0))


def forecast(completion):
    """Return actual over forecast, at most 1; None without a closed forecast.

    >>> forecast(0.8), forecast(1.5), forecast(None)
    (0.8, 1.0, None)
    """
    return None if completion is None else min(1.0, max(0.0, completion))


def forecast_too_low(completion):
    """Tell whether so much more was bought than forecast that it needs another look.

    >>> forecast_too_low(1.2), forecast_too_low(1.21), forecast_too_low(None)
    (False, True, False)
    """
    return completion is not None and completion > FORECAST_FLAG


def payment_part(amount, days_late):
    """Return what one part of a payment counts; 60 days late it is nothing.

    >>> payment_part(100.0, 0), payment_part(100.0, 15), payment_part(100.0, 90)
    (100.0, 75.0, 0.0)
    """
    return amount * max(0.0, 1.0 - max(0.0, days_late) / 60.0)


def satisfaction(score, answers, company_mean, age):
    """Return the satisfaction 0-1, shrunken to the company's mean by two answers.

    :param score: 0-100, of this customer, older answers counting less
    :param answers: how many answers that is; unknown counts as one
    :param age: days since the last answer; above 365 it is missing, not low

    >>> satisfaction(100.0, 2, 50.0, 10), satisfaction(100.0, 2, 50.0, 366)
    (0.75, None)
    """
    if score is None or age is None or age > FRESH_DAYS:
        return None
    number = answers or 1.0
    mean = score if company_mean is None else company_mean
    joined = (number * score + PSEUDO_ANSWERS * mean) / (number + PSEUDO_ANSWERS)
    return min(1.0, max(0.0, joined / 100.0))


def health_index(components, weights, min_coverage=MIN_COVERAGE):
    """Combine ``{component: h or None}`` into the index.

    :param dict weights: of every component that exists
    :rtype: Health
    """
    known = {
        name: components[name]
        for name in weights
        if components.get(name) is not None and weights[name] > 0
    }
    missing = tuple(name for name in weights if name not in known)
    whole = sum(weights.values())
    weight = sum(weights[name] for name in known)
    share = weight / whole if whole else 0.0
    coverage = round(share, 2)
    if share < min_coverage or not set(NEEDED) & set(known):
        lines = tuple((name, h, weights[name], None) for name, h in known.items())
        return Health(None, coverage, lines, missing)
    lines = tuple(
        (name, h, weights[name], 100.0 * weights[name] * h / weight)
        for name, h in known.items()
    )
    return Health(round(sum(line[3] for line in lines), 1), coverage, lines, missing)


def band(value, before=None, green=GREEN, amber=AMBER, margin=MARGIN, warned=False):
    """Return ``green``, ``amber`` or ``red``; None without a value.

    A band is entered upwards at its threshold and left downwards ``margin`` points
    below it, so that a customer on the line doesn't change colour every night.

    :param bool warned: a serious warning is open: that customer is not green

    >>> band(74), band(74, "green"), band(71.9, "green"), band(75, "amber")
    ('amber', 'green', 'amber', 'green')
    >>> band(48, "amber"), band(46, "green"), band(None, "red") is None
    ('amber', 'red', True)
    >>> band(80.9, "green", warned=True), band(40, warned=True)
    ('amber', 'red')
    """
    if value is None:
        return None
    if value >= green - (margin if before == "green" else 0.0):
        return "amber" if warned else "green"
    if value >= amber - (margin if before in ("green", "amber") else 0.0):
        return "amber"
    return "red"


def against(lines, medians):
    """Return ``(component, points more or less than the median customer's)``.

    :param lines: those of :class:`Health`, with points
    :param dict medians: the median h of each component in the company

    >>> against([("demand", 0.5, 30, 33.3), ("payment", 1.0, 15, 33.3)],
    ...     {"demand": 0.8})
    [('demand', -20.0)]
    """
    weight = sum(line[2] for line in lines)
    return [
        (name, round(100.0 * w * (h - medians[name]) / weight, 1))
        for name, h, w, _points in lines
        if name in medians
    ]


def drops(lines, before, number=3):
    """Return the largest falls of a component since a snapshot, worst first.

    :param before: lines of the snapshot
    :return: ``[(component, h then, h now)]``

    >>> drops([("demand", 0.2, 30, 0), ("payment", 1.0, 15, 0)],
    ...     [("demand", 0.8, 30, 0), ("payment", 0.9, 15, 0)])
    [('demand', 0.8, 0.2)]
    """
    then = {line[0]: line[1] for line in before}
    fallen = [
        (line[2] * (line[1] - then[line[0]]), line[0], then[line[0]], line[1])
        for line in lines
        if line[0] in then and line[1] < then[line[0]] - 1e-9
    ]
    return [(name, old, new) for _fall, name, old, new in sorted(fallen)[:number]]
