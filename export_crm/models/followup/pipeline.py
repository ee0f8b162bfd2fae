from odoo import api, models

from ...tools.core import pipeline


class ExportCrmJob(models.Model):
    """The steps of follow-ups, after everything that decides about a customer."""

    _inherit = "export.crm.job"

    @api.model
    def _pipeline_steps(self):
        ledger = "export.crm.followup"
        runs = frozenset({pipeline.RUN_DIRTY, pipeline.RUN_NIGHTLY})
        return [
            *super()._pipeline_steps(),
            pipeline.Step(
                "followups", self.env._("Follow-ups"), ledger, "_step_plan", runs
            ),
            pipeline.Step(
                "contacts",
                self.env._("Contacts that are due"),
                ledger,
                "_step_contact",
                runs,
            ),
            pipeline.Step(
                "inquiries",
                self.env._("Inquiries of new customers"),
                ledger,
                "_step_plan_inquiries",
                frozenset({pipeline.RUN_NIGHTLY}),
                company_wide=True,
            ),
        ]
