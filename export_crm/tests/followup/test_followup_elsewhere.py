from odoo.tests import tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupElsewhere(FollowupCommon):
    """What leads from My Day and a customer's figures to where the work is."""

    def test_my_day_tells_a_controller_which_decisions_wait(self):
        ledger = self.ledger.with_user(self.controller)
        self.assertEqual(ledger.my_decisions(), "")
        self._hold()
        self.assertIn("1 credit decision", ledger.my_decisions())
        self.assertEqual(self.ledger.with_user(self.salesperson).my_decisions(), "")

    def test_mail_dialog_says_what_it_is(self):
        order = self._sold()
        self._deliver(order, self.monday)
        self._run(as_of=self.monday)
        row = self._rows(step="delivery_1w")
        self.assertEqual(row.action_mail()["name"], "Write a Mail")
