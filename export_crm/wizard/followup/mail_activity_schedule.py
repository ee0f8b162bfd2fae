from odoo import models
from odoo.fields import Domain


class MailActivitySchedule(models.TransientModel):
    _inherit = "mail.activity.schedule"

    def _get_plan_available_base_domain(self):
        """Leave plans out that start by themselves."""
        return Domain.AND(
            [
                super()._get_plan_available_base_domain(),
                [("export_trigger", "=", False)],
            ]
        )
