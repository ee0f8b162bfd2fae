"""What only the system may set is written by nobody, on whatever road.

One rule for all of ours: a field that is ``readonly`` in Python is the system's. Odoo
takes ``readonly`` for a matter of forms: a client may write such a field by RPC, by an
import, or by a default in its context. Server code that sets one writes as superuser.
Dialogs (transient models) are left out: they keep nothing, and what their buttons do is
checked by the records that they do it to.

A test (``tests/core/test_core_system_fields.py``) lists all others: a new field is
either readonly, or has to be entered there.
"""

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS

# Odoo's own fields that limits, releases and facts rely on: what an order comes to
# follows from its lines.
OF_ODOO = {
    "sale.order": frozenset(
        ("amount_untaxed", "amount_tax", "amount_total", "currency_rate")
        + ("invoice_status",)
    ),
    "sale.order.line": frozenset(("price_subtotal", "price_tax", "price_total")),
}


def is_system(model, field):
    """Tell whether only the system may set a field of a model."""
    if field.name in OF_ODOO.get(model._name, ()):
        return True
    if not field.readonly or field.name in MAGIC_COLUMNS or model._transient:
        return False
    return model._name.startswith("export.crm.") or (
        field.name.startswith("export_") and "export_crm" in field._modules
    )


def check(model, names):
    """Raise AccessError if only the system may set one of the fields ``names``."""
    for name in names:
        field = model._fields.get(name)
        if field and is_system(model, field):
            raise AccessError(
                model.env._(
                    "%(field)s (%(model)s) is set by the system and written by nobody: "
                    "leave it out.",
                    field=field._description_string(model.env),
                    model=model.env["ir.model"]._get(model._name).name,
                )
            )
