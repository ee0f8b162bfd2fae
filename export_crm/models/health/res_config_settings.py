from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_health_green = fields.Float(
        related="company_id.root_id.export_health_green", readonly=False
    )
    export_health_amber = fields.Float(
        related="company_id.root_id.export_health_amber", readonly=False
    )
    export_health_margin = fields.Float(
        related="company_id.root_id.export_health_margin", readonly=False
    )
    export_health_coverage = fields.Float(
        related="company_id.root_id.export_health_coverage", readonly=False
    )
    export_action_control = fields.Float(
        related="company_id.root_id.export_action_control", readonly=False
    )
    export_weekly_report = fields.Boolean(
        related="company_id.root_id.export_weekly_report", readonly=False
    )
