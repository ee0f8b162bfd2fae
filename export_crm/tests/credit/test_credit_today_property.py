from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..search import searched
from .today_common import TodayCommon

CHANGES = (
    "_credit_all",
    "_uncredit",
    "_cancel",
    "_repost",
    "_pay_late",
    "_pay_entered_late",
    "_unmatch",
    "_cancel_payments",
    "_promise",
    "_take_back_promises",
    "_dispute",
    "_close_disputes",
    "_block",
)
# What a decision says of a fact that has not become worse.
RANK = {"overdue": 3, "late": 2}


@tagged("post_install", "-at_install")
class TestCreditTodayProperty(TodayCommon):
    """Whatever happens in whatever order, what is shown is a fresh judgement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._check_payments()

    @searched(12)
    @given(
        changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=5),
        decided=st.none() | st.integers(0, 4),
    )
    def _search(self, changes, decided):
        with self.cr.savepoint() as point:
            for number, change in enumerate(changes):
                if number == decided:
                    self._decide(self.hold)
                self._apply(change)
                self._check_shown(self.hold)
                self._check_standing(changes)
                self._check_decided(changes)
            point.rollback()

    def test_shown_is_fresh(self):
        self._search()

    def _apply(self, change):
        """Do it to those invoices to which it can be done."""
        every = self.invoices
        posted = every.filtered(lambda move: move.state == "posted")
        open_ones = posted.filtered("amount_residual")
        if change in ("_cancel", "_unmatch", "_block"):
            self.invoices = posted
        elif change in ("_credit_all", "_pay_late", "_pay_entered_late"):
            self.invoices = open_ones
        elif change in ("_promise", "_dispute"):
            self.invoices = open_ones if not self._marks(change) else every[:0]
        elif change == "_take_back_promises" and not self._marks("_promise"):
            self.invoices = every[:0]
        elif change == "_close_disputes" and not self._marks("_dispute"):
            self.invoices = every[:0]
        try:
            if self.invoices:
                getattr(self, change)()
        finally:
            self.invoices = every

    def _marks(self, change):
        model, state = {
            "_promise": ("promise", "approved"),
            "_dispute": ("dispute", "accepted"),
        }[change]
        return self.env[f"export.crm.credit.{model}"].search_count(
            [("partner_id", "=", self.customer.id), ("state", "=", state)]
        )

    def _take_back_promises(self):
        self.env["export.crm.credit.promise"].search(
            [("partner_id", "=", self.customer.id), ("state", "=", "approved")]
        ).with_user(self.controller).action_cancel()

    def _close_disputes(self):
        self.env["export.crm.credit.dispute"].search(
            [("partner_id", "=", self.customer.id), ("state", "=", "accepted")]
        ).with_user(self.controller).action_close()

    def _check_standing(self, context):
        """No hold is said to have fallen that a fresh judgement would open."""
        self._pass()
        hold = self.customer.export_credit_hold_id
        if not hold:
            return
        statuses = set(hold.evidence_ids.mapped("status_now"))
        if "overdue" in statuses:
            self.assertIn(hold.standing, ("stands", "weaker"), context)
        if hold.standing in ("wrong", "excused"):
            self.assertFalse(statuses & {"overdue", "late"}, context)
        if hold.standing == "settled":
            self.assertIn("late", statuses, context)

    def _check_decided(self, context):
        """Decided facts are used up as long as none of them is worse."""
        if self.hold.blocking:
            return
        lines = self.hold.evidence_ids
        again = self.customer.export_credit_hold_ids - self.hold
        worse = any(
            RANK.get(line.status_now, 0) > RANK.get(line.decided_as, 0)
            for line in lines
        )
        rows = {
            row["move_line_id"]: row["consumed"]
            for row in self.env["export.crm.account"]._lateness_rows(
                self.company, self.today, self.customer
            )
        }
        for line in lines:
            if line.move_line_id.id in rows:
                self.assertEqual(rows[line.move_line_id.id], not worse, context)
        if worse and lines.mapped("status_now") == ["overdue"] * 2:
            self.assertTrue(again, context)
