"""The health index of a customer: fields, step, explanation."""

import json

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.health import health
from ..account.unknown import FactFloat

HEALTH_INPUTS = (
    "order_count",
    "orders_365d",
    "p_buy",
    "inbound_90d",
    "activities_90d",
    "inquiries_90d",
    "outbound_90d",
    "portal_days_90d",
    "claims_load",
    "delivery_count",
    "service_count",
    "forecast_completion",
    "payment_prompt",
    "satisfaction",
    "satisfaction_answers",
    "satisfaction_date",
    "health_band",
    "tier_id",
)
HEALTH_COLUMNS = {
    "health": "float8",
    "health_known": "bool",
    "health_coverage": "float8",
    "health_band": "text",
    "health_lines": "jsonb",
}
BANDS = [("green", "Healthy"), ("amber", "Watch"), ("red", "At risk")]


class ExportCrmAccount(models.Model):
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
    health_coverage = FactFloat(
        string="Known Share",
        readonly=True,
        aggregator="avg",
        help="0 to 1: share of the weights whose component is known.",
    )
    health_band = fields.Selection(
        BANDS,
        string="Health",
        readonly=True,
        index="btree_not_null",
        help="Healthy from 75, at risk below 50 (Settings); a customer on the line "
        "keeps its colour for three points. Nobody is healthy while a warning or an "
        "alarm is open. Empty: insufficient data.",
    )
    health_lines = fields.Json(readonly=True)

    @api.model
    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # Unknown health is neither the best nor the worst: it comes last either way.
        if field_name in ("health", "p_buy", "churn_risk") and not nulls:
            nulls = SQL("NULLS LAST")
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    @api.model
    def _step_health(self, company, partner_ids, as_of):
        """Score the health of the customers of a batch; keep snapshots.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        self.flush_model()
        components = self.env["export.crm.health.component"]._of_company(company)
        tiers = {tier.id: tier.code for tier in self.env["export.crm.tier"].search([])}
        mean = self._mean_satisfaction(company)
        warned = self.env["export.crm.warning"]._serious(company, partner_ids)
        rows = self._score_inputs(company, partner_ids, HEALTH_INPUTS)
        scored = []
        for row in rows:
            values = {
                component.code: self._health_component(
                    component, row, tiers.get(row["tier_id"]), mean, as_of
                )
                for component in components
            }
            causes = warned.get(row["id"], [])
            scored.append(self._health_row(row, company, components, values, causes))
        self._write_scores(HEALTH_COLUMNS, scored)
        self.env["export.crm.health.snapshot"]._keep(company, partner_ids, as_of)

    @api.model
    def _mean_satisfaction(self, company):
        """Return the company's mean satisfaction (0-100), None without answers."""
        rows = self.env.execute_query(
            SQL(
                "SELECT AVG(satisfaction)::float8 FROM export_crm_account"
                " WHERE company_id = %s",
                company.id,
            )
        )
        return rows[0][0]

    @api.model
    def _health_row(self, row, company, components, values, causes):
        """Return ``(account id, *HEALTH_COLUMNS)`` for one row of facts.

        :param dict values: ``{component: h or None}``
        :param list causes: of the serious warnings that are open
        """
        index = health.health_index(
            values,
            {component.code: component.weight for component in components},
            company.export_health_coverage,
        )
        band = health.band(
            index.value,
            row["health_band"],
            company.export_health_green,
            company.export_health_amber,
            company.export_health_margin,
            warned=bool(causes),
        )
        seen = {"lines": index.lines, "missing": index.missing, "warnings": causes}
        return (
            row["id"],
            index.value,
            index.value is not None,
            index.coverage,
            band,
            json.dumps(seen),
        )

    @api.model
    def _health_component(self, component, row, tier, mean, as_of):
        """Return h (0-1) of one component, None where it is missing."""
        match component.code:
            case "demand":
                return row["p_buy"]
            case "interaction":
                return health.interaction(
                    row["inbound_90d"],
                    row["activities_90d"],
                    row["inquiries_90d"],
                    row["outbound_90d"],
                    component._reference(tier),
                )
            case "system":
                return health.system(row["portal_days_90d"], component._reference(tier))
            case "complaints":
                return health.complaints(
                    row["claims_load"],
                    row["orders_365d"],
                    (row["delivery_count"] or 0) + (row["service_count"] or 0),
                )
            case "forecast":
                return health.forecast(_number(row["forecast_completion"]))
            case "payment":
                return row["payment_prompt"]
            case "satisfaction":
                last = row["satisfaction_date"]
                return health.satisfaction(
                    _number(row["satisfaction"]),
                    row["satisfaction_answers"],
                    mean,
                    (as_of - last).days if last else None,
                )
        return None


def _number(value):
    return None if value is None else float(value)
