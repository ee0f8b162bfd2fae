"""The demand engine: one company's model, fitted on its own past. No database.

MBG/NBD (``demand``), and from 300 customers on a logit (``demand_logit``) trained on
past windows of the same company, joined by a weighted mean of their log-odds. The
windows also tell how far MBG/NBD was off in general; that is put right by one number,
so that probabilities can be taken at their word.

>>> from .demand_history import Customer
>>> histories = [[(day, 100.0) for day in range(0, 700, 20 + n)] for n in range(40)]
>>> model = fit_model(histories, 730)
>>> model.customers, model.logit is None, 0.0 < p_buy(model, Customer(9, 300, 320, 900))
(40, True, True)
"""

import math
from dataclasses import dataclass, field, replace

from . import demand, demand_fit
from .demand_history import outcome, summary
from .demand_logit import fit as fit_logit
from .demand_logit import log_odds, log_odds_of, probability, shift_to

HORIZON = 182
BLEND_FROM = 300
# Share of MBG/NBD in the blend. 1/2, 1/3 and 1/4 were compared on the customers of the
# CDNOW master file that are not in its sample: 1/3 and 1/4 are equal and best.
BLEND_WEIGHT = 1.0 / 3.0
# Past windows are cut at these shares of the history while it is short ...
SHARES = (0.7, 0.6, 0.5)
# ... and one, two and three horizons ago once it is this many horizons long.
LONG = 6
# A logit of five numbers gains nothing from more customers than this.
TRAINING = 4000
Z80 = 1.2815515655446004  # 80 % of a normal distribution lie within


@dataclass(frozen=True)
class Model:
    """What was fitted, and how well; amounts in company currency.

    :param Params params: of MBG/NBD
    :param int horizon: days that P(buy) looks ahead
    :param int customers: customers that it stands on
    :param float offset: added to the log-odds of MBG/NBD
    :param tuple logit: coefficients, level included; None: no blend
    :param float order_mean: average order of the company
    :param float order_pull: orders that the company's average weighs like
    :param float order_cv2: squared variation of one order around its customer's mean
    :param dict quality: figures about the fit, for people
    """

    params: demand.Params
    horizon: int
    customers: int
    offset: float = 0.0
    logit: tuple | None = None
    order_mean: float = 0.0
    order_pull: float = 1.0
    order_cv2: float = 0.0
    quality: dict = field(default_factory=dict)


@dataclass(frozen=True)
class _Window:
    """A past day, the customers of that day, and what became of them."""

    customers: tuple
    bought: tuple
    offset: float


def fit_model(histories, as_of, horizon=HORIZON):
    """Fit the model on everything up to the day ``as_of``, and nothing after it.

    :param histories: histories as of ``demand_history.history``
    :param int as_of: the day, as a number
    :param int horizon: days that P(buy) looks ahead
    :rtype: Model
    :raise ValueError: nobody has bought anything by then
    """
    known = [[p for p in purchases if p[0] <= as_of] for purchases in histories]
    known = [purchases for purchases in known if purchases]
    now = [summary(purchases, as_of) for purchases in known]
    fitted = demand_fit.fit(customer[:3] for customer in now)
    windows = _windows(known, as_of, horizon) if len(now) >= BLEND_FROM else []
    model = Model(
        fitted.params,
        horizon,
        fitted.customers,
        offset=_mean([window.offset for window in windows]),
        quality={
            "log_likelihood": fitted.log_likelihood,
            "converged": fitted.converged,
            "windows": len(windows),
        },
        **order_values(known),
    )
    return _blended(model, windows, now) if windows else model


def p_buy(model, customer):
    """Return the probability (0-1) that a customer buys within the model's horizon."""
    chance = demand.p_buy(model.params, *customer[:3], model.horizon)
    if model.logit is None and not model.offset:
        return chance
    value = log_odds_of(chance) + model.offset
    if model.logit is not None:
        other = log_odds(model.logit, customer)
        value = BLEND_WEIGHT * value + (1.0 - BLEND_WEIGHT) * other
    return probability(value)


def orders(model, customer, days):
    """Return the expected purchases of a customer in the next ``days``.

    Those of MBG/NBD, in proportion to what the blend says of its chance: it knew of
    no spend, and of no past window.
    """
    said = demand.p_buy(model.params, *customer[:3], model.horizon)
    number = demand.expected(model.params, *customer[:3], days)
    return number * p_buy(model, customer) / said


def order_value(model, customer):
    """Return what a customer's next order is worth: its average, shrunken.

    The company's average counts like ``order_pull`` orders (Bühlmann's credibility).
    """
    weight = customer.x + 1
    return (customer.spend + model.order_pull * model.order_mean) / (
        weight + model.order_pull
    )


def value(model, customer, days):
    """Return ``(expected revenue, deviation)`` of the next ``days``.

    The deviation joins the spread of the number of orders (whether the customer is
    still one, how fast it buys, chance) with that of one order's value; dropping out
    meanwhile is left out. 80 % of customers end within 1.28 deviations, about.
    """
    number = orders(model, customer, days)
    each = order_value(model, customer)
    chance = p_buy(model, customer)
    alive = max(demand.p_alive(model.params, *customer[:3]), chance)
    rate = 1.0 + 1.0 / (model.params.r + customer.x)
    spread = number * (1.0 + model.order_cv2) + number**2 * (rate / alive - 1.0)
    return number * each, each * math.sqrt(spread)


def order_values(histories):
    """Return average order, pull and squared variation from all orders.

    Variance within customers over variance between them (Bühlmann): the more alike
    customers are and the more one customer's orders differ, the stronger the pull.

    >>> order_values([[(1, 10.0), (2, 10.0)], [(1, 30.0), (2, 30.0)]])["order_pull"]
    0.1
    """
    amounts = [[amount for _day, amount in purchases] for purchases in histories]
    number = sum(map(len, amounts))
    mean = sum(map(sum, amounts)) / number
    within, between = 0.0, 0.0
    for orders_ in amounts:
        own = sum(orders_) / len(orders_)
        within += sum((amount - own) ** 2 for amount in orders_)
        between += len(orders_) * (own - mean) ** 2
    freedom = number - len(amounts)
    variance = within / freedom if freedom else mean * mean
    weight = number - sum(len(o) ** 2 for o in amounts) / number
    true = between - (len(amounts) - 1) * variance
    pull = variance * weight / true if true > 0.0 else 50.0
    return {
        "order_mean": mean,
        "order_pull": min(50.0, max(0.1, pull)),
        "order_cv2": variance / (mean * mean) if mean else 0.0,
    }


def origins(first, as_of, horizon):
    """Return ``[(day, days that follow)]`` of the past windows, the latest first.

    >>> origins(0, 100, 100)
    [(70, 30), (60, 40), (50, 50)]
    >>> origins(0, 3000, 182)
    [(2818, 182), (2636, 182), (2454, 182)]
    """
    span = as_of - first
    if span >= LONG * horizon:
        return [(as_of - k * horizon, horizon) for k in (1, 2, 3)]
    cuts = [first + math.floor(share * span) for share in SHARES]
    return [(day, min(horizon, as_of - day)) for day in cuts if day < as_of]


def _windows(histories, as_of, horizon):
    first = min(purchases[0][0] for purchases in histories)
    found = (
        _window(histories, day, days) for day, days in origins(first, as_of, horizon)
    )
    return [window for window in found if window]


def _window(histories, day, days):
    """Look back at a past day; None if there is nothing to be learned from it."""
    then = [
        (summary(purchases, day), outcome(purchases, day, days))
        for purchases in histories
        if purchases[0][0] <= day
    ]
    bought = tuple(number > 0 for _customer, (number, _amount) in then)
    if len(then) < BLEND_FROM or not 0 < sum(bought) < len(bought):
        return None
    customers = tuple(customer for customer, _outcome in then)
    params = demand_fit.fit(customer[:3] for customer in customers).params
    said = [
        log_odds_of(demand.p_buy(params, *customer[:3], days)) for customer in customers
    ]
    return _Window(customers, bought, shift_to(said, sum(bought) / len(bought)))


def _blended(model, windows, now):
    """Return the model with the logit, brought to the level of MBG/NBD."""
    rows = []
    for window in windows:
        step = max(1, -(-len(window.customers) // TRAINING))
        pairs = list(zip(window.customers, window.bought, strict=True))[::step]
        rows += [(customer, y, step / len(windows)) for customer, y in pairs]
    logit = list(fit_logit(rows))
    sample = now[:: max(1, len(now) // TRAINING)]
    mean = sum(p_buy(model, customer) for customer in sample) / len(sample)
    logit[0] += shift_to([log_odds(logit, customer) for customer in sample], mean)
    blended = replace(model, logit=tuple(logit))
    # The mean of two log-odds is a little less extreme than each: level it too.
    mixed = [log_odds_of(p_buy(blended, customer)) for customer in sample]
    logit[0] += shift_to(mixed, mean) / (1.0 - BLEND_WEIGHT)
    return replace(model, logit=tuple(logit))


def _mean(values):
    return sum(values) / len(values) if values else 0.0
