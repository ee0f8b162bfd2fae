from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import ExportCrmCommon

# A Friday; the two weeks before it have ten working days.
FRIDAY = "2026-03-13 12:00:00"


@tagged("post_install", "-at_install")
class TestContactLogging(ExportCrmCommon):
    """Daily logging: working days with a contact / working days, per person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Asia/Shanghai"
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "company_id": cls.company.id}
        )
        country = cls.env["res.country"].create({"name": "Nowhere", "code": "XX"})
        cls.company.partner_id.country_id = country
        cls.holidays = cls.env["export.crm.nonworking.day"]
        cls.colleague = cls._user("colleague", "user")
        cls.report = cls.env["export.crm.logging"]

    def _log(self, moment, user=None, **values):
        return (
            self.env["export.crm.interaction"]
            .with_user(user or self.salesperson)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "date": moment,
                    **values,
                }
            )
        )

    def _two_weeks(self):
        """Log on Monday 2, twice on Wednesday 4, Saturday 7 and Friday 13 March."""
        self._log("2026-03-02 02:00:00", channel="phone")
        self._log("2026-03-04 02:00:00", channel="whatsapp", answered=False)
        self._log("2026-03-04 03:00:00", channel="line", direction="in")
        self._log("2026-03-07 02:00:00", channel="visit")
        # Thursday evening in London is Friday in Shanghai.
        self._log("2026-03-12 17:00:00", channel="phone", direction="in")

    def _figures(self, user=None, reader=None, since="2026-03-01"):
        self.env.flush_all()
        [figures] = self.report.with_user(reader or self.env.user)._read_group(
            [
                ("user_id", "=", (user or self.salesperson).id),
                ("company_id", "=", self.company.id),
                ("day", ">=", since),
            ],
            [],
            ["working_day:sum", "logged_day:sum", "share:avg", "contacts:sum"],
        )
        return figures

    @freeze_time(FRIDAY)
    def test_share_of_working_days(self):
        self._two_weeks()
        self.assertEqual(self._figures(), (10, 3, 0.3, 5))
        [counts] = self.report._read_group(
            [("user_id", "=", self.salesperson.id)],
            [],
            [
                f"{name}:sum"
                for name in (
                    "outbound",
                    "inbound",
                    "phone",
                    "whatsapp",
                    "visit",
                    "email",
                    "elsewhere",
                )
            ],
        )
        self.assertEqual(counts, (3, 2, 2, 1, 1, 0, 1))

    @freeze_time(FRIDAY)
    def test_days_off_are_no_working_days(self):
        self._two_weeks()
        country = self.company.partner_id.country_id
        self.holidays.create(
            [
                {"country_id": country.id, "date": day, "name": "Off"}
                for day in ("2026-03-03", "2026-03-04")
            ]
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Works outing",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-10 00:00:00",
                "date_to": "2026-03-10 10:00:00",
            }
        )
        # Seven days are left, on two of them something was logged.
        self.assertEqual(self._figures(), (7, 2, 2 / 7, 5))

    def test_today_counts_once_something_is_logged(self):
        with freeze_time("2026-03-02 12:00:00"):
            self._log("2026-03-02 02:00:00")
        with freeze_time("2026-03-03 12:00:00"):
            self.assertEqual(self._figures()[:2], (1, 1))
            self._log("2026-03-03 11:00:00")
            self.assertEqual(self._figures()[:2], (2, 2))
        with freeze_time("2026-03-05 02:00:00"):
            self.assertEqual(self._figures()[:2], (3, 2))

    @freeze_time(FRIDAY)
    def test_member_of_a_team_who_never_logs(self):
        team = self.env["crm.team"].create(
            {"name": "East", "company_id": self.company.id}
        )
        member = self.env["crm.team.member"].create(
            {"crm_team_id": team.id, "user_id": self.colleague.id}
        )
        self.env.cr.execute(
            "UPDATE crm_team_member SET create_date = %s WHERE id = %s",
            ["2026-03-05", member.id],
        )
        self.assertEqual(self._figures(self.colleague), (6, 0, 0.0, 0))
        self.company.export_go_live_date = "2026-03-11"
        self.assertEqual(self._figures(self.colleague), (2, 0, 0.0, 0))
        self.company.export_go_live_date = False
        self.assertFalse(self._figures(self.colleague)[0])

    @freeze_time(FRIDAY)
    def test_who_sees_whose(self):
        leader = self._user("leader", "team_manager")
        team = self.env["crm.team"].create(
            {
                "name": "East",
                "company_id": self.company.id,
                "user_id": leader.id,
                "member_ids": self.salesperson.ids,
            }
        )
        self.assertEqual(self.salesperson.sale_team_id, team)
        self._two_weeks()
        self._log("2026-03-03 02:00:00", user=self.colleague)
        seen = {
            reader: self.report.with_user(reader).search([]).user_id
            for reader in (self.salesperson, self.colleague, leader, self.env.user)
        }
        self.assertEqual(seen[self.salesperson], self.salesperson)
        self.assertEqual(seen[self.colleague], self.colleague)
        self.assertEqual(seen[leader], self.salesperson)
        self.assertLessEqual(self.salesperson + self.colleague, seen[self.env.user])
        intern = self._user("intern", "intern")
        with self.assertRaises(AccessError):
            self.report.with_user(intern).search([])
        self.assertEqual(self.report.with_user(intern).my_summary(), "")

    @freeze_time(FRIDAY)
    def test_two_companies(self):
        other = self.setup_other_company(name="Company 2")["company"]
        self.salesperson.company_ids += other
        self._two_weeks()
        self._log("2026-03-03 02:00:00", company_id=other.id)
        self.assertEqual(self._figures()[3], 5)
        one = self.report.with_user(self.salesperson).with_company(self.company)
        seen = one.with_context(allowed_company_ids=self.company.ids).search([])
        self.assertEqual(seen.company_id, self.company)

    @freeze_time(FRIDAY)
    def test_line_on_my_day(self):
        self._two_weeks()
        mine = self.report.with_user(self.salesperson).with_company(self.company)
        self.assertEqual(
            mine.my_summary(),
            "Logged on 3 of 10 working days in the last month (30%), 5 contacts; "
            "today 1.",
        )
        self.assertEqual(self.report.with_user(self.colleague).my_summary(), "")

    @freeze_time(FRIDAY)
    def test_logged_per_person(self):
        """What the pivot of that name shows: people by day, share reached."""
        self._two_weeks()
        self._log("2026-03-04 02:00:00", user=self.colleague)
        action = self.env.ref("export_crm.export_crm_interaction_person_action")
        self.assertEqual(action.view_mode.split(",")[0], "pivot")
        groups = self.env["export.crm.interaction"].formatted_read_group(
            [("company_id", "=", self.company.id)],
            ["user_id", "date:day"],
            ["__count", "reply_rate:avg"],
        )
        found = {
            (group["user_id"][0], group["date:day"][0][:10]): (
                group["__count"],
                group["reply_rate:avg"],
            )
            for group in groups
        }
        sofia = self.salesperson.id
        self.assertEqual(found[sofia, "2026-03-02"], (1, 1.0))
        # One try in vain; their own call is no try of ours.
        self.assertEqual(found[sofia, "2026-03-04"], (2, 0.0))
        self.assertEqual(found[self.colleague.id, "2026-03-04"], (1, 1.0))
        self.assertEqual(len(found), 5)

    @freeze_time(FRIDAY)
    def test_days_are_listed(self):
        self._two_weeks()
        rows = self.report.search([("user_id", "=", self.salesperson.id)])
        self.assertEqual(len(rows), 11, "ten working days and a Saturday")
        saturday = rows.filtered(lambda row: row.day == date(2026, 3, 7))
        self.assertEqual(
            (saturday.working_day, saturday.logged_day, saturday.contacts), (0, 0, 1)
        )
        missed = self.report.search(
            [("working_day", "=", 1), ("logged_day", "=", 0)], limit=1
        )
        self.assertFalse(missed.contacts)
