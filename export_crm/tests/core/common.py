from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase

from ...tools.core.pipeline import ALL_RUNS, Step


class Killed(BaseException):
    """The process is gone: nothing catches this, nothing is committed."""


class PipelineCase(TransactionCase):
    """Runs the engine with its own transactions, over steps that tests define."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["export.crm.dirty"].search([]).unlink()
        cls.Job = cls.env["export.crm.job"]
        cls.Error = cls.env["export.crm.job.error"]
        # Whatever companies the database has: they are not due.
        cls.Job.search([]).last_as_of = date(2100, 1, 1)
        cls.company = cls._make_company("One", "UTC")
        cls.customers = cls._make_customers(10)
        cls.check, cls.nightly = cls._jobs(cls.company)

    @classmethod
    def _make_company(cls, name, zone, hour=0):
        """Make a company whose nightly pass may run at any hour unless told."""
        company = cls.env["res.company"].create(
            {"name": name, "export_nightly_hour": hour}
        )
        company.partner_id.tz = zone
        return company

    @classmethod
    def _make_customers(cls, count):
        return cls.env["res.partner"].create(
            [{"name": f"C{i}", "is_company": True} for i in range(count)]
        )

    @classmethod
    def _jobs(cls, company):
        return cls.Job.search([("company_id", "=", company.id)], order="kind")

    def setUp(self):
        super().setUp()
        # Customers of each company; any other company has none.
        self.members = {self.company.id: self.customers.ids}
        self.calls = []  # (step code, company id, tuple of ids or None, as-of)
        self.faults = {}  # step code: function(company, ids), may raise
        self.step_list = [self.step("facts")]
        self.batch_size = 4
        account = self.registry["export.crm.account"]
        job = self.registry["export.crm.job"]
        test = self

        def next_ids(model, company, as_of, after_id, limit):
            ids = sorted(test.members.get(company.id, []))
            return [id_ for id_ in ids if id_ > after_id][:limit]

        def batch_step(code):
            def method(model, company, partner_ids, as_of):
                test.faults.get(code, lambda *args: None)(company, partner_ids)
                test.write_result(model.env, company, partner_ids, as_of)
                test.calls.append((code, company.id, tuple(partner_ids), as_of))

            return method

        def company_step(model, company, as_of):
            test.faults.get("wide", lambda *args: None)(company, None)
            test.calls.append(("wide", company.id, None, as_of))

        for target, name, replacement in (
            (account, "_facts_partner_batches", next_ids),
            (account, "_test_facts", batch_step("facts")),
            (account, "_test_tier", batch_step("tier")),
            (account, "_test_wide", company_step),
            (job, "_pipeline_steps", lambda model: test.step_list),
            (job, "_batch_size", lambda model: test.batch_size),
        ):
            self.patch_created(target, name, replacement)

    def patch_created(self, target, name, replacement):
        patcher = patch.object(target, name, replacement, create=True)
        patcher.start()
        self.addCleanup(patcher.stop)

    def step(self, code, runs=ALL_RUNS):
        """Return a step; ``wide`` is the company-wide one."""
        return Step(
            code,
            code.title(),
            "export.crm.account",
            f"_test_{code}",
            runs,
            company_wide=code == "wide",
        )

    def write_result(self, env, company, partner_ids, as_of):
        """Leave a trace of a judged customer in the database."""
        for partner_id in partner_ids:
            env.cr.execute(
                """
                INSERT INTO export_crm_account (partner_id, company_id, as_of)
                VALUES (%s, %s, %s)
                ON CONFLICT (partner_id, company_id) DO UPDATE SET as_of = %s
                """,
                [partner_id, company.id, as_of, as_of],
            )

    def result(self, company=None):
        """Return ``{partner id: as-of}``."""
        self.env.cr.execute(
            "SELECT partner_id, as_of FROM export_crm_account WHERE company_id = %s",
            [(company or self.company).id],
        )
        return dict(self.env.cr.fetchall())

    @contextmanager
    def engine(self, **context):
        """Give the job model on a cursor of its own, whose commits are real."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, context)["export.crm.job"]

    def run_jobs(self, kind):
        """Run one scheduled action to its end; return the calls of the steps."""
        self.calls.clear()
        with self.engine() as job:
            job._cron_run(kind)
        return self.calls

    def run_killed(self, kind):
        """Run into a step that kills the process; what was committed stays."""
        try:
            self.run_jobs(kind)
        except Killed:  # not assertRaises: that one rolls everything back
            return
        self.fail("not killed")

    def run_until(self, kind, batches):
        """Run, and be told after so many batches that time is up."""
        self.calls.clear()
        cron = self.registry["ir.cron"]
        commit = cron._commit_progress
        done = []

        def limited(model, processed=0, **kwargs):
            commit(model, processed, **kwargs)
            done.append(processed)
            return 0 if len(done) > batches else 1

        with patch.object(cron, "_commit_progress", limited), self.engine() as job:
            job._cron_run(kind)
        return self.calls

    def mark(self, partners, company=None):
        self.env["export.crm.dirty"]._mark(partners, company or self.company)
        self.env.cr.precommit.run()

    def judged(self, code="facts"):
        """Return the customers of the calls to a step, one by one, in order."""
        return [id_ for call in self.calls if call[0] == code for id_ in call[2]]

    def open_errors(self):
        return self.Error.search(
            [("company_id", "=", self.company.id), ("state", "=", "open")]
        )
