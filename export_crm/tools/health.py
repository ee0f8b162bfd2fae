"""Health index of one customer, 0-100: pure functions, no database.

H = 100 * sum(w * h) / sum(w) over the components that are known; shown only when
they carry at least half of the weight and demand or payment is among them.

>>> result = health_index({"demand": 0.5, "payment": 1.0, "interaction": None})
>>> result.value, result.coverage
(66.7, 0.82)
>>> health_index({"demand": None, "payment": None, "interaction": 1.0}).value is None
True
"""

from dataclasses import dataclass

WEIGHTS = {"demand": 30, "payment": 15, "interaction": 10}
MIN_COVERAGE = 0.5


@dataclass(frozen=True)
class Health:
    """The index (``None``: insufficient data), its coverage 0-1 and its lines.

    ``lines`` holds ``(component, h 0-1, weight, points of the index)``.
    """

    value: float | None
    coverage: float
    lines: tuple = ()


def demand(gap_open, interval_mean):
    """Return how far the customer is from falling silent, 1 (just bought) to 0.

    The days since the last order against three times the customer's own interval;
    for a customer with a single order, against a year.

    >>> demand(0, 30), demand(45, 30), demand(400, 30), demand(73, None)
    (1.0, 0.5, 0.0, 0.8)
    """
    if gap_open is None:
        return None
    horizon = 3.0 * interval_mean if interval_mean else 365.0
    return max(0.0, 1.0 - gap_open / max(horizon, 1.0))


def payment(on_time_rate, days_late):
    """Return the share paid on time, less what the average delay costs (60 days = all).

    >>> payment(1.0, 0.0), payment(0.5, 30.0), payment(None, None)
    (1.0, 0.25, None)
    """
    if on_time_rate is None:
        return None
    return on_time_rate * max(0.0, 1.0 - (days_late or 0.0) / 60.0)


def interaction(inbound, outbound):
    """Return contacts of 90 days against three; ours count a quarter.

    >>> interaction(3, 0), interaction(0, 6), interaction(None, 4)
    (1.0, 0.5, None)
    """
    if inbound is None:
        return None
    return min(1.0, (inbound + 0.25 * (outbound or 0)) / 3.0)


def health_index(components):
    """Combine ``{component: h or None}`` into the index.

    :rtype: Health
    """
    known = {name: h for name, h in components.items() if h is not None}
    weight = sum(WEIGHTS[name] for name in known)
    coverage = round(weight / sum(WEIGHTS.values()), 2)
    enough = coverage >= MIN_COVERAGE and {"demand", "payment"} & set(known)
    if not enough:
        return Health(None, coverage)
    lines = tuple(
        (name, h, WEIGHTS[name], 100.0 * WEIGHTS[name] * h / weight)
        for name, h in known.items()
    )
    return Health(round(sum(line[3] for line in lines), 1), coverage, lines)
