from odoo import fields, models


class ExportCrmAccount(models.Model):
    """The customer's clock, numbers and logged contacts on its figures."""

    _inherit = "export.crm.account"

    local_text = fields.Char(related="partner_id.export_local_text")
    tz_text = fields.Char(related="partner_id.export_tz_text")
    reachable_now = fields.Boolean(related="partner_id.export_reachable_now")
    channel = fields.Selection(related="partner_id.export_channel")
    tel_url = fields.Char(related="partner_id.export_tel_url")
    whatsapp_url = fields.Char(related="partner_id.export_whatsapp_url")
    interaction_count = fields.Integer(related="partner_id.export_interaction_count")

    def action_view_interactions(self):
        """Open what was logged with this customer."""
        self.ensure_one()
        partner = self.partner_id.with_company(self.company_id._export_entered())
        return partner.action_export_view_interactions()

    def action_log_contact(self):
        """Open the small dialog that logs a call, chat or visit."""
        self.ensure_one()
        action = self.partner_id.action_export_log_contact()
        action["context"]["default_company_id"] = self.company_id.id
        return action
