"""Facts that only health and demand need."""

from odoo import fields, models

from ..account.unknown import FactFloat, FactInteger
from . import sources


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    interval_log_mean = FactFloat(
        readonly=True,
        aggregator=None,
        help="Mean of the natural logarithms of the intervals between purchases; "
        "tells the regular buyer from the random one.",
    )
    last_quotation_date = fields.Date(
        string="Last Quotation",
        readonly=True,
        help="Day of the last quotation made for the customer.",
    )
    inquiries_90d = FactInteger(
        string="Inquiries, 90 Days",
        readonly=True,
        help="Leads and opportunities created in the last 90 days.",
    )
    payment_prompt = FactFloat(
        string="Paid Promptly",
        readonly=True,
        aggregator="avg",
        help="0 to 1: of what fell due in the last 365 days each part counts its "
        "amount times 1 - days late / 60, never below 0; unpaid up to the as-of day.",
    )
    claims_load = FactFloat(
        readonly=True,
        aggregator=None,
        help="Severities (1, 2, 4) of claims, halved every 180 days once closed. "
        "Unknown until claims are kept.",
    )
    claims_182d = FactInteger(
        string="Claims, 6 Months", readonly=True, help="Claims of the last 182 days."
    )
    claims_prev_182d = FactInteger(
        string="Claims, 6 Months Before",
        readonly=True,
        help="Claims of the 182 days before the last 182.",
    )
    satisfaction_before = FactFloat(
        string="Satisfaction Before",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Satisfaction 182 days ago.",
    )
    satisfaction_answers = FactFloat(
        readonly=True,
        help="Answers behind the satisfaction, older ones counting less.",
    )
    satisfaction_date = fields.Date(
        readonly=True, help="Day of the last answer about satisfaction."
    )

    def _facts_sources(self, company, as_of, partner_ids):
        found = super()._facts_sources(company, as_of, partner_ids)
        return [*found, sources.RHYTHM]
