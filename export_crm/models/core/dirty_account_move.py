from odoo import models

_WATCHED = {
    "commercial_partner_id",
    "currency_id",
    "date",
    "invoice_date",
    "invoice_date_due",
    "invoice_payment_term_id",
    "line_ids",
    "partner_id",
    "payment_state",
    "state",
}
# These make the former lines tell about somebody else, or nothing any more.
_LOSING = {"commercial_partner_id", "line_ids", "partner_id"}


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        """Mark the customers of entries that are or were posted.

        Posting, reset, cancelling, blocking, due dates and the bank's counterpart
        lines all come by here; what a draft says concerns nobody.
        """
        if _WATCHED.isdisjoint(vals):
            return super().write(vals)
        before = self.filtered(lambda move: move.state == "posted")
        if not _LOSING.isdisjoint(vals):
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
