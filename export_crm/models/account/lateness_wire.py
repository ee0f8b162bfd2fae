from odoo import api, models
from odoo.tools import SQL


class ExportCrmAccount(models.Model):
    """Payments registered in time that the ledger does not have yet."""

    _inherit = "export.crm.account"

    @api.model
    def _lateness_wires(self, policy, as_of):
        """Which overdue instalments a wire in transit excuses (``excused``).

        A wire is a customer payment linked to the invoice and confirmed (in process
        or paid) whose money is not matched with the invoice: it has no journal entry
        (Odoo makes it when the bank statement is matched), or the entry's receivable
        line is still open. It counts from its date for ``wire_days`` days, for
        instalments whose deadline it kept, with the amount that is left of it:
        spread over the invoices, and over an invoice's instalments, in the order of
        their due dates. It excuses an instalment it covers within the tolerance.
        """
        linked = SQL(
            """linked AS MATERIALIZED (
                SELECT pay.id AS payment_id, pay.date, pay.currency_id, pay.move_id,
                       rel.invoice_id, pay.amount,
                       ABS(pay.amount_company_currency_signed) AS company_amount
                  FROM (SELECT DISTINCT move_id FROM judged
                         WHERE is_overdue) late
                  JOIN account_move__account_payment rel
                    ON rel.invoice_id = late.move_id
                  JOIN account_payment pay ON pay.id = rel.payment_id
                 WHERE pay.payment_type = 'inbound'
                   AND pay.state IN ('in_process', 'paid')
                   AND pay.date <= %(as_of)s
                   AND pay.date + %(days)s >= %(as_of)s
            )""",
            as_of=as_of,
            days=policy.wire_days,
        )
        wire = SQL(
            """wire AS MATERIALIZED (
                SELECT linked.payment_id, linked.date, linked.currency_id,
                       linked.invoice_id, linked.amount AS full_amount,
                       linked.company_amount,
                       CASE WHEN linked.move_id IS NULL THEN linked.amount
                            ELSE COALESCE(left_over.amount, 0) END AS amount
                  FROM linked
             LEFT JOIN (SELECT pay.payment_id,
                               -SUM(line.amount_residual_currency) AS amount
                          FROM (SELECT DISTINCT payment_id, move_id, currency_id
                                  FROM linked) pay
                          JOIN account_move_line line ON line.move_id = pay.move_id
                          JOIN account_account account
                            ON account.id = line.account_id
                         WHERE line.parent_state = 'posted'
                           AND line.currency_id = pay.currency_id
                           AND account.account_type = 'asset_receivable'
                      GROUP BY pay.payment_id) left_over
                    ON left_over.payment_id = linked.payment_id
            )"""
        )
        return [linked, wire, *self._lateness_shares(), *self._lateness_excused(policy)]

    @api.model
    def _lateness_shares(self):
        """Divide each wire among its invoices, the earliest due first."""
        # What is open on each invoice, in the payment's currency: exact where that
        # is the invoice's own, else at the invoice's and the payment's rate.
        claim = SQL(
            """claim AS (
                SELECT wire.payment_id, wire.date, judged.move_id,
                       MIN(judged.due_date) AS due_date, wire.amount,
                       SUM(CASE WHEN wire.currency_id = judged.currency_id
                                THEN judged.open_amount
                                ELSE judged.open_amount * judged.balance
                                     / judged.total * wire.full_amount
                                     / NULLIF(wire.company_amount, 0)
                           END) AS open_amount,
                       SUM(judged.open_amount) AS own_open
                  FROM wire
                  JOIN judged ON judged.move_id = wire.invoice_id
                 WHERE judged.is_overdue AND wire.amount > 0
              GROUP BY wire.payment_id, wire.date, judged.move_id, wire.amount
            )"""
        )
        share = SQL(
            """share AS (
                SELECT payment_id, date, move_id,
                       LEAST(GREATEST(
                           amount - SUM(open_amount) OVER (
                               PARTITION BY payment_id ORDER BY due_date, move_id
                           ) + open_amount, 0), open_amount)
                           * CASE WHEN open_amount = own_open THEN 1
                                  ELSE own_open / NULLIF(open_amount, 0) END
                           AS amount
                  FROM claim
            )"""
        )
        return [claim, share]

    @api.model
    def _lateness_excused(self, policy):
        """Lay the shares of an invoice's wires along its instalments, by overlap."""
        share_span = SQL(
            """share_span AS (
                SELECT move_id, date, SUM(amount) OVER w AS upto,
                       SUM(amount) OVER w - amount AS since
                  FROM share
                 WHERE amount > 0
                WINDOW w AS (PARTITION BY move_id ORDER BY date, payment_id)
            )"""
        )
        open_span = SQL(
            """open_span AS (
                SELECT judged.*, SUM(open_amount) OVER w AS upto,
                       SUM(open_amount) OVER w - open_amount AS since
                  FROM judged
                 WHERE is_overdue
                WINDOW w AS (PARTITION BY move_id ORDER BY due_date, move_line_id)
            )"""
        )
        excused = SQL(
            """excused AS MATERIALIZED (
                SELECT move_line_id
                  FROM (SELECT o.move_line_id, o.balance, o.total, o.open_amount,
                               SUM(LEAST(o.upto, s.upto) - GREATEST(o.since, s.since))
                                   AS coming
                          FROM open_span o
                          JOIN share_span s
                            ON s.move_id = o.move_id
                           AND s.since < o.upto AND o.since < s.upto
                           AND s.date <= o.deadline
                      GROUP BY o.move_line_id, o.balance, o.total, o.open_amount) sum_of
                 WHERE %s
            )""",
            self._lateness_short(policy, SQL("(open_amount - coming)")),
        )
        return [share_span, open_span, excused]
