"""Orders of the batch, read once; quotations, samples and usual terms from them."""

from odoo.tools import SQL

from .source import Source

SAMPLE_ANSWER_DAYS = 365
USUAL_DAYS = 730
QUOTED_DAYS = 365


def orders_sql(scope):
    """Select every quotation and order of the batch's customers, one row each.

    Columns: ``order_id``, ``partner_id`` (the commercial customer today),
    ``purchase`` (a confirmed order of goods, up to the as-of day), ``kind``,
    ``confirmed`` (up to the as-of day), ``day`` (local date of the order),
    ``quoted`` (local date of the quotation: when it was made, or the order's date if
    that is earlier, as with imported orders), ``amount`` (untaxed, company currency
    at the order's own rate), and the terms.
    """
    return SQL(
        """
        SELECT s.id AS order_id, c.partner_id, s.export_kind AS kind,
               s.state = 'sale' AND s.date_order < %(until)s AS confirmed,
               s.state = 'sale' AND s.date_order < %(until)s
                   AND s.export_kind = 'order' AS purchase,
               %(day)s AS day, %(quoted)s AS quoted, %(amount)s AS amount,
               s.currency_rate, s.incoterm, s.payment_term_id, s.currency_id,
               s.user_id, s.team_id, s.medium_id
          FROM export_fact_contact c
          JOIN sale_order s ON s.partner_id = c.contact_id
         WHERE s.company_id = ANY(%(branches)s)
           AND LEAST(s.date_order, s.create_date) < %(until)s
        """,
        branches=scope.branches,
        until=scope.until,
        day=scope.day(SQL("s.date_order")),
        quoted=scope.day(SQL("LEAST(s.date_order, s.create_date)")),
        amount=scope.money(SQL("s.amount_untaxed"), SQL("s.currency_rate")),
    )


def _quotations_sql(scope):
    """Quotations of the last year and how many became orders by the as-of day.

    ``win_rate`` = confirmed / quoted, over quotations made in the last 365 days.
    """
    return SQL(
        """
        SELECT partner_id,
               COUNT(*) AS quotations_365d,
               COUNT(*) FILTER (WHERE confirmed)::float8 / COUNT(*) AS win_rate
          FROM export_fact_order
         WHERE kind = 'order' AND %s
         GROUP BY partner_id
        """,
        scope.within(SQL("quoted"), QUOTED_DAYS),
    )


def _samples_sql(scope):
    """Confirmed sample orders, and those followed by a purchase within a year.

    The purchase must be later than the sample, or of the same day.
    """
    return SQL(
        """
        SELECT s.partner_id,
               COUNT(DISTINCT s.order_id) AS sample_count,
               COUNT(DISTINCT s.order_id) FILTER (
                   WHERE p.day BETWEEN s.day AND s.day + %s
               ) AS sample_won
          FROM export_fact_order s
          LEFT JOIN export_fact_order p
                 ON p.partner_id = s.partner_id AND p.purchase AND p.amount > 0
         WHERE s.confirmed AND s.kind = 'sample'
         GROUP BY s.partner_id
        """,
        SAMPLE_ANSWER_DAYS,
    )


def _terms_sql(scope):
    """The most frequent terms of the purchases of the last two years.

    Ties go to the older record, so that two runs agree. A salesperson who has left
    is no longer responsible for anybody: the next one is, or nobody.
    """
    return SQL(
        """
        SELECT partner_id,
               MODE() WITHIN GROUP (ORDER BY incoterm) AS usual_incoterm_id,
               MODE() WITHIN GROUP (ORDER BY payment_term_id)
                   AS usual_payment_term_id,
               MODE() WITHIN GROUP (ORDER BY currency_id) AS usual_currency_id,
               MODE() WITHIN GROUP (ORDER BY medium_id) AS usual_medium_id,
               MODE() WITHIN GROUP (ORDER BY seller_id) AS usual_user_id,
               MODE() WITHIN GROUP (ORDER BY team_id) AS usual_team_id
          FROM export_fact_order
          LEFT JOIN (SELECT id AS seller_id FROM res_users WHERE active) seller
                 ON seller_id = user_id
         WHERE purchase AND %s
         GROUP BY partner_id
        """,
        scope.within(SQL("day"), USUAL_DAYS),
    )


QUOTATIONS = Source(
    "quotations", _quotations_sql, zero=("quotations_365d",), unknown=("win_rate",)
)
SAMPLES = Source("samples", _samples_sql, zero=("sample_count", "sample_won"))
TERMS = Source(
    "terms",
    _terms_sql,
    unknown=(
        "usual_incoterm_id",
        "usual_payment_term_id",
        "usual_currency_id",
        "usual_medium_id",
        "usual_user_id",
        "usual_team_id",
    ),
)
