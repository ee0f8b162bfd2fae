import logging
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.claim import clock
from .export_crm_claim_event import MILESTONES

_logger = logging.getLogger(__name__)

STATES = [
    (clock.RUNNING, "Running"),
    (clock.PAUSED, "Paused"),
    (clock.MET, "Met"),
    (clock.STOPPED, "Stopped"),
    (clock.CANCELLED, "Cancelled"),
]
# Days of working time that are read at first, and at most.
HORIZON, FARTHEST = 90, 1500
COLUMNS = {
    "claim_id": "int4",
    "milestone": "varchar",
    "cycle": "int4",
    "state": "varchar",
    "started_at": "timestamp",
    "deadline": "timestamp",
    "ended_at": "timestamp",
    "breached_at": "timestamp",
    "late": "bool",
    "fallback": "bool",
    "target_hours": "float8",
    "basis": "varchar",
    "used_hours": "float8",
    "left_hours": "float8",
    "wall_hours": "float8",
    "next_level": "int4",
    "next_step_at": "timestamp",
}


class ExportCrmClaimClock(models.Model):
    """How a milestone of a claim stands: read from the log, kept to be searched.

    Nothing here is truth: the rows can be thrown away and computed anew, by anybody
    and from any company, with the same result (:mod:`..tools.clock`).
    """

    _name = "export.crm.claim.clock"
    _description = "Claim Clock"
    _order = "deadline, id"
    _log_access = False
    _rec_name = "milestone"

    claim_id = fields.Many2one(
        "export.crm.claim", required=True, index=True, ondelete="cascade"
    )
    milestone = fields.Selection(MILESTONES, required=True)
    cycle = fields.Integer(required=True, aggregator=None)
    state = fields.Selection(STATES, required=True)
    started_at = fields.Datetime()
    deadline = fields.Datetime(help="Empty while paused.")
    ended_at = fields.Datetime(string="Done at")
    breached_at = fields.Datetime(string="Late since")
    late = fields.Boolean(help="The time was up before the milestone was met.")
    fallback = fields.Boolean(
        string="No calendar",
        help="The working calendar has no working time: every hour is counted.",
    )
    target_hours = fields.Float(string="Target (h)", aggregator="avg")
    basis = fields.Selection(
        [(clock.ELAPSED, "Elapsed hours"), (clock.WORKING, "Working hours")]
    )
    used_hours = fields.Float(
        string="Used (h)", aggregator="avg", help="In the target's own kind of hours."
    )
    left_hours = fields.Float(string="Left while paused (h)", aggregator=None)
    wall_hours = fields.Float(
        string="Took (h)", aggregator="avg", help="From start to end on the wall."
    )
    next_level = fields.Integer(aggregator=None)
    next_step_at = fields.Datetime(string="Next escalation")
    # === For grouping === #
    company_id = fields.Many2one(related="claim_id.company_id", store=True)
    counted = fields.Boolean(
        related="claim_id.counted", store=True, string="Counts in figures"
    )
    category_id = fields.Many2one(related="claim_id.category_id", store=True)
    department_id = fields.Many2one(related="claim_id.department_id", store=True)
    severity_id = fields.Many2one(related="claim_id.severity_id", store=True)
    commercial_partner_id = fields.Many2one(
        related="claim_id.commercial_partner_id", store=True, string="Customer"
    )
    country_id = fields.Many2one(related="claim_id.country_id", store=True)
    user_id = fields.Many2one(related="claim_id.user_id", store=True, string="Agent")

    _key_uniq = models.Constraint(
        "UNIQUE(claim_id, milestone, cycle)", "There is one clock for each milestone."
    )
    _due_idx = models.Index("(next_step_at) WHERE next_step_at IS NOT NULL")
    _deadline_idx = models.Index("(deadline) WHERE state = 'running'")

    # === REFRESH === #

    @api.model
    def _refresh(self, claims, now=None):
        """Read the clocks of ``claims`` from their log and write what has changed.

        Four statements, whatever the number of claims; the same result for every
        user, in every company.

        :param claims: ``export.crm.claim`` records
        :param datetime now: naive UTC; default: now
        :return: number of clocks read
        """
        if not claims:
            return 0
        now = now or fields.Datetime.now()
        # Sudo: a deadline must not depend on who looks at it.
        reader = self.sudo()
        logs = reader._logs(claims)
        levels = reader._levels_done(claims)
        ladder = self.env["export.crm.claim.escalation.rule"].sudo()._ladder()
        schedules = _Schedules(reader, now)
        rows = [
            reader._row(key, log, schedules, now, ladder, levels.get(key, 0))
            for key, log in logs.items()
        ]
        reader._upsert(rows)
        reader._fill_grouping(claims)
        reader.invalidate_model()
        return len(rows)

    def _logs(self, claims):
        """Return ``{(claim, milestone, cycle): [Event]}``."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT e.claim_id, e.milestone, e.cycle, c.company_id,
                       e.at, e.kind, r.code, e.target,
                       e.strand_id, e.strand_cycle
                  FROM export_crm_claim_event e
                  JOIN export_crm_claim c ON c.id = e.claim_id
                  LEFT JOIN export_crm_claim_pause_reason r ON r.id = e.reason_id
                 WHERE e.claim_id = ANY(%s)
                 ORDER BY e.id
                """,
                list(claims.ids),
            )
        )
        logs = {}
        for claim, milestone, cycle, company, *row in rows:
            at, kind, reason, target, *strand = row
            event = clock.Event(
                at,
                kind,
                reason or "",
                _target(target, company),
                tuple(strand) if strand[0] else (),
            )
            logs.setdefault((claim, milestone, cycle), []).append(event)
        return logs

    def _levels_done(self, claims):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT claim_id, milestone, cycle, MAX(level)
                  FROM export_crm_claim_escalation
                 WHERE claim_id = ANY(%s)
                 GROUP BY claim_id, milestone, cycle
                """,
                list(claims.ids),
            )
        )
        return {(claim, mile, cycle): level for claim, mile, cycle, level in rows}

    def _row(self, key, events, schedules, now, ladder, done):
        def judge(book):
            read = clock.read(events, book, now)
            level = next((rung for rung in ladder if rung[0] > done), None)
            step = level and clock.share_moment(events, book, level[1])
            return read, level, step, book

        read, level, step, book = schedules.until_known(events, judge)
        if key[1] == "ack":
            step = None
        return self._values(key, read, level if step else None, step, book)

    def _values(self, key, read, level, step, book):
        target = read.target or clock.Target()
        return (
            *key,
            read.state,
            read.started_at,
            _second(read.deadline),
            read.ended_at,
            _second(read.breached_at),
            read.late,
            target.basis == clock.WORKING and book.of(target).fallback,
            target.hours,
            target.basis,
            read.used / 3600,
            read.remaining / 3600
            if read.state == clock.PAUSED and read.remaining
            else 0,
            clock.elapsed_hours(read),
            level[0] if level else None,
            _second(step) if step else None,
        )

    def _upsert(self, rows):
        """Write rows that differ, in one statement."""
        names = [SQL.identifier(name) for name in COLUMNS]
        arrays = [list(column) for column in zip(*rows, strict=True)]
        if not arrays:
            return
        update = list(COLUMNS)[3:]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO export_crm_claim_clock AS old (%(names)s)
                SELECT * FROM unnest(%(arrays)s)
                ON CONFLICT (claim_id, milestone, cycle) DO UPDATE SET %(sets)s
                 WHERE (%(olds)s) IS DISTINCT FROM (%(news)s)
                """,
                names=SQL(", ").join(names),
                arrays=SQL(", ").join(
                    SQL(f"%s::{kind}[]", array)
                    for kind, array in zip(COLUMNS.values(), arrays, strict=True)
                ),
                sets=SQL(", ").join(
                    SQL("%s = EXCLUDED.%s", SQL.identifier(n), SQL.identifier(n))
                    for n in update
                ),
                olds=SQL(", ").join(SQL.identifier("old", n) for n in update),
                news=SQL(", ").join(
                    SQL("EXCLUDED.%s", SQL.identifier(n)) for n in update
                ),
            )
        )

    def _fill_grouping(self, claims):
        """Copy the columns to group by, and the claims' own next deadline."""
        ids = list(claims.ids)
        self.env.cr.execute(
            SQL(
                """
                UPDATE export_crm_claim_clock k
                   SET company_id = c.company_id, counted = c.counted,
                       category_id = c.category_id, department_id = c.department_id,
                       severity_id = c.severity_id, country_id = c.country_id,
                       commercial_partner_id = c.commercial_partner_id,
                       user_id = c.user_id
                  FROM export_crm_claim c
                 WHERE k.claim_id = c.id AND c.id = ANY(%s)
                   AND (k.company_id, k.counted, k.category_id, k.department_id,
                        k.severity_id, k.country_id, k.commercial_partner_id, k.user_id)
                       IS DISTINCT FROM
                       (c.company_id, c.counted, c.category_id, c.department_id,
                        c.severity_id, c.country_id, c.commercial_partner_id, c.user_id)
                """,
                ids,
            )
        )
        self.env["export.crm.claim"]._summarise_clocks(ids)


def _second(moment):
    """Datetimes on the screen have whole seconds; never say a deadline earlier."""
    if not moment or not moment.microsecond:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1)


def _target(values, company_id):
    if not values:
        return None
    due = values.get("due")
    return clock.Target(
        values.get("hours") or 0.0,
        values.get("basis") or clock.ELAPSED,
        fields.Datetime.to_datetime(due) if due else None,
        (values.get("company") or company_id, values.get("calendar") or 0),
    )


class _Book:
    """The working times that each promise of one log is counted in.

    Stands for the :class:`clock.Schedule` of a log with several calendars.
    """

    def __init__(self, schedules, first, days):
        self.schedules, self.first, self.days = schedules, first, days

    def of(self, target):
        """Return the schedule of a target."""
        if target.basis != clock.WORKING or target.due:
            return clock.ALWAYS
        return self.schedules._get(*target.calendar, self.first, self.days)


class _Schedules:
    """Working times of companies and calendars, read once per refresh."""

    def __init__(self, reader, now):
        # The context of whoever looks (language, time zone, employee) plays no part.
        self.env = reader.env(user=1, su=True, context={})
        self.now = now
        self.found = {}

    def until_known(self, events, judge):
        """Return ``judge(book)`` with working times that reach far enough."""
        first = min(event.at for event in events)
        days = HORIZON
        while True:
            try:
                return judge(_Book(self, first, days))
            except clock.BeyondSchedule:
                if days >= FARTHEST:
                    return judge(clock.Schedule(fallback=True))
                days = min(days * 4, FARTHEST)

    def _get(self, company_id, calendar_id, first, days):
        key = (company_id, calendar_id)
        begin, known, schedule = self.found.get(key, (None, 0, None))
        if schedule is None or known < days or first < begin:
            begin = min(filter(None, (begin, first - timedelta(days=30))))
            days = max(days, known)
            schedule = self._read(company_id, calendar_id, begin, days)
            self.found[key] = (begin, days, schedule)
        return schedule

    def _read(self, company_id, calendar_id, begin, days):
        """Read working times, with the holidays of this very company only.

        Without the company in the domain, a superuser would be given those of all.
        """
        company = self.env["res.company"].browse(company_id)
        calendar = self.env["resource.calendar"].browse(calendar_id).exists()
        calendar = calendar or company.resource_calendar_id
        if not calendar:
            return clock.Schedule(fallback=True)
        intervals = calendar._work_intervals_batch(
            pytz.utc.localize(begin),
            pytz.utc.localize(self.now + timedelta(days=days)),
            domain=[
                ("time_type", "=", "leave"),
                ("company_id", "in", [company_id, False]),
            ],
        )[False]
        schedule = clock.Schedule(
            (
                start.astimezone(pytz.utc).replace(tzinfo=None),
                end.astimezone(pytz.utc).replace(tzinfo=None),
            )
            for start, end, _record in intervals
        )
        if schedule.fallback:
            _logger.info(
                "Calendar %s has no working time: company %s counts every hour",
                calendar.id,
                company_id,
            )
        return schedule
