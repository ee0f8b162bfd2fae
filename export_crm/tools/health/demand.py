"""Who will buy again: MBG/NBD in closed form. Pure functions, no database.

A customer who is still one buys at random with a rate of its own (Gamma over all
customers) and may leave for good after every purchase, the first one too, with a
probability of its own (Beta over all customers): the modified beta-geometric/NBD model
of Batislam, Denizel and Filiztekin, "Empirical validation and comparison of models for
customer base analysis", International Journal of Research in Marketing 24 (2007).

All that the model asks of a customer are three facts, times in days:

* ``x``: purchases after the first one (purchase days: several orders of a day are one),
* ``tx``: days from the first purchase to the last,
* ``t``: days from the first purchase to the as-of day.

>>> params = Params(r=0.6, alpha=60.0, a=0.5, b=1.5)
>>> regular, once = (9, 300.0, 320.0), (0, 0.0, 320.0)
>>> round(p_alive(params, *regular), 3), round(p_alive(params, *once), 3)
(0.926, 0.498)
>>> round(p_buy(params, *regular, 182), 3), round(p_buy(params, *once, 182), 3)
(0.904, 0.104)
>>> round(expected(params, *regular, 182), 2)
3.88
"""

import math
from dataclasses import dataclass

NODES = 24
# Limits of exponents: PostgreSQL raises an error where Python returns 0. They are met
# where nothing is left to tell apart (a chance below 1e-25).
MAX_LOG = 60.0
MIN_LOG = -600.0
# Below this a leaving probability is 0: reached only for a near 0.
MIN_NODE = 1e-12


@dataclass(frozen=True)
class Params:
    """The company's four numbers: ``alpha`` in days, the others have no unit."""

    r: float
    alpha: float
    a: float
    b: float


def p_alive(params, x, tx, t):
    """Return the probability (0-1) that the customer has not left for good."""
    grown = (params.r + x) * math.log((params.alpha + t) / (params.alpha + tx))
    odds_left = params.a / (params.b + x) * math.exp(min(grown, MAX_LOG))
    return 1.0 / (1.0 + odds_left)


def p_buy(params, x, tx, t, days):
    """Return the probability (0-1) of at least one purchase in the next ``days``."""
    return p_alive(params, x, tx, t) * (1.0 - _silent(params, x, t, days))


def expected(params, x, tx, t, days):
    """Return the expected purchases in the next ``days``.

    A customer alive with rate l and leaving probability p makes
    (1 - exp(-l p days)) / p more purchases on average; the Gamma over l is integrated
    in closed form, the Beta over p by the nodes of :func:`quadrature`, so that a
    database that has ``exp()`` and no hypergeometric function computes the same.
    """
    top = bottom = 0.0
    for p, log_stays, weight in quadrature(params.a):
        w = weight * math.exp(max((params.b + x) * log_stays, MIN_LOG))
        top += w * (1.0 - _silent(params, x, t, p * days)) / p
        bottom += w
    return p_alive(params, x, tx, t) * top / bottom


def interval(params, x, tx):
    """Return the days between two purchases of this customer, shrunken.

    >>> round(interval(Params(r=0.6, alpha=60.0, a=0.5, b=1.5), 9, 300.0), 1)
    37.5
    """
    return (params.alpha + tx) / (params.r + x)


def _silent(params, x, t, days):
    """Return the chance that one who stays buys nothing in ``days``."""
    ratio = (params.alpha + t) / (params.alpha + t + days)
    return math.exp(max((params.r + x) * math.log(ratio), MIN_LOG))


_GAUSS = {}
_QUADRATURE = {}


def quadrature(a, power=4):
    """Return ``[(p, log(1 - p), weight)]`` for integrals of p^(a-1) f(p), 0 < p < 1.

    Gauss-Legendre in u with p = u^(power / a): the pole at 0 is gone and the nodes
    are dense where customers with many purchases have their mass.
    """
    if a not in _QUADRATURE:
        if len(_QUADRATURE) > 64:
            _QUADRATURE.clear()
        _QUADRATURE[a] = [
            (p, math.log1p(-p), w * math.pow(u, power - 1))
            for u, w in gauss_legendre(NODES)
            if (p := math.pow(u, power / a)) > MIN_NODE
        ]
    return _QUADRATURE[a]


def gauss_legendre(n):
    """Return the ``n`` nodes and weights of Gauss-Legendre on 0 to 1.

    >>> round(sum(w * u**5 for u, w in gauss_legendre(3)), 12)  # exact to degree 5
    0.166666666667
    """
    if n not in _GAUSS:
        pairs = []
        for i in range(n):
            z = math.cos(math.pi * (i + 0.75) / (n + 0.5))
            for _round in range(100):
                value, slope = _legendre(n, z)
                step = value / slope
                z -= step
                if abs(step) < 1e-15:
                    break
            slope = _legendre(n, z)[1]
            pairs.append((0.5 * (1.0 - z), 1.0 / ((1.0 - z * z) * slope * slope)))
        _GAUSS[n] = pairs
    return _GAUSS[n]


def _legendre(n, z):
    """Return the Legendre polynomial of degree ``n`` at ``z`` and its slope."""
    before, value = 0.0, 1.0
    for k in range(n):
        before, value = value, ((2 * k + 1) * z * value - k * before) / (k + 1)
    return value, n * (z * value - before) / (z * z - 1.0)
