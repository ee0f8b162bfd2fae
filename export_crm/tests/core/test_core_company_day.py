from datetime import date
from pathlib import Path

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import ExportCrmCommon
from ..migrating import migrate

ROOM = Path(__file__).parents[2]
# Late on 30 June in UTC: 1 July in Shanghai; early on 1 July: 30 June in Los Angeles.
NIGHTS = (
    ("Asia/Shanghai", "2025-06-30 16:30:00", date(2025, 7, 1)),
    ("America/Los_Angeles", "2025-07-01 06:30:00", date(2025, 6, 30)),
)


@tagged("post_install", "-at_install")
class TestCompanyDay(ExportCrmCommon):
    """What runs for a company goes by the company's day, whoever's clock it is."""

    def test_nothing_asks_for_the_day_of_whoever_runs_it(self):
        """``fields.Date.context_today`` is the user's day, ``today`` that of UTC."""
        allowed = {"models/core/export_crm_nonworking_day.py": 1}  # a year, of nobody
        found = {}
        for folder in ("models", "wizard", "controllers", "tools"):
            for path in (ROOM / folder).rglob("*.py"):
                text = path.read_text()
                words = ("Date.context_today", "Date.today()", "date.today()")
                count = sum(text.count(word) for word in words)
                if count:
                    found[str(path.relative_to(ROOM))] = count
        self.assertEqual(found, allowed)

    def test_activity_of_a_hold_is_due_on_the_companys_day(self):
        for zone, now, day in NIGHTS:
            with self.subTest(zone=zone), freeze_time(now):
                self.company.partner_id.tz = zone
                # Who runs the check, and who decides, are somewhere else.
                self.env.user.tz = self.controller.tz = "UTC"
                hold = self._hold(self._customer(f"Customer in {zone}"))
                self.assertEqual(hold.opened_on, day)
                self.assertEqual(hold.activity_ids.date_deadline, day)

    def test_contacts_of_today_are_those_of_the_companys_day(self):
        other = self.setup_other_company(name="Other")["company"]
        other.partner_id.tz = "UTC"
        values = {"state": "scheduled", "step": "x", "res_model": "res.partner"}
        for zone, now, day in NIGHTS:
            with self.subTest(zone=zone), freeze_time(now):
                self.company.partner_id.tz = zone
                # sudo: rows are the planner's
                rows = (
                    self.env["export.crm.followup"]
                    .sudo()
                    .create(
                        [
                            {
                                **values,
                                "company_id": company.id,
                                "partner_id": self.customer.id,
                                "res_id": self.customer.id,
                                "planned_date": day,
                                "due_at": now,
                                "cycle": day.toordinal(),
                                "title": zone,
                            }
                            for company in (self.company, other)
                        ]
                    )
                )
                # In UTC it is later than in America, earlier than in Asia.
                wanted = [True, zone != "Asia/Shanghai"]
                self.assertEqual(rows.mapped("today"), wanted)
                domain = [("id", "in", rows.ids), ("today", "=", True)]
                self.assertEqual(
                    rows.search(domain), rows.browse(rows.ids[: sum(wanted)])
                )

    def test_occasion_of_today(self):
        for zone, now, day in NIGHTS:
            with self.subTest(zone=zone), freeze_time(now):
                self.company.partner_id.tz = zone
                self.customer.company_id = self.company
                occasion = self.env["export.crm.occasion"].create(
                    {
                        "partner_id": self.customer.id,
                        "kind": "birthday",
                        "month": str(day.month),
                        "day": day.day,
                    }
                )
                self.assertEqual(occasion.next_date, day)

    def test_new_company_goes_live_on_its_own_day(self):
        for zone, now, day in NIGHTS:
            with self.subTest(zone=zone), freeze_time(now):
                partner = self.env["res.partner"].create({"name": zone, "tz": zone})
                company = self.env["res.company"].create(
                    {"name": zone, "partner_id": partner.id}
                )
                self.assertEqual(company.export_go_live_date, day)


@tagged("post_install", "-at_install")
class TestTolerance(ExportCrmCommon):
    """A new company forgives what 50 USD are in its currency."""

    def _company(self, code, **values):
        currency = self.env.ref(f"base.{code}")
        currency.active = True
        return self.env["res.company"].create(
            {"name": f"Company in {code}", "currency_id": currency.id, **values}
        )

    def _rate(self, code, units):
        currency = self.env.ref(f"base.{code}")
        currency.active = True
        self.env["res.currency.rate"].search(
            [("currency_id", "=", currency.id)]
        ).unlink()
        if units:
            self.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": False,
                    "name": "2020-01-01",
                    "rate": units,
                }
            )

    def test_by_the_rate(self):
        self._rate("USD", 1.25)
        self._rate("JPY", 187.5)
        self.assertEqual(self._company("JPY").export_late_tolerance_amount, 7500.0)
        self.assertEqual(self._company("USD").export_late_tolerance_amount, 50.0)
        # Books in a currency that is the unit of all rates.
        self._rate("EUR", None)
        self.assertEqual(self._company("EUR").export_late_tolerance_amount, 40.0)

    def test_never_50_yen_without_any_rate(self):
        self._rate("USD", None)
        self._rate("JPY", None)
        self.assertEqual(self._company("JPY").export_late_tolerance_amount, 7500.0)

    def test_what_somebody_sets_stays(self):
        company = self._company("JPY", export_late_tolerance_amount=50.0)
        self.assertEqual(company.export_late_tolerance_amount, 50.0)
        company.currency_id = self.env.ref("base.USD")
        self.assertEqual(company.export_late_tolerance_amount, 50.0)
        company.export_late_tolerance_amount = 30.0
        company.currency_id = self.env.ref("base.JPY")
        self.assertEqual(company.export_late_tolerance_amount, 30.0)

    def test_follows_the_currency_while_nobody_has_set_it(self):
        self._rate("USD", 1.0)
        self._rate("JPY", 150.0)
        company = self._company("USD")
        company.currency_id = self.env.ref("base.JPY")
        self.assertEqual(company.export_late_tolerance_amount, 7500.0)

    def test_migration(self):
        self._rate("USD", 1.0)
        for code, units in (("JPY", 150.0), ("EUR", 0.9), ("KWD", 0.3)):
            self._rate(code, units)
        companies = {
            code: self._company(code, export_late_tolerance_amount=50.0)
            for code in ("JPY", "EUR", "KWD", "USD")
        }
        chosen = self._company("JPY", name="Chosen", export_late_tolerance_amount=9000)
        jobs = self.env["export.crm.job"].sudo().search([])
        jobs.run_requested = False
        for _twice in range(2):
            migrate(self.env, "19.0.1.2.0/post-tolerance.py", "19.0.1.1.0")
            self.assertEqual(
                {c: r.export_late_tolerance_amount for c, r in companies.items()},
                {"JPY": 7500.0, "EUR": 50.0, "KWD": 15.0, "USD": 50.0},
            )
        self.assertEqual(chosen.export_late_tolerance_amount, 9000)
        # Whose tolerance changed is judged anew.
        anew = jobs.filtered("run_requested").company_id
        self.assertEqual(anew, companies["JPY"] + companies["KWD"])

    def test_installed_where_companies_are(self):
        self._rate("USD", 1.0)
        self._rate("JPY", 150.0)
        company = self._company("JPY")
        self.env.flush_all()
        self.cr.execute("UPDATE res_company SET export_late_tolerance_amount = NULL")
        self.env["res.company"]._init_column("export_late_tolerance_amount")
        self.env.invalidate_all()
        self.assertEqual(company.export_late_tolerance_amount, 7500.0)
