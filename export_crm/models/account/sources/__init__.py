"""The sources of facts: one SQL statement each, for all customers of a batch.

Contract of a source
--------------------
``Source(name, query, zero, unknown)``: ``query(scope)`` returns a ``SELECT`` with one
row per customer that has something there: ``partner_id`` and the columns named in
``zero`` and ``unknown``: the columns of ``export.crm.account`` that it fills.
A customer without a row gets 0 in the ``zero`` columns (nothing there *is* zero) and
NULL in the ``unknown`` ones. The query

* reads only documents of ``scope.branches`` (the root company and its branches) dated
  up to ``scope.as_of``;
* returns amounts in company currency, shares as 0 to 1, dates as company-local days;
* may read the temporary tables ``export_fact_contact`` (``contact_id``, ``partner_id``:
  every contact of every customer of the batch) and ``export_fact_order`` (see
  :mod:`.orders`), and those of the sources before it (``export_fact_<name>``);
* has no subquery that runs once per row.

Another domain adds its source by extending
``export.crm.account._facts_sources()``.
"""

from .contact import CONTACT, PORTAL
from .delivery import DELIVERY
from .ledger import LEDGER
from .lines import LINES
from .orders import (
    QUOTATIONS,
    SAMPLES,
    TERMS,
    company_notes_sql,
    credited_sql,
    orders_sql,
)
from .scope import WINDOWS, Scope
from .services import service_orders_sql
from .source import Source
from .trade import TRADE
from .uninvoiced import open_orders_sql

SOURCES = (
    TRADE,
    QUOTATIONS,
    SAMPLES,
    TERMS,
    LINES,
    DELIVERY,
    LEDGER,
    CONTACT,
    PORTAL,
)

__all__ = [
    "SOURCES",
    "WINDOWS",
    "Scope",
    "Source",
    "company_notes_sql",
    "credited_sql",
    "open_orders_sql",
    "orders_sql",
    "service_orders_sql",
]
