"""Facts that people tell: the customer's purchases, willingness, referrals."""

from odoo import fields, models
from odoo.tools import SQL

from ..account import sources
from ..account.unknown import FactInteger, FactMonetary


def _latest_sql(scope, table, columns):
    """SQL: the latest answer of each customer of the batch, up to the as-of day."""
    return SQL(
        """
        SELECT DISTINCT ON (b.partner_id) b.partner_id, %(columns)s
          FROM export_fact_batch b
          JOIN %(table)s a ON a.partner_id = b.partner_id
         WHERE a.company_id = ANY(%(branches)s) AND a.date <= %(as_of)s
         ORDER BY b.partner_id, a.date DESC, a.id DESC
        """,
        columns=columns,
        table=SQL.identifier(table),
        branches=scope.branches,
        as_of=scope.as_of,
    )


def _wallet_sql(scope):
    columns = SQL("a.amount_company AS wallet_amount, a.date AS wallet_date")
    return _latest_sql(scope, "export_crm_wallet", columns)


def _willingness_sql(scope):
    columns = SQL("a.value::int AS willingness, a.date AS willingness_date")
    return _latest_sql(scope, "export_crm_willingness", columns)


def _referral_sql(scope):
    """Count the customers that one of the customer's people brought and that bought.

    A purchase is a confirmed order above 0 up to the as-of day, as everywhere.
    """
    return SQL(
        """
        SELECT c.partner_id, COUNT(DISTINCT r.commercial_partner_id) AS referred_count
          FROM export_fact_contact c
          JOIN res_partner r ON r.export_referred_by_id = c.contact_id
           AND r.commercial_partner_id <> c.partner_id
          JOIN res_partner p ON p.commercial_partner_id = r.commercial_partner_id
          JOIN sale_order s ON s.partner_id = p.id
         WHERE s.company_id = ANY(%(branches)s) AND s.state = 'sale'
           AND s.export_kind = 'order' AND s.amount_untaxed > 0
           AND s.date_order < %(until)s
         GROUP BY c.partner_id
        """,
        branches=scope.branches,
        until=scope.until,
    )


WALLET = sources.Source(
    "wallet", _wallet_sql, unknown=("wallet_amount", "wallet_date"), proof=None
)
WILLINGNESS = sources.Source(
    "willingness",
    _willingness_sql,
    unknown=("willingness", "willingness_date"),
    proof=None,
)
REFERRAL = sources.Source(
    "referral", _referral_sql, zero=("referred_count",), proof=None
)


class ExportCrmAccount(models.Model):
    _inherit = "export.crm.account"

    wallet_amount = FactMonetary(
        string="Customer's Purchases",
        readonly=True,
        help="What the customer buys a year of such goods from anybody, as last "
        "learnt; company currency.",
    )
    wallet_date = fields.Date(
        string="Purchases Learnt On",
        readonly=True,
        help="Day on which the customer's yearly purchases were learnt.",
    )
    willingness = FactInteger(
        readonly=True,
        aggregator="avg",
        help="1 to 5: how willing the customer is to work with us, as last told.",
    )
    willingness_date = fields.Date(
        string="Willingness Told On",
        readonly=True,
        help="Day of the last word on willingness.",
    )

    def _facts_sources(self, company, as_of, partner_ids):
        """Add what people told."""
        found = super()._facts_sources(company, as_of, partner_ids)
        self.env["export.crm.wallet"].flush_model()
        self.env["export.crm.willingness"].flush_model()
        return [*found, WALLET, WILLINGNESS, REFERRAL]
