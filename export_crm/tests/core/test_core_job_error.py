from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PipelineCase

RUN_LOGGER = "odoo.addons.export_crm.models.core.export_crm_job_run"
STEP_LOGGER = "odoo.addons.export_crm.models.core.export_crm_job_step"


@tagged("post_install", "-at_install")
class TestCoreJobError(PipelineCase):
    """A customer that can't be judged is set aside and listed; the rest go on."""

    def fail_for(self, bad_ids):
        """Have the first step fail in the database for some customers."""

        def fail(company, ids):
            self.env.cr.execute(
                "SELECT sum(1 / (CASE WHEN id = ANY(%s) THEN 0 ELSE 1 END))"
                "  FROM unnest(%s) AS id",
                [list(bad_ids), list(ids)],
            )

        self.faults["facts"] = fail

    @mute_logger(STEP_LOGGER)
    def test_ten_corrupt_among_two_thousand(self):
        customers = self._make_customers(2000)
        self.members = {self.company.id: customers.ids}
        self.batch_size = 5000
        bad = set(customers.ids[::201])
        self.assertEqual(len(bad), 10)
        self.fail_for(bad)
        self.step_list = [self.step("facts"), self.step("tier")]
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.run_jobs("nightly")
        self.assertEqual(set(self.judged()), set(customers.ids) - bad)
        self.assertEqual(len(self.judged()), 1990, "nobody twice")
        self.assertEqual(set(self.judged("tier")), set(customers.ids) - bad)
        self.assertEqual(set(self.result()), set(customers.ids) - bad)
        errors = self.open_errors()
        self.assertEqual(set(errors.partner_id.ids), bad)
        self.assertEqual(set(errors.mapped("step")), {"facts"})
        self.assertEqual(set(errors.mapped("message")), {"division by zero"})
        self.assertEqual(self.nightly.error_count, 10)
        self.assertEqual(self.nightly.customers_done, 2000)
        self.assertTrue(self.nightly.last_end, "the pass is finished")

    @mute_logger(STEP_LOGGER)
    def test_resolved_by_a_later_run(self):
        bad = self.customers[2]
        self.fail_for(bad.ids)
        self.run_jobs("nightly")
        error = self.open_errors()
        self.mark(bad)
        self.run_jobs("check")
        self.assertEqual(self.open_errors(), error, "one row, however often")
        self.faults.clear()
        error.action_retry()
        self.env.cr.precommit.run()
        self.run_jobs("check")
        self.assertEqual(self.judged(), bad.ids)
        self.assertEqual(error.state, "resolved")
        self.assertTrue(error.date_resolved)
        self.assertFalse(self.open_errors())

    @mute_logger(STEP_LOGGER)
    def test_error_of_one_company_stays_there(self):
        other = self._make_company("Two", "UTC")
        self.members[other.id] = self.customers.ids

        def fail(company, ids):
            if company == self.company and self.customers[0].id in ids:
                raise ValueError("here only")

        self.faults["facts"] = fail
        self.run_jobs("nightly")
        self.assertEqual(self.open_errors().partner_id, self.customers[0])
        self.assertEqual(self._jobs(other)[1].error_count, 0)
        self.assertIn(self.customers[0].id, self.result(other))

    @mute_logger(RUN_LOGGER)
    def test_broken_step_is_not_blamed_on_customers(self):
        customers = self._make_customers(60)
        self.members = {self.company.id: customers.ids}
        self.batch_size = 5000
        self.fail_for(customers.ids)
        self.run_jobs("nightly")
        self.assertRecordValues(
            self.open_errors(),
            [{"partner_id": False, "step": "facts", "kind": "nightly"}],
        )
        self.assertEqual(self.nightly.state, "failed")

    @mute_logger(RUN_LOGGER)
    def test_broken_step_keeps_the_marks(self):
        self.run_jobs("check")
        customers = self._make_customers(60)
        self.mark(customers)
        self.fail_for(customers.ids)
        self.run_jobs("check")
        self.assertEqual(self.check.state, "failed")
        self.assertEqual(self.check.waiting_count, 60)

    @mute_logger(RUN_LOGGER)
    def test_retry_of_a_broken_step_runs_the_job(self):
        self.step_list = [self.step("wide")]

        def fail(company, ids):
            raise ValueError("broken")

        self.faults["wide"] = fail
        self.run_jobs("nightly")
        self.faults.clear()
        self.open_errors().action_retry()
        self.assertTrue(self.nightly.run_requested)
        self.assertTrue(self.run_jobs("nightly"))
        self.assertFalse(self.open_errors())
