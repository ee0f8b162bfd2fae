from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from ...tools.claim import clock
from ..core.wording import number
from .export_crm_claim_event import MILESTONES
from .export_crm_claim_policy import TARGETS


class ExportCrmClaim(models.Model):
    """What happens to a claim is written into the log of its clocks."""

    _inherit = "export.crm.claim"

    # === LOG === #

    def _log(self, kind, milestones, at=None, only=None, **values):
        """Append an event for each claim and milestone; refresh the clocks.

        :param str kind: one of :data:`clock.KINDS`
        :param milestones: names
        :param datetime at: naive UTC; default: now. Never before the clock was started
        :param only: states of the clocks that it concerns; None: whatever they are
        :return: the claims that got an event
        """
        now = fields.Datetime.now()
        vals_list = []
        for claim in self:
            for milestone in milestones:
                row = claim._clock(milestone, values.get("cycle"))
                if only and row.state not in only:
                    continue
                begin = row.started_at or claim.opened_at
                moment = max(min(at or now, now), begin or now)
                vals_list.append(
                    {
                        "claim_id": claim.id,
                        "milestone": milestone,
                        "cycle": claim._log_cycle(milestone),
                        "kind": kind,
                        "at": moment,
                        "user_id": self.env.uid,
                        "target": claim._target(milestone)
                        if kind in (clock.START, clock.REOPENED, clock.RETARGET)
                        else False,
                        **values,
                    }
                )
        if not vals_list:
            return self.browse()
        # Sudo: people cause events, nobody writes them.
        self.env["export.crm.claim.event"].sudo().create(vals_list)
        touched = self.browse({vals["claim_id"] for vals in vals_list})
        self.env["export.crm.claim.clock"]._refresh(touched)
        return touched

    def _clock(self, milestone, cycle=None):
        """Return the clock row of a cycle, the running one (empty: never started)."""
        self.ensure_one()
        cycle = cycle or self._log_cycle(milestone)
        return self.sudo().clock_ids.filtered(  # a deadline is everybody's
            lambda row: row.milestone == milestone and row.cycle == cycle
        )

    def _log_cycle(self, milestone):
        """Return the number of the round that an event belongs to.

        Each promised update is a round of its own.
        """
        if milestone != "update":
            return self.cycle
        rounds = self.sudo().event_ids.filtered(lambda e: e.milestone == "update")
        return max(rounds.mapped("cycle"), default=1)

    def _target(self, milestone):
        """Return what is promised now, for the log."""
        self.ensure_one()
        if milestone == "ack":
            return {"hours": 0.0, "basis": clock.ELAPSED}
        if milestone == "update":
            due = fields.Datetime.to_string(self.next_update_at)
            return {"due": due, "hours": 0.0, "basis": clock.ELAPSED}
        # Sudo: policies decide, whoever files the claim.
        company, tier = self.company_id.sudo(), self.tier_id
        policy = (
            self.env["export.crm.claim.policy"]
            .sudo()
            ._find(company, self.severity_id, tier)
        )
        if not policy:
            # No policy left: the widest promise there may be.
            hours = {"response": 24.0, "plan": 48.0, "resolution": 72.0}[milestone]
            return {"hours": hours, "basis": clock.ELAPSED}
        return policy._snapshot(milestone, company, tier)

    # === WHAT HAPPENS === #

    def _open_clocks(self):
        """Start the clocks of new claims; what is older than go-live has none."""
        live = self.filtered(lambda claim: claim._is_live())
        for claim in live:
            claim._log(clock.START, ["ack", *TARGETS], at=claim.opened_at)
        for claim in live.filtered("next_update_at"):
            claim._promise_update(False)

    def _is_live(self):
        """Tell whether the claim was opened since the company's go-live."""
        self.ensure_one()
        company = self.company_id.sudo()
        live = company.export_go_live_date
        opened = self.opened_at or fields.Datetime.now()
        local = company._export_timezone().fromutc(opened).date()
        return not live or local >= live

    def _retarget(self):
        """Promise anew what is still open, after a change of severity or tier.

        Nothing is logged where the promise is the same.
        """
        for milestone in TARGETS:
            self.filtered(
                lambda claim, m=milestone: claim._target(m) != claim._promised(m)
            )._log(clock.RETARGET, [milestone], only=(clock.RUNNING, clock.PAUSED))

    def _promised(self, milestone):
        """Return what was promised last in this cycle, as it is in the log."""
        self.ensure_one()
        events = self.sudo().event_ids.filtered(  # a deadline is everybody's
            lambda e: e.milestone == milestone and e.cycle == self.cycle and e.target
        )
        return events.sorted("id")[-1:].target

    def _promise_update(self, before):
        """Start or move the clock of the next update."""
        self.ensure_one()
        running = self._clock("update").state == clock.RUNNING
        if not self.next_update_at or not (self.is_open and self._is_live()):
            if running and not self.next_update_at:
                self._refuse_later_update(before)
        elif running:
            if before and before < self.next_update_at:
                self._refuse_later_update(before)
            if before != self.next_update_at:
                self._log(clock.RETARGET, ["update"])
        else:
            rounds = self.sudo().event_ids.filtered(lambda e: e.milestone == "update")
            cycle = max(rounds.mapped("cycle"), default=0) + 1
            self._log(clock.START, ["update"], cycle=cycle)

    def _refuse_later_update(self, promised):
        """A promise is kept or broken; it is not moved."""
        raise UserError(
            self.env._(
                "The customer was promised news by %(date)s: write to them first. "
                "Then promise the next update.",
                date=format_datetime(self.env, promised) if promised else "",
            )
        )

    def _end_clocks(self, kind):
        """Stop or cancel whatever still runs."""
        self._log(
            kind,
            [name for name, _label in MILESTONES],
            only=(clock.RUNNING, clock.PAUSED),
        )

    def action_plan_sent(self):
        """Write the remedy plan to the customer: the message that carries it counts."""
        return {
            **self.action_reply(),
            "context": {"default_claim_id": self.id, "default_carries_plan": True},
        }

    def action_recompute(self):
        """Read the clocks anew from the log; for anybody who doubts them."""
        self.check_access("read")
        self.env["export.crm.claim.clock"]._refresh(self)

    # === SUMMARY === #

    @api.model
    def _summarise_clocks(self, ids):
        """Write next deadline, lateness and times taken of claims, set-based."""
        self.env.cr.execute(
            SQL(
                """
                WITH summary AS (
                     SELECT c.id,
                            MIN(k.deadline) FILTER (
                                WHERE k.state = 'running' AND k.milestone <> 'ack')
                                AS next_deadline,
                            (ARRAY_AGG(k.milestone ORDER BY k.deadline, k.id) FILTER (
                                WHERE k.state = 'running' AND k.milestone <> 'ack'))[1]
                                AS next_milestone,
                            COALESCE(BOOL_OR(k.late AND k.milestone <> 'ack'), FALSE)
                                AS late,
                            MAX(k.wall_hours) FILTER (
                                WHERE k.milestone = 'response' AND k.cycle = 1
                                  AND k.state = 'met') AS response,
                            MAX(k.wall_hours) FILTER (
                                WHERE k.milestone = 'plan' AND k.cycle = 1
                                  AND k.state = 'met') AS plan,
                            MAX(k.wall_hours) FILTER (
                                WHERE k.milestone = 'resolution' AND k.cycle = 1
                                  AND k.state = 'met') AS resolution,
                            (MAX(k.wall_hours) FILTER (
                                WHERE k.milestone = 'resolution' AND k.cycle = 1
                                  AND k.state = 'met') <= 48)::int * 100 AS within
                       FROM export_crm_claim c
                       LEFT JOIN export_crm_claim_clock k ON k.claim_id = c.id
                      WHERE c.id = ANY(%s)
                      GROUP BY c.id
                     )
                UPDATE export_crm_claim c
                   SET next_deadline = s.next_deadline,
                       next_milestone = s.next_milestone, late = s.late,
                       response_hours = s.response, plan_hours = s.plan,
                       resolution_hours = s.resolution,
                       within_48h = s.within
                  FROM summary s
                 WHERE s.id = c.id
                   AND (c.next_deadline, c.next_milestone, c.late,
                        c.response_hours, c.plan_hours, c.resolution_hours,
                        c.within_48h)
                       IS DISTINCT FROM (s.next_deadline, s.next_milestone, s.late,
                                         s.response, s.plan, s.resolution, s.within)
                """,
                ids,
            )
        )
        self.invalidate_model(
            [
                "next_deadline",
                "next_milestone",
                "late",
                "response_hours",
                "plan_hours",
                "resolution_hours",
                "within_48h",
            ],
            flush=False,
        )

    @api.depends("clock_ids.state", "clock_ids.deadline")
    def _compute_clock_data(self):
        """What the countdown shows: the server's answer, not arithmetic there."""
        labels = dict(
            self.env["export.crm.claim.clock"]
            ._fields["milestone"]
            ._description_selection(self.env)
        )
        order = [name for name, _label in MILESTONES]
        for claim in self:
            rows = claim.sudo().clock_ids.filtered(  # a deadline is everybody's
                lambda row, c=claim: row.milestone != "ack"
                and row.cycle == c._log_cycle(row.milestone)
            )
            claim.clock_data = [
                {
                    "milestone": row.milestone,
                    "label": labels[row.milestone],
                    "state": row.state,
                    "deadline": fields.Datetime.to_string(row.deadline) or False,
                    "ended": fields.Datetime.to_string(row.ended_at) or False,
                    "late": row.late,
                    "left": row.left_hours,
                    "fallback": row.fallback,
                    "title": row._explain(),
                }
                for row in rows.sorted(lambda row: order.index(row.milestone))
            ]


class ExportCrmClaimClock(models.Model):
    _inherit = "export.crm.claim.clock"

    def _explain(self):
        """Return in one sentence what was promised and how it stands."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        parts = []
        if self.target_hours:
            hours = number(self.env, self.target_hours)
            parts.append(
                self.env._("Target: %s working hours", hours)
                if self.basis == clock.WORKING
                else self.env._("Target: %s hours", hours)
            )
        parts.append(states[self.state])
        if self.deadline:
            due = format_datetime(self.env, self.deadline)
            parts.append(self.env._("due %(date)s", date=due))
        if self.late:
            parts.append(self.env._("late"))
        if self.fallback:
            parts.append(self.env._("no working calendar: every hour counts"))
        return " · ".join(parts)
