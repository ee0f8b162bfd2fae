from odoo import api, fields, models

from ..core.named import linked


class ExportCrmAccount(models.Model):
    """Whether the customer is on hold, next to tier and health."""

    _inherit = "export.crm.account"

    credit_hold_id = fields.Many2one(
        "export.crm.credit.hold",
        string="Credit hold",
        compute="_compute_credit_hold_id",
        search="_search_credit_hold_id",
    )
    credit_reason = fields.Text(string="Why on hold", compute="_compute_credit_hold_id")

    @api.depends("company_id", "partner_id.export_credit_hold_ids.blocking")
    @api.depends_context("uid")
    def _compute_credit_hold_id(self):
        # Sudo: that a customer is held is told to whoever may see the customer.
        holds = self.env["export.crm.credit.hold"].sudo()
        keys = {(account.partner_id.id, account.company_id.id) for account in self}
        found = holds._blocking_ids(keys)
        holds = holds.browse(found.values())
        amounts = holds._reader_sees_amounts()
        by_id = {hold.id: hold for hold in holds}
        for account in self:
            key = (account.partner_id.id, account.company_id.id)
            hold = by_id.get(found.get(key), holds.browse())
            account.credit_hold_id = hold.id
            account.credit_reason = hold and hold._explanation(amounts) or False

    @api.model
    def _search_credit_hold_id(self, operator, value):
        if operator == "any":
            return linked(self, "credit_hold_id", value)
        if operator != "in":
            return NotImplemented
        domain = [("blocking", "=", True)]
        ids = [hold_id for hold_id in value if hold_id and hold_id is not True]
        if ids:
            domain.append(("id", "in", ids))
        # Sudo: as above.
        holds = self.env["export.crm.credit.hold"].sudo().search(domain)
        held = fields.Domain.OR(
            [
                [
                    ("company_id", "=", company.id),
                    ("partner_id", "in", rows.partner_id.ids),
                ]
                for company, rows in holds.grouped("company_id").items()
            ]
        )
        return ~held if False in value else held

    def action_view_credit_hold(self):
        """Open the hold of this customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "export.crm.credit.hold",
            "res_id": self.credit_hold_id.id,
            "view_mode": "form",
        }
