from odoo import fields, models


class ExportCrmAccount(models.Model):
    """The way from a customer's figures to its follow-ups."""

    _inherit = "export.crm.account"

    followup_count = fields.Integer(related="partner_id.export_followup_count")

    def action_view_followups(self):
        """Open the follow-ups of the customer."""
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id._export_entered())
        return partner.action_export_followups()
