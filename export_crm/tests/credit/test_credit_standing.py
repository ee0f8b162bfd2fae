from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, Form, freeze_time, tagged

from ...models.credit.evidence_today import State
from ...models.credit.hold_standing import judge
from .today_common import TodayCommon


def of(status, excuse=False, unpaid=False):
    """Return what an instalment is, as far as the standing asks for it."""
    return State(status, None, excuse=excuse, unpaid=unpaid)


OVERDUE, LATE, ON_TIME = of("overdue", unpaid=True), of("late"), of("on_time")
PROMISED = of("pending", "promised", True)
DATED, DISPUTED = of("pending", "not_due", True), of("neutral", "disputed", True)
CREDITED, CANCELLED, MOVED = of("credited"), of("cancelled"), of("moved")
BLOCKED_PAID = of("neutral", "blocked")


@tagged("post_install", "-at_install")
class TestStandingPure(BaseCase):
    def test_each(self):
        """Evidence, unpaid then, a rule holds, owes: standing, all paid."""
        for states, was_unpaid, found, owing, wanted in (
            ([OVERDUE, OVERDUE], True, True, True, ("stands", False)),
            ([OVERDUE], True, False, True, ("weaker", False)),
            # Paid late since, however long the run; paid late by then, it stands.
            ([LATE, LATE], True, True, False, ("settled", True)),
            ([LATE, LATE], False, True, False, ("stands", True)),
            ([LATE, LATE], False, False, False, ("settled", True)),
            ([LATE, CREDITED], True, False, False, ("settled", True)),
            ([LATE, BLOCKED_PAID], True, False, False, ("settled", True)),
            # Something else is overdue.
            ([LATE, LATE], True, False, True, ("weaker", False)),
            ([ON_TIME, ON_TIME], True, False, True, ("weaker", False)),
            ([ON_TIME, ON_TIME], True, True, True, ("stands", False)),
            # Late, and the rest is excused or not due: not paid.
            ([LATE, PROMISED], True, False, False, ("weaker", False)),
            ([LATE, DATED], True, False, False, ("weaker", False)),
            ([ON_TIME, CANCELLED, MOVED], True, False, False, ("wrong", True)),
            ([ON_TIME, DATED], True, False, False, ("wrong", False)),
            ([ON_TIME, PROMISED], True, False, False, ("excused", False)),
            ([DISPUTED], True, False, False, ("excused", False)),
            ([CREDITED, CREDITED], True, False, False, ("excused", True)),
            # A contact taken out of a held customer brings no evidence along.
            ([], False, False, False, ("settled", True)),
            ([], False, True, True, ("stands", False)),
            ([], False, False, True, ("weaker", False)),
        ):
            with self.subTest(states=[s.status for s in states], found=found):
                self.assertEqual(judge(states, was_unpaid, found, owing), wanted)


@tagged("post_install", "-at_install")
class TestCreditStanding(TodayCommon):
    """When nothing of a hold stands any longer, it says so, or ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._check_payments()

    def _notes(self):
        return [
            message.body.striptags()
            for message in self.hold.message_ids
            if "the evidence" in message.body or "The evidence" in message.body
        ]

    def test_opened_it_stands(self):
        self.assertEqual(self.hold.standing, "stands")
        self.assertFalse(self.hold.standing_text)
        self.assertFalse(self._hold(self.other).standing)
        late = self._customer("Late")
        self._late_payer(late)
        hold = self._check_payments(late)
        self.env["export.crm.credit.hold"].sudo()._step_settled(
            self.company, late.ids, self.today
        )
        # Paid late is what it is about; nothing has become of it since.
        self.assertEqual(hold.standing, "stands")

    def test_one_activity_says_what_to_do(self):
        activity = self.hold.activity_ids
        self._pay_entered_late()
        text = "Nothing of the evidence stands any longer: everything was paid in time."
        for _again in range(2):
            self._pass()
            self.assertEqual(self.hold.activity_ids, activity)
            self.assertRecordValues(
                activity,
                [
                    {
                        "summary": f"Void the hold of Lagos Trading Ltd? {text}",
                        "date_deadline": self.today,
                    }
                ],
            )
            self.assertEqual(self._notes(), [text])
        self.assertEqual(self.hold.standing_text, text)

    def test_kept_hold_is_looked_at_today_and_later_again(self):
        hold = self.hold.with_user(self.controller)
        hold.review_date = self._day(14)
        hold.action_keep()
        self._pay_late()
        self._pass()
        text = "Nothing of the evidence is open any longer: everything was paid late."
        self.assertRecordValues(
            hold.activity_ids,
            [
                {
                    "summary": f"Release Lagos Trading Ltd? {text}",
                    "date_deadline": self.today,
                }
            ],
        )
        self._unmatch()
        self._pass()
        self.assertEqual(hold.standing, "stands")
        self.assertFalse(hold.standing_text)
        self.assertRecordValues(
            hold.activity_ids,
            [
                {
                    "summary": "Evaluate credit of Lagos Trading Ltd: The evidence "
                    "stands again.",
                    "date_deadline": self._day(14),
                }
            ],
        )
        self.assertEqual(self._notes(), ["The evidence stands again.", text])

    def test_said_anew_when_it_is_another_reason(self):
        self._promise()
        self._pass()
        self.assertIn("everything was promised", self.hold.activity_ids.summary)
        self._take_back_promises()
        self._dispute()
        self._pass()
        self.assertEqual(self.hold.standing, "excused")
        self.assertIn("everything was disputed", self.hold.activity_ids.summary)
        self.assertEqual(len(self._notes()), 2)

    def test_late_again_without_a_rule(self):
        self._promise()
        self._pass()
        self.env["export.crm.credit.promise"].search(
            [("move_id", "=", self.invoices[0].id)]
        ).with_user(self.controller).action_cancel()
        self._pass()
        self.assertEqual(self.hold.standing, "weaker")
        self.assertIn("late again", self.hold.activity_ids.summary)

    def test_activity_done_by_hand_is_made_anew(self):
        self.hold.activity_ids.action_done()
        self._credit_all()
        self._pass()
        self.assertIn("everything was credited", self.hold.activity_ids.summary)

    def test_button_opens_the_dialog_filled_in(self):
        hold = self.hold.with_user(self.controller)
        with self.assertRaisesRegex(UserError, "stands by now"):
            hold.action_end()
        for change, scope, reason in (
            (self._pay_late, "unconditional", "everything was paid late"),
            (self._pay_entered_late, "void", "everything was paid in time"),
            (self._promise, "unconditional", "everything was promised"),
        ):
            with self.subTest(scope=scope), self.cr.savepoint() as point:
                change()
                self._pass()
                action = hold.action_end()
                form = Form(
                    self.env[action["res_model"]]
                    .with_user(self.controller)
                    .with_context(**action["context"])
                )
                self.assertEqual((form.hold_id, form.scope), (hold, scope))
                self.assertIn(reason, form.reason)
                form.save()
                self.assertFalse(hold.blocking)
                point.rollback()

    def test_nobody_writes_how_it_stands(self):
        for user in (self.controller, self.env.user):
            with self.assertRaises(AccessError):
                self.hold.with_user(user).standing = "wrong"

    def test_found_by_filter_and_group(self):
        domain = [("standing", "in", ("settled", "wrong", "excused"))]
        Hold = self.env["export.crm.credit.hold"]
        self.assertNotIn(self.hold, Hold.search(domain))
        self._credit_all()
        self._pass()
        self.assertIn(self.hold, Hold.search(domain))
        groups = Hold._read_group([("id", "=", self.hold.id)], ["standing"])
        self.assertEqual(groups, [("excused",)])

    def test_mixed_evidence_is_counted(self):
        self._pay(self.invoices[0])
        self._pay(self.invoices[1], on=-30)
        self._pass()
        self.assertEqual(
            self.hold.standing_text,
            "Nothing of the evidence is open any longer: 1 paid in time, 1 paid late.",
        )

    # === BY ITSELF === #

    def _ended(self, change):
        """Switch the automatic release on, let it happen; return what is said."""
        self.company.export_credit_auto_release = True
        order = self._quotation()
        order.action_quotation_sent()
        self._sign(order)._validate_order()
        self.assertTrue(order.export_credit_waiting)
        change()
        self._pass()
        self.assertEqual(self.hold.state, "closed")
        self.assertEqual(order.state, "sale")
        audit = self.env["export.crm.audit"].search(
            [("hold_id", "=", self.hold.id), ("event", "=", "closed")]
        )
        self.assertFalse(self.hold.activity_ids)
        return self.hold.close_reason, audit.summary

    def test_paid_late_is_settled(self):
        self.assertEqual(
            self._ended(self._pay_late),
            ("settled", "Everything is paid: released by itself."),
        )

    def test_what_had_been_paid_late_by_then_ends_as_before(self):
        self.company.export_credit_auto_release = True
        late = self._customer("Late")
        self._late_payer(late)
        hold = self._check_payments(late)
        self.env["export.crm.credit.hold"].sudo()._step_settled(
            self.company, late.ids, self.today
        )
        self.assertEqual(hold.close_reason, "settled")

    def test_paid_in_time_is_void(self):
        self.assertEqual(
            self._ended(self._match_deposit),
            (
                "void",
                "Nothing of the evidence stands any longer: everything was paid in "
                "time. Ended by itself.",
            ),
        )

    def test_credited_is_settled_and_not_called_paid(self):
        self.assertEqual(
            self._ended(self._credit_all),
            (
                "settled",
                "Nothing is owed any more (everything was credited): released by "
                "itself.",
            ),
        )

    def test_cancelled_is_void(self):
        reason, text = self._ended(self._cancel)
        self.assertEqual(reason, "void")
        self.assertIn("everything was cancelled", text)

    def test_void_leaves_no_shadow(self):
        """Nobody is refused offers because of a hold that was no fault."""
        accounts = self.env["export.crm.account"].sudo()
        self._ended(self._pay_entered_late)
        accounts._refresh_facts_of(self.customer, self.company)
        self.assertFalse(accounts._held_or_late(self.company, self.customer.ids))

    def test_stands_again_before_anybody_decided(self):
        self._promise(days=3)
        self._pass()
        self.assertEqual(self.hold.standing, "excused")
        self.company.export_late_bucket = "instalment"
        with freeze_time(self._day(20)):
            self.env.invalidate_all()
            self._pass()
            self.assertEqual(self.hold.standing, "stands")
            self.assertIn("stands again", self.hold.activity_ids.summary)
