from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged

from .common import PipelineCase


@tagged("post_install", "-at_install")
class TestCoreJobScreen(PipelineCase):
    """Who may start it, who sees what, and who is told when it stands still."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.salesman = (
            new_test_user(
                cls.env,
                login,
                groups=f"export_crm.export_crm_group_{group}",
                company_id=cls.company.id,
                company_ids=cls.company.ids,
            )
            for login, group in (("boss", "manager"), ("seller", "user"))
        )

    def test_run_now_runs_in_the_background(self):
        self.run_jobs("nightly")
        cron = self.env.ref("export_crm.export_crm_nightly_cron")
        triggers = self.env["ir.cron.trigger"]
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.calls.clear()
        action = self.nightly.with_user(self.manager).action_run_now()
        self.assertEqual(action["tag"], "display_notification")
        self.assertFalse(self.calls, "the web worker does not run it")
        self.assertTrue(triggers.search_count([("cron_id", "=", cron.id)]))
        self.assertEqual(len(self.run_jobs("nightly")), 3, "though not due")
        self.assertFalse(self.run_jobs("nightly"), "once")

    def test_user_without_rights_is_refused(self):
        job = self.nightly.with_user(self.salesman)
        with self.assertRaises(AccessError):
            job.action_run_now()
        with self.assertRaises(AccessError):
            job.read(["state"])
        error = self.Error.create(
            {
                "company_id": self.company.id,
                "partner_id": self.customers[0].id,
                "step": "facts",
                "message": "x",
                "date": fields.Datetime.now(),
            }
        )
        with self.assertRaises(AccessError):
            error.with_user(self.salesman).action_retry()
        for name in ("_cron_run", "_cron_watch", "_ensure_jobs", "_pipeline_steps"):
            with self.assertRaises(AccessError):
                get_public_method(self.Job, name)

    def test_manager_reads_and_changes_nothing(self):
        job = self.nightly.with_user(self.manager)
        self.assertEqual(job.read(["state", "next_run"])[0]["state"], "waiting")
        with self.assertRaises(AccessError):
            job.write({"last_as_of": "2025-01-01"})
        with self.assertRaises(AccessError):
            self.env["export.crm.dirty"].with_user(self.manager).create(
                {"partner_id": self.customers[0].id, "company_id": self.company.id}
            )

    def test_manager_of_another_company_sees_nothing(self):
        other = self._make_company("Two", "UTC")
        jobs = self.Job.with_user(self.manager).search([])
        self.assertEqual(jobs.company_id, self.company)
        with self.assertRaises(AccessError):
            self._jobs(other)[0].with_user(self.manager).action_run_now()

    def test_traceback_is_for_administrators(self):
        self.assertNotIn("traceback", self.Error.with_user(self.manager).fields_get())

    def test_new_company_has_its_jobs(self):
        jobs = self._jobs(self._make_company("New", "UTC"))
        self.assertEqual(jobs.mapped("kind"), ["check", "nightly"])

    def test_changed_setting_asks_for_a_run(self):
        self.run_jobs("nightly")
        other = self._jobs(self._make_company("Two", "UTC"))
        self.company.export_late_grace_days = 9
        self.assertTrue(self.nightly.run_requested and self.check.run_requested)
        self.assertFalse(any(other.mapped("run_requested")))
        self.assertEqual(len(self.run_jobs("nightly")), 3)

    # === WATCHDOG === #

    def watch(self, **later):
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            self.Job._cron_watch()
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "export.crm.job"),
                ("res_id", "in", (self.check | self.nightly).ids),
            ]
        )

    def test_watchdog_is_silent_while_all_is_well(self):
        self.run_jobs("check")
        self.run_jobs("nightly")
        self.assertFalse(self.watch(hours=47))

    def test_watchdog_tells_once_per_cause(self):
        self.run_jobs("check")
        self.run_jobs("nightly")
        self.nightly.last_end -= timedelta(hours=2)
        activity = self.watch(hours=47)
        self.assertEqual(activity.res_id, self.nightly.id)
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(self.nightly.alert, "unfinished")
        self.assertEqual(self.watch(hours=47, minutes=30), activity)

    def test_watchdog_notices_waiting_marks(self):
        self.run_jobs("check")
        self.mark(self.customers[0])
        self.assertFalse(self.watch(minutes=119))
        self.assertEqual(self.watch(minutes=125).res_id, self.check.id)

    def test_alarm_is_taken_back(self):
        self.assertEqual(len(self.watch(days=3)), 2)
        self.run_jobs("nightly")
        self.assertFalse(self.nightly.alert)
        self.assertEqual(self.watch(hours=1).ids, [], "the check's cause is gone too")
