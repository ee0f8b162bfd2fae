"""Chance to move up a tier: from what became of comparable customers. No database.

Comparable: the same tier and the same ten points of score right after a grading; moved
up: a better tier right after the next one. The share of a few customers says little, so
it is drawn to that of the whole tier: the mean of a Beta distribution whose prior has
the tier's share and weighs as much as :data:`PULL` customers.

>>> round(chance(7, 30, 20, 200), 3)
0.215
>>> chance(3, 9, 20, 200) is None
True
"""

#: Points of score that make customers comparable.
BAND = 10.0
#: Customers behind a chance below which none is given.
LEAST = 10
#: Customers that the share of the whole tier weighs as much as.
PULL = 5.0


def chance(moved, number, tier_moved, tier_number):
    """Return the chance (0-1) to move up in the next grading, None: too little data.

    :param int moved: comparable customers that moved up
    :param int number: comparable customers
    :param int tier_moved: customers of the whole tier that moved up, these included
    :param int tier_number: customers of the whole tier, these included
    """
    if number < LEAST:
        return None
    # Half a customer each way: a tier of which nobody ever moved is not certain.
    mean = (tier_moved + 0.5) / (tier_number + 1.0)
    return (moved + PULL * mean) / (number + PULL)


def band(score):
    """Return the number of the score's band, -1 without a score.

    >>> band(49.9), band(50.0), band(100.0), band(None)
    (4, 5, 9, -1)
    """
    if score is None:
        return -1
    return min(int(100.0 / BAND) - 1, max(0, int(score / BAND)))


def chances(counts):
    """Return ``{(tier, band): (chance or None, moved, number)}``.

    :param dict counts: ``{(tier, band): (moved, number)}``

    >>> found = chances({("C", 4): (5, 10), ("C", 1): (0, 40), ("B", 5): (1, 3)})
    >>> round(found["C", 4][0], 3), round(found["C", 1][0], 3), found["B", 5]
    (0.369, 0.012, (None, 1, 3))
    """
    tiers = {}
    for (tier, _band), (moved, number) in counts.items():
        before = tiers.get(tier, (0, 0))
        tiers[tier] = (before[0] + moved, before[1] + number)
    return {
        key: (chance(moved, number, *tiers[key[0]]), moved, number)
        for key, (moved, number) in counts.items()
    }
