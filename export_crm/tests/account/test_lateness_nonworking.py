from datetime import date
from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .lateness_common import LatenessCommon


@tagged("post_install", "-at_install")
class TestLatenessNonworking(LatenessCommon):
    """Holidays from the library, and the grace in business days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Day = cls.env["export.crm.nonworking.day"]
        cls.germany = cls.env.ref("base.de")
        cls.bavaria = cls.env.ref("base.state_de_by")
        cls.customer.write(
            {
                "country_id": cls.germany.id,
                "state_id": cls.bavaria.id,
                "customer_rank": 1,
            }
        )
        cls.company.export_late_grace_business_days = True

    def test_fill_takes_countries_and_states_of_customers(self):
        self.Day._cron_fill([2025])
        national = self.Day.search(
            [("country_id", "=", self.germany.id), ("state_id", "=", False)]
        )
        self.assertIn(date(2025, 10, 3), national.mapped("date"))
        local = self.Day.search([("state_id", "=", self.bavaria.id)])
        self.assertIn(date(2025, 1, 6), local.mapped("date"))
        self.assertNotIn(date(2025, 10, 3), local.mapped("date"))
        self.assertEqual(
            self.Day.search_count([("country_id", "=", self.env.ref("base.ng").id)]), 0
        )

    def test_fill_again_adds_nothing_and_keeps_what_people_entered(self):
        own = self.Day.create(
            {"country_id": self.germany.id, "date": "2025-10-03", "name": "Our day"}
        )
        self.assertGreater(self.Day._cron_fill([2025]), 5)
        self.assertEqual(self.Day._cron_fill([2025]), 0)
        self.assertEqual(own.name, "Our day")

    def test_fill_sets_the_weekend(self):
        egypt = self.env.ref("base.eg")
        self._customer("Cairo", country_id=egypt.id, customer_rank=1)
        self.Day._cron_fill([2025])
        self.assertEqual(
            (egypt.export_weekend, self.germany.export_weekend), ("45", "56")
        )

    def test_unknown_country_gets_none(self):
        nowhere = self.env["res.country"].create({"name": "Nowhere", "code": "X9"})
        self._customer("Far", country_id=nowhere.id, customer_rank=1)
        self.Day._cron_fill([2025])
        self.assertEqual(self.Day.search_count([("country_id", "=", nowhere.id)]), 0)
        self.assertEqual(nowhere.export_weekend, "56")

    # === A COUNTRY IS USED FOR THE FIRST TIME === #

    def _never_used(self, *codes):
        countries = self.env["res.country"].search([("code", "in", codes)])
        self.env.cr.execute(
            "UPDATE res_country SET export_calendar_year = NULL WHERE id IN %s",
            [countries._ids],
        )
        self.env.cr.execute(
            "UPDATE res_country_state SET export_calendar_year = NULL"
            " WHERE country_id IN %s",
            [countries._ids],
        )
        self.env.invalidate_all()
        return countries

    def _known(self, country, state=None):
        return self.Day.search(
            [("country_id", "=", country.id), ("state_id", "=", state and state.id)]
        )

    def test_first_contact_in_a_country_brings_its_holidays(self):
        """By the form, by another form, by an import; of states, too."""
        brazil, japan, kenya, austria = (
            self._never_used(code) for code in ("BR", "JP", "KE", "AT")
        )
        new = self.env["res.partner"].create({"name": "x", "country_id": brazil.id})
        self.assertTrue(self._known(brazil))
        self.assertTrue(
            self.env["export.crm.feast"].search([("country_id", "=", brazil.id)])
        )
        new.country_id = japan
        self.assertTrue(self._known(japan))
        result = self.env["res.partner"].load(
            ["name", "country_id/id"], [["a", "base.ke"], ["b", "base.at"]]
        )
        self.assertFalse([m for m in result["messages"] if m["type"] == "error"])
        self.assertTrue(self._known(kenya) and self._known(austria))

    def test_first_contact_in_a_state(self):
        germany = self._never_used("DE")
        partner = self.env["res.partner"].create(
            {"name": "x", "country_id": germany.id}
        )
        self.assertTrue(self._known(germany))
        self.assertFalse(self._known(germany, self.bavaria))
        partner.state_id = self.bavaria
        self.assertTrue(self._known(germany, self.bavaria))

    def test_country_is_filled_once(self):
        """Whoever comes next costs nothing; a salesperson may be the first."""
        brazil = self._never_used("BR")
        with patch.object(
            type(self.Day), "_fill_insert", autospec=True, side_effect=self._inserted
        ):
            self.inserts = 0
            partners = self.env["res.partner"].with_user(self.salesperson)
            partners.create(
                [{"name": f"{n}", "country_id": brazil.id} for n in range(50)]
            )
            self.assertEqual(self.inserts, 1)
            partners.create({"name": "later", "country_id": brazil.id})
            self.assertEqual(self.inserts, 1)

    def _inserted(self, _days, rows):
        self.inserts += 1
        return len(rows)

    def test_next_year_is_fetched_by_whoever_comes_first(self):
        brazil = self._never_used("BR")
        self.env["res.partner"].create({"name": "x", "country_id": brazil.id})
        until = brazil.export_calendar_year
        with freeze_time(f"{until - 1}-01-01"):
            self.env["res.partner"].create({"name": "y", "country_id": brazil.id})
        self.assertEqual(brazil.export_calendar_year, until + 1)
        self.assertIn(date(until + 1, 9, 7), self._known(brazil).mapped("date"))

    def test_names_are_those_that_feasts_are_known_by(self):
        """In English on every server, whatever language that speaks."""
        brazil = self._never_used("BR")
        with patch.dict("os.environ", {"LANGUAGE": "pt_BR", "LC_ALL": "pt_BR.UTF-8"}):
            self.env["res.partner"].create({"name": "x", "country_id": brazil.id})
        self.assertIn("Christmas Day", self._known(brazil).mapped("name"))

    def test_one_row_per_day_and_place(self):
        values = {"country_id": self.germany.id, "date": "2025-02-03", "name": "x"}
        self.Day.create(values)
        self.Day.create({**values, "state_id": self.bavaria.id})
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.Day.create(values)

    def test_weekend_is_checked(self):
        for wrong in ("7", "0123456", "a"):
            with self.assertRaises(ValidationError):
                self.germany.export_weekend = wrong

    def test_grace_skips_weekends_and_holidays(self):
        # Due on Monday 10 March: the fifth business day after it is the 17th.
        self._bill()
        self.assertEqual(self._row(self._after(7))["deadline"], self._after(7))
        day = {"country_id": self.germany.id, "date": self._after(1), "name": "x"}
        self.Day.create(day)
        self.assertEqual(self._row(self._after(7))["deadline"], self._after(8))
        self.assertEqual(self._verdict(self._after(8)), "pending")
        self.assertEqual(self._verdict(self._after(9)), "overdue")

    def test_grace_skips_holidays_of_the_customers_state_only(self):
        self._bill()
        berlin = self.env.ref("base.state_de_be")
        for state, deadline in ((berlin, 7), (self.bavaria, 8)):
            self.Day.create(
                {
                    "country_id": self.germany.id,
                    "state_id": state.id,
                    "date": self._after(2),
                    "name": "x",
                }
            )
            self.assertEqual(
                self._row(self._after(7))["deadline"], self._after(deadline)
            )

    def test_grace_without_a_country(self):
        self.customer.write({"country_id": False, "state_id": False})
        self._bill()
        self.assertEqual(self._row(self._after(7))["deadline"], self._after(7))

    def test_grace_in_the_gulf(self):
        self.germany.export_weekend = "45"
        self.company.export_late_grace_days = 4
        self._bill()
        self.assertEqual(self._row(self._after(7))["deadline"], self._after(6))

    def test_button_is_for_those_who_configure(self):
        with self.assertRaises(AccessError):
            self.Day.with_user(self.salesperson).action_fill()
        action = self.Day.with_user(self.controller).action_fill()
        self.assertIn("days added", action["params"]["message"])

    def test_yearly_job(self):
        cron = self.env.ref("export_crm.export_crm_nonworking_day_cron")
        self.assertEqual((cron.interval_number, cron.interval_type), (12, "months"))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self.Day.search_count([("country_id", "=", self.germany.id)]))
