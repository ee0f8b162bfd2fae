from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import ClaimCase
from .test_claim_clock import FRIDAY


@tagged("post_install", "-at_install")
class TestClaimFigures(ClaimCase):
    """From complaint to plan, and the share resolved within 48 hours."""

    def _at(self, hours):
        return freeze_time(FRIDAY + timedelta(hours=hours))

    def _worked(self, plan, solved=None, **values):
        """File a claim on Friday, with plan and resolution so many hours later."""
        with self._at(0):
            claim = self._claim(**values)
        with self._at(plan):
            self._answer(claim)
            self._send_plan(claim)
        if solved:
            with self._at(solved):
                claim.action_solve()
        return claim

    def _figures(self, claims):
        """Return what *Claim analysis* shows with its own filter."""
        action = self.env.ref("export_crm.export_crm_claim_report_action")
        self.assertIn("search_default_counted", action.context)
        [row] = self.env["export.crm.claim"]._read_group(
            [("id", "in", claims.ids), ("counted", "=", True)],
            [],
            ["__count", "response_hours:avg", "plan_hours:avg", "within_48h:avg"],
        )
        return row

    def test_average_and_share(self):
        """Whoever is not answered yet counts in no average, and not as nothing."""
        claims = self._worked(10, 48) | self._worked(30, 48.5) | self._worked(20, 40)
        with self._at(1):
            claims |= self._claim()
        count, response, plan, share = self._figures(claims)
        self.assertEqual((count, response, plan), (4, 20, 20))
        self.assertAlmostEqual(share, 200 / 3)
        found = self.env["export.crm.claim"].search(
            [("id", "in", claims.ids), ("within_48h", "=", 100)]
        )
        self.assertEqual(len(found), 2)

    def test_cancelled_and_duplicates_count_nowhere(self):
        kept = self._worked(10, 30)
        cancelled, double = self._worked(40), self._worked(46)
        with self._at(47):
            cancelled.action_cancel()
            open_one = self._claim()
            (double | open_one)._merge_into(open_one)
        claims = kept | cancelled | double
        self.assertEqual(self._figures(claims), (1, 10, 10, 100))
        clocks = self.env["export.crm.claim.clock"]
        found = clocks.search(
            [("claim_id", "in", claims.ids), ("counted", "=", True)]
        ).claim_id
        self.assertEqual(found.ids, kept.ids)

    def test_reopened_claim_keeps_its_first_times(self):
        """Cycle 1 is what the customer waited for; cycle 2 has clocks of its own."""
        claim = self._worked(10, 30)
        with self._at(50):
            claim.action_close()
        with self._at(60):
            claim.action_reopen()
        with self._at(100):
            self._answer(claim)
            self._send_plan(claim)
            claim.action_solve()
        self.assertRecordValues(
            claim,
            [
                {
                    "response_hours": 10,
                    "plan_hours": 10,
                    "resolution_hours": 30,
                    "within_48h": 100,
                    "cycle": 2,
                }
            ],
        )
        second = claim.sudo().clock_ids.filtered(lambda c: c.cycle == 2)
        self.assertEqual(set(second.mapped("wall_hours")), {40.0})

    def test_broken_promise_of_an_update_is_seen(self):
        """Late, in the list of the day, escalated; kept by the next message."""
        with self._at(0):
            claim = self._claim(
                category_id=self._severity("medium").id,
                next_update_at=FRIDAY + timedelta(hours=4),
            )
            self._answer(claim)
            claim.next_update_at = FRIDAY + timedelta(hours=5)
        with self._at(5.5):
            self._escalate()
            update = self._clock(claim, "update")
            self.assertTrue(update.late)
            self.assertTrue(claim.late)
            told = claim.sudo().escalation_ids.filtered(
                lambda e: e.milestone == "update"
            )
            self.assertIn(self.manager, told.user_id)
            self._answer(claim)
            self.assertEqual(self._clock(claim, "update").state, "met")
