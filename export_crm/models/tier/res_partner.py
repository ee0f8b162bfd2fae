from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_tier_id = fields.Many2one(
        "export.crm.tier",
        string="Tier",
        compute="_compute_export_tier",
        search="_search_export_tier_id",
        help="A, B or C in the current company; empty: unrated.",
    )
    export_tier_color = fields.Integer(compute="_compute_export_tier")

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_export_tier(self):
        accounts = self._export_score_accounts(["tier_id"])
        none = self.env["export.crm.account"]
        for partner in self:
            account = accounts.get(partner.commercial_partner_id.id, none)
            partner.export_tier_id = account.tier_id
            partner.export_tier_color = account.tier_id.color

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
