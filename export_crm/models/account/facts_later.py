"""Facts whose source is another domain of the add-on.

The columns are here so that views, scores and rules can name them; each stays NULL
(unknown) until its domain adds a source in ``_facts_sources()``.
"""

from odoo import fields, models

from .unknown import FactFloat, FactInteger, FactMonetary


def _share(label, text):
    return FactFloat(
        string=label, digits=(16, 4), readonly=True, aggregator="avg", help=text
    )


def _points(label, text):
    return FactFloat(
        string=label, digits=(16, 1), readonly=True, aggregator="avg", help=text
    )


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    # === SATISFACTION === #

    satisfaction = _points("Satisfaction", "0 to 100, from the customer's answers.")
    satisfaction_product = _points(
        "Satisfaction: Product", "0 to 100, answers about the product."
    )
    satisfaction_service = _points(
        "Satisfaction: Service", "0 to 100, answers about the service."
    )
    satisfaction_process = _points(
        "Satisfaction: Process", "0 to 100, answers about the process."
    )
    nps = _points(
        "NPS", "Net promoter score, -100 to 100, from the customer's answers."
    )

    # === CLAIMS === #

    claims_open_minor = FactInteger(
        string="Open Claims: Minor", readonly=True, help="Open claims of severity 1."
    )
    claims_open_major = FactInteger(
        string="Open Claims: Major", readonly=True, help="Open claims of severity 2."
    )
    claims_open_critical = FactInteger(
        string="Open Claims: Critical",
        readonly=True,
        help="Open claims of severity 4.",
    )
    claims_365d = FactInteger(
        string="Claims, 12 Months", readonly=True, help="Claims of the last 365 days."
    )
    claim_rate = _share(
        "Claim Rate", "Claims per purchase of the last 365 days (1 is one each)."
    )

    # === FORECAST === #

    forecast_completion = _share(
        "Forecast Completion", "Actual revenue / forecast over closed periods."
    )
    next_order_date = fields.Date(
        string="Expected Next Order",
        readonly=True,
        help="Day by which the next purchase is expected.",
    )
    forecast_revenue_12m = FactMonetary(
        string="Expected Revenue, 12 Months",
        readonly=True,
        help="Revenue expected in the next 12 months, company currency.",
    )
    forecast_revenue_3y = FactMonetary(
        string="Expected Revenue, 3 Years",
        readonly=True,
        help="Revenue expected in the next 3 years, company currency.",
    )
    forecast_revenue_5y = FactMonetary(
        string="Expected Revenue, 5 Years",
        readonly=True,
        help="Revenue expected in the next 5 years, company currency.",
    )
    season_q1 = _share("Season Q1", "Share of the year bought in Q1 times 4 (1: even).")
    season_q2 = _share("Season Q2", "Share of the year bought in Q2 times 4 (1: even).")
    season_q3 = _share("Season Q3", "Share of the year bought in Q3 times 4 (1: even).")
    season_q4 = _share("Season Q4", "Share of the year bought in Q4 times 4 (1: even).")

    # === REFERRALS === #

    referred_count = FactInteger(
        string="Referred Customers",
        readonly=True,
        help="Customers that this one brought and that have ordered.",
    )
    referred_revenue_365d = FactMonetary(
        string="Referred Revenue, 12 Months",
        readonly=True,
        help="Revenue of the last 365 days of the customers that this one brought.",
    )
