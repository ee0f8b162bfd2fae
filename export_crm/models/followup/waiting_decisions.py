from odoo import api, models


class ExportCrmFollowup(models.Model):
    """What waits elsewhere for the reader of *My Day*."""

    _inherit = "export.crm.followup"

    @api.model
    def my_decisions(self):
        """Return the line on *My Day* about holds that wait for the reader to decide.

        :return: text; empty for somebody who decides nothing
        """
        user = self.env.user
        if not user.has_group("export_crm.export_crm_group_credit_controller"):
            return ""
        count = self.env["export.crm.credit.hold"].search_count(
            [("user_id", "=", user.id), ("state", "in", ("open", "evaluating"))]
        )
        if not count:
            return ""
        if count == 1:
            return self.env._("1 credit decision waits for you.")
        return self.env._("%(count)s credit decisions wait for you.", count=count)
