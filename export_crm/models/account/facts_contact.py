"""Facts of talking with the customer."""

from odoo import fields, models

from .unknown import FactFloat, FactInteger


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    inquiries_365d = FactInteger(
        string="Inquiries, 12 Months",
        readonly=True,
        help="Leads and opportunities created in the last 365 days. One without a "
        "company counts for every company.",
    )
    last_inquiry_date = fields.Date(
        string="Last Inquiry",
        readonly=True,
        help="Day of the last lead or opportunity of the customer.",
    )
    inbound_90d = FactInteger(
        string="Inbound, 90 Days",
        readonly=True,
        help="Messages written by the customer's contacts, and logged contacts that "
        "began on their side, in the last 90 days. "
        "Unknown while there has never been any exchange.",
    )
    outbound_90d = FactInteger(
        string="Outbound, 90 Days",
        readonly=True,
        help="Messages from our people to the customer's contacts in the last 90 "
        "days, each counted once, and logged tries of ours. Unknown while there has "
        "never been any exchange.",
    )
    activities_90d = FactInteger(
        string="Calls and Meetings, 90 Days",
        readonly=True,
        help="Calls and meetings in the last 90 days: marked done on the customer, its "
        "orders and leads, or logged. Unknown while there has never been any exchange.",
    )
    last_inbound_date = fields.Date(
        string="Last Heard From",
        readonly=True,
        help="Day of the last message or inquiry from the customer.",
    )
    last_contact_date = fields.Date(
        string="Last Contact",
        readonly=True,
        help="Day of the last message, call, meeting or inquiry, either way.",
    )
    portal_days_90d = FactInteger(
        string="Portal Days, 90 Days",
        readonly=True,
        help="Days (UTC) of the last 90 on which somebody of the customer used the "
        "portal. Unknown without a portal user.",
    )
    sentiment_trend = FactFloat(
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="-100 to 100: share of logged contacts and messages of the last 90 days "
        "that people marked positive, less those marked negative, among all marked "
        "ones. Unknown without a mark; nothing is guessed from texts.",
    )
