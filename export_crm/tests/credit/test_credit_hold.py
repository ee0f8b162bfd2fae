from odoo import SUPERUSER_ID, Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditHoldOpening(ExportCrmCommon):
    def test_two_late_in_a_row_open_one_hold_with_evidence(self):
        invoices = self._late_payer()
        hold = self._check_payments()
        self.assertRecordValues(
            hold,
            [
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "state": "open",
                    "blocking": True,
                    "opened_on": self.today,
                    "worst_days_late": 30,
                    "user_id": self.controller.id,
                    "salesperson_id": self.salesperson.id,
                }
            ],
        )
        self.assertRecordValues(
            hold.evidence_ids,
            [
                {
                    "move_id": invoices[1].id,
                    "due_date": self._day(-60),
                    "settled_on": self._day(-30),
                    "days_late": 30,
                    "verdict": "late",
                    "amount_currency": 1000.0,
                    "consumed": False,
                },
                {
                    "move_id": invoices[0].id,
                    "due_date": self._day(-90),
                    "settled_on": self._day(-70),
                    "days_late": 20,
                    "verdict": "late",
                    "amount_currency": 1000.0,
                    "consumed": False,
                },
            ],
        )

    def test_exposure_and_tier_of_that_day_are_kept(self):
        self._late_payer()
        self._invoice(self.customer, 700.0, due=10)
        account = (
            self.env["export.crm.account"]
            .sudo()
            ._refresh_facts_of(self.customer, self.company)
        )
        tier = self.env.ref("export_crm.export_crm_tier_b")
        account.tier_id = tier
        hold = self._check_payments().with_user(self.controller)
        self._invoice(self.customer, 300.0, due=10)
        self.assertRecordValues(hold, [{"exposure": 700.0, "tier_id": tier.id}])
        with self.assertRaises(AccessError):
            hold.with_user(self.salesperson).read(["exposure"])

    def test_overdue_beyond_grace_counts_within_grace_does_not(self):
        self._invoice(self.customer, due=-6)
        inside = self._invoice(self.customer, due=-5)
        self.assertFalse(self._check_payments())
        inside.button_draft()
        inside.invoice_date_due = self._day(-7)
        inside.action_post()
        self.assertEqual(self._check_payments().worst_days_late, 7)

    def test_one_late_opens_nothing(self):
        self._pay(self._invoice(self.customer, due=-60), on=-30)
        self.assertFalse(self._check_payments())

    def test_on_time_between_two_late_breaks_the_run(self):
        for due, paid in ((-90, -60), (-70, -70), (-50, -30)):
            self._pay(self._invoice(self.customer, due=due), on=paid)
        self.assertFalse(self._check_payments())

    def test_second_run_opens_nothing_more(self):
        self._late_payer()
        hold = self._check_payments()
        messages = len(hold.message_ids)
        self.assertFalse(self._check_payments())
        self.assertEqual(len(hold.evidence_ids), 2)
        self.assertEqual(len(hold.message_ids), messages)
        self.assertEqual(len(hold.activity_ids), 1)

    def test_further_late_instalment_is_added_to_the_hold(self):
        self._late_payer()
        hold = self._check_payments()
        self._invoice(self.customer, due=-20)
        self.assertFalse(self._check_payments())
        self.assertEqual(sorted(hold.evidence_ids.mapped("days_late")), [20, 20, 30])

    def test_evidence_paid_late_says_so_and_what_it_was(self):
        self._late_payer()
        invoice = self._invoice(self.customer, due=-20)
        hold = self._check_payments()
        evidence = hold.evidence_ids.filtered(lambda row: row.move_id == invoice)
        self.assertEqual(evidence.verdict, "overdue")
        self._pay(invoice, on=-2)
        self._check_payments()
        self.assertRecordValues(
            evidence,
            [
                {
                    "verdict": "overdue",
                    "settled_on": False,
                    "days_late": 20,
                    "status_now": "late",
                    "settled_now": self._day(-2),
                    "days_late_now": 18,
                }
            ],
        )
        self.assertEqual(len(hold.evidence_ids), 3)

    def test_old_open_debt_counts_from_go_live_on(self):
        """Alone it surprises nobody; one fresh delay more, and it is a run."""
        self._invoice(self.customer, due=-90)
        self.company.export_go_live_date = self._day(-30)
        self.assertFalse(self._check_payments())
        self._invoice(self.customer, due=-20)
        self.assertEqual(
            sorted(self._check_payments().evidence_ids.mapped("days_late")), [20, 90]
        )

    def test_without_a_controller_a_manager_is_asked(self):
        manager = self._user("manager", "manager")
        group = self.env.ref("export_crm.export_crm_group_credit_controller")
        group.all_user_ids.active = False
        self._late_payer()
        user = self._check_payments().user_id
        self.assertTrue(user.has_group("export_crm.export_crm_group_manager"))
        self.assertLessEqual(user.id, manager.id)

    def test_before_go_live_nobody_is_held_by_surprise(self):
        self._late_payer()
        self.company.export_go_live_date = self._day(-29)
        self.assertFalse(self._check_payments())
        self.company.export_go_live_date = self._day(-30)
        self.assertTrue(self._check_payments())

    def test_other_company_is_not_held(self):
        other = self.setup_other_company(name="Other")["company"]
        other.export_go_live_date = "2000-01-01"
        self._late_payer()
        Hold = self.env["export.crm.credit.hold"].sudo()
        self.assertFalse(
            Hold._step_payment_behaviour(other, self.customer.ids, self.today)
        )
        self._check_payments()
        order = self._quotation(company_id=other.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_many_holds_are_opened_together_and_told_once(self):
        """Constant statements but a few; one message for each salesperson."""
        customers = [self._customer(f"Held {i}") for i in range(12)]
        for customer in customers:
            self._late_payer(customer)
        quotation = self._quotation(customers[0])
        Hold = self.env["export.crm.credit.hold"].with_user(SUPERUSER_ID)

        def opened(partners):
            ids = [partner.id for partner in partners]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            holds = Hold._step_payment_behaviour(self.company, ids, self.today)
            self.env.flush_all()
            return holds, self.env.cr.sql_log_count - before

        opened(customers[:1])  # fills the caches
        _two, statements_two = opened(customers[1:3])
        holds, statements_nine = opened(customers[3:])
        self.assertEqual(len(holds), 9)
        self.assertLess((statements_nine - statements_two) / 7, 12)
        self.assertEqual(len(holds.activity_ids), 9)
        self.assertEqual(holds.activity_ids.user_id, self.controller)
        for hold in holds:
            self.assertIn("paid 20 days late", "".join(hold.message_ids.mapped("body")))
            self.assertIn(
                hold.name, "".join(hold.partner_id.message_ids.mapped("body"))
            )
        self.assertIn("On credit hold", "".join(quotation.message_ids.mapped("body")))
        told = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("partner_ids", "in", self.salesperson.partner_id.ids),
                    ("subject", "=", "9 of your customers: credit hold"),
                ]
            )
        )
        self.assertEqual(len(told), 1)
        for hold in holds:
            self.assertIn(hold.name, told.body)
        trail = (
            self.env["export.crm.audit"]
            .sudo()
            .search([("hold_id", "in", holds.ids), ("event", "=", "opened")])
        )
        self.assertEqual(len(trail), 9)

    def test_controller_gets_one_activity_and_salesperson_is_told(self):
        self._late_payer()
        hold = self._check_payments()
        self.assertRecordValues(hold.activity_ids, [{"user_id": self.controller.id}])
        self.assertIn(
            self.salesperson.partner_id, hold.message_ids.notified_partner_ids
        )

    def test_archived_responsible_is_replaced_by_an_active_controller(self):
        self.controller.active = False
        second = self._user("second", "credit_controller")
        self._late_payer()
        self.assertEqual(self._check_payments().user_id, second)

    def test_customer_and_waiting_quotation_say_what_happened(self):
        self._late_payer()
        order = self._quotation()
        hold = self._check_payments()
        for record in (hold, self.customer, order):
            self.assertIn("On credit hold", "".join(record.message_ids.mapped("body")))

    def test_rule_that_is_archived_opens_nothing(self):
        self.env.ref("export_crm.export_crm_credit_rule_behaviour").active = False
        self._late_payer()
        self.assertFalse(self._check_payments())

    def test_archived_rule_leaves_its_holds(self):
        self._late_payer()
        self._check_payments()
        self.env.ref("export_crm.export_crm_credit_rule_behaviour").active = False
        with self.assertRaisesRegex(UserError, "has been on credit hold since"):
            self._quotation().action_confirm()

    def test_rule_of_another_company_opens_nothing(self):
        rule = self.env.ref("export_crm.export_crm_credit_rule_behaviour")
        rule.company_id = self.setup_other_company(name="Other")["company"]
        self._late_payer()
        self.assertFalse(self._check_payments())
        self.env.cr.precommit.run()
        order = self._quotation()
        order.action_confirm()
        rule.company_id = self.company
        with self.assertRaisesRegex(UserError, rule.name):
            self._quotation().action_confirm()

    def test_rule_of_three_in_a_row(self):
        self.env.ref("export_crm.export_crm_credit_rule_behaviour").run_length = 3
        self._late_payer()
        self.assertFalse(self._check_payments())
        self._invoice(self.customer, due=-20)
        self.assertEqual(len(self._check_payments().evidence_ids), 3)

    def test_scheduled_action_opens_the_hold(self):
        self._late_payer()
        cron = self.env.ref("export_crm.export_crm_payment_delay_cron")
        self.assertEqual(cron.name, "Export CRM: payment-delay check")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(self.customer.export_credit_hold_ids.state, "open")

    def test_contact_of_the_customer_is_held_with_it(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        hold = self._hold(contact)
        self.assertEqual(hold.partner_id, self.customer)
        self.assertEqual(contact.export_credit_hold_id, hold)

    def test_second_blocking_hold_is_refused_with_a_clear_message(self):
        self._hold()
        with (
            self.assertRaisesRegex(UserError, "is on credit hold already: see CH/"),
            self.cr.savepoint(),
        ):
            self._hold()

    def test_hold_begins_open_whatever_the_client_says(self):
        hold = self._hold(
            state="closed", blocking=False, closed_on=self.today, close_reason="void"
        )
        self.assertRecordValues(
            hold,
            [
                {
                    "state": "open",
                    "blocking": True,
                    "closed_on": False,
                    "close_reason": False,
                }
            ],
        )

    def test_copy_of_an_old_hold_begins_today(self):
        hold = self._hold()
        hold.sudo()._decide({"opened_on": self._day(-50)})
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "Paid."}
        )
        copy = hold.with_user(self.controller).copy()
        self.assertRecordValues(copy, [{"opened_on": self.today, "state": "open"}])

    def test_new_company_goes_live_today(self):
        company = self.env["res.company"].create({"name": "New"})
        self.assertEqual(company.export_go_live_date, company._export_today())

    def test_manual_hold_needs_an_explanation(self):
        with self.assertRaisesRegex(UserError, "Say why Lagos Trading Ltd"):
            self._hold(note=" ")

    def test_controller_writes_a_hold_down_on_an_empty_form(self):
        holds = self.env["export.crm.credit.hold"].with_user(self.controller)
        with Form(holds) as form:
            form.partner_id = self.customer
            form.note = "New owner."
        hold = self.customer.export_credit_hold_ids
        self.assertEqual((hold.state, hold.note), ("open", "New owner."))


@tagged("post_install", "-at_install")
class TestCreditRelease(ExportCrmCommon):
    def _release(self, hold, user=None, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(user or self.controller)
            .create({"hold_id": hold.id, "reason": "Paid by now.", **values})
        )

    def test_release_closes_and_consumes(self):
        self._late_payer()
        hold = self._check_payments()
        self._release(hold)
        self.assertRecordValues(
            hold, [{"state": "closed", "blocking": False, "closed_on": self.today}]
        )
        self.assertEqual(hold.evidence_ids.mapped("consumed"), [True, True])
        self.assertFalse(hold.activity_ids)
        # A decision consumes its evidence: never held again on the same facts.
        self.assertFalse(self._check_payments())

    def test_decision_is_told_to_hold_customer_and_order(self):
        hold = self._hold()
        order, other = self._quotation(), self._quotation(self._customer("Other"))
        self._release(hold, scope="amount", amount_limit=500.0)
        for record in (hold, self.customer, order):
            texts = "".join(record.message_ids.mapped("body"))
            self.assertIn("Anna Accountant let orders up to", texts)
            self.assertIn("Paid by now.", texts)
        self.assertNotIn("Anna", "".join(other.message_ids.mapped("body")))

    def test_two_fresh_late_instalments_hold_again(self):
        self._late_payer()
        self._release(self._check_payments())
        self._invoice(self.customer, due=-25)
        self.assertFalse(self._check_payments())
        self._invoice(self.customer, due=-24)
        self.assertEqual(len(self._check_payments().evidence_ids), 2)

    def test_one_fresh_late_instalment_is_not_two(self):
        self._late_payer()
        self._release(self._check_payments())
        self._pay(self._invoice(self.customer, due=-25), on=-5)
        self.assertFalse(self._check_payments())
        self.env.cr.precommit.run()
        order = self._quotation()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_release_for_one_order_lets_only_that_order_pass(self):
        hold = self._hold()
        one, other = self._quotation(), self._quotation()
        self._release(hold, scope="order", order_id=one.id)
        self.assertTrue(hold.blocking)
        one.action_confirm()
        self.assertEqual(one.state, "sale")
        with self.assertRaisesRegex(UserError, "has been on credit hold since"):
            other.action_confirm()

    def test_salesperson_may_not_release(self):
        hold = self._hold()
        with self.assertRaises(AccessError):
            self._release(hold, self.salesperson)
        with self.assertRaisesRegex(UserError, "Only a Credit Controller"):
            self.env["export.crm.credit.release"].with_user(
                self.salesperson
            ).sudo().create({"hold_id": hold.id, "reason": "x"})

    def test_controller_who_sells_to_the_customer_may_not_release(self):
        self.customer.user_id = self.controller
        hold = self._hold()
        with self.assertRaisesRegex(UserError, "another Credit Controller"):
            self._release(hold)

    def test_controller_of_another_company_may_not_release(self):
        elsewhere = self.setup_other_company(name="Other")["company"]
        far = self._user(
            "far",
            "credit_controller",
            company_id=elsewhere.id,
            company_ids=[Command.set(elsewhere.ids)],
        )
        hold = self._hold()
        with self.assertRaises(AccessError):
            self._release(hold, far)

    def test_reason_may_not_be_blank(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self._release(self._hold(), reason="  ")

    def test_decisions_and_holds_stay(self):
        hold = self._hold()
        release = self._release(hold)
        with self.assertRaisesRegex(UserError, "decision on record"):
            release.write({"reason": "Other"})
        with self.assertRaisesRegex(UserError, "decision on record"):
            release.sudo().unlink()
        with self.assertRaisesRegex(UserError, "release it instead"):
            hold.sudo().unlink()

    def test_closed_hold_is_not_released_twice(self):
        hold = self._hold()
        self._release(hold)
        with self.assertRaisesRegex(UserError, "Already closed"):
            self._release(hold)

    def test_author_is_the_one_who_decides(self):
        release = self._release(self._hold(), user_id=self.salesperson.id)
        self.assertEqual(release.user_id, self.controller)

    def test_keep_needs_a_review_date(self):
        hold = self._hold().with_user(self.controller)
        with self.assertRaisesRegex(UserError, "Set a review date"):
            hold.action_keep()
        hold.review_date = self._day(14)
        hold.action_keep()
        self.assertRecordValues(hold, [{"state": "kept", "blocking": True}])

    def test_evaluate_takes_the_hold_up(self):
        second = self._user("second", "credit_controller")
        hold = self._hold().with_user(second)
        hold.action_evaluate()
        self.assertRecordValues(hold, [{"state": "evaluating", "user_id": second.id}])


@tagged("post_install", "-at_install")
class TestCreditHoldAccess(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls._user("stranger", "user")
        cls.intern = cls._user("intern", "intern")

    def test_salesperson_sees_reasons_but_no_amounts(self):
        self._late_payer()
        hold = self._check_payments().with_user(self.salesperson)
        self.assertIn("paid 30 days late", hold._explanation())
        evidence = hold.evidence_ids
        self.assertEqual(evidence.mapped("days_late"), [30, 20])
        self.assertNotIn("amount_currency", evidence.fields_get())
        with self.assertRaises(AccessError):
            evidence.read(["amount_currency"])

    def test_stranger_sees_no_hold_of_others(self):
        hold = self._hold()
        Hold = self.env["export.crm.credit.hold"]
        self.assertFalse(Hold.with_user(self.stranger).search([("id", "=", hold.id)]))
        with self.assertRaises(AccessError):
            hold.with_user(self.intern).read(["state"])

    def test_stranger_with_an_order_reads_the_hold(self):
        self._quotation(user_id=self.stranger.id)
        hold = self._hold()
        self.assertEqual(hold.with_user(self.stranger).state, "open")

    def test_salesperson_may_not_write_a_hold(self):
        hold = self._hold()
        with self.assertRaises(AccessError):
            hold.with_user(self.salesperson).action_evaluate()
        with self.assertRaises(AccessError):
            hold.with_user(self.salesperson).review_date = self.today
        with self.assertRaises(AccessError):
            self._hold(self._customer("Other"), user=self.salesperson)

    def test_controller_may_not_close_without_a_release(self):
        hold = self._hold()
        for values in ({"state": "closed"}, {"blocking": False}):
            with self.assertRaisesRegex(UserError, "release"):
                hold.with_user(self.controller).write(values)

    def test_other_company_is_hidden(self):
        other = self.setup_other_company(name="Other")["company"]
        outsider = self._user("outsider", "credit_controller", company_id=other.id)
        hold = self._hold()
        self.assertFalse(
            self.env["export.crm.credit.hold"]
            .with_user(outsider)
            .search([("id", "=", hold.id)])
        )


@tagged("post_install", "-at_install")
class TestCreditHoldShown(ExportCrmCommon):
    def test_filters_on_partner_and_order(self):
        held, free = self._quotation(), self._quotation(self._customer("Free GmbH"))
        hold = self._hold()
        Order, Partner = self.env["sale.order"], self.env["res.partner"]
        both = [("id", "in", (held + free).ids)]
        cases = (
            ([("export_credit_hold_id", "!=", False)], held),
            ([("export_credit_hold_id", "=", False)], free),
            ([("export_credit_hold_id", "=", hold.id)], held),
        )
        for domain, expected in cases:
            with self.subTest(domain=domain):
                self.assertEqual(Order.search(both + domain), expected)
                self.assertEqual(
                    Partner.search(
                        [("id", "in", (held + free).partner_id.ids)] + domain
                    ),
                    expected.partner_id,
                )

    def test_confirmed_order_shows_no_hold(self):
        order = self._quotation()
        order.action_confirm()
        self._hold()
        self.assertFalse(order.export_credit_hold_id)

    def test_partner_shows_only_the_hold_of_the_current_company(self):
        other = self.setup_other_company(name="Other")["company"]
        hold = self._hold()
        self.assertEqual(self.customer.export_credit_hold_id, hold)
        self.assertFalse(self.customer.with_company(other).export_credit_hold_id)
