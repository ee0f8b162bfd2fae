from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_followup_ahead_days = fields.Integer(
        related="company_id.root_id.export_followup_ahead_days", readonly=False
    )
    export_followup_late_days = fields.Integer(
        related="company_id.root_id.export_followup_late_days", readonly=False
    )
    export_followup_coalesce_days = fields.Integer(
        related="company_id.root_id.export_followup_coalesce_days", readonly=False
    )
    export_followup_effect_days = fields.Integer(
        related="company_id.root_id.export_followup_effect_days", readonly=False
    )
    export_followup_user_id = fields.Many2one(
        related="company_id.root_id.export_followup_user_id", readonly=False
    )
    export_director_id = fields.Many2one(
        related="company_id.root_id.export_director_id", readonly=False
    )
    export_technical_user_id = fields.Many2one(
        related="company_id.root_id.export_technical_user_id", readonly=False
    )
    export_service_user_id = fields.Many2one(
        related="company_id.root_id.export_service_user_id", readonly=False
    )
