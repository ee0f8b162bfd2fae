from odoo.tests import tagged

from .common import HealthCommon


@tagged("post_install", "-at_install")
class TestAttention(HealthCommon):
    """Who is on hold or warned of is seen in the list of customers."""

    def test_warnings_are_counted_in_words(self):
        self._orders(self.customer, *range(60, 180, 10), amount=100.0)
        account = self.accounts._refresh_facts_of(self.customer, self.company)
        self.assertFalse(account.attention)
        warnings = self.env["export.crm.warning"].sudo()
        one = {
            "account_id": account.id,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "code": "silence",
            "period": "2026-Q4",
            "level": "warning",
            "date": self.company._export_today(),
        }
        warnings.create(one)
        self.assertEqual(account.attention, "1 warning")
        warnings.create({**one, "code": "churn"})
        self.assertEqual(account.attention, "2 warnings")

    def test_growth_is_a_percentage_everywhere(self):
        words = self.accounts._input_words("growth", 0.883)
        self.assertEqual(words, "−12%")
        action = self.env["export.crm.action"].new({"figures": {"growth": 1.042}})
        self.assertIn("+4%", action.why)
