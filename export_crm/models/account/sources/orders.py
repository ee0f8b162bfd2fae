"""Orders of the batch, read once; quotations, samples and usual terms from them."""

from odoo.tools import SQL

from .source import Source

SAMPLE_ANSWER_DAYS = 365
USUAL_DAYS = 730
QUOTED_DAYS = 365


def orders_sql(scope):
    """Select every quotation and order of the batch's customers, one row each.

    Columns: ``order_id``, ``partner_id`` (the commercial customer today),
    ``purchase`` (a confirmed order of goods, up to the as-of day), ``kept`` (a
    purchase that was not credited in full by that day), ``kind``, ``confirmed`` (up
    to the as-of day), ``day`` (local date of the order),
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
               s.state = 'sale' AND s.date_order < %(until)s
                   AND s.export_kind = 'order' AND credited.order_id IS NULL AS kept,
               %(day)s AS day, %(quoted)s AS quoted, %(amount)s AS amount,
               s.currency_rate, s.incoterm, s.payment_term_id, s.currency_id,
               s.user_id, s.team_id, s.medium_id
          FROM export_fact_contact c
          JOIN sale_order s ON s.partner_id = c.contact_id
          LEFT JOIN (%(credited)s) credited ON credited.order_id = s.id
         WHERE s.company_id = ANY(%(branches)s)
           AND LEAST(s.date_order, s.create_date) < %(until)s
        """,
        credited=credited_sql(scope, _batch_notes_sql(scope)),
        branches=scope.branches,
        until=scope.until,
        day=scope.day(SQL("s.date_order")),
        quoted=scope.day(SQL("LEAST(s.date_order, s.create_date)")),
        amount=scope.money(SQL("s.amount_untaxed"), SQL("s.currency_rate")),
    )


def credited_sql(scope, notes):
    """Select the orders that were credited in full by the as-of day: ``order_id``.

    All that the order came to was credited, and nothing of it is invoiced any more or
    again. Such an order is no purchase; its revenue and the credit note's stay each at
    its own date.

    :param SQL notes: selects the ids of credit notes whose orders are looked at
    """
    amount = SQL(
        "l.price_subtotal * CASE WHEN m.currency_id = s.currency_id THEN 1 ELSE"
        " COALESCE(NULLIF(s.currency_rate, 0), 1)"
        " / COALESCE(NULLIF(m.invoice_currency_rate, 0), 1) END"
    )
    return SQL(
        """
        SELECT s.id AS order_id
          FROM (
               SELECT DISTINCT sl.order_id
                 FROM (%(notes)s) note
                 JOIN account_move_line l ON l.move_id = note.id
                 JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
                 JOIN sale_order_line sl ON sl.id = r.order_line_id
               ) touched
          JOIN sale_order s ON s.id = touched.order_id AND s.amount_untaxed > 0
          JOIN sale_order_line sl ON sl.order_id = s.id
          JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
          JOIN account_move_line l ON l.id = r.invoice_line_id
          JOIN account_move m ON m.id = l.move_id
         WHERE m.state = 'posted'
           AND m.move_type IN ('out_invoice', 'out_refund')
           AND m.invoice_date <= %(as_of)s
         GROUP BY s.id
        HAVING SUM(%(amount)s) FILTER (WHERE m.move_type = 'out_refund')
               >= s.amount_untaxed - %(cent)s
           AND SUM(%(amount)s * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END)
               <= %(cent)s
        """,
        notes=notes,
        amount=amount,
        as_of=scope.as_of,
        cent=0.01,
    )


def _batch_notes_sql(scope):
    """Select the ids of the credit notes for what the batch's customers ordered.

    To them, or to a third party that pays their orders.
    """
    return SQL(
        """
        SELECT m.id
          FROM export_fact_contact c
          JOIN account_move m ON m.partner_id = c.contact_id
         WHERE %(posted)s
         UNION
        SELECT m.id
          FROM export_fact_contact c
          JOIN sale_order s ON s.partner_id = c.contact_id
          JOIN res_partner payer ON payer.id = s.partner_invoice_id
           AND payer.commercial_partner_id <> c.partner_id
          JOIN account_move m ON m.commercial_partner_id = payer.commercial_partner_id
         WHERE %(posted)s
        """,
        posted=_posted_notes(scope),
    )


def company_notes_sql(scope):
    """Select the ids of all credit notes of the company."""
    return SQL("SELECT m.id FROM account_move m WHERE %s", _posted_notes(scope))


def _posted_notes(scope):
    return SQL(
        "m.company_id = ANY(%s) AND m.move_type = 'out_refund'"
        " AND m.state = 'posted' AND m.invoice_date <= %s",
        scope.branches,
        scope.as_of,
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
                 ON p.partner_id = s.partner_id AND p.kept AND p.amount > 0
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
         WHERE kept AND %s
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
