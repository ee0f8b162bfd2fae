from odoo.tests import tagged

from .lateness_common import LatenessCommon


@tagged("post_install", "-at_install")
class TestLatenessVerdict(LatenessCommon):
    """The verdict of one instalment, from documents made as people make them."""

    def test_not_due_then_overdue(self):
        move = self._bill()
        self.assertEqual(self._verdict(self._after(5)), "pending")
        row = self._row(self._after(6))
        self.assertEqual(row["verdict"], "overdue")
        self.assertEqual(row["days_late"], 6)
        self.assertEqual(row["open_amount"], 1000)
        self.assertEqual(row["deadline"], self._after(5))
        self.assertEqual(row["move_id"], move.id)
        self.assertEqual(row["run"], 1)

    def test_paid_within_grace(self):
        self._pay_on(self._bill(), self._after(5))
        row = self._row(self._after(40))
        self.assertEqual(row["verdict"], "on_time")
        self.assertEqual(row["settled_on"], self._after(5))
        self.assertEqual(row["days_late"], 5)
        self.assertFalse(row["in_run"])

    def test_paid_after_grace(self):
        self._pay_on(self._bill(), self._after(6))
        row = self._row(self._after(40))
        self.assertEqual(row["verdict"], "late")
        self.assertEqual(row["days_late"], 6)

    def test_payment_after_the_day_is_unknown(self):
        self._pay_on(self._bill(), self._after(10))
        self.assertEqual(self._verdict(self._after(9)), "overdue")
        self.assertEqual(self._verdict(self._after(10)), "late")
