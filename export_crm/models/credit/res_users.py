from odoo import api, models


class ResUsers(models.Model):
    """Whoever decides about credit lands where somebody waits for an answer."""

    _inherit = "res.users"

    @api.model
    def _export_home_name(self):
        """Open on the requests while there are any, else on the holds."""
        name = super()._export_home_name()
        if name == "export_crm_credit_hold_action" and self._export_requests_waiting():
            return "export_crm_credit_request_action"
        return name

    @api.model
    def _export_requests_waiting(self):
        requests = self.env["export.crm.credit.request"]
        return requests.search_count([("state", "=", "asked")])
