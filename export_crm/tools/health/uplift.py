"""What a contact changed: contacted customers against comparable ones. No database.

Customers are compared within bands of the chance to buy that they had before; the
bands' differences are weighted by the contacted in them, so that calling mostly good
customers doesn't look like an effect of calling.

>>> treated = [(0.1, True), (0.1, False), (0.9, True), (0.9, True)]
>>> others = [(0.1, False), (0.1, False), (0.9, True), (0.9, False)]
>>> effect(treated, others).difference
0.5
>>> effect(treated, []) is None
True
"""

import math
import zlib
from dataclasses import dataclass

BANDS = 5
#: Customers on either side below which no revenue is claimed for an action.
LEAST = 10
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Effect:
    """Difference of the shares that bought, its 95 % interval, and the sizes."""

    difference: float
    low: float
    high: float
    contacted: int
    compared: int


def effect(contacted, others, bands=BANDS):
    """Return the effect on the share that bought, None where nobody compares.

    :param contacted: ``(chance to buy before 0-1, bought)``; the chance may be None
    :param others: the same of comparable customers not contacted
    """
    both = _matched(contacted, others, bands)
    number = sum(len(treated) for treated, _control in both)
    if not number:
        return None
    difference = variance = 0.0
    for treated, control in both:
        weight = len(treated) / number
        difference += weight * (_share(treated) - _share(control))
        variance += weight**2 * (_variance(treated) + _variance(control))
    margin = Z95 * math.sqrt(variance)
    return Effect(
        difference,
        max(-1.0, difference - margin),
        min(1.0, difference + margin),
        number,
        sum(len(control) for _treated, control in both),
    )


@dataclass(frozen=True)
class Gain:
    """Revenue more per contact, its 95 % interval, and the sizes."""

    per_contact: float
    low: float
    high: float
    contacted: int
    compared: int


def gain(contacted, others, bands=BANDS, least=LEAST):
    """Return the effect on revenue, None with fewer than ``least`` on either side.

    Means are compared within the bands of :func:`effect`. Where a side has a single
    customer in a band, its variance is taken from the whole side.

    :param contacted: ``(chance to buy before 0-1 or None, revenue after)``
    :param others: the same of comparable customers not contacted

    >>> gain([(0.1, 100.0)] * 10, [(0.1, 40.0)] * 10)
    Gain(per_contact=60.0, low=60.0, high=60.0, contacted=10, compared=10)
    >>> gain([(0.1, 100.0)] * 9, [(0.1, 40.0)] * 10) is None
    True
    """
    both = _matched(contacted, others, bands)
    number = sum(len(treated) for treated, _control in both)
    compared = sum(len(control) for _treated, control in both)
    if number < least or compared < least:
        return None
    spreads = [
        _spread([amount for _chance, amount in rows]) for rows in (contacted, others)
    ]
    difference = variance = 0.0
    for treated, control in both:
        weight = len(treated) / number
        difference += weight * (_share(treated) - _share(control))
        for amounts, spread in zip((treated, control), spreads, strict=True):
            own = _spread(amounts) if len(amounts) > 1 else spread
            variance += weight**2 * own / len(amounts)
    margin = Z95 * math.sqrt(variance)
    return Gain(difference, difference - margin, difference + margin, number, compared)


def _matched(contacted, others, bands):
    """Return ``[(outcomes of the contacted, of the others)]`` of the common bands."""
    sides = {}
    for side, rows in ((0, contacted), (1, others)):
        for chance, outcome in rows:
            key = None if chance is None else min(bands - 1, int(chance * bands))
            sides.setdefault(key, ([], []))[side].append(outcome)
    return [pair for pair in sides.values() if all(pair)]


def _spread(amounts):
    """Return the sample variance, 0 of less than two."""
    if len(amounts) < 2:
        return 0.0
    mean = _share(amounts)
    return sum((amount - mean) ** 2 for amount in amounts) / (len(amounts) - 1)


def _share(outcomes):
    return sum(outcomes) / len(outcomes)


def _variance(outcomes):
    """Return the variance of a share, with one success and one failure added."""
    share = (sum(outcomes) + 1.0) / (len(outcomes) + 2.0)
    return share * (1.0 - share) / len(outcomes)


def in_control(key, share):
    """Tell whether chance puts a case into the control group; always the same way.

    :param str key: names the case
    :param float share: of the cases, 0-1

    >>> in_control("a", 0.0), in_control("a", 1.0)
    (False, True)
    """
    # crc32 spreads keys that differ by a digit; hash() differs between processes.
    return zlib.crc32(key.encode()) / 2**32 < share
