from datetime import date, timedelta
from unittest.mock import patch

import psycopg2.errors
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import Killed, PipelineCase

RUN_LOGGER = "odoo.addons.export_crm.models.core.export_crm_job_run"
SLEEP = f"{RUN_LOGGER}.time.sleep"


@tagged("post_install", "-at_install")
class TestCorePipeline(PipelineCase):
    """Both scheduled actions do what is due: once, completely, in batches."""

    def test_nightly_walks_over_all_customers(self):
        self.run_jobs("nightly")
        today = self.company._export_today()
        self.assertEqual(
            [len(call[2]) for call in self.calls], [4, 4, 2], "batches by id"
        )
        self.assertEqual(self.judged(), self.customers.ids)
        self.assertEqual(self.result(), dict.fromkeys(self.customers.ids, today))
        self.assertRecordValues(
            self.nightly,
            [
                {
                    "state": "waiting",
                    "last_as_of": today,
                    "as_of": False,
                    "customers_done": 10,
                    "cursor": 0,
                    "progress": 100.0,
                    "error_count": 0,
                }
            ],
        )
        self.assertTrue(self.nightly.last_end)

    def test_second_run_does_nothing(self):
        self.run_jobs("nightly")
        self.assertFalse(self.run_jobs("nightly"))

    def test_check_judges_marked_customers_then_all(self):
        self.mark(self.customers[3])
        self.mark(self.customers[3] | self.customers[1])
        calls = self.run_jobs("check")
        self.assertEqual(calls[0][2], tuple(self.customers[1:4:2].ids))
        self.assertEqual(len(calls), 4, "the marked ones, and the day's pass")
        self.mark(self.customers[5])
        calls = self.run_jobs("check")
        self.assertEqual([call[2] for call in calls], [(self.customers[5].id,)])
        self.assertFalse(self.run_jobs("check"))

    def test_marked_between_two_batches_is_judged_next(self):
        """A pass over many does not keep a marked customer waiting."""
        self.run_until("check", 1)
        self.mark(self.customers[0])
        calls = self.run_jobs("check")
        self.assertEqual(calls[0][2], (self.customers[0].id,))
        self.assertEqual(self.judged()[1:], self.customers.ids[4:])

    def test_pass_goes_on_however_many_are_marked(self):
        """Marks and pass take turns."""

        def mark_again(company, ids):
            self.env.cr.execute(
                "INSERT INTO export_crm_dirty (partner_id, company_id) VALUES (%s, %s)",
                [self.customers[0].id, company.id],
            )

        self.mark(self.customers[0])
        self.faults["facts"] = mark_again
        calls = self.run_until("check", 6)
        self.assertEqual([len(call[2]) for call in calls], [1, 4, 1, 4, 1, 2])
        self.assertEqual(self.check.last_as_of, self.company._export_today())

    def test_marked_during_the_nightly_pass_is_judged_by_it(self):
        """The nightly job has the company's turn, so it does this work as well."""
        self.run_until("nightly", 1)
        self.mark(self.customers[0])
        calls = self.run_jobs("nightly")
        self.assertEqual(calls[0][2], (self.customers[0].id,))
        self.assertEqual(self.judged()[1:], self.customers.ids[4:])

    def test_marked_while_being_judged_is_judged_again(self):
        """Only the marks that were read are removed."""
        self.run_jobs("check")
        self.mark(self.customers[0])

        def meanwhile(company, ids):
            self.faults.clear()
            # Another transaction's mark, as it looks once both have committed.
            self.env.cr.execute(
                "INSERT INTO export_crm_dirty (partner_id, company_id) VALUES (%s, %s)",
                [ids[0], company.id],
            )

        self.faults["facts"] = meanwhile
        calls = self.run_jobs("check")
        self.assertEqual([call[2] for call in calls], [(self.customers[0].id,)] * 2)

    def test_phases_and_runs(self):
        """Company-wide steps see all customers; each step only in its runs."""
        nightly_only = frozenset({"nightly"})
        self.step_list = [
            self.step("facts"),
            self.step("wide", nightly_only),
            self.step("tier"),
        ]
        codes = [call[0] for call in self.run_jobs("nightly")]
        self.assertEqual(codes, ["facts"] * 3 + ["wide"] + ["tier"] * 3)
        self.assertEqual(self.nightly.customers_done, 10)
        codes = [call[0] for call in self.run_jobs("check")]
        self.assertEqual(codes, ["facts", "tier"] * 3)
        self.mark(self.customers[0])
        codes = [call[0] for call in self.run_jobs("check")]
        self.assertEqual(codes, ["facts", "tier"])

    # === KILLED, LATE, IN TURN === #

    def test_killed_in_a_batch_and_resumed(self):
        def kill(company, ids):
            if self.customers[5].id in ids:
                raise Killed

        self.faults["facts"] = kill
        self.run_killed("nightly")
        self.assertEqual(sorted(self.result()), self.customers.ids[:4])
        self.assertEqual(self.nightly.cursor, self.customers[3].id)
        self.faults.clear()
        self.run_jobs("nightly")
        self.assertEqual(self.judged(), self.customers.ids[4:])
        self.assertEqual(sorted(self.result()), self.customers.ids)
        self.assertEqual(self.nightly.customers_done, 10)

    def test_killed_while_judging_marked_keeps_the_marks(self):
        self.run_jobs("check")
        self.mark(self.customers[:3])

        def kill(company, ids):
            raise Killed

        self.faults["facts"] = kill
        self.run_killed("check")
        self.faults.clear()
        self.run_jobs("check")
        self.assertEqual(self.judged(), self.customers[:3].ids)

    def test_every_point_of_interruption_gives_the_same_result(self):
        self.step_list = [self.step("facts"), self.step("wide"), self.step("tier")]
        whole = [call[:3] for call in self.run_jobs("nightly")]
        for batches in range(1, len(whole) + 1):
            self.nightly.last_as_of = False
            parts = [call[:3] for call in self.run_until("nightly", batches)]
            self.assertEqual(len(parts), batches)
            parts += [call[:3] for call in self.run_jobs("nightly")]
            self.assertEqual(parts, whole, f"interrupted after {batches}")

    def test_resumed_pass_keeps_its_day(self):
        self.company.export_nightly_hour = 2
        with freeze_time("2025-03-10 23:50:00"):
            self.run_until("nightly", 1)
        with freeze_time("2025-03-11 00:10:00"):
            calls = self.run_jobs("nightly")
        self.assertEqual({call[3] for call in calls}, {date(2025, 3, 10)})
        self.assertEqual(self.nightly.last_as_of, date(2025, 3, 10))

    def test_pass_that_stood_still_for_a_day_begins_anew(self):
        with freeze_time("2025-03-10 12:00:00"):
            self.run_until("nightly", 1)
        with freeze_time("2025-03-12 12:00:00"):
            self.run_jobs("nightly")
        self.assertEqual(self.judged(), self.customers.ids)
        self.assertEqual(set(self.result().values()), {date(2025, 3, 12)})

    def test_phase_gone_after_an_update_begins_anew(self):
        self.run_until("nightly", 1)
        self.step_list = [self.step("tier")]
        self.run_jobs("nightly")
        self.assertEqual(self.judged("tier"), self.customers.ids)

    def test_company_that_waited_longest_comes_first(self):
        other = self._make_company("Two", "UTC")
        self.members[other.id] = self.customers.ids
        self.run_until("nightly", 1)
        first = self.calls[0][1]
        self.run_until("nightly", 1)
        self.assertNotEqual(self.calls[0][1], first)

    # === DUE === #

    def test_due_in_company_local_time(self):
        self.company.export_nightly_hour = 2
        shanghai = self._make_company("Shanghai", "Asia/Shanghai", hour=2)
        newyork = self._make_company("New York", "America/New_York", hour=2)
        companies = self.company | shanghai | newyork
        for company in companies:
            self.members[company.id] = self.customers[:1].ids
            self._jobs(company).last_as_of = date(2025, 3, 9)
        # (UTC time, who starts, as of): New York's clocks went forward on the 9th
        for now, company, day in (
            ("2025-03-09 17:59:00", None, None),
            ("2025-03-09 18:00:00", shanghai, 10),
            ("2025-03-09 18:59:00", None, None),
            ("2025-03-10 01:59:00", None, None),
            ("2025-03-10 02:00:00", self.company, 10),
            ("2025-03-10 05:59:00", None, None),
            ("2025-03-10 06:00:00", newyork, 10),
            ("2025-03-10 18:00:00", shanghai, 11),
        ):
            with freeze_time(now):
                calls = self.run_jobs("nightly")
            expected = [(company.id, date(2025, 3, day))] if company else []
            self.assertEqual([(call[1], call[3]) for call in calls], expected, now)

    def test_check_is_due_after_local_midnight(self):
        newyork = self._make_company("New York", "America/New_York")
        self.members = {newyork.id: self.customers[:1].ids}
        self._jobs(newyork).last_as_of = date(2025, 3, 9)
        with freeze_time("2025-03-10 03:59:00"):
            self.assertFalse(self.run_jobs("check"))
        with freeze_time("2025-03-10 04:00:00"):
            self.assertEqual(len(self.run_jobs("check")), 1)

    def test_hour_setting_and_next_run(self):
        self.company.export_nightly_hour = 22
        with freeze_time("2025-03-10 21:00:00"):
            self.nightly.last_as_of = date(2025, 3, 9)
            self.assertFalse(self.run_jobs("nightly"))
            self.assertEqual(
                self.nightly.next_run,
                fields.Datetime.to_datetime("2025-03-10 22:00:00"),
            )
        with freeze_time("2025-03-10 22:00:00"):
            self.assertTrue(self.run_jobs("nightly"))
            self.assertEqual(
                self.nightly.next_run,
                fields.Datetime.to_datetime("2025-03-11 22:00:00"),
            )

    # === OTHERS AT WORK === #

    def test_serialization_error_is_retried(self):
        failures = [
            psycopg2.errors.SerializationFailure("concurrent update"),
            psycopg2.errors.DeadlockDetected("deadlock"),
        ]

        def fail(company, ids):
            if failures:
                raise failures.pop()

        self.faults["facts"] = fail
        with patch(SLEEP) as sleep:
            self.run_jobs("nightly")
        self.assertEqual(sleep.call_count, 2)
        self.assertEqual(self.judged(), self.customers.ids)
        self.assertFalse(self.open_errors())
        self.assertEqual(self.nightly.customers_done, 10)

    def test_lasting_conflict_leaves_the_rest_for_later(self):
        def fail(company, ids):
            raise psycopg2.errors.SerializationFailure("concurrent update")

        self.faults["facts"] = fail
        with patch(SLEEP):
            self.run_jobs("nightly")
        self.assertFalse(self.open_errors())
        self.assertFalse(self.nightly.last_end)
        self.faults.clear()
        self.run_jobs("nightly")
        self.assertEqual(self.judged(), self.customers.ids)

    def test_other_job_has_the_company(self):
        locked = patch(f"{RUN_LOGGER}.CRONS", ["check", "nightly", "the locked one"])
        with locked, patch(SLEEP):
            with self.assertRaises(ConcurrencyError):
                self.nightly._lock()
            self.assertFalse(self.run_jobs("nightly"))
        self.assertTrue(self.run_jobs("nightly"))

    # === THE SCHEDULED ACTIONS === #

    def test_crons(self):
        self.mark(self.customers[0])
        for xml_id, expected in (
            ("export_crm.export_crm_payment_delay_cron", 4),
            ("export_crm.export_crm_nightly_cron", 3),
        ):
            self.calls.clear()
            cron = self.env.ref(xml_id)
            with (
                freeze_time("2025-03-10 12:00:00"),
                self.enter_registry_test_mode(),
            ):
                self.assertIs(cron.method_direct_trigger(), True)
            self.assertEqual(len(self.calls), expected, xml_id)
            progress = self.env["ir.cron.progress"].search(
                [("cron_id", "=", cron.id)], limit=1, order="id desc"
            )
            self.assertEqual(progress.remaining, 0)

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_remaining_is_told_first(self):
        """A run that gets nowhere in its time is called again at once."""
        self.nightly.total = 0
        remaining = []

        def kill(company, ids):
            remaining.extend(
                self.env["ir.cron.progress"]
                .search([], limit=1, order="id desc")
                .mapped("remaining")
            )

        self.faults["facts"] = kill
        cron = self.env.ref("export_crm.export_crm_nightly_cron")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertGreaterEqual(remaining[0], 1)

    @mute_logger(RUN_LOGGER)
    def test_one_company_failing_does_not_stop_the_other(self):
        other = self._make_company("Two", "UTC")
        self.members[other.id] = self.customers[:2].ids

        def fail(company, ids):
            if company == self.company:
                raise ValueError("broken here")

        self.step_list = [self.step("wide"), self.step("facts")]
        self.faults["wide"] = fail
        self.run_jobs("nightly")
        self.assertEqual(self._jobs(other)[1].customers_done, 2)
        self.assertEqual(self.nightly.state, "failed")
        self.assertFalse(self.nightly.last_end)
        error = self.open_errors()
        self.assertRecordValues(
            error,
            [{"partner_id": False, "step": "wide", "message": "broken here"}],
        )
        self.assertIn("ValueError", error.traceback)
        self.assertFalse(self.run_jobs("nightly"), "not again at once")
        self.faults.clear()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.run_jobs("nightly")
        self.assertEqual(self.nightly.state, "waiting")
        self.assertEqual(error.state, "resolved")
