from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditReleaseScopes(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._hold()

    def _release(self, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(self.controller)
            .create({"hold_id": self.hold.id, "reason": "Bank guarantee.", **values})
        )

    def _order(self, amount=100.0):
        order = self._quotation()
        order.order_line.price_unit = amount
        return order

    def _refused(self):
        return self.assertRaisesRegex(UserError, "has been on credit hold since")

    def test_up_to_an_amount_over_several_orders(self):
        release = self._release(scope="amount", amount_limit=250.0)
        first, second = self._order(), self._order()
        (first + second).action_confirm()
        self.assertRecordValues(release, [{"amount_used": 200.0, "state": "active"}])
        with self._refused(), self.cr.savepoint():
            self._order(50.01).action_confirm()
        self._order(50.0).action_confirm()
        self.assertEqual(release.state, "used")
        self.assertTrue(self.hold.blocking)
        # Written for each: of two at the same moment the second begins anew.
        release.invalidate_recordset(["version"])
        self.assertEqual(release.version, 3)

    def test_cancelled_order_gives_its_amount_back(self):
        release = self._release(scope="amount", amount_limit=100.0)
        order = self._order()
        order.action_confirm()
        with self._refused(), self.cr.savepoint():
            self._order(1.0).action_confirm()
        order._action_cancel()
        self.assertEqual(release.amount_used, 0.0)
        self._order(100.0).action_confirm()

    def test_until_a_date_in_company_time(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        with freeze_time("2025-03-01 12:00:00"):
            release = self._release(scope="date", date_until="2025-03-02")
        with freeze_time("2025-03-02 15:59:00"):
            self._order().action_confirm()
            release.invalidate_recordset(["state"])
            self.assertEqual(release.state, "active")
        with freeze_time("2025-03-02 16:00:00"), self._refused():
            self._order().action_confirm()

    def test_expired_date_is_refused_at_once(self):
        with self.assertRaisesRegex(UserError, "expired already"):
            self._release(scope="date", date_until=self._day(-1))

    def test_order_changed_after_the_release_is_judged_again(self):
        other = self._customer("Other payer")
        changes = {
            "raised": lambda order: order.order_line.write({"price_unit": 100.01}),
            "re-termed": lambda order: order.write(
                {"payment_term_id": self.pay_terms_b.id}
            ),
            "re-payered": lambda order: order.write({"partner_invoice_id": other.id}),
        }
        for name, change in changes.items():
            with self.subTest(change=name):
                order = self._order()
                self._release(scope="order", order_id=order.id)
                change(order)
                with self._refused(), self.cr.savepoint():
                    order.action_confirm()

    def test_order_lowered_after_the_release_passes(self):
        order = self._order()
        self._release(scope="order", order_id=order.id)
        order.order_line.price_unit = 99.0
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_form_of_a_released_order_warns_once_it_is_raised(self):
        order = self._order()
        self._release(scope="order", order_id=order.id)
        with Form(order) as form:
            with form.order_line.edit(0) as line:
                line.price_unit = 99.0
            self.assertFalse(form.export_credit_reason)
            with form.order_line.edit(0) as line:
                line.price_unit = 100.01
            self.assertTrue(form.export_credit_reason)

    def test_confirmed_order_may_not_be_raised_beyond_its_release(self):
        order = self._order()
        self._release(scope="order", order_id=order.id)
        order.action_confirm()
        with self._refused():
            order.order_line.product_uom_qty = 2

    def test_amount_is_in_company_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id}
        )
        self._release(scope="amount", amount_limit=199.0)
        order = self._quotation(pricelist_id=pricelist.id)
        order.order_line.price_unit = 100.0
        with self._refused(), self.cr.savepoint():
            order.action_confirm()
        order.order_line.price_unit = 99.5
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_confirmed_order_is_raised_within_the_amount(self):
        release = self._release(scope="amount", amount_limit=150.0)
        order = self._order()
        order.action_confirm()
        order.order_line.price_unit = 150.0
        self.assertEqual(release.amount_used, 150.0)
        with self._refused():
            order.order_line.price_unit = 150.01

    def test_release_names_an_order_of_this_customer(self):
        stranger = self._quotation(self._customer("Stranger"))
        with self.assertRaisesRegex(UserError, "does not wait for"):
            self._release(scope="order", order_id=stranger.id)

    def test_decision_of_one_scope_keeps_no_field_of_another(self):
        release = self._release(amount_limit=5.0, date_until=self.today)
        self.assertRecordValues(release, [{"amount_limit": 0.0, "date_until": False}])

    def test_nobody_writes_lines(self):
        order = self._order()
        release = self._release(scope="order", order_id=order.id)
        with self.assertRaises(AccessError):
            release.line_ids.with_user(self.controller).write({"amount": 1e6})
