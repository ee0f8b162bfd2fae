"""How good the warnings would have been: a company's own past, day by day.

From the latest day back, every 91 days: fit on what was known that day, foretell the
next 182, compare. And for every customer who is lost by now: when would the warning
have come?
"""

from dataclasses import dataclass
from statistics import median

from . import backtest, demand, demand_model
from .demand_history import summary

STEP = 91
MOST = 8
#: So long without a purchase, a loss is certain.
CERTAIN_DAYS = 365
GREEN = 0.75
#: Days between two looks at a customer when the day of the warning is searched.
LOOK = 7


@dataclass(frozen=True)
class Rolling:
    """The result: a dict of measures per origin, and of all of them together.

    ``pooled`` holds the (chance, bought) of all origins for the calibration plot;
    ``leads`` and ``delays`` days per lost customer.
    """

    origins: tuple
    calibration: tuple
    green_churn: float | None
    leads: tuple
    delays: tuple
    lost: int


def origins(first, last, horizon=demand_model.HORIZON):
    """Return the days to look back at, the oldest first.

    Each has at least one horizon before it and one after it.

    >>> origins(0, 800)
    [254, 345, 436, 527, 618]
    >>> origins(0, 300)
    []
    """
    days = range(last - horizon, first + horizon - 1, -STEP)
    return sorted(days[:MOST])


def roll(histories, last, limit, horizon=demand_model.HORIZON):
    """Measure the engine on a company's past.

    :param histories: as of ``demand_history.history``
    :param int last: the last day of the data
    :param float limit: churn risk from which a customer is warned of
    :rtype: Rolling
    """
    first = min(purchases[0][0] for purchases in histories)
    rows, pooled, models = [], [], []
    for day in origins(first, last, horizon):
        customers, came = backtest.cut(histories, day, horizon)
        if len(customers) < 2:
            continue
        model = demand_model.fit_model(histories, day, horizon)
        models.append((day, model))
        chances = [demand_model.p_buy(model, customer) for customer in customers]
        bought = [number > 0 for number, _amount in came]
        rows.append({"day": day, **_measures(customers, chances, bought)})
        pooled += zip(chances, bought, strict=True)
    warned = _warned(histories, models, last, limit)
    green = [bought for chance, bought in pooled if chance >= GREEN]
    return Rolling(
        tuple(rows),
        tuple(backtest.calibration(*zip(*pooled, strict=True))) if pooled else (),
        1.0 - sum(green) / len(green) if green else None,
        tuple(lead for lead, _delay in warned if lead is not None),
        tuple(delay for _lead, delay in warned if delay is not None),
        len(warned),
    )


def _measures(customers, chances, bought):
    """Return the measures of one origin."""
    base = sum(bought) / len(bought)
    low_high = backtest.auc_interval(chances, bought, rounds=100) or (None, None)
    gap = [customer.tx - customer.t for customer in customers]
    return {
        "customers": len(customers),
        "base": base,
        "auc": backtest.auc(chances, bought),
        "auc_low": low_high[0],
        "auc_high": low_high[1],
        "auc_recency": backtest.auc(gap, bought),
        "auc_rfm": backtest.auc(backtest.rfm(customers), bought),
        "brier": backtest.brier(chances, bought),
        # What saying the base rate of everybody would cost.
        "brier_base": base * (1.0 - base),
        "precision": backtest.precision(chances, bought),
    }


def _warned(histories, models, last, limit):
    """Return ``(lead, delay)`` of every customer lost after the first origin.

    Lead: days from the warning to the day the loss is certain. Delay: days from the
    last healthy day, on which the next purchase was expected, to the warning. None
    where no warning came in time.
    """
    found = []
    for purchases in histories:
        gone = purchases[-1][0]
        certain = gone + CERTAIN_DAYS
        if not models or gone < models[0][0] or certain > last:
            continue
        day = _warning_day(purchases, models, gone, certain, limit)
        if day is None:
            found.append((None, None))
            continue
        customer = summary(purchases, gone)
        params = _model_of(models, gone).params
        expected = gone + demand.interval(params, customer.x, customer.tx)
        found.append((certain - day, max(0.0, day - expected)))
    return found


def _warning_day(purchases, models, gone, certain, limit):
    for day in range(gone, certain, LOOK):
        model = _model_of(models, day)
        if 1.0 - demand_model.p_buy(model, summary(purchases, day)) > limit:
            return day
    return None


def _model_of(models, day):
    """Return the latest model that was there on a day."""
    known = [model for origin, model in models if origin <= day]
    return known[-1]


def middle(values):
    """Return the median, None of nothing.

    >>> middle([1, 2, 9]), middle([]) is None
    (2, True)
    """
    return median(values) if values else None
