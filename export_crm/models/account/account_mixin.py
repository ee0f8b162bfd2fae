"""What records about a customer have in common."""

from odoo import fields, models


class ExportCrmAccountMixin(models.AbstractModel):
    """A record about one customer account: whose it is, and in which company."""

    _name = "export.crm.account.mixin"
    _description = "Record about a Customer Account"
    _check_company_auto = True

    account_id = fields.Many2one(
        "export.crm.account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        related="account_id.partner_id",
        store=True,
        index=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )


class ExportCrmAccountWorkMixin(models.AbstractModel):
    """Such a record that somebody works on: it follows the customer's salesperson."""

    _name = "export.crm.account.work.mixin"
    _inherit = "export.crm.account.mixin"
    _description = "Work about a Customer Account"

    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        related="account_id.user_id", store=True, index=True, string="Salesperson"
    )
    team_id = fields.Many2one(related="account_id.team_id", store=True)
    tier_id = fields.Many2one(related="account_id.tier_id")

    def action_view_account(self):
        """Open the customer."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "export.crm.account",
            "res_id": self.account_id.id,
            "view_mode": "form",
        }


class ExportCrmCustomerMixin(models.AbstractModel):
    """What a person writes about a customer, who may have no account yet."""

    _name = "export.crm.customer.mixin"
    _description = "Note about a Customer"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
