"""Demand scores of a batch in one statement: twin of tools/health/demand_model.py."""

from odoo import api, models
from odoo.tools import SQL

from ...tools.health import demand
from ...tools.health.demand_logit import EDGE, WEEK
from ...tools.health.demand_model import BLEND_WEIGHT, Z80
from ...tools.health.silence import MIN_INTERVALS, REGULAR_BELOW

#: Column suffix and days of the forecasts.
SPANS = (("12m", 365), ("3y", 1095), ("5y", 1825))
#: Farther away than this an expected day says nothing.
FAR_DAYS = 1825


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    @api.model
    def _demand_sql(self, company, partner_ids, engine):
        """Return the query of the demand scores of some customers.

        Equal to the Python of ``tools/health/demand_model.py`` to 1e-9, from the facts
        on the accounts. One row per account with a purchase.

        :param engine: ``tools.demand_model.Model``
        :return: ``SQL``; columns ``id`` and those of ``DEMAND_COLUMNS``
        """
        places = company.currency_id.decimal_places
        return SQL(
            """
            WITH customer AS (
                 SELECT id, order_count - 1 AS x,
                        (last_order_date - first_order_date)::float8 AS tx,
                        (as_of - first_order_date)::float8 AS t,
                        (order_average * order_count)::float8 AS spend,
                        last_order_date, gap_open::float8 AS gap,
                        interval_mean::float8 AS usual, interval_log_mean AS log_usual
                   FROM export_crm_account
                  WHERE company_id = %(company)s
                    AND partner_id = ANY(%(partners)s)
                    AND order_count > 0
                 ),
                 alive AS (
                 SELECT *, 1 / (1 + %(a)s / (%(b)s + x) * EXP(LEAST((%(r)s + x)
                            * LN((%(alpha)s + t) / (%(alpha)s + tx)), %(max)s)))
                        AS p_alive
                   FROM customer
                 ),
                 said AS (
                 SELECT *, p_alive * (1 - %(silent)s) AS p_said FROM alive
                 ),
                 chance AS (SELECT *, %(chance)s AS p_buy FROM said),
                 more AS (
                 SELECT c.id, %(sums)s
                   FROM chance c
                  CROSS JOIN unnest(%(p)s::float8[], %(l)s::float8[], %(w)s::float8[])
                        AS node(p, l, w)
                  CROSS JOIN LATERAL (SELECT node.w * EXP(GREATEST(
                            (%(b)s + c.x) * node.l, %(min)s)) AS w) mass
                  GROUP BY c.id, c.p_alive
                 ),
                 figure AS (
                 SELECT c.*, %(orders)s,
                        (c.spend + %(pull)s * %(order)s) / (c.x + 1 + %(pull)s) AS each
                   FROM chance c JOIN more ON more.id = c.id
                 )
            SELECT id, p_alive, p_buy, 1 - p_buy AS churn_risk,
                   orders_12m AS expected_orders_12m, each AS expected_order_value,
                   %(values)s,
                   %(low)s AS forecast_low_12m, %(high)s AS forecast_high_12m,
                   CASE WHEN (%(alpha)s + tx) / (%(r)s + x) < %(far)s
                        THEN last_order_date
                             + CEIL((%(alpha)s + tx) / (%(r)s + x))::int
                   END AS next_order_date,
                   %(silence)s AS silence_chance
              FROM figure
            """,
            company=company.id,
            partners=list(partner_ids),
            values=SQL(", ").join(
                SQL(
                    "ROUND((%s * each)::numeric, %s) AS %s",
                    SQL.identifier(f"orders_{name}"),
                    places,
                    SQL.identifier(f"forecast_revenue_{name}"),
                )
                for name, _days in SPANS
            ),
            low=self._demand_bound_sql(engine, SQL("-"), places),
            high=self._demand_bound_sql(engine, SQL("+"), places),
            silence=self._silence_sql(),
            far=FAR_DAYS,
            **self._demand_params(engine),
        )

    @api.model
    def _demand_params(self, engine):
        """Return the pieces of :meth:`_demand_sql` that follow from the parameters."""
        nodes = demand.quadrature(engine.params.a)
        return {
            **{name: _double(getattr(engine.params, name)) for name in "rab"},
            "alpha": _double(engine.params.alpha),
            "max": _double(demand.MAX_LOG),
            "min": _double(demand.MIN_LOG),
            "silent": self._demand_silent_sql(engine, _double(engine.horizon)),
            "chance": self._demand_blend_sql(engine),
            "sums": SQL(", ").join(
                SQL(
                    "c.p_alive * SUM(mass.w * (1 - %s) / node.p) / SUM(mass.w) AS %s",
                    self._demand_silent_sql(engine, SQL("node.p * %s", days)),
                    SQL.identifier(f"expected_{name}"),
                )
                for name, days in SPANS
            ),
            "p": [node[0] for node in nodes],
            "l": [node[1] for node in nodes],
            "w": [node[2] for node in nodes],
            "orders": SQL(", ").join(
                SQL(
                    "more.%s * c.p_buy / c.p_said AS %s",
                    SQL.identifier(f"expected_{name}"),
                    SQL.identifier(f"orders_{name}"),
                )
                for name, _days in SPANS
            ),
            "pull": _double(engine.order_pull),
            "order": _double(engine.order_mean),
        }

    @api.model
    def _demand_silent_sql(self, engine, days):
        """SQL: the chance that one who stays buys nothing in ``days``."""
        alpha = _double(engine.params.alpha)
        return SQL(
            "EXP(GREATEST((%(r)s + x) * LN((%(alpha)s + t) / (%(alpha)s + t + %(days)s"
            ")), %(min)s))",
            r=_double(engine.params.r),
            alpha=alpha,
            days=days,
            min=_double(demand.MIN_LOG),
        )

    @api.model
    def _demand_blend_sql(self, engine):
        """SQL: P(buy) from ``p_said``; see ``tools.demand_model.p_buy``."""
        if engine.logit is None and not engine.offset:
            return SQL("p_said")
        kept = SQL("LEAST(GREATEST(p_said, %s), %s)", _double(EDGE), _double(1 - EDGE))
        odds = SQL("LN(%s / (1 - %s)) + %s", kept, kept, _double(engine.offset))
        if engine.logit is not None:
            one, often, recent, spend, tenure = map(_double, engine.logit)
            logit = SQL(
                "%(one)s + %(often)s * LN(1 + x) + %(recent)s * LN(t - tx + %(week)s)"
                " + %(spend)s * LN(1 + GREATEST(0, spend / (x + 1)))"
                " + %(tenure)s * LN(t + %(week)s)",
                one=one,
                often=often,
                recent=recent,
                spend=spend,
                tenure=tenure,
                week=_double(WEEK),
            )
            odds = SQL(
                "%s * (%s) + %s * (%s)",
                _double(BLEND_WEIGHT),
                odds,
                _double(1 - BLEND_WEIGHT),
                logit,
            )
        return SQL("1 / (1 + EXP(-(%s)))", odds)

    @api.model
    def _demand_bound_sql(self, engine, sign, places):
        """SQL: expected revenue of a year, 1.28 deviations down or up.

        See ``tools.demand_model.value``.
        """
        return SQL(
            """
            ROUND((each * GREATEST(orders_12m %(sign)s %(z)s * SQRT(
                orders_12m * %(cv)s + orders_12m * orders_12m * ((1 + 1 / (%(r)s + x))
                / GREATEST(p_alive, p_buy) - 1)), 0))::numeric, %(places)s)
            """,
            sign=sign,
            z=_double(Z80),
            cv=_double(1.0 + engine.order_cv2),
            r=_double(engine.params.r),
            places=places,
        )

    @api.model
    def _silence_sql(self):
        """SQL: the chance of the open gap on the Erlang-2 clock; NULL if irregular.

        See ``tools/health/silence.py``; ``usual`` is the mean of ``x`` intervals.
        """
        return SQL(
            """
            CASE WHEN x >= %(least)s AND usual > 0
                      AND LN(usual) - log_usual < %(regular)s
                 THEN EXP(GREATEST(2 * x * LN(tx / (tx + gap)), %(min)s))
                      * (1 + 2 * x * gap / (tx + gap))
            END
            """,
            least=MIN_INTERVALS,
            regular=_double(REGULAR_BELOW),
            min=_double(demand.MIN_LOG),
        )


def _double(value):
    """SQL: a number as a double, so that no numeric arithmetic creeps in."""
    return SQL("%s::float8", float(value))
