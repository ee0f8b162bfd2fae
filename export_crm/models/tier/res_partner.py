from odoo import api, fields, models

from ..account.unknown import FactFloat


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier",
        compute="_compute_export_scores",
        search="_search_export_tier_id",
        help="A, B or C in the current company; empty: unrated.",
    )
    export_tier_color = fields.Integer(compute="_compute_export_scores")
    export_health = FactFloat(
        string="Health",
        digits=(5, 0),
        compute="_compute_export_scores",
        search="_search_export_health",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
        help="Health index 0-100 in the current company.",
    )
    export_health_known = fields.Boolean(
        compute="_compute_export_scores",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
        help="There is enough data for a health index.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_export_scores(self):
        # sudo: tier and health are shown with the customer; the figures behind them
        # keep their own access rules
        accounts = self.env["export.crm.account"].sudo()
        found = accounts.search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["partner_id", "tier_id", "health", "health_known"],
        )
        by_partner = {account.partner_id.id: account for account in found}
        for partner in self:
            account = by_partner.get(partner.commercial_partner_id.id, accounts)
            partner.export_tier_id = account.tier_id
            partner.export_tier_color = account.tier_id.color
            partner.export_health = account.health
            partner.export_health_known = account.health_known

    @api.model
    def _search_export_tier_id(self, operator, value):
        if operator == "any":
            return self._search_export_accounts([("tier_id", "any", value)])
        if operator != "in":
            return NotImplemented
        tiers = [tier_id for tier_id in value if tier_id]
        rated = self._search_export_accounts([("tier_id", "!=", False)])
        domain = self._search_export_accounts([("tier_id", "in", tiers)])
        return domain | ~rated if False in value else domain

    @api.model
    def _search_export_health(self, operator, value):
        if operator in ("in", "not in"):
            return NotImplemented
        return self._search_export_accounts(
            [("health_known", "=", True), ("health", operator, value)]
        )

    @api.model
    def _search_export_accounts(self, domain):
        """Return the domain of the partners whose account meets ``domain``."""
        # sudo: see _compute_export_scores
        accounts = self.env["export.crm.account"].sudo()
        query = accounts._search([("company_id", "=", self.env.company.id), *domain])
        return fields.Domain(
            "commercial_partner_id", "in", query.subselect("partner_id")
        )
