"""Facts of orders: purchases, revenue, regularity, quotations, samples, terms."""

from odoo import fields, models

from .unknown import FactFloat, FactInteger, FactMonetary

PURCHASE = (
    "A purchase is a confirmed order of value above 0, no sample, no replacement, not "
    "credited in full; all orders of the customer and its contacts on one day count "
    "once. By order date, in the company's time zone."
)
REVENUE = (
    "Untaxed amount of confirmed orders by order date, less credit notes by their own "
    "date, in company currency at each document's own rate. What was billed without an "
    "order is no revenue here, so its credit note takes nothing off."
)


def _orders(label, window):
    return FactInteger(
        string=label, readonly=True, help=f"Purchase days in {window}. {PURCHASE}"
    )


def _revenue(label, window):
    return FactMonetary(
        string=label, readonly=True, help=f"Revenue in {window}. {REVENUE}"
    )


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    # === PURCHASES === #

    first_order_date = fields.Date(
        string="First Order",
        readonly=True,
        help=f"Day of the first purchase. {PURCHASE}",
    )
    last_order_date = fields.Date(
        string="Last Order", readonly=True, help=f"Day of the last purchase. {PURCHASE}"
    )
    order_count = _orders("Orders", "all time")
    orders_91d = _orders("Orders, 3 Months", "the last 91 days")
    orders_182d = _orders("Orders, 6 Months", "the last 182 days")
    orders_365d = _orders("Orders, 12 Months", "the last 365 days")
    orders_prev_91d = _orders(
        "Orders, 3 Months Before", "the 91 days before the last 91"
    )
    orders_prev_182d = _orders(
        "Orders, 6 Months Before", "the 182 days before the last 182"
    )
    orders_prev_365d = _orders(
        "Orders, 12 Months Before", "the 365 days before the last 365"
    )
    quarters_active = FactInteger(
        string="Active Quarters",
        readonly=True,
        aggregator="avg",
        help="How many of the last 8 quarters (3 calendar months each, counted back "
        "from the as-of day) had a purchase.",
    )
    quarters_active_4 = FactInteger(
        string="Active Quarters of 4",
        readonly=True,
        aggregator="avg",
        help="How many of the last 4 quarters (3 calendar months each, counted back "
        "from the as-of day) had a purchase.",
    )
    interval_mean = FactFloat(
        string="Mean Interval",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Mean days between one purchase day and the next, all time; unknown "
        "below two purchases.",
    )
    interval_cv = FactFloat(
        string="Interval Variation",
        digits=(16, 3),
        readonly=True,
        aggregator="avg",
        help="Sample standard deviation of the intervals between purchases divided "
        "by their mean: 0 is clockwork, above 1 irregular. Unknown below three "
        "purchases.",
    )
    gap_longest = FactInteger(
        string="Longest Gap",
        readonly=True,
        aggregator="max",
        help="Longest interval between two purchases in days, the open one left out.",
    )
    gap_open = FactInteger(
        string="Days Since Order",
        readonly=True,
        aggregator="avg",
        help="Days from the last purchase to the as-of day.",
    )

    # === REVENUE === #

    revenue_91d = _revenue("Revenue, 3 Months", "the last 91 days")
    revenue_182d = _revenue("Revenue, 6 Months", "the last 182 days")
    revenue_365d = _revenue("Revenue, 12 Months", "the last 365 days")
    revenue_prev_91d = _revenue(
        "Revenue, 3 Months Before", "the 91 days before the last 91"
    )
    revenue_prev_182d = _revenue(
        "Revenue, 6 Months Before", "the 182 days before the last 182"
    )
    revenue_prev_365d = _revenue(
        "Revenue, 12 Months Before", "the 365 days before the last 365"
    )
    revenue_total = _revenue("Revenue Total", "all time")
    revenue_share = FactFloat(
        string="Revenue Share",
        digits=(16, 6),
        readonly=True,
        help="0 to 1: revenue of the last 365 days as a share of that of all "
        "customers of the company.",
    )
    revenue_share_before = FactFloat(
        string="Share Ranked Before",
        digits=(16, 6),
        readonly=True,
        aggregator="min",
        help="0 to 1: share of the company's revenue of the last 365 days that the "
        "customers with more revenue than this one make together. 0 is the largest "
        "customer; equal ones share the better place.",
    )
    growth = FactFloat(
        digits=(16, 3),
        readonly=True,
        aggregator="avg",
        help="(R + k) / (R before + k): revenue of the last 365 days against the 365 "
        "before, k being the median revenue of the company's buying customers. 1 is "
        "unchanged. Unknown without revenue in either year.",
    )
    order_average = FactMonetary(
        string="Average Order",
        readonly=True,
        aggregator="avg",
        help="Mean value of a purchase day, all time, credit notes not deducted.",
    )
    order_average_182d = FactMonetary(
        string="Average Order, 6 Months",
        readonly=True,
        aggregator="avg",
        help="Mean value of a purchase day in the last 182 days.",
    )
    order_average_prev_182d = FactMonetary(
        string="Average Order, 6 Months Before",
        readonly=True,
        aggregator="avg",
        help="Mean value of a purchase day in the 182 days before the last 182.",
    )
    margin_365d = FactMonetary(
        string="Margin, 12 Months",
        readonly=True,
        help="Subtotal less cost of the lines ordered in the last 365 days, company "
        "currency. Unknown unless order lines keep their cost (Odoo's Margins).",
    )
    product_breadth = FactInteger(
        string="Products, 12 Months",
        readonly=True,
        aggregator="avg",
        help="Different products bought in the last 365 days.",
    )
    discount_depth = FactFloat(
        string="Discount Depth",
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="0 to 1: discounts on order lines of the last 365 days as a share of "
        "their undiscounted value.",
    )

    # === QUOTATIONS AND SAMPLES === #

    quotations_365d = FactInteger(
        string="Quotations, 12 Months",
        readonly=True,
        help="Quotations made in the last 365 days, whatever became of them; samples "
        "and replacements left out.",
    )
    win_rate = FactFloat(
        string="Win Rate",
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="0 to 1: share of the quotations of the last 365 days that are orders "
        "at the as-of day.",
    )
    sample_count = FactInteger(
        string="Samples", readonly=True, help="Sample orders confirmed, all time."
    )
    sample_won = FactInteger(
        string="Samples Won",
        readonly=True,
        help="Samples followed by a purchase within 365 days.",
    )

    # === USUAL TERMS: most frequent in the purchases of the last two years === #

    usual_incoterm_id = fields.Many2one(
        "account.incoterms",
        readonly=True,
        help="Most frequent incoterm of the purchases of the last two years.",
    )
    usual_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Usual Payment Terms",
        readonly=True,
        help="Most frequent payment terms of the purchases of the last two years.",
    )
    usual_currency_id = fields.Many2one(
        "res.currency",
        readonly=True,
        help="Most frequent currency of the purchases of the last two years.",
    )
    usual_medium_id = fields.Many2one(
        "utm.medium",
        string="Usual Channel",
        readonly=True,
        help="Most frequent medium of the purchases of the last two years.",
    )
    usual_user_id = fields.Many2one(
        "res.users",
        string="Usual Salesperson",
        readonly=True,
        help="Salesperson of most purchases of the last two years.",
    )
    usual_team_id = fields.Many2one(
        "crm.team",
        readonly=True,
        help="Sales team of most purchases of the last two years.",
    )
