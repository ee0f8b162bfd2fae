"""Open receivables, unapplied payments and what is confirmed but not invoiced."""

from odoo.tools import SQL

from .source import Source


def _residuals_sql(scope):
    """Select the residual of receivable lines as it was at the as-of day.

    Today's residual, plus what reconciliations later than the as-of day have taken
    from it. Positive: the customer owes it; negative: a payment or credit note not
    applied yet. Company currency, columns ``partner_id``, ``id`` of the line and
    ``amount``.
    """
    line = SQL(
        """
          FROM export_fact_contact c
          JOIN account_move_line l ON l.partner_id = c.contact_id
          JOIN account_account a
            ON a.id = l.account_id AND a.account_type = 'asset_receivable'
        """
    )
    where = SQL(
        """
           l.company_id = ANY(%s) AND l.parent_state = 'posted' AND l.date <= %s
        """,
        scope.branches,
        scope.as_of,
    )
    return SQL(
        """
        SELECT partner_id, id, SUM(amount) AS amount
          FROM (
               SELECT c.partner_id, l.id, l.amount_residual AS amount
               %(line)s
                WHERE %(where)s AND l.reconciled IS NOT TRUE
                UNION ALL
               SELECT c.partner_id, l.id, p.amount
               %(line)s
                 JOIN account_partial_reconcile p ON p.debit_move_id = l.id
                WHERE %(where)s AND p.max_date > %(as_of)s
                UNION ALL
               SELECT c.partner_id, l.id, -p.amount
               %(line)s
                 JOIN account_partial_reconcile p ON p.credit_move_id = l.id
                WHERE %(where)s AND p.max_date > %(as_of)s
               ) part
         GROUP BY partner_id, id
        """,
        line=line,
        where=where,
        as_of=scope.as_of,
    )


def _uninvoiced_orders_sql(scope):
    """Select confirmed orders that may not be fully invoiced at the as-of day.

    An order counts for whoever is to be invoiced. Odoo calls an order invoiced as
    soon as a draft invoice exists; what is in a draft, or in an invoice dated after
    the as-of day, isn't invoiced yet, so such orders are looked at again.
    """
    return SQL(
        """
        SELECT s.id, c.partner_id, s.amount_total, s.currency_id, s.currency_rate
          FROM export_fact_contact c
          JOIN sale_order s ON s.partner_invoice_id = c.contact_id
         WHERE s.company_id = ANY(%(branches)s)
           AND s.state = 'sale'
           AND s.date_order < %(until)s
           AND s.invoice_status IN ('no', 'to invoice')
         UNION
        SELECT s.id, c.partner_id, s.amount_total, s.currency_id, s.currency_rate
          FROM export_fact_contact c
          JOIN account_move m ON m.partner_id = c.contact_id
          JOIN account_move_line l ON l.move_id = m.id
          JOIN sale_order_line_invoice_rel r ON r.invoice_line_id = l.id
          JOIN sale_order_line sl ON sl.id = r.order_line_id
          JOIN sale_order s ON s.id = sl.order_id
          JOIN export_fact_contact o
            ON o.contact_id = s.partner_invoice_id AND o.partner_id = c.partner_id
         WHERE m.company_id = ANY(%(branches)s)
           AND m.move_type = 'out_invoice'
           AND (m.state = 'draft' OR m.state = 'posted' AND m.invoice_date > %(as_of)s)
           AND s.company_id = ANY(%(branches)s)
           AND s.state = 'sale'
           AND s.date_order < %(until)s
        """,
        branches=scope.branches,
        until=scope.until,
        as_of=scope.as_of,
    )


def _to_invoice_sql(scope):
    """Select per customer the confirmed amount that no posted invoice covers.

    Per order and in the order's own currency, tax included: total less invoices
    plus credit notes posted up to the as-of day, never below 0; then converted at
    the order's rate.
    """
    left = SQL("GREATEST(o.amount_total - COALESCE(i.amount, 0), 0)")
    return SQL(
        """
        SELECT o.partner_id, SUM(%(amount)s) AS amount
          FROM export_fact_uninvoiced o
          LEFT JOIN (
               SELECT id, SUM(amount) AS amount
                 FROM (
                      SELECT DISTINCT o.id, l.id AS line_id,
                             CASE WHEN m.move_type = 'out_refund'
                                  THEN -l.price_total ELSE l.price_total END
                             * CASE WHEN m.currency_id = o.currency_id THEN 1
                                    ELSE o.currency_rate / COALESCE(
                                         NULLIF(m.invoice_currency_rate, 0), 1)
                               END AS amount
                        FROM export_fact_uninvoiced o
                        JOIN sale_order_line sl ON sl.order_id = o.id
                        JOIN sale_order_line_invoice_rel r ON r.order_line_id = sl.id
                        JOIN account_move_line l ON l.id = r.invoice_line_id
                        JOIN account_move m ON m.id = l.move_id
                       WHERE m.state = 'posted'
                         AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                         AND m.invoice_date <= %(as_of)s
                      ) line
                GROUP BY id
               ) i ON i.id = o.id
         GROUP BY o.partner_id
        """,
        amount=scope.money(left, SQL("o.currency_rate")),
        as_of=scope.as_of,
    )


def _disputed_sql(scope):
    """Select what of a receivable line is disputed: accepted by an employee.

    Less what credit notes have taken from the line since, so that nothing is
    subtracted twice. Company currency, columns ``id`` of the line and ``amount``.
    """
    return SQL(
        """
        SELECT d.id,
               GREATEST(d.amount - COALESCE(SUM(p.debit_amount_currency), 0), 0)
                   * ABS(l.balance / NULLIF(l.amount_currency, 0)) AS amount
          FROM (
               SELECT move_line_id AS id, SUM(amount) AS amount,
                      MIN(accepted_on) AS since
                 FROM export_crm_credit_dispute
                WHERE company_id = ANY(%(branches)s)
                  AND state IN ('accepted', 'closed')
                  AND accepted_on <= %(as_of)s
                  AND (closed_on IS NULL OR closed_on > %(as_of)s)
                GROUP BY move_line_id
               ) d
          JOIN account_move_line l ON l.id = d.id
          LEFT JOIN (
               account_partial_reconcile p
               JOIN account_move_line cl ON cl.id = p.credit_move_id
               JOIN account_move m ON m.id = cl.move_id AND m.move_type = 'out_refund'
               ) ON p.debit_move_id = d.id
                AND p.max_date BETWEEN d.since AND %(as_of)s
         GROUP BY d.id, d.amount, l.balance, l.amount_currency
        """,
        branches=scope.branches,
        as_of=scope.as_of,
    )


def _ledger_sql(scope):
    """Receivable, unapplied, to invoice, and exposure = the first less the second
    plus the third less what is disputed; see ``20-credit-holds`` for exposure."""
    return SQL(
        """
        WITH export_fact_uninvoiced AS MATERIALIZED (%(orders)s)
        SELECT partner_id,
               SUM(receivable) AS receivable_amount,
               SUM(unapplied) AS unapplied_amount,
               SUM(to_invoice) AS to_invoice_amount,
               SUM(receivable - unapplied + to_invoice - disputed) AS exposure
          FROM (
               SELECT r.partner_id, GREATEST(r.amount, 0) AS receivable,
                      GREATEST(-r.amount, 0) AS unapplied, 0 AS to_invoice,
                      LEAST(GREATEST(r.amount, 0), COALESCE(d.amount, 0)) AS disputed
                 FROM (%(residuals)s) r
                 LEFT JOIN (%(disputed)s) d ON d.id = r.id
                UNION ALL
               SELECT partner_id, 0, 0, amount, 0 FROM (%(to_invoice)s) uninvoiced
               ) amounts
         GROUP BY partner_id
        """,
        orders=_uninvoiced_orders_sql(scope),
        residuals=_residuals_sql(scope),
        disputed=_disputed_sql(scope),
        to_invoice=_to_invoice_sql(scope),
    )


LEDGER = Source(
    "ledger",
    _ledger_sql,
    zero=("receivable_amount", "unapplied_amount", "to_invoice_amount", "exposure"),
)
