"""Number fields that keep *unknown* apart from 0.

Odoo reads NULL in a number column as 0, searches it as 0 and shows it as 0. For a
figure of a customer that is a lie: "no answer yet" is not "0 % satisfied". These
fields store NULL for unknown, and

* Python reads ``None`` (so a formula that forgets the case fails loudly instead of
  computing with 0);
* ``read()``, RPC and the web client get ``False``, which every number widget shows
  as empty;
* domains: ``("f", "=", False)`` finds the unknown ones, ``("f", "=", 0)`` the zeros,
  and ``("f", "<", 5)`` leaves unknown ones out;
* sums and averages of groups skip unknown ones, as SQL does.

Write ``False`` or ``None`` for unknown.
"""

from odoo import fields


def _is_unknown(value):
    return value is None or value is False


class _UnknownMixin:
    falsy_value = None

    def convert_to_column(self, value, record, values=None, validate=True):
        if _is_unknown(value):
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        if _is_unknown(value):
            return None
        return super().convert_to_column_insert(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if _is_unknown(value):
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return value

    def convert_to_read(self, value, record, use_display_name=True):
        if value is None:
            return False
        return super().convert_to_read(value, record, use_display_name)


class FactInteger(_UnknownMixin, fields.Integer):
    """An integer whose NULL is *unknown*, not 0."""


class FactFloat(_UnknownMixin, fields.Float):
    """A float whose NULL is *unknown*, not 0."""


class FactMonetary(_UnknownMixin, fields.Monetary):
    """An amount in ``currency_id`` whose NULL is *unknown*, not 0."""
