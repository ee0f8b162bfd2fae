from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import BranchCase
from .common import ClaimCase


@tagged("post_install", "-at_install")
class TestClaimBranch(BranchCase, ClaimCase):
    """Claims about what a branch has sold are in the root company's figures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claims = cls.claims.with_context(allowed_company_ids=cls.company.ids)

    def _sold(self, place):
        order = self._quotation(company_id=place.id)
        order.action_confirm()
        order.order_line.qty_delivered = 1.0
        return order

    def test_claim_on_an_order_of_a_branch(self):
        order = self._sold(self.twig)
        line = {"sale_line_id": order.order_line.id, "quantity": 1.0}
        claim = self._claim(
            company_id=self.twig.id,
            order_id=order.id,
            category_id=self._severity("minor").id,
            line_ids=[Command.create(line)],
        )
        self.assertEqual(claim.company_id, self.company)
        self.assertEqual(claim.line_ids.company_id, self.company)
        self.assertEqual(claim.user_id, self.agent)
        account = self.env["export.crm.account"].sudo()._refresh_facts_of(self.customer)
        self.assertEqual(account.company_id, self.company)
        self.assertEqual((account.claims_365d, account.claims_open_minor), (1, 1))

    def test_goods_of_another_company_are_refused(self):
        order = self._sold(self.stranger)
        with self.assertRaisesRegex(ValidationError, "of another company"):
            self._claim(order_id=order.id)
        claim = self._claim()
        with self.assertRaisesRegex(ValidationError, "sold by another company"):
            claim.line_ids = [
                Command.create({"sale_line_id": order.order_line.id, "quantity": 1.0})
            ]

    def test_the_button_on_an_order_of_a_branch(self):
        order = self._sold(self.branch)
        action = order.action_export_claims()
        context = action["context"]
        claim = (
            self.env["export.crm.claim"]
            .with_context(**context)
            .create({"title": "Flickers"})
        )
        self.assertEqual((claim.order_id, claim.company_id), (order, self.company))

    def test_dispute_is_the_roots(self):
        invoice = self._invoice(self.customer, company_id=self.branch.id)
        item = invoice.invoice_line_ids
        line = {"invoice_line_id": item.id, "quantity": 1.0, "amount": 100.0}
        claim = self._claim(invoice_id=invoice.id, line_ids=[Command.create(line)])
        claim.action_dispute()
        self.assertEqual(claim.sudo().dispute_ids.company_id, self.company)

    def test_an_agent_of_the_branch_alone(self):
        helper = self._user(
            "helper",
            "claims_agent",
            company_id=self.branch.id,
            company_ids=[Command.set(self.branch.ids)],
        )
        self.department.member_ids = helper
        env = self._in(self.branch, helper)
        claim = env["export.crm.claim"].create(
            {"title": "Flickers", "partner_id": self.customer.id}
        )
        self.assertEqual(claim.sudo().company_id, self.company)
        self.assertEqual(claim.user_id, helper)
        self.assertEqual(claim.read(["title"])[0]["title"], "Flickers")
        claim.title = "Ten flicker"
        claim.action_start()
        self.assertEqual(claim.state, "progress")
        claim.sudo().next_deadline = claim.create_date
        found = env["export.crm.claim"].search([("due", "=", "late")])
        self.assertEqual(found, claim)
