from odoo import api, fields, models

from ..account.unknown import FactFloat


class ResPartner(models.Model):
    _inherit = "res.partner"

    export_health = FactFloat(
        string="Health",
        digits=(5, 0),
        compute="_compute_export_health",
        search="_search_export_health",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
        help="Health index 0-100 in the current company.",
    )
    export_health_known = fields.Boolean(
        compute="_compute_export_health",
        groups="export_crm.export_crm_group_user,"
        "export_crm.export_crm_group_credit_controller",
        help="There is enough data for a health index.",
    )

    @api.depends("commercial_partner_id")
    @api.depends_context("company")
    def _compute_export_health(self):
        accounts = self._export_score_accounts(["health", "health_known"])
        none = self.env["export.crm.account"]
        for partner in self:
            account = accounts.get(partner.commercial_partner_id.id, none)
            partner.export_health = account.health
            partner.export_health_known = account.health_known

    @api.model
    def _search_export_health(self, operator, value):
        if operator in ("in", "not in"):
            return NotImplemented
        return self._search_export_accounts(
            [("health_known", "=", True), ("health", operator, value)]
        )
