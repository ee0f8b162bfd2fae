"""Demand scores of a batch in one statement: twin of tools/health/demand_model.py."""

from odoo import api, models
from odoo.tools import SQL

from ...tools.health import demand, demand_value
from ...tools.health.demand_logit import EDGE, LEAST_LOG, WEEK
from ...tools.health.demand_model import BLEND, Z80
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
                        last_order_date, interval_log_mean AS log_usual
                   FROM export_crm_account
                  WHERE company_id = %(company)s
                    AND partner_id = ANY(%(partners)s)
                    AND order_count > 0
                 ),
                 %(inputs)s,
                 alive AS (
                 SELECT *, 1 / (1 + %(a)s / (%(b)s + x) * EXP(LEAST((%(r)s + x)
                            * LN((%(alpha)s + t) / (%(alpha)s + tx)), %(max)s)))
                        AS p_alive
                   FROM input
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
                 worth AS (
                 SELECT c.*, %(orders)s,
                        %(drawn)s AS drawn, %(learned)s AS learned
                   FROM chance c JOIN more ON more.id = c.id
                 ),
                 figure AS (SELECT *, drawn * learned AS each FROM worth)
            SELECT id, p_alive, p_buy, 1 - p_buy AS churn_risk,
                   orders_12m AS expected_orders_12m, drawn AS expected_order_value,
                   %(values)s,
                   %(low)s AS forecast_low_12m, %(high)s AS forecast_high_12m,
                   CASE WHEN (%(alpha)s + tx) / (%(r)s + x) < %(far)s
                        THEN last_order_date
                             + CEIL((%(alpha)s + tx) / (%(r)s + x))::int
                   END AS next_order_date,
                   silence_chance
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
            low=self._demand_bound_sql(engine, "low", places),
            high=self._demand_bound_sql(engine, "high", places),
            inputs=self._demand_inputs_sql(),
            drawn=self._demand_drawn_sql(engine.worth),
            learned=self._demand_learned_sql(engine.worth),
            far=FAR_DAYS,
            **self._demand_params(engine),
        )

    @api.model
    def _demand_inputs_sql(self):
        """SQL: what the logits and the value look at, after ``customer``.

        See ``tools.demand_logit.features``. Without a clock ``quiet`` is 0: GREATEST
        would pass over the NULL.
        """
        return SQL(
            """
                 clock AS (
                 SELECT *, t - tx AS gap, %(silence)s AS silence_chance FROM customer
                 ),
                 input AS (
                 SELECT *, LN(1 + x::float8) AS often, LN(gap + %(week)s) AS recent,
                        LN(1 + GREATEST(0, spend / (x + 1))) AS average,
                        LN(t + %(week)s) AS tenure,
                        LN(1 + GREATEST(0, spend)) AS spent,
                        GREATEST(spend / (x + 1), %(least)s) AS own,
                        CASE WHEN silence_chance IS NULL THEN 0
                             ELSE GREATEST(LN(GREATEST(silence_chance, %(edge)s)),
                                           %(least_log)s) + 1
                        END AS quiet
                   FROM clock
                 )
            """,
            silence=self._silence_sql(),
            week=_double(WEEK),
            edge=_double(EDGE),
            least_log=_double(LEAST_LOG),
            least=_double(demand_value.LEAST),
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
            names = ("often", "recent", "average", "tenure")
            inputs = [SQL.identifier(name) for name in names]
            ranks = [
                SQL("%s - 0.5", _read_sql(value, knots))
                for value, knots in zip(inputs, engine.knots, strict=True)
            ]
            odds = SQL(
                "%s * (%s) + %s * (%s) + %s * (%s)",
                _double(BLEND[0]),
                odds,
                _double(BLEND[1]),
                _sum_sql(engine.logit, [SQL("1"), *inputs, SQL("quiet")]),
                _double(BLEND[2]),
                _sum_sql(engine.ranks, [SQL("1"), *ranks, SQL("quiet")]),
            )
        return SQL("1 / (1 + EXP(-(%s)))", odds)

    @api.model
    def _demand_drawn_sql(self, worth):
        """SQL: what one order is worth; see ``tools.demand_value.order_value``."""
        return SQL(
            "c.own * EXP(GREATEST(LEAST(%(pull)s / (c.x + 1 + %(pull)s)"
            " * (%(usual)s - LN(c.own)), %(most)s), -%(most)s))",
            pull=_double(worth.pull),
            usual=_double(worth.log_mean),
            most=_double(demand_value.MOST_PULL),
        )

    @api.model
    def _demand_learned_sql(self, worth):
        """SQL: what past windows say of it; see ``tools.demand_value.learned``."""
        if worth.beta is None:
            return SQL("1::float8")
        rank = SQL("%s - 0.5", _read_sql(SQL("c.spent"), worth.spends))
        return SQL(
            "EXP(GREATEST(LEAST(%(sum)s, %(most)s), -%(most)s))",
            sum=_sum_sql(worth.beta, [SQL("1"), rank]),
            most=_double(demand_value.MOST_LEARNED),
        )

    @api.model
    def _demand_bound_sql(self, engine, end, places):
        """SQL: the low or high end of a year; see ``tools.demand_model.bounds``."""
        knots = getattr(engine.worth, end)
        if knots is not None:
            return SQL(
                "ROUND((each * orders_12m * %s)::numeric, %s)",
                _read_sql(SQL("p_buy"), knots),
                places,
            )
        return SQL(
            """
            ROUND((each * GREATEST(orders_12m %(sign)s %(z)s * SQRT(
                orders_12m * %(cv)s + orders_12m * orders_12m * ((1 + 1 / (%(r)s + x))
                / GREATEST(p_alive, p_buy) - 1)), 0))::numeric, %(places)s)
            """,
            sign=SQL("-") if end == "low" else SQL("+"),
            z=_double(Z80),
            cv=_double(1.0 + engine.order_cv2),
            r=_double(engine.params.r),
            places=places,
        )

    @api.model
    def _silence_sql(self):
        """SQL: the chance of the open gap on the Erlang-2 clock; NULL if irregular.

        See ``tools/health/silence.py``; ``tx`` is the sum of ``x`` intervals.
        """
        return SQL(
            """
            CASE WHEN x >= %(least)s
                      AND LN(NULLIF(tx, 0) / NULLIF(x, 0)) - log_usual < %(regular)s
                 THEN EXP(GREATEST(2 * x * LN(tx / t), %(min)s))
                      * (1 + 2 * x * (t - tx) / t)
            END
            """,
            least=MIN_INTERVALS,
            regular=_double(REGULAR_BELOW),
            min=_double(demand.MIN_LOG),
        )


def _double(value):
    """SQL: a number as a double, so that no numeric arithmetic creeps in."""
    return SQL("%s::float8", float(value))


def _sum_sql(coefficients, inputs):
    """SQL: a sum of inputs times their coefficients."""
    return SQL(" + ").join(
        SQL("%s * (%s)", _double(coefficient), value)
        for coefficient, value in zip(coefficients, inputs, strict=True)
    )


def _read_sql(value, knots):
    """SQL: what a table says of a value; twin of ``tools/health/demand_table.read``."""
    places, levels = map(list, knots)
    return SQL(
        """
        (SELECT CASE WHEN i = 0 THEN levels[1]
                     WHEN i = %(last)s THEN levels[%(last)s]
                     ELSE levels[i] + (%(value)s - places[i])
                          * (levels[i + 1] - levels[i]) / (places[i + 1] - places[i])
                END
           FROM (SELECT places, levels, width_bucket(%(value)s, places) AS i
                   FROM (SELECT %(places)s::float8[] AS places,
                                %(levels)s::float8[] AS levels) knot) found)
        """,
        value=value,
        places=places,
        levels=levels,
        last=len(places),
    )
