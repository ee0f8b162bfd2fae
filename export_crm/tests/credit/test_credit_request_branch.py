from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import BranchCase


@tagged("post_install", "-at_install")
class TestCreditRequestBranch(BranchCase):
    def test_request_in_a_branch_is_the_roots(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 50.0
        order = self._quotation(company_id=self.branch.id, user_id=self.clerk.id)
        env = self._in(self.branch, self.clerk)
        order.with_env(env).action_export_request_release()
        request = order.export_credit_request_id
        self.assertEqual(request.company_id, self.company)
        self.assertEqual(request.with_env(env).asker_id, self.clerk.partner_id)

    def test_controller_who_may_not_enter_the_branch_decides(self):
        for company, held in ((self.branch, True), (self.twig, False)):
            with self.subTest(held=held):
                customer = self._customer("Held" if held else "Limited")
                if held:
                    self._hold(customer)
                else:
                    self.company.account_use_credit_limit = True
                    customer.credit_limit = 50.0
                order = self._quotation(customer, company_id=company.id)
                order.action_export_request_release()
                request = order.export_credit_request_id
                self.controller.company_ids = self.company
                env = self._in(self.company, self.controller)
                with self.assertRaises(AccessError):
                    order.with_env(env).read(["name"])
                mine = env["export.crm.credit.request"].search(
                    [("order_id", "=", order.id)]
                )
                self.assertEqual(mine.order_amount, order.amount_total)
                wizard = env["export.crm.credit.request.decide"].with_context(
                    active_ids=mine.ids
                )
                wizard.create({"reason": "A good branch."}).action_decide()
                self.assertEqual(request.state, "released")
                self.controller.company_ids = self.tree
