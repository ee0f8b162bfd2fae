"""What records about a customer have in common."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ExportCrmAccountMixin(models.AbstractModel):
    """A record about one customer account: whose it is, and in which company."""

    _name = "export.crm.account.mixin"
    _inherit = "export.crm.books.mixin"
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
    _inherit = "export.crm.books.mixin"
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
    customer_account_id = fields.Many2one(
        "export.crm.account",
        compute="_compute_customer_account_id",
        search="_search_customer_account_id",
        help="Figures of the customer in this company. Who is responsible there may "
        "be told by its orders alone: access looks at it.",
    )

    @api.depends("partner_id", "company_id")
    def _compute_customer_account_id(self):
        # sudo: whose customer it is decides on access; figures keep their own rules
        found = (
            self.env["export.crm.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", self.partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
        by_key = {(a.partner_id, a.company_id): a.id for a in found}
        for note in self:
            key = (note.partner_id, note.company_id)
            note.customer_account_id = by_key.get(key, False)

    @api.model
    def _search_customer_account_id(self, operator, value):
        if operator in ("any", "any!"):
            return self._with_account(value)
        if operator != "in":
            return NotImplemented
        ids = [account_id for account_id in value if account_id]
        domain = self._with_account([("id", "in", ids)])
        return domain | ~self._with_account([]) if False in value else domain

    @api.model
    def _with_account(self, domain):
        """Return the domain of the notes whose customer's account meets ``domain``."""
        # sudo: see _compute_customer_account_id
        accounts = self.env["export.crm.account"].sudo()._search(domain)
        return Domain(
            "id",
            "in",
            SQL(
                """(
                SELECT note.id FROM %s note
                  JOIN export_crm_account account
                    ON account.partner_id = note.partner_id
                   AND account.company_id = note.company_id
                 WHERE account.id IN %s)""",
                SQL.identifier(self._table),
                accounts.subselect(),
                to_flush=self._fields["partner_id"],
            ),
        )
