"""Follow-ups planned by several processes at once, killed runs, people in between."""

import signal
import sys
import time
import unittest
from collections import Counter
from datetime import timedelta

from followups import (
    Followups,
    cancel,
    each_in_turn,
    finish,
    pipeline,
    pipeline_and_die,
    plan_and_schedule,
)
from processes import FORK, PATIENCE, at_once

from odoo import SUPERUSER_ID, sql_db

CUSTOMERS = 12


def run_once(worker, *args):
    """Do both steps of a batch in one transaction, at the same moment as others."""
    return worker.transact(SUPERUSER_ID, plan_and_schedule, *args, meet=True)


class TestFollowupRaces(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.books = Followups()
        # What one undisturbed run makes of a customer is the measure of all others.
        [partner_id] = cls.books.delivered(1)
        cls.books.do(
            plan_and_schedule, cls.books.company, [partner_id], cls.books.today
        )
        cls.alone = cls.books.rows([partner_id])[partner_id]
        cls.activities, _lost = cls.books.activities([partner_id])

    @classmethod
    def tearDownClass(cls):
        cls.books.restore_plans()

    def setUp(self):
        self.begin = time.monotonic()
        self.mails = self.books.mails()

    def _say(self, outcomes=()):
        tried = dict(Counter(name for o in outcomes for name in o.conflicts))
        took = time.monotonic() - self.begin
        sys.stderr.write(f"\n  {took:.1f} s, tried again: {tried} ... ")

    def _check_like_one_run(self, partner_ids):
        books = self.books
        self.assertEqual(books.doubled(partner_ids), [])
        self.assertEqual(
            books.rows(partner_ids), dict.fromkeys(partner_ids, self.alone)
        )
        self.assertEqual(
            books.activities(partner_ids), (self.activities * len(partner_ids), 0)
        )
        self.assertEqual(books.mails(), self.mails)
        self.assertEqual(books.errors(), [])

    def test_measure(self):
        """The run that the others are compared with does something."""
        steps = {step: state for step, state, _reason, _activity in self.alone}
        self.assertEqual(steps["delivery_1w"], "scheduled")
        self.assertEqual(steps["delivery_1m"], "planned")
        self.assertEqual(steps["delivery_3m"], "planned")
        # All goods have left: there is no schedule to confirm any more.
        self.assertEqual(steps["order_schedule"], "done")
        self.assertGreaterEqual(self.activities, 1)

    def test_two_runs_of_one_batch(self):
        """Two processes see an empty ledger, one of them in the other order."""
        books = self.books
        partner_ids = books.delivered(CUSTOMERS)
        outcomes = at_once(
            books.db,
            (run_once, books.company, partner_ids, books.today),
            (run_once, books.company, partner_ids[::-1], books.today),
        )
        self._say(outcomes)
        self.assertTrue(sum(len(o.conflicts) for o in outcomes), "they never met")
        self._check_like_one_run(partner_ids)

    def test_two_scheduled_actions(self):
        """The nightly pass and the one for changed customers, twice each, at once."""
        books = self.books
        partner_ids = books.delivered(CUSTOMERS)
        books.do(self._begin_anew)
        books.mark(partner_ids)
        at_once(
            books.db,
            (pipeline, books.company, "nightly"),
            (pipeline, books.company, "check"),
            (pipeline, books.company, "nightly"),
            (pipeline, books.company, "check"),
        )
        # Who missed all turns leaves the rest to the next run.
        at_once(books.db, (pipeline, books.company, "check"))
        self._say()
        self._check_like_one_run(partner_ids)

    def test_killed_runs(self):
        """Killed while planning, then while making activities; run again: as one."""
        books = self.books
        partner_ids = books.delivered(CUSTOMERS)
        books.do(self._forget_marks)
        books.do(self._begin_anew)
        for stage in ("_insert", "_create_activities"):
            sql_db.close_all()
            process = FORK.Process(
                target=pipeline_and_die, args=(books.db, books.company, stage, 2)
            )
            process.start()
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, -signal.SIGKILL, stage)
        half = books.rows(partner_ids)
        self.assertTrue(any(half.values()), "a batch was committed before")
        self.assertFalse(all(half.values()), "and one was not")
        for _run in range(2):
            at_once(books.db, (pipeline, books.company, "nightly"))
        self._say()
        self._check_like_one_run(partner_ids)

    def _forget_marks(self, env):
        env.cr.execute(
            "DELETE FROM export_crm_dirty WHERE company_id = %s", [self.books.company]
        )

    def _begin_anew(self, env):
        """Have the nightly pass made again today."""
        jobs = env["export.crm.job"]
        jobs._ensure_jobs()
        jobs.search([("company_id", "=", self.books.company)]).write(
            {"last_as_of": False, "as_of": False, "cursor": 0}
        )

    def _while_it_moves(self, work):
        """Have people do ``work`` at the moment a run moves the same contacts.

        :return: (customers, outcomes of the people's transactions)
        """
        books = self.books
        partner_ids = books.delivered(CUSTOMERS)
        books.do(plan_and_schedule, books.company, partner_ids, books.today)

        def move(env):
            pickings = env["stock.picking"].search(
                [("partner_id", "in", partner_ids), ("state", "=", "done")]
            )
            pickings.export_received_date = books.today - timedelta(days=5)

        books.do(move)
        run = (plan_and_schedule, books.company, partner_ids, books.today)
        outcomes = at_once(
            books.db,
            (each_in_turn, SUPERUSER_ID, *run),
            (each_in_turn, books.salesperson, work, books.company, partner_ids),
        )
        self._say([o for person in outcomes for o in person])
        self.assertFalse([o.refusal for o in outcomes[0] + outcomes[1] if o.refusal])
        self.assertTrue(
            any(o.conflicts for person in outcomes for o in person), "they never met"
        )
        return partner_ids, outcomes[1]

    def test_cancelled_while_it_runs(self):
        """A person cancels the activities that a run is moving: not made again."""
        books = self.books
        partner_ids, people = self._while_it_moves(cancel)
        self.assertEqual({o.value for o in people}, {self.activities})
        for _run in range(2):
            books.do(plan_and_schedule, books.company, partner_ids, books.today)
        self.assertEqual(books.activities(partner_ids), (0, 0))
        cancelled = [
            (step, "cancelled", "user", False) if state == "scheduled" else (step, *row)
            for step, *row in self.alone
            for state in row[:1]
        ]
        self.assertEqual(books.rows(partner_ids), dict.fromkeys(partner_ids, cancelled))

    def test_done_while_it_runs(self):
        """A person does what a run is moving: it counts as done, once."""
        books = self.books
        partner_ids, people = self._while_it_moves(finish)
        self.assertEqual({o.value for o in people}, {self.activities})
        for _run in range(2):
            books.do(plan_and_schedule, books.company, partner_ids, books.today)
        self.assertEqual(
            books.activities(partner_ids)[0], self.activities * len(partner_ids)
        )
        states = {
            (step, state)
            for rows in books.rows(partner_ids).values()
            for step, state, _reason, _activity in rows
        }
        wanted = {
            (step, "done" if state == "scheduled" else state)
            for step, state, _reason, _activity in self.alone
        }
        self.assertEqual(states, wanted)

    def test_five_runs(self):
        """Five processes one after the other change nothing that the first made."""
        books = self.books
        partner_ids = books.delivered(3)
        for _run in range(5):
            at_once(books.db, (run_once, books.company, partner_ids, books.today))
            self._check_like_one_run(partner_ids)
        self._say()
