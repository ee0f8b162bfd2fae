from odoo import models

_WATCHED = {
    "commercial_partner_id",
    "currency_id",
    "date",
    "invoice_date",
    "invoice_date_due",
    "invoice_payment_term_id",
    "partner_id",
    "payment_state",
    "state",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Mark the customers of entries that are or were posted.

        Posting, reset, cancelling, blocking and due dates all come by here; what a
        draft says concerns nobody.
        """
        if _WATCHED.isdisjoint(vals):
            return super().write(vals)
        before = self.filtered(lambda move: move.state == "posted")
        # Only a new partner or company makes the former lines tell something else.
        if "partner_id" in vals or "commercial_partner_id" in vals:
            before._export_mark_dirty()
        result = super().write(vals)
        moves = before | self.filtered(lambda move: move.state == "posted")
        moves._export_mark_dirty()
        return result

    def unlink(self):
        """Mark the customers of posted entries that are deleted by force."""
        self.filtered(lambda move: move.state == "posted")._export_mark_dirty()
        return super().unlink()

    def _export_mark_dirty(self):
        """Have the customers of these entries' receivables judged."""
        for move in self:
            if not move.is_purchase_document(include_receipts=True):
                move.line_ids._export_mark_dirty()
