"""The demand engine: one company's model, fitted on its own past. No database.

MBG/NBD (``demand``), and from 300 customers on two logits (``demand_logit``) trained
on past windows of the same company, one on logarithms and one on ranks, joined by a
weighted mean of their log-odds. The windows also tell how far MBG/NBD was off in
general; that is put right by one number, so that probabilities can be taken at their
word. What an order is worth is in ``demand_value``.

>>> from .demand_history import Customer
>>> histories = [[(day, 100.0) for day in range(0, 700, 20 + n)] for n in range(40)]
>>> model = fit_model(histories, 730)
>>> model.customers, model.logit is None, 0.0 < p_buy(model, Customer(9, 300, 320, 900))
(40, True, True)
"""

import math
from dataclasses import dataclass, field, replace

from . import demand, demand_fit, demand_logit, demand_value
from .demand_history import outcome, summary
from .demand_logit import log_odds, log_odds_of, probability, shift_to
from .demand_table import table
from .demand_value import Worth

HORIZON = 182
BLEND_FROM = 300
# Shares of MBG/NBD, of the logit on logarithms and of the one on ranks. Chosen on
# 10,000 customers of the CDNOW master file that are not in its sample.
BLEND = (0.3, 0.55, 0.15)
# Past windows are cut at these shares of the history while it is short ...
SHARES = (0.7, 0.6, 0.5)
# ... and one, two and three horizons ago once it is this many horizons long.
LONG = 6
# The level of a year ago counts before that of other windows: it has the season in it.
SEASON = 364
# Windows of so many customers are believed by half; of fewer than LEVEL_LEAST, not at
# all. From BLEND_FROM customers on the windows of other seasons are believed whole.
LEVEL_PULL = 200.0
LEVEL_LEAST = 20
# A logit of six numbers gains nothing from more customers than this.
TRAINING = 4000
# Past windows that tell what orders were worth look so far ahead, or as far as there
# is time; they are of this many customers at most.
YEAR = 365
WORTH_SHARES = (0.5, 0.6)
WORTH_LEAST = 40
WORTH_CUSTOMERS = 2000
Z80 = 1.2815515655446004  # 80 % of a normal distribution lie within


@dataclass(frozen=True)
class Model:
    """What was fitted, and how well; amounts in company currency.

    :param Params params: of MBG/NBD
    :param int horizon: days that P(buy) looks ahead
    :param int customers: customers that it stands on
    :param float offset: added to the log-odds of MBG/NBD
    :param tuple logit: coefficients of the logarithms, level included; None: no blend
    :param tuple ranks: coefficients of the ranks, the same
    :param tuple knots: the tables of ranks, see ``demand_logit.tables``
    :param Worth worth: what an order is worth
    :param float order_mean: average order of the company
    :param float order_cv2: squared variation of one order around its customer's mean
    :param dict quality: figures about the fit, for people
    """

    params: demand.Params
    horizon: int
    customers: int
    offset: float = 0.0
    logit: tuple | None = None
    ranks: tuple | None = None
    knots: tuple | None = None
    worth: Worth = Worth()
    order_mean: float = 0.0
    order_cv2: float = 0.0
    quality: dict = field(default_factory=dict)


@dataclass(frozen=True)
class _Window:
    """A past day, the customers of that day, and what became of them."""

    day: int
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
    known = _known(histories, as_of)
    model = _chances(known, as_of, horizon)
    return replace(model, worth=_worth(model, known, as_of), **order_spread(known))


def _known(histories, as_of):
    known = [[p for p in purchases if p[0] <= as_of] for purchases in histories]
    return [purchases for purchases in known if purchases]


def _chances(known, as_of, horizon):
    """Return the model of who buys; what an order is worth is left out."""
    now = [summary(purchases, as_of) for purchases in known]
    fitted = demand_fit.fit(customer[:3] for customer in now)
    blended = len(now) >= BLEND_FROM
    least = BLEND_FROM if blended else LEVEL_LEAST
    windows = _windows(known, as_of, horizon, least)
    model = Model(
        fitted.params,
        horizon,
        fitted.customers,
        offset=_level(known, as_of, horizon, windows, blended),
        quality={
            "log_likelihood": fitted.log_likelihood,
            "converged": fitted.converged,
            "windows": len(windows),
        },
    )
    return _blended(model, windows, now) if blended and windows else model


def p_buy(model, customer):
    """Return the probability (0-1) that a customer buys within the model's horizon."""
    chance = demand.p_buy(model.params, *customer[:3], model.horizon)
    if model.logit is None and not model.offset:
        return chance
    value = log_odds_of(chance) + model.offset
    if model.logit is not None:
        row = demand_logit.features(customer)
        ranks = demand_logit.ranked(model.knots, row)
        value = (
            BLEND[0] * value
            + BLEND[1] * log_odds(model.logit, row)
            + BLEND[2] * log_odds(model.ranks, ranks)
        )
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
    """Return what a customer's next order is worth, see ``demand_value``."""
    return demand_value.order_value(model.worth, customer)


def revenue(model, customer, days):
    """Return the revenue expected in the next ``days``, as past windows correct it."""
    plain = orders(model, customer, days) * order_value(model, customer)
    return plain * demand_value.learned(model.worth, customer)


def bounds(model, customer, days=YEAR):
    """Return ``(low, high)``: four of five customers end between, about.

    By the company's past windows where there are any. Else by 1.28 deviations, which
    join the spread of the number of orders (whether the customer is still one, how
    fast it buys, chance) with that of one order's value.
    """
    said = revenue(model, customer, days)
    chance = p_buy(model, customer)
    if model.worth.low is not None:
        return tuple(
            said * demand_value.read(knots, chance)
            for knots in (model.worth.low, model.worth.high)
        )
    number = orders(model, customer, days)
    alive = max(demand.p_alive(model.params, *customer[:3]), chance)
    rate = 1.0 + 1.0 / (model.params.r + customer.x)
    spread = number * (1.0 + model.order_cv2) + number**2 * (rate / alive - 1.0)
    aside = Z80 * said * math.sqrt(spread) / number
    return max(0.0, said - aside), said + aside


def order_spread(histories):
    """Return the average order and the squared variation within a customer.

    >>> order_spread([[(1, 10.0), (2, 10.0)], [(1, 30.0), (2, 30.0)]])
    {'order_mean': 20.0, 'order_cv2': 0.0}
    """
    amounts = [[amount for _day, amount in purchases] for purchases in histories]
    number = sum(map(len, amounts))
    mean = sum(map(sum, amounts)) / number
    within = 0.0
    for orders_ in amounts:
        own = sum(orders_) / len(orders_)
        within += sum((amount - own) ** 2 for amount in orders_)
    freedom = number - len(amounts)
    variance = within / freedom if freedom else mean * mean
    return {"order_mean": mean, "order_cv2": variance / (mean * mean) if mean else 0.0}


def _worth(model, known, as_of):
    """Return what orders are worth, with what the company's past windows say."""
    sample = known[:: max(1, -(-len(known) // WORTH_CUSTOMERS))]
    past = []
    for day, days in _worth_origins(min(p[0][0] for p in known), as_of):
        past += _past(sample, day, days, min(model.horizon, days))
    now = [summary(purchases, as_of) for purchases in known]
    log_mean, pull = demand_value.usual(known)
    worth = demand_value.fit(Worth(log_mean, pull, spends=_spends(now)), past)
    if worth.beta is None:
        return worth
    step = max(1, -(-len(now) // WORTH_CUSTOMERS))
    pairs = [(customer, orders(model, customer, YEAR)) for customer in now[::step]]
    return demand_value.level(worth, pairs)


def _worth_origins(first, as_of):
    """Return ``[(day, days that follow)]`` of the windows that tell of amounts."""
    span = as_of - first
    if span >= 2 * YEAR + YEAR // 4:
        return [(as_of - YEAR, YEAR), (as_of - YEAR - YEAR // 4, YEAR)]
    cuts = (as_of - first - math.floor(share * span) for share in WORTH_SHARES)
    return [(as_of - days, min(YEAR, days)) for days in cuts if days]


def _past(histories, day, days, horizon):
    """Return the customers of a past day as the engine of that day saw them."""
    known = _known(histories, day)
    if len(known) < WORTH_LEAST:
        return []
    model = _chances(known, day, horizon)
    log_mean, pull = demand_value.usual(known)
    customers = [summary(purchases, day) for purchases in known]
    worth = Worth(log_mean, pull, spends=_spends(customers))
    model = replace(model, worth=worth)
    came = (outcome(p, day, days)[1] for p in histories if p[0][0] <= day)
    return [
        demand_value.Past(
            demand_value.inputs(worth, customer),
            revenue(model, customer, days),
            amount,
            p_buy(model, customer),
        )
        for customer, amount in zip(customers, came, strict=True)
    ]


def _spends(customers):
    return table([math.log1p(max(0.0, customer.spend)) for customer in customers])


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


def _level(known, as_of, horizon, windows, whole):
    """Return what to add to the log-odds of MBG/NBD.

    What was missing a year ago, when the days to come were of the same season; what was
    missing in other windows while there is no such year.
    """
    day = as_of - SEASON
    if day - horizon >= min(purchases[0][0] for purchases in known):
        found = [window for window in windows if window.day == day]
        days = min(horizon, SEASON)
        year = found[0] if found else _window(known, day, days, LEVEL_LEAST)
        if year:
            return year.offset * _believed(len(year.customers))
    offset = _mean([window.offset for window in windows])
    if whole or not windows:
        return offset
    return offset * _believed(_mean([len(window.customers) for window in windows]))


def _believed(customers):
    return customers / (customers + LEVEL_PULL)


def _windows(histories, as_of, horizon, least):
    first = min(purchases[0][0] for purchases in histories)
    found = (
        _window(histories, day, days, least)
        for day, days in origins(first, as_of, horizon)
    )
    return [window for window in found if window]


def _window(histories, day, days, least):
    """Look back at a past day; None if there is nothing to be learned from it."""
    then = [
        (summary(purchases, day), outcome(purchases, day, days))
        for purchases in histories
        if purchases[0][0] <= day
    ]
    bought = tuple(number > 0 for _customer, (number, _amount) in then)
    if len(then) < least or not 0 < sum(bought) < len(bought):
        return None
    customers = tuple(customer for customer, _outcome in then)
    params = demand_fit.fit(customer[:3] for customer in customers).params
    said = [
        log_odds_of(demand.p_buy(params, *customer[:3], days)) for customer in customers
    ]
    return _Window(day, customers, bought, shift_to(said, sum(bought) / len(bought)))


def _blended(model, windows, now):
    """Return the model with the logits, brought to the level of MBG/NBD."""
    rows, ranked = [], []
    for window in windows:
        inputs = [demand_logit.features(customer) for customer in window.customers]
        knots = demand_logit.tables(inputs)
        step = max(1, -(-len(inputs) // TRAINING))
        weight = step / len(windows)
        for row, y in list(zip(inputs, window.bought, strict=True))[::step]:
            rows.append((row, y, weight))
            ranked.append((demand_logit.ranked(knots, row), y, weight))
    inputs = [demand_logit.features(customer) for customer in now]
    knots = demand_logit.tables(inputs)
    step = max(1, len(now) // TRAINING)
    sample, inputs = now[::step], inputs[::step]
    mean = _mean([p_buy(model, customer) for customer in sample])
    logit = _levelled(_careful(rows), inputs, mean)
    inputs = [demand_logit.ranked(knots, row) for row in inputs]
    ranks = _levelled(demand_logit.fit(ranked), inputs, mean)
    blended = replace(model, logit=logit, ranks=ranks, knots=knots)
    # The mean of log-odds is a little less extreme than each: level it too.
    mixed = [log_odds_of(p_buy(blended, customer)) for customer in sample]
    more = shift_to(mixed, mean) / (1.0 - BLEND[0])
    logit, ranks = ((one[0] + more, *one[1:]) for one in (logit, ranks))
    return replace(blended, logit=logit, ranks=ranks)


def _careful(rows):
    """Return the mean of the logits with and without the silence: half its effect.

    What silence means changes between windows more than what recency means does.
    """
    with_it = demand_logit.fit(rows)
    without = demand_logit.fit([(row[:-1], y, weight) for row, y, weight in rows])
    return tuple((a + b) / 2.0 for a, b in zip(with_it, (*without, 0.0), strict=True))


def _levelled(coefficients, inputs, mean):
    """Return the coefficients with the level at which the mean chance is ``mean``."""
    more = shift_to([log_odds(coefficients, row) for row in inputs], mean)
    return (coefficients[0] + more, *coefficients[1:])


def _mean(values):
    return sum(values) / len(values) if values else 0.0
