from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .lateness_common import LatenessCommon


class MarksCommon(LatenessCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.DUE = cls._day(-20)
        cls.second = cls._user("second", "user", "credit_controller")
        cls.move = cls._bill(invoice_user_id=cls.salesperson.id)
        cls.line = cls.move.line_ids.filtered("date_maturity")

    def _ask(self, user=None, days=10, **values):
        return (
            self.env["export.crm.credit.promise"]
            .with_user(user or self.salesperson)
            .create(
                {
                    "move_line_id": self.line.id,
                    "promised_date": self._day(days),
                    "reason": "Their letter of credit is late.",
                    **values,
                }
            )
        )

    def _object(self, user=None, amount=300, **values):
        return (
            self.env["export.crm.credit.dispute"]
            .with_user(user or self.salesperson)
            .create(
                {
                    "move_line_id": self.line.id,
                    "amount": amount,
                    "reason": "Three cartons wet.",
                    **values,
                }
            )
        )


@tagged("post_install", "-at_install")
class TestLatenessPromise(MarksCommon):
    """A promise to pay: one asks, another decides, both dates are kept."""

    def test_request_changes_nothing_until_approved(self):
        promise = self._ask()
        self.assertEqual(self._verdict(self.today), "overdue")
        promise.with_user(self.controller).action_approve()
        row = self._row(self.today)
        self.assertEqual(
            (row["verdict"], row["due_date"], row["original_due_date"]),
            ("pending", self._day(10), self.DUE),
        )
        self.assertEqual(promise.original_date, self.DUE)
        self.assertEqual(promise.decided_by_id, self.controller)
        self.assertEqual(promise.decided_on, self.today)

    def test_days_before_the_decision_stay_as_they_were(self):
        self._ask().with_user(self.controller).action_approve()
        self.assertEqual(self._verdict(self._day(-1)), "overdue")
        self.assertEqual(self._verdict(self._day(16)), "overdue")
        self.assertEqual(self._verdict(self._day(15)), "pending")

    def test_refused_and_cancelled_leave_the_due_date(self):
        self._ask().with_user(self.controller).action_refuse()
        self.assertEqual(self._verdict(self.today), "overdue")
        promise = self._ask()
        promise.with_user(self.controller).action_approve()
        promise.with_user(self.controller).action_cancel()
        self.assertEqual(self._verdict(self.today), "overdue")

    def test_only_a_controller_decides_and_never_oneself(self):
        promise = self._ask()
        for method in ("action_approve", "action_refuse"):
            with self.assertRaises(AccessError):
                getattr(promise, method)()
        own = self._ask(self.second)
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            own.with_user(self.second).action_approve()
        own.with_user(self.controller).action_approve()
        with self.assertRaisesRegex(UserError, "already"):
            own.with_user(self.controller).action_refuse()

    def test_salesperson_of_the_invoice_does_not_decide(self):
        promise = self._ask()
        promise.move_id.sudo().invoice_user_id = self.second
        with self.assertRaisesRegex(AccessError, "your own invoice"):
            promise.with_user(self.second).action_approve()
        promise.with_user(self.controller).action_approve()
        with self.assertRaisesRegex(UserError, "already"):
            promise.with_user(self.controller).action_approve()

    def test_no_way_around_the_decision(self):
        promise = self._ask()
        for user in (self.salesperson, self.controller):
            with self.assertRaises(AccessError):
                promise.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                promise.with_user(user).write({"asked_by_id": self.second.id})
            for values in (
                {"state": "approved"},
                {"asked_by_id": self.second.id},
                {"decided_on": "2020-01-01"},
                {"asked_on": self._day(2)},
            ):
                with self.assertRaises(AccessError):
                    self._ask(user, **values)
            with self.assertRaises(AccessError):
                self.env["export.crm.credit.promise"].with_user(user).with_context(
                    default_state="approved"
                ).create(
                    {
                        "move_line_id": self.line.id,
                        "promised_date": self._day(9),
                        "reason": "x",
                    }
                )
        promise.with_user(self.controller).action_approve()
        with self.assertRaises(UserError):
            promise.promised_date = self._day(90)
        with self.assertRaises(UserError):
            promise.unlink()

    def test_salesperson_asks_for_own_customers_only(self):
        stranger = self._user("stranger", "user")
        with self.assertRaises(AccessError):
            self._ask(stranger)
        promise = self._ask()
        with self.assertRaises(AccessError):
            promise.with_user(stranger).read(["reason"])
        intern = self._user("intern", "intern")
        with self.assertRaises(AccessError):
            promise.with_user(intern).read(["reason"])

    def test_asker_takes_a_request_back(self):
        promise = self._ask()
        promise.action_cancel()
        self.assertEqual(promise.state, "cancelled")
        approved = self._ask()
        approved.with_user(self.controller).action_approve()
        with self.assertRaises(AccessError):
            approved.action_cancel()

    def test_promised_date_is_later_than_the_due_date(self):
        with self.assertRaises(ValidationError):
            self._ask(days=-20)

    def test_only_instalments_of_customer_invoices(self):
        product_line = self.move.invoice_line_ids
        with self.assertRaises(ValidationError):
            self._ask(move_line_id=product_line.id)

    def test_copy_in_the_chatter_of_the_invoice(self):
        self._ask().with_user(self.controller).action_approve()
        bodies = " ".join(self.move.message_ids.mapped("body"))
        self.assertIn("letter of credit is late", bodies)
        self.assertIn("approved", bodies)
        self.assertIn(self.controller.partner_id, self.move.message_ids.author_id)

    def test_decision_marks_the_customer(self):
        promise = self._ask()
        self.env.cr.precommit.run()
        self.env["export.crm.dirty"].sudo().search([]).unlink()
        promise.with_user(self.controller).action_approve()
        self.env.cr.precommit.run()
        marks = self.env["export.crm.dirty"].sudo().search([])
        self.assertEqual(marks.partner_id, self.customer)
        self.assertEqual(marks.company_id, self.company)

    def test_button_on_the_invoice(self):
        self._ask()
        move = self.move.with_user(self.salesperson)
        self.assertEqual((move.export_promise_count, move.export_dispute_count), (1, 0))
        action = move.action_export_promises()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.move_line_id, self.line)

    def test_other_company_sees_nothing(self):
        promise = self._ask()
        other = self.setup_other_company()["company"]
        foreigner = self._user(
            "foreigner", "credit_controller", company_id=other.id, company_ids=other.ids
        )
        with self.assertRaises(AccessError):
            promise.with_user(foreigner).action_approve()


@tagged("post_install", "-at_install")
class TestLatenessDispute(MarksCommon):
    """Only an accepted dispute counts, and only with its amount."""

    def test_claim_by_itself_changes_nothing(self):
        self._object()
        self.assertEqual(self._row(self.today)["open_amount"], 1000)

    def test_accepted_dispute_takes_its_amount_out(self):
        dispute = self._object()
        self._pay_on(self.move, self.DUE, 700)
        self.assertEqual(self._verdict(self.today), "overdue")
        dispute.with_user(self.controller).action_accept()
        self.assertEqual(self._verdict(self.today), "on_time")
        self.assertEqual(self._verdict(self._day(-1)), "overdue")

    def test_the_rest_is_judged(self):
        self._object().with_user(self.controller).action_accept()
        row = self._row(self.today)
        self.assertEqual((row["verdict"], row["open_amount"]), ("overdue", 700))

    def test_disputed_in_full_is_neutral_until_closed(self):
        dispute = self._object(amount=1000)
        dispute.with_user(self.controller).action_accept()
        self.assertEqual(self._verdict(self.today), "neutral")
        dispute.with_user(self.controller).action_close()
        self.assertEqual(self._verdict(self.today), "overdue")

    def test_rejected_dispute_changes_nothing(self):
        self._object().with_user(self.controller).action_reject()
        self.assertEqual(self._row(self.today)["open_amount"], 1000)

    def test_credit_note_for_it_counts_once(self):
        self._object().with_user(self.controller).action_accept()
        self._credit(self.move, self.today, 300)
        self.assertEqual(self._row(self.today)["open_amount"], 700)

    def test_only_a_controller_decides_and_not_the_salesperson(self):
        dispute = self._object()
        with self.assertRaises(AccessError):
            dispute.action_accept()
        self.move.invoice_user_id = self.second
        with self.assertRaisesRegex(AccessError, "Somebody else"):
            dispute.with_user(self.second).action_accept()
        dispute.with_user(self.controller).action_accept()
        with self.assertRaises(UserError):
            dispute.with_user(self.controller).action_reject()

    def test_no_way_around_the_decision(self):
        dispute = self._object()
        for user in (self.salesperson, self.controller):
            with self.assertRaises(AccessError):
                dispute.with_user(user).write({"state": "accepted"})
            with self.assertRaises(AccessError):
                self._object(user, accepted_on=self.today)
        dispute.with_user(self.controller).action_accept()
        with self.assertRaises(UserError):
            dispute.amount = 900

    def test_amount_is_that_of_the_instalment_at_most(self):
        with self.assertRaises(ValidationError):
            self._object(amount=1000.01)
