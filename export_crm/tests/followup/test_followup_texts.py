"""What an open activity says follows what becomes of its customer."""

from datetime import timedelta

from odoo.tests import tagged

from ..migrating import migrate
from .common import DeliveredCommon


@tagged("post_install", "-at_install")
class TestFollowupTexts(DeliveredCommon):
    def setUp(self):
        super().setUp()
        self.account = self._make_account()
        self._run(as_of=self.day)
        self.activity = self._week().activity_id

    def _make_account(self, **values):
        accounts = self.env["export.crm.account"].sudo()
        key = {"partner_id": self.customer.id, "company_id": self.company.id}
        domain = [(name, "=", value) for name, value in key.items()]
        account = accounts.search(domain) or accounts.create(key)
        account.write({"order_count": 1, **values})
        return account

    def _tier(self, code):
        return self.env.ref(f"export_crm.export_crm_tier_{code}")

    def _note(self):
        self._run(as_of=self.day)
        return self.activity.note

    def _release(self, hold, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(self.controller)
            .create({"hold_id": hold.id, "reason": "They pay next week.", **values})
        )

    # === TIER AND SEGMENT === #

    def test_tier(self):
        """Another tier, another material: nobody reads "For tier B" about an A."""
        self.account.tier_id = self._tier("b")
        self.assertIn("For tier B", self._note())
        self.account.tier_id = self._tier("a")
        note = self._note()
        self.assertIn("For tier A", note)
        self.assertNotIn("For tier B", note)

    def test_segment(self):
        self.assertIn("product comparison", self._note())
        self.account.order_count = 2
        self.assertNotIn("product comparison", self._note())

    def test_material_is_for_whoever_makes_the_contact(self):
        """An accountant may not open the shelf, and reads what lies on it for her."""
        row = self._week()
        row.user_id = self.controller
        self.env.invalidate_all()
        self.assertFalse(
            self.env["export.crm.followup.content"]
            .with_user(self.controller)
            .has_access("read")
        )
        script = row.with_user(self.controller).read(["script"])[0]["script"]
        self.assertIn("product comparison", script)

    def test_next_step_of_a_person_knows_of_the_hold(self):
        """Planned before the hold, and planned after it."""
        row = self._week()
        row.with_user(self.salesperson).action_reached()
        planned = row.sudo()._plan_next("Review", self.day, "phone", self.salesperson)
        self.assertNotIn("credit hold", str(planned.activity_id.note))
        self._hold()
        self._run(as_of=self.day)
        self.assertIn("credit hold", planned.activity_id.note)
        later = planned.sudo()._plan_next("Call", self.day, "phone", self.salesperson)
        self.assertTrue(later.on_hold)
        self.assertIn("credit hold", later.activity_id.note)

    def test_nothing_changed(self):
        """What a person has added to the text stays when nothing has changed."""
        self._note()
        self.activity.note = "Ask for Ms Osei."
        self.assertEqual(str(self._note()), "<p>Ask for Ms Osei.</p>")

    def test_shared_contact(self):
        """Of steps in one contact it is the one with the activity that is told."""
        row = self._week()
        row.copy({"main_id": row.id, "step": "more", "state": "scheduled"})
        self.account.tier_id = self._tier("a")
        self.assertIn("For tier A", self._note())

    # === HOLD === #

    def test_released_order(self):
        """The hold goes on, and this order may be carried out."""
        quotation = self._quotation()
        row = self._week()
        hold = self._hold()
        self.assertIn("take no order", self._note())
        self._release(hold, scope="order", order_id=quotation.id)
        self.assertIn("take no order", self._note(), "another order was released")
        row.order_id = quotation
        quotation.with_user(self.salesperson).action_confirm()
        note = self._note()
        self.assertIn(f"{quotation.name} was released", note)
        self.assertNotIn("take no order", note)

    def test_decisions_mark_the_customer(self):
        """So that the texts follow within a minute, not by night."""
        dirty = self.env["export.crm.dirty"].sudo()

        def marked():
            self.env.flush_all()
            self.env.cr.precommit.run()
            found = dirty._take(self.company, 10)
            return self.customer.id in found

        marked()
        hold = self._hold()
        self.assertTrue(marked(), "opened by hand")
        self._release(hold, scope="date", date_until=self.today + timedelta(days=9))
        self.assertTrue(marked(), "released until a day")
        self._release(hold, scope="unconditional")
        self.assertTrue(marked(), "released")

    # === NO OFFERS TO WHO PAYS LATE === #

    def test_no_upgrade_for_a_late_payer(self):
        self.account.tier_id = self._tier("b")
        self.assertIn("upgrade", self._note())
        self.account.write({"late_run": 1})
        note = self._note()
        self.assertNotIn("upgrade", note)
        self.assertIn("customs", note, "the questions stay")
        self.account.write({"late_run": 0, "overdue_amount": 12.5})
        self.assertNotIn("upgrade", self._note())
        self.account.write({"overdue_amount": 0.0})
        self.assertIn("upgrade", self._note())

    def test_who_counts_as_late(self):
        """Held; released within 91 days; not one opened by mistake."""
        accounts = self.env["export.crm.account"]

        def late():
            return accounts._held_or_late(self.company, self.customer.ids)

        self.assertEqual(late(), set())
        hold = self._hold()
        self.assertEqual(late(), {self.customer.id})
        self._release(hold)
        self.assertEqual(late(), {self.customer.id})
        hold.sudo()._decide({"closed_on": self.today - timedelta(days=91)})
        self.assertEqual(late(), {self.customer.id})
        hold.sudo()._decide({"closed_on": self.today - timedelta(days=92)})
        self.assertEqual(late(), set())
        self._release(self._hold(), scope="void")
        self.assertEqual(late(), set())
        other = self.setup_other_company(name="Other")["company"]
        hold = self._hold()
        self.assertEqual(accounts._held_or_late(other, self.customer.ids), set())

    # === FROM 19.0.1.1 === #

    def test_migration(self):
        """Rules and material that were shipped as offers are called so."""
        shipped = [
            self.env.ref(f"export_crm.{name}")
            for name in (
                "action_rule_sample",
                "action_rule_upgrade",
                "action_rule_wake_up",
                "export_crm_followup_content_upgrade",
            )
        ]
        others = [
            self.env.ref("export_crm.action_rule_terms"),
            self.env.ref("export_crm.export_crm_followup_content_insight"),
        ]
        for record in shipped:
            self.assertTrue(record.is_offer)
            record.is_offer = False
        migrate(self.env, "19.0.1.2.0/post-offers.py", "19.0.1.1.0")
        self.assertTrue(all(record.is_offer for record in shipped))
        self.assertFalse(any(record.is_offer for record in others))
