import ast

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import ExportCrmCommon


class RequestCase(ExportCrmCommon):
    """Quotations above a limit, with terms that aren't allowed, of a held customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.at_once = cls.env.ref("account.account_payment_term_immediate")

    def _told(self, user, text):
        """Return the messages with ``text`` that ``user`` was notified of."""
        messages = self.env["mail.message"].sudo()
        return messages.search(
            [
                ("notification_ids.res_partner_id", "=", user.partner_id.id),
                ("body", "ilike", text),
            ]
        )

    def _limit(self, amount=50.0):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = amount

    def _only_at_once(self):
        return self.env["export.crm.credit.rule"].create(
            {
                "name": "Only at once",
                "kind": "terms",
                "payment_term_ids": self.at_once.ids,
            }
        )

    def _asked(self, note=False, **values):
        """Return the request for a quotation of 100.00, made by its salesperson."""
        values.setdefault("payment_term_id", self.at_once.id)
        order = self._quotation(**values)
        order.with_user(self.salesperson).action_export_request_release(note)
        return order.export_credit_request_id

    def _decide(self, requests, decision="order", reason="Agreed.", **values):
        """Decide as the Controller does, in the dialog opened from the list."""
        wizard = self.env["export.crm.credit.request.decide"].with_user(self.controller)
        wizard = wizard.with_context(active_ids=requests.ids)
        wizard = wizard.create({"decision": decision, "reason": reason, **values})
        wizard.action_decide()
        requests.invalidate_recordset()
        return wizard

    def _step(self, partner=None):
        """Run the step as the pipeline does within a minute of a change."""
        self.env["export.crm.credit.request"].sudo()._step_requests(
            self.company, (partner or self.customer).ids, self.today
        )
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestCreditRequestOrder(RequestCase):
    """The limit and the terms are about one order: nothing else is stopped."""

    def test_limit_asks_about_this_order_alone(self):
        self._limit(350.0)
        request = self._asked(
            order_line=[
                fields.Command.create(
                    {"product_id": self.product.id, "price_unit": 400.0}
                )
            ]
        )
        self.assertRecordValues(
            request,
            [
                {
                    "partner_id": self.customer.id,
                    "user_id": self.salesperson.id,
                    "asker_id": self.salesperson.partner_id.id,
                    "salesperson_id": self.salesperson.id,
                    "company_id": self.company.id,
                    "over_limit": True,
                    "other_terms": False,
                    "hold_ids": [],
                    "amount": 400.0,
                    "order_amount": 400.0,
                    "state": "asked",
                }
            ],
        )
        self.assertFalse(self.customer.export_credit_hold_ids)
        other = self._quotation(
            order_line=[
                fields.Command.create(
                    {"product_id": self.product.id, "price_unit": 300.0}
                )
            ]
        )
        other.with_user(self.salesperson).action_confirm()
        self.assertEqual(other.state, "sale")

    def test_terms_ask_about_this_order_alone(self):
        self._only_at_once()
        request = self._asked(payment_term_id=self.pay_terms_b.id)
        self.assertRecordValues(
            request, [{"over_limit": False, "other_terms": True, "hold_ids": []}]
        )
        self.assertIn(f"allowed: {self.at_once.name}", request.reason)
        self.assertFalse(self.customer.export_credit_hold_ids)
        other = self._quotation(payment_term_id=self.at_once.id)
        other.with_user(self.salesperson).action_confirm()
        self.assertEqual(other.state, "sale")

    def test_released_order_passes_and_the_next_does_not(self):
        self._limit()
        self._only_at_once()
        request = self._asked(payment_term_id=self.pay_terms_b.id)
        self.assertTrue(request.over_limit and request.other_terms)
        self._decide(request, reason="Deposit arrived.")
        self.assertRecordValues(
            request,
            [
                {
                    "state": "released",
                    "answer": "Deposit arrived.",
                    "ended_by_id": self.controller.id,
                }
            ],
        )
        order = request.order_id
        self.assertFalse(order.export_credit_request_id)
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertRaisesRegex(UserError, "would owe more"):
            self._quotation().with_user(self.salesperson).action_confirm()

    def test_released_order_that_is_raised_is_judged_again(self):
        self._limit()
        request = self._asked()
        self._decide(request)
        request.order_id.order_line.price_unit = 100.01
        with self.assertRaisesRegex(UserError, "would owe more"):
            request.order_id.with_user(self.salesperson).action_confirm()

    def test_release_without_a_hold_is_about_an_order_that_waits(self):
        order = self._quotation()
        releases = self.env["export.crm.credit.release"].with_user(self.controller)
        with self.assertRaisesRegex(UserError, "nothing to decide"):
            releases.create(
                {"scope": "order", "order_id": order.id, "reason": "To be sure."}
            )
        self._limit()
        order = self._quotation(user_id=self.controller.id)
        with self.assertRaisesRegex(UserError, "You are the salesperson"):
            releases.create({"scope": "order", "order_id": order.id, "reason": "Mine."})

    def test_limit_and_terms_never_hold_a_customer(self):
        rule = self._only_at_once()
        with self.assertRaisesRegex(UserError, "question about one order"):
            self._hold(rule_id=rule.id)

    def test_amounts_are_for_who_may_see_them(self):
        self._limit()
        request = self._asked()
        self.assertNotIn("50.00", request.with_user(self.salesperson).reason)
        self.assertIn("50.00", request.with_user(self.controller).reason)
        texts = request.message_ids | request.order_id.message_ids
        for body in texts.sudo().mapped("body"):
            self.assertNotIn("50.00", body)

    def test_figures_of_the_payer_are_at_hand(self):
        """What is owed today, for whoever decides; salespeople are told no amounts."""
        self._limit(1200.0)
        self._invoice(self.customer, amount=700.0, due=-30)
        self._invoice(self.customer, amount=600.0, due=20)
        request = self._asked().with_user(self.controller)
        self.assertRecordValues(
            request,
            [
                {
                    "open_today": 1300.0,
                    "overdue_today": 700.0,
                    "unapplied_today": 0.0,
                    "exposure_today": 1300.0,
                    "limit_today": 1200.0,
                }
            ],
        )
        with self.assertRaises(AccessError):
            request.with_user(self.salesperson).read(["overdue_today"])

    def test_order_of_a_held_customer_asks_about_the_hold_too(self):
        self._limit()
        hold = self._hold()
        request = self._asked(note="  Fair in Lagos next week  ")
        self.assertEqual(request.hold_ids, hold)
        self.assertTrue(request.over_limit)
        self.assertEqual(request.question, "Credit hold, Credit limit")
        self.assertEqual(request.note, "Fair in Lagos next week")
        self.assertEqual(hold.asked_ids.order_id, request.order_id)
        self.assertEqual(hold.asked_by, self.salesperson.name)
        self._decide(request)
        self.assertEqual(request.state, "released")
        self.assertTrue(hold.blocking)
        request.order_id.with_user(self.salesperson).action_confirm()

    def test_both_holds_of_customer_and_payer_let_the_order_pass(self):
        payer = self._customer("Payer Ltd")
        hold, other = self._hold(), self._hold(payer)
        request = self._asked(partner_invoice_id=payer.id)
        self.assertEqual(request.hold_ids, hold | other)
        self.assertEqual(request.payer_id, payer)
        self._decide(request)
        self.assertEqual(request.state, "released")
        request.order_id.with_user(self.salesperson).action_confirm()
        self.assertTrue(hold.blocking and other.blocking)


@tagged("post_install", "-at_install")
class TestCreditRequestEnd(RequestCase):
    """A request ends by itself when its order needs no decision any more."""

    def test_ends_when_the_order_is_cancelled(self):
        self._limit()
        request = self._asked()
        request.order_id.with_user(self.salesperson)._action_cancel()
        self.assertRecordValues(
            request, [{"state": "pointless", "answer": "The order is cancelled."}]
        )
        self.assertFalse(request.activity_ids)

    def test_ends_when_the_order_is_confirmed_otherwise(self):
        self._limit()
        request = self._asked()
        self.customer.credit_limit = 1000.0
        request.order_id.with_user(self.salesperson).action_confirm()
        self.assertRecordValues(
            request, [{"state": "pointless", "answer": "The order is confirmed."}]
        )

    def test_ends_when_the_order_is_changed_so_that_it_passes(self):
        """The change marks the customer, within a minute the request is judged."""
        self._limit(90.0)
        request = self._asked()
        self.env.cr.precommit.run()
        self.env["export.crm.dirty"].sudo().search([]).unlink()
        request.order_id.with_user(self.salesperson).write(
            {
                "order_line": [
                    fields.Command.update(
                        request.order_id.order_line.id, {"price_unit": 80}
                    )
                ]
            }
        )
        self.env.cr.precommit.run()
        marked = self.env["export.crm.dirty"].sudo().search([]).partner_id
        self.assertIn(self.customer, marked)
        self._step()
        self.assertEqual(request.state, "pointless")
        self.assertEqual(len(self._told(self.salesperson, "Nothing keeps")), 1)

    def test_draft_without_a_request_marks_nobody(self):
        order = self._quotation()
        self.env.cr.precommit.run()
        self.env["export.crm.dirty"].sudo().search([]).unlink()
        order.order_line.price_unit = 80.0
        self.env.cr.precommit.run()
        self.assertFalse(self.env["export.crm.dirty"].sudo().search([]))

    def test_goes_on_while_something_is_in_the_way(self):
        self._limit()
        self._only_at_once()
        request = self._asked(payment_term_id=self.pay_terms_b.id)
        self.customer.credit_limit = 1000.0
        self._step()
        self.assertRecordValues(
            request,
            [{"state": "asked", "over_limit": False, "other_terms": True}],
        )

    def test_accepted_order_confirms_when_it_passes(self):
        """Nobody has to decide what is in nobody's way any more."""
        self._limit()
        order = self._quotation(require_signature=True, require_payment=False)
        order.action_quotation_sent()
        self._sign(order)._validate_order()
        request = order.export_credit_request_id
        self.assertRecordValues(
            request, [{"user_id": False, "asker_id": self.customer.id}]
        )
        self.assertTrue(order.export_credit_waiting)
        self.customer.credit_limit = 1000.0
        self._step()
        self.assertEqual((order.state, request.state), ("sale", "pointless"))

    def test_settled_hold_ends_it_and_nobody_is_told_twice(self):
        self.company.export_credit_auto_release = True
        move = self._invoice(self.customer, due=-60)
        self._invoice(self.customer, due=-40)
        hold = self._check_payments()
        request = self._asked()
        self.assertEqual(request.hold_ids, hold)
        for line in hold.evidence_ids:
            self._pay(line.move_id)
        self.assertIn(move, hold.evidence_ids.move_id)
        hold.sudo()._step_settled(self.company, self.customer.ids, self.today)
        self.assertFalse(hold.blocking)
        self._step()
        self.assertEqual(request.state, "pointless")
        self.assertFalse(self._told(self.salesperson, "Nothing keeps"))

    def test_withdrawn_by_who_asked(self):
        self._limit()
        request = self._asked()
        order = request.order_id.with_user(self.salesperson)
        order.action_export_withdraw_request()
        self.assertEqual(request.state, "withdrawn")
        self.assertEqual(len(self._told(self.controller, "Taken back by Sofia")), 1)
        self.assertFalse(request.activity_ids)
        order.action_export_request_release()
        self.assertNotEqual(order.sudo().export_credit_request_id, request)

    def test_withdrawn_by_nobody_else(self):
        self._limit()
        request = self._asked()
        stranger = self._user("stranger", "user")
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_withdraw()
        request.with_user(self.salesperson).action_withdraw()
        with self.assertRaisesRegex(UserError, "Answered already"):
            request.with_user(self.salesperson).action_withdraw()


@tagged("post_install", "-at_install")
class TestCreditRequestDecide(RequestCase):
    """The Controller's morning: many requests, each answered once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls._user("colleague", "user", name="Carl Colleague")

    def test_refused_with_a_reason_that_who_asked_reads(self):
        self._limit()
        order = self._quotation(user_id=self.colleague.id)
        order.with_user(self.colleague).action_export_request_release()
        request = order.export_credit_request_id
        with self.assertRaisesRegex(UserError, "Say why"):
            self._decide(request, "refuse", reason=" ")
        self._decide(request, "refuse", reason="First pay INV/1.")
        self.assertRecordValues(
            request, [{"state": "refused", "answer": "First pay INV/1."}]
        )
        for user in (self.colleague, self.salesperson):
            with self.subTest(user=user.name):
                told = self._told(user, "First pay INV/1.")
                self.assertEqual(told.mapped("model"), ["sale.order"])
        self.assertFalse(self._told(self.controller, "First pay INV/1."))
        with self.assertRaisesRegex(UserError, "would owe more"):
            order.with_user(self.colleague).action_confirm()

    def test_answer_stands_where_the_order_is_stopped(self):
        """So that nobody asks once more what was answered, nor looks for the order."""
        self._limit()
        request = self._asked()
        order = request.order_id.with_user(self.salesperson)
        self.assertIn("Release requested by Sofia", order.export_credit_request_text)
        self._decide(request, "refuse", reason="First pay INV/1.")
        order.invalidate_recordset()
        self.assertFalse(order.export_credit_request_text)
        said = f"Refused by Anna Accountant on {self._date_text(self.today)}: First pay"
        self.assertIn(said, order.export_credit_reason)
        with self.assertRaises(UserError) as refused:
            order.action_confirm()
        self.assertIn(said, str(refused.exception))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "export_crm.export_crm_credit_order_action"
        )
        domain = ast.literal_eval(action["domain"])
        found = self.env["sale.order"].with_user(self.salesperson).search(domain)
        self.assertEqual(found, order)

    def test_kept_hold_says_until_when(self):
        hold = self._hold().with_user(self.controller)
        hold.review_date = self._day(14)
        hold._keep("The bank has not confirmed.")
        reason = self._quotation().with_user(self.salesperson).export_credit_reason
        date = self._date_text(self._day(14))
        self.assertIn(f"Kept on hold until the review on {date}.", reason)

    def test_released_tells_who_asked_once(self):
        self._limit()
        order = self._quotation(user_id=self.colleague.id)
        order.with_user(self.colleague).action_export_request_release()
        self._decide(order.export_credit_request_id, reason="Deposit arrived.")
        for user in (self.colleague, self.salesperson):
            with self.subTest(user=user.name):
                self.assertEqual(len(self._told(user, "Deposit arrived.")), 1)

    def test_many_in_one_go(self):
        self._limit()
        loose = self._asked()
        hold = self._hold(self._customer("Held Ltd"))
        held = self._asked(partner_id=hold.partner_id.id)
        wizard = self._decide(loose | held)
        self.assertEqual((loose | held).mapped("state"), ["released"] * 2)
        self.assertEqual(wizard.decision, "order")
        self.assertTrue(hold.blocking)

    def test_raised_while_the_dialog_is_open(self):
        """What is decided is what was on the screen; less than that is fine."""
        self._limit()
        request = self._asked()
        wizard = self.env["export.crm.credit.request.decide"].with_user(self.controller)
        with Form(wizard.with_context(active_ids=request.ids)) as dialog:
            dialog.reason = "A small order."
            request.order_id.order_line.price_unit = 500000.0
        with self.assertRaisesRegex(UserError, "was raised while you decided"):
            with self.env.cr.savepoint():
                dialog.record.action_decide()
        self.assertEqual(request.state, "asked")
        request.order_id.order_line.price_unit = 99.0
        dialog.record.action_decide()
        self.assertEqual(request.state, "released")

    def test_raised_while_the_hold_is_decided_about(self):
        hold = self._hold().with_user(self.controller)
        request = self._asked()
        context = hold.action_release()["context"]
        releases = self.env["export.crm.credit.release"].with_user(self.controller)
        with self.assertRaisesRegex(UserError, "was raised while you decided"):
            with self.env.cr.savepoint():
                with Form(releases.with_context(**context)) as dialog:
                    self.assertEqual(dialog.order_amount, 100.0)
                    dialog.reason = "A small order."
                    request.order_id.order_line.price_unit = 500000.0

    def test_all_or_none(self):
        self._limit()
        mine = self._asked()
        own = self._quotation(user_id=self.controller.id)
        own.with_user(self.salesperson).sudo().action_export_request_release()
        both = mine | own.export_credit_request_id
        with self.assertRaisesRegex(UserError, "You are the salesperson"):
            with self.env.cr.savepoint():
                self._decide(both)
        self.assertEqual(both.mapped("state"), ["asked"] * 2)

    def test_kept_answers_with_the_review_date(self):
        hold = self._hold()
        request = self._asked()
        wizard = self.env["export.crm.credit.request.decide"].with_user(self.controller)
        wizard = wizard.with_context(active_ids=request.ids).create({})
        self.assertEqual(wizard.decision, "order")
        self.assertEqual(wizard.review_date, self._day(14))
        self.assertEqual(wizard.amount_limit, 100.0)
        wizard.decision = "keep"
        wizard.action_decide()
        self.assertRecordValues(hold, [{"state": "kept", "requested_on": False}])
        self.assertEqual(request.state, "refused")
        self.assertIn(self._date_text(self._day(14)), request.answer)

    def test_void_and_closed_answer_all_of_the_customer(self):
        for decision, reason in (("unconditional", "released"), ("void", "void")):
            with self.subTest(decision=decision):
                hold = self._hold(self._customer(f"Held {decision}"))
                partner = hold.partner_id.id
                first = self._asked(partner_id=partner)
                second = self._asked(partner_id=partner)
                self._decide(first, decision)
                self.assertEqual(hold.close_reason, reason)
                self.assertEqual((first | second).mapped("state"), ["released"] * 2)

    def test_amount_lets_pass_what_it_has_room_for(self):
        self._hold()
        first, second = self._asked(), self._asked()
        self._decide(first, "amount", amount_limit=150.0)
        self.assertEqual((first.state, second.state), ("released", "asked"))

    def test_a_limit_is_no_hold_to_be_closed(self):
        self._limit()
        request = self._asked()
        with self.assertRaisesRegex(UserError, "let these orders pass, or refuse"):
            self._decide(request, "unconditional")

    def test_salespeople_decide_nothing(self):
        self._limit()
        request = self._asked().with_user(self.salesperson)
        with self.assertRaises(AccessError):
            self.env["export.crm.credit.request.decide"].with_user(
                self.salesperson
            ).create({"request_ids": request.ids, "reason": "Please."})
        with self.assertRaises(UserError):
            request._refuse("No.")
        for vals in ({"state": "released"}, {"answer": "Yes"}, {"user_id": 1}):
            with self.assertRaises(AccessError):
                request.write(vals)
        with self.assertRaises(AccessError):
            self.env["export.crm.credit.request"].with_user(self.salesperson).create(
                {"order_id": request.order_id.id}
            )
        with self.assertRaises(AccessError):
            request.order_id.with_user(self.salesperson).write(
                {"export_credit_request_id": False}
            )

    def test_who_sees_which(self):
        self._limit()
        order = self._quotation(
            self._customer("Other Ltd", user_id=self.colleague.id, credit_limit=5.0),
            user_id=self.colleague.id,
        )
        order.with_user(self.colleague).action_export_request_release()
        theirs = order.export_credit_request_id
        mine = self._asked()
        search = self.env["export.crm.credit.request"].with_user
        for user, seen in (
            (self.salesperson, mine),
            (self.colleague, theirs),
            (self.controller, mine | theirs),
        ):
            with self.subTest(user=user.name):
                self.assertEqual(search(user).search([]), seen.with_user(user))

    def test_oldest_first_and_holds_with_requests_first(self):
        quiet, held = self._hold(self._customer("Quiet")), self._hold()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), days=-3)):
            old = self._asked()
        self._limit()
        other = self._quotation(self._customer("Limited", credit_limit=5.0))
        other.with_user(self.salesperson).action_export_request_release()
        young = other.export_credit_request_id
        found = self.env["export.crm.credit.request"].search([])
        self.assertEqual(found, old | young)
        self.assertEqual(old.waiting_days, 3)
        holds = self.env["export.crm.credit.hold"].search([("blocking", "=", True)])
        self.assertEqual(holds, held | quiet)

    def test_trail_says_who_asked_and_which_order(self):
        self._limit()
        request = self._asked()
        self._decide(request, "refuse", reason="No.")
        order = self._quotation(require_signature=True, require_payment=False)
        order.action_quotation_sent()
        robot = self.env.ref("base.user_root")
        self._sign(order).with_user(robot)._validate_order()
        trail = self.env["export.crm.audit"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )
        self.assertRecordValues(
            trail,
            [
                {
                    "event": "requested",
                    "order_id": request.order_id.id,
                    "actor_id": self.salesperson.partner_id.id,
                },
                {
                    "event": "answered",
                    "order_id": request.order_id.id,
                    "actor_id": self.controller.partner_id.id,
                },
                {
                    "event": "requested",
                    "order_id": order.id,
                    "actor_id": self.customer.id,
                },
            ],
        )
