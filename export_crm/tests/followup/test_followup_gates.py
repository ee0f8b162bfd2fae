from datetime import timedelta

from odoo.tests import tagged

from .common import DeliveredCommon


@tagged("post_install", "-at_install")
class TestFollowupGates(DeliveredCommon):
    """When the moment comes: who, with whom, together with what, or not at all."""

    # === WITH WHOM === #

    def test_archived_contact(self):
        buyer = self._contact("Buyer")
        other = self._contact("Other")
        self.order.partner_id = buyer
        buyer.active = False
        self._run(as_of=self.day)
        self.assertEqual(self._week().contact_id, other)
        self.assertEqual(self._week().state, "scheduled")

    def test_blacklisted_contact(self):
        buyer = self._contact("Buyer", email="buyer@example.com")
        other = self._contact("Other", email="other@example.com")
        self.order.partner_id = buyer
        self.env["mail.blacklist"].sudo()._add("buyer@example.com")
        self._run(as_of=self.day)
        self.assertEqual(self._week().contact_id, other)

    def test_nobody_left(self):
        self.customer.email = "all@example.com"
        self.env["mail.blacklist"].sudo()._add("all@example.com")
        self._run(as_of=self.day)
        self.assertEqual(
            (self._week().state, self._week().reason), ("skipped", "no_contact")
        )
        self.assertFalse(self._activities())

    # === HOLD === #

    def test_credit_hold(self):
        self._hold()
        self._run(as_of=self.day)
        week = self._week()
        self.assertTrue(week.on_hold)
        self.assertEqual(week.state, "scheduled")
        self.assertIn("open invoices", week.activity_id.note)
        self.assertNotIn("customs", week.activity_id.note)
        self.assertNotIn("starter guide", week.activity_id.note)

    def test_no_hold(self):
        self._run(as_of=self.day)
        self.assertFalse(self._week().on_hold)
        self.assertIn("customs", self._week().activity_id.note)
        self.assertIn("starter guide", self._week().activity_id.note)

    def test_hold_opened_and_released_after_the_activity_was_made(self):
        self._run(as_of=self.day)
        activity = self._week().activity_id
        hold = self._hold()
        self._run(as_of=self.day)
        self.assertTrue(self._week().on_hold)
        self.assertEqual(self._week().activity_id, activity)
        self.assertIn("offer nothing", activity.note)
        self.assertNotIn("starter guide", activity.note)
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "They have paid."}
        )
        self._run(as_of=self.day)
        self.assertFalse(self._week().on_hold)
        self.assertIn("starter guide", activity.note)

    def test_contact_gone_after_the_activity_was_made(self):
        buyer = self._contact("Buyer", email="buyer@example.com")
        self.order.partner_id = buyer
        other = self._contact("Other", email="other@example.com")
        self._run(as_of=self.day)
        week = self._week()
        self.assertEqual(week.contact_id, buyer)
        self.env["mail.blacklist"].sudo()._add("buyer@example.com")
        self._run(as_of=self.day)
        self.assertEqual((week.state, week.contact_id), ("scheduled", other))
        self.assertIn("Other", week.activity_id.summary)
        other.active = self.customer.active = False
        self._run(as_of=self.day)
        self.assertEqual((week.state, week.reason), ("skipped", "no_contact"))
        self.assertFalse(self._activities())

    # === ONE CONTACT === #

    def test_within_three_days(self):
        second = self._deliver(self._sold(), self.monday + timedelta(days=3))
        third = self._deliver(self._sold(), self.monday + timedelta(days=4))
        self._run(as_of=self.monday + timedelta(days=12))
        rows = {row.res_id: row for row in self._rows(step="delivery_1w")}
        first = rows[self.picking.id]
        self.assertEqual(rows[second.id].activity_id, first.activity_id)
        self.assertEqual(rows[second.id].main_id, first)
        self.assertNotEqual(rows[third.id].activity_id, first.activity_id)
        self.assertEqual(len(self._activities()), 2)
        first.with_user(self.salesperson).action_reached()
        self.assertEqual(rows[second.id].state, "done")
        self.assertEqual(rows[third.id].state, "scheduled")

    def test_joins_the_contact_that_is_to_do(self):
        self._run(as_of=self.day)
        self._deliver(self._sold(), self.monday + timedelta(days=1))
        self._run(as_of=self.day)
        self.assertEqual(len(self._rows(step="delivery_1w")), 2)
        self.assertEqual(len(self._activities()), 1)

    def test_other_customers_apart(self):
        other = self._customer("Other Ltd")
        self._deliver(self._sold(other), self.monday)
        self._run(as_of=self.day, partners=self.customer + other)
        self.assertEqual(len(self._activities()), 2)

    def test_shared_activity_stays_for_the_other(self):
        self._deliver(self._sold(), self.monday + timedelta(days=1))
        self._run(as_of=self.monday + timedelta(days=8))
        self._take_back(self.picking)
        self._run(as_of=self.monday + timedelta(days=8))
        self.assertEqual(len(self._activities()), 1)
        states = sorted(self._rows(step="delivery_1w").mapped("state"))
        self.assertEqual(states, ["cancelled", "scheduled"])

    # === BY WHOM === #

    def test_order_salesperson_first(self):
        other = self._user("other", "user", name="Olga Other")
        self.order.user_id = other
        self._run(as_of=self.day)
        self.assertEqual(self._week().user_id, other)
        self.assertEqual(self._week().activity_id.user_id, other)

    def test_inactive_salesperson(self):
        other = self._user("other", "user", name="Olga Other")
        self.order.user_id = other
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id = %s", [other.id]
        )
        self.env.invalidate_all()
        self._run(as_of=self.day)
        self.assertEqual(self._week().user_id, self.salesperson, "account manager")

    def test_coordinator_and_fallback(self):
        self.order.user_id = self.customer.user_id = False
        self._run(as_of=self.day, contacts=False)
        week = self._week()
        self.order.team_id = False
        self.assertEqual(week._responsible(), self.company.export_followup_user_id)
        german = self._user("german", "user")
        german.export_lang_ids = self.env["res.lang"]._activate_lang("de_DE")
        coordinators = self._user("coordinator", "user") + german
        self.order.team_id = self.env["crm.team"].create(
            {"name": "Export", "user_id": False, "company_id": False}
        )
        self.order.team_id.export_coordinator_ids = coordinators
        self.assertEqual(week._responsible(), coordinators[0])
        self.customer.lang = "de_DE"
        self.assertEqual(week._responsible(), german, "speaks the language")

    def test_role(self):
        technician = self._user("technician", "user")
        self.company.export_technical_user_id = technician
        self._step("delivery_week").export_role = "technical_adviser"
        self._run(as_of=self.day)
        self.assertEqual(self._week().user_id, technician)

    def test_user_leaves(self):
        """Archived by either road: everything that is open is handed over."""
        for index, archive in enumerate(
            (
                lambda user: user.action_archive(),
                lambda user: user.write({"active": False}),
            )
        ):
            leaver = self._user(f"leaver{index}", "user")
            customer = self._customer(f"Left {index}", user_id=leaver.id)
            order = self._sold(customer, user_id=leaver.id)
            self._deliver(order, self.monday)
            self._run(as_of=self.day, partners=customer)
            week = self._rows(customer, step="delivery_1w")
            activity = week.activity_id
            self.assertEqual(activity.user_id, leaver)
            archive(leaver)
            self.assertTrue(activity.exists().active)
            self.assertEqual(week.state, "scheduled")
            self.assertEqual(week.user_id, activity.user_id)
            self.assertTrue(week.user_id.active)
            self.assertNotEqual(week.user_id, leaver)

    def test_user_archived_behind_our_back(self):
        self._run(as_of=self.day)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_users SET active = FALSE WHERE id = %s", [self.salesperson.id]
        )
        self.env.invalidate_all()
        self._run(as_of=self.day)
        self.assertEqual(self._week().state, "scheduled")
        self.assertTrue(self._week().user_id.active)

    def test_user_without_the_company(self):
        stranger = self._user("stranger", "user")
        self.order.user_id = stranger
        other = self._create_company(name="Other")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self._run(as_of=self.day)
        self.assertEqual(self._week().user_id, self.salesperson)
