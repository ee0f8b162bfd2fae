"""Seasonal index of a customer by quarter: pure functions, no database.

The share of its purchases that fall into a quarter, times four: 1 is an even year.
Four average orders, one in each quarter, are added first, so that a customer with two
orders gets no season out of chance.

>>> seasonal_index([100.0, 100.0, 100.0, 100.0], 4)
[1.0, 1.0, 1.0, 1.0]
>>> [round(q, 2) for q in seasonal_index([1200.0, 0.0, 0.0, 0.0], 12)]
[3.25, 0.25, 0.25, 0.25]
>>> seasonal_index([0.0, 0.0, 0.0, 0.0], 0) is None
True
"""

QUARTERS = 4


def seasonal_index(amounts, orders):
    """Return the index of each quarter, or None without a purchase.

    :param amounts: what was bought in each quarter of the year, all years together
    :param orders: purchases behind it
    """
    total = sum(amounts)
    if not orders or total <= 0.0:
        return None
    each = total / orders
    whole = total + QUARTERS * each
    return [QUARTERS * (amount + each) / whole for amount in amounts]
