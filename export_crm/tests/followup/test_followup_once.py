from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.core import pipeline
from .common import DeliveredCommon


@tagged("post_install", "-at_install")
class TestFollowupOnce(DeliveredCommon):
    """Nothing is done twice, nothing that somebody has ended comes back."""

    def test_five_runs(self):
        mails = self.env["mail.mail"].search_count([])
        for _run in range(5):
            self._run(as_of=self.day)
        self.assertEqual(len(self._rows()), 3)
        self.assertEqual(len(self._activities()), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_unique_in_the_database(self):
        self._run(as_of=self.day)
        week = self._week()
        self.env.cr.execute(
            """
            INSERT INTO export_crm_followup (company_id, res_model, res_id, step,
                   cycle, planned_date, due_at, state)
            SELECT company_id, res_model, res_id, step, cycle, planned_date, due_at,
                   'planned' FROM export_crm_followup WHERE id = %s
            ON CONFLICT (company_id, res_model, res_id, step, cycle) DO NOTHING
            RETURNING id
            """,
            [week.id],
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_planned_meanwhile(self):
        """Two runs see an empty ledger; the one that comes second writes nothing."""
        known = type(self.ledger)._known_rows
        with patch.object(type(self.ledger), "_known_rows", lambda *args: {}):
            self._run(as_of=self.day, contacts=False)
            self._run(as_of=self.day, contacts=False)
        self.assertEqual(len(self._rows()), 3)
        self.assertEqual(type(self.ledger)._known_rows, known)

    def test_cancelled_by_a_person(self):
        self._run(as_of=self.day)
        week = self._week()
        ref = week.activity_id.id
        week.activity_id.with_user(self.salesperson).action_cancel()
        self.assertEqual((week.state, week.reason), ("cancelled", "user"))
        self.assertEqual((week.activity_id.id, week.activity_ref), (False, ref))
        for _run in range(2):
            self._run(as_of=self.day)
        self.assertEqual(week.state, "cancelled")
        self.assertFalse(self._activities())

    def test_done_in_the_chatter(self):
        self._run(as_of=self.day)
        week = self._week()
        week.activity_id.with_user(self.salesperson).action_feedback("All is well.")
        self.assertEqual((week.state, week.outcome), ("done", "reached"))
        self.assertEqual(week.done_by_id, self.salesperson)
        self.assertEqual(week.note, "All is well.")
        self._run(as_of=self.day)
        self.assertEqual(len(self._activities()), 1)

    def test_activity_removed_behind_our_back(self):
        self._run(as_of=self.day)
        self.env.flush_all()
        self.env.cr.execute(
            "DELETE FROM mail_activity WHERE id = %s", [self._week().activity_ref]
        )
        self.env.invalidate_all()
        self._run(as_of=self.day)
        self.assertEqual(self._week().state, "cancelled")
        self.assertFalse(self._activities())

    def test_skipped(self):
        self._run(as_of=self.day)
        self._week().with_user(self.salesperson).action_skip()
        self._run(as_of=self.day)
        self.assertEqual(
            (self._week().state, self._week().reason), ("skipped", "person")
        )
        self.assertFalse(self._activities())

    def test_killed_between_the_steps(self):
        self._run(as_of=self.day, contacts=False)
        self.assertEqual(self._week().state, "planned")
        self._run(as_of=self.day)
        self.assertEqual(self._week().state, "scheduled")

    def test_half_of_it_is_rolled_back(self):
        create = type(self.env["mail.activity"]).create
        with (
            patch.object(
                type(self.env["mail.activity"]), "create", side_effect=ValueError
            ),
            self.assertRaises(ValueError),
            self.env.cr.savepoint(),
        ):
            self._run(as_of=self.day)
        self.env.invalidate_all()
        self.assertEqual(type(self.env["mail.activity"]).create, create)
        self.assertFalse(self._rows())
        self._run(as_of=self.day)
        self.assertEqual(len(self._activities()), 1)

    def test_one_bad_row(self):
        bad = self._customer("Bad Luck Ltd")
        self._deliver(self._sold(bad), self.monday)
        values = type(self.ledger)._activity_values

        def broken(row, *args):
            if row.partner_id == bad:
                raise ValueError("bad")
            return values(row, *args)

        def attempt(ids):
            with self.env.cr.savepoint():
                self.ledger._step_plan(self.company, ids, self.day)
                self.ledger._step_contact(self.company, ids, self.day)

        with patch.object(type(self.ledger), "_activity_values", broken):
            errors = pipeline.set_aside(
                (self.customer + bad).ids, attempt, (AssertionError,)
            )
        self.assertEqual(list(errors), [bad.id])
        self.assertEqual(self._week().state, "scheduled")

    def test_statements_do_not_grow(self):
        """A night's backlog is looked up together, customer or contact apart."""
        self.customer.country_id = self.env.ref("base.ng")
        others = self.env["res.partner"]
        for number in range(9):
            partner = self._customer(
                f"{number} Ltd", country_id=self.env.ref("base.ng").id
            )
            self._contact("Buyer", partner)
            others += partner
            self._deliver(self._sold(partner), self.monday)

        def statements(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.cr.savepoint() as point:
                before = self.cr.sql_log_count
                self.ledger._step_plan(self.company, partners.ids, self.day)
                planned = self.cr.sql_log_count - before
                self.ledger._step_contact(self.company, partners.ids, self.day)
                self.env.flush_all()
                made = self.cr.sql_log_count - before - planned
                self.assertEqual(len(self._activities()), len(partners))
                point.rollback()
            self.env.invalidate_all()
            return planned, made

        statements(others)
        few, many = statements(others[:3]), statements(others)
        self.assertEqual(few[0], many[0])
        self.assertLessEqual(many[1], few[1] + 2)

    def test_steps_are_in_the_pipeline(self):
        job = self.env["export.crm.job"]
        for run in (pipeline.RUN_DIRTY, pipeline.RUN_NIGHTLY):
            codes = [s.code for phase in job._phases(run) for s in phase]
            self.assertLess(codes.index("followups"), codes.index("contacts"))

    def test_found_too_late(self):
        self._run(as_of=self.monday + timedelta(days=7 + 31))
        self.assertEqual(
            (self._week().state, self._week().reason), ("skipped", "too_late")
        )

    def test_old_deliveries_at_go_live(self):
        self.company.export_go_live_date = self.monday + timedelta(days=1)
        mails = self.env["mail.mail"].search_count([])
        self._run(as_of=self.day)
        self.assertFalse(self._rows())
        self.assertFalse(self._activities())
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_never_deleted(self):
        self._run(as_of=self.day)
        with self.assertRaises(UserError):
            self._week().unlink()

    def test_changes_by_decisions_only(self):
        self._run(as_of=self.day)
        week = self._week().with_user(self.salesperson)
        with self.assertRaises(UserError):
            week.state = "done"
        week.note = "They are on holiday."
        self.assertEqual(week.note, "They are on holiday.")

    def test_triggered_plans_are_not_offered(self):
        wizard = self.env["mail.activity.schedule"].create(
            {"res_model": "sale.order", "res_ids": repr(self.order.ids)}
        )
        self.assertNotIn(self.delivery_plan, wizard.plan_available_ids)
        manual = self.delivery_plan.copy({"export_trigger": False})
        wizard = wizard.create(
            {"res_model": "sale.order", "res_ids": repr(self.order.ids)}
        )
        self.assertIn(manual, wizard.plan_available_ids)
