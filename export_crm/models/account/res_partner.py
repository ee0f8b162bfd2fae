"""Figures of the customer on the partner, for the current company.

Display and filter only: they aren't stored (nothing writes partners every night), so
they can't be grouped or sorted by; the customer list of Export CRM can. They show
what the reader may see of ``export.crm.account``, whose access rules apply.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.core.readers import ACCOUNT_READERS as READERS
from .unknown import FactFloat, FactInteger, FactMonetary

# Field of the partner -> field of the account.
FACTS = {
    "export_as_of": "as_of",
    "export_revenue_365d": "revenue_365d",
    "export_revenue_prev_365d": "revenue_prev_365d",
    "export_growth": "growth",
    "export_order_count": "order_count",
    "export_last_order_date": "last_order_date",
    "export_gap_open": "gap_open",
    "export_on_time_rate": "on_time_rate",
    "export_late_run": "late_run",
    "export_overdue_amount": "overdue_amount",
    "export_exposure": "exposure",
    "export_last_contact_date": "last_contact_date",
}


def _fact(field_class, name, **arguments):
    """Return the partner's field that shows the account's field ``name``."""

    def search(partners, operator, value):
        return partners._search_export_fact(name, operator, value)

    return field_class(
        compute="_compute_export_facts",
        search=search,
        groups=READERS,
        **arguments,
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_account_id = fields.Many2one(
        "export.crm.account",
        string="Customer Account",
        compute="_compute_export_facts",
        search="_search_export_account_id",
        groups=READERS,
        help="Figures of the commercial customer in the current company.",
    )
    export_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of Figures",
        compute="_compute_export_facts",
        groups=READERS,
        help="Currency of the current company.",
    )
    export_as_of = _fact(
        fields.Date, "as_of", string="Figures As Of", help="Day of the figures."
    )
    export_revenue_365d = _fact(
        FactMonetary,
        "revenue_365d",
        string="Revenue, 12 Months",
        currency_field="export_currency_id",
        help="Revenue of the last 365 days in the current company.",
    )
    export_revenue_prev_365d = _fact(
        FactMonetary,
        "revenue_prev_365d",
        string="Revenue, 12 Months Before",
        currency_field="export_currency_id",
        help="Revenue of the 365 days before the last 365.",
    )
    export_growth = _fact(
        FactFloat,
        "growth",
        string="Growth",
        digits=(16, 3),
        help="Revenue of the last 365 days against the 365 before, damped; above 1 "
        "is growing.",
    )
    export_order_count = _fact(
        FactInteger, "order_count", string="Orders", help="Purchase days, all time."
    )
    export_last_order_date = _fact(
        fields.Date, "last_order_date", string="Last Order", help="Last purchase day."
    )
    export_gap_open = _fact(
        FactInteger,
        "gap_open",
        string="Days Since Order",
        help="Days from the last purchase to the day of the figures.",
    )
    export_on_time_rate = _fact(
        FactFloat,
        "on_time_rate",
        string="On-Time Rate",
        digits=(16, 4),
        help="0 to 1: share of the judged instalments that were paid on time.",
    )
    export_late_run = _fact(
        FactInteger,
        "late_run",
        string="Late in a Row",
        help="Instalments in a row, from the newest, that are late or overdue.",
    )
    export_overdue_amount = _fact(
        FactMonetary,
        "overdue_amount",
        string="Overdue",
        currency_field="export_currency_id",
        help="Open amount past due date and grace.",
    )
    export_exposure = _fact(
        FactMonetary,
        "exposure",
        string="Exposure",
        currency_field="export_currency_id",
        help="Open receivables less unapplied payments plus confirmed not invoiced.",
    )
    export_last_contact_date = _fact(
        fields.Date,
        "last_contact_date",
        string="Last Contact",
        help="Last message, call, meeting or inquiry, either way.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company", "uid")
    def _compute_export_facts(self):
        accounts = self.env["export.crm.account"]
        found = accounts
        if accounts.has_access("read"):
            found = accounts.search_fetch(
                [
                    ("partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "=", self.env.company._export_root().id),
                ],
                ["partner_id", *FACTS.values()],
            )
        by_customer = {account.partner_id.id: account for account in found}
        for partner in self:
            account = by_customer.get(partner.commercial_partner_id.id, accounts)
            partner.export_account_id = account
            partner.export_currency_id = self.env.company.currency_id
            for name, fact in FACTS.items():
                partner[name] = account[fact]

    @api.model
    def _search_export_account_id(self, operator, value):
        if operator == "any" and isinstance(value, Domain):
            return self._domain_export_account(value)
        if operator != "in":
            return NotImplemented
        ids = [account for account in value if account]
        known = self._domain_export_account([])
        domain = self._domain_export_account([("id", "in", ids)])
        return domain | ~known if False in value else domain

    @api.model
    def _search_export_fact(self, name, operator, value):
        """Return the domain of partners by a figure of their customer.

        No account, and none that the reader may see, is unknown, like NULL.
        """
        if operator not in ("in", "<", ">", "<=", ">="):
            return NotImplemented
        if operator != "in":
            return self._domain_export_account([(name, operator, value)])
        # 0 == False, but unknown is not 0
        values = [number for number in value if number is not False]
        domain = self._domain_export_account([(name, "in", values)])
        if len(values) < len(value):
            domain |= ~self._domain_export_account([(name, "!=", False)])
        return domain

    @api.model
    def _domain_export_account(self, domain):
        """Partners whose account in the current company the reader may see and that
        meets ``domain``."""
        query = self.env["export.crm.account"]._search(
            Domain("company_id", "=", self.env.company._export_root().id)
            & Domain(domain)
        )
        return Domain("commercial_partner_id", "in", query.subselect("partner_id"))

    def action_export_view_account(self):
        """Open the figures of this customer in the current company."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer Figures"),
            "res_model": "export.crm.account",
            "res_id": self.export_account_id.id,
            "view_mode": "form",
        }

    # === SCORES === #

    def _export_score_accounts(self, names):
        """Return ``{commercial partner id: account}`` in the current company.

        The account of a customer who has none is the empty record.
        """
        # sudo: a score is shown with the customer; the figures behind it keep their
        # own access rules
        accounts = self.env["export.crm.account"].sudo()
        found = accounts.search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company._export_root().id),
            ],
            ["partner_id", *names],
        )
        by_partner = {account.partner_id.id: account for account in found}
        return {
            id_: by_partner.get(id_, accounts) for id_ in self.commercial_partner_id.ids
        }

    @api.model
    def _search_export_accounts(self, domain):
        """Return the domain of the partners whose account meets ``domain``."""
        # sudo: see _export_score_accounts
        accounts = self.env["export.crm.account"].sudo()
        query = accounts._search(
            [("company_id", "=", self.env.company._export_root().id), *domain]
        )
        return Domain("commercial_partner_id", "in", query.subselect("partner_id"))
