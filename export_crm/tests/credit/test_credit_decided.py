from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..migrating import migrate
from .today_common import TodayCommon


@tagged("post_install", "-at_install")
class TestCreditDecided(TodayCommon):
    """A decision uses facts up as they were: what has become worse counts again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._check_payments()
        cls.order = cls._quotation()

    def _ways(self):
        """Yield the ways in which a hold ends: ``(name, how)``."""
        yield "by hand", lambda: self._decide(self.hold)
        yield "void", lambda: self._decide(self.hold, scope="void")
        yield "by itself", self._end_by_itself

    def _end_by_itself(self):
        self.company.export_credit_auto_release = True
        self._pass()

    def _is_free(self):
        """Neither the live guard nor the next check holds the customer."""
        self.env.cr.precommit.run()
        self.assertFalse(self._pass())
        with self.cr.savepoint() as point:
            self.order.action_confirm()
            point.rollback()

    def _is_held_again(self, told):
        """The live guard holds at once, the next check opens a hold on all of it."""
        self.env.cr.precommit.run()
        with self.assertRaises(UserError) as raised, self.cr.savepoint():
            self.order.action_confirm()
        for move in self.invoices:
            self.assertIn(move.name, str(raised.exception))
        self.assertIn(told, str(raised.exception))
        again = self._pass()
        self.assertEqual(again.state, "open")
        self.assertEqual(again.evidence_ids.move_line_id, self._lines())
        self.assertEqual(self.customer.export_credit_hold_ids, self.hold + again)
        return again

    def _undoings(self):
        """Yield ``(what had happened, what undoes it, decided as, ends by itself)``."""
        yield self._pay_late, self._unmatch, "late", True
        yield self._pay_late, self._cancel_payments, "late", True
        yield self._pay_entered_late, self._cancel_payments, "on_time", True
        yield self._match_deposit, self._unmatch, "on_time", True
        yield self._credit_all, self._uncredit, "credited", True
        yield self._promise, self._take_back_promises, "pending", False
        yield self._dispute, self._close_disputes, "neutral", False
        yield self._cancel, self._repost, "cancelled", True
        later = (lambda: self._date_anew(20, 21)), (lambda: self._date_anew(-40, -30))
        yield *later, "pending", True
        given = (
            lambda: self._give_to(self.other),
            lambda: self._give_to(self.customer),
        )
        yield *given, "moved", True

    def test_undone_after_a_decision_holds_again(self):
        for number, (do, undo, decided, ends) in enumerate(self._undoings()):
            for name, end in self._ways():
                if name == "by itself" and not ends:
                    continue
                with (
                    self.subTest(number=number, decided=decided, end=name),
                    self.cr.savepoint() as point,
                ):
                    do()
                    end()
                    self.assertEqual(self.hold.state, "closed")
                    lines = self.hold.evidence_ids
                    self.assertEqual(lines.mapped("decided_as"), [decided] * 2)
                    self._is_free()
                    undo()
                    self._is_held_again("unpaid for 40 days")
                    point.rollback()

    def test_no_worse_after_a_decision_stays_decided(self):
        """Decided when unpaid: whatever comes now is no worse."""
        for number, change in enumerate(
            (
                lambda: None,
                self._credit_all,
                lambda: self._credit_all(400.0),
                lambda: self._date_anew(20, 21),
                lambda: self._date_anew(-50, -45),
                self._cancel,
                self._repost,
                self._pay_late,
                self._pay_entered_late,
                self._match_deposit,
                self._promise,
                self._dispute,
            )
        ):
            for scope in ("unconditional", "void"):
                with (
                    self.subTest(number=number, scope=scope),
                    self.cr.savepoint() as point,
                ):
                    self._decide(self.hold, scope=scope)
                    change()
                    self._is_free()
                    point.rollback()

    def test_excused_debt_never_ends_by_itself(self):
        self.company.export_credit_auto_release = True
        for change in (self._promise, self._dispute, self._block):
            with self.cr.savepoint() as point:
                change()
                self._pass()
                self.assertRecordValues(
                    self.hold, [{"standing": "excused", "blocking": True}]
                )
                point.rollback()

    def test_broken_promise_holds_again(self):
        self._promise(days=3)
        self._decide(self.hold)
        with freeze_time(self._day(20)):
            self.env.invalidate_all()
            # Both fell due on the promised day, and count once; the rule asks for two.
            self.company.export_late_bucket = "instalment"
            again = self._pass()
            self.assertEqual(len(again.evidence_ids), 2)

    def test_one_undone_brings_all_of_its_hold_back_and_no_other(self):
        self._pay_late()
        self._decide(self.hold)
        old = self.invoices
        self.invoices = self._invoice(self.customer, due=-29) + self._invoice(
            self.customer, due=-28
        )
        second = self._check_payments()
        self._pay_late()
        self._decide(second)
        self._lines(old[0]).remove_move_reconcile()
        rows = self.env["export.crm.account"]._lateness_rows(
            self.company, self.today, self.customer
        )
        self.assertEqual(
            {row["move_id"]: (row["consumed"], row["revived"]) for row in rows},
            dict.fromkeys(old.ids, (False, True))
            | dict.fromkeys(self.invoices.ids, (True, False)),
        )
        again = self._pass()
        self.assertEqual(again.evidence_ids.move_id, old)
        # Decided once more as it is now: the last decision counts.
        self._decide(again)
        self.assertFalse(self._pass())

    def test_undone_after_go_live_is_no_history(self):
        """Found in the preview of old debt, decided when paid, and open again."""
        self._pay_late()
        self._decide(self.hold)
        self.company.export_go_live_date = self.today
        self._cancel_payments()
        self._is_held_again("unpaid for 40 days")

    def test_copied_to_the_hold_that_survives(self):
        """Merged: nothing is decided until the surviving hold is."""
        target = self._customer("Lagos Trading Limited")
        self._late_payer(target)
        theirs = self._check_payments(target)
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.customer + target).ids, target)
        first, other = (self.hold + theirs).sorted("blocking", reverse=True)
        self.assertEqual(other.close_reason, "merged")
        self.assertFalse(any((first + other).evidence_ids.mapped("consumed")))
        self.customer = target
        self._pay_late()
        self._decide(first)
        self.assertEqual(first.evidence_ids.mapped("decided_as"), ["late"] * 4)
        self.assertFalse(self._pass())
        self._lines().remove_move_reconcile()
        self.assertEqual(len(self._pass().evidence_ids), 4)

    def test_customer_given_to_a_parent_takes_the_decision_along(self):
        self._pay_late()
        self._decide(self.hold)
        parent = self._customer("Lagos Group")
        self.customer.parent_id = parent
        self.customer.is_company = False
        self.customer = parent
        self.order = self._quotation(parent)
        self._is_free()
        self._unmatch()
        self._is_held_again("unpaid for 40 days")

    def test_migration(self):
        """Of 19.0.1.2 only the verdict is known; nobody is held by surprise."""
        self._late_payer(self.other)
        paid = self._check_payments(self.other)
        settled = self._customer("Settled")
        for due in (-20, -19):
            self._invoice(settled, due=due)
        settled = self._check_payments(settled)
        blocking = self._customer("Blocking")
        for due in (-20, -19):
            self._invoice(blocking, due=due)
        blocking = self._check_payments(blocking)
        for hold in (self.hold, paid, settled):
            self._decide(hold)
        settled.sudo()._decide({"close_reason": "settled"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE export_crm_credit_evidence SET decided_as = NULL,"
            " decided_due = NULL, decided_days = NULL"
        )
        self.env.cr.execute("UPDATE export_crm_credit_hold SET standing = NULL")
        self.env.invalidate_all()

        migrate(self.env, "19.0.1.3.0/post-decided.py", "19.0.1.2.0")

        self.assertEqual(
            [
                set(hold.evidence_ids.mapped("decided_as"))
                for hold in (self.hold, paid, settled, blocking)
            ],
            [{"overdue"}, {"late"}, {"late"}, {False}],
        )
        self.assertEqual(blocking.standing, "stands")
        self.assertIn("unpaid for 40 days", self.hold._explanation())
        self.assertFalse(self._pass())
