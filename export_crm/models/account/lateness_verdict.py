from odoo import api, models
from odoo.tools import SQL


class ExportCrmAccount(models.Model):
    """From ledger rows to verdicts and runs, in SQL.

    The same rules as ``tools/lateness.py``, where they are explained: the two are
    compared on random ledgers by ``tests/test_lateness_property.py``.
    """

    _inherit = "export.crm.account"

    @api.model
    def _lateness_base(self):
        """Add what people decided to each instalment; drop down payments."""
        return SQL(
            """base AS (
                SELECT inst.*,
                       GREATEST(inst.original_due_date, promise.promised_date)
                           AS due_date,
                       LEAST(COALESCE(dispute.amount, 0), inst.total) AS disputed,
                       dispute.accepted_on,
                       consumed.move_line_id IS NOT NULL AS consumed
                  FROM inst
             LEFT JOIN promise ON promise.move_line_id = inst.move_line_id
             LEFT JOIN dispute ON dispute.move_line_id = inst.move_line_id
             LEFT JOIN consumed ON consumed.move_line_id = inst.move_line_id
             LEFT JOIN deposit ON deposit.move_id = inst.move_id
                 WHERE deposit.move_id IS NULL
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
        if not policy.grace_business_days:
            return [
                SQL(
                    """due AS (
                        SELECT base.*, base.due_date + %s AS deadline FROM base
                    )""",
                    policy.grace_days,
                )
            ]
        slack = policy.grace_slack
        place = SQL(
            """place AS (
                SELECT base.move_line_id, base.due_date,
                       COALESCE(p.country_id, 0) AS country_id,
                       COALESCE(own.state_id, 0) AS state_id
                  FROM base
                  JOIN res_partner p ON p.id = base.partner_id
             LEFT JOIN (SELECT DISTINCT state_id FROM export_crm_nonworking_day) own
                    ON own.state_id = p.state_id
            )"""
        )
        calendar = SQL(
            """calendar AS (
                SELECT span.country_id, span.state_id, day::date AS day,
                       COUNT(*) FILTER (WHERE is_open) OVER (
                           PARTITION BY span.country_id, span.state_id ORDER BY day
                       ) AS ordinal,
                       is_open
                  FROM (SELECT country_id, state_id, MIN(due_date) AS first,
                               MAX(due_date) + %(slack)s AS last
                          FROM place GROUP BY country_id, state_id) span
             LEFT JOIN res_country c ON c.id = span.country_id
            CROSS JOIN LATERAL generate_series(
                           span.first::timestamp, span.last::timestamp,
                           INTERVAL '1 day') day
             LEFT JOIN (SELECT DISTINCT country_id, COALESCE(state_id, 0) AS state_id,
                               date
                          FROM export_crm_nonworking_day) everywhere
                    ON everywhere.country_id = span.country_id
                   AND everywhere.state_id = 0
                   AND everywhere.date = day::date
             LEFT JOIN (SELECT DISTINCT country_id, state_id, date
                          FROM export_crm_nonworking_day
                         WHERE state_id IS NOT NULL) here
                    ON here.country_id = span.country_id
                   AND here.state_id = span.state_id
                   AND here.date = day::date
            CROSS JOIN LATERAL (
                       SELECT everywhere.date IS NULL AND here.date IS NULL
                              AND POSITION(
                                  (EXTRACT(ISODOW FROM day)::integer - 1)::text
                                  IN COALESCE(c.export_weekend, '56')) = 0 AS is_open
                       ) open
            )""",
            slack=slack,
        )
        due = SQL(
            """due AS (
                SELECT base.*,
                       LEAST(CASE WHEN %(grace)s = 0 THEN base.due_date
                                  ELSE last.day END,
                             base.due_date + %(slack)s) AS deadline
                  FROM base
                  JOIN place ON place.move_line_id = base.move_line_id
                  JOIN calendar first
                    ON first.country_id = place.country_id
                   AND first.state_id = place.state_id
                   AND first.day = place.due_date
             LEFT JOIN calendar last
                    ON last.country_id = place.country_id
                   AND last.state_id = place.state_id
                   AND last.is_open
                   AND last.ordinal = first.ordinal + %(grace)s
            )""",
            grace=policy.grace_days,
            slack=slack,
        )
        return [place, calendar, due]

    @api.model
    def _lateness_short(self, policy, amount):
        """Condition: ``amount`` (of the line's currency) is within the tolerance.

        Both limits without a division, hence exact: the absolute one is in company
        currency and meets the line at its own rate (balance to amount).
        """
        return SQL(
            "(%(amount)s * balance <= %(absolute)s * total"
            " AND %(amount)s * 100 <= %(percent)s * total)",
            amount=amount,
            absolute=policy.tolerance_amount,
            percent=policy.tolerance_percent,
        )

    @api.model
    def _lateness_settled(self, policy):
        """What had to be paid, what was paid, and the first day it was enough."""
        owed = SQL(
            """owed AS MATERIALIZED (
                SELECT due.*, COALESCE(paid, 0) AS paid, COALESCE(other, 0) AS other,
                       COALESCE(paid_days, 0) AS paid_days,
                       total - COALESCE(credited, 0)
                           - GREATEST(disputed - COALESCE(credited_after, 0), 0)
                           AS owed
                  FROM due
             LEFT JOIN (SELECT event.move_line_id,
                               SUM(amount) FILTER (WHERE kind = 'credit') AS credited,
                               SUM(amount) FILTER (
                                   WHERE kind = 'credit' AND date >= due.accepted_on
                               ) AS credited_after,
                               SUM(amount) FILTER (WHERE kind = 'payment') AS paid,
                               SUM(amount) FILTER (WHERE kind = 'other') AS other,
                               SUM(amount * GREATEST(date - due.due_date, 0))
                                   FILTER (WHERE kind = 'payment') AS paid_days
                          FROM event
                          JOIN due ON due.move_line_id = event.move_line_id
                      GROUP BY event.move_line_id) total_of
                    ON total_of.move_line_id = due.move_line_id
            )"""
        )
        running = SQL(
            """running AS (
                SELECT move_line_id, date,
                       SUM(amount) OVER (PARTITION BY move_line_id ORDER BY date)
                           AS so_far
                  FROM event
                 WHERE kind = 'payment'
            )"""
        )
        settled = SQL(
            """settled AS (
                SELECT running.move_line_id, MIN(running.date) AS settled_on
                  FROM running
                  JOIN owed ON owed.move_line_id = running.move_line_id
                 WHERE %s
              GROUP BY running.move_line_id
            )""",
            self._lateness_short(policy, SQL("(owed - so_far)")),
        )
        return [owed, running, settled]

    @api.model
    def _lateness_judged(self, policy, as_of):
        """The verdict of every instalment, but for the wires in transit."""
        return SQL(
            """judged AS MATERIALIZED (
                SELECT owed.*, settled.settled_on,
                       GREATEST(owed - paid - other, 0) AS open_amount,
                       CASE WHEN is_neutral THEN 'neutral'
                            WHEN %(nothing)s THEN
                                CASE WHEN disputed > 0 THEN 'neutral' END
                            WHEN settled.settled_on <= deadline THEN 'on_time'
                            WHEN settled.settled_on IS NOT NULL OR %(closed)s
                            THEN 'late'
                            WHEN deadline >= %(as_of)s THEN 'pending'
                            ELSE 'overdue'
                       END AS verdict
                  FROM owed
             LEFT JOIN settled ON settled.move_line_id = owed.move_line_id
            )""",
            nothing=self._lateness_short(policy, SQL("owed")),
            closed=self._lateness_short(policy, SQL("(owed - paid - other)")),
            as_of=as_of,
        )

    @api.model
    def _lateness_result(self, company, policy, as_of, window_start):
        """Days late, amounts in company currency, and whether a row may count."""
        digits = company.currency_id.decimal_places
        return SQL(
            """result AS (
                SELECT judged.partner_id, judged.move_line_id, judged.move_id,
                       judged.due_date, judged.original_due_date, judged.deadline,
                       judged.total AS amount_currency, judged.currency_id,
                       judged.balance AS amount,
                       judged.open_amount AS open_amount_currency,
                       ROUND(judged.open_amount * judged.balance / judged.total,
                             %(digits)s) AS open_amount,
                       judged.settled_on,
                       CASE WHEN judged.verdict IN ('on_time', 'late')
                              OR (judged.verdict = 'overdue'
                                  AND excused.move_line_id IS NULL)
                            THEN GREATEST(
                                COALESCE(judged.settled_on, %(as_of)s)
                                - judged.due_date, 0)
                            ELSE 0
                       END AS days_late,
                       CASE WHEN excused.move_line_id IS NOT NULL THEN 'pending'
                            ELSE judged.verdict
                       END AS verdict,
                       judged.consumed,
                       judged.due_date >= %(start)s AS in_window,
                       CASE WHEN judged.settled_on IS NULL
                            THEN judged.owed ELSE judged.paid
                       END * judged.balance / judged.total AS weight,
                       (judged.paid_days
                        + CASE WHEN judged.settled_on IS NULL
                               THEN GREATEST(judged.owed - judged.paid, 0)
                                    * GREATEST(%(as_of)s - judged.due_date, 0)
                               ELSE 0
                          END) * judged.balance / judged.total AS weighted_days
                  FROM judged
             LEFT JOIN excused ON excused.move_line_id = judged.move_line_id
                 WHERE judged.verdict IS NOT NULL
                   AND (judged.due_date >= %(start)s
                        OR judged.verdict IN ('overdue', 'pending'))
            )""",
            digits=digits,
            as_of=as_of,
            start=window_start,
        )

    @api.model
    def _lateness_run(self, policy):
        """Which rows are the run: see ``tools/lateness.py``, ``run``.

        With one count per due date the worst instalment of a day speaks for it. The
        run is every overdue bucket and every late one that is newer than the newest
        bucket on time: that is "overdue first, then from the newest due date up to
        the first on time".
        """
        per_date = policy.bucket == "date"
        bucket = SQL("due_date::text") if per_date else SQL("move_line_id::text")
        worst = (
            SQL("MAX(rank) OVER (PARTITION BY partner_id, due_date, eligible)")
            if per_date
            else SQL("rank")
        )
        ranked = SQL(
            """ranked AS (
                SELECT result.*, %(bucket)s AS bucket,
                       CASE verdict WHEN 'overdue' THEN 3 WHEN 'late' THEN 2
                                    WHEN 'on_time' THEN 1 ELSE 0 END AS rank,
                       in_window AND NOT consumed
                           AND verdict IN ('on_time', 'late', 'overdue') AS eligible
                  FROM result
            )""",
            bucket=bucket,
        )
        worst_of = SQL("worst_of AS (SELECT ranked.*, %s AS worst FROM ranked)", worst)
        flagged = SQL(
            """flagged AS (
                SELECT worst_of.*,
                       eligible AND rank >= 2 AND (
                           worst = 3
                           OR due_date > COALESCE(
                               MAX(due_date) FILTER (WHERE eligible AND worst = 1)
                                   OVER (PARTITION BY partner_id),
                               DATE '-infinity')
                           %(tie)s) AS in_run
                  FROM worst_of
            )""",
            # Per instalment, of two due on one day the late one comes first.
            tie=SQL()
            if per_date
            else SQL(
                """OR due_date = MAX(due_date)
                       FILTER (WHERE eligible AND worst = 1)
                       OVER (PARTITION BY partner_id)"""
            ),
        )
        return [ranked, worst_of, flagged]
