"""Logits on recency, frequency, spend, tenure and silence: standard library only.

One takes the logarithms, one the ranks within the company (``demand_table``): what is
rare in one company is usual in another. Both know the silence of regular buyers.

>>> from .demand_history import Customer
>>> customers = [Customer(0, 0.0, 100.0 + i, 10.0) for i in range(50)]
>>> customers += [Customer(5, 90.0 + i, 100.0 + i, 60.0) for i in range(50)]
>>> logit = fit([(features(c), c.x > 0, 1.0) for c in customers])
>>> [log_odds(logit, features(customers[i])) > 0 for i in (0, -1)]
[False, True]
>>> round(probability(log_odds_of(0.25)), 12)
0.25
"""

import math

from .demand_table import read, table
from .silence import is_regular, silence

# Days added before a logarithm is taken: a week, so that a purchase of today and one
# of tomorrow differ little.
WEEK = 7.0
# Customers per unit of the ridge on the standardised coefficients.
RIDGE = 1.0
ROUNDS = 30
EDGE = 1e-9
# The log of the chance of a silence is used from here up: what is rarer than one in
# 3,000 is no longer told apart. One lower than the mean log of a chance, 0 for who
# has no clock: neither for nor against.
LEAST_LOG = -8.0
#: Inputs that are read as ranks; the constant and the silence are not.
RANKED = slice(1, 5)


def features(customer):
    """Return the six inputs: 1, frequency, recency, average spend, tenure, silence.

    Logarithms all but the first.
    """
    x, tx, t, spend = customer[:4]
    return (
        1.0,
        math.log1p(x),
        math.log(t - tx + WEEK),
        math.log1p(max(0.0, spend / (x + 1))),
        math.log(t + WEEK),
        quiet(customer),
    )


def quiet(customer):
    """Return what the open gap says of a regular buyer: 1 is none, -7 very long.

    >>> from .demand_history import Customer
    >>> quiet(Customer(0, 0.0, 400.0, 9.0))
    0.0
    >>> on_time = Customer(11, 110.0, 111.0, 9.0, math.log(10.0))
    >>> silent = Customer(11, 110.0, 170.0, 9.0, math.log(10.0))
    >>> round(quiet(on_time), 2), round(quiet(silent), 2)
    (0.98, -6.41)
    """
    x, tx, t, _spend, log_mean = customer
    if not x or not is_regular(x, tx / x, log_mean):
        return 0.0
    return max(math.log(max(silence(x, tx, t - tx), EDGE)), LEAST_LOG) + 1.0


def tables(inputs):
    """Return the tables of ranks of the customers with these :func:`features`."""
    return tuple(table(column) for column in list(zip(*inputs, strict=True))[RANKED])


def ranked(knots, row):
    """Return :func:`features` with ranks, -1/2 to 1/2, in place of logarithms."""
    ranks = (read(k, v) - 0.5 for k, v in zip(knots, row[RANKED], strict=True))
    return (row[0], *ranks, *row[RANKED.stop :])


def fit(rows, ridge=RIDGE):
    """Fit by Newton's method with a small ridge, which always has one answer.

    :param rows: ``(inputs, bought again, weight)``, the first input is 1
    :return: coefficients of the inputs, a tuple
    """
    inputs = [row for row, _y, _w in rows]
    size = len(inputs[0])
    mean, sd = _moments(inputs)
    data = [
        ([(v - m) / s for v, m, s in zip(row, mean, sd, strict=True)], float(y), w)
        for row, y, w in rows
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


def log_odds(coefficients, row):
    """Return the log-odds that a customer with these inputs buys again."""
    return sum(c * v for c, v in zip(coefficients, row, strict=True))


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
