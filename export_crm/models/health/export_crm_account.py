import json

from odoo import api, fields, models

from ...tools import health
from ..account.unknown import FactFloat

HEALTH_INPUTS = (
    "gap_open",
    "interval_mean",
    "on_time_rate",
    "days_late_avg",
    "inbound_90d",
    "outbound_90d",
)
HEALTH_COLUMNS = {"health": "float8", "health_known": "bool", "health_lines": "jsonb"}


class ExportCrmAccount(models.Model):
    """The health index of a customer and its components."""

    _inherit = "export.crm.account"

    health = FactFloat(
        string="Health index",
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="0-100; empty: insufficient data.",
    )
    health_known = fields.Boolean(
        readonly=True, help="There is enough data for a health index."
    )
    health_lines = fields.Json(readonly=True)
    health_explanation = fields.Html(compute="_compute_health_explanation")

    @api.depends("health_lines", "health_known")
    def _compute_health_explanation(self):
        labels = {
            "demand": self.env._("Demand: days since the last order"),
            "payment": self.env._("Payment"),
            "interaction": self.env._("Interaction, 90 days"),
        }
        for account in self:
            stored = account.health_lines or {}
            rows = [
                (labels[name], 100.0 * h, self.env._("%.1f points", points))
                for name, h, _weight, points in stored.get("lines", [])
            ]
            total = account.health if account.health_known else None
            account.health_explanation = account._render_lines(rows, total)

    @api.model
    def _step_health(self, company, partner_ids, as_of):
        """Score the health of the customers of a batch from their facts.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        rows = self._score_inputs(company, partner_ids, HEALTH_INPUTS)
        self._write_scores(HEALTH_COLUMNS, [self._health_row(row) for row in rows])

    @api.model
    def _health_row(self, row):
        """Return ``(account id, *HEALTH_COLUMNS)`` for one row of facts."""
        index = health.health_index(
            {
                "demand": health.demand(row["gap_open"], row["interval_mean"]),
                "payment": health.payment(row["on_time_rate"], row["days_late_avg"]),
                "interaction": health.interaction(
                    row["inbound_90d"], row["outbound_90d"]
                ),
            }
        )
        return (
            row["id"],
            index.value,
            index.value is not None,
            json.dumps({"lines": index.lines, "coverage": index.coverage}),
        )
