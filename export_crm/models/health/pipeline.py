"""The steps of demand, health, warnings and actions."""

from odoo import api, models

from ...tools.core import pipeline

FIGURES = frozenset({pipeline.RUN_DIRTY, pipeline.RUN_NIGHTLY})
NIGHTLY = frozenset({pipeline.RUN_NIGHTLY})


class ExportCrmJob(models.Model):
    _inherit = "export.crm.job"

    @api.model
    def _pipeline_steps(self):
        steps = super()._pipeline_steps()
        at = next(i for i, step in enumerate(steps) if step.code == "health")
        account = "export.crm.account"
        before = [
            pipeline.Step(
                "demand_fit",
                self.env._("Demand model, monthly"),
                "export.crm.demand.model",
                "_step_fit",
                NIGHTLY,
                company_wide=True,
            ),
            pipeline.Step(
                "demand", self.env._("Demand"), account, "_step_demand", FIGURES
            ),
            # Before the health, which is not green beside a serious one.
            pipeline.Step(
                "warnings",
                self.env._("Warnings"),
                "export.crm.warning",
                "_step_warnings",
                NIGHTLY,
            ),
        ]
        after = [
            pipeline.Step(
                "actions",
                self.env._("Next best actions"),
                "export.crm.action",
                "_step_actions",
                NIGHTLY,
            ),
            pipeline.Step(
                "medians",
                self.env._("Median of the health components"),
                "export.crm.health.median",
                "_step_medians",
                NIGHTLY,
                company_wide=True,
            ),
        ]
        # After the payment-delay check, which may have put the customer on hold.
        offers = pipeline.Step(
            "offers",
            self.env._("Offers to late payers"),
            "export.crm.action",
            "_step_offers",
            frozenset({pipeline.RUN_DIRTY, pipeline.RUN_CHECK}),
        )
        return [*steps[:at], *before, steps[at], *after, *steps[at + 1 :], offers]
