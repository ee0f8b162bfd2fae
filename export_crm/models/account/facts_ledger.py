"""Facts of the ledger and of deliveries."""

from odoo import fields, models

from .unknown import FactFloat, FactInteger, FactMonetary


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    # === LEDGER === #

    receivable_amount = FactMonetary(
        string="Open Receivables",
        readonly=True,
        help="Open part of posted receivable entries dated up to the as-of day, "
        "company currency.",
    )
    unapplied_amount = FactMonetary(
        string="Unapplied Payments",
        readonly=True,
        help="Payments and credit notes not applied to an invoice yet, company "
        "currency, as a positive amount.",
    )
    to_invoice_amount = FactMonetary(
        string="Confirmed, Not Invoiced",
        readonly=True,
        help="Tax-included amount of confirmed orders to be invoiced to this "
        "customer that no posted invoice covers, at the orders' own rates.",
    )
    exposure = FactMonetary(
        readonly=True,
        help="Open receivables less unapplied payments plus confirmed not invoiced, "
        "company currency.",
    )

    # === LATENESS: judged instalments of the company's window === #

    on_time_rate = FactFloat(
        string="On-Time Rate",
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="0 to 1: share of the judged instalments of the company's window that "
        "were paid on time. Unknown while nothing was due.",
    )
    days_late_avg = FactFloat(
        string="Average Days Late",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Days from due to settled (or the as-of day while unpaid), weighted by "
        "amount, of the judged instalments of the company's window.",
    )
    late_run = FactInteger(
        string="Late in a Row",
        readonly=True,
        aggregator="max",
        help="Judged instalments in a row, from the newest, that are late or overdue.",
    )
    overdue_amount = FactMonetary(
        string="Overdue",
        readonly=True,
        help="Open amount of instalments past their due date and grace, company "
        "currency.",
    )
    overdue_oldest_days = FactInteger(
        string="Oldest Overdue",
        readonly=True,
        aggregator="max",
        help="Days since the oldest overdue instalment was due.",
    )

    # === DELIVERIES === #

    delivery_count = FactInteger(
        string="Deliveries",
        readonly=True,
        help="Transfers delivered to the customer on its orders, all time.",
    )
    delivery_count_365d = FactInteger(
        string="Deliveries, 12 Months",
        readonly=True,
        help="Transfers delivered to the customer on its orders, last 365 days.",
    )
    service_count = FactInteger(
        string="Services",
        readonly=True,
        help="Orders of services alone whose day has come, all time: what was promised "
        "for a day counts from that day.",
    )
    last_delivery_date = fields.Date(
        string="Last Delivery",
        readonly=True,
        help="Day of the last transfer delivered to the customer.",
    )
    delivered_qty_365d = FactFloat(
        string="Delivered Qty, 12 Months",
        digits="Product Unit",
        readonly=True,
        help="Quantity delivered in the last 365 days, each product in its own unit.",
    )
    returned_qty_365d = FactFloat(
        string="Returned Qty, 12 Months",
        digits="Product Unit",
        readonly=True,
        help="Quantity returned in the last 365 days, each product in its own unit.",
    )
