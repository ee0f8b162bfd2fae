from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditCover(ExportCrmCommon):
    """Cash in advance is no credit: a posted deposit lets its order pass."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._late_payer()
        cls.held = cls._check_payments()
        cls.order = cls._quotation()

    def _deposit(self, amount, order=None, post=True, **values):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "amount": amount,
                "company_id": self.company.id,
                "export_order_id": (order or self.order).id,
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    def _confirm(self, order=None):
        (order or self.order).with_user(self.salesperson).action_confirm()

    def assertHeld(self, order=None):
        with self.assertRaises(ValidationError):
            self._confirm(order)

    def test_whole_amount_posted_passes_and_a_cent_less_does_not(self):
        self._deposit(99.99)
        self.assertHeld()
        self.assertIn("$\xa099.99", self.order.export_credit_reason)
        self._deposit(0.01)
        self.order.invalidate_recordset()
        self.assertFalse(self.order.export_credit_reason)
        self._confirm()
        self.assertEqual(self.order.state, "sale")
        self.assertTrue(self.held.blocking)
        self.assertHeld(self._quotation())

    def test_draft_and_cancelled_payments_are_no_deposit(self):
        payment = self._deposit(100.0, post=False)
        self.assertHeld()
        payment.action_post()
        payment.action_draft()
        payment.action_cancel()
        self.assertHeld()

    def test_deposit_used_for_an_old_invoice_is_none_any_longer(self):
        payment = self._deposit(100.0)
        invoice = self._invoice(self.customer, 60.0, due=10)
        (payment.move_id.line_ids + invoice.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        self.assertHeld()

    def test_share_is_a_setting(self):
        self.company.export_credit_cover_percent = 30.0
        self._deposit(29.99)
        self.assertHeld()
        self._deposit(0.01)
        self._confirm()

    def test_raising_a_prepaid_order_is_judged_again(self):
        self._deposit(100.0)
        self._confirm()
        with self.assertRaises(ValidationError):
            self.order.order_line.with_user(self.salesperson).price_unit = 101.0

    def test_switched_off(self):
        self.company.export_credit_cover_percent = 0.0
        self._deposit(100.0)
        self.assertHeld()

    def test_in_foreign_currency_at_the_payments_own_rate(self):
        """200 of the other currency are 100 of ours, from 2017 on."""
        other = self.setup_other_currency("EUR", rates=[("2017-01-01", 2.0)])
        payment = self._deposit(199.98, currency_id=other.id)
        self.assertHeld()
        payment = self._deposit(0.02, currency_id=other.id)
        self.assertEqual(payment.state, "in_process")
        self._confirm()

    def test_paid_in_the_orders_currency_whatever_the_rate_does(self):
        other = self.setup_other_currency("EUR", rates=[("2017-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": other.id}
        )
        order = self._quotation(pricelist_id=pricelist.id)
        order.order_line.price_unit = 100.0
        self._deposit(99.99, order, currency_id=other.id, date=self._day(-3))
        other.rate_ids.create(
            {
                "name": self.today,
                "rate": 0.4,
                "currency_id": other.id,
                "company_id": self.company.id,
            }
        )
        self.assertHeld(order)
        self._deposit(0.01, order, currency_id=other.id)
        self._confirm(order)
        self.assertEqual(order.state, "sale")

    def test_hold_by_hand_only_if_it_says_so(self):
        other = self._customer("Held by hand")
        hold = self._hold(other)
        order = self._quotation(other)
        self._deposit(100.0, order, partner_id=other.id)
        self.assertHeld(order)
        hold.with_user(self.controller).cover_passes = True
        self._confirm(order)

    def test_terms_are_another_question(self):
        terms = self.env.ref("account.account_payment_term_immediate")
        self.env["export.crm.credit.rule"].create(
            {"name": "Only at once", "kind": "terms", "payment_term_ids": terms.ids}
        )
        self._deposit(100.0)
        self.assertHeld()
        self.order.payment_term_id = terms
        self._confirm()

    def test_exposure_above_the_limit_is_covered(self):
        other = self._customer("At the limit", credit_limit=50.0)
        self.company.account_use_credit_limit = True
        self._invoice(other, 200.0, due=30)
        order = self._quotation(other)
        self.assertHeld(order)
        self._deposit(100.0, order, partner_id=other.id)
        self._confirm(order)

    def test_order_of_somebody_else_is_refused(self):
        stranger = self._customer("Stranger")
        with self.assertRaisesRegex(ValidationError, "who pays"):
            self._deposit(100.0, partner_id=stranger.id, post=False)
        with self.assertRaisesRegex(ValidationError, "received"):
            self._deposit(100.0, payment_type="outbound", post=False)

    def test_other_company(self):
        other = self.setup_other_company()["company"]
        with self.assertRaises(UserError):
            self._deposit(
                1.0,
                post=False,
                company_id=other.id,
                journal_id=self.env["account.journal"]
                .search([("company_id", "=", other.id), ("type", "=", "bank")], limit=1)
                .id,
            )

    def test_accepted_order_says_that_it_may_be_confirmed(self):
        order = self._quotation()
        self._sign(order)._validate_order()
        self.assertTrue(order.export_credit_waiting)
        self._deposit(100.0, order)
        order.invalidate_recordset()
        self.assertIn("confirm it", order.export_credit_reason)
