"""Fitting MBG/NBD to a company's own customers: standard library only.

The likelihood of one customer (Batislam et al. 2007, eq. 3) needs only x, tx and t;
customers with the same three are counted together. A weak prior keeps the four numbers
finite when there are few customers: it weighs like one customer or two.

>>> rows = [(0, 0.0, 300.0)] * 25 + [(3, 250.0, 300.0)] * 10 + [(1, 90.0, 300.0)] * 5
>>> fitted = fit(rows)
>>> fitted.customers, 0 < fitted.params.r < 20, math.isfinite(fitted.log_likelihood)
(40, True, True)
"""

import math
from collections import Counter
from dataclasses import dataclass

from .demand import Params

# Prior: each log parameter is Normal around a typical value, 1.5 wide (a factor 4.5
# either way), alpha in units of the mean time observed.
PRIOR_MEAN = (math.log(0.7), math.log(0.4), math.log(0.6), math.log(1.5))
PRIOR_SD = 1.5
MAX_STEPS = 600


@dataclass(frozen=True)
class Fit:
    """Parameters with the quality of the fit.

    :param Params params: what was fitted
    :param int customers: how many customers it stands on
    :param float log_likelihood: of the data, prior left out
    :param int steps: iterations of the search
    :param bool converged: the search stopped by itself
    """

    params: Params
    customers: int
    log_likelihood: float
    steps: int
    converged: bool


def fit(customers):
    """Fit the model.

    :param customers: iterable of ``(x, tx, t)``, times in days
    :rtype: Fit
    :raise ValueError: there is no customer
    """
    counts = Counter((int(x), float(tx), float(t)) for x, tx, t in customers)
    number = sum(counts.values())
    if not number:
        raise ValueError("no customer has bought anything")
    scale = max(1.0, sum(t * n for (_x, _tx, t), n in counts.items()) / number)
    data = _Data(counts, scale)

    def loss(logs):
        prior = sum(
            ((value - mean) / PRIOR_SD) ** 2
            for value, mean in zip(logs, PRIOR_MEAN, strict=True)
        )
        return 0.5 * prior - data.log_likelihood(*map(math.exp, logs))

    best, value, steps, converged = _minimise(loss, list(PRIOR_MEAN))
    r, alpha, a, b = map(math.exp, best)
    return Fit(
        Params(r, alpha * scale, a, b),
        number,
        data.log_likelihood(r, alpha, a, b),
        steps,
        converged,
    )


class _Data:
    """The counted customers, times divided by ``scale``."""

    def __init__(self, counts, scale):
        self.times = sorted({t for _x, tx, t in counts} | {tx for _x, tx, t in counts})
        place = {time: i for i, time in enumerate(self.times)}
        self.times = [time / scale for time in self.times]
        self.number_of = Counter()
        for (x, _tx, _t), n in counts.items():
            self.number_of[x] += n
        self.rows = [
            (x, place[tx], place[t], n) for (x, tx, t), n in sorted(counts.items())
        ]

    def log_likelihood(self, r, alpha, a, b):
        """Return the log-likelihood of all customers."""
        lgamma, exp, log1p = math.lgamma, math.exp, math.log1p
        logs = [math.log(alpha + time) for time in self.times]
        head = r * math.log(alpha) - lgamma(r) + lgamma(a + b) - lgamma(b)
        total = 0.0
        left = {}
        for x, n in self.number_of.items():
            total += n * (
                head + lgamma(r + x) + lgamma(b + x + 1) - lgamma(a + b + x + 1)
            )
            left[x] = math.log(a) - math.log(b + x)
        for x, tx, t, n in self.rows:
            stayed = -(r + x) * logs[t]
            gone = left[x] - (r + x) * logs[tx]
            if gone > stayed:
                total += n * (gone + log1p(exp(stayed - gone)))
            else:
                total += n * (stayed + log1p(exp(gone - stayed)))
        return total


def _minimise(loss, start, tolerance=1e-6):
    """Return ``(point, value, steps, converged)``: Nelder-Mead, restarted once."""
    point, value, steps, done = _nelder_mead(loss, start, 0.5, tolerance)
    point, value, more, done = _nelder_mead(loss, point, 0.1, tolerance)
    return point, value, steps + more, done


def _nelder_mead(loss, start, size, tolerance):
    """Minimise ``loss`` from ``start``; see Nelder and Mead, Computer Journal 1965."""
    simplex = [(loss(start), start)]
    for i in range(len(start)):
        other = [v + (size if i == j else 0.0) for j, v in enumerate(start)]
        simplex.append((loss(other), other))
    for step in range(MAX_STEPS):
        simplex.sort(key=lambda vertex: vertex[0])
        best, worst = simplex[0], simplex[-1]
        if worst[0] - best[0] < tolerance * (1.0 + abs(best[0])) * 1e-2:
            return best[1], best[0], step, True
        centre = [
            sum(vertex[1][j] for vertex in simplex[:-1]) / (len(simplex) - 1)
            for j in range(len(start))
        ]

        def along(factor, centre=centre, worst=worst):
            other = [
                c + factor * (w - c) for c, w in zip(centre, worst[1], strict=True)
            ]
            return loss(other), other

        trial = along(-1.0)
        if trial[0] < best[0]:
            simplex[-1] = min(trial, along(-2.0), key=lambda vertex: vertex[0])
        elif trial[0] < simplex[-2][0]:
            simplex[-1] = trial
        else:
            trial = along(0.5 if trial[0] >= worst[0] else -0.5)
            if trial[0] < worst[0]:
                simplex[-1] = trial
            else:
                simplex = [best] + [
                    (lambda p: (loss(p), p))(
                        [b + 0.5 * (v - b) for v, b in zip(p, best[1], strict=True)]
                    )
                    for _value, p in simplex[1:]
                ]
    simplex.sort(key=lambda vertex: vertex[0])
    return simplex[0][1], simplex[0][0], MAX_STEPS, False
