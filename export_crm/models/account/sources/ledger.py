"""Open receivables, unapplied payments and what is confirmed but not invoiced."""

from odoo.tools import SQL

from .source import Source
from .uninvoiced import to_invoice_sql


def residuals_sql(scope):
    """Select the residual of receivable lines as it was at the as-of day.

    Today's residual, plus what reconciliations later than the as-of day, or with an
    entry that stands in draft, have taken from it. Positive: the customer owes it;
    negative: a payment or credit note not applied yet. Company currency, columns
    ``partner_id``, ``id`` of the line and ``amount``.
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
                UNION ALL
               %(undone)s
               ) part
         GROUP BY partner_id, id
        """,
        line=line,
        where=where,
        undone=_undone_sql(where, scope),
        as_of=scope.as_of,
    )


def _undone_sql(where, scope):
    """Select what reconciliations with entries that aren't posted any more have taken.

    Odoo keeps them when an entry is reset to draft. But a payment of an invoice that
    is a draft again is unapplied, and an invoice is open whose payment or credit note
    is one. Started from the drafts, of which there are few.
    """
    parts = [
        SQL(
            """
            SELECT c.partner_id, l.id, %(amount)s AS amount
              FROM export_fact_contact d
              JOIN account_move m ON m.partner_id = d.contact_id
              JOIN account_move_line o ON o.move_id = m.id
              JOIN account_partial_reconcile p ON p.%(other)s = o.id
              JOIN account_move_line l ON l.id = p.%(own)s
              JOIN account_account a
                ON a.id = l.account_id AND a.account_type = 'asset_receivable'
              JOIN export_fact_contact c ON c.contact_id = l.partner_id
             WHERE %(where)s AND m.state <> 'posted' AND p.max_date <= %(as_of)s
            """,
            amount=amount,
            own=SQL.identifier(own),
            other=SQL.identifier(other),
            where=where,
            as_of=scope.as_of,
        )
        for own, other, amount in (
            ("debit_move_id", "credit_move_id", SQL("p.amount")),
            ("credit_move_id", "debit_move_id", SQL("-p.amount")),
        )
    ]
    return SQL(" UNION ALL ").join(parts)


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
        residuals=residuals_sql(scope),
        disputed=_disputed_sql(scope),
        to_invoice=to_invoice_sql(scope),
    )


LEDGER = Source(
    "ledger",
    _ledger_sql,
    zero=("receivable_amount", "unapplied_amount", "to_invoice_amount", "exposure"),
)
