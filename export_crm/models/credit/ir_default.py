from odoo import api, models


class IrDefault(models.Model):
    _inherit = "ir.default"

    @api.model
    def _export_copy_limit(self, source, target):
        """Make one company's default credit limit another one's."""
        field = self.env["ir.model.fields"]._get("res.partner", "credit_limit")
        # sudo: a default of the books, set by whoever may set it in one company
        defaults = self.sudo().search(
            [
                ("field_id", "=", field.id),
                ("user_id", "=", False),
                ("company_id", "in", (source | target).ids),
            ]
        )
        old = defaults.filtered(lambda row: row.company_id == target)
        new = defaults - old
        if new and old:
            old.json_value = new[:1].json_value
        elif new:
            new[:1].copy({"company_id": target.id})
        else:
            old.unlink()
