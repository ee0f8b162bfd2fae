from odoo.tests import Form, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditAccount(ExportCrmCommon):
    """What the customer's figures and invoices tell a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Other")["company"]
        cls.accounts = cls.env["export.crm.account"]
        cls.account, cls.account_other = cls.accounts.sudo().create(
            [
                {"partner_id": cls.customer.id, "company_id": company.id}
                for company in (cls.company, cls.other)
            ]
        )

    def test_hold_is_told_in_its_company_only(self):
        self.assertFalse(self.account.credit_hold_id)
        hold = self._hold()
        self.assertEqual(self.account.credit_hold_id, hold)
        self.assertFalse(self.account_other.credit_hold_id)
        account = self.account.with_user(self.salesperson)
        self.assertIn("Their bank called", account.credit_reason)
        self.assertEqual(account.action_view_credit_hold()["res_id"], hold.id)

    def test_search(self):
        free = self._customer("Free Ltd")
        account = self.accounts.sudo().create(
            {"partner_id": free.id, "company_id": self.company.id}
        )
        both = self.account + self.account_other + account
        hold = self._hold()

        def found(*condition):
            accounts = self.accounts.sudo()
            return accounts.search([("id", "in", both.ids), condition])

        self.assertEqual(found("credit_hold_id", "!=", False), self.account)
        self.assertEqual(found("credit_hold_id", "in", hold.ids), self.account)
        self.assertEqual(
            found("credit_hold_id", "=", False), self.account_other + account
        )

    def test_released_hold_is_told_no_more(self):
        hold = self._hold()
        self.assertTrue(self.account.credit_hold_id)
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "reason": "Paid.", "scope": "unconditional"}
        )
        self.assertFalse(self.account.credit_hold_id)
        self.assertFalse(self.account.credit_reason)

    def test_salesperson_opens_a_paid_invoice(self):
        """Odoo counts payments on the form, which takes rights they don't have."""
        invoice = self._invoice(self.customer, invoice_user_id=self.salesperson.id)
        self._pay(invoice)
        self.env.flush_all()
        self.env.invalidate_all()
        form = Form(invoice.with_user(self.salesperson))
        self.assertEqual(form.payment_state, invoice.payment_state)
