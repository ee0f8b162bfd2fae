from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        """Mark the customers whose receivables are being settled."""
        partials = super().create(vals_list)
        partials._export_mark_dirty()
        return partials

    def unlink(self):
        """Mark the customers whose payments are being undone."""
        self._export_mark_dirty()
        return super().unlink()

    def _export_mark_dirty(self):
        (self.debit_move_id | self.credit_move_id)._export_mark_dirty()
