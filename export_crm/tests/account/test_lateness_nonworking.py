from datetime import date

import psycopg2

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
