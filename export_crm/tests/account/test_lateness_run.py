from odoo.tests import tagged

from .lateness_common import LatenessCommon


@tagged("post_install", "-at_install")
class TestLatenessRun(LatenessCommon):
    """How many in a row, and the facts of a customer."""

    def _paid(self, due, paid_on):
        """Bill an instalment due so many days after DUE, paid so many days later."""
        move = self._bill(due=self._after(due))
        if paid_on is not None:
            self._pay_on(move, self._after(due + paid_on))
        return move

    def _evidence(self, day):
        rows = [row for row in self._rows(day) if row["in_run"]]
        runs = {row["run"] for row in rows}
        self.assertEqual(runs or {0}, {(self._summary(day) or {"run": 0})["run"]})
        return self.env["account.move"].browse([row["move_id"] for row in rows])

    def test_two_lates_in_a_row(self):
        self._paid(0, 0)
        late = self._paid(30, 10) + self._paid(60, 10)
        self.assertEqual(self._evidence(self._after(99)), late)
        self.assertEqual(self._summary(self._after(99))["run"], 2)
        self._paid(90, 0)
        self.assertFalse(self._evidence(self._after(99)))

    def test_on_time_payment_does_not_mask_an_unpaid_one(self):
        unpaid = self._paid(0, None)
        self._paid(30, 0)
        self.assertEqual(self._evidence(self._after(99)), unpaid)

    def test_same_due_date_counts_once_or_each(self):
        moves = self._paid(0, 10) + self._paid(0, 12)
        day = self._after(60)
        self.assertEqual(self._evidence(day), moves)
        self.assertEqual(self._summary(day)["run"], 1)
        self.company.export_late_bucket = "instalment"
        self.assertEqual(self._summary(day)["run"], 2)

    def test_pending_and_consumed_are_skipped(self):
        old, used = self._paid(0, 10), self._paid(30, 10)
        self._paid(90, None)
        day = self._after(92)
        self.assertEqual(self._summary(day)["run"], 2)
        self.env["export.crm.credit.evidence"].sudo().create(
            {
                "hold_id": self._hold().id,
                "move_line_id": used.line_ids.filtered("date_maturity").id,
                "move_id": used.id,
                "invoice_name": used.name,
                "due_date": self._after(30),
                "verdict": "late",
                "as_of": day,
                "currency_id": used.currency_id.id,
                "consumed": True,
            }
        )
        self.assertEqual(self._evidence(day), old)
        self.assertTrue(self._row(day, used)["consumed"])
        # A fact stays one: consuming changes no rate.
        self.assertEqual(self._summary(day)["judged"], 2)

    def test_window(self):
        self._paid(0, 10)
        self.company.export_late_window_months = 1
        # A month before 10 April.
        self.assertEqual(self._summary(self._after(31))["run"], 1)
        self.assertIsNone(self._summary(self._after(32)))
        self._paid(1, None)
        summary = self._summary(self._after(60))
        self.assertEqual((summary["run"], summary["overdue_amount"]), (0, 1000))
        self.assertEqual(summary["oldest_overdue_days"], 59)

    def test_summary(self):
        self._paid(-60, 0)
        self._paid(-30, 20)
        self._paid(0, None)
        self._paid(90, None)
        chf = self._bill(3000, due=self._after(10), currency_id=self.other_currency.id)
        summary = self._summary(self._after(60))
        lines = summary.pop("run_line_ids")
        self.assertEqual(self.env["account.move.line"].browse(lines).move_id[:1], chf)
        # (1000·1 + 1000·40/60 + 1000·0 + 1500·10/60) / 4500
        self.assertAlmostEqual(float(summary.pop("prompt_share")), 23 / 54)
        self.assertEqual(
            summary,
            {
                "partner_id": self.customer.id,
                "run": 3,
                "judged": 4,
                "on_time": 1,
                "late": 1,
                "overdue": 2,
                "pending": 1,
                "neutral": 0,
                "on_time_rate": 0.25,
                # (1000·0 + 1000·20 + 1000·60 + 1500·50) / 4500
                "days_late_weighted": 34.44,
                "overdue_amount": 2500.0,
                "oldest_overdue_days": 60,
                "last_verdict": "overdue",
                "last_due_date": self._after(10),
            },
        )

    def test_nobody_judged_is_unknown(self):
        self._paid(20, None)
        summary = self._summary(self.DUE)
        self.assertEqual(
            [summary[key] for key in ("pending", "judged", "run", "overdue_amount")],
            [1, 0, 0, 0],
        )
        for key in ("on_time_rate", "days_late_weighted", "last_verdict"):
            self.assertIsNone(summary[key], key)
