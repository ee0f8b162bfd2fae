from odoo import fields, models


class ExportCrmWarningDismiss(models.TransientModel):
    """Dismiss warnings or next best actions with a reason."""

    _name = "export.crm.warning.dismiss"
    _description = "Dismiss With a Reason"

    warning_ids = fields.Many2many("export.crm.warning")
    action_ids = fields.Many2many("export.crm.action")
    reason = fields.Char(required=True, help="Kept; it teaches what to leave out.")

    def action_dismiss(self):
        """Dismiss what was chosen."""
        self.ensure_one()
        if self.warning_ids:
            self.warning_ids.action_dismiss(self.reason)
        if self.action_ids:
            self.action_ids.action_dismiss(self.reason)
        return {"type": "ir.actions.act_window_close"}
