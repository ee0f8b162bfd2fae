from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...tools.account.lateness import (
    Dispute,
    Event,
    Instalment,
    NonWorking,
    Policy,
    Promise,
    Verdict,
    Wire,
    aggregate,
    deadline,
    judge,
    months_before,
    run,
)

DUE = date(2025, 3, 10)
POLICY = Policy()


def after(days):
    return DUE + timedelta(days=days)


def paid(days, amount=1000, kind="payment"):
    return Event(after(days), Decimal(amount), kind)


def item(*events, **values):
    return Instalment(
        **{
            "id": 1,
            "due": DUE,
            "amount": Decimal(1000),
            "events": events,
            **values,
        }
    )


class PureCase(BaseCase):
    def _kind(self, instalment, days=60, policy=POLICY):
        verdict = judge(instalment, after(days), policy)
        return verdict and verdict.kind


@tagged("post_install", "-at_install")
class TestJudge(PureCase):
    """Each sentence of the specification on its boundary."""

    def test_due_is_the_later_of_due_date_and_invoice_date(self):
        verdict = judge(item(invoice_date=after(3)), after(60), POLICY)
        self.assertEqual(verdict.due, after(3))
        verdict = judge(item(invoice_date=after(-3)), after(60), POLICY)
        self.assertEqual(verdict.due, DUE)

    def test_grace_boundary(self):
        self.assertEqual(self._kind(item(), 5), "pending")
        self.assertEqual(self._kind(item(), 6), "overdue")
        self.assertEqual(self._kind(item(paid(5))), "on_time")
        self.assertEqual(self._kind(item(paid(6))), "late")

    def test_days_late_count_from_the_due_date(self):
        self.assertEqual(judge(item(paid(6)), after(60), POLICY).days_late, 6)
        self.assertEqual(judge(item(paid(4)), after(60), POLICY).days_late, 4)
        self.assertEqual(judge(item(paid(-4)), after(60), POLICY).days_late, 0)
        self.assertEqual(judge(item(), after(60), POLICY).days_late, 60)
        self.assertEqual(judge(item(), after(2), POLICY).days_late, 0)

    def test_nothing_after_the_day_is_used(self):
        instalment = item(paid(10), paid(11, 500, "credit"))
        self.assertEqual(self._kind(instalment, 9), "overdue")
        self.assertEqual(self._kind(item(invoice_date=after(70))), None)
        self.assertEqual(self._kind(item(accounting_date=after(70))), None)

    def test_settled_on_the_day_it_was_enough(self):
        verdict = judge(item(paid(1, 500), paid(3, 449)), after(60), POLICY)
        self.assertEqual((verdict.kind, verdict.settled_on), ("overdue", None))
        verdict = judge(item(paid(9, 1), paid(1, 500), paid(3, 449)), after(60), POLICY)
        self.assertEqual((verdict.kind, verdict.settled_on), ("late", after(9)))

    def test_tolerance_is_the_smaller_of_amount_and_share(self):
        self.assertEqual(self._kind(item(paid(0, 950))), "on_time")
        self.assertEqual(self._kind(item(paid(0, "949.99"))), "overdue")
        large = {"amount": Decimal(10000)}
        self.assertEqual(self._kind(item(paid(0, 9950), **large)), "on_time")
        self.assertEqual(self._kind(item(paid(0, "9949.99"), **large)), "overdue")

    def test_tolerance_is_in_company_currency(self):
        foreign = {"amount": Decimal(10000), "balance": Decimal(5000)}
        self.assertEqual(self._kind(item(paid(0, 9900), **foreign)), "on_time")
        self.assertEqual(self._kind(item(paid(0, "9899.99"), **foreign)), "overdue")

    def test_late_credit_note_reduces_what_had_to_be_paid(self):
        instalment = item(paid(0, 700), paid(40, 300, "credit"))
        self.assertEqual(self._kind(instalment, 39), "overdue")
        verdict = judge(instalment, after(40), POLICY)
        self.assertEqual((verdict.kind, verdict.settled_on), ("on_time", DUE))

    def test_credited_in_full_is_no_fact(self):
        self.assertIsNone(judge(item(paid(40, 1000, "credit")), after(40), POLICY))
        cents = item(paid(40, "999.99", "credit"))
        self.assertIsNone(judge(cents, after(40), POLICY))

    def test_write_off_of_its_own_is_late_and_not_owed_any_more(self):
        instalment = item(paid(50, 1000, "other"))
        self.assertEqual(self._kind(instalment, 49), "overdue")
        verdict = judge(instalment, after(60), POLICY)
        self.assertEqual(
            (verdict.kind, verdict.settled_on, verdict.open_amount, verdict.days_late),
            ("late", None, 0, 60),
        )
        rest = judge(item(paid(50, 600, "other")), after(60), POLICY)
        self.assertEqual((rest.kind, rest.open_amount), ("overdue", 400))

    def test_promise_moves_the_due_date_and_both_are_kept(self):
        instalment = item(promises=(Promise(after(20), after(8)),))
        self.assertEqual(self._kind(instalment, 7), "overdue")
        verdict = judge(instalment, after(25), POLICY)
        self.assertEqual(
            (verdict.kind, verdict.due, verdict.original_due),
            ("pending", after(20), DUE),
        )
        self.assertEqual(self._kind(instalment, 26), "overdue")

    def test_promise_that_was_cancelled_or_names_an_earlier_day(self):
        cancelled = item(promises=(Promise(after(20), after(8), after(12)),))
        self.assertEqual(self._kind(cancelled, 11), "pending")
        self.assertEqual(self._kind(cancelled, 12), "overdue")
        earlier = item(promises=(Promise(after(-9), after(-20)),))
        self.assertEqual(judge(earlier, after(1), POLICY).due, DUE)

    def test_the_promise_decided_last_counts(self):
        promises = (Promise(after(40), after(1)), Promise(after(20), after(2)))
        self.assertEqual(
            judge(item(promises=promises), after(9), POLICY).due, after(20)
        )

    def test_wire_registered_in_time_excuses_for_its_days(self):
        wire = item(wires=(Wire(after(5), Decimal(1000)),))
        self.assertEqual(self._kind(wire, 12), "pending")
        self.assertEqual(self._kind(wire, 13), "overdue")
        late = item(wires=(Wire(after(6), Decimal(1000)),))
        self.assertEqual(self._kind(late, 6), "overdue")

    def test_wire_has_to_cover_what_is_open(self):
        wire = item(paid(0, 400), wires=(Wire(after(5), Decimal(550)),))
        self.assertEqual(self._kind(wire, 6), "pending")
        short = item(paid(0, 400), wires=(Wire(after(5), Decimal(549)),))
        self.assertEqual(self._kind(short, 6), "overdue")

    def test_blocked_is_neutral(self):
        self.assertEqual(self._kind(item(neutral=True)), "neutral")
        self.assertEqual(self._kind(item(paid(30), neutral=True)), "neutral")

    def test_dispute_takes_only_its_amount_out(self):
        dispute = (Dispute(Decimal(300), after(8)),)
        self.assertEqual(self._kind(item(paid(0, 700), disputes=dispute)), "on_time")
        self.assertEqual(self._kind(item(paid(0, 600), disputes=dispute)), "overdue")
        before = judge(item(paid(0, 700), disputes=dispute), after(7), POLICY)
        self.assertEqual((before.kind, before.open_amount), ("overdue", 300))

    def test_dispute_of_everything_is_neutral_until_closed(self):
        dispute = (Dispute(Decimal(1000), after(1), after(20)),)
        self.assertEqual(self._kind(item(disputes=dispute), 19), "neutral")
        self.assertEqual(self._kind(item(disputes=dispute), 20), "overdue")

    def test_credit_note_for_a_dispute_counts_once(self):
        dispute = (Dispute(Decimal(300), after(1)),)
        settled = item(paid(0, 500), paid(9, 300, "credit"), disputes=dispute)
        verdict = judge(settled, after(60), POLICY)
        self.assertEqual((verdict.kind, verdict.open_amount), ("overdue", 200))
        other = item(paid(0, 500), paid(0, 200, "credit"), disputes=dispute)
        self.assertEqual(self._kind(other), "on_time")

    def test_down_payments_and_opening_balances(self):
        deposit = item(is_down_payment=True)
        self.assertIsNone(judge(deposit, after(60), POLICY))
        judging = replace(POLICY, down_payments=True)
        self.assertEqual(self._kind(deposit, policy=judging), "overdue")
        opening = item(opening_balance=True)
        self.assertIsNone(judge(opening, after(60), judging))

    def test_days_late_are_weighted_part_by_part(self):
        verdict = judge(item(paid(0, 600), paid(30, 400)), after(60), POLICY)
        self.assertEqual((verdict.weight, verdict.weighted_days), (1000, 12000))
        unpaid = judge(item(paid(0, 600)), after(60), POLICY)
        self.assertEqual((unpaid.weight, unpaid.weighted_days), (1000, 24000))
        charges = judge(item(paid(0, 960)), after(60), POLICY)
        self.assertEqual((charges.weight, charges.weighted_days), (960, 0))


@tagged("post_install", "-at_install")
class TestDeadline(PureCase):
    """Grace in business days, and the window's month arithmetic."""

    BUSINESS = Policy(grace_business_days=True)

    def test_weekend_is_skipped(self):
        self.assertEqual(deadline(DUE, self.BUSINESS), after(7))
        gulf = NonWorking(frozenset({4, 5}))
        self.assertEqual(deadline(DUE, self.BUSINESS, gulf), after(7))
        friday = replace(self.BUSINESS, grace_days=4)
        self.assertEqual(deadline(DUE, friday), after(4))
        self.assertEqual(deadline(DUE, friday, gulf), after(6))

    def test_holidays_are_skipped(self):
        days = frozenset({after(1), after(7)})
        place = NonWorking(days=days)
        self.assertEqual(deadline(DUE, self.BUSINESS, place), after(9))

    def test_no_grace_is_the_due_date_even_on_a_free_day(self):
        sunday = date(2025, 3, 9)
        policy = replace(self.BUSINESS, grace_days=0)
        self.assertEqual(deadline(sunday, policy), sunday)

    def test_a_calendar_full_of_free_days_has_an_end(self):
        place = NonWorking(frozenset(range(7)))
        self.assertEqual(deadline(DUE, self.BUSINESS, place), after(40))

    def test_months_before_keeps_within_the_month(self):
        self.assertEqual(months_before(date(2025, 5, 31), 3), date(2025, 2, 28))
        self.assertEqual(months_before(date(2024, 2, 29), 24), date(2022, 2, 28))
        self.assertEqual(months_before(date(2025, 1, 15), 1), date(2024, 12, 15))

    def test_window_boundary(self):
        inside = judge(item(), date(2027, 3, 10), POLICY)
        outside = judge(item(), date(2027, 3, 11), POLICY)
        self.assertEqual((inside.in_window, outside.in_window), (True, False))
        self.assertEqual(run([inside], POLICY).length, 1)
        self.assertEqual(run([outside], POLICY).length, 0)
        summary = aggregate([outside], POLICY)
        self.assertEqual((summary.judged, summary.overdue_amount), (0, 1000))


@tagged("post_install", "-at_install")
class TestRun(PureCase):
    """How many in a row."""

    def _of(self, *kinds, **values):
        """Verdicts from the newest due date to the oldest."""
        return [
            Verdict(
                **{
                    "id": number,
                    "kind": kind,
                    "due": after(-number),
                    "original_due": after(-number),
                    "deadline": after(5 - number),
                    "settled_on": None,
                    "days_late": 0,
                    "open_amount": Decimal(0),
                    "reason": "",
                    **values,
                }
            )
            for number, kind in enumerate(kinds)
        ]

    def test_run_ends_at_the_first_on_time(self):
        verdicts = self._of("late", "late", "on_time", "late")
        result = run(verdicts, POLICY)
        self.assertEqual((result.length, result.evidence), (2, (0, 1)))
        self.assertEqual(run(self._of("on_time", "late", "late"), POLICY).length, 0)
        self.assertEqual(run([], POLICY).length, 0)

    def test_on_time_payment_never_masks_an_older_unpaid_one(self):
        verdicts = self._of("on_time", "overdue", "late", "overdue")
        result = run(verdicts, POLICY)
        self.assertEqual((result.length, result.evidence), (2, (1, 3)))

    def test_overdue_one_joins_the_late_ones_before_it(self):
        verdicts = self._of("late", "on_time", "overdue")
        self.assertEqual(run(verdicts, POLICY).evidence, (0, 2))

    def test_pending_neutral_and_consumed_neither_count_nor_break(self):
        first, pending, neutral, last = self._of("late", "pending", "neutral", "late")
        self.assertEqual(run([first, pending, neutral, last], POLICY).length, 2)
        used = replace(first, consumed=True)
        self.assertEqual(run([used, pending, neutral, last], POLICY).evidence, (3,))
        on_time = replace(first, kind="on_time", consumed=True)
        self.assertEqual(run([on_time, pending, neutral, last], POLICY).length, 1)

    def test_same_day_counts_once_or_each(self):
        verdicts = self._of("late", "late", due=DUE)
        self.assertEqual(run(verdicts, POLICY).length, 1)
        self.assertEqual(run(verdicts, POLICY).evidence, (1, 0))
        each = replace(POLICY, bucket="instalment")
        self.assertEqual(run(verdicts, each).length, 2)

    def test_the_worst_of_a_day_speaks_for_it(self):
        verdicts = self._of("on_time", "late", due=DUE)
        self.assertEqual(run(verdicts, POLICY), run(verdicts[1:], POLICY))
        each = replace(POLICY, bucket="instalment")
        self.assertEqual(run(verdicts, each).evidence, (1,))

    def test_aggregate(self):
        instalments = [
            item(id=1),
            item(paid(0), id=2, due=after(-30)),
            item(paid(-20), id=3, due=after(-60)),
            item(paid(9, 1000, "credit"), id=4),
            item(id=5, due=after(100)),
            item(id=6, due=after(10), amount=Decimal(30), balance=Decimal("15.015")),
        ]
        verdicts = [judge(instalment, after(60), POLICY) for instalment in instalments]
        summary = aggregate(verdicts, POLICY)
        self.assertEqual((summary.judged, summary.late, summary.overdue), (4, 2, 2))
        self.assertEqual(summary.on_time, 0)
        self.assertEqual(summary.run.evidence, (6, 1, 2, 3))
        self.assertEqual(summary.on_time_rate, 0)
        self.assertEqual(summary.overdue_amount, Decimal("1015.02"))
        self.assertEqual(summary.oldest_overdue_days, 60)
        self.assertEqual(summary.last_verdict, "overdue")
        nothing = aggregate([None], POLICY)
        self.assertEqual((nothing.on_time_rate, nothing.last_verdict), (None, None))
