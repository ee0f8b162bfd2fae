from odoo.tests import tagged

from ..migrating import migrate
from .test_credit_request import RequestCase

SCRIPT = "19.0.1.3.0/post-requests.py"


@tagged("post_install", "-at_install")
class TestCreditRequestMigration(RequestCase):
    """Holds that only asked about an order become requests of that order."""

    def _was_asked(self, hold, *orders, kind=None):
        """Have a hold as the version before kept it."""
        self.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS export_crm_credit_hold_sale_order_rel (
                export_crm_credit_hold_id int, sale_order_id int)
            """
        )
        for order in orders:
            self.cr.execute(
                "INSERT INTO export_crm_credit_hold_sale_order_rel VALUES (%s, %s)",
                [hold.id, order.id],
            )
            hold.with_user(self.salesperson).sudo()._audit(
                "requested", "Asked.", order=order
            )
        if kind:
            rule = self.env["export.crm.credit.rule"].search([("kind", "=", kind)])
            hold.sudo()._decide({"rule_id": rule[:1].id})

    def _migrate(self):
        migrate(self.env, SCRIPT, "19.0.1.2.0")

    def test_question_about_a_limit_holds_nobody(self):
        self._limit()
        hold, order = self._hold(), self._quotation()
        self._was_asked(hold, order, kind="exposure")
        self._migrate()
        self.assertRecordValues(hold, [{"state": "closed", "close_reason": "void"}])
        request = order.export_credit_request_id
        self.assertRecordValues(
            request,
            [
                {
                    "user_id": self.salesperson.id,
                    "asker_id": self.salesperson.partner_id.id,
                    "over_limit": True,
                    "hold_ids": [],
                    "amount": order.amount_total,
                    "state": "asked",
                }
            ],
        )
        self._decide(request)
        order.with_user(self.salesperson).action_confirm()

    def test_request_of_a_held_customer_stays_with_the_hold(self):
        hold, orders = self._hold(), self._quotation() | self._quotation()
        gone = self._quotation()
        gone._action_cancel()
        self._was_asked(hold, *orders, gone)
        self._migrate()
        self.assertTrue(hold.blocking)
        self.assertEqual(hold.asked_ids.order_id, orders)
        self.assertTrue(hold.requested_on)

    def test_evidence_added_meanwhile_holds_on(self):
        self._late_payer()
        hold = self._hold()
        self._check_payments()
        self.assertTrue(hold.evidence_ids)
        self._was_asked(hold, self._quotation(), kind="exposure")
        self._migrate()
        self.assertTrue(hold.blocking)
        self.assertEqual(hold.kind, "behaviour")

    def test_request_of_a_merged_hold_goes_with_the_hold(self):
        other = self._customer("Other")
        hold, gone, order = self._hold(), self._hold(other), self._quotation()
        self._was_asked(gone, order)
        other.write({"parent_id": self.customer.id, "is_company": False})
        self._migrate()
        self.assertEqual(gone.close_reason, "merged")
        self.assertEqual(hold.asked_ids.order_id, order)

    def test_twice_is_once(self):
        hold, order = self._hold(), self._quotation()
        self._was_asked(hold, order)
        self._migrate()
        self._migrate()
        self.assertEqual(len(hold.request_ids), 1)

    def test_release_keeps_what_was_decided_about(self):
        hold, order = self._hold(), self._quotation()
        release = self.env["export.crm.credit.release"].with_user(self.controller)
        release = release.create(
            {
                "hold_id": hold.id,
                "scope": "order",
                "order_id": order.id,
                "reason": "A small order.",
            }
        )
        self.env.flush_all()
        self.cr.execute("UPDATE export_crm_credit_release SET order_amount = 7")
        self._migrate()
        self.assertEqual(release.order_amount, 100.0)

    def test_trail_has_who_did_it(self):
        self._hold()
        self.cr.execute("UPDATE export_crm_audit SET actor_id = NULL")
        self._migrate()
        trail = self.env["export.crm.audit"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(trail.actor_id, self.controller.partner_id)
