"""What an expected order is worth, and how sure that is: pure functions, no database.

Three steps. The customer's own average order, drawn towards what is usual in the
company (logarithms: a few giants make no one else's order larger). A regression on the
company's past windows, on the rank of past spend: does the money come as said, from
those who spent much and from those who spent little? How much comes from all together
changes from window to window; that is left as the customers' own averages say. And how
far what came lay from what was said, for customers of a like chance: the interval.

>>> log_mean, pull = usual([[(1, 10.0), (9, 10.0)], [(1, 40.0), (9, 40.0)]])
>>> round(math.exp(log_mean), 9), pull
(20.0, 0.1)
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from .demand_logit import solve
from .demand_table import read

#: An order is said to be worth so many times the customer's average at most, or that
#: part of it at least, until the company's own past speaks.
MOST_PULL = math.log(2.0)
#: The same for what a past that speaks may say beside that.
MOST_LEARNED = math.log(3.0)
#: Amounts vary like this power of what is expected (1 Poisson, 2 Gamma).
POWER = 1.5
#: A coefficient is believed to lie so near its start.
PRIOR_SD = 0.3
ROUNDS = 25
LEAST = 1e-9
#: Groups of a like chance, for the interval; customers that one needs.
GROUPS, GROUP_LEAST = 5, 25
MOST_HIGH = 50.0


@dataclass(frozen=True)
class Worth:
    """What the company's orders say of the value of one.

    :param float log_mean: mean logarithm of the customers' average orders
    :param float pull: orders that this mean weighs like
    :param tuple beta: of :func:`inputs`; None: no past window spoke
    :param tuple spends: the table of ranks of past spend (logarithms)
    :param tuple low: the table from a chance to the low end, in parts of what is said
    :param tuple high: the same for the high end
    """

    log_mean: float = 0.0
    pull: float = 1.0
    beta: tuple | None = None
    spends: tuple | None = None
    low: tuple | None = None
    high: tuple | None = None


class Past(NamedTuple):
    """A customer in a past window."""

    row: tuple  # inputs
    plain: float  # said, before the regression
    came: float
    chance: float


def usual(histories):
    """Return ``(log_mean, pull)``: the mean log of averages, and the weight it has.

    Variance of a customer's orders over variance between customers (Bühlmann).
    """
    orders = [[math.log(max(a, LEAST)) for _day, a in h] for h in histories]
    own = [math.log(max(LEAST, sum(a for _d, a in h) / len(h))) for h in histories]
    mean = sum(own) / len(own)
    freedom = sum(map(len, orders)) - len(orders)
    within = 0.0
    for logs in orders:
        centre = sum(logs) / len(logs)
        within += sum((value - centre) ** 2 for value in logs)
    within = within / freedom if freedom else 1.0
    spread = sum((value - mean) ** 2 for value in own) / max(1, len(own) - 1)
    noise = within * sum(1.0 / len(logs) for logs in orders) / len(orders)
    between = max(spread - noise, spread / 20.0, 1e-6)
    return mean, min(50.0, max(0.1, within / between))


def own_average(customer):
    """Return the customer's average order."""
    return max(LEAST, customer.spend / (customer.x + 1))


def pulled(worth, customer):
    """Return the logarithm of the factor that draws an average to the usual one.

    >>> from .demand_history import Customer
    >>> once = Customer(0, 0.0, 50.0, 500.0)
    >>> round(math.exp(pulled(Worth(math.log(20000.0), 1.0), once)), 6)
    2.0
    """
    away = worth.log_mean - math.log(own_average(customer))
    value = worth.pull / (customer.x + 1 + worth.pull) * away
    return max(-MOST_PULL, min(MOST_PULL, value))


def order_value(worth, customer):
    """Return what the customer's next order is worth: its average, drawn."""
    return own_average(customer) * math.exp(pulled(worth, customer))


def inputs(worth, customer):
    """Return what the regression looks at."""
    rank = read(worth.spends, math.log1p(max(0.0, customer.spend)))
    return (1.0, rank - 0.5)


def learned(worth, customer):
    """Return the factor by which money came otherwise than said, in the past."""
    if worth.beta is None:
        return 1.0
    return _factor(worth.beta, inputs(worth, customer))


def fit(worth, pasts):
    """Return the worth with a regression and an interval out of past windows.

    A quasi-likelihood with a prior: with few customers, or amounts that chance rules,
    the factor stays near 1.

    The level is that of the windows; :func:`level` brings it to that of today.

    :param list pasts: :class:`Past`
    """
    beta = _regression([past for past in pasts if past.plain > 0.0])
    if beta is None:
        return worth
    said = [past.plain * _factor(beta, past.row) for past in pasts]
    low, high = _interval(
        [
            (past.chance, past.came / value)
            for past, value in zip(pasts, said, strict=True)
        ]
    )
    return replace(worth, beta=beta, low=low, high=high)


def level(worth, pairs):
    """Return the worth at which all together bring what their own averages say.

    :param list pairs: ``(customer, expected orders)``

    >>> from .demand_history import Customer
    >>> worth = Worth(math.log(30.0), 1.0, (9.0, 0.0), ((1.0, 2.0), (0.3, 0.7)))
    >>> worth = level(worth, [(Customer(0, 0.0, 9.0, 60.0), 2.0)])
    >>> round(order_value(worth, Customer(0, 0.0, 9.0, 60.0)), 6)
    42.426407
    >>> round(math.exp(worth.beta[0]) * 42.426407, 6)
    60.0
    """
    flat = replace(worth, beta=(0.0, *worth.beta[1:]))
    own = said = 0.0
    for customer, orders in pairs:
        own += orders * own_average(customer)
        said += orders * order_value(flat, customer) * learned(flat, customer)
    return replace(worth, beta=(math.log(own / said), *worth.beta[1:]))


def _factor(beta, row):
    value = sum(b * v for b, v in zip(beta, row, strict=True))
    return math.exp(max(-MOST_LEARNED, min(MOST_LEARNED, value)))


def _regression(pasts):
    """Return the coefficients; None where nothing was said or nothing came."""
    whole = sum(past.plain for past in pasts)
    if not whole or not any(past.came for past in pasts):
        return None
    unit = whole / len(pasts)
    size = len(pasts[0].row)
    beta, ridge = [0.0] * size, None
    for done in range(ROUNDS):
        told = [
            max(1e-6, past.plain / unit * _factor(beta, past.row)) for past in pasts
        ]
        if done < 3:
            scatter = sum(
                (past.came / unit - u) ** 2 / u**POWER
                for past, u in zip(pasts, told, strict=True)
            )
            ridge = max(LEAST, scatter / len(pasts) / PRIOR_SD**2)
        step = _step(pasts, told, beta, ridge, unit)
        widest = max(map(abs, step))
        beta = [b + s / max(1.0, widest) for b, s in zip(beta, step, strict=True)]
        if widest < 1e-5:
            break
    return tuple(beta)


def _step(pasts, told, beta, ridge, unit):
    """Return one step of Newton's method (Fisher's scoring)."""
    size = len(beta)
    gradient = [-ridge * b for b in beta]
    hessian = [[ridge if i == j else 0.0 for j in range(size)] for i in range(size)]
    for past, u in zip(pasts, told, strict=True):
        weight = u ** (2.0 - POWER)
        error = (past.came / unit - u) * u ** (1.0 - POWER)
        for i, v in enumerate(past.row):
            gradient[i] += error * v
            line, factor = hessian[i], weight * v
            for j in range(size):
                line[j] += factor * past.row[j]
    return solve(hessian, gradient)


def _interval(pairs):
    """Return the tables ``(low, high)`` from the chance to parts of what was said.

    Four of five in each group lie between. Where more than one of ten bought nothing
    the low end is 0 and the fifth left out lies above; where four of five bought
    nothing, half of those who did buy lie within.
    """
    pairs = sorted(pairs, key=lambda pair: pair[0])  # not by what came
    groups = min(GROUPS, len(pairs) // GROUP_LEAST)
    if not groups:
        return None, None
    places, lows, highs = [], [], []
    for k in range(groups):
        part = pairs[k * len(pairs) // groups : (k + 1) * len(pairs) // groups]
        place = sum(chance for chance, _part in part) / len(part)
        if places and place <= places[-1]:
            continue
        parts = sorted(ratio for _chance, ratio in part)
        none = sum(not ratio for ratio in parts) / len(parts)
        places.append(place)
        lows.append(0.0 if none > 0.1 else _quantile(parts, 0.1))
        top = 0.9 if none <= 0.1 else max(0.8, (1.0 + none) / 2.0)
        highs.append(min(MOST_HIGH, _quantile(parts, top)))
    return (tuple(places), tuple(lows)), (tuple(places), tuple(highs))


def _quantile(ordered, share):
    """Return the value below which a share lies, on the line between two.

    >>> _quantile([1.0, 2.0, 3.0], 0.75)
    2.5
    """
    place = share * (len(ordered) - 1)
    i = min(int(place), len(ordered) - 2) if len(ordered) > 1 else 0
    after = ordered[min(i + 1, len(ordered) - 1)]
    return ordered[i] + (after - ordered[i]) * (place - i)
