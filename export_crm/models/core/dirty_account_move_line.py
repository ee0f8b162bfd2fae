from odoo import api, models

_WATCHED = {"account_id", "company_id", "date_maturity", "no_followup", "partner_id"}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        """Mark the customers of posted receivables that change, old and new."""
        if _WATCHED.isdisjoint(vals):
            return super().write(vals)
        posted = self.filtered(lambda line: line.parent_state == "posted")
        posted._export_mark_dirty()
        result = super().write(vals)
        posted._export_mark_dirty()
        return result

    @api.model
    def _export_is_receivable(self, line):
        return line.account_id.account_type == "asset_receivable"

    def _export_mark_dirty(self):
        """Have the customers of the receivables among these lines judged."""
        receivables = self.filtered(self._export_is_receivable)
        for company, lines in receivables.grouped("company_id").items():
            self.env["export.crm.dirty"]._mark(lines.partner_id, company)
