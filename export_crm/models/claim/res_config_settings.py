from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_claim_grace_days = fields.Integer(
        related="company_id.root_id.export_claim_grace_days", readonly=False
    )
    export_claim_manager_id = fields.Many2one(
        related="company_id.root_id.export_claim_manager_id", readonly=False
    )
    export_claim_director_id = fields.Many2one(
        related="company_id.root_id.export_claim_director_id", readonly=False
    )
    export_claim_hour_claims = fields.Integer(
        related="company_id.root_id.export_claim_hour_claims", readonly=False
    )
    export_claim_hour_messages = fields.Integer(
        related="company_id.root_id.export_claim_hour_messages", readonly=False
    )
