from datetime import date

from odoo.tests import TransactionCase, tagged

from ...models.core.wording import number, percent, weekday
from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestWording(TransactionCase):
    """Numbers and days in texts are written as the reader's language writes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("de_DE", "zh_CN"):
            cls.env["res.lang"]._activate_lang(code)

    def _in(self, code):
        return self.env(context={"lang": code})

    def test_numbers(self):
        for code, value, digits, text in (
            ("en_US", 500000.0, 0, "500,000"),
            ("de_DE", 500000.0, 0, "500.000"),
            ("de_DE", 2.5, None, "2,5"),
            ("en_US", 24.0, None, "24"),
            ("en_US", 0.4567, None, "0.457"),
            ("en_US", 1234.6, None, "1,235"),
            ("zh_CN", 1234.5, 1, "1,234.5"),
        ):
            with self.subTest(code, value=value):
                self.assertEqual(number(self._in(code), value, digits), text)

    def test_percentages(self):
        self.assertEqual(percent(self._in("en_US"), 0.125, 1), "12.5 %")
        self.assertEqual(percent(self._in("de_DE"), 0.125, 1), "12,5 %")
        self.assertEqual(percent(self._in("de_DE"), 0.03, None), "3 %")

    def test_days(self):
        day = date(2026, 3, 5)
        self.assertEqual(weekday(self._in("en_US"), day), "Thu, Mar 5")
        self.assertEqual(weekday(self._in("de_DE"), day), "Do., 5. März")
        self.assertEqual(weekday(self._in("zh_CN"), day), "3月5日周四")


@tagged("post_install", "-at_install")
class TestLanguageOfJobs(ExportCrmCommon):
    """What the scheduled actions write down is in the company's language."""

    def test_a_hold_tells_in_chinese(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["export_crm"], ["zh_CN"])
        self.company.partner_id.lang = "zh_CN"
        self._late_payer()
        cron = self.env.ref("export_crm.export_crm_payment_delay_cron")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        hold = self.customer.export_credit_hold_ids
        self.assertIn("处于信用冻结：解除之前不确认新订单", hold.message_ids[0].body)
        self.assertEqual(hold.activity_ids.summary, f"评估 {self.customer.name} 的信用")
        self.assertNotIn("late", hold.message_ids[0].body)
