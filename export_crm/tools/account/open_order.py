"""How much of a confirmed order line is still to be invoiced.

Pure: standard library only. The SQL twin is in
``models/account/sources/uninvoiced.py``. Counted are pieces, in the line's own unit,
as a salesperson counts them on the order; money comes in last, at the order's price:

* **Wanted** is what was ordered. Where the product is invoiced by delivery and Odoo
  keeps the deliveries, it is what the customer has and what is still to come, once
  anything went out: more than ordered, or less where the rest is not sent. A piece
  that came back and isn't sent again is wanted no longer.
* **Invoiced** is what stands on posted invoices, whatever its price there. Of a piece
  that came back and isn't credited yet, the invoice pays for another one.
* **Credited** pieces are invoiced no longer, and so open again where they are still
  wanted, in three cases: they came back; they had not been sent yet on the day of the
  credit note (the last one counts); or they stand in a draft invoice anew. Whatever
  else was credited is an allowance on goods that the customer keeps.
* A credit note of less than half the price at which the pieces were invoiced corrects
  a price: it credits no pieces. Whoever counts leaves it out of ``credited``.

A service that is invoiced as ordered is often delivered without anybody noting it:
as long as nothing is noted, only a credit of all that was invoiced says that it is to
be invoiced again.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Line:
    """Pieces of one order line, none of them negative.

    ``coming`` and ``back`` come from transfers and mean something only if ``moved``
    (Odoo counts the line's deliveries by its transfers): what is still to be sent
    out, and what the customer has sent back (and that is no longer ``delivered``).
    ``sent_then`` and ``invoiced_then`` were sent out and invoiced, as of the day of the
    last credit note. ``drafted`` stands in customer invoices that aren't posted.
    """

    ordered: Decimal | int = 0
    delivered: Decimal | int = 0
    by_delivery: bool = False
    moved: bool = False
    coming: Decimal | int = 0
    back: Decimal | int = 0
    invoiced: Decimal | int = 0
    credited: Decimal | int = 0
    drafted: Decimal | int = 0
    sent_then: Decimal | int = 0
    invoiced_then: Decimal | int = 0


def open_quantity(line):
    """Return how many pieces of a line are still to be invoiced.

    Delivered, invoiced, one piece's price credited as an allowance:

    >>> kept = dict(ordered=10, delivered=10, moved=True, invoiced=10)
    >>> kept |= dict(invoiced_then=10, sent_then=10)
    >>> open_quantity(Line(**kept, credited=1))
    0

    Two came back and were credited; then they are to be sent again:

    >>> back = dict(ordered=10, delivered=8, back=2, moved=True, invoiced=10)
    >>> back |= dict(invoiced_then=10, sent_then=10)
    >>> open_quantity(Line(**back, credited=2))
    0
    >>> open_quantity(Line(**back, credited=2, coming=2))
    2

    Invoiced ahead, and the invoice is credited before anything was sent:

    >>> ahead = dict(ordered=10, moved=True, invoiced=10, invoiced_then=10)
    >>> open_quantity(Line(**ahead, credited=10, coming=10))
    10
    >>> open_quantity(Line(**ahead, credited=10, coming=7, delivered=3))
    10

    More was delivered than ordered, as far as that is invoiced:

    >>> open_quantity(Line(ordered=10, delivered=12, invoiced=10))
    0
    >>> open_quantity(Line(ordered=10, delivered=12, by_delivery=True, invoiced=10))
    2

    Delivered, credited, and invoiced anew in a draft:

    >>> open_quantity(Line(**kept, credited=10, drafted=10))
    10
    """
    coming = _coming(line)
    credited = min(line.credited, line.invoiced)
    reopened = min(credited, line.back + _ahead(line, coming))
    left = max(_wanted(line, coming) - line.invoiced + reopened, 0)
    anew = min(credited - reopened, max(line.drafted - left, 0))
    return left + anew


def _coming(line):
    undelivered = max(line.ordered - line.delivered, 0)
    if line.moved:
        return min(line.coming, undelivered)
    noted = line.delivered or line.by_delivery or line.credited >= line.invoiced
    return undelivered if noted else 0


def _ahead(line, coming):
    """Pieces that were invoiced and not sent when they were credited."""
    if not line.moved:
        return min(coming, max(line.invoiced - line.delivered, 0))
    since = line.delivered + line.back - line.sent_then + coming
    return max(min(since, line.invoiced_then - line.sent_then), 0)


def _wanted(line, coming):
    if not line.moved:
        more = line.delivered if line.by_delivery else 0
        return max(line.ordered, more)
    if line.by_delivery and (line.delivered or line.back):
        return line.delivered + coming
    gone = min(line.back, max(line.ordered - line.delivered - coming, 0))
    return line.ordered - gone
