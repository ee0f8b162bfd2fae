import math
from dataclasses import asdict

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.health import backtest, demand, demand_model
from ...tools.health.demand_history import history
from ..account.sources import company_notes_sql, credited_sql
from ..account.unknown import FactFloat

# More customers than this make the fit slower and no better.
FIT_CUSTOMERS = 20000


class ExportCrmDemandModel(models.Model):
    """The demand engine's parameters of one company, one record per fit.

    Scores are computed with the latest fit of the day or before, so that a past day
    can be computed again as it was.
    """

    _name = "export.crm.demand.model"
    _inherit = "export.crm.books.mixin"
    _description = "Demand Model"
    _order = "date desc, id desc"
    _rec_name = "date"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(
        required=True, readonly=True, help="Nothing dated after this day was used."
    )
    customers = fields.Integer(
        readonly=True, help="Customers with a purchase that the fit stands on."
    )
    horizon = fields.Integer(
        string="Looks Ahead (days)",
        readonly=True,
        help="P(buy) is about this many days.",
    )
    r = fields.Float(readonly=True, help="Shape of the purchase rates (Gamma).")
    alpha = fields.Float(
        readonly=True, help="Scale of the purchase rates (Gamma), days."
    )
    a = fields.Float(readonly=True, help="First shape of leaving (Beta).")
    b = fields.Float(readonly=True, help="Second shape of leaving (Beta).")
    offset = fields.Float(
        readonly=True,
        help="Added to the log-odds of MBG/NBD: how far it was off in past windows.",
    )
    logit = fields.Json(
        readonly=True,
        help="Coefficients on 1 and the logarithms of frequency, recency, average "
        "spend and tenure; empty below 300 customers.",
    )
    order_mean = fields.Float(readonly=True, help="Average order, company currency.")
    order_pull = fields.Float(
        readonly=True,
        help="Orders that the company's average weighs like beside a customer's own.",
    )
    order_cv2 = fields.Float(
        readonly=True,
        help="Squared variation of an order around its customer's average.",
    )
    log_likelihood = fields.Float(
        readonly=True, help="Of the customers' purchases; only to compare fits."
    )
    converged = fields.Boolean(readonly=True)
    windows = fields.Integer(
        readonly=True, help="Past windows that the blend was trained on."
    )
    test_auc = FactFloat(
        string="AUC",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="Fitted on everything but the last horizon and tested on it: chance that "
        "a customer who bought was ranked before one who didn't. 0.5 is chance.",
    )
    test_brier = FactFloat(
        string="Brier",
        digits=(4, 4),
        readonly=True,
        aggregator=None,
        help="Mean squared error of P(buy) in that test; lower is better.",
    )
    test_base = FactFloat(
        string="Bought Again",
        digits=(4, 4),
        readonly=True,
        aggregator=None,
        help="Share of customers who bought in that test.",
    )

    _company_date_uniq = models.Constraint(
        "UNIQUE(company_id, date)", "There is one fit a day for each company."
    )

    # === STEP === #

    @api.model
    def _step_fit(self, company, as_of):
        """Fit anew once a calendar month, and when there is no fit yet.

        :param res.company company: whose customers
        :param date as_of: nothing later is used
        """
        latest = self._latest(company, as_of)
        if latest and latest.date.replace(day=1) == as_of.replace(day=1):
            return
        self._fit(company, as_of)

    @api.model
    def _fit(self, company, as_of):
        """Fit the company's model on its orders up to a day and keep it.

        :return: the record, empty if nobody has bought anything
        """
        histories = self._histories(company, as_of)
        if not histories:
            return self.browse()
        day = as_of.toordinal()
        model = demand_model.fit_model(histories, day)
        values = {
            **asdict(model.params),
            "company_id": company.id,
            "date": as_of,
            "customers": model.customers,
            "horizon": model.horizon,
            "offset": model.offset,
            "logit": list(model.logit) if model.logit else False,
            "order_mean": model.order_mean,
            "order_pull": model.order_pull,
            "order_cv2": model.order_cv2,
            "log_likelihood": model.quality["log_likelihood"],
            "converged": model.quality["converged"],
            "windows": model.quality["windows"],
            **self._tested(histories, day),
        }
        found = self.search([("company_id", "=", company.id), ("date", "=", as_of)])
        if found:
            found.write(values)
            return found
        return self.create(values)

    @api.model
    def _tested(self, histories, day):
        """Return the quality of a fit that did not know the last horizon."""
        days = demand_model.HORIZON
        before = day - days
        customers, came = backtest.cut(histories, before, days)
        if len(customers) < 2:
            return {}
        model = demand_model.fit_model(histories, before)
        chances = [demand_model.p_buy(model, customer) for customer in customers]
        bought = [number > 0 for number, _amount in came]
        return {
            "test_auc": backtest.auc(chances, bought),
            "test_brier": backtest.brier(chances, bought),
            "test_base": sum(bought) / len(bought),
        }

    @api.model
    def _latest(self, company, as_of):
        """Return the fit that holds on a day: the latest one up to it."""
        return self.search(
            [("company_id", "=", company.id), ("date", "<=", as_of)], limit=1
        )

    @api.model
    def _histories(self, company, as_of, limit=FIT_CUSTOMERS):
        """Return the purchase histories of the company's customers, one query.

        Purchases as the facts count them. Of more customers than ``limit`` every
        n-th one is taken, always the same ones.

        :return: list of ``tools.demand_history.history``
        """
        scope = self.env["export.crm.account"]._facts_scope(company, as_of)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.commercial_partner_id, %(day)s AS day,
                       SUM(GREATEST(%(money)s, 0))
                  FROM sale_order s
                  JOIN res_partner p ON p.id = s.partner_id
                  LEFT JOIN (%(credited)s) credited ON credited.order_id = s.id
                 WHERE s.company_id = ANY(%(branches)s)
                   AND credited.order_id IS NULL
                   AND s.state = 'sale'
                   AND s.export_kind = 'order'
                   AND s.date_order < %(until)s
                   AND s.amount_untaxed > 0
                   AND MOD(p.commercial_partner_id, %(every)s) = 0
                 GROUP BY 1, 2
                HAVING SUM(GREATEST(%(money)s, 0)) > 0
                """,
                credited=credited_sql(scope, company_notes_sql(scope)),
                day=scope.day(SQL("s.date_order")),
                money=scope.money(SQL("s.amount_untaxed"), SQL("s.currency_rate")),
                branches=scope.branches,
                until=scope.until,
                every=self._every(company, limit),
            )
        )
        customers = {}
        for partner_id, day, amount in rows:
            customers.setdefault(partner_id, []).append(
                (day.toordinal(), float(amount))
            )
        return [history(customers[id_]) for id_ in sorted(customers)]

    @api.model
    def _every(self, company, limit):
        accounts = self.env["export.crm.account"].with_context(active_test=False)
        number = accounts.search_count([("company_id", "=", company.id)])
        return max(1, math.ceil(number / limit))

    def _engine(self):
        """Return this fit as the engine's model.

        :rtype: tools.demand_model.Model
        """
        self.ensure_one()
        return demand_model.Model(
            demand.Params(self.r, self.alpha, self.a, self.b),
            self.horizon,
            self.customers,
            offset=self.offset,
            logit=tuple(self.logit) if self.logit else None,
            order_mean=self.order_mean,
            order_pull=self.order_pull,
            order_cv2=self.order_cv2,
        )

    def action_fit_now(self):
        """Fit the current company's model on everything up to today."""
        company = self.env.company._export_root().sudo()
        # sudo: a manager may ask for a fit; who wrote the parameters is the machine
        self.env["export.crm.demand.model"].sudo()._fit(
            company, company._export_today()
        )
        return {"type": "ir.actions.client", "tag": "reload"}
