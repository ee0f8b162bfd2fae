import logging
import random
import time
from datetime import timedelta
from itertools import count

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.core import pipeline
from .export_crm_job import CRONS

_logger = logging.getLogger(__name__)

BUSY = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
TRIES = 6
# Marks read at once: about two seconds of work.
DIRTY_LIMIT = 2000
# A broken step is tried again after this, not every minute.
RETRY_AFTER = timedelta(minutes=30)
# A pass that stood still for longer begins anew: its day is over.
STALE_AFTER = timedelta(days=1)


class ExportCrmJob(models.Model):
    """The engine: walks over the customers, batch by batch, a commit after each.

    Two scheduled actions use it at the same time. In one company they take turns
    by batch: each batch locks both job rows of the company (``SKIP LOCKED``), and
    writes its own, so that whoever looked at an older state is told so by the
    database (serialization failure) and starts its batch again.
    """

    _inherit = "export.crm.job"

    @api.model
    def _cron_run(self, kind):
        """Do what is due of one kind in all companies, as far as time allows.

        Safe to run twice, late, or after being killed. One company's failure is
        noted on its job row and the others go on.

        :param kind: ``check`` or ``nightly``
        """
        # Figures are the company's, whoever runs the scheduled action.
        jobs_model = self.sudo()
        jobs_model._ensure_jobs()
        # Whoever had no turn for the longest time comes first: none starves.
        jobs = jobs_model.search(
            [("kind", "=", kind), ("company_id.active", "=", True)],
            order="heartbeat NULLS FIRST, id",
        )
        left = {job: job._expect_work() for job in jobs}
        jobs_model._commit(0, left)
        for job in jobs:
            if left[job] and not job._run(left):
                break
        jobs_model._commit(0, left)

    def _expect_work(self):
        try:
            return self._work_left()
        except Exception:
            # Something, then; what is wrong is found and noted when the job runs.
            return 1

    @api.model
    def _commit(self, processed, left):
        """Commit; tell the scheduler what is left. Returns the seconds left."""
        return self.env["ir.cron"]._commit_progress(
            processed, remaining=sum(left.values())
        )

    def _run(self, left):
        """Do the batches of one job until nothing is left or time is up.

        :param left: work left by job; kept up to date
        :return: whether there is time for the next job
        """
        try:
            for turn in count():
                if not left[self]:
                    break
                if not self._retrying(self._run_and_commit, left, turn % 2):
                    return False
        except BUSY:
            _logger.info("%s is busy, to be continued later", self._log_name())
        except Exception as error:
            self.env.cr.rollback()
            _logger.exception("%s failed", self._log_name())
            try:
                self._retrying(self._fail, error, left)
            except BUSY:
                _logger.info("%s fails again at its next turn", self._log_name())
        return True

    def _retrying(self, func, *args):
        """Call ``func``; on a serialization error or a taken lock roll back, repeat.

        :raise BUSY: still so after the last try
        """
        for attempt in range(1, TRIES + 1):
            try:
                return func(*args)
            except BUSY as error:
                self.env.cr.rollback()
                if attempt == TRIES:
                    raise
                _logger.info("%s: %s, trying again", self._log_name(), error)
                time.sleep(random.uniform(0, 0.05 * 2**attempt))

    def _run_and_commit(self, left, pass_first):
        processed = self._run_batch(pass_first)
        left[self] = self._work_left()
        return self._commit(processed, left)

    def _fail(self, error, left):
        """Note that the job can't go on, and let the other companies have a turn."""
        self._lock()
        step = getattr(error, "step", None) or "engine"
        self.env["export.crm.job.error"]._report(
            self.company_id, self.kind, step, {False: self._describe(error)}
        )
        now = fields.Datetime.now()
        self.write({"state": "failed", "retry_at": now + RETRY_AFTER, "heartbeat": now})
        left[self] = 0
        self._commit(0, left)

    # === ONE BATCH: ONE TRANSACTION === #

    def _lock(self):
        """Take the company's turn until the commit.

        The first statement of its transaction, so that nothing was looked at before.

        :raise ConcurrencyError: the other scheduled action has it
        """
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM export_crm_job
                 WHERE company_id = (SELECT company_id FROM export_crm_job
                                      WHERE id = %s)
                   FOR NO KEY UPDATE SKIP LOCKED
                """,
                self.id,
            ),
            # A serialization failure here is a turn missed, not an error.
            log_exceptions=False,
        )
        if self.env.cr.rowcount < len(CRONS):
            raise ConcurrencyError("the company is being judged by another job")
        self.invalidate_recordset()

    def _run_batch(self, pass_first=False):
        """Judge the customers that were marked, or the next batch of the pass.

        :param pass_first: the pass's turn: however many are marked, it ends one day
        :return: number of customers (or company-wide steps) done
        """
        self._lock()
        if pass_first:
            return self._run_pass_batch() or self._run_dirty_batch()
        return self._run_dirty_batch() or self._run_pass_batch()

    def _run_dirty_batch(self):
        """Judge customers that were marked; they don't wait for a pass to end.

        Both jobs do so, since the one that is at work has the company's turn most
        of the time, and the other would hardly get in between.
        """
        partner_ids = self.env["export.crm.dirty"]._take(self.company_id, DIRTY_LIMIT)
        if partner_ids:
            today = self.company_id._export_today()
            for phase in self._phases(pipeline.RUN_DIRTY):
                self._judge(phase, partner_ids, today)
            self._touch()
            _logger.info(
                "%s: %d changed customers judged", self._log_name(), len(partner_ids)
            )
        return len(partner_ids)

    def _run_pass_batch(self):
        if not (self._is_open() or self._is_due()):
            return 0
        phases = self._phases(self.kind)
        codes = [phase[0].code for phase in phases]
        if not self._is_open() or self.phase not in codes:
            self._open_pass(codes)
        if not codes:
            self._close_pass()
            return 0
        index = codes.index(self.phase)
        processed, last_id, finished = self._run_phase(phases[index])
        if not self.done:
            # The first batch has made room for customers that are new here.
            self.total = self._estimate()
        self._touch(processed)
        if phases[index] == self._counting_phase(phases):
            self.customers_done += processed
        if not finished:
            self.cursor = last_id
        elif self.phase != codes[-1]:
            self.write({"phase": codes[index + 1], "cursor": 0})
        self._log_progress()
        if finished and index == len(codes) - 1:
            self._close_pass(phases)
        return processed

    def _run_phase(self, phase):
        """Do the next batch of a phase.

        :return: number done, last customer's id, whether the phase is finished
        """
        if phase[0].company_wide:
            self._run_company_step(phase[0])
            return 1, 0, True
        limit = self._batch_size()
        partner_ids = self.env["export.crm.account"]._facts_partner_batches(
            self.company_id, self.as_of, self.cursor, limit
        )
        if not partner_ids:
            return 0, self.cursor, True
        self._judge(phase, partner_ids, self.as_of)
        return len(partner_ids), max(partner_ids), len(partner_ids) < limit

    # === THE PASS === #

    def _is_open(self):
        """Tell whether a pass was begun that is worth finishing."""
        if not self.as_of:
            return False
        last_sign = self.heartbeat or self.last_start
        return fields.Datetime.now() - last_sign < STALE_AFTER

    def _is_due(self):
        return self.run_requested or pipeline.is_due(
            self.company_id._export_local_now(), self._hour(), self.last_as_of or None
        )

    def _work_left(self):
        """Return how much is to be done now; 0: nothing. An estimate above 0."""
        self.ensure_one()
        if self.retry_at and fields.Datetime.now() < self.retry_at:
            return 0
        left = 0
        if self.kind == "check":
            left = self.env["export.crm.dirty"]._backlog(self.company_id)[0]
        if self._is_open():
            left += max(self.total - self.done, 1)
        elif self._is_due():
            left += max(self._estimate(), 1)
        return left

    def _estimate(self):
        """Return the work of a pass, from the customers known so far."""
        # Archived accounts are looked at too: their documents may come back.
        accounts = self.env["export.crm.account"].with_context(active_test=False)
        customers = accounts.search_count([("company_id", "=", self.company_id.id)])
        return sum(
            1 if phase[0].company_wide else customers
            for phase in self._phases(self.kind)
        )

    def _open_pass(self, codes):
        now = fields.Datetime.now()
        self.write(
            {
                "state": "running",
                "as_of": self.company_id._export_today(),
                "phase": codes[0] if codes else False,
                "cursor": 0,
                "done": 0,
                "total": self._estimate(),
                "customers_done": 0,
                "last_start": now,
                "heartbeat": now,
                "run_requested": False,
                "retry_at": False,
            }
        )

    def _close_pass(self, phases=()):
        now = fields.Datetime.now()
        self.write(
            {
                "state": "waiting",
                "last_as_of": self.as_of,
                "last_end": now,
                "duration": (now - self.last_start).total_seconds(),
                "as_of": False,
                "phase": False,
                "cursor": 0,
                "total": self.done,
                "retry_at": False,
            }
        )
        steps = [step.code for phase in phases for step in phase]
        self.env["export.crm.job.error"]._resolve(
            self.company_id, [*steps, "engine"], kind=self.kind
        )
        self._all_clear()
        _logger.info(
            "%s: finished, %d customers in %.0f s",
            self._log_name(),
            self.customers_done,
            self.duration,
        )

    def _touch(self, processed=0):
        """Show that the job is alive. Every batch writes the row: see the class."""
        self.write(
            {
                "heartbeat": fields.Datetime.now(),
                "done": self.done + processed,
                "state": "running" if self.as_of else "waiting",
                "retry_at": False,
            }
        )

    def _log_progress(self):
        seconds = (fields.Datetime.now() - self.last_start).total_seconds()
        rate = self.done / max(seconds, 1)
        _logger.info(
            "%s: %s, %d of about %d done, %.0f/s, %.0f s to go",
            self._log_name(),
            self.phase,
            self.done,
            max(self.total, self.done),
            rate,
            max(self.total - self.done, 0) / max(rate, 0.001),
        )

    def _log_name(self):
        return f"Export CRM {self.kind}, company {self.company_id.id}"
