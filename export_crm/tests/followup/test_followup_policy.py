from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..migrating import migrate
from .common import FollowupCommon

MONDAY = datetime(2026, 3, 2, 9, 0)
NODES = (
    ("sample", "sample_hours", 72.0),
    ("order", "order_hours", 72.0),
    ("payment", "payment_hours", 11.0),
    ("shipment", "shipment_hours", 24.0),
    ("inquiry", "inquiry_hours", 2.0),
)


@tagged("post_install", "-at_install")
class TestFollowupPolicy(FollowupCommon):
    """How soon and how often: one number, that of the tier's service policy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery_plan.active = False
        cls.policies = cls.env["export.crm.tier.policy"]
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )

    def _policy(self, code):
        return self.env.ref(f"export_crm.export_crm_tier_policy_{code.lower()}")

    def _own_policy(self, company, code, **values):
        return self.policies.create(
            {
                "name": "Own",
                "company_id": company.id,
                "tier_id": self.env.ref(f"export_crm.export_crm_tier_{code}").id,
                **values,
            }
        )

    def _account(self, code, company=None, **values):
        tier = self.env.ref(f"export_crm.export_crm_tier_{code}") if code else None
        company = company or self.company
        accounts = self.env["export.crm.account"].sudo()
        account = accounts.search(
            [("partner_id", "=", self.customer.id), ("company_id", "=", company.id)]
        )
        values = {"tier_id": tier.id if tier else False, **values}
        if account:
            account.write(values)
            return account
        return accounts.create(
            {"partner_id": self.customer.id, "company_id": company.id, **values}
        )

    def _document(self, node):
        """Return a document at which the response time of a node begins."""
        if node == "inquiry":
            return self.env["crm.lead"].create(
                {
                    "name": "200 pumps",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                }
            )
        if node == "payment":
            order = self._quotation()
            order.action_quotation_sent()
            return order
        order = self._sold(export_kind="sample" if node == "sample" else "order")
        return self._deliver(order) if node == "shipment" else order

    def _row(self, document):
        return self.ledger.search(
            [("res_model", "=", document._name), ("res_id", "=", document.id)]
        )

    # === RESPONSE TIMES === #

    def test_every_node_reads_the_policy(self):
        for plan, field, default in NODES:
            with self.subTest(node=plan):
                self._plan(plan)
                self.assertEqual(self._policy("C")[field], default)
                document = self._document(plan)
                self._run()
                row = self._row(document)
                self.assertEqual(row.target_hours, default)
                self._policy("C")[field] = 36.0
                again = self._document(plan)
                self._run()
                self.assertEqual(self._row(again).target_hours, 36.0, "a new one")
                self.assertEqual(row.target_hours, 36.0, "and the one that runs")
                self.assertEqual(row.state, "scheduled")

    def test_target_moves_with_the_activity(self):
        self._plan("order")
        self._account("a")
        with freeze_time(MONDAY):
            order = self._sold()
        self._run(as_of=MONDAY.date())
        row = self._row(order)
        activity = row.activity_id
        self.assertEqual(row.due_at, MONDAY + timedelta(hours=24))
        self._policy("A").order_hours = 60
        self._run(as_of=MONDAY.date())
        self.assertEqual(row.due_at, MONDAY + timedelta(hours=60))
        self.assertEqual(row.activity_id, activity, "not made anew")
        self.assertEqual(activity.date_deadline, row.due_at.date())
        self.assertEqual(len(self._activities()), 1)

    def test_what_is_over_keeps_its_target(self):
        self._plan("order")
        self._account("a")
        order = self._sold()
        self._run()
        self._row(order).with_user(self.salesperson).action_reached()
        self._policy("A").order_hours = 60
        self._account("b")
        self._run()
        row = self._row(order)
        self.assertEqual((row.state, row.target_hours), ("done", 24.0))
        self.assertEqual(row.tier_id.code, "A")

    def test_open_rows_follow_the_tier(self):
        """Shown and meant is the customer's tier, not that of the day of planning."""
        self._plan("order", "delivery")
        self._account("a")
        order = self._sold()
        self._deliver(self._sold())
        self._run(contacts=False)
        rows = self._rows().filtered(lambda row: row.state == "planned")
        self.assertIn("delivery_received", rows.mapped("trigger"))
        self.assertEqual(set(rows.tier_id.mapped("code")), {"A"})
        self._account("b")
        self._run(contacts=False)
        self.assertEqual(set(rows.tier_id.mapped("code")), {"B"})
        self.assertEqual(self._row(order).filtered("clock").target_hours, 48.0)

    def test_changed_policy_is_looked_at_within_a_minute(self):
        self._plan("order")
        self._sold()
        self._run()
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        self._policy("C").order_hours = 80
        self.env.cr.precommit.run()
        marks = self.env["export.crm.dirty"].search([])
        self.assertEqual(marks.partner_id, self.customer)
        self.assertEqual(marks.company_id, self.company)
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        self._policy("C").name = "Service"
        self.env.cr.precommit.run()
        self.assertFalse(self.env["export.crm.dirty"].search([]))

    def test_own_policy_of_a_company(self):
        self._plan("order")
        other = self._create_company(name="Other")
        self._own_policy(other, "c", order_hours=5)
        first = self._sold()
        self._run()
        self.assertEqual(self._row(first).target_hours, 72.0, "not the other's")
        own = self._own_policy(self.company, "c", order_hours=10)
        second = self._sold()
        self._run()
        self.assertEqual(self._row(second).target_hours, 10.0)
        self.assertEqual(self._row(first).target_hours, 10.0)
        own.active = False
        self._run()
        self.assertEqual(self._row(second).target_hours, 72.0)

    def test_unrated_are_served_like_c(self):
        self._plan("order")
        self._account(None)
        self._policy("C").order_hours = 33
        order = self._sold()
        self._run()
        self.assertEqual(self._row(order).target_hours, 33.0)

    def test_nothing_promised(self):
        self._plan("order")
        self._policy("C").order_hours = 0
        order = self._sold()
        self._run()
        self.assertFalse(self._row(order))

    def test_own_number_of_a_step(self):
        self._plan("order")
        step = self._step("order_schedule")
        step.write({"export_promise": False, "export_delay_hours": 7})
        order = self._sold()
        self._run()
        self.assertEqual(self._row(order).target_hours, 7.0)

    def test_inquiry_shows_the_same_moment(self):
        """Two working hours: what the inquiry says and what is measured are one."""
        self._plan("inquiry")
        lead = self._document("inquiry")
        self.assertEqual(lead.export_answer_by, self._row(lead).due_at)

    def test_after_sales_is_measured(self):
        self._plan("delivery")
        self._deliver(self._sold(), self.monday)
        self._run(as_of=self.monday + timedelta(days=6))
        week = self._rows(step="delivery_1w")
        self.assertEqual(week.node, "after_sales")
        self.assertEqual(week.anchor_at, self._at(self.monday, 9))
        self.assertEqual(week.target_hours, 7 * 24 + 9)
        with freeze_time(self._at(self.monday + timedelta(days=7), 11)):
            week.with_user(self.salesperson).action_reached()
        self.assertEqual((week.taken_hours, week.on_time), (7 * 24 + 2, 1.0))

    # === RHYTHMS === #

    def _turn(self, step="cadence_b_review"):
        return self._rows(step=step).filtered(lambda r: r.state == "planned")

    def test_rhythm_reads_the_policy(self):
        self._plan("tier_a", "tier_b", "tier_c")
        for code, step, days in (
            ("a", "cadence_a_call", 30),
            ("b", "cadence_b_review", 14),
            ("c", "cadence_c_paper", 91),
        ):
            with self.subTest(tier=code):
                self._account(code, order_count=3)
                self._run(contacts=False)
                first = self._turn(step)
                self.assertEqual(first.turn_days, days)
                with freeze_time(self._at(self.monday)):
                    first._finish("reached")
                self._run(as_of=self.monday, contacts=False)
                self.assertEqual(
                    self._turn(step).planned_date, self._workday(self.monday, days)
                )

    def _workday(self, day, days):
        found = day + timedelta(days=days)
        while found.weekday() > 4:
            found += timedelta(days=1)
        return found

    def test_rhythm_becomes_another(self):
        self._plan("tier_a", "tier_b", "tier_c")
        self._account("b", order_count=3)
        self._run(as_of=self.monday, contacts=False)
        row = self._turn()
        row.sudo().planned_date = day = self.monday + timedelta(days=7)
        self._run(as_of=self.monday, contacts=False)
        self.assertEqual(row.planned_date, day, "stays where it is planned")
        self._policy("B").contact_days = 28
        for _run in range(2):
            self._run(as_of=self.monday, contacts=False)
            self.assertEqual(row.planned_date, day + timedelta(days=14))
        self._policy("B").contact_days = 1
        self._run(as_of=self.monday, contacts=False)
        self.assertEqual(row.planned_date, self.monday, "not before today")
        self.assertEqual(len(self._rows(step="cadence_b_review")), 1)

    def test_rhythm_of_another_stays_while_somebody_is_at_it(self):
        self._plan("tier_a", "tier_b", "tier_c")
        self._account("b", order_count=3)
        self._run(as_of=self.monday, contacts=False)
        row = self._turn()
        row.sudo().planned_date = self.monday + timedelta(days=1)
        self._run(as_of=self.monday)
        self.assertEqual(row.state, "scheduled")
        self._policy("B").contact_days = 28
        self._run(as_of=self.monday)
        self.assertEqual(row.planned_date, self.monday + timedelta(days=1))

    def test_no_rhythm_promised(self):
        self._plan("tier_a", "tier_b", "tier_c")
        self._account("b", order_count=3)
        self._run(contacts=False)
        row = self._turn()
        self._policy("B").contact_days = 0
        self._run(contacts=False)
        self.assertEqual((row.state, row.reason), ("cancelled", "tier"))

    def test_days_are_for_rhythms_hours_for_answers(self):
        with self.assertRaises(ValidationError):
            self._step("order_schedule").export_promise = "contact_days"
        with self.assertRaises(ValidationError):
            self._step("b_review").export_promise = "order_hours"

    # === FROM 19.0.1.0 === #

    def _migrate(self):
        migrate(self.env, "19.0.1.1.0/post-migration.py", "19.0.1.0.0")

    def _as_in_19_0_1_0(self):
        """Give the steps numbers of their own, and A's order step other hours."""
        for name, hours in (("first_reply", 3), ("sample_send", 72)):
            self._step(name).write(
                {"export_promise": False, "export_delay_hours": hours}
            )
        for name, count, unit in (
            ("b_review", 2, "weeks"),
            ("a_director", 2, "months"),
        ):
            self._step(name).write(
                {"export_promise": False, "delay_count": count, "delay_unit": unit}
            )
        old = self.env["mail.activity.plan.template"]
        for tier, hours in (("a", 12), ("b", 48), ("c", 72)):
            name = f"export_crm_step_order_schedule_{tier}"
            step = self._step("order_schedule").copy(
                {
                    "export_code": "order_schedule",
                    "export_promise": False,
                    "export_delay_hours": hours,
                    "export_tier_ids": [
                        Command.set(
                            self.env.ref(f"export_crm.export_crm_tier_{tier}").ids
                        )
                    ],
                }
            )
            self.env["ir.model.data"].create(
                {
                    "module": "export_crm",
                    "name": name,
                    "model": step._name,
                    "res_id": step.id,
                }
            )
            old += step
        return old

    def test_migration(self):
        old = self._as_in_19_0_1_0()
        self._plan("order")
        order = self._sold()
        self._run()
        row = self._row(order)
        row.sudo().template_id = old[2]
        self._migrate()
        self.assertFalse(old.exists())
        step = self._step("order_schedule")
        self.assertEqual(row.template_id, step)
        self.assertEqual(step.export_promise, "order_hours")
        self.assertEqual(
            [self._policy(code).order_hours for code in "ABC"], [12.0, 48.0, 72.0]
        )
        self.assertEqual(
            [self._policy(code).inquiry_hours for code in "ABC"], [3.0, 3.0, 3.0]
        )
        reply = self._step("first_reply")
        self.assertEqual(
            (reply.export_promise, reply.export_delay_hours), ("inquiry_hours", 0.0)
        )
        self.assertEqual(self._step("b_review").export_promise, "contact_days")
        self.assertFalse(self._step("a_director").export_promise, "somebody's own")
        self._migrate()
        self.assertEqual(self._policy("A").order_hours, 12.0, "once more: the same")
