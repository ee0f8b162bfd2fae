"""What every source query of one refresh shares: company, day, time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytz
from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

WINDOWS = (91, 182, 365)


@dataclass(frozen=True)
class Scope:
    """Constants of one refresh.

    :param int company_id: the root company whose accounts are filled
    :param tuple branch_ids: the ids of it and all its branches: whose documents count
    :param date as_of: nothing dated after this day is used
    :param str tz: the company's time zone; decides on which day an order falls
    :param int places: decimals of the company's currency
    :param frozenset line_columns: optional columns of ``sale_order_line`` that this
        database has (``purchase_price``: Odoo's Margins app; ``is_delivery``)
    """

    company_id: int
    branch_ids: tuple
    as_of: date
    tz: str
    places: int
    line_columns: frozenset = frozenset()

    @property
    def branches(self):
        """The companies whose documents count, as a parameter for ``= ANY(…)``."""
        return list(self.branch_ids)

    @property
    def until(self):
        """First instant (naive UTC) that is no longer the as-of day there."""
        return self.instant(self.as_of + timedelta(days=1))

    def instant(self, day):
        """Midnight at the beginning of ``day`` in the company, as naive UTC."""
        local = pytz.timezone(self.tz).localize(datetime.combine(day, time.min))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def day(self, column):
        """SQL: the company-local date of the naive UTC timestamp ``column``."""
        return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, self.tz)

    def within(self, column, days, back=0):
        """SQL: the date ``column`` lies in the last ``days`` days.

        The as-of day is the last one in. ``back=1`` is the equally long period
        before, and so on.
        """
        last = self.as_of - timedelta(days=days * back)
        first = last - timedelta(days=days - 1)
        return SQL("%s BETWEEN %s AND %s", column, first, last)

    def quarters(self, count):
        """Return the first days of the last ``count`` rolling quarters.

        Oldest first, plus the day after the as-of day as the end: quarters are
        three calendar months back from the as-of day, so eight of them are two
        years to the day, leap days or not.
        """
        return [
            self.as_of - relativedelta(months=3 * back) + timedelta(days=1)
            for back in range(count, -1, -1)
        ]

    def money(self, amount, rate):
        """SQL: ``amount`` in company currency, rounded as one document.

        ``rate`` is the document's own (units of its currency per unit of the
        company's): later rates never change history.
        """
        return SQL(
            "ROUND(%s / COALESCE(NULLIF(%s, 0), 1), %s)", amount, rate, self.places
        )
