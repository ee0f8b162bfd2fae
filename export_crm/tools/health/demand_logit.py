"""A logit on recency, frequency, spend and tenure: standard library only.

>>> from .demand_history import Customer
>>> customers = [Customer(0, 0.0, 100.0 + i, 10.0) for i in range(50)]
>>> customers += [Customer(5, 90.0 + i, 100.0 + i, 60.0) for i in range(50)]
>>> logit = fit([(c, c.x > 0, 1.0) for c in customers])
>>> log_odds(logit, customers[0]) < 0 < log_odds(logit, customers[-1])
True
>>> round(probability(log_odds_of(0.25)), 12)
0.25
"""

import math

# Days added before a logarithm is taken: a week, so that a purchase of today and one
# of tomorrow differ little.
WEEK = 7.0
# Customers per unit of the ridge on the standardised coefficients.
RIDGE = 1.0
ROUNDS = 30
EDGE = 1e-9


def features(customer):
    """Return the five inputs: 1, frequency, recency, average spend, tenure (logs)."""
    x, tx, t, spend = customer
    return (
        1.0,
        math.log1p(x),
        math.log(t - tx + WEEK),
        math.log1p(max(0.0, spend / (x + 1))),
        math.log(t + WEEK),
    )


def fit(rows, ridge=RIDGE):
    """Fit by Newton's method with a small ridge, which always has one answer.

    :param rows: ``(Customer, bought again, weight)``
    :return: coefficients of :func:`features`, a tuple
    """
    inputs = [features(customer) for customer, _y, _w in rows]
    size = len(inputs[0])
    mean, sd = _moments(inputs)
    data = [
        ([(v - m) / s for v, m, s in zip(row, mean, sd, strict=True)], float(y), w)
        for row, (_c, y, w) in zip(inputs, rows, strict=True)
    ]
    beta = [0.0] * size
    for _round in range(ROUNDS):
        gradient, hessian = _derivatives(data, beta, ridge)
        step = solve(hessian, gradient)
        beta = [b + d for b, d in zip(beta, step, strict=True)]
        if max(map(abs, step)) < 1e-9:
            break
    scaled = [b / s for b, s in zip(beta, sd, strict=True)]
    scaled[0] = beta[0] - sum(b * m for b, m in zip(scaled[1:], mean[1:], strict=True))
    return tuple(scaled)


def log_odds(coefficients, customer):
    """Return the log-odds that a customer buys again."""
    return sum(c * v for c, v in zip(coefficients, features(customer), strict=True))


def probability(value):
    """Return the probability of log-odds."""
    return 1.0 / (1.0 + math.exp(-value))


def log_odds_of(chance):
    """Return the log-odds of a probability, kept off 0 and 1."""
    chance = min(1.0 - EDGE, max(EDGE, chance))
    return math.log(chance / (1.0 - chance))


def shift_to(values, target):
    """Return what to add to log-odds so that their mean probability is ``target``.

    >>> round(probability(0.3 + shift_to([0.3], 0.25)), 9)
    0.25
    """
    low, high = -30.0, 30.0
    for _round in range(60):
        middle = (low + high) / 2.0
        mean = sum(probability(v + middle) for v in values) / len(values)
        low, high = (middle, high) if mean < target else (low, middle)
    return (low + high) / 2.0


def _moments(inputs):
    """Return means and deviations of the columns; the constant stays as it is."""
    columns = list(zip(*inputs, strict=True))
    mean = [sum(column) / len(column) for column in columns]
    sd = [
        math.sqrt(sum((v - m) ** 2 for v in column) / len(column)) or 1.0
        for column, m in zip(columns, mean, strict=True)
    ]
    mean[0], sd[0] = 0.0, 1.0
    return mean, sd


def _derivatives(data, beta, ridge):
    size = len(beta)
    gradient = [0.0] + [-ridge * b for b in beta[1:]]
    hessian = [
        [ridge if i == j and i else 0.0 for j in range(size)] for i in range(size)
    ]
    hessian[0][0] = 1e-9
    for row, y, weight in data:
        p = probability(sum(b * v for b, v in zip(beta, row, strict=True)))
        error, curve = weight * (y - p), weight * p * (1.0 - p)
        for i, v in enumerate(row):
            gradient[i] += error * v
            line, factor = hessian[i], curve * v
            for j in range(i + 1):
                line[j] += factor * row[j]
    for i in range(size):
        for j in range(i):
            hessian[j][i] = hessian[i][j]
    return gradient, hessian


def solve(matrix, vector):
    """Return the solution of a small system of linear equations.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    [1.0, 0.5]
    """
    rows = [[*line, value] for line, value in zip(matrix, vector, strict=True)]
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(i + 1, size):
            factor = rows[k][i] / rows[i][i]
            rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i], strict=True)]
    found = [0.0] * size
    for i in reversed(range(size)):
        rest = sum(rows[i][j] * found[j] for j in range(i + 1, size))
        found[i] = (rows[i][size] - rest) / rows[i][i]
    return found
