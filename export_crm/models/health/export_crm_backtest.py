from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.health import backtest_rolling
from ..account.unknown import FactFloat

CUSTOMERS = 5000


class ExportCrmBacktest(models.Model):
    """How good are our warnings? Measured on the company's own past."""

    _name = "export.crm.backtest"
    _inherit = "export.crm.books.mixin"
    _description = "How Good Are Our Warnings?"
    _order = "date desc, id desc"
    _rec_name = "date"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company,
    )
    date = fields.Date(
        string="Up To",
        required=True,
        default=lambda self: self._default_date(),
        help="Nothing after this day is used; each day looked back at knows only what "
        "was known then.",
    )
    limit = fields.Float(
        string="Warn Above",
        required=True,
        default=0.7,
        help="Churn risk (0 to 1) above which a customer counts as warned of.",
    )
    state = fields.Selection(
        [("draft", "Not Run"), ("done", "Measured")], default="draft", readonly=True
    )
    line_ids = fields.One2many("export.crm.backtest.line", "backtest_id", readonly=True)
    bin_ids = fields.One2many("export.crm.backtest.bin", "backtest_id", readonly=True)
    calibration = fields.Json(readonly=True)
    verdict = fields.Html(compute="_compute_verdict")
    customers = fields.Integer(
        readonly=True, help="Customers used; of more than 5,000 every n-th one."
    )
    auc = FactFloat(
        string="Ranked Right",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="Mean over the days: chance that a customer who bought was ranked before "
        "one who didn't. 0.5 is chance, 1 is perfect.",
    )
    auc_recency = FactFloat(
        string="By Last Order Alone",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="The same for 'days since the last order' alone.",
    )
    auc_rfm = FactFloat(
        string="By Three Figures",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="The same for the sum of the quintiles of recency, frequency, spend.",
    )
    brier = FactFloat(
        string="Error of Chances",
        digits=(4, 4),
        readonly=True,
        aggregator=None,
        help="Mean squared error of the chance to buy; lower is better.",
    )
    brier_base = FactFloat(
        string="Error of One for All",
        digits=(4, 4),
        readonly=True,
        aggregator=None,
        help="What saying the same chance of everybody would score.",
    )
    precision = FactFloat(
        string="Right of the Lowest Fifth",
        readonly=True,
        aggregator=None,
        help="Of the fifth of customers ranked lowest, the share that bought nothing.",
    )
    base = FactFloat(
        string="Bought Again",
        readonly=True,
        aggregator=None,
        help="Share of all customers that bought within 182 days.",
    )
    green_churn = FactFloat(
        readonly=True,
        aggregator=None,
        help="Of the customers with a chance of 75 % or more, the share that bought "
        "nothing.",
    )
    lost = fields.Integer(
        string="Lost Customers",
        readonly=True,
        help="No purchase for 365 days, the last one within the time looked at.",
    )
    warned = fields.Integer(
        string="Warned Of in Time",
        readonly=True,
        help="Lost customers with a warning before the 365 days were over.",
    )
    lead_days = FactFloat(
        string="Days Ahead",
        digits=(16, 0),
        readonly=True,
        aggregator=None,
        help="Median days from the warning to the day the loss is certain (365 days "
        "without a purchase). Longer is better.",
    )
    delay_days = FactFloat(
        string="Days to Notice",
        digits=(16, 0),
        readonly=True,
        aggregator=None,
        help="Median days from the last healthy day (the next purchase was expected "
        "by then) to the warning. Shorter is better.",
    )

    @api.model
    def _default_date(self):
        return self.env.company._export_today()

    def action_run(self):
        """Measure; may take a minute for thousands of customers.

        :raise UserError: there is less than a year of purchases
        """
        for report in self:
            report.check_access("write")
            report._measure()
        return True

    def _measure(self):
        # sudo: a manager measures all customers of the company, whose orders other
        # rules may hide one by one; only sums come out
        models_ = self.env["export.crm.demand.model"].sudo()
        histories = models_._histories(self.company_id, self.date, CUSTOMERS)
        last = self.date.toordinal()
        result = (
            backtest_rolling.roll(histories, last, self.limit) if histories else None
        )
        if not result or not result.origins:
            raise UserError(
                self.env._(
                    "There is too little to measure: it takes a year between the first "
                    "purchase and the day %(date)s.",
                    date=fields.Date.to_string(self.date),
                )
            )
        self.line_ids.unlink()
        self.bin_ids.unlink()
        self.check_access("write")
        # sudo: what came out is written by nobody
        self.sudo().write(self._result_values(result, len(histories)))

    def _result_values(self, result, customers):
        rows = result.origins
        mean = {
            name: _mean([row[name] for row in rows])
            for name in (
                "auc",
                "auc_recency",
                "auc_rfm",
                "brier",
                "brier_base",
                "precision",
                "base",
            )
        }
        return {
            **mean,
            "state": "done",
            "customers": customers,
            "green_churn": result.green_churn,
            "lost": result.lost,
            "warned": len(result.leads),
            "lead_days": backtest_rolling.middle(result.leads),
            "delay_days": backtest_rolling.middle(result.delays),
            "calibration": [list(part) for part in result.calibration],
            "line_ids": [
                fields.Command.create({**row, "day": date.fromordinal(row["day"])})
                for row in rows
            ],
            "bin_ids": [
                fields.Command.create(
                    {"sequence": n, "customers": number, "said": said, "came": came}
                )
                for n, (number, said, came) in enumerate(result.calibration, 1)
            ],
        }

    @api.depends("state", "auc", "auc_recency", "auc_rfm", "brier", "brier_base")
    def _compute_verdict(self):
        for report in self:
            report.verdict = self.env["ir.qweb"]._render(
                "export_crm.backtest_verdict", {"report": report}
            )


class ExportCrmBacktestLine(models.Model):
    """One day looked back at."""

    _name = "export.crm.backtest.line"
    _description = "Day Looked Back At"
    _order = "day"
    _rec_name = "day"

    backtest_id = fields.Many2one(
        "export.crm.backtest", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backtest_id.company_id", store=True, index=True, precompute=True
    )
    day = fields.Date(readonly=True)
    customers = fields.Integer(readonly=True)
    base = FactFloat(string="Bought Again", readonly=True, aggregator=None)
    auc = FactFloat(
        string="Ranked Right", digits=(4, 3), readonly=True, aggregator=None
    )
    auc_low = FactFloat(
        string="From",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="19 times of 20 it is between these.",
    )
    auc_high = FactFloat(
        string="To",
        digits=(4, 3),
        readonly=True,
        aggregator=None,
        help="19 times of 20 it is between these.",
    )
    auc_recency = FactFloat(
        string="By Last Order", digits=(4, 3), readonly=True, aggregator=None
    )
    auc_rfm = FactFloat(
        string="By Three Figures", digits=(4, 3), readonly=True, aggregator=None
    )
    brier = FactFloat(
        string="Error of Chances", digits=(4, 4), readonly=True, aggregator=None
    )
    brier_base = FactFloat(
        string="Error of One for All", digits=(4, 4), readonly=True, aggregator=None
    )
    precision = FactFloat(
        string="Right of the Lowest Fifth", readonly=True, aggregator=None
    )


class ExportCrmBacktestBin(models.Model):
    """A tenth of the forecasts: what was said, and what came."""

    _name = "export.crm.backtest.bin"
    _description = "Calibration of the Forecasts"
    _order = "sequence"
    _rec_name = "sequence"

    backtest_id = fields.Many2one(
        "export.crm.backtest", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backtest_id.company_id", store=True, index=True, precompute=True
    )
    sequence = fields.Integer(string="Tenth", readonly=True)
    customers = fields.Integer(readonly=True)
    said = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Mean chance to buy within 182 days that was said.",
    )
    came = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Share that bought within 182 days.",
    )


def _mean(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
