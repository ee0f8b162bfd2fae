"""How good are our warnings? Measures of a forecast, standard library only.

A forecast made on one day with nothing later known is compared with what came: who
bought again, how often, for how much.
"""

import math
import random
import time
from bisect import bisect_left

from . import demand_model
from .demand_history import outcome, summary

FLAGGED = 0.2
SEED = 19970101


def auc(scores, bought):
    """Return the chance that a buyer is ranked before a non-buyer; ties count half.

    None if all bought or nobody did.

    >>> auc([3, 2, 2, 1], [True, True, False, False])
    0.875
    """
    return _auc(_levels(scores, bought), [1] * len(scores))


def auc_interval(scores, bought, rounds=200, seed=SEED):
    """Return the 95 % bootstrap interval of the AUC: customers drawn with replacement.

    >>> auc_interval([3, 2, 1, 0] * 50, [True, True, False, False] * 50)
    (1.0, 1.0)
    """
    levels, number = _levels(scores, bought), len(scores)
    dice = random.Random(seed)
    found = []
    for _round in range(rounds):
        times = [0] * number
        for i in dice.choices(range(number), k=number):
            times[i] += 1
        value = _auc(levels, times)
        if value is not None:
            found.append(value)
    if not found:
        return None
    found.sort()
    return found[int(0.025 * len(found))], found[int(0.975 * (len(found) - 1))]


def _levels(scores, bought):
    """Return, from the lowest score up, ``[(customer, bought)]`` of each score."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    levels, last = [], None
    for i in order:
        if not levels or scores[i] != last:
            levels.append([])
            last = scores[i]
        levels[-1].append((i, bool(bought[i])))
    return levels


def _auc(levels, times):
    below = wins = buyers = 0.0
    for level in levels:
        good = sum(times[i] for i, y in level if y)
        bad = sum(times[i] for i, y in level if not y)
        wins += good * (below + bad / 2.0)
        below += bad
        buyers += good
    return wins / (buyers * below) if buyers and below else None


def brier(chances, bought):
    """Return the mean squared error of probabilities.

    >>> round(brier([0.5, 1.0], [True, True]), 12)
    0.125
    """
    return rmse(chances, [float(bool(y)) for y in bought]) ** 2


def rmse(said, came):
    """Return the root of the mean squared error.

    >>> rmse([1.0, 3.0], [1.0, 1.0]) == math.sqrt(2)
    True
    """
    total = sum((s - c) ** 2 for s, c in zip(said, came, strict=True))
    return math.sqrt(total / len(said))


def ranks(values):
    """Return the ranks from 1; equal values share the middle one.

    >>> ranks([10, 30, 10])
    [1.5, 3.0, 1.5]
    """
    ordered = sorted(values)
    first = {}
    counts = {}
    for value in ordered:
        counts[value] = counts.get(value, 0) + 1
    for value in counts:
        first[value] = bisect_left(ordered, value)
    return [first[value] + (counts[value] + 1) / 2.0 for value in values]


def spearman(said, came):
    """Return the rank correlation; None where one side never changes.

    >>> spearman([1, 2, 3], [10, 20, 90])
    1.0
    """
    a, b = ranks(said), ranks(came)
    middle = (len(a) + 1) / 2.0
    both = sum((x - middle) * (y - middle) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(
        sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b)
    )
    return both / spread if spread else None


def calibration(chances, bought, bins=10):
    """Return ``[(customers, mean said, share that came)]``, lowest chance first.

    >>> calibration([0.1, 0.2, 0.8, 0.9], [False, False, True, True], 2)
    [(2, 0.15000000000000002, 0.0), (2, 0.8500000000000001, 1.0)]
    """
    pairs = sorted(zip(chances, bought, strict=True))
    found = []
    for k in range(bins):
        part = pairs[k * len(pairs) // bins : (k + 1) * len(pairs) // bins]
        if part:
            said = sum(chance for chance, _y in part) / len(part)
            found.append((len(part), said, sum(bool(y) for _c, y in part) / len(part)))
    return found


def precision(scores, bought, share=FLAGGED):
    """Return the share of losses among the ``share`` of customers ranked lowest.

    >>> precision([1, 2, 3, 4, 5], [False, True, True, True, True])
    1.0
    """
    number = max(1, round(share * len(scores)))
    flagged = sorted(range(len(scores)), key=scores.__getitem__)[:number]
    return sum(not bought[i] for i in flagged) / number


def rfm(customers):
    """Return the sum of the quintiles (1-5) of recency, frequency and spend.

    >>> rfm([(0, 0, 400, 5.0), (9, 390, 400, 90.0)])
    [6, 12]
    """
    columns = (
        ranks([c[1] - c[2] for c in customers]),
        ranks([c[0] for c in customers]),
        ranks([c[3] for c in customers]),
    )
    number = len(customers)
    return [
        sum(min(5, 1 + int(5 * (r - 0.5) / number)) for r in row)
        for row in zip(*columns, strict=True)
    ]


def cut(histories, as_of, days):
    """Return customers known on the day ``as_of`` and what came in ``days``.

    :return: ``(customers, [(purchases, amount)])``
    """
    known = [purchases for purchases in histories if purchases[0][0] <= as_of]
    return (
        [summary(purchases, as_of) for purchases in known],
        [outcome(purchases, as_of, days) for purchases in known],
    )


def forecasts(histories, customers, as_of, days):
    """Return ``{model: (scores, chances, orders, values, seconds)}`` of one day.

    What a model doesn't say is None: recency and RFM only rank.
    """
    clock = time.perf_counter()
    model = demand_model.fit_model(histories, as_of, days)
    chances = [demand_model.p_buy(model, customer) for customer in customers]
    orders = [demand_model.orders(model, customer, days) for customer in customers]
    values = [
        number * demand_model.order_value(model, customer)
        for number, customer in zip(orders, customers, strict=True)
    ]
    own = (chances, chances, orders, values, time.perf_counter() - clock)
    clock = time.perf_counter()
    recency = [customer.tx - customer.t for customer in customers]
    spent = time.perf_counter() - clock
    clock = time.perf_counter()
    sums = rfm(customers)
    return {
        "export_crm": own,
        "recency": (recency, None, None, recency, spent),
        "rfm": (sums, None, None, sums, time.perf_counter() - clock),
    }


def measures(forecast, came):
    """Return the measures of one model's forecast as a dict.

    :param forecast: ``(scores, chances, orders, values, seconds)``
    :param came: ``[(purchases, amount)]`` of the same customers
    """
    scores, chances, orders, values, seconds = forecast
    bought = [number > 0 for number, _amount in came]
    interval = auc_interval(scores, bought)
    low, high = interval or (None, None)
    return {
        "auc": auc(scores, bought),
        "auc_low": low,
        "auc_high": high,
        "brier": brier(chances, bought) if chances else None,
        "rmse": rmse(orders, [number for number, _amount in came]) if orders else None,
        "spearman": spearman(values, [amount for _number, amount in came]),
        "seconds": seconds,
    }
