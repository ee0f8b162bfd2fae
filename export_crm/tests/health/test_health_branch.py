from datetime import timedelta

from odoo.tests import tagged

from ..account.common import AS_OF
from ..common import BranchCase
from .common import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthBranch(BranchCase, HealthCommon):
    """What is bought in a branch counts where the root learns and measures."""

    def test_bought_in_a_branch_after_an_action(self):
        self._model()
        self._orders(self.customer, *range(60, 180, 10))
        self.env["export.crm.action.rule"].create(
            {
                "name": "Call",
                "condition": "[('gap_open', '>', 30)]",
                "text": "Call the buyer.",
                "value_field": "revenue_365d",
                "effect": 0.2,
            }
        )
        self._run()
        actions = self.actions.search([("partner_id", "=", self.customer.id)])
        self.assertTrue(actions)
        self.assertEqual(actions.company_id, self.company)
        self._order(self.customer, AS_OF + timedelta(days=30), 70.0, company=self.twig)
        self._order(
            self.customer, AS_OF + timedelta(days=31), 900.0, company=self.stranger
        )
        self._run(as_of=AS_OF + timedelta(days=93))
        measured = actions.filtered("measured_date")
        self.assertEqual(set(measured.mapped("revenue_after")), {70.0})

    def test_what_a_lost_customer_had_bought(self):
        self._orders(self.customer, 100, amount=1000.0)
        self._orders(self.customer, 60, amount=30.0, company=self.branch)
        self._orders(self.customer, 50, amount=5000.0, company=self.stranger)
        account = self._run(steps="")
        loss = self.env["export.crm.loss"].create(
            {
                "account_id": account.id,
                "date": AS_OF,
                "kind": "fault",
                "reason": "after_sales",
            }
        )
        self.assertEqual(loss.revenue_before, 1030.0)
        self.assertEqual(loss.company_id, self.company)

    def test_demand_is_learnt_from_all_branches(self):
        buyer = self._customer("Delft Buyer")
        self._orders(buyer, 100, 60, amount=30.0, company=self.twig)
        self._orders(buyer, 50, amount=30.0)
        self._orders(buyer, 40, amount=30.0, company=self.stranger)
        ours = self.models._histories(self.company, AS_OF)
        days = [(AS_OF - timedelta(days=back)).toordinal() for back in (100, 60, 50)]
        self.assertIn([(day, 30.0) for day in days], ours)
