import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.claim import clock
from ..core.wording import labelled
from .export_crm_claim_clock import _Schedules

_logger = logging.getLogger(__name__)

BATCH = 500
MANAGERS = "export_crm.export_crm_group_claims_manager"
CRON = "export_crm.export_crm_claim_clock_cron"
TRIES = 6
# Who comes next when the one who should be told has left.
CHAIN = ("leader", "manager", "director")


class ExportCrmClaim(models.Model):
    """Escalation: who is told, by a clock or by a rule."""

    _inherit = "export.crm.claim"

    escalation_ids = fields.One2many(
        "export.crm.claim.escalation", "claim_id", readonly=True
    )

    # === PEOPLE === #

    def _person(self, role):
        """Return the active person for a role, or the next one above (or nobody)."""
        self.ensure_one()
        # Sudo: to find people, whoever files the claim.
        claim = self.sudo()
        company, department = claim.company_id, claim.department_id
        found = {
            "agent": lambda: claim.user_id,
            "leader": lambda: department.leader_id,
            "manager": lambda: department.manager_id or company.export_claim_manager_id,
            "director": lambda: (
                department.director_id or company.export_claim_director_id
            ),
            "expert": lambda: claim.category_id and claim.category_id._experts(),
            "oncall": claim._on_call,
        }
        above = CHAIN[CHAIN.index(role) + 1 :] if role in CHAIN else CHAIN
        for name in (role, *above):
            people = (found[name]() or self.env["res.users"]).filtered(
                lambda user: user.active and company._export_enters(user)
            )
            if people:
                return people[0]
        managers = self.env["res.groups"].browse(
            self.env["ir.model.data"]._xmlid_to_res_id(MANAGERS)
        )
        return managers.sudo().all_user_ids.filtered(
            lambda user: user.active and not user.share and company._export_enters(user)
        )[:1]

    def _on_call(self):
        # Sudo: to find who is on duty, whoever files the claim.
        return (
            self.env["export.crm.claim.oncall"]
            .sudo()
            ._find(self.company_id, self.department_id, fields.Datetime.now())
        )

    def _is_office_hour(self):
        """Tell whether the claim's company is at work now."""
        self.ensure_one()
        now = fields.Datetime.now()
        # Sudo: the working hours of the company, whoever files the claim.
        company = self.company_id.sudo()
        schedule = _Schedules(self.sudo(), now)._get(
            company.id, company.resource_calendar_id.id, now, 2
        )
        if schedule.fallback:
            return False
        return schedule.between(now, now + timedelta(seconds=1)) > 0

    # === BY RULE === #

    def _escalate_by_rule(self):
        """Write down, once per cycle, the rules that hold for these claims now."""
        # Sudo: the system escalates, whoever causes it.
        rules = self.env["export.crm.claim.escalation.rule"].sudo()
        rules = rules.search([("trigger", "!=", "clock")])
        rows = [
            (claim, "rule", claim.cycle, rule, fields.Datetime.now(), False)
            for claim in self
            if claim.is_open and claim._is_live() and claim._clock("response")
            for rule in rules
            if rule._applies(claim)
        ]
        if self.env["export.crm.claim.escalation"].sudo()._enter(rows):
            self._wake_escalation()

    @api.model
    def _wake_escalation(self):
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()  # anybody's claim may set it off

    def _raise_level(self, level):
        """Raise the service level of these claims, never lower it."""
        lower = self.filtered(lambda claim: level and claim.service_level < level)
        if lower:
            # Sudo: the system raises it. The ledger tells why, not the chatter.
            lower.sudo().with_context(tracking_disable=True).service_level = level


class ExportCrmClaimEscalation(models.Model):
    """The scheduled step: due levels into the ledger, then one message per person."""

    _inherit = "export.crm.claim.escalation"

    # === ENTRY POINT === #

    @api.model
    def _cron_run(self):
        """Escalate what is due. Runs every few minutes; safe to run twice, late, in
        two processes at once, or after being killed in the middle.

        First every due level goes into the ledger, a commit per batch; when none is
        left, people are told: one message each, however long the outage was.
        """
        self = self.sudo()  # everybody's claims
        progress = self.env["ir.cron"]._commit_progress
        for company in self.env["res.company"].search(fields.Domain.TRUE):
            self.env["export.crm.claim"]._follow_tiers(company)
        progress(remaining=self._count_due())
        while found := self._retrying(self._enter_due):
            if not progress(found, remaining=self._count_due()):
                return
        for user_id in self._waiting_users():
            self._retrying(self._tell, user_id)
            progress(1)

    def _retrying(self, work, *args):
        """Return what ``work`` returns; begin anew when another process was there."""
        for attempt in range(TRIES):
            try:
                result = work(*args)
                self.env.flush_all()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt == TRIES - 1:
                    _logger.info("Claim escalation is busy, to be continued later")
        return 0

    # === LEDGER === #

    def _count_due(self):
        return self.env["export.crm.claim.clock"].search_count(
            [("next_step_at", "<=", fields.Datetime.now())]
        )

    def _enter_due(self):
        """Write one batch of due levels into the ledger; return how many clocks.

        The rows are locked for this transaction, those of another run skipped.
        """
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM export_crm_claim_clock
                 WHERE next_step_at <= %s
                 ORDER BY next_step_at
                 LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                now,
                BATCH,
            ),
            log_exceptions=False,
        )
        clocks = self.env["export.crm.claim.clock"].browse(
            id_ for [id_] in self.env.cr.fetchall()
        )
        if not clocks:
            return 0
        try:
            with self.env.cr.savepoint():
                self._enter_clocks(clocks, now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            _logger.info("A batch of claim clocks failed: one by one", exc_info=True)
            for row in clocks:
                self._enter_alone(row, now)
        return len(clocks)

    def _enter_alone(self, row, now):
        """Escalate one clock; set it aside with its error when that fails."""
        try:
            with self.env.cr.savepoint():
                self._enter_clocks(row, now)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.warning("Claim clock %d set aside: %s", row.id, error)
            errors = self.env["export.crm.job.error"]
            claim = row.claim_id
            partner = claim.commercial_partner_id.id or False
            described = self.env["export.crm.job"]._describe(error)
            errors._report(claim.company_id, "check", "claims", {partner: described})
            row.next_step_at = now + timedelta(hours=1)

    def _enter_clocks(self, clocks, now):
        """Enter all levels that these clocks have reached; refresh the clocks."""
        rules = self.env["export.crm.claim.escalation.rule"]
        rules = rules.search([("trigger", "=", "clock")], order="level")
        logs = clocks._logs(clocks.claim_id)
        schedules = _Schedules(clocks, now)
        rows = []
        for row in clocks:
            log = logs[row.claim_id.id, row.milestone, row.cycle]
            due = []
            for rule in rules.filtered(lambda r, row=row: r.level >= row.next_level):
                moment = clocks._moment(log, schedules, rule.percent / 100)
                if moment and moment <= now:
                    due.append((rule, moment))
            key = (row.claim_id, row.milestone, row.cycle)
            rows += [(*key, rule, moment, rule != due[-1][0]) for rule, moment in due]
        self._enter(rows)
        self.env["export.crm.claim.clock"]._refresh(clocks.claim_id, now)

    def _enter(self, rows):
        """Insert rows of ``(claim, milestone, cycle, rule, due, overtaken)``.

        Those that are there already are left out: nothing is told twice.

        :return: number of new rows
        """
        if not rows:
            return 0
        self.env.flush_all()
        known = {
            (row.claim_id.id, row.milestone, row.cycle, row.level)
            for row in self.search(
                [("claim_id", "in", list({row[0].id for row in rows}))]
            )
        }
        vals_list, raised = [], defaultdict(self.env["export.crm.claim"].browse)
        for claim, milestone, cycle, rule, due, overtaken in rows:
            if (claim.id, milestone, cycle, rule.level) in known:
                continue
            vals_list.append(
                {
                    "claim_id": claim.id,
                    "company_id": claim.company_id.id,
                    "milestone": milestone,
                    "cycle": cycle,
                    "level": rule.level,
                    "rule_id": rule.id,
                    "user_id": False if overtaken else claim._person(rule.role).id,
                    "due_at": due,
                    "overtaken": overtaken,
                }
            )
            if not overtaken:
                raised[rule.service_level] |= claim
        self.create(vals_list)
        for level in sorted(filter(None, raised)):
            raised[level]._raise_level(level)
        return len(vals_list)

    # === TELLING === #

    @api.model
    def _waiting_users(self):
        groups = self._read_group(self._waiting_domain(), ["user_id"])
        return [user.id for [user] in groups]

    @api.model
    def _waiting_domain(self):
        return [
            ("told_at", "=", False),
            ("overtaken", "=", False),
            ("user_id", "!=", False),
        ]

    def _tell(self, user_id):
        """Tell one person everything that waits for them, in one message."""
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM export_crm_claim_escalation
                 WHERE user_id = %s AND told_at IS NULL AND overtaken IS NOT TRUE
                 ORDER BY id
                   FOR UPDATE SKIP LOCKED
                """,
                user_id,
            ),
            log_exceptions=False,
        )
        rows = self.browse(id_ for [id_] in self.env.cr.fetchall())
        if not rows:
            return
        rows.told_at = fields.Datetime.now()
        # A claim that was solved meanwhile needs nobody any more.
        rows = rows.filtered(lambda row: row.claim_id.is_open)
        if rows:
            rows._make_activities()
            rows._notify_person()

    def _make_activities(self):
        kind = self.env.ref("export_crm.mail_activity_type_claim_escalation")
        by_claim = self.grouped("claim_id")
        todo = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        todo.create(
            [
                {
                    "activity_type_id": kind.id,
                    "automated": True,
                    "date_deadline": claim.company_id._export_today(),
                    "res_id": claim.id,
                    "res_model_id": self.env["ir.model"]._get_id(claim._name),
                    "summary": rows._reason(),
                    "user_id": rows.user_id.id,
                }
                for claim, rows in by_claim.items()
            ]
        )

    def _reason(self):
        """Return why this is told, in the person's language."""
        rows = self.with_context(lang=self.user_id.lang)
        labels = dict(self._fields["milestone"]._description_selection(rows.env))
        return ", ".join(
            row.rule_id.name
            if row.milestone == "rule"
            else labelled(rows.env, labels[row.milestone], row.rule_id.name)
            for row in rows
        )

    def _notify_person(self):
        """Send one message: about the claim, or a digest when there are several."""
        user = self.user_id
        rows = self.with_context(lang=user.lang)
        claims = rows.claim_id
        body = rows.env["ir.qweb"]._render(
            "export_crm.claim_escalation_digest",
            {
                "user": user,
                "lines": [
                    (claim, group._reason())
                    for claim, group in rows.grouped("claim_id").items()
                ],
            },
        )
        if len(claims) == 1:
            subject = rows.env._("Claim %(claim)s needs you", claim=claims.name)
        else:
            subject = rows.env._("%(count)s claims need you", count=len(claims))
        thread = claims if len(claims) == 1 else rows.env["mail.thread"]
        thread.message_notify(
            partner_ids=user.partner_id.ids,
            subject=subject,
            body=body,
            force_send=False,
        )


class ExportCrmClaimClock(models.Model):
    _inherit = "export.crm.claim.clock"

    def _moment(self, log, schedules, share):
        """Return when a share of the target is used up; see :meth:`_logs`."""

        def judge(book):
            return clock.share_moment(log, book, share)

        return schedules.until_known(log, judge)
