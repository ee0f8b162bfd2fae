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
            pipeline.Step(
                "settled",
                self.env._("Holds that are settled"),
                hold,
                "_step_settled",
                CHECKS,
            ),
            pipeline.Step(
                "credit",
                self.env._("Payment-delay check"),
                hold,
                "_step_payment_behaviour",
                CHECKS,
            ),
            pipeline.Step(
                "promises",
                self.env._("Promises that are over"),
                "export.crm.credit.promise",
                "_step_promises",
                CHECKS,
            ),
            pipeline.Step(
                "deposits",
                self.env._("Deposits that were taken back"),
                "sale.order",
                "_step_deposits",
                CHECKS,
            ),
            pipeline.Step(
                "requests",
                self.env._("Release requests that need no decision any more"),
                "export.crm.credit.request",
                "_step_requests",
                CHECKS,
            ),
        )
        return [*super()._pipeline_steps(), *steps]
