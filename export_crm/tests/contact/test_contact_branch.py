from odoo.tests import tagged

from ..common import BranchCase


@tagged("post_install", "-at_install")
class TestContactBranch(BranchCase):
    """Contacts are the root's; whoever may enter the branch alone works with them."""

    def _log(self, **values):
        env = self._in(self.branch, self.clerk)
        return env["export.crm.interaction"].create(
            {
                "partner_id": self.customer.id,
                "channel": "phone",
                "direction": "out",
                **values,
            }
        )

    def test_next_step_is_planned(self):
        self.customer.user_id = self.clerk
        contact = self._log(next_step="Call again")
        self.assertEqual(contact.company_id.sudo(), self.company)
        self.assertTrue(contact.next_date)
        self.assertEqual(contact.next_activity_id.summary, "Call again")

    def test_log_of_a_customer_opens(self):
        self.customer.user_id = self.clerk
        contact = self._log()
        self._quotation(company_id=self.branch.id).action_confirm()
        account = self.env["export.crm.account"].sudo()._refresh_facts_of(self.customer)
        env = self._in(self.branch, self.clerk)
        account = account.with_env(env)
        action = account.action_view_interactions()
        self.assertEqual(env[action["res_model"]].search(action["domain"]), contact)
