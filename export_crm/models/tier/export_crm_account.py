import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools import health, tier_score
from ..account.unknown import FactFloat

SCORE_INPUTS = (
    "revenue_share_before",
    "quarters_active",
    "on_time_rate",
    "growth",
    "interval_cv",
    "interval_mean",
    "order_count",
    "first_order_date",
    "gap_open",
    "days_late_avg",
    "inbound_90d",
    "outbound_90d",
)
SCORES = (
    "tier_id",
    "tier_score",
    "tier_lines",
    "health",
    "health_known",
    "health_lines",
)


class ExportCrmAccount(models.Model):
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

    # === EXPLANATIONS === #

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

    def _render_lines(self, rows, total):
        return self.env["ir.qweb"]._render(
            "export_crm.score_lines", {"rows": rows, "total": total}
        )

    # === SCORING === #

    @api.model
    def _step_scores(self, company, partner_ids, as_of):
        """Grade and score the customers of a batch from their facts.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        tiers = {tier.code: tier.id for tier in self.env["export.crm.tier"].search([])}
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT id, %s FROM export_crm_account"
                " WHERE company_id = %s AND partner_id = ANY(%s)",
                SQL(", ").join(SQL.identifier(name) for name in SCORE_INPUTS),
                company.id,
                list(partner_ids),
            )
        )
        self._write_scores([self._score_row(row, tiers, as_of) for row in rows])

    @api.model
    def _score_row(self, row, tiers, as_of):
        """Return ``(account id, *SCORES)`` for one row of facts; None is unknown."""
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
            tiers.get(grade.code),
            grade.score,
            json.dumps({"lines": grade.lines, "gates": grade.gates}),
            index.value,
            index.value is not None,
            json.dumps({"lines": index.lines, "coverage": index.coverage}),
        )

    @api.model
    def _write_scores(self, rows):
        """Write scores in one statement, and only those that changed.

        :param list rows: tuples ``(account id, *SCORES)``
        """
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        types = ("int", "int", "float8", "text", "float8", "bool", "text")
        arrays = SQL(", ").join(
            SQL(f"%s::{kind}[]", list(column))
            for kind, column in zip(types, columns, strict=True)
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_account account
                   SET tier_id = new.tier_id, tier_score = new.tier_score,
                       tier_lines = new.tier_lines::jsonb, health = new.health,
                       health_known = new.health_known,
                       health_lines = new.health_lines::jsonb
                  FROM unnest(%(arrays)s) AS new(id, tier_id, tier_score, tier_lines,
                                                 health, health_known, health_lines)
                 WHERE account.id = new.id
                   AND (account.tier_id, account.tier_lines, account.health_lines,
                        account.health, account.tier_score, account.health_known)
                       IS DISTINCT FROM
                       (new.tier_id, new.tier_lines::jsonb, new.health_lines::jsonb,
                        new.health, new.tier_score, new.health_known)
                """,
                arrays=arrays,
            )
        )
        self.invalidate_model(SCORES)
