from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_nightly_hour = fields.Integer(
        related="company_id.export_nightly_hour", readonly=False
    )
