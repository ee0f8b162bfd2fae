from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    export_nightly_hour = fields.Integer(
        related="company_id.root_id.export_nightly_hour", readonly=False
    )
    export_go_live_date = fields.Date(
        related="company_id.root_id.export_go_live_date", readonly=False
    )
    export_late_grace_days = fields.Integer(
        related="company_id.root_id.export_late_grace_days", readonly=False
    )
    export_late_grace_business_days = fields.Boolean(
        related="company_id.root_id.export_late_grace_business_days", readonly=False
    )
    export_late_tolerance_amount = fields.Monetary(
        related="company_id.root_id.export_late_tolerance_amount",
        readonly=False,
        currency_field="currency_id",
    )
    export_late_tolerance_percent = fields.Float(
        related="company_id.root_id.export_late_tolerance_percent", readonly=False
    )
    export_late_wire_days = fields.Integer(
        related="company_id.root_id.export_late_wire_days", readonly=False
    )
    export_late_bucket = fields.Selection(
        related="company_id.root_id.export_late_bucket", readonly=False
    )
    export_late_window_months = fields.Integer(
        related="company_id.root_id.export_late_window_months", readonly=False
    )
    export_late_down_payments = fields.Boolean(
        related="company_id.root_id.export_late_down_payments", readonly=False
    )
