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


@tagged("post_install", "-at_install")
class TestCreditRequest(ExportCrmCommon):
    def test_request_tells_the_controller_once(self):
        hold = self._hold()
        order = self._quotation().with_user(self.salesperson)
        order.action_export_request_release()
        order.action_export_request_release()
        self.assertTrue(order.export_credit_requested)
        asked = hold.message_ids.filtered(lambda m: "asks to release" in m.body)
        self.assertEqual(len(asked), 1)
        self.assertIn(self.controller.partner_id, asked.notified_partner_ids)
        self.assertEqual(len(hold.activity_ids), 1)

    def _told(self, user, text):
        """Return the messages with ``text`` that ``user`` was notified of."""
        messages = self.env["mail.message"].sudo()
        return messages.search(
            [
                ("notification_ids.res_partner_id", "=", user.partner_id.id),
                ("body", "ilike", text),
            ]
        )

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

    def test_request_against_the_limit_opens_a_hold_that_release_ends(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 50.0
        order = self._quotation()
        order.with_user(self.salesperson).action_export_request_release()
        hold = order.export_credit_hold_id
        self.assertRecordValues(hold, [{"kind": "exposure", "state": "open"}])
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "Deposit arrived."}
        )
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertRaisesRegex(UserError, "would owe more"):
            self._quotation().action_confirm()

    def test_hold_against_the_limit_tells_no_amounts(self):
        """Whoever asked may see them; the hold is read by every salesperson of his."""
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 50.0
        self.controller.group_ids += self.quick_ref(
            "sales_team.group_sale_salesman_all_leads"
        )
        order = self._quotation().with_user(self.controller)
        self.assertIn("50.00", order.export_credit_reason)
        order.action_export_request_release()
        hold = self.customer.export_credit_hold_ids.with_user(self.salesperson)
        self.assertEqual(
            hold.note, "Lagos Trading Ltd would owe more than its credit limit."
        )
        texts = hold.message_ids + self.customer.message_ids + order.message_ids
        for text in (hold._explanation(), *texts.sudo().mapped("body")):
            self.assertNotIn("50.00", text)

    def test_request_about_terms_keeps_which_are_allowed(self):
        terms = self.env.ref("account.account_payment_term_immediate")
        self.env["export.crm.credit.rule"].create(
            {"name": "Only at once", "kind": "terms", "payment_term_ids": terms.ids}
        )
        order = self._quotation(payment_term_id=self.pay_terms_b.id)
        order.with_user(self.salesperson).action_export_request_release()
        hold = self.customer.export_credit_hold_ids
        self.assertEqual(hold.kind, "terms")
        self.assertIn(f"allowed: {terms.name}", hold.note)
        self.assertEqual(hold._explanation().count("Ask Anna"), 1)

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
        self.assertEqual(hold.requested_order_ids, order)
