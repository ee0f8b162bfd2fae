from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..common import ExportCrmCommon


class DecisionCommon(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._user("second", "credit_controller", name="Second Controller")

    def _release(self, hold, user=None, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(user or self.controller)
            .create({"hold_id": hold.id, "reason": "Bank guarantee.", **values})
        )

    def _order(self, amount=100.0, partner=None, **values):
        order = self._quotation(partner, **values)
        order.order_line.price_unit = amount
        return order

    def _refused(self):
        return self.assertRaisesRegex(UserError, "has been on credit hold since")


@tagged("post_install", "-at_install")
class TestCreditDecision(DecisionCommon):
    """Who may decide, and how far a decision goes."""

    def test_two_orders_in_one_call_do_not_both_draw_on_one_amount(self):
        hold = self._hold()
        release = self._release(hold, scope="amount", amount_limit=1000.0)
        first, second = self._order(600.0), self._order(600.0)
        with self._refused(), self.cr.savepoint():
            (first + second).action_confirm()
        self.assertEqual((first + second).mapped("state"), ["draft", "draft"])
        second.order_line.price_unit = 400.0
        (first + second).action_confirm()
        self.assertRecordValues(release, [{"amount_used": 1000.0, "state": "used"}])

    def test_each_quotation_is_shown_by_itself(self):
        hold = self._hold()
        self._release(hold, scope="amount", amount_limit=1000.0)
        orders = self._order(600.0) + self._order(600.0) + self._order(1001.0)
        self.assertEqual(
            [bool(order.export_credit_reason) for order in orders], [False, False, True]
        )

    def test_two_accepted_orders_and_room_for_one(self):
        """The customer signs both: one confirms, the other waits, nobody raises."""
        hold = self._hold()
        self._release(hold, scope="amount", amount_limit=1000.0)
        orders = self._order(600.0) + self._order(600.0)
        orders.action_quotation_sent()
        self._sign(orders)._validate_order()
        self.assertEqual(orders.mapped("state"), ["sale", "sent"])
        self.assertEqual(orders.mapped("export_credit_waiting"), [False, True])

    def test_salesperson_of_a_waiting_order_closes_no_hold(self):
        hold = self._hold()
        order = self._order(user_id=self.controller.id)
        for scope in ("unconditional", "void"):
            with self.assertRaisesRegex(UserError, "another Credit Controller"):
                self._release(hold, scope=scope)
        with self.assertRaisesRegex(UserError, "another Credit Controller"):
            self._release(hold, scope="order", order_id=order.id)
        self._release(hold, self.second)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_ones_own_orders_do_not_pass_by_ones_own_release(self):
        for values in (
            {"scope": "amount", "amount_limit": 500.0},
            {"scope": "date", "date_until": self._day(3)},
        ):
            customer = self._customer("Held")
            hold = self._hold(customer)
            own = self._order(partner=customer, user_id=self.controller.id)
            with self.subTest(values=values):
                self._release(hold, **values)
                with self._refused(), self.cr.savepoint():
                    own.action_confirm()
                self._order(partner=customer).action_confirm()
                self._release(hold, self.second, **values)
                own.action_confirm()

    def test_accepted_order_of_the_author_waits_on(self):
        hold = self._hold()
        order = self._order(user_id=self.controller.id)
        order.action_quotation_sent()
        self._sign(order)._validate_order()
        values = {"scope": "date", "date_until": self._day(3)}
        self._release(hold, **values)
        self.assertRecordValues(
            order, [{"state": "sent", "export_credit_waiting": True}]
        )
        self._release(hold, self.second, **values)
        self.assertEqual(order.state, "sale")

    def test_customer_and_payer_on_hold_need_a_release_each(self):
        payer = self._customer("Payer")
        first, second = self._hold(), self._hold(payer)
        order = self._quotation(partner_invoice_id=payer.id)
        self._release(first, scope="order", order_id=order.id)
        with self._refused(), self.cr.savepoint():
            order.action_confirm()
        self._release(second, scope="order", order_id=order.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_nobody_writes_whose_customer_it_is(self):
        """Nor why it was opened: a hold by hand would let prepaid orders pass."""
        self.customer.user_id = self.controller
        hold = self._hold().with_user(self.controller)
        for values in ({"salesperson_id": False}, {"kind": "behaviour"}):
            with self.assertRaisesRegex(UserError, "changes by a decision only"):
                hold.write(values)
        self.customer.user_id = self.salesperson
        self.assertEqual(hold.salesperson_id, self.salesperson)

    def test_release_in_foreign_currency_survives_a_new_rate(self):
        """The order is no larger because its currency is worth more on the day."""
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": euro.id}
        )
        hold = self._hold()
        order = self._order(pricelist_id=pricelist.id)
        raised = self._order(pricelist_id=pricelist.id)
        for quotation in order + raised:
            quotation.date_order = fields.Datetime.now() - timedelta(days=3)
            self._release(hold, scope="order", order_id=quotation.id)
        euro.rate_ids.create(
            {
                "name": self.today,
                "rate": 0.4,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        order.action_confirm()
        self.assertEqual(order.currency_rate, 0.4)
        raised.order_line.price_unit = 100.01
        with self._refused():
            raised.action_confirm()

    def test_release_used_passes_neither_more_nor_a_copy(self):
        hold = self._hold()
        order = self._order()
        self._release(hold, scope="order", order_id=order.id)
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        with self._refused(), self.cr.savepoint():
            order.copy().action_confirm()
        order.order_line.price_unit = 100.01
        with self._refused():
            order.action_confirm()

    def test_filter_finds_what_the_order_shows(self):
        """A release until a date takes the order from the list, and gives it back."""
        hold = self._hold()
        order, Order = self._order(), self.env["sale.order"]

        def shown():
            self.env.invalidate_all()
            found = order in Order.search([("export_credit_hold_id", "!=", False)])
            self.assertEqual(bool(order.export_credit_hold_id), found)
            return found

        self.assertTrue(shown())
        self._release(hold, scope="date", date_until=self._day(2))
        self.assertFalse(shown())
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        with freeze_time(self._day(5)):
            self.assertTrue(shown())
        self._release(hold, scope="order", order_id=order.id)
        order.order_line.price_unit = 101.0
        with freeze_time(self._day(5)):
            self.assertTrue(shown())

    def test_orders_left_out_wait_on_in_silence(self):
        hold = self._hold()
        first, second = self._order(), self._order()
        (first + second).action_quotation_sent()
        self._sign(first + second)._validate_order()
        self._release(hold, scope="order", order_id=first.id)
        self.assertEqual((first + second).mapped("state"), ["sale", "sent"])
        self.assertTrue(second.export_credit_waiting)
        self.assertNotIn("Released, but", "".join(second.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestCreditReview(DecisionCommon):
    """Nobody is held and forgotten."""

    def test_kept_hold_comes_back_on_its_review_date(self):
        hold = self._hold().with_user(self.controller)
        hold.review_date = self._day(14)
        hold.action_keep()
        self.assertRecordValues(
            hold.activity_ids,
            [{"user_id": self.controller.id, "date_deadline": self._day(14)}],
        )
        hold.review_date = self._day(21)
        self.assertEqual(hold.activity_ids.date_deadline, self._day(21))
        with freeze_time(self._day(22)):
            self.assertIn(
                hold,
                hold.search([("state", "=", "kept"), ("review_date", "<=", "today")]),
            )
            with self._refused(), self.cr.savepoint():
                self._order().action_confirm()
        self._release(hold)
        self.assertFalse(hold.activity_ids)

    def test_review_date_of_yesterday_is_refused(self):
        hold = self._hold().with_user(self.controller)
        hold.review_date = self._day(-1)
        with self.assertRaisesRegex(UserError, "over already"):
            hold.action_keep()
        hold.review_date = self.today
        hold.action_keep()
        self.assertEqual(hold.state, "kept")

    def test_who_may_not_decide_is_not_asked(self):
        elsewhere = self.setup_other_company(name="Other")["company"]
        chosen = {
            "no role": self._user("clerk"),
            "salesperson": self.salesperson,
            "other company": self._user(
                "far",
                "credit_controller",
                company_id=elsewhere.id,
                company_ids=[fields.Command.set(elsewhere.ids)],
            ),
        }
        for name, user in chosen.items():
            with self.subTest(name):
                self.company.export_credit_user_id = user
                hold = self._hold(self._customer(name))
                self.assertEqual(hold.user_id, self.controller)
                self.assertEqual(hold.activity_ids.user_id, self.controller)

    def test_deleted_responsible_leaves_the_setting_empty(self):
        self.company.export_credit_user_id = self.second
        self.env.flush_all()
        self.second.sudo().unlink()
        self.env.invalidate_all()
        self.assertFalse(self.company.export_credit_user_id)
        self.assertEqual(self._hold().user_id, self.controller)

    def test_archived_controller_is_not_asked_any_more(self):
        self._hold()
        self.controller.active = False
        order = self._order()
        self.assertIn("Ask Second Controller", order.export_credit_reason)
        order.with_user(self.salesperson).action_export_request_release()
        self.assertIn(
            self.second.partner_id,
            order.export_credit_request_id.message_ids.notified_partner_ids,
        )

    def test_holds_of_an_archived_controller_are_handed_over(self):
        hold = self._hold()
        self.controller.active = False
        self._check_payments()
        self._check_payments()
        self.assertEqual(hold.user_id, self.second)
        self.assertRecordValues(hold.activity_ids, [{"user_id": self.second.id}])
