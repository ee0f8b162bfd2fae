from odoo import Command, fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditExposure(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.account_use_credit_limit = True
        cls.customer.credit_limit = 1000.0

    def _order(self, amount, partner=None, **values):
        order = self._quotation(partner, **values)
        order.order_line.price_unit = amount
        return order

    def _refused(self):
        return self.assertRaisesRegex(UserError, "would owe more than its credit limit")

    def test_limit_is_reached_but_not_exceeded(self):
        order = self._order(1000.0)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self._refused():
            self._order(0.01).action_confirm()

    def test_receivables_less_unapplied_payments_plus_confirmed(self):
        self._invoice(self.customer, 600.0, due=10)
        self._order(300.0).action_confirm()
        with self._refused(), self.cr.savepoint():
            self._order(101.0).action_confirm()
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": 1.0,
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_method_line_id": self.inbound_payment_method_line.id,
            }
        )
        payment.action_post()
        self._order(101.0).action_confirm()

    def test_order_in_foreign_currency_counts_at_its_rate(self):
        currency = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": currency.id}
        )
        self._order(500.0, pricelist_id=pricelist.id).action_confirm()
        with self._refused():
            self._order(0.01, pricelist_id=pricelist.id).action_confirm()

    def test_foreign_currency_counts_at_todays_rate_on_every_road(self):
        """500 EUR were 1,000 when quoted and are 1,250 today."""
        currency = self.setup_other_currency(
            "EUR", rates=[("2000-01-01", 0.5), (self.today, 0.4)]
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": currency.id}
        )
        quoted = fields.Datetime.subtract(fields.Datetime.now(), days=30)

        def quotation(amount):
            return self._order(amount, pricelist_id=pricelist.id, date_order=quoted)

        self.assertEqual(quotation(500.0).currency_rate, 0.5)
        self.assertIn("would owe more", quotation(500.0).export_credit_reason)
        self.assertFalse(quotation(400.0).export_credit_reason)
        for confirm in (
            lambda order: order.action_confirm(),
            lambda order: order.write({"state": "sale"}),
        ):
            with self._refused(), self.cr.savepoint():
                confirm(quotation(400.01))
            with self.cr.savepoint() as undone:
                confirm(quotation(400.0))
                undone.rollback()
        # near the limit the exact exposure is asked for; it may be paid in part
        self._invoice(self.customer, 10.0, due=10)
        with self._refused(), self.cr.savepoint():
            quotation(396.01).write({"state": "sale"})
        quotation(396.0).write({"state": "sale"})

    def test_company_without_limits_is_silent(self):
        self.company.account_use_credit_limit = False
        self._order(5000.0).action_confirm()

    def test_rule_switched_off_is_silent(self):
        self.env.ref("export_crm.export_crm_credit_rule_exposure").active = False
        self._order(5000.0).action_confirm()

    def test_default_limit_of_the_company_counts(self):
        self.env["ir.default"].set(
            "res.partner", "credit_limit", 200.0, company_id=self.company.id
        )
        with self._refused():
            self._order(201.0, self._customer("No own limit")).action_confirm()

    def test_payer_and_not_the_ordering_contact_is_judged(self):
        other = self._customer("Branch")
        with self._refused():
            self._order(
                1001.0, other, partner_invoice_id=self.customer.id
            ).action_confirm()
        order = self._order(1001.0, partner_invoice_id=other.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_orders_of_other_salespeople_count(self):
        other = self._user("other", "user")
        self._order(900.0, user_id=other.id).action_confirm()
        with self._refused():
            self._order(101.0).with_user(self.salesperson).action_confirm()

    def test_two_orders_in_one_call_do_not_both_pass(self):
        orders = self._order(600.0) + self._order(600.0)
        with self._refused(), self.cr.savepoint():
            orders.action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        orders[0].action_confirm()
        with self._refused():
            orders[1].action_confirm()

    def test_other_company_has_its_own_limit(self):
        other = self.setup_other_company(name="Other")["company"]
        self._order(900.0).action_confirm()
        order = self._order(500.0, company_id=other.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_limit_of_the_orders_company_whoever_confirms_from_where(self):
        other = self.setup_other_company(name="Other")["company"]
        self.customer.with_company(other).credit_limit = 1e6
        self.salesperson.company_ids += other
        order = self._order(1000.01).with_user(self.salesperson)
        with self._refused():
            order.with_context(
                allowed_company_ids=[other.id, self.company.id]
            ).action_confirm()

    def test_amounts_only_for_those_who_may(self):
        order = self._order(1234.5)
        with self.assertRaises(ValidationError) as seen, self.cr.savepoint():
            order.with_user(self.salesperson).action_confirm()
        self.assertNotIn("1,234", str(seen.exception))
        self.controller.group_ids += self.quick_ref("sales_team.group_sale_manager")
        with self.assertRaises(ValidationError) as seen:
            order.with_user(self.controller).action_confirm()
        self.assertIn("1,234.50", str(seen.exception))

    def test_live_exposure_equals_the_nightly_fact(self):
        self._invoice(self.customer, 600.0, due=10)
        self._order(300.0).action_confirm()
        accounts = self.env["export.crm.account"].sudo()
        account = accounts._refresh_facts_of(self.customer, self.company)
        self.assertEqual(account.exposure, 900.0)
        self.assertEqual(
            accounts._live_exposure(self.company, self.customer.ids),
            {self.customer.id: 900.0},
        )

    def test_bound_is_never_below_the_exposure(self):
        accounts = self.env["export.crm.account"].sudo()
        ids = self.customer.ids
        self._invoice(self.customer, 600.0, due=10)
        order = self._order(300.0)
        order.action_confirm()

        def figures():
            self.env.flush_all()
            bound = accounts._exposure_bound(self.company, ids)[ids[0]]
            return bound, accounts._live_exposure(self.company, ids)[ids[0]]

        self.assertEqual(figures(), (900.0, 900.0))
        invoice = order._create_invoices()
        self.assertEqual(figures(), (float("inf"), 900.0))
        invoice.action_post()
        self.assertEqual(figures(), (900.0, 900.0))
        self._pay(invoice, amount=100.0)
        self.assertEqual(figures(), (800.0, 800.0))

    def test_order_confirmed_a_moment_ago_counts(self):
        """Though nothing of it is in the database yet."""
        first, second = self._order(600.0), self._order(401.0)
        first.action_confirm()
        with self._refused():
            second.action_confirm()

    def _statements_of_a_limit(self, **values):
        """Return how many more statements confirming takes with a limit."""
        *warm, order, same = (self._order(10.0, **values) for _number in range(4))

        def confirm(record):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            record.action_confirm()
            self.env.flush_all()
            return self.cr.sql_log_count - before

        for quotation in warm:
            confirm(quotation)
        with_limit = confirm(order)
        self.patch(type(order), "_export_credit_limited", lambda _orders: set())
        return with_limit - confirm(same)

    def test_limit_writes_the_order_no_second_time(self):
        # The credit limit is read, and what is owed.
        self.assertLessEqual(self._statements_of_a_limit(), 2)

    def test_limit_asks_for_no_rate_that_odoo_has_taken(self):
        currency = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "EUR", "currency_id": currency.id}
        )
        more = self._statements_of_a_limit(pricelist_id=pricelist.id)
        # One more for the currency itself.
        self.assertLessEqual(more, 3)

    def test_quotation_warns_before_confirming(self):
        order = self._order(1001.0).with_user(self.salesperson)
        self.assertIn("would owe more", order.export_credit_reason)
        self.assertFalse(order.export_credit_hold_id)
        order.order_line.price_unit = 1000.0
        self.assertFalse(order.export_credit_reason)

    def test_form_warns_while_lines_are_typed(self):
        with Form(self._order(1000.0).with_user(self.salesperson)) as form:
            with form.order_line.edit(0) as line:
                line.price_unit = 1001.0
            self.assertIn("would owe more", form.export_credit_reason)
            with form.order_line.edit(0) as line:
                line.price_unit = 999.0
            self.assertFalse(form.export_credit_reason)

    def test_hold_and_limit_say_the_same_once(self):
        order = self._order(1001.0).with_user(self.salesperson)
        order.action_export_request_release()
        order.invalidate_recordset()
        self.assertTrue(order.export_credit_requested)
        for sentence, times in (("would owe more", 1), ("Ask Anna", 0)):
            # She was asked already.
            self.assertEqual(order.export_credit_reason.count(sentence), times)
        with self.assertRaises(UserError) as refused:
            order.action_confirm()
        self.assertEqual(str(refused.exception).count("would owe more"), 1)


@tagged("post_install", "-at_install")
class TestCreditRules(ExportCrmCommon):
    def _rule(self, **values):
        return self.env["export.crm.credit.rule"].create({"name": "Rule", **values})

    def test_overdue_by_amount(self):
        self.env.ref("export_crm.export_crm_credit_rule_behaviour").active = False
        self._rule(kind="overdue", overdue_amount=1000.0)
        self._invoice(self.customer, 1000.0, due=-10)
        self.assertFalse(self._check_payments())
        self._invoice(self.customer, 0.01, due=-10)
        self.assertEqual(self._check_payments().kind, "overdue")

    def test_overdue_by_age(self):
        self.env.ref("export_crm.export_crm_credit_rule_behaviour").active = False
        rule = self._rule(kind="overdue", overdue_days=30)
        self._invoice(self.customer, due=-30)
        self.assertFalse(self._check_payments())
        rule.overdue_days = 29
        self.assertEqual(self._check_payments().worst_days_late, 30)

    def test_second_rule_adds_evidence_to_the_one_hold(self):
        self._rule(kind="overdue", overdue_days=10)
        self._late_payer()
        self._invoice(self.customer, due=-20)
        hold = self._check_payments()
        self.assertEqual(len(hold), 1)
        self.assertEqual(len(hold.evidence_ids), 3)

    def test_rule_for_one_country_group_and_tier(self):
        europe = self.env.ref("base.europe")
        rule = self.env.ref("export_crm.export_crm_credit_rule_behaviour")
        rule.country_group_ids = europe
        self._late_payer()
        self.customer.country_id = self.env.ref("base.ng")
        self.assertFalse(self._check_payments())
        rule.tier_ids = self.env.ref("export_crm.export_crm_tier_a")
        self.customer.country_id = self.env.ref("base.de")
        self.assertFalse(self._check_payments())
        rule.tier_ids = False
        self.assertTrue(self._check_payments())

    def test_terms_not_allowed_for_the_market(self):
        term = self.env["account.payment.term"].create({"name": "30/70 and L/C"})
        group = self.env["res.country.group"].create(
            {"name": "Gulf", "country_ids": [Command.set(self.env.ref("base.ae").ids)]}
        )
        self._rule(
            name="Gulf: part prepayment and letter of credit",
            kind="terms",
            country_group_ids=[Command.set(group.ids)],
            payment_term_ids=[Command.set(term.ids)],
        )
        self._quotation().action_confirm()
        self.customer.country_id = self.env.ref("base.ae")
        order = self._quotation()
        unsaved = order.new(order.copy_data()[0])
        self.assertIn("terms of this quotation are", unsaved.export_credit_reason)
        with self.assertRaisesRegex(UserError, "allowed: 30/70"), self.cr.savepoint():
            order.action_confirm()
        order.payment_term_id = term
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "payment terms of"):
            order.payment_term_id = self.pay_terms_a

    def test_overdue_rule_without_parameters_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "set an amount or a number"):
            self._rule(kind="overdue")

    def test_fresh_run_stops_before_the_check_has_run(self):
        self._late_payer()
        self.env.cr.precommit.run()
        order = self._quotation()
        with self.assertRaisesRegex(UserError, "paid 30 days late"):
            order.action_confirm()
        self.assertFalse(self.customer.export_credit_hold_ids)

    def test_fresh_run_of_the_payer_stops(self):
        self._late_payer()
        self.env.cr.precommit.run()
        order = self._quotation(
            self._customer("Punctual GmbH"), partner_invoice_id=self.customer.id
        )
        with self.assertRaisesRegex(UserError, "paid 30 days late"):
            order.action_confirm()


@tagged("post_install", "-at_install")
class TestCreditConfirmedLines(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._quotation()
        cls.order.order_line.product_uom_qty = 10
        cls.order.action_confirm()
        cls.hold = cls._hold()
        cls.line = cls.order.order_line

    def _refused(self):
        return self.assertRaisesRegex(UserError, "has been on credit hold since")

    def test_raising_is_refused(self):
        for values in (
            {"product_uom_qty": 11},
            {"price_unit": 101.0},
            {"tax_ids": [Command.set(self.tax_sale_a.ids)]},
        ):
            with self.subTest(values=values), self._refused(), self.cr.savepoint():
                self.line.write(values)
        self.line.discount = 10
        with self._refused():
            self.line.discount = 0

    def test_raising_through_the_order_is_refused(self):
        for command in (
            Command.update(self.line.id, {"product_uom_qty": 11}),
            Command.create({"product_id": self.product.id, "price_unit": 1.0}),
        ):
            with self._refused(), self.cr.savepoint():
                self.order.with_user(self.salesperson).order_line = [command]

    def test_lowering_and_text_pass(self):
        self.line.write({"product_uom_qty": 9, "price_unit": 99.0, "discount": 5})
        self.line.name = "LED panel, white"
        self.order.order_line = [
            Command.create({"display_type": "line_note", "name": "Handle with care"})
        ]
        self.assertEqual(self.order.state, "sale")

    def test_moving_a_line_to_a_confirmed_order_is_refused(self):
        draft = self._quotation()
        with self._refused():
            draft.order_line.order_id = self.order

    def test_deposit_and_expense_lines_pass(self):
        self.product.expense_policy = "sales_price"
        self.order.order_line = [
            Command.create(
                {
                    "product_id": self.product.id,
                    "price_unit": 5.0,
                    "is_downpayment": True,
                    "product_uom_qty": 0,
                }
            ),
            Command.create(
                {"product_id": self.product.id, "price_unit": 5.0, "is_expense": True}
            ),
        ]

    def test_unlocking_and_copying_confirm_nothing(self):
        self.order.action_lock()
        self.order.action_unlock()
        with self._refused(), self.cr.savepoint():
            self.line.product_uom_qty = 11
        copy = self.order.copy()
        self.assertEqual(copy.state, "draft")
        with self._refused():
            copy.action_confirm()
