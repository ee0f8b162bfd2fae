"""The hours at which a contact writes or calls by itself. No database."""

from dataclasses import dataclass

#: Hours of the window that is looked for.
WIDTH = 2
#: Signs of life below which no hour is named.
LEAST = 5
DAY = 24


@dataclass(frozen=True)
class Best:
    """The window ``start`` to ``end`` (hours of the contact's clock), and the sizes."""

    start: int
    end: int
    inside: int
    number: int


def best_window(hours, least=LEAST):
    """Return the two hours with most signs of life, None with too few of them.

    Of windows with as many, the one whose neighbouring hours have more; then the
    earliest. A window may pass midnight.

    :param hours: the hour (0-23) of each sign of life, on the contact's clock

    >>> best_window([9, 10, 10, 11, 16])
    Best(start=9, end=11, inside=3, number=5)
    >>> best_window([23, 23, 0, 0, 12])
    Best(start=23, end=1, inside=4, number=5)
    >>> best_window([10] * 4) is None
    True
    """
    counts = [0] * DAY
    for hour in hours:
        counts[hour % DAY] += 1
    number = sum(counts)
    if number < least:
        return None

    def inside(start, width=WIDTH):
        return sum(counts[(start + back) % DAY] for back in range(width))

    start = max(
        range(DAY),
        # One hour more at each side settles it between equals.
        key=lambda hour: (inside(hour), inside(hour - 1, WIDTH + 2), -hour),
    )
    return Best(start, (start + WIDTH) % DAY, inside(start), number)
