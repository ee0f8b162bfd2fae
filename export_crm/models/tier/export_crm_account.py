import json

from odoo import api, fields, models

from ...tools import tier_score
from ..account.unknown import FactFloat

TIER_INPUTS = (
    "revenue_share_before",
    "quarters_active",
    "on_time_rate",
    "growth",
    "interval_cv",
    "order_count",
    "first_order_date",
)
TIER_COLUMNS = {"tier_id": "int", "tier_score": "float8", "tier_lines": "jsonb"}


class ExportCrmAccount(models.Model):
    """The tier of a customer and how it came about."""

    _inherit = "export.crm.account"

    tier_id = fields.Many2one(
        "export.crm.tier",
        index="btree_not_null",
        readonly=True,
        help="A, B or C; empty: unrated (no order, or the first one less than 180 "
        "days ago).",
    )
    tier_score = FactFloat(
        readonly=True,
        digits=(5, 1),
        aggregator="avg",
        help="0-100: scale 45 %, cooperation 30 %, market potential 25 %.",
    )
    tier_lines = fields.Json(readonly=True)
    tier_explanation = fields.Html(compute="_compute_tier_explanation")

    @api.depends("tier_lines", "tier_score")
    def _compute_tier_explanation(self):
        labels = {
            "scale": self.env._("Scale"),
            "cooperation": self.env._("Cooperation"),
            "potential": self.env._("Market potential"),
        }
        for account in self:
            stored = account.tier_lines or {}
            rows = [
                (labels[part], value, f"{weight:.0%}")
                for part, value, weight in stored.get("lines", [])
            ]
            account.tier_explanation = account._render_lines(
                rows, account.tier_score if rows else None
            )

    @api.model
    def _step_tiers(self, company, partner_ids, as_of):
        """Grade the customers of a batch from their facts.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        tiers = {tier.code: tier.id for tier in self.env["export.crm.tier"].search([])}
        rows = self._score_inputs(company, partner_ids, TIER_INPUTS)
        self._write_scores(
            TIER_COLUMNS,
            [self._tier_row(row, tiers, as_of) for row in rows],
        )

    @api.model
    def _tier_row(self, row, tiers, as_of):
        """Return ``(account id, *TIER_COLUMNS)`` for one row of facts."""
        first = row["first_order_date"]
        days = (as_of - first).days if first else None
        grade = tier_score.grade(
            tier_score.TierFacts(
                share_before=row["revenue_share_before"],
                years=days / 365.25 if days is not None else None,
                quarters=row["quarters_active"],
                punctuality=row["on_time_rate"],
                growth=row["growth"],
                interval_cv=row["interval_cv"],
                order_count=row["order_count"] or 0,
                days_since_first=days,
            )
        )
        return (
            row["id"],
            tiers.get(grade.code),
            grade.score,
            json.dumps({"lines": grade.lines, "gates": grade.gates}),
        )
