from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditPromiseOutcome(ExportCrmCommon):
    """A broken promise makes one activity; a kept one is green."""

    def _promised(self, days):
        move = self._invoice(self.customer, due=-60)
        line = move.line_ids.filtered(lambda ml: ml.display_type == "payment_term")
        promise = (
            self.env["export.crm.credit.promise"]
            .with_user(self.salesperson)
            .create(
                {
                    "move_line_id": line.id,
                    "promised_date": self._day(days),
                    "reason": "Their bank is slow.",
                }
            )
        )
        promise.with_user(self.controller).action_approve()
        # Approved while it was still to come.
        promise.sudo().decided_on = self._day(-50)
        return promise

    def _step(self, days=0):
        promises = self.env["export.crm.credit.promise"].sudo()
        promises._step_promises(self.company, self.customer.ids, self._day(days))

    def _asked(self, text):
        return self.customer.activity_ids.filtered(lambda a: text in a.summary)

    def test_broken_after_the_grace_and_once(self):
        promise = self._promised(-5)
        self._step()
        self.assertFalse(promise.outcome)
        for _again in range(2):
            self._step(1)
        self.assertEqual(promise.outcome, "broken")
        activity = self._asked("Promise broken")
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.controller)
        self.assertEqual(activity.date_deadline, self.today)
        self.assertIn(self._date_text(self._day(-5)), activity.summary)

    def test_kept_when_paid_in_time(self):
        promise = self._promised(-7)
        self._pay(promise.move_id, on=-8)
        self._step()
        self.assertEqual(promise.outcome, "kept")
        self.assertFalse(self._asked("Promise broken"))

    def test_paid_too_late_is_broken(self):
        promise = self._promised(-20)
        self._pay(promise.move_id, on=-2)
        self._step()
        self.assertEqual(promise.outcome, "broken")

    def test_a_later_promise_takes_its_place(self):
        first = self._promised(-20)
        later = first.with_user(self.salesperson).copy(
            {"promised_date": self._day(-10)}
        )
        later.with_user(self.controller).action_approve()
        later.sudo().decided_on = self._day(-19)
        self._step()
        self.assertEqual((first.outcome, later.outcome), (False, "broken"))
        self.assertEqual(len(self._asked("Promise broken")), 1)


@tagged("post_install", "-at_install")
class TestCreditDepositGone(ExportCrmCommon):
    """A deposit that is taken back after its order passed by it makes one activity."""

    def _deposit(self, order, amount=100.0):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": order.partner_id.id,
                "amount": amount,
                "export_order_id": order.id,
            }
        )
        payment.action_post()
        return payment

    def _step(self):
        orders = self.env["sale.order"].sudo()
        orders._step_deposits(self.company, self.customer.ids, self.today)

    def _asked(self):
        return self.customer.activity_ids.filtered(
            lambda activity: "is not there any more" in activity.summary
        )

    def _confirmed(self, held=True):
        if held:
            self._late_payer()
            self._check_payments()
        order = self._quotation()
        payment = self._deposit(order)
        order.with_user(self.salesperson).action_confirm()
        return order, payment

    def test_cancelled_afterwards(self):
        order, payment = self._confirmed()
        self.assertTrue(order.export_credit_covered)
        self._step()
        self.assertFalse(self._asked())
        payment.action_draft()
        payment.action_cancel()
        for _again in range(2):
            self._step()
        self.assertEqual(len(self._asked()), 1)
        self.assertIn(order.name, self._asked().summary)
        self.assertEqual(self._asked().user_id, self.controller)
        self.assertEqual(order.state, "sale")
        told = order.message_ids.filtered(lambda m: "not there any more" in m.body)
        self.assertEqual(told.notified_partner_ids, self.salesperson.partner_id)

    def test_given_to_another_order_counts_as_gone(self):
        order, payment = self._confirmed()
        payment.export_order_id = self._quotation()
        self._step()
        self.assertEqual(len(self._asked()), 1)

    def test_without_a_hold_nobody_cares(self):
        order, payment = self._confirmed(held=False)
        self.assertFalse(order.export_credit_covered)
        payment.action_draft()
        self._step()
        self.assertFalse(self._asked())


@tagged("post_install", "-at_install")
class TestCreditSameAgain(ExportCrmCommon):
    """Confirmed orders of a held customer: what is a change, and what is not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.terms = cls.env.ref("account.account_payment_term_immediate")
        cls.order = cls._quotation(payment_term_id=cls.terms.id)
        cls.order.action_confirm()
        cls._hold()

    def _synchronised(self, **values):
        return {
            "state": "sale",
            "partner_id": self.customer.id,
            "partner_invoice_id": self.customer.id,
            "payment_term_id": self.terms.id,
            "client_order_ref": "PO 7",
            **values,
        }

    def test_same_values_again_are_no_change(self):
        self.order.write(self._synchronised())
        self.assertEqual(self.order.client_order_ref, "PO 7")

    def test_one_other_value_is_judged(self):
        other = self.env.ref("account.account_payment_term_30days")
        for values in (
            {"payment_term_id": other.id},
            {"payment_term_id": False},
            {"partner_invoice_id": self._customer("Payer").id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError) as refused:
                with self.env.cr.savepoint():
                    self.order.write(self._synchronised(**values))
            self.assertIn(f"Change refused: {self.order.name}.", str(refused.exception))
            self.assertNotIn("Not confirmed", str(refused.exception))

    def test_raise_of_a_line_is_a_change(self):
        for change in (
            lambda: self.order.order_line.write({"price_unit": 101.0}),
            lambda: self.order.write(
                {
                    "order_line": [
                        Command.create(
                            {"product_id": self.product.id, "price_unit": 5.0}
                        )
                    ]
                }
            ),
            lambda: self.order.order_line.create(
                {
                    "order_id": self.order.id,
                    "product_id": self.product.id,
                    "price_unit": 5.0,
                }
            ),
        ):
            with self.assertRaisesRegex(UserError, "Change refused"):
                with self.env.cr.savepoint():
                    change()

    def test_refused_change_is_not_asked_about_as_an_order(self):
        """Its release would let the order pass as it stands, which it does already."""
        order = self.order.with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "release up to an amount"):
            order.action_export_request_release()
        release = self.env["export.crm.credit.release"].with_user(self.controller)
        release.create(
            {
                "hold_id": self.customer.export_credit_hold_ids.id,
                "scope": "amount",
                "amount_limit": 101.0,
                "reason": "One more carton.",
            }
        )
        self.order.order_line.write({"price_unit": 101.0})
        self.assertEqual(self.order.amount_total, 101.0)

    def test_new_order_is_not_confirmed(self):
        with self.assertRaisesRegex(UserError, "Not confirmed"):
            self._quotation().action_confirm()

    def test_split_off_again_takes_nobodys_evidence_along(self):
        """The hold follows, so that splitting is no way out; its invoices are those
        that the ledger has under the new customer: none yet."""
        self.customer.export_credit_hold_ids.sudo()._close("void", "To begin anew.")
        part = self._customer("Part", parent_id=self.customer.id, is_company=False)
        for days in (-60, -50):
            self._invoice(self.customer, due=days)
        hold = self._check_payments()
        part.write({"parent_id": False, "is_company": True})
        held = part.export_credit_hold_ids.filtered("blocking")
        self.assertFalse(held.evidence_ids)
        self.assertIn("was part of Lagos Trading Ltd", held.note)
        self.assertEqual(len(hold.evidence_ids), 2)
        self.company.export_credit_auto_release = True
        held.sudo()._step_settled(self.company, part.ids, self.today)
        self.assertTrue(held.blocking)
