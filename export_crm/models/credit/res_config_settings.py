from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_credit_user_id = fields.Many2one(
        related="company_id.root_id.export_credit_user_id", readonly=False
    )
    export_credit_auto_release = fields.Boolean(
        related="company_id.root_id.export_credit_auto_release", readonly=False
    )
    export_credit_check_delivery = fields.Boolean(
        related="company_id.root_id.export_credit_check_delivery", readonly=False
    )
    export_credit_check_invoice = fields.Boolean(
        related="company_id.root_id.export_credit_check_invoice", readonly=False
    )
    export_credit_check_documents = fields.Boolean(
        related="company_id.root_id.export_credit_check_documents", readonly=False
    )
    export_credit_cover_percent = fields.Float(
        related="company_id.root_id.export_credit_cover_percent", readonly=False
    )
