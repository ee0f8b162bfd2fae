from odoo import models


class ExportCrmCreditHold(models.Model):
    _inherit = "export.crm.credit.hold"

    def _audit(self, event, summary, detail=False, order=None):
        """Add a row to the audit trail; ``event`` as in ``export.crm.audit``."""
        self.ensure_one()
        self._audit_each(event, {self: (summary, detail)}, order)

    def _audit_each(self, event, texts, order=None):
        """Add a row for each hold: ``texts`` is ``{hold: (summary, detail)}``."""
        for hold, (summary, detail) in texts.items():
            self.env["export.crm.audit"]._note(
                event,
                summary,
                detail,
                partner=hold.partner_id,
                company=hold.company_id,
                holds=hold,
                order=order,
            )

    def action_view_audit(self):
        """Open the audit trail of this hold."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_audit_action"
        )
        action["domain"] = [("hold_id", "=", self.id)]
        return action
