from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestCoreEndToEnd(AccountTestInvoicingCommon):
    """From a posted invoice to the customer's figures, with the real steps."""

    def run_cron(self, name):
        cron = self.env.ref(f"export_crm.export_crm_{name}_cron").sudo()
        with self.enter_registry_test_mode():
            self.assertIs(cron.method_direct_trigger(), True)
        jobs = self.env["export.crm.job"].sudo().search([])
        self.assertFalse(jobs.filtered(lambda job: job.state == "failed"))
        self.assertFalse(self.env["export.crm.job.error"].sudo().search([]).message)

    def account(self):
        return (
            self.env["export.crm.account"]
            .sudo()
            .search(
                [
                    ("partner_id", "=", self.partner_a.id),
                    ("company_id", "=", self.env.company.id),
                ]
            )
        )

    def post_invoice(self):
        self._create_invoice_one_line(
            price_unit=100,
            partner_id=self.partner_a,
            invoice_date=self.env.company._export_today(),
            tax_ids=[],
            post=True,
        )
        self.env.cr.precommit.run()

    def test_posted_invoice_is_in_the_figures_after_the_next_run(self):
        self.run_cron("payment_delay")
        self.post_invoice()
        self.assertFalse(self.account())
        self.run_cron("payment_delay")
        self.assertEqual(self.account().receivable_amount, 100)
        self.assertEqual(self.account().as_of, self.env.company._export_today())

    def test_nightly_gives_the_same_figures(self):
        self.env.company.export_nightly_hour = 0
        self.post_invoice()
        self.run_cron("nightly")
        self.assertEqual(self.account().receivable_amount, 100)
        self.assertEqual(self.account().as_of, self.env.company._export_today())
        self.assertFalse(self.env["export.crm.dirty"].sudo().search_count([]))
