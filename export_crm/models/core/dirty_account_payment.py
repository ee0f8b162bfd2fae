from odoo import models

_WATCHED = {"amount", "currency_id", "date", "partner_id", "state"}


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """Mark the customers of payments that begin, change or end.

        A payment without a journal entry (a wire in transit) excuses an instalment
        for some days, so its state counts even where nothing is booked.
        """
        if _WATCHED.isdisjoint(vals):
            return super().write(vals)
        self._export_mark_dirty()
        result = super().write(vals)
        self._export_mark_dirty()
        return result

    def unlink(self):
        """Mark the customers of payments that vanish."""
        self._export_mark_dirty()
        return super().unlink()

    def _export_mark_dirty(self):
        received = self.filtered(
            lambda payment: payment.partner_type == "customer"
            and payment.state != "draft"
        )
        for company, payments in received.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(payments.partner_id, company)
