from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_credit_request import RequestCase


@tagged("post_install", "-at_install")
class TestCreditRequest(RequestCase):
    def test_request_tells_the_controller_once(self):
        hold = self._hold()
        order = self._quotation().with_user(self.salesperson)
        order.action_export_request_release()
        order.action_export_request_release()
        self.assertTrue(order.export_credit_requested)
        asked = self._told(self.controller, "asks to release")
        self.assertEqual(asked.model, "export.crm.credit.request")
        logged = hold.message_ids.filtered(lambda m: "asks to release" in m.body)
        self.assertEqual(len(logged), 1)
        # The hold has its activity; the request needs none beside it.
        self.assertEqual(len(hold.activity_ids), 1)
        self.assertFalse(order.sudo().export_credit_request_id.activity_ids)

    def test_who_asked_hears_of_each_decision_once(self):
        """A colleague asks for an order of a customer who isn't theirs."""
        colleague = self._user("colleague", "user", name="Carl Colleague")
        hold = self._hold()
        orders = self._quotation(user_id=colleague.id)
        orders |= self._quotation(user_id=colleague.id)
        orders.with_user(colleague).action_export_request_release()
        hold = hold.with_user(self.controller)
        hold.review_date = self._day(14)
        hold.action_keep()
        for user in (colleague, self.salesperson):
            with self.subTest(user=user.name):
                self.assertEqual(len(self._told(user, "keeps the credit hold")), 1)
        told = self._told(colleague, "keeps the credit hold")
        self.assertIn(orders[0].name, told.body)
        self.assertIn(orders[1].name, told.body)
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "They have paid."}
        )
        for user in (colleague, self.salesperson):
            with self.subTest(user=user.name):
                self.assertEqual(len(self._told(user, "hold released")), 1)
        self.assertFalse(self._told(self.controller, "hold released"))

    def test_decision_about_one_order_is_told_to_who_asked_for_it(self):
        """Nobody hears of a colleague's order, nor reads why it may pass."""
        peers = [self._user(name, "user", name=name) for name in ("Bea", "Bob")]
        self.customer.user_id = False
        hold = self._hold()
        orders = [self._quotation(user_id=peer.id) for peer in peers]
        for order, peer in zip(orders, peers, strict=True):
            order.with_user(peer).action_export_request_release()
        self._decide(orders[0].export_credit_request_id, reason="Told to one.")
        told = self._told(peers[0], "Told to one.")
        self.assertEqual((told.model, told.res_id), ("sale.order", orders[0].id))
        self.assertNotIn(orders[1].name, told.body)
        self.assertFalse(self._told(peers[1], "Told to one."))
        for message in orders[1].sudo().message_ids:
            self.assertNotIn("Told to one.", message.body)
        self.assertEqual(orders[1].export_credit_request_id.state, "asked")
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "They have paid."}
        )
        told = self._told(peers[1], "They have paid.")
        self.assertEqual((told.model, told.res_id), ("sale.order", orders[1].id))
        self.assertNotIn(orders[0].name, told.body)

    def test_release_opens_with_the_order_that_was_asked_for(self):
        """The narrowest scope; with two of them, or none, the Controller chooses."""
        hold = self._hold().with_user(self.controller)

        def dialog():
            context = hold.action_release()["context"]
            return context["default_scope"], context["default_order_id"]

        self.assertEqual(dialog(), ("unconditional", False))
        order = self._quotation().with_user(self.salesperson)
        order.action_export_request_release()
        self.assertEqual(dialog(), ("order", order.id))
        other = self._quotation().with_user(self.salesperson)
        other.action_export_request_release()
        self.assertEqual(dialog(), ("unconditional", False))
        hold = hold.with_context(export_order_id=other.id)
        self.assertEqual(dialog(), ("order", other.id))

    def test_keep_opens_with_a_date(self):
        """One dialog, and a day is proposed: two weeks, or the one that is set."""
        hold = self._hold().with_user(self.controller)

        def dialog():
            action = hold.action_open_keep()
            decide = self.env[action["res_model"]].with_user(self.controller)
            return decide.with_context(**action["context"]).create({})

        self.assertEqual(dialog().review_date, self._day(14))
        hold.review_date = self._day(30)
        self.assertEqual(dialog().review_date, self._day(30))
        dialog().action_decide()
        self.assertEqual((hold.state, hold.review_date), ("kept", self._day(30)))

    def test_keeping_tells_the_salesperson(self):
        hold = self._hold().with_user(self.controller)
        hold.review_date = self._day(14)
        hold.action_keep()
        self.assertEqual(len(self._told(self.salesperson, "keeps the credit hold")), 1)

    def test_request_for_an_order_of_somebody_else_is_refused(self):
        stranger = self._user("stranger", "user")
        order = self._quotation()
        self._hold()
        with self.assertRaises(AccessError):
            order.with_user(stranger).action_export_request_release()

    def test_request_for_a_free_order_is_refused(self):
        with self.assertRaisesRegex(UserError, "confirm at once"):
            self._quotation().action_export_request_release()

    def test_request_on_a_fresh_run_keeps_its_evidence(self):
        self._late_payer()
        self.env.cr.precommit.run()
        order = self._quotation()
        order.with_user(self.salesperson).action_export_request_release()
        hold = self.customer.export_credit_hold_ids
        self.assertEqual(hold.kind, "behaviour")
        self.assertEqual(sorted(hold.evidence_ids.mapped("days_late")), [20, 30])
        self.assertEqual(hold.asked_ids.order_id, order)
