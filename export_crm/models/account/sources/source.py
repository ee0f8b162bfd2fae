from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools import SQL

from .scope import Scope


@dataclass(frozen=True)
class Source:
    """One statement that fills some columns of the account; see the package.

    :param str name: names its temporary table ``export_fact_<name>``
    :param query: ``Scope`` -> ``SQL`` that selects ``partner_id`` and the columns
    :param zero: columns that are 0 for a customer without a row
    :param unknown: columns that are NULL for a customer without a row
    :param proof: column of its table that, when not NULL, makes the partner a
        customer of the company; None: a row there proves nothing (a message or a
        portal visit belongs to no company)
    """

    name: str
    query: Callable[[Scope], SQL]
    zero: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    proof: str | None = "partner_id"

    @property
    def table(self):
        return f"export_fact_{self.name}"

    @property
    def columns(self):
        return self.zero + self.unknown
