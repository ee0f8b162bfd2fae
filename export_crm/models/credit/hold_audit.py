from odoo import models


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    def _audit(self, event, summary, detail=False, order=None):
        """Add a row to the audit trail; ``event`` as in ``export.crm.audit``."""
        self.ensure_one()
        self._audit_each(event, {self: (summary, detail)}, order)

    def _audit_each(self, event, texts, order=None):
        """Add a row for each hold: ``texts`` is ``{hold: (summary, detail)}``."""
        # sudo: nobody may write the trail, every decision leaves a row there
        self.env["export.crm.audit"].sudo().create(
            [
                {
                    "company_id": hold.company_id.id,
                    "partner_id": hold.partner_id.id,
                    "partner_name": hold.partner_id.name,
                    "event": event,
                    "summary": summary,
                    "detail": detail or False,
                    "hold_id": hold.id,
                    "order_id": order.id if order else False,
                    "user_id": self.env.uid,
                }
                for hold, (summary, detail) in texts.items()
            ]
        )

    def action_view_audit(self):
        """Open the audit trail of this hold."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_audit_action"
        )
        action["domain"] = [("hold_id", "=", self.id)]
        return action
