"""What 50 USD are in other currencies, for a tolerance nobody has set yet.

Bank charges eat 15 to 40 USD of a wire, so a new company forgives 50 USD, in its own
currency. Pure. The table is for companies without any exchange rate: to its digit it
is right for years, and where a currency is not in it, nothing is known.
"""

from math import floor, log10

DOLLARS = 50.0

# Units of the currency per USD, roughly: those that are far from 1.
UNITS = {
    "AED": 3.67,
    "ARS": 1400,
    "BDT": 120,
    "BHD": 0.376,
    "BRL": 5.5,
    "CLP": 950,
    "CNY": 7.2,
    "COP": 4000,
    "CRC": 510,
    "CZK": 21,
    "DKK": 6.5,
    "DOP": 62,
    "DZD": 132,
    "EGP": 48,
    "ETB": 145,
    "EUR": 0.87,
    "GBP": 0.75,
    "GHS": 11,
    "GNF": 8600,
    "HKD": 7.8,
    "HUF": 340,
    "IDR": 16500,
    "ILS": 3.3,
    "INR": 88,
    "IQD": 1310,
    "ISK": 125,
    "JOD": 0.709,
    "JPY": 150,
    "KES": 129,
    "KHR": 4000,
    "KRW": 1400,
    "KWD": 0.306,
    "KZT": 530,
    "LAK": 21600,
    "LBP": 89500,
    "LKR": 303,
    "MAD": 9.2,
    "MGA": 4450,
    "MMK": 2100,
    "MNT": 3590,
    "MXN": 18.5,
    "MYR": 4.2,
    "NGN": 1450,
    "NOK": 10,
    "NPR": 141,
    "OMR": 0.385,
    "PEN": 3.4,
    "PHP": 58,
    "PKR": 282,
    "PLN": 3.65,
    "PYG": 7100,
    "QAR": 3.64,
    "RON": 4.4,
    "RSD": 101,
    "RUB": 80,
    "RWF": 1450,
    "SAR": 3.75,
    "SEK": 9.4,
    "THB": 32.5,
    "TND": 2.9,
    "TRY": 42,
    "TWD": 31,
    "TZS": 2450,
    "UAH": 42,
    "UGX": 3500,
    "UYU": 40,
    "UZS": 12000,
    "VND": 26300,
    "XAF": 570,
    "XOF": 570,
    "ZAR": 17.3,
    "ZMW": 23,
}


def default_tolerance(currency, rate=None):
    """Return 50 USD in a currency, to two significant digits.

    :param str currency: ISO code
    :param float rate: units per USD; None: the database has no rate

    >>> default_tolerance("USD"), default_tolerance("JPY"), default_tolerance("VND")
    (50.0, 7500.0, 1300000.0)
    >>> default_tolerance("JPY", 156.7), default_tolerance("KWD", 0.3059)
    (7800.0, 15.0)
    >>> default_tolerance("EUR", 0.9234), default_tolerance("XXX")
    (46.0, 50.0)
    """
    amount = DOLLARS * (rate or UNITS.get(currency, 1.0))
    return float(round(amount, 1 - floor(log10(amount))))


def is_far(amount):
    """Tell whether 50 of a currency can't have been meant: it is worth more than
    twice, or less than half of 50 USD, which are ``amount`` of it.

    >>> is_far(7500.0), is_far(15.0), is_far(46.0), is_far(38.0)
    (True, True, False, False)
    """
    return not DOLLARS / 2 <= amount <= DOLLARS * 2
