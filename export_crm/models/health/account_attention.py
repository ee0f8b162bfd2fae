from odoo import api, fields, models


class ExportCrmAccount(models.Model):
    """What is wrong with a customer, in two words, wherever customers are listed."""

    _inherit = "export.crm.account"

    attention = fields.Char(
        compute="_compute_attention",
        help="On hold, or the number of open warnings.",
    )

    next_order_overdue = fields.Boolean(
        compute="_compute_next_order_overdue",
        help="The day by which the next purchase was expected has passed.",
    )

    @api.depends("next_order_date", "as_of")
    def _compute_next_order_overdue(self):
        for account in self:
            account.next_order_overdue = bool(
                account.next_order_date
                and account.as_of
                and account.next_order_date < account.as_of
            )

    @api.depends("credit_hold_id", "warning_count")
    @api.depends_context("lang", "uid")
    def _compute_attention(self):
        for account in self:
            if account.credit_hold_id:
                account.attention = self.env._("On hold")
            elif account.warning_count == 1:
                account.attention = self.env._("1 warning")
            elif account.warning_count:
                account.attention = self.env._(
                    "%(count)s warnings", count=account.warning_count
                )
            else:
                account.attention = False
