from odoo import fields, models


class ExportCrmDismissMixin(models.AbstractModel):
    """Work about a customer that people take up or dismiss with a reason."""

    _name = "export.crm.dismiss.mixin"
    _description = "Work That Is Dismissed With a Reason"
    _inherit = ["export.crm.account.work.mixin", "mail.thread"]

    _dismissed_as = None  # the wizard's field of such records

    reason = fields.Char(readonly=True, tracking=True)

    def action_open_dismiss(self):
        """Ask for the reason of a dismissal."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Dismiss"),
            "res_model": "export.crm.warning.dismiss",
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{self._dismissed_as}": self.ids},
        }
