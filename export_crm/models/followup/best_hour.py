from odoo import fields, models


class ExportCrmFollowup(models.Model):
    """The hour at which whom we are to call is likely to answer."""

    _inherit = "export.crm.followup"

    best_window = fields.Char(related="contact_id.export_best_window")
    best_hour = fields.Char(related="contact_id.export_best_hour")
