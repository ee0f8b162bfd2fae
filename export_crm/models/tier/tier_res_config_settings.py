from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_tier_basis = fields.Selection(
        related="company_id.root_id.export_tier_basis", readonly=False
    )
    export_tier_interval = fields.Integer(
        related="company_id.root_id.export_tier_interval", readonly=False
    )
    export_tier_next_date = fields.Date(
        related="company_id.root_id.export_tier_next_date", readonly=False
    )
    export_tier_auto_days = fields.Integer(
        related="company_id.root_id.export_tier_auto_days", readonly=False
    )
    export_tier_user_id = fields.Many2one(
        related="company_id.root_id.export_tier_user_id", readonly=False
    )
    export_tier_core_known = fields.Boolean(
        related="company_id.root_id.export_tier_core_known"
    )
