"""What only the system may set is written by nobody, on whatever road.

One rule for all of ours: a field that is ``readonly`` in Python is the system's. Odoo
takes ``readonly`` for a matter of forms: a client may write such a field by RPC, by an
import, or by a default in its context. Server code that sets one writes as superuser.
Dialogs (transient models) are left out: they keep nothing, and what their buttons do is
checked by the records that they do it to.

A test (``tests/core/test_core_system_fields.py``) lists all others: a new field is
either readonly, or has to be entered there.
"""

from odoo import api, models
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


class Base(models.AbstractModel):
    _inherit = "base"

    @api.model
    def _check_field_access(self, field, operation):
        """Refuse fields that only the system sets.

        Odoo asks this for every field that somebody creates or writes a record with,
        defaults in the context included, and not for what is computed.
        """
        super()._check_field_access(field, operation)
        if operation == "write" and not self.env.su and self._export_is_system(field):
            raise AccessError(
                self.env._(
                    "%(field)s (%(model)s) is set by the system and written by nobody: "
                    "leave it out.",
                    field=field._description_string(self.env),
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )

    @api.model
    def _export_is_system(self, field):
        """Tell whether only the system may set a field."""
        if self._name in OF_ODOO and field.name in OF_ODOO[self._name]:
            return True
        if not field.readonly or field.name in MAGIC_COLUMNS or self._transient:
            return False
        return self._name.startswith("export.crm.") or (
            field.name.startswith("export_") and "export_crm" in field._modules
        )
