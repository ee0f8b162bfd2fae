"""Demand scores of a customer: fields, step, explanation."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..account.unknown import FactFloat, FactMonetary

DEMAND_COLUMNS = (
    "p_alive",
    "p_buy",
    "churn_risk",
    "expected_orders_12m",
    "expected_order_value",
    "forecast_revenue_12m",
    "forecast_revenue_3y",
    "forecast_revenue_5y",
    "forecast_low_12m",
    "forecast_high_12m",
    "next_order_date",
    "silence_chance",
)


def _chance(label, text):
    return FactFloat(string=label, readonly=True, aggregator="avg", help=text)


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    p_alive = _chance(
        "Still a Customer",
        "0 to 1: chance that the customer has not left for good (MBG/NBD).",
    )
    p_buy = _chance(
        "Buys Within 6 Months",
        "0 to 1: chance of at least one purchase in the next 182 days, from the "
        "company's own history.",
    )
    churn_risk = _chance("Churn Risk", "0 to 1: 1 - chance to buy within 182 days.")
    silence_chance = _chance(
        "Chance of Such a Silence",
        "0 to 1: how often a buyer as regular as this one would be silent for so "
        "long. Unknown for those who buy irregularly.",
    )
    expected_orders_12m = FactFloat(
        string="Expected Orders, 12 Months",
        readonly=True,
        help="Purchases expected in the next 365 days.",
    )
    expected_order_value = FactFloat(
        string="Expected Order",
        readonly=True,
        aggregator="avg",
        help="What the next order is worth, company currency: the customer's average, "
        "drawn towards the company's the fewer orders there are.",
    )
    forecast_low_12m = FactMonetary(
        string="Expected Revenue, 12 Months, Low",
        readonly=True,
        help="Four of five customers end between low and high, about.",
    )
    forecast_high_12m = FactMonetary(
        string="Expected Revenue, 12 Months, High",
        readonly=True,
        help="Four of five customers end between low and high, about.",
    )
    demand_model_date = fields.Date(
        string="Model Fitted On",
        readonly=True,
        help="Day of the fit that the demand figures were computed with.",
    )

    @api.model
    def _step_demand(self, company, partner_ids, as_of):
        """Score the demand of the customers of a batch in one statement.

        :param res.company company: whose figures
        :param list partner_ids: commercial customers
        :param date as_of: the day the facts stand for
        """
        fit = self.env["export.crm.demand.model"]._latest(company, as_of)
        self.flush_model()
        self.env.cr.execute(self._demand_update_sql(company, partner_ids, fit))
        self.invalidate_model([*DEMAND_COLUMNS, "demand_model_date"])

    @api.model
    def _demand_update_sql(self, company, partner_ids, fit):
        names = [SQL.identifier(name) for name in DEMAND_COLUMNS]
        if fit:
            scores = self._demand_sql(company, partner_ids, fit._engine())
        else:
            scores = SQL("SELECT NULL::int AS id, %s", self._no_demand_sql())
        return SQL(
            """
            UPDATE export_crm_account account
               SET (%(columns)s, demand_model_date) = ROW(%(new)s, %(date)s::date)
              FROM export_crm_account same
              LEFT JOIN (%(scores)s) score ON score.id = same.id
             WHERE same.company_id = %(company)s
               AND same.partner_id = ANY(%(partners)s)
               AND account.id = same.id
               AND %(target)s IS DISTINCT FROM (%(new)s, %(date)s::date)
            """,
            columns=SQL(", ").join(names),
            new=SQL(", ").join(SQL("score.%s", name) for name in names),
            date=fit.date or None,
            scores=scores,
            company=company.id,
            partners=list(partner_ids),
            target=SQL(
                "(%s, account.demand_model_date)",
                SQL(", ").join(SQL("account.%s", name) for name in names),
            ),
        )

    @api.model
    def _no_demand_sql(self):
        kinds = {"next_order_date": "date"}
        numeric = {name for name in DEMAND_COLUMNS if name.startswith("forecast")}
        return SQL(", ").join(
            SQL(
                f"NULL::{kinds.get(name, 'numeric' if name in numeric else 'float8')}"
                " AS %s",
                SQL.identifier(name),
            )
            for name in DEMAND_COLUMNS
        )
