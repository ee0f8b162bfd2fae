from datetime import timedelta

from odoo.tests import tagged

from .common import DeliveredCommon


@tagged("post_install", "-at_install")
class TestFollowupClaims(DeliveredCommon):
    """While a customer has an open claim nobody calls about the next order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls._user("agent", "claims_agent", name="Ada Agent")
        cls.customer.email = "buyer@lagos.example.com"

    def _claim(self, **values):
        claims = self.env["export.crm.claim"].with_user(self.agent)
        return claims.create(
            {
                "title": "Ten pumps leak",
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                **values,
            }
        )

    def _close(self, claim):
        claim.message_post(
            body="New seals are under way.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        claim.action_close()

    def _waits(self):
        self._run(as_of=self.day)
        week = self._week()
        self.assertFalse(week.activity_id)
        return week.state == "planned" and week.deferred

    def _is_made(self):
        self._run(as_of=self.day)
        return self._week().state == "scheduled" and not self._week().deferred

    def test_waits_until_the_claim_is_closed(self):
        claim = self._claim()
        self.assertTrue(self._waits())
        claim._go("solved")
        self.assertTrue(self._waits(), "solved is not yet closed")
        self._run(as_of=self.day + timedelta(days=25))
        month = self._rows(step="delivery_1m")
        self.assertTrue(month.deferred, "one month is over, too")
        self._close(claim)
        # However long that took: fifty days later it is not too late.
        closed = self.day + timedelta(days=50)
        self._run(as_of=closed)
        week = self._week()
        self.assertEqual((week.state, week.deferred), ("scheduled", False))
        self.assertEqual(week.planned_date, closed + timedelta(days=1))
        self.assertEqual(month.activity_id, week.activity_id)
        self.assertEqual(len(self._activities()), 1, "one contact for both")

    def test_closing_is_looked_at_within_a_minute(self):
        claim = self._claim()
        for change in (lambda: None, lambda: self._close(claim)):
            change()
            self.env.cr.precommit.run()
            marks = self.env["export.crm.dirty"].search([])
            self.assertIn(self.customer, marks.partner_id)
            self.env.cr.execute("DELETE FROM export_crm_dirty")

    def test_claim_of_a_contact(self):
        """Whoever of the customer claims: the customer is not called."""
        self._claim(partner_id=self._contact("Storekeeper").id)
        self.assertTrue(self._waits())

    def test_contact_of_the_order(self):
        """The order is a contact's, the claim the company's."""
        self.order.partner_id = self._contact("Buyer")
        self._claim()
        self.assertTrue(self._waits())

    def test_claim_in_another_company(self):
        other = self._create_company(name="Other")
        self.agent.company_ids += other
        self._claim(company_id=other.id, department_id=False)
        self.assertTrue(self._is_made())

    def test_claim_of_another_customer(self):
        self._claim(partner_id=self._customer("Abidjan SARL").id)
        self.assertTrue(self._is_made())

    def test_cancelled_claim(self):
        claim = self._claim()
        claim.action_cancel()
        self.assertTrue(self._is_made())

    def test_duplicate(self):
        first, second = self._claim(), self._claim()
        second._merge_into(first)
        self.assertEqual((first.is_open, second.is_open), (True, False))
        self.assertTrue(self._waits(), "the one that stays is open")
        self._close(first)
        self._run(as_of=self.day)
        self.assertEqual(self._week().state, "scheduled", "duplicates don't count")

    def test_claim_after_the_activity_was_made(self):
        self._run(as_of=self.day)
        activity = self._week().activity_id
        claim = self._claim()
        self.assertTrue(self._waits())
        self.assertFalse(activity.exists())
        self._close(claim)
        self.assertTrue(self._is_made())
        self.assertEqual(len(self._activities()), 1)

    def test_person_cancelled_before_the_claim(self):
        self._run(as_of=self.day)
        self._week().activity_id.action_cancel()
        claim = self._claim()
        self._run(as_of=self.day)
        self._close(claim)
        self._run(as_of=self.day)
        self.assertEqual(
            (self._week().state, self._week().reason), ("cancelled", "user")
        )

    def test_own_plans_of_people_stay(self):
        self._run(as_of=self.day)
        week = self._week().with_user(self.salesperson)
        week.action_reached()
        own = week.sudo()._plan_next("Call back", self.day, "phone", self.salesperson)
        self._claim()
        self._run(as_of=self.day)
        self.assertEqual(own.state, "scheduled")
        self.assertTrue(own.activity_id.active)

    def test_response_times_run_on(self):
        self._plan("order")
        self._claim()
        order = self._sold()
        self._run(as_of=self.today)
        row = self._rows(step="order_schedule", res_id=order.id)
        self.assertEqual((row.state, row.deferred), ("scheduled", False))

    def test_feast_that_passed_meanwhile(self):
        """Nobody congratulates five weeks later."""
        self._plan("birthday")
        buyer = self._contact("Buyer")
        birthday = self.day + timedelta(days=2)
        self.env["export.crm.occasion"].create(
            {
                "partner_id": buyer.id,
                "kind": "birthday",
                "month": str(birthday.month),
                "day": birthday.day,
            }
        )
        claim = self._claim()
        self._run(as_of=self.day)
        row = self._rows(trigger="occasion")
        self.assertEqual((row.state, row.deferred), ("planned", True))
        self._close(claim)
        self._run(as_of=self.day + timedelta(days=10))
        self.assertEqual((row.state, row.reason), ("skipped", "too_late"))
        self.assertFalse(row.activity_id)
