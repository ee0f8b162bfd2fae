from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from ...tools.account.lateness import Policy, months_before


class ExportCrmAccount(models.Model):
    """How late a company's customers paid, as of any day.

    Three ways in, all reading the ledger and nothing else: rows as SQL, rows as
    dictionaries, one row per customer as SQL. What "late" means is written in
    ``tools/account/lateness.py``.
    """

    _inherit = "export.crm.account"

    @api.model
    def _lateness_policy(self, company):
        """Return the company's settings as a ``tools.lateness.Policy``."""
        return Policy(
            grace_days=company.export_late_grace_days,
            grace_business_days=company.export_late_grace_business_days,
            tolerance_amount=Decimal(str(company.export_late_tolerance_amount)),
            tolerance_percent=Decimal(str(company.export_late_tolerance_percent)),
            wire_days=company.export_late_wire_days,
            bucket=company.export_late_bucket,
            window_months=company.export_late_window_months,
            down_payments=company.export_late_down_payments,
        )

    @api.model
    def _lateness_with(self, company, as_of, partner_ids):
        """Return the ``WITH`` items, ending in ``flagged``: one row per instalment."""
        policy = self._lateness_policy(company)
        start = months_before(as_of, policy.window_months)
        items = [
            self._lateness_instalments(company, as_of, start, partner_ids),
            *self._lateness_marks(as_of, policy.down_payments),
            self._lateness_base(),
            *self._lateness_deadline(policy),
            self._lateness_matches(),
            *self._lateness_entries(company),
            self._lateness_events(as_of),
            self._lateness_settled(policy),
            self._lateness_judged(policy, as_of),
            *self._lateness_wires(policy, as_of),
            self._lateness_decided(start),
            self._lateness_result(company, policy, as_of, start),
            self._lateness_run(policy),
        ]
        return SQL("%s", SQL(", ").join(items), to_flush=self._lateness_flush_fields())

    @api.model
    def _lateness_sql(self, company, as_of, partner_ids=None):
        """Return a query with one row per instalment.

        :param res.company company: whose receivables, and whose settings
        :param date as_of: nothing dated after this day is used
        :param partner_ids: ids of commercial customers (5,000 at a time is a good
            batch), or None for all
        :return: ``SQL``, to be run by ``env.execute_query`` (which flushes what it
            reads) or put in brackets and joined. Columns: ``partner_id`` (today's
            commercial entity), ``move_line_id``, ``move_id``, ``due_date`` (after an
            approved promise), ``original_due_date``, ``deadline`` (due and grace),
            ``amount_currency`` and ``open_amount_currency`` in ``currency_id``,
            ``amount`` and ``open_amount`` in company currency at the line's own
            rate, ``settled_on``, ``days_late`` (calendar days after the due date),
            ``verdict`` (on_time, late, overdue, pending, neutral), ``consumed`` (by a
            decision that still stands), ``revived`` (by one whose facts have become
            worse), ``in_window``, ``in_run``, ``run_bucket`` (what counts once),
            ``run`` (the customer's run, on every row of it).
        """
        return SQL(
            """WITH %(items)s
            SELECT partner_id, move_line_id, move_id, due_date, original_due_date,
                   deadline, amount_currency, open_amount_currency, currency_id,
                   amount, open_amount, settled_on, days_late, verdict, consumed,
                   revived, in_window, in_run, %(bucket)s AS run_bucket,
                   CASE WHEN in_run
                        THEN COUNT(*) FILTER (WHERE in_run AND is_first)
                            OVER (PARTITION BY partner_id)
                        ELSE 0 END AS run
              FROM flagged""",
            items=self._lateness_with(company, as_of, partner_ids),
            bucket=SQL("due_date::text")
            if company.export_late_bucket == "date"
            else SQL("move_line_id::text"),
        )

    @api.model
    def _lateness_summary_sql(self, company, as_of, partner_ids=None):
        """Return a query with one row per customer that has an instalment.

        :param res.company company: see :meth:`_lateness_sql`, as the others
        :return: ``SQL``. Columns: ``partner_id``; ``run``; ``run_line_ids`` (the
            journal items that are its evidence, or NULL); within the window the
            counts ``judged``, ``on_time``, ``late``, ``overdue``, ``pending``,
            ``neutral``; ``on_time_rate`` (share of the judged ones, 0–1, NULL
            without any); ``days_late_weighted`` (days after the due date weighted
            with the amounts paid or still due in company currency, part by part;
            NULL likewise); ``prompt_share`` (0–1: each part's amount times 1 − days
            late / 60, never below 0, of what fell due in the last 365 days); however
            old: ``overdue_amount`` in company currency,
            ``oldest_overdue_days`` (0 if none); ``last_verdict`` (worst verdict of
            the judged day that fell due last) and ``last_due_date``.
        """
        year = SQL("is_judged AND due_date > %s", as_of - timedelta(days=365))
        return SQL(
            """WITH %s
            SELECT partner_id,
                   COUNT(*) FILTER (WHERE in_run AND is_first) AS run,
                   ARRAY_AGG(move_line_id ORDER BY due_date DESC, move_line_id DESC)
                       FILTER (WHERE in_run) AS run_line_ids,
                   COUNT(*) FILTER (WHERE is_judged) AS judged,
                   COUNT(*) FILTER (WHERE is_judged AND rank = 1) AS on_time,
                   COUNT(*) FILTER (WHERE is_judged AND rank = 2) AS late,
                   COUNT(*) FILTER (WHERE is_judged AND rank = 3) AS overdue,
                   COUNT(*) FILTER (WHERE in_window AND verdict = 'pending')
                       AS pending,
                   COUNT(*) FILTER (WHERE in_window AND verdict = 'neutral')
                       AS neutral,
                   COUNT(*) FILTER (WHERE is_judged AND rank = 1)
                       / NULLIF(COUNT(*) FILTER (WHERE is_judged), 0)::numeric
                       AS on_time_rate,
                   ROUND(SUM(weighted_days) FILTER (WHERE is_judged)
                         / NULLIF(SUM(weight) FILTER (WHERE is_judged), 0), 2)
                       AS days_late_weighted,
                   SUM(weighted_prompt) FILTER (WHERE %s)
                       / NULLIF(SUM(weight) FILTER (WHERE %s), 0) AS prompt_share,
                   COALESCE(SUM(open_amount) FILTER (WHERE rank = 3), 0)
                       AS overdue_amount,
                   COALESCE(MAX(days_late) FILTER (WHERE rank = 3), 0)
                       AS oldest_overdue_days,
                   (ARRAY_AGG(verdict ORDER BY due_date DESC, rank DESC)
                       FILTER (WHERE is_judged))[1] AS last_verdict,
                   MAX(due_date) FILTER (WHERE is_judged) AS last_due_date
              FROM (SELECT flagged.*, in_window AND rank > 0 AS is_judged
                      FROM flagged) judged_row
          GROUP BY partner_id""",
            self._lateness_with(company, as_of, partner_ids),
            year,
            year,
        )

    @api.model
    def _lateness_lines_sql(self, company, as_of, partner_ids, line_ids):
        """Return a query with one row for each journal item that still exists.

        Says also why an instalment that was late once is in no row of
        :meth:`_lateness_sql` any more.

        :param partner_ids: the customers to whom the instalments are held to belong;
            those of another customer are not judged
        :param line_ids: ids of instalments
        :return: ``SQL``. Columns: ``move_line_id``, ``partner_id`` (today's commercial
            entity), ``posted``, ``reconciled``, ``original_due_date``, ``is_judged``
            (else it is no instalment of these customers as of the day, or one closed
            before the window), ``verdict`` (NULL if fully credited), ``due_date``,
            ``settled_on``, ``days_late``, ``open_amount`` in company currency,
            ``is_short`` (more than the tolerance is open), ``in_transit``,
            ``is_blocked``.
        """
        return SQL(
            """WITH %(items)s
            SELECT line.id AS move_line_id, owner.commercial_partner_id AS partner_id,
                   line.parent_state = 'posted' AS posted, line.reconciled,
                   COALESCE(GREATEST(line.date_maturity, move.invoice_date), line.date)
                       AS original_due_date,
                   judged.move_line_id IS NOT NULL AS is_judged,
                   CASE WHEN excused.move_line_id IS NOT NULL THEN 'pending'
                        ELSE judged.verdict END AS verdict,
                   judged.due_date, judged.settled_on,
                   CASE WHEN judged.verdict IN ('on_time', 'late', 'overdue')
                             AND excused.move_line_id IS NULL
                        THEN GREATEST(COALESCE(judged.settled_on, %(as_of)s)
                                      - judged.due_date, 0)
                        ELSE 0 END AS days_late,
                   ROUND(judged.open_amount * judged.balance / judged.total,
                         %(digits)s) AS open_amount,
                   NOT %(enough)s AS is_short,
                   excused.move_line_id IS NOT NULL AS in_transit,
                   COALESCE(inst.is_neutral, FALSE) AS is_blocked
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
         LEFT JOIN res_partner owner ON owner.id = line.partner_id
         LEFT JOIN inst ON inst.move_line_id = line.id
         LEFT JOIN judged ON judged.move_line_id = line.id
         LEFT JOIN excused ON excused.move_line_id = line.id
             WHERE line.id = ANY(%(lines)s)""",
            items=self._lateness_with(company, as_of, partner_ids),
            as_of=as_of,
            digits=company.currency_id.decimal_places,
            enough=self._lateness_short(
                self._lateness_policy(company),
                SQL("judged.open_amount"),
                SQL("judged."),
            ),
            lines=list(line_ids),
        )

    @api.model
    def _lateness_rows(self, company, as_of, partners):
        """Return the rows of :meth:`_lateness_sql` as dictionaries.

        :param res.partner partners: commercial customers
        :return: list of dict, by customer and due date
        """
        rows = self.env.execute_query_dict(
            self._lateness_sql(company, as_of, partners.ids)
        )
        return sorted(
            rows, key=lambda r: (r["partner_id"], r["due_date"], r["move_line_id"])
        )
