from odoo import api, fields, models

from ...tools.core.readers import ACCOUNT_READERS


class ExportCrmTier(models.Model):
    """A customer tier: A, B or C. A customer without one is *unrated*."""

    _name = "export.crm.tier"
    _description = "Customer Tier"
    _order = "sequence, id"

    code = fields.Char(required=True, size=1)
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The best tier comes first.")
    color = fields.Integer(help="Colour of the badge.")
    active = fields.Boolean(default=True)
    description = fields.Text(translate=True)
    account_count = fields.Integer(
        string="Customers", compute="_compute_account_count", groups=ACCOUNT_READERS
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "There is one tier for each letter.")

    @api.depends("code")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = tier.code

    @api.depends_context("company")
    def _compute_account_count(self):
        counts = dict(
            self.env["export.crm.account"]._read_group(
                [
                    ("tier_id", "in", self.ids),
                    ("company_id", "=", self.env.company._export_root().id),
                ],
                ["tier_id"],
                ["__count"],
            )
        )
        for tier in self:
            tier.account_count = counts.get(tier, 0)

    @api.model
    def _ids_by_code(self):
        """Return ``{"A": id, …}``, archived tiers included."""
        tiers = self.with_context(active_test=False).search([("code", "!=", False)])
        return {tier.code: tier.id for tier in tiers}

    def action_view_accounts(self):
        """Open the customers of this tier in the current company."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_account_action"
        )
        action["domain"] = [("tier_id", "=", self.id)]
        return action
