"""Ranks within the company: a short table of knots, read by straight lines.

A logarithm means another thing in each company; being among the fifth that bought most
lately means the same in all of them. Pure functions, no database.

>>> knots = table([10.0, 20.0, 20.0, 40.0])
>>> knots
((10.0, 20.0, 40.0), (0.125, 0.5, 0.875))
>>> read(knots, 30.0), read(knots, -5.0), read(knots, 99.0)
(0.6875, 0.125, 0.875)
"""

from bisect import bisect_right

KNOTS = 32


def table(values, most=KNOTS):
    """Return ``(values, ranks)``: knots at even steps of the rank, 0 to 1.

    Equal values share the middle of their ranks.
    """
    ordered = sorted(values)
    knots, start = [], 0
    while start < len(ordered):
        end = bisect_right(ordered, ordered[start])
        knots.append((ordered[start], (start + end) / (2.0 * len(ordered))))
        start = end
    kept = knots[:1]
    for knot in knots[1:-1]:
        if knot[1] - kept[-1][1] >= 1.0 / most:
            kept.append(knot)
    kept += knots[1:][-1:]
    return tuple(zip(*kept, strict=True))


def read(knots, value):
    """Return what a table says of a value: between two knots on the line, else flat."""
    places, levels = knots
    i = bisect_right(places, value)
    if not i:
        return levels[0]
    if i == len(places):
        return levels[-1]
    rise = (levels[i] - levels[i - 1]) / (places[i] - places[i - 1])
    return levels[i - 1] + (value - places[i - 1]) * rise
