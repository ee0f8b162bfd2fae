"""The managers' weekly report of warnings."""

from ast import literal_eval
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import HealthCommon

MONDAY = "2024-07-08 06:00:00"


@freeze_time(MONDAY)
@tagged("post_install", "-at_install")
class TestWeeklyReport(HealthCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reports = cls.env["export.crm.weekly.report"].sudo()
        # Nobody but the managers of a test is written to.
        cls.env["res.users"].search([]).write({"email": False})
        cls.manager = cls._user("boss", "manager", email="boss@example.com")
        cls.lead = cls._user("lead", "team_manager", email="lead@example.com")
        cls.theirs = cls._customer(
            "Of Another Team", user_id=cls._user("elsewhere", "user").id
        )
        cls.team = cls.env["crm.team"].create(
            {
                "name": "West Africa",
                "user_id": cls.lead.id,
                "company_id": cls.company.id,
                "crm_team_member_ids": [
                    Command.create({"user_id": cls.salesperson.id})
                ],
            }
        )
        cls._open_account(cls.customer + cls.theirs)
        other_team = cls.env["crm.team"].create({"name": "Elsewhere"})
        cls._account(cls.theirs).sudo().team_id = other_team

    def setUp(self):
        super().setUp()
        self.patch(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0
        )

    def _warn(self, partner, level="warning", days=1, company=None, **values):
        """Warn of a customer since ``days`` before this Monday."""
        company = company or self.company
        return self.warnings.create(
            {
                "account_id": self._account(partner, company).id,
                "company_id": company.id,
                "code": "frequency" if level == "info" else "churn",
                "level": level,
                "period": "2024-3",
                "date": self._monday() - timedelta(days=days),
                "evidence": {"orders_182d": 2, "orders_prev_182d": 5},
                "value_at_stake": 1234.0,
                **values,
            }
        )

    def _monday(self):
        today = self.company._export_today()
        return today - timedelta(days=today.weekday())

    def _send(self):
        """Send, and return the mails by their recipient."""
        before = self.env["mail.mail"].sudo().search([])
        self.reports._cron_send()
        mails = self.env["mail.mail"].sudo().search([]) - before
        found = {}
        for mail in mails:
            self.assertEqual(len(mail.recipient_ids), 1)
            found[mail.recipient_ids] = mail
        self.assertEqual(len(found), len(mails))
        return found

    def test_one_mail_with_information_of_the_week_and_open_warnings(self):
        self._warn(self.customer, "info")
        self._warn(self.customer, days=40)
        mails = self._send()
        mail = mails[self.manager.partner_id]
        self.assertIn("1 warnings, 1 new signs", mail.subject)
        for text in (
            "Churn risk: Lagos Trading Ltd",
            "Orders less often: Lagos Trading Ltd",
            "1,234.00",
            "Sofia Salesperson",
        ):
            self.assertIn(text, mail.body_html)

    def test_old_and_future_information_is_left_out(self):
        self._warn(self.customer, "info", days=8)
        self.assertFalse(self._send())

    def test_information_of_this_week_comes_next_week(self):
        self._warn(self.customer, "info", days=0)
        self.assertFalse(self._send())
        with freeze_time("2024-07-15 06:00:00"):
            self.assertIn(self.manager.partner_id, self._send())

    def test_what_is_known_passed_or_done_is_left_out(self):
        for state in ("known", "passed", "done", "dismissed"):
            self._warn(self.customer, state=state, period=state)
        self.assertFalse(self._send())

    def test_second_run_of_the_week_sends_nothing(self):
        self._warn(self.customer)
        self.assertEqual(len(self._send()), 2)
        self.assertFalse(self._send())
        with freeze_time("2024-07-14 20:00:00"):
            self.assertFalse(self._send())
        with freeze_time("2024-07-16 06:00:00"):
            self.assertEqual(len(self._send()), 2)

    def test_nothing_to_say_nothing_sent_even_later_in_the_week(self):
        self.assertFalse(self._send())
        self._warn(self.customer)
        self.assertFalse(self._send())

    def test_only_the_customers_of_the_team(self):
        self._warn(self.customer)
        self._warn(self.theirs)
        mails = self._send()
        self.assertIn("Of Another Team", mails[self.manager.partner_id].body_html)
        self.assertNotIn("Of Another Team", mails[self.lead.partner_id].body_html)
        self.assertNotIn(self.salesperson.partner_id, mails)

    def test_only_the_own_companies_each_in_its_currency(self):
        other = self.setup_other_company(name="Other")["company"]
        other.currency_id = self.env.ref("base.JPY")
        self._open_account(self.customer, other)
        self._warn(self.customer, company=other)
        self.assertFalse(self._send())
        self.reports.search([]).unlink()
        self.manager.company_ids += other
        body = self._send()[self.manager.partner_id].body_html
        self.assertIn("Other", body)
        self.assertIn("1,234", body)
        self.assertIn("¥", body)
        self.reports.search([]).unlink()
        other.export_weekly_report = False
        self.assertFalse(self._send())

    def test_in_the_manager_s_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("export_crm.mail_template_weekly_report")
        template.with_context(lang="de_DE").subject = "Kunden zum Nachsehen"
        field = self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "export.crm.warning"),
                ("field_id.name", "=", "code"),
                ("value", "=", "churn"),
            ]
        )
        field.with_context(lang="de_DE").name = "Abwanderung"
        self.manager.lang = "de_DE"
        self._warn(self.customer)
        mails = self._send()
        german = mails[self.manager.partner_id]
        self.assertEqual(german.subject, "Kunden zum Nachsehen")
        self.assertIn("Abwanderung", german.body_html)
        self.assertIn("Churn risk", mails[self.lead.partner_id].body_html)

    def test_no_storm_of_rows(self):
        partners = self.env["res.partner"].concat(
            *(self._customer(f"Customer {number}") for number in range(25))
        )
        self._open_account(partners)
        for partner in partners:
            self._warn(partner)
        body = self._send()[self.manager.partner_id].body_html
        self.assertEqual(body.count("/odoo/export-warnings/"), 20)
        self.assertRegex(body, r"and\s+(<t>)?5(</t>)?\s+more")

    def test_one_broken_report_does_not_keep_the_others(self):
        self._warn(self.customer)
        report = type(self.reports)._report

        def broken(reports, user):
            if user == self.manager:
                raise ValueError("broken")
            return report(reports, user)

        self.patch(type(self.reports), "_report", broken)
        with self.assertLogs("odoo.addons.export_crm.models.health", "ERROR"):
            mails = self._send()
        self.assertEqual(list(mails), [self.lead.partner_id])

    def test_the_list_shows_the_same(self):
        shown = self._warn(self.customer, "info") + self._warn(self.customer, days=40)
        self._warn(self.theirs, "info", days=8)
        self._warn(self.theirs, state="done")
        action = self.env.ref("export_crm.export_crm_weekly_warning_action")
        domain = self.env["ir.actions.actions"]._for_xml_id(
            "export_crm.export_crm_weekly_warning_action"
        )["domain"]
        self.assertTrue(action.path)
        found = self.warnings.with_user(self.manager).search(literal_eval(domain))
        self.assertEqual(found, shown)

    def test_reports_are_their_manager_s_own(self):
        self._warn(self.customer)
        self._send()
        report = self.reports.search([("user_id", "=", self.manager.id)])
        self.assertEqual(report.with_user(self.manager).open_count, 1)
        for user in (self.lead, self.salesperson):
            with self.assertRaises(AccessError):
                report.with_user(user).read(["open_count"])
        with self.assertRaises(AccessError):
            report.with_user(self.manager).unlink()
