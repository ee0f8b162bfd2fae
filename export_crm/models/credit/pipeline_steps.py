from odoo import api, models

from ...tools.core import pipeline

CHECKS = frozenset({pipeline.RUN_DIRTY, pipeline.RUN_CHECK})


class ExportCrmJob(models.Model):
    """The steps of credit control, after the figures: facts, tier, health."""

    _inherit = "export.crm.job"

    @api.model
    def _pipeline_steps(self):
        hold = "export.crm.credit.hold"
        steps = (
            ("settled", self.env._("Holds that are settled"), hold, "_step_settled"),
            (
                "credit",
                self.env._("Payment-delay check"),
                hold,
                "_step_payment_behaviour",
            ),
            (
                "promises",
                self.env._("Promises that are over"),
                "export.crm.credit.promise",
                "_step_promises",
            ),
            (
                "deposits",
                self.env._("Deposits that were taken back"),
                "sale.order",
                "_step_deposits",
            ),
            (
                "requests",
                self.env._("Release requests that need no decision any more"),
                "export.crm.credit.request",
                "_step_requests",
            ),
        )
        return [
            *super()._pipeline_steps(),
            *(pipeline.Step(*step, CHECKS) for step in steps),
        ]
