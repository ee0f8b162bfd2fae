from odoo import api, models
from odoo.tools import SQL


class ExportCrmAccount(models.Model):
    """The ledger side of lateness: which instalments, and what happened to them.

    Every method returns one ``WITH`` item (or a list of them) of the statement that
    :meth:`_lateness_sql` puts together. No item has a correlated subquery: the
    database joins whole sets, for one customer by index, for 5,000 by hash.
    """

    _inherit = "export.crm.account"

    @api.model
    def _lateness_flush_fields(self):
        """Return the fields the statement reads, for ``SQL(to_flush=…)``."""
        names = {
            "account.move.line": (
                "display_type parent_state balance amount_currency currency_id date "
                "date_maturity partner_id account_id company_id no_followup reconciled "
                "amount_residual_currency move_id"
            ),
            "account.move": (
                "move_type payment_state invoice_date date journal_id state "
                "origin_payment_id statement_line_id"
            ),
            "account.partial.reconcile": (
                "debit_move_id credit_move_id debit_amount_currency "
                "exchange_move_id max_date"
            ),
            "account.payment": (
                "move_id date state amount payment_type currency_id "
                "amount_company_currency_signed invoice_ids"
            ),
            "res.partner": "commercial_partner_id country_id state_id",
            "sale.order.line": "is_downpayment invoice_lines",
            "export.crm.credit.promise": (
                "move_line_id state decided_on cancelled_on promised_date"
            ),
            "export.crm.credit.dispute": (
                "move_line_id state accepted_on closed_on amount"
            ),
            "export.crm.credit.evidence": "move_line_id consumed decided_as hold_id",
            "export.crm.nonworking.day": "country_id state_id date",
            "res.country": "export_weekend",
        }
        return [
            self.env[model]._fields[name]
            for model, fnames in names.items()
            for name in fnames.split()
        ]

    @api.model
    def _lateness_instalments(self, company, as_of, window_start, partner_ids):
        """Posted receivable due-date lines of the company's customer documents.

        Left out: lines of the opening entry and of documents that only the old
        invoicing app knew (opening balances), documents dated after the day, and
        what was over before the window began: due before it and closed by nothing
        dated later than the day.

        What nearly every such line passes is a column, ``counts``, and no condition:
        the planner would multiply the selectivities, expect a handful of rows and
        loop over them where there are a hundred thousand.
        """
        partners = (
            SQL("AND p.commercial_partner_id = ANY(%s)", list(partner_ids))
            if partner_ids is not None
            else SQL()
        )
        # sudo: the books are judged as a whole, whoever asks and whichever branches he
        # may enter
        tree = company._export_tree().sudo()
        return SQL(
            """inst AS MATERIALIZED (
                SELECT l.id AS move_line_id, l.move_id, l.currency_id, l.balance,
                       l.amount_currency AS total,
                       p.commercial_partner_id AS partner_id,
                       COALESCE(GREATEST(l.date_maturity, m.invoice_date), l.date)
                           AS original_due_date,
                       COALESCE(m.payment_state = 'blocked', FALSE)
                           OR l.no_followup IS TRUE AS is_neutral,
                       l.balance > 0 AND l.amount_currency > 0
                           AND a.account_type = 'asset_receivable'
                           AND m.payment_state IS DISTINCT FROM 'invoicing_legacy'
                           AND l.move_id <> ALL(%(openings)s)
                           AND l.date <= %(as_of)s
                           AND COALESCE(m.invoice_date, l.date) <= %(as_of)s
                           AS counts
                  FROM account_move_line l
                  JOIN account_move m ON m.id = l.move_id
                  JOIN account_account a ON a.id = l.account_id
                  JOIN res_partner p ON p.id = l.partner_id
                 WHERE l.company_id = ANY(%(branches)s)
                   AND l.display_type = 'payment_term'
                   AND l.parent_state = 'posted'
                   AND m.move_type IN ('out_invoice', 'out_receipt')
                   AND (l.date_maturity >= %(start)s
                        OR m.invoice_date >= %(start)s
                        OR l.reconciled IS NOT TRUE
                        OR l.id IN (SELECT debit_move_id
                                      FROM account_partial_reconcile
                                     WHERE max_date > %(as_of)s)
                        OR l.id IN (SELECT move_line_id
                                      FROM export_crm_credit_promise
                                     WHERE promised_date >= %(start)s))
                   %(partners)s
            )""",
            branches=tree.ids,
            openings=tree.account_opening_move_id.ids,
            as_of=as_of,
            start=window_start,
            partners=partners,
        )

    @api.model
    def _lateness_marks(self, as_of, down_payments):
        """What people decided about an instalment, as known on that day.

        ``promise``: the approved promise decided last; ``dispute``: amounts accepted
        and not closed; ``deposit``: invoices all of whose order lines are down
        payments.
        """
        promise = SQL(
            """promise AS MATERIALIZED (
                SELECT DISTINCT ON (move_line_id) move_line_id, promised_date
                  FROM export_crm_credit_promise
                 WHERE state IN ('approved', 'cancelled')
                   AND decided_on <= %(as_of)s
                   AND (cancelled_on IS NULL OR cancelled_on > %(as_of)s)
              ORDER BY move_line_id, decided_on DESC, id DESC
            )""",
            as_of=as_of,
        )
        dispute = SQL(
            """dispute AS MATERIALIZED (
                SELECT move_line_id, SUM(amount) AS amount,
                       MIN(accepted_on) AS accepted_on
                  FROM export_crm_credit_dispute
                 WHERE state IN ('accepted', 'closed')
                   AND accepted_on <= %(as_of)s
                   AND (closed_on IS NULL OR closed_on > %(as_of)s)
              GROUP BY move_line_id
            )""",
            as_of=as_of,
        )
        return [promise, dispute, self._lateness_deposits(down_payments)]

    @api.model
    def _lateness_deposits(self, down_payments):
        """Invoices to leave out because all their order lines are down payments."""
        if down_payments:
            return SQL("deposit AS (SELECT NULL::integer AS move_id WHERE FALSE)")
        return SQL(
            """deposit AS MATERIALIZED (
                SELECT line.move_id
                  FROM account_move_line line
                  JOIN sale_order_line_invoice_rel rel
                    ON rel.invoice_line_id = line.id
                  JOIN sale_order_line sol ON sol.id = rel.order_line_id
                 WHERE line.move_id IN (
                           SELECT dp_line.move_id
                             FROM sale_order_line dp
                             JOIN sale_order_line_invoice_rel dp_rel
                               ON dp_rel.order_line_id = dp.id
                             JOIN account_move_line dp_line
                               ON dp_line.id = dp_rel.invoice_line_id
                             JOIN inst ON inst.move_id = dp_line.move_id
                            WHERE dp.is_downpayment)
              GROUP BY line.move_id
                HAVING BOOL_AND(sol.is_downpayment IS TRUE)
            )"""
        )

    @api.model
    def _lateness_matches(self):
        """The reconciliations of the lines, each with what stands on the other side.

        The date is the other line's own; ``max_date`` would be falsified by a later
        accounting date of the invoice or by an exchange difference.
        """
        return SQL(
            """matched AS MATERIALIZED (
                SELECT inst.move_line_id, inst.partner_id, pr.debit_amount_currency
                           AS amount,
                       pr.exchange_move_id, o.date, o.move_id AS other_move_id,
                       CASE WHEN om.move_type = 'out_refund' THEN 'credit'
                            WHEN om.origin_payment_id IS NOT NULL
                              OR om.statement_line_id IS NOT NULL
                              OR j.type IN ('bank', 'cash', 'credit')
                              OR om.move_type IN ('in_invoice', 'in_receipt')
                            THEN 'payment'
                            ELSE 'entry'
                       END AS kind
                  FROM inst
                  JOIN account_partial_reconcile pr
                    ON pr.debit_move_id = inst.move_line_id
                  JOIN account_move_line o ON o.id = pr.credit_move_id
                  JOIN account_move om ON om.id = o.move_id
                  JOIN account_journal j ON j.id = om.journal_id
                 WHERE inst.counts AND o.parent_state = 'posted'
            )"""
        )

    @api.model
    def _lateness_entries(self, company):
        """Which miscellaneous entries are money, and which exchange differences.

        ``money``: the entry moves a bank, cash or card account (a payment booked by
        hand), sets the customer's debt off against our debt to the same customer
        (netting), or debits a receivable that has no partner (the clearing account
        of the Point of Sale). Any other entry, a bad-debt write-off above all, pays
        nothing. ``exchange``: entries Odoo made for a rate difference; ``carrier``
        finds the payment such an entry belongs to.
        """
        entry = SQL(
            """entry AS MATERIALIZED (
                SELECT DISTINCT other_move_id AS move_id, partner_id
                  FROM matched WHERE kind = 'entry'
            )"""
        )
        exchange = SQL(
            """exchange AS MATERIALIZED (
                SELECT DISTINCT entry.move_id
                  FROM entry
                  JOIN account_move m ON m.id = entry.move_id
             LEFT JOIN account_partial_reconcile x
                    ON x.exchange_move_id = entry.move_id
                 WHERE x.id IS NOT NULL OR m.journal_id = ANY(%(journals)s)
            )""",
            journals=company._export_tree().sudo().currency_exchange_journal_id.ids,
        )
        carrier = SQL(
            """carrier AS MATERIALIZED (
                SELECT DISTINCT ON (move_line_id, exchange_move_id)
                       move_line_id, exchange_move_id, date, kind
                  FROM matched
                 WHERE exchange_move_id IS NOT NULL AND kind <> 'entry'
              ORDER BY move_line_id, exchange_move_id, date
            )"""
        )
        money = SQL(
            """money AS MATERIALIZED (
                SELECT DISTINCT entry.move_id, entry.partner_id
                  FROM entry
                  JOIN account_move_line c ON c.move_id = entry.move_id
                  JOIN account_account ca ON ca.id = c.account_id
             LEFT JOIN res_partner cp ON cp.id = c.partner_id
                 WHERE c.balance > 0
                   AND (ca.account_type IN ('asset_cash', 'liability_credit_card')
                        OR (ca.account_type = 'liability_payable'
                            AND cp.commercial_partner_id = entry.partner_id)
                        OR (ca.account_type = 'asset_receivable'
                            AND c.partner_id IS NULL))
            )"""
        )
        return [entry, exchange, carrier, money]

    @api.model
    def _lateness_events(self, as_of):
        """Settlement events up to the day: payment, credit or other.

        An exchange difference is no payment. What it closes in the line's own
        currency (a payment made in another currency than the invoice) goes with the
        payment or credit note it was made for, on that one's date.
        """
        return SQL(
            """event AS MATERIALIZED (
                SELECT move_line_id, date,
                       CASE WHEN kind = 'payment' THEN amount ELSE 0 END AS paid,
                       CASE WHEN kind = 'credit' THEN amount ELSE 0 END AS credited,
                       CASE WHEN kind = 'other' THEN amount ELSE 0 END AS other
                  FROM (SELECT matched.move_line_id, matched.amount,
                               COALESCE(carrier.date, matched.date) AS date,
                               CASE WHEN matched.kind <> 'entry' THEN matched.kind
                                    WHEN carrier.kind IS NOT NULL THEN carrier.kind
                                    WHEN exchange.move_id IS NOT NULL THEN 'other'
                                    WHEN money.move_id IS NOT NULL THEN 'payment'
                                    ELSE 'other'
                               END AS kind
                          FROM matched
                     LEFT JOIN carrier
                            ON carrier.move_line_id = matched.move_line_id
                           AND carrier.exchange_move_id = matched.other_move_id
                           AND matched.kind = 'entry'
                     LEFT JOIN exchange
                            ON exchange.move_id = matched.other_move_id
                     LEFT JOIN money
                            ON money.move_id = matched.other_move_id
                           AND money.partner_id = matched.partner_id) dated
                 WHERE date <= %(as_of)s
            )""",
            as_of=as_of,
        )
