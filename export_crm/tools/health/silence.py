"""Has a regular buyer fallen silent? The Erlang-2 clock. Pure functions, no database.

Customers who order by habit do not buy at random: after an order comes a pause. Their
intervals follow an Erlang-2 distribution better than an exponential one, and for them
a long silence says more. (Chatfield and Goodhardt, "A consumer purchasing model with
Erlang inter-purchase times", JASA 68, 1973.)

>>> round(silence(11, 110.0, 60.0), 4)  # every 10 days, then 60 of silence
0.0006
>>> round(silence(4, 480.0, 60.0), 4)  # every 120 days, then 60 of silence
0.7362
"""

import math

# ln(mean) - mean(ln) of intervals: below this their likelihood is larger under
# Erlang-2 than under the exponential distribution, each at its best rate: 2 ln 2 - 1.
REGULAR_BELOW = 2.0 * math.log(2.0) - 1.0
MIN_INTERVALS = 2
MIN_LOG = -600.0  # as in demand


def is_regular(intervals, mean, log_mean):
    """Tell whether the Erlang-2 clock fits better than chance.

    :param int intervals: how many there are
    :param float mean: their mean, days
    :param float log_mean: the mean of their natural logarithms

    >>> is_regular(3, 10.0, math.log(10.0)), is_regular(3, 10.0, 1.5)
    (True, False)
    """
    if intervals < MIN_INTERVALS or not mean or log_mean is None:
        return False
    return math.log(mean) - log_mean < REGULAR_BELOW


def silence(intervals, total, gap):
    """Return the chance (0-1) that a customer who stays is silent for ``gap`` days.

    Erlang-2 intervals of an unknown rate b: given ``intervals`` that add up to
    ``total`` days, b is Gamma(2 * intervals, total), and the mean of
    (1 + b gap) exp(-b gap) over it is closed.
    """
    shape = 2.0 * intervals
    quiet = max(shape * math.log(total / (total + gap)), MIN_LOG)
    return math.exp(quiet) * (1.0 + shape * gap / (total + gap))
