from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import FollowupCommon

YEARS = range(2025, 2029)
#: Feasts that are greeted in 2026 and 2027, as ``first day..last day``.
FEASTS = {
    "US": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-25 27-12-24..12-25
        thanksgiving 26-11-26..11-26 27-11-25..11-25
        independence_day 26-07-03..07-04 27-07-04..07-05
    """,
    "CA": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-28 27-12-25..12-28
        thanksgiving 26-10-12..10-12 27-10-11..10-11
        national_day 26-07-01..07-01 27-07-01..07-01
    """,
    "BR": """
        new_year 25-12-31..01-01 26-12-31..01-01
        christmas 26-12-24..12-25 27-12-24..12-25
        carnival 26-02-16..02-17 27-02-08..02-09
        independence_day 26-09-07..09-07 27-09-07..09-07
    """,
    "GB": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-28 27-12-25..12-28
    """,
    "DE": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-26 27-12-25..12-26
        national_day 26-10-03..10-03 27-10-03..10-03
    """,
    "FR": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-25 27-12-25..12-25
        national_day 26-07-14..07-14 27-07-14..07-14
    """,
    "PL": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-24..12-26 27-12-24..12-26
        independence_day 26-11-11..11-11 27-11-11..11-11
    """,
    "RU": """
        new_year 25-12-31..01-09 26-12-31..01-08
        christmas 26-01-07..01-07 27-01-07..01-07
        national_day 26-06-12..06-12 27-06-12..06-14
    """,
    "TR": """
        new_year 26-01-01..01-01 27-01-01..01-01
        eid_al_fitr 26-03-20..03-22 27-03-09..03-11
        eid_al_adha 26-05-27..05-30 27-05-16..05-19
        ramadan 26-02-18..03-19 27-02-08..03-08
        republic_day 26-10-29..10-29 27-10-29..10-29
    """,
    "AE": """
        new_year 26-01-01..01-01 27-01-01..01-01
        eid_al_fitr 26-03-20..03-22 27-03-09..03-11
        eid_al_adha 26-05-26..05-29 27-05-15..05-18
        ramadan 26-02-18..03-19 27-02-08..03-08
        national_day 26-12-02..12-03 27-12-02..12-03
    """,
    "SA": """
        eid_al_fitr 26-03-19..03-24 27-03-09..03-14
        eid_al_adha 26-05-26..05-31 27-05-15..05-19
        ramadan 26-02-18..03-18 27-02-08..03-08
        national_day 26-09-23..09-23 27-09-23..09-23
    """,
    "EG": """
        eid_al_fitr 26-03-20..03-21 27-03-09..03-10
        eid_al_adha 26-05-26..05-29 27-05-15..05-18
        ramadan 26-02-18..03-19 27-02-08..03-08
    """,
    "NG": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-28 27-12-25..12-28
        eid_al_fitr 26-03-19..03-20 27-03-10..03-11
        eid_al_adha 26-05-28..05-29 27-05-17..05-18
        ramadan 26-02-18..03-18 27-02-08..03-09
        national_day 26-10-01..10-01 27-10-01..10-01
    """,
    "IN": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-24..12-25 27-12-24..12-25
        diwali 26-11-08..11-08 27-10-29..10-29
        independence_day 26-08-15..08-15 27-08-15..08-15
        republic_day 26-01-26..01-26 27-01-26..01-26
    """,
    "CN": """
        new_year 26-01-01..01-02 27-01-01..01-01
        lunar_new_year 26-02-16..02-23 27-02-05..02-10
        mid_autumn 26-09-25..09-25 27-09-15..09-15
        national_day 26-10-01..10-07 27-10-01..10-05
    """,
    "VN": """
        new_year 26-01-01..01-01 27-01-01..01-01
        lunar_new_year 26-02-16..02-20 27-02-04..02-10
        national_day 26-08-31..09-02 27-09-02..09-03
    """,
    "TH": """
        new_year 25-12-31..01-01 26-12-31..01-01
        songkran 26-04-13..04-15 27-04-13..04-15
        national_day 26-12-05..12-07 27-12-05..12-06
    """,
    "MY": """
        new_year 26-01-01..01-01 27-01-01..01-01
        eid_al_fitr 26-03-20..03-24 27-03-10..03-11
        eid_al_adha 26-05-26..05-28 27-05-16..05-18
        ramadan 26-02-18..03-19 27-02-08..03-09
        diwali 26-11-08..11-09 27-10-28..10-28
        lunar_new_year 26-02-17..02-18 27-02-06..02-09
        national_day 26-08-31..08-31 27-08-31..08-31
    """,
    "KR": """
        new_year 26-01-01..01-01 27-01-01..01-01
        christmas 26-12-25..12-25 27-12-25..12-27
        lunar_new_year 26-02-16..02-18 27-02-06..02-09
        mid_autumn 26-09-24..09-26 27-09-14..09-16
        national_day 26-08-15..08-15 27-08-15..08-15
    """,
    "JP": """
        new_year 26-01-01..01-01 27-01-01..01-01
    """,
}


def _expected(country):
    """Return ``{(code, first day): last day}`` of a country's table."""
    found = {}
    for line in FEASTS[country].split("\n"):
        code, *turns = line.split() or [""]
        for turn in turns:
            first, last = turn.split("..")
            first = date.fromisoformat(f"20{first}")
            last = date.fromisoformat(f"{first.year}-{last}")
            if last < first:
                last = last.replace(year=first.year + 1)
            found[code, first] = last
    return found


@tagged("post_install", "-at_install")
class TestFollowupFeasts(FollowupCommon):
    """One contact before each feast of the customer's country, none inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan("holiday")
        cls.Day = cls.env["export.crm.nonworking.day"]
        cls.Feast = cls.env["export.crm.feast"]
        cls.Day.search([]).unlink()
        cls.Feast.with_context(active_test=False).search([]).unlink()

    def _country(self, code):
        country = self.env["res.country"].search([("code", "=", code)])
        self.Day._fill_country(country, country.state_ids.browse(), YEARS)
        return country

    def _feast(self, country, code):
        return self.Feast.search([("country_id", "=", country.id), ("code", "=", code)])

    def _greeting(self, customer, code):
        """Return the row of one feast of a customer."""
        return self._rows(customer).filtered(lambda row: row.feast_id.code == code)

    def _in(self, code):
        """Return a customer in a country, with its calendar."""
        return self._customer(code, country_id=self._country(code).id)

    # === TWO YEARS, TWENTY COUNTRIES === #

    def test_two_years_of_twenty_countries(self):
        customers = {code: self._in(code) for code in FEASTS}
        partners = self.env["res.partner"].union(*customers.values())
        day = date(2025, 12, 5)
        while day < date(2028, 1, 1):
            self._run(as_of=day, partners=partners, contacts=False)
            day += timedelta(days=14)
        for code, customer in customers.items():
            with self.subTest(code):
                expected = _expected(code)
                rows = self._rows(customer).filtered(
                    lambda row: row.feast_id.date_ids.filtered(
                        lambda d: d.date_from == row.anchor_date
                    ).year
                    in (2026, 2027)
                )
                self.assertEqual(
                    sorted((row.feast_id.code, row.anchor_date) for row in rows),
                    sorted(expected),
                )
                off = self.Day.search(
                    [("country_id", "=", customer.country_id.id)]
                ).mapped("date")
                for row in rows:
                    self.assertEqual(row.state, "planned")
                    self.assertLess(row.planned_date, row.anchor_date, row.title)
                    self.assertNotIn(row.planned_date, off, row.title)
                    self.assertNotIn(
                        str(row.planned_date.weekday()),
                        customer.country_id.export_weekend,
                        row.title,
                    )
                    last = row.feast_id.date_ids.filtered(
                        lambda d, row=row: d.date_from == row.anchor_date
                    ).date_to
                    self.assertEqual(
                        last, expected[row.feast_id.code, row.anchor_date], row.title
                    )

    def test_no_feast_by_a_part_of_its_name(self):
        for code, name in (
            ("BR", "National Day of Zumbi and Black Awareness"),
            ("BR", "Republic Proclamation Day"),
            ("US", "Juneteenth National Independence Day"),
            ("JP", "Labor Thanksgiving Day"),
            ("MA", "Proclamation of Independence Day"),
            ("NE", "Anniversary of the Proclamation of Independence"),
            ("PT", "Restoration of Independence Day"),
            ("KR", "Independence Movement Day"),
            ("HR", "Victory and Homeland Thanksgiving Day and Croatian Veterans Day"),
            ("EC", "Independence of Guayaquil"),
            ("IR", "Eid al-Ghadir"),
            ("PL", "National Day"),
        ):
            with self.subTest(code, name=name):
                country = self._country(code)
                self.assertTrue(
                    self.Day.search(
                        [("country_id", "=", country.id), ("name", "ilike", name)]
                    ),
                    "known as a day off",
                )
                belonging = self.Feast.search([("country_id", "=", country.id)]).mapped(
                    "names"
                )
                names = {n for some in belonging for n in (some or "").splitlines()}
                self.assertNotIn(name, names)

    # === BEFORE IT, NEVER INSIDE === #

    def test_one_activity_before_tet(self):
        """Five public holidays of several names: one greeting, on Friday before."""
        customer = self._in("VN")
        contact = self._contact("Ms Linh", customer)
        days = self.Day.search(
            [
                ("country_id", "=", customer.country_id.id),
                ("date", ">=", date(2026, 2, 10)),
                ("date", "<=", date(2026, 2, 25)),
            ]
        )
        self.assertGreater(len(set(days.mapped("name"))), 3)
        day = date(2026, 2, 1)
        while day < date(2026, 3, 1):
            self._run(as_of=day, partners=customer)
            day += timedelta(days=1)
        row = self._rows(customer)
        self.assertEqual(row.title, "Tết")
        self.assertEqual(row.planned_date, date(2026, 2, 13))
        self.assertTrue(row.activity_ref, "it was to do")
        self.assertFalse(self._activities(), "over with the feast")
        self.assertEqual((row.state, row.reason), ("skipped", "too_late"))
        self.assertEqual(row.contact_id, contact)

    def test_greeting_is_to_do_until_the_feast_is_over(self):
        customer = self._in("CN")
        self._run(as_of=date(2026, 2, 12), partners=customer)
        row = self._rows(customer)
        self.assertEqual(
            (row.state, row.planned_date), ("scheduled", date(2026, 2, 13))
        )
        self.assertEqual(row.title, "Chinese New Year")
        self.assertIn("Factories and ports close", row.script)
        self.assertIn("Factories and ports close", row.activity_id.note)
        self._run(as_of=date(2026, 2, 23), partners=customer)
        self.assertEqual(row.state, "scheduled", "its last day")
        self._run(as_of=date(2026, 2, 24), partners=customer)
        self.assertEqual((row.state, row.reason), ("skipped", "too_late"))
        self.assertFalse(row.activity_id.exists())

    def test_found_in_the_middle_of_a_feast(self):
        """A customer entered during the feast is not greeted in it."""
        customer = self._in("CN")
        for _run in range(2):
            self._run(as_of=date(2026, 2, 18), partners=customer)
            row = self._rows(customer)
            self.assertEqual((row.state, row.reason), ("skipped", "too_late"))
        self.assertFalse(self._activities())

    def test_planned_and_nobody_ran_the_job(self):
        customer = self._in("CN")
        self._run(as_of=date(2026, 2, 6), partners=customer, contacts=False)
        self.assertEqual(self._rows(customer).state, "planned")
        self._run(as_of=date(2026, 2, 16), partners=customer)
        self.assertEqual(self._rows(customer).state, "skipped")
        self.assertFalse(self._activities())

    def test_estimate_moves_the_greeting(self):
        customer = self._in("AE")
        feast = self._feast(customer.country_id, "eid_al_fitr")
        self._run(as_of=date(2026, 3, 10), partners=customer)
        row = self._greeting(customer, "eid_al_fitr")
        self.assertEqual(row.anchor_date, date(2026, 3, 20))
        days = feast.date_ids.filtered(lambda d: d.year == 2026)
        days.write({"date_from": date(2026, 3, 19), "date_to": date(2026, 3, 21)})
        self._run(as_of=date(2026, 3, 10), partners=customer)
        self.assertEqual(
            self._greeting(customer, "eid_al_fitr"), row, "moved, not doubled"
        )
        self.assertEqual(row.planned_date, date(2026, 3, 18))

    def test_not_greeted(self):
        customer = self._in("AE")
        feast = self._feast(customer.country_id, "eid_al_fitr")
        self._run(as_of=date(2026, 3, 10), partners=customer, contacts=False)
        row = self._greeting(customer, "eid_al_fitr")
        feast.greet = False
        self._run(as_of=date(2026, 3, 10), partners=customer, contacts=False)
        self.assertEqual((row.state, row.reason), ("cancelled", "plan_off"))
        feast.greet = True
        self._run(as_of=date(2026, 3, 10), partners=customer, contacts=False)
        self.assertEqual(row.state, "planned")

    def test_claim_closed_on_the_day_before(self):
        """What waited for a claim is greeted today or not at all."""
        customer = self._in("AE")
        self._run(as_of=date(2026, 3, 18), partners=customer, contacts=False)
        row = self._greeting(customer, "eid_al_fitr")
        for as_of, state in (
            (date(2026, 3, 19), "scheduled"),
            (date(2026, 3, 20), "skipped"),
        ):
            with self.subTest(as_of=as_of):
                self.env.cr.execute("SAVEPOINT claim")
                row.write({"deferred": True, "planned_date": date(2026, 3, 19)})
                row._pass_gates(self.company, as_of)._make_contacts(self.company)
                self.assertEqual(row.state, state)
                self.assertEqual(row.planned_date, date(2026, 3, 19))
                self.env.cr.execute("ROLLBACK TO SAVEPOINT claim")
                self.env.invalidate_all(flush=False)

    # === RAMADAN === #

    def test_ramadan_by_its_dates(self):
        """Found where no public holiday tells of it; greeted once, before it."""
        customer = self._in("SA")
        for day in (date(2026, 2, 1), date(2026, 2, 8), date(2026, 2, 16)):
            self._run(as_of=day, partners=customer)
        row = self._rows(customer)
        self.assertEqual(row.title, "Ramadan")
        self.assertEqual(
            (row.planned_date, row.state), (date(2026, 2, 17), "scheduled")
        )
        self.assertIn("Ramadan Kareem", row.activity_id.note)

    def test_shorter_hours_while_it_lasts(self):
        customer = self._in("SA")
        customer.export_tz_own = "Asia/Riyadh"
        for day, begin, end in (
            (date(2026, 2, 17), 6, 15),
            (date(2026, 2, 18), 7, 13),
            (date(2026, 3, 18), 7, 13),
            (date(2026, 3, 25), 6, 15),
        ):
            with self.subTest(day=day):
                self.assertEqual(
                    customer._export_local_window(day),
                    (
                        datetime.combine(day, datetime.min.time().replace(hour=begin)),
                        datetime.combine(day, datetime.min.time().replace(hour=end)),
                    ),
                )

    def test_screen_and_search_know_shorter_hours(self):
        """One rule in Python and in SQL, at every hour; the line says why."""
        saudi, own = self._in("SA"), self._in("AE")
        saudi.export_tz_own = own.export_tz_own = "Asia/Riyadh"
        own.write(
            {
                "export_hours_own": True,
                "export_hours_from": 16.0,
                "export_hours_to": 20.0,
            }
        )
        partners = saudi | own
        for hour in range(24):
            moment = datetime(2026, 3, 3, hour, 30)  # a Tuesday
            with self.subTest(hour=hour), freeze_time(moment):
                self.env.invalidate_all()
                found = partners.search(
                    [("id", "in", partners.ids), ("export_reachable_now", "=", True)]
                )
                self.assertEqual(found, partners.filtered("export_reachable_now"))
                self.assertEqual(saudi in found, 7 <= hour < 13)
                self.assertEqual(own in found, 13 <= hour < 17, "nothing would be left")
                self.assertIn("(shorter hours: Ramadan)", saudi.export_local_text)

    # === RECORDS === #

    def test_what_people_decide_stays(self):
        country = self._country("DE")
        feast = self._feast(country, "national_day")
        feast.write({"greet": False, "text": "Say nothing.", "name": "Unity"})
        days = feast.with_user(self.env.user).date_ids.filtered(
            lambda d: d.year == 2026
        )
        days.write({"date_to": date(2026, 10, 4)})
        self.assertTrue(days.by_hand)
        gone = self._feast(country, "easter")
        gone.active = False
        self._country("DE")
        self.assertEqual(
            (feast.greet, feast.text, feast.name), (False, "Say nothing.", "Unity")
        )
        self.assertEqual(days.date_to, date(2026, 10, 4))
        self.assertFalse(self._feast(country, "easter"))

    def test_feast_of_our_own(self):
        """By name, and by days."""
        country = self._country("DE")
        labour = self.Feast.create(
            {"name": "Labour", "country_id": country.id, "names": "Labor Day"}
        )
        this_year = self.today.year
        self.assertIn(date(this_year, 5, 1), labour.date_ids.mapped("date_from"))
        fair = self.Feast.create({"name": "Fair", "country_id": country.id})
        for day in ("2026-04-20", "2026-11-02"):
            self.env["export.crm.feast.date"].create(
                {"feast_id": fair.id, "date_from": day, "date_to": day}
            )
        self.assertEqual(fair.date_ids.mapped("turn"), [1, 2])
        with self.assertRaises(ValidationError):
            labour.write({"hours_from": 16.0, "hours_to": 10.0})

    def test_turn_of_the_last_year(self):
        """New Year's Eve of the last year that is covered waits for the year after."""
        feast = self._feast(self._country("TH"), "new_year")
        self.assertEqual(
            [(d.year, d.turn, str(d.date_from)) for d in feast.date_ids],
            [
                (2025, 1, "2025-01-01"),
                (2026, 1, "2025-12-31"),
                (2027, 1, "2026-12-31"),
                (2028, 1, "2027-12-31"),
            ],
        )

    def test_who_may(self):
        feast = self._feast(self._country("DE"), "christmas")
        self.assertTrue(feast.with_user(self.salesperson).name)
        with self.assertRaises(AccessError):
            feast.with_user(self.salesperson).greet = False
        with self.assertRaises(AccessError):
            feast.date_ids.with_user(self.salesperson).unlink()
