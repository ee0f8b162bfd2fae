from odoo import models


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    def _audit(self, event, summary, detail=False, order=None):
        """Add a row to the audit trail; ``event`` as in ``export.crm.audit``."""
        self.ensure_one()
        # sudo: nobody may write the trail, every decision leaves a row there
        self.env["export.crm.audit"].sudo().create(
            {
                "company_id": self.company_id.id,
                "partner_id": self.partner_id.id,
                "partner_name": self.partner_id.name,
                "event": event,
                "summary": summary,
                "detail": detail or False,
                "hold_id": self.id,
                "order_id": order.id if order else False,
                "user_id": self.env.uid,
            }
        )

    def action_view_audit(self):
        """Open the audit trail of this hold."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_audit_action"
        )
        action["domain"] = [("hold_id", "=", self.id)]
        return action
