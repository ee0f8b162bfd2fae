from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .today_common import TodayCommon


@tagged("post_install", "-at_install")
class TestCreditToday(TodayCommon):
    """What a hold says of its evidence is of today; what it was is kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._check_payments()

    def _said(self):
        """Return what is said of each instalment, without its number."""
        lines = self.hold.evidence_ids.sorted("due_date")
        self.assertEqual(lines.mapped("verdict"), ["overdue"] * 2)
        self.assertEqual(lines.mapped("days_late"), [40, 30])
        return [line._sentence().removeprefix(line.invoice_name) for line in lines]

    def _due(self, text, *days):
        return [
            f", due {self._date_text(self._day(due))}: {text % -due}" for due in days
        ]

    def _changes(self):
        """Yield ``(what happens, status, what is said, standing)``."""
        due = self._due
        later = self._date_text(self._day(20))
        unpaid = due("unpaid for %s days", -40, -30)
        in_time = due("paid in time (entered late)%.0s", -40, -30)
        yield lambda: None, "overdue", unpaid, "stands"
        credited = due("credited%.0s", -40, -30)
        yield self._credit_all, "credited", credited, "excused"
        yield lambda: self._credit_all(400.0), "overdue", unpaid, "stands"
        dated = [f": due {self._date_text(self._day(n))} now" for n in (20, 21)]
        yield lambda: self._date_anew(20, 21), "pending", dated, "wrong"
        nearer = due("unpaid for %s days", -20, -19)
        yield lambda: self._date_anew(-20, -19), "overdue", nearer, "stands"
        cancelled = due("cancelled%.0s", -40, -30)
        yield self._cancel, "cancelled", cancelled, "wrong"
        yield self.invoices.button_draft, "cancelled", cancelled, "wrong"
        yield self._repost, "overdue", unpaid, "stands"
        yield self._pay_entered_late, "on_time", in_time, "wrong"
        yield self._match_deposit, "on_time", in_time, "wrong"
        late = due("paid %s days late", -40, -30)
        yield self._pay_late, "late", late, "settled"
        promised = [f": promised until {later}"] * 2
        yield self._promise, "pending", promised, "excused"
        disputed = due("disputed%.0s", -40, -30)
        yield self._dispute, "neutral", disputed, "excused"
        yield self._block, "neutral", due("set aside%.0s", -40, -30), "excused"
        moved = due("given to another customer%.0s", -40, -30)
        yield lambda: self._give_to(self.other), "moved", moved, "wrong"

        def undone(do, undo):
            def both():
                do()
                self._pass()
                undo()

            return both, "overdue", unpaid, "stands"

        yield undone(self._pay_late, self._unmatch)
        yield undone(self._pay_late, self._cancel_payments)
        yield undone(self._promise, self._take_back_promises)
        yield undone(self._dispute, self._close_disputes)
        yield undone(self._credit_all, self._uncredit)
        yield undone(
            lambda: self._give_to(self.other), lambda: self._give_to(self.customer)
        )

    def test_later_changes(self):
        """Said at once, in the transaction of the change; the standing a pass later."""
        for number, (change, status, said, standing) in enumerate(self._changes()):
            with self.subTest(number=number, said=said), self.cr.savepoint() as point:
                self.hold.evidence_ids.mapped("status_now")
                change()
                lines = self.hold.evidence_ids
                self.assertEqual(lines.mapped("status_now"), [status] * 2)
                self.assertEqual(self._said(), said)
                self._check_shown(self.hold)
                self._pass()
                self.assertEqual(self.hold.standing, standing)
                self.assertTrue(self.hold.blocking)
                self._check_shown(self.hold)
                point.rollback()

    def test_days_go_on(self):
        with freeze_time(self._day(24)):
            self.env.invalidate_all()
            self.assertEqual(self.hold.evidence_ids.mapped("days_late_now"), [54, 64])
            self.assertIn("unpaid for 64 days", self.hold._explanation())
            self.assertEqual(self.hold.worst_days_now, 64)
            self._check_shown(self.hold)
        self.assertEqual(self.hold.worst_days_late, 40)

    def test_broken_promise(self):
        self._promise(days=3)
        self._pass()
        self.assertEqual(self.hold.standing, "excused")
        with freeze_time(self._day(20)):
            self.env.invalidate_all()
            self._pass()
            self.assertEqual(self._said(), self._due("unpaid for 17 days%.0s", 3, 3))
            self._check_shown(self.hold)
            # Both are due on one day by now: one in a row is not two.
            self.assertEqual(self.hold.standing, "weaker")

    def test_payment_on_its_way(self):
        """Registered in time, entered after the check, not booked yet."""
        customer = self._customer("Wires")
        invoices = [self._invoice(customer, due=due) for due in (-8, -7)]
        hold = self._check_payments(customer)
        for move in invoices:
            payment = self._deposit(1000.0, days=-3, partner_id=customer.id)
            payment.invoice_ids = move
        lines = hold.evidence_ids
        self.assertEqual(lines.mapped("excuse_now"), ["transit"] * 2)
        self.assertIn("paid by a transfer on its way", lines[0]._sentence())
        self._check_shown(hold)
        self.customer = customer
        self._pass()
        self.assertEqual(hold.standing, "excused")
        self.assertEqual(lines.mapped("unpaid_now"), [True] * 2)

    def test_refusal_and_banner_are_of_today(self):
        order = self._quotation().with_user(self.salesperson)
        self._pay_entered_late()
        with self.assertRaises(UserError) as raised:
            order.action_confirm()
        for text in (
            str(raised.exception),
            order.export_credit_reason,
            self.customer.with_user(self.salesperson).export_credit_reason,
        ):
            self.assertEqual(text.count("paid in time (entered late)"), 2)
            self.assertNotIn("unpaid", text)

    def test_closed_hold_says_what_was_decided(self):
        with freeze_time(self._day(5)):
            self.env.invalidate_all()
            self._decide(self.hold)
            self._pay_entered_late()
            self.assertEqual(
                self._said(),
                [
                    f", due {self._date_text(self._day(due))}: unpaid for {days} days"
                    for due, days in ((-40, 45), (-30, 35))
                ],
            )
        lines = self.hold.evidence_ids
        self.assertEqual(lines.mapped("decided_as"), ["overdue"] * 2)
        self.env.invalidate_all()
        self.assertEqual(lines.mapped("status_now"), ["on_time"] * 2)

    def test_the_record_keeps_what_was(self):
        rows = self.env["export.crm.audit"].search([("hold_id", "=", self.hold.id)])
        self.assertIn("unpaid for 40 days", rows.detail)
        self.assertIn("unpaid for 30 days", rows.detail)

    def test_customer_given_to_a_parent_is_held_on(self):
        parent = self._customer("Lagos Group")
        self.customer.parent_id = parent
        self.customer.is_company = False
        self.assertEqual(self.hold.partner_id, parent)
        self.assertEqual(self._said(), self._due("unpaid for %s days", -40, -30))

    def test_deleted_instalment(self):
        self.invoices.button_draft()
        self.invoices.with_context(force_delete=True).unlink()
        self.assertEqual(self.hold.evidence_ids.mapped("status_now"), ["cancelled"] * 2)


@tagged("post_install", "-at_install")
class TestCreditManyLines(TodayCommon):
    """Many instalments are summed up; amounts are for those who may see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for due in (-185, -100, -99):
            cls.invoices += cls._invoice(cls.customer, due=due)
        cls._pay(cls._invoice(cls.customer, due=-20), on=-2)
        cls.hold = cls._check_payments()
        cls.accountant = cls._user(
            "accountant", "user", "account.group_account_invoice", name="Ada Accountant"
        )

    def test_summed_up_with_the_first_three(self):
        lines = self.hold._reason_lines()
        self.assertEqual(
            lines[0], "5 unpaid, oldest 185 days; 1 paid late, at most 18 days"
        )
        self.assertEqual(
            [line.split("unpaid for ")[1] for line in lines[1:]],
            ["185 days", "100 days", "99 days"],
        )
        self._credit_all()
        self.assertEqual(
            self.hold._reason_lines()[0],
            "1 paid late, at most 18 days; 5 not late any more",
        )

    def test_told_summed_up_when_opened(self):
        body = self.hold.message_ids.filtered(
            lambda message: "On credit hold" in (message.body or "")
        ).body
        self.assertIn("5 unpaid, oldest 185 days", body)
        self.assertEqual(body.count("<li>"), 4)

    def test_amounts_for_accountants_alone(self):
        self._deposit(300.0)
        amount = "$\N{NO-BREAK SPACE}5,000.00"
        for user, sees in ((self.accountant, True), (self.salesperson, False)):
            reason = self.customer.with_user(user).export_credit_reason
            self.assertEqual(
                f"5 unpaid, oldest 185 days, {amount};" in reason, sees, reason
            )
            first = reason.splitlines()[1]
            self.assertEqual(
                first
                == "$\N{NO-BREAK SPACE}300.00 unapplied would pay a part of this.",
                sees,
                reason,
            )
        order = self._quotation()
        for user, sees in ((self.accountant, True), (self.salesperson, False)):
            reason = order.with_user(user).export_credit_reason
            self.assertEqual("5,000" in reason, sees, reason)
        # A refusal is copied into the chatter of orders.
        with self.assertRaises(UserError) as refused:
            order.with_user(self.accountant).sudo().action_confirm()
        self.assertNotIn("5,000", str(refused.exception))

    def test_live_judgement_is_summed_up(self):
        self._decide(self.hold)
        fresh = self._customer("Fresh")
        for due in (-50, -49, -48, -47):
            self._invoice(fresh, due=due)
        self.env.cr.precommit.run()
        with self.assertRaisesRegex(UserError, "4 unpaid, oldest 50 days"):
            self._quotation(fresh).action_confirm()
