from odoo import api, models
from odoo.tools import SQL

#: A payment this many days late is worth nothing to the health index.
PROMPT_DAYS = 60


class ExportCrmAccount(models.Model):
    """From ledger rows to verdicts and runs, in SQL.

    The same rules as ``tools/account/lateness.py``, where they are explained: the two
    are compared on random ledgers by ``tests/account/test_lateness_property.py``.
    """

    _inherit = "export.crm.account"

    @api.model
    def _lateness_base(self):
        """Add what people decided to each instalment; drop down payments."""
        return SQL(
            """base AS MATERIALIZED (
                SELECT inst.move_line_id, inst.move_id, inst.partner_id,
                       inst.currency_id, inst.balance, inst.total, inst.is_neutral,
                       inst.original_due_date,
                       GREATEST(inst.original_due_date, promise.promised_date)
                           AS due_date,
                       LEAST(COALESCE(dispute.amount, 0), inst.total) AS disputed,
                       dispute.accepted_on
                  FROM inst
             LEFT JOIN promise ON promise.move_line_id = inst.move_line_id
             LEFT JOIN dispute ON dispute.move_line_id = inst.move_line_id
             LEFT JOIN deposit ON deposit.move_id = inst.move_id
                 WHERE inst.counts AND deposit.move_id IS NULL
            )"""
        )

    @api.model
    def _lateness_deadline(self, policy):
        """The last day on which a payment is on time: due date and grace.

        In business days of the customer's country: the grace-th business day after
        the due date, counted on a calendar built once for every country (and state
        with holidays of its own) that occurs; without a country, Saturday and Sunday
        are free. Never later than ``2 × grace + 30`` days, so that a table filled by
        mistake can't excuse anybody for ever.
        """
        if not policy.grace_business_days or not policy.grace_days:
            return [
                SQL(
                    """due AS MATERIALIZED (
                        SELECT base.*, due_date + %s AS deadline FROM base
                    )""",
                    policy.grace_days,
                )
            ]
        place = SQL(
            """placed AS MATERIALIZED (
                SELECT base.*, COALESCE(p.country_id, 0) AS country_id,
                       COALESCE(own.state_id, 0) AS state_id
                  FROM base
                  JOIN res_partner p ON p.id = base.partner_id
             LEFT JOIN (SELECT DISTINCT state_id FROM export_crm_nonworking_day
                         WHERE state_id IS NOT NULL) own
                    ON own.state_id = p.state_id
            )"""
        )
        due = SQL(
            """due AS MATERIALIZED (
                SELECT placed.move_line_id, placed.move_id, placed.partner_id,
                       placed.currency_id, placed.balance, placed.total,
                       placed.is_neutral, placed.original_due_date, placed.due_date,
                       placed.disputed, placed.accepted_on,
                       LEAST(calendar.deadline, placed.due_date + %s) AS deadline
                  FROM placed
             LEFT JOIN calendar
                    ON calendar.country_id = placed.country_id
                   AND calendar.state_id = placed.state_id
                   AND calendar.day = placed.due_date
            )""",
            policy.grace_slack,
        )
        return [place, *self._lateness_calendar(policy), due]

    @api.model
    def _lateness_calendar(self, policy):
        """For every place and day: the last day of a grace that begins there."""
        span = SQL(
            """span AS MATERIALIZED (
                SELECT place.*, COALESCE(c.export_weekend, '56') AS weekend
                  FROM (SELECT country_id, state_id, MIN(due_date) AS first,
                               MAX(due_date) + %s AS last
                          FROM placed GROUP BY country_id, state_id) place
             LEFT JOIN res_country c ON c.id = place.country_id
            )""",
            policy.grace_slack,
        )
        off = SQL(
            """off AS MATERIALIZED (
                SELECT DISTINCT span.country_id, span.state_id, free.date AS day
                  FROM span
                  JOIN export_crm_nonworking_day free
                    ON free.country_id = span.country_id
                   AND COALESCE(free.state_id, span.state_id) = span.state_id
                   AND free.date BETWEEN span.first AND span.last
            )"""
        )
        # Of the days with one ordinal the first is the business day, the others are
        # the free days that follow it.
        calendar = SQL(
            """calendar AS MATERIALIZED (
                SELECT country_id, state_id, day,
                       MIN(day) FILTER (WHERE is_open) OVER (
                           PARTITION BY country_id, state_id ORDER BY ordinal
                           RANGE BETWEEN %(grace)s FOLLOWING AND %(grace)s FOLLOWING
                       ) AS deadline
                  FROM (SELECT dated.*, COUNT(*) FILTER (WHERE is_open) OVER (
                                   PARTITION BY country_id, state_id ORDER BY day
                               ) AS ordinal
                          FROM (SELECT span.country_id, span.state_id,
                                       span.first + n AS day,
                                       off.day IS NULL AND POSITION(
                                           (EXTRACT(ISODOW FROM span.first + n)::int
                                            - 1)::text IN span.weekend) = 0 AS is_open
                                  FROM span
                            CROSS JOIN LATERAL generate_series(
                                           0, span.last - span.first) n
                             LEFT JOIN off
                                    ON off.country_id = span.country_id
                                   AND off.state_id = span.state_id
                                   AND off.day = span.first + n) dated) counted
            )""",
            grace=policy.grace_days,
        )
        return [span, off, calendar]

    @api.model
    def _lateness_short(self, policy, amount, row=None):
        """Condition: ``amount`` (of the line's currency) is within the tolerance.

        Both limits without a division, hence exact: the absolute one is in company
        currency and meets the line at its own rate (balance to amount).

        :param SQL row: the table of balance and total, with its dot
        """
        return SQL(
            "(%(amount)s * %(row)sbalance <= %(absolute)s * %(row)stotal"
            " AND %(amount)s * 100 <= %(percent)s * %(row)stotal)",
            amount=amount,
            row=row or SQL(),
            absolute=policy.tolerance_amount,
            percent=policy.tolerance_percent,
        )

    @api.model
    def _lateness_settled(self, policy):
        """What had to be paid, what was paid, and the first day it was enough.

        One pass over the events: the sums of an instalment stand beside its running
        sum, so that the rows on which it was settled are known at once.
        """
        owed = SQL("(total - credited_all - GREATEST(disputed - credited_after, 0))")
        return SQL(
            """settled AS MATERIALIZED (
                SELECT move_line_id, MIN(%(owed)s) AS owed, MAX(paid_all) AS paid,
                       MAX(other_all) AS other, SUM(paid * days_after) AS paid_days,
                       SUM(paid * GREATEST(%(worthless)s - days_after, 0))
                           / %(worthless)s AS paid_prompt,
                       MIN(date) FILTER (WHERE paid_so_far > 0 AND %(enough)s)
                           AS settled_on
                  FROM (SELECT due.move_line_id, due.total, due.balance, due.disputed,
                               event.date, event.paid,
                               GREATEST(event.date - due.due_date, 0) AS days_after,
                               SUM(event.paid) OVER so_far AS paid_so_far,
                               SUM(event.paid) OVER whole AS paid_all,
                               SUM(event.other) OVER whole AS other_all,
                               SUM(event.credited) OVER whole AS credited_all,
                               SUM(CASE WHEN event.date >= due.accepted_on
                                        THEN event.credited ELSE 0 END)
                                   OVER whole AS credited_after
                          FROM event
                          JOIN due ON due.move_line_id = event.move_line_id
                        WINDOW so_far AS (PARTITION BY due.move_line_id
                                              ORDER BY event.date),
                               whole AS (PARTITION BY due.move_line_id)) running
              GROUP BY move_line_id
            )""",
            owed=owed,
            worthless=SQL("%s::numeric", PROMPT_DAYS),
            enough=self._lateness_short(policy, SQL("(%s - paid_so_far)", owed)),
        )

    @api.model
    def _lateness_judged(self, policy, as_of):
        """The verdict of every instalment, but for the wires in transit."""
        return SQL(
            """judged AS MATERIALIZED (
                SELECT move_line_id, move_id, partner_id, currency_id, balance, total,
                       original_due_date, due_date, deadline, settled_on,
                       owed, paid, paid_days, paid_prompt,
                       GREATEST(owed - paid - other, 0) AS open_amount,
                       verdict, verdict = 'overdue' AS is_overdue
                  FROM (SELECT amounts.*,
                               CASE WHEN is_neutral THEN 'neutral'
                                    WHEN %(nothing)s THEN
                                        CASE WHEN disputed > 0 THEN 'neutral' END
                                    WHEN settled_on <= deadline THEN 'on_time'
                                    WHEN settled_on IS NOT NULL OR %(closed)s
                                    THEN 'late'
                                    WHEN deadline >= %(as_of)s THEN 'pending'
                                    ELSE 'overdue'
                               END AS verdict
                          FROM (SELECT due.*, settled.settled_on,
                                       COALESCE(settled.owed, total - disputed) AS owed,
                                       COALESCE(settled.paid, 0) AS paid,
                                       COALESCE(settled.other, 0) AS other,
                                       COALESCE(settled.paid_days, 0) AS paid_days,
                                       COALESCE(settled.paid_prompt, 0)
                                           AS paid_prompt
                                  FROM due
                             LEFT JOIN settled
                                    ON settled.move_line_id = due.move_line_id
                               ) amounts) spoken
            )""",
            nothing=self._lateness_short(policy, SQL("owed")),
            closed=self._lateness_short(policy, SQL("(owed - paid - other)")),
            as_of=as_of,
        )

    @api.model
    def _lateness_decided(self, window_start):
        """Which instalments a decision has used up, and which count again.

        A decision stands on facts as they were. Once one instalment of a decided hold
        is worse than it was then (paid late and open again, promised and unpaid), all
        that the hold stood on counts again: ``revived``. Of several decisions about
        one instalment the last one counts. Few rows: those of decided evidence.
        """
        return SQL(
            """decided AS MATERIALIZED (
                SELECT move_line_id,
                       COALESCE(BOOL_OR(is_worse) OVER (
                           PARTITION BY partner_id, hold_id), FALSE) AS revived
                  FROM (SELECT last.move_line_id, last.hold_id, judged.partner_id,
                               CASE WHEN judged.is_overdue
                                         AND excused.move_line_id IS NULL
                                    THEN last.rank < 3
                                    ELSE judged.verdict = 'late' AND last.rank < 2
                                         AND judged.due_date >= %(start)s
                               END AS is_worse
                          FROM (SELECT DISTINCT ON (evidence.move_line_id)
                                       evidence.move_line_id, evidence.hold_id,
                                       CASE COALESCE(evidence.decided_as, 'overdue')
                                            WHEN 'overdue' THEN 3
                                            WHEN 'late' THEN 2
                                            ELSE 1
                                       END AS rank
                                  FROM inst
                                  JOIN export_crm_credit_evidence evidence
                                    ON evidence.move_line_id = inst.move_line_id
                                 WHERE evidence.consumed
                              ORDER BY evidence.move_line_id, evidence.id DESC) last
                          JOIN judged ON judged.move_line_id = last.move_line_id
                     LEFT JOIN excused
                            ON excused.move_line_id = last.move_line_id) compared
            )""",
            start=window_start,
        )

    @api.model
    def _lateness_result(self, company, policy, as_of, window_start):
        """Days late, amounts in company currency, and whether a row may count."""
        digits = company.currency_id.decimal_places
        return SQL(
            """result AS (
                SELECT spoken.*, CASE verdict WHEN 'overdue' THEN 3 WHEN 'late' THEN 2
                                              WHEN 'on_time' THEN 1 ELSE 0 END AS rank
                  FROM (
                SELECT judged.partner_id, judged.move_line_id, judged.move_id,
                       judged.due_date, judged.original_due_date, judged.deadline,
                       judged.total AS amount_currency, judged.currency_id,
                       judged.balance AS amount,
                       judged.open_amount AS open_amount_currency,
                       ROUND(judged.open_amount * judged.balance / judged.total,
                             %(digits)s) AS open_amount,
                       judged.settled_on,
                       CASE WHEN judged.verdict IN ('on_time', 'late')
                              OR (judged.is_overdue
                                  AND excused.move_line_id IS NULL)
                            THEN GREATEST(
                                COALESCE(judged.settled_on, %(as_of)s)
                                - judged.due_date, 0)
                            ELSE 0
                       END AS days_late,
                       CASE WHEN excused.move_line_id IS NOT NULL THEN 'pending'
                            ELSE judged.verdict
                       END AS verdict,
                       COALESCE(NOT decided.revived, FALSE) AS consumed,
                       COALESCE(decided.revived, FALSE) AS revived,
                       judged.due_date >= %(start)s AS in_window,
                       CASE WHEN judged.settled_on IS NULL
                            THEN judged.owed ELSE judged.paid
                       END * judged.balance / judged.total AS weight,
                       (judged.paid_days
                        + CASE WHEN judged.settled_on IS NULL
                               THEN GREATEST(judged.owed - judged.paid, 0)
                                    * GREATEST(%(as_of)s - judged.due_date, 0)
                               ELSE 0
                          END) * judged.balance / judged.total AS weighted_days,
                       (judged.paid_prompt
                        + CASE WHEN judged.settled_on IS NULL
                               THEN GREATEST(judged.owed - judged.paid, 0)
                                    * GREATEST(%(worthless)s - GREATEST(
                                        %(as_of)s - judged.due_date, 0), 0)
                                    / %(worthless)s
                               ELSE 0
                          END) * judged.balance / judged.total AS weighted_prompt
                  FROM judged
             LEFT JOIN excused ON excused.move_line_id = judged.move_line_id
             LEFT JOIN decided ON decided.move_line_id = judged.move_line_id
                 WHERE judged.verdict IS NOT NULL
                   AND (judged.due_date >= %(start)s
                        OR judged.verdict IN ('overdue', 'pending'))) spoken
            )""",
            digits=digits,
            worthless=SQL("%s::numeric", PROMPT_DAYS),
            as_of=as_of,
            start=window_start,
        )

    @api.model
    def _lateness_run(self, policy):
        """Which rows are the run: see ``tools/account/lateness.py``, ``run``.

        With one count per due date the worst instalment of a day speaks for it. The
        run is every overdue bucket and every late one that is newer than the newest
        bucket on time: that is "overdue first, then from the newest due date up to
        the first on time". All windows share one sort.
        """
        per_date = policy.bucket == "date"
        bucket = SQL("due_date") if per_date else SQL("due_date, move_line_id")
        return SQL(
            """flagged AS MATERIALIZED (
                SELECT in_bucket.*,
                       is_bad AND (worst = 3 OR last_on_time IS NULL
                                   OR due_date %(newer)s last_on_time) AS in_run
                  FROM (SELECT worst_of.*,
                               MAX(due_date) FILTER (WHERE worst = 1)
                                   OVER (PARTITION BY partner_id) AS last_on_time
                          FROM (SELECT ranked.*, eligible AND rank >= 2 AS is_bad,
                                       MAX(rank) FILTER (WHERE eligible) OVER (
                                           PARTITION BY partner_id, %(bucket)s
                                       ) AS worst,
                                       ROW_NUMBER() OVER (
                                           PARTITION BY partner_id, %(bucket)s
                                           ORDER BY (eligible AND rank >= 2) DESC
                                       ) = 1 AS is_first
                                  FROM (SELECT result.*,
                                               in_window AND NOT consumed AND rank > 0
                                                   AS eligible
                                          FROM result) ranked) worst_of) in_bucket
            )""",
            bucket=bucket,
            # Per instalment, of two due on one day the late one comes first.
            newer=SQL(">") if per_date else SQL(">="),
        )
