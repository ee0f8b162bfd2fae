"""What an order comes to follows from its lines, and is written by nobody.

Odoo keeps these totals in stored computed fields, which whoever may write the order may
write by RPC, too: an order of a million would count as one of a cent towards limits and
releases.
"""

from odoo.exceptions import AccessError

ORDER = frozenset(
    ("amount_untaxed", "amount_tax", "amount_total", "currency_rate", "invoice_status")
)
LINE = frozenset(("price_subtotal", "price_tax", "price_total"))


def refuse(records, names, *vals_list):
    """Raise AccessError if a client writes or creates one of the fields ``names``.

    :param records: the model, whoever writes
    :param frozenset names: computed fields
    :param vals_list: what is written, dicts
    """
    if records.env.su:
        return
    for vals in vals_list:
        found = names.intersection(vals)
        if found:
            labels = [records._fields[name].string for name in sorted(found)]
            raise AccessError(
                records.env._(
                    "%s: follows from the lines of the order and is not written; "
                    "leave it out.",
                    ", ".join(labels),
                )
            )
