from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import ExportCrmCommon

# A Wednesday; 14:00 UTC.
NOW = "2026-03-04 14:00:00"


@tagged("post_install", "-at_install")
class TestContactPartner(ExportCrmCommon):
    """Time zone, channel and window of contacts; who can be reached now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Amsterdam"
        cls.intern = cls._user("intern", "intern")

    def _contact(self, name="Contact", country=None, state=None, **values):
        if country:
            values["country_id"] = self.env.ref(f"base.{country}").id
        if state:
            values["state_id"] = self.env.ref(f"base.state_{state}").id
        return self._customer(name, **values)

    def _zone(self, **values):
        contact = self._contact(**values)
        return contact.export_tz, contact.export_tz_source

    # === TIME ZONE === #

    def test_zone_from_phone_state_country(self):
        for values, expected in (
            ({"phone": "+91 98491 23456"}, ("Asia/Kolkata", "phone")),
            # the number goes before the country
            ({"phone": "+91 98491 23456", "country": "de"}, ("Asia/Kolkata", "phone")),
            ({"phone": "+64 3 305 0001"}, ("Pacific/Chatham", "phone")),
            # not the Canaries, as the library says
            ({"phone": "+212 522 555 013"}, ("Africa/Casablanca", "phone")),
            ({"country": "in"}, ("Asia/Kolkata", "country")),
            ({"country": "us", "state": "us_5"}, ("America/Los_Angeles", "state")),
            ({"country": "au", "state": "au_5"}, ("Australia/Adelaide", "state")),
            ({"country": "us"}, ("America/New_York", "country")),
            ({}, (False, "company")),
        ):
            with self.subTest(**values):
                self.assertEqual(self._zone(**values), expected)

    def test_number_of_several_zones_leaves_it_to_the_state(self):
        toll_free = "+1 800 555 0199"
        self.assertEqual(
            self._zone(phone=toll_free, country="us", state="us_5"),
            ("America/Los_Angeles", "state"),
        )
        self.assertEqual(
            self._zone(phone=toll_free, country="us"), ("America/New_York", "country")
        )
        # a Chicago number, though the address is in California
        self.assertEqual(
            self._zone(phone="+1 312 555 0167", country="us", state="us_5"),
            ("America/Chicago", "phone"),
        )

    def test_own_choice_wins_and_goes(self):
        contact = self._contact(phone="+91 98491 23456")
        contact.export_tz_own = "Asia/Dubai"
        self.assertEqual(contact.export_tz, "Asia/Dubai")
        self.assertEqual(contact.export_tz_source, "own")
        contact.export_tz_own = False
        self.assertEqual(contact.export_tz, "Asia/Kolkata")
        contact.phone = False
        self.assertFalse(contact.export_tz)

    def test_odoos_time_zone_counts_only_after_a_login(self):
        user = new_test_user(self.env, "ec_portal", groups="base.group_portal")
        contact = user.partner_id
        contact.write({"tz": "America/Lima", "country_id": self.env.ref("base.jp").id})
        self.assertEqual(contact.export_tz, "Asia/Tokyo")
        user.with_user(user)._update_last_login()
        self.assertEqual(contact.export_tz, "America/Lima")
        self.assertEqual(contact.export_tz_source, "login")
        # nobody ever logs in as this one
        no_login = self._contact(tz="America/Lima", country="jp")
        self.assertEqual(no_login.export_tz, "Asia/Tokyo")

    def test_person_has_the_zone_of_the_company_in_the_same_country(self):
        company = self._contact(country="us", export_tz_own="America/Denver")
        person = self._contact("Ann", is_company=False, parent_id=company.id)
        self.assertEqual(person.export_tz, "America/Denver")
        self.assertEqual(person.export_tz_source, "parent")
        company.export_tz_own = "America/Phoenix"
        self.assertEqual(person.export_tz, "America/Phoenix")
        abroad = self._contact(
            "Bob", is_company=False, parent_id=company.id, type="other", country="jp"
        )
        self.assertEqual(abroad.export_tz, "Asia/Tokyo")

    # === PHONE === #

    def test_links_of_a_number(self):
        contact = self._contact(country="ng", phone="0803 555 0164")
        self.assertEqual(contact.export_tel_url, "tel:+2348035550164")
        self.assertEqual(contact.export_whatsapp_url, "https://wa.me/2348035550164")
        self.assertFalse(contact.export_phone_problem)
        contact.export_whatsapp = "+971 50 555 0119"
        self.assertEqual(contact.export_whatsapp_url, "https://wa.me/971505550119")
        self.assertEqual(contact.export_tel_url, "tel:+2348035550164")

    def test_no_chat_with_landlines_and_service_numbers(self):
        """Such a number is called; a chat goes to a number of its own."""
        for phone, chats in (
            ("+49 171 1234567", True),
            ("+49 30 12345678", False),
            ("+86 138 1234 5678", True),
            ("+86 21 6128 5678", False),
            ("+86 800 810 8888", False),
            ("+1 212 555 0123", True),  # there nobody can tell
            ("+1 800 555 0123", False),
            ("+44 7400 123456", True),
            ("+44 20 7946 0958", False),
            ("+44 800 123 4567", False),
            ("+44 303 090 0900", False),
        ):
            with self.subTest(phone):
                contact = self._contact(phone=phone)
                self.assertTrue(contact.export_tel_url)
                self.assertFalse(contact.export_phone_problem)
                self.assertEqual(bool(contact.export_whatsapp_url), chats)
                contact.export_whatsapp = "+971 50 555 0119"
                self.assertEqual(
                    contact.export_whatsapp_url, "https://wa.me/971505550119"
                )

    def test_number_that_cannot_be_dialled_says_so_and_stops_nothing(self):
        for phone, country, words in (
            ("ask Maria", "ng", "Nigeria"),
            ("12", "de", "Germany"),
            ("030 1234567", None, "country code"),
        ):
            contact = self._contact(phone=phone, country=country)
            self.assertIn(phone, contact.export_phone_problem)
            self.assertIn(words, contact.export_phone_problem)
            self.assertFalse(contact.export_tel_url)
            self.assertFalse(contact.export_whatsapp_url)
            zone = contact._export_hours()[contact.id].zone
            self.assertTrue(zone, phone)

    # === CHANNEL === #

    def test_channel_of_contact_company_country(self):
        company = self._contact(country="vn")
        person = self._contact("Ann", is_company=False, parent_id=company.id)
        self.assertEqual(person.export_channel, "whatsapp")
        company.export_channel_own = "wechat"
        self.assertEqual(person.export_channel, "wechat")
        person.export_channel_own = "linkedin"
        self.assertEqual(person.export_channel, "linkedin")
        self.assertEqual(self._contact(country="jp").export_channel, "line")
        self.assertEqual(self._contact(country="de").export_channel, "email")
        self.assertEqual(self._contact().export_channel, "email")

    # === WINDOWS === #

    def test_window_of_a_day_and_next_window(self):
        contact = self._contact(country="sa")
        friday = date(2026, 3, 6)
        self.assertEqual(
            contact._export_local_window(friday),
            (datetime(2026, 3, 6, 6), datetime(2026, 3, 6, 15)),
        )
        self.assertEqual(
            contact._export_next_window(datetime(2026, 3, 5, 15)),
            (datetime(2026, 3, 8, 6), datetime(2026, 3, 8, 15)),
        )
        self.env["export.crm.nonworking.day"].create(
            {
                "country_id": contact.country_id.id,
                "date": "2026-03-08",
                "name": "A day off",
            }
        )
        self.assertEqual(
            contact._export_next_window(datetime(2026, 3, 5, 15))[0],
            datetime(2026, 3, 9, 6),
        )

    def test_day_off_of_one_state_is_none_of_the_other(self):
        south = self._contact(country="au", state="au_5")
        victoria = self._contact(country="au", state="au_7")
        self.env["export.crm.nonworking.day"].create(
            {
                "country_id": south.country_id.id,
                "state_id": south.state_id.id,
                "date": "2026-03-09",
                "name": "Adelaide Cup",
            }
        )
        after = datetime(2026, 3, 8, 12)
        self.assertEqual(
            south._export_next_window(after)[0], datetime(2026, 3, 9, 22, 30)
        )
        self.assertEqual(victoria._export_next_window(after)[0].day, 8)

    def test_own_hours_go_before_the_companys_and_the_countrys(self):
        company = self._contact(country="de")
        person = self._contact("Ann", is_company=False, parent_id=company.id)
        day = date(2026, 3, 4)
        self.assertEqual(person._export_local_window(day)[0].hour, 8)
        company.country_id.export_hours_from = 8.5
        self.assertEqual(person._export_local_window(day)[0].minute, 30)
        company.write({"export_hours_own": True, "export_hours_from": 10.0})
        self.assertEqual(person._export_local_window(day)[0].hour, 9)
        person.write({"export_hours_own": True, "export_hours_from": 11.0})
        self.assertEqual(person._export_local_window(day)[0].hour, 10)
        with self.assertRaises(ValidationError):
            person.export_hours_to = 11.0

    def test_own_hours_begin_with_the_usual_ones(self):
        contact = self._contact(country="jp", export_hours_own=True)
        self.assertEqual(
            (contact.export_hours_from, contact.export_hours_to), (9.0, 18.0)
        )

    def test_whoever_may_make_partners_may_make_them(self):
        clerk = self._user("clerk", "base.group_partner_manager")
        partner = self.env["res.partner"].with_user(clerk).create({"name": "New"})
        self.assertTrue(partner.id)

    @freeze_time(NOW)
    def test_contact_without_anything_has_our_time_and_says_so(self):
        contact = self._contact()
        self.assertEqual(contact.export_local_time, "15:00")
        self.assertIn("Europe/Amsterdam", contact.export_tz_text)
        self.assertIn("unknown", contact.export_tz_text)
        other = self.setup_other_company(name="Company 2")["company"]
        other.partner_id.tz = "Asia/Shanghai"
        self.assertEqual(contact.with_company(other).export_local_time, "22:00")

    @freeze_time(NOW)
    def test_line_on_the_form(self):
        for country, text in (
            ("de", "Good time to call now: 15:00 there, open until 18:00"),
            ("in", "Closed: 19:30 there, opens Thu, Mar 5 at 09:00"),
            ("mx", "Too early: 08:00 there, opens at 09:00 today"),
        ):
            self.assertEqual(self._contact(country=country).export_local_text, text)
        contact = self._contact(country="br")
        self.env["export.crm.nonworking.day"].create(
            {
                "country_id": contact.country_id.id,
                "date": "2026-03-04",
                "name": "Carnival",
            }
        )
        self.assertEqual(
            contact.export_local_text,
            "Closed for Carnival: 11:00 there, opens Thu, Mar 5 at 09:00",
        )

    # === REACHABLE NOW === #

    def _places(self):
        """Contacts of every kind, in a dozen countries."""
        places = self.env["res.partner"]
        for code in "de in sa ae us br jp au nz np za uk mx il".split():
            places += self._contact(code, country=code)
        places += self._contact("own", country="jp", export_hours_own=True)
        places[-1].write({"export_hours_from": 0.0, "export_hours_to": 24.0})
        places += self._contact("nowhere")
        places += self._contact("adelaide", country="au", state="au_5")
        places += self._contact("person", is_company=False, parent_id=places[0].id)
        self.env["export.crm.nonworking.day"].create(
            [
                {
                    "country_id": self.env.ref(f"base.{code}").id,
                    "date": day,
                    "name": "A day off",
                }
                for code, day in (("uk", "2026-03-04"), ("za", "2026-03-05"))
            ]
        )
        return places

    def test_filter_finds_the_same_as_the_form_shows(self):
        places = self._places()
        found = set()
        for moment in (
            NOW,
            "2026-03-04 23:15:00",
            "2026-03-05 03:29:59",
            "2026-03-05 03:30:00",
            "2026-03-06 08:00:00",
            "2026-03-08 08:00:00",
            "2026-10-25 01:30:00",
        ):
            with freeze_time(moment):
                places.invalidate_recordset()
                shown = places.filtered("export_reachable_now")
                domain = [("id", "in", places.ids)]
                open_now = places.search([*domain, ("export_reachable_now", "=", True)])
                closed = places.search([*domain, ("export_reachable_now", "=", False)])
            self.assertEqual(set(open_now), set(shown), moment)
            self.assertEqual(set(closed), set(places - shown), moment)
            found |= set(shown.mapped("name"))
        # every kind was open at some moment and closed at another
        self.assertGreaterEqual(found, {"de", "in", "sa", "au", "own", "person"})

    @freeze_time(NOW)
    def test_who_is_reachable_on_a_wednesday_afternoon(self):
        places = self._places()
        open_now = places.search(
            [("id", "in", places.ids), ("export_reachable_now", "=", True)]
        )
        self.assertEqual(
            set(open_now.mapped("name")),
            {"de", "us", "br", "za", "sa", "il", "own", "nowhere", "person"},
        )

    @freeze_time(NOW)
    def test_as_many_queries_for_50_contacts_as_for_one(self):
        partners = self.env["res.partner"]
        country = self.env.ref("base.in")
        for number in range(51):
            partners += self._customer(f"C{number}", country_id=country.id)
        self.env.flush_all()

        def count(records):
            self.env.invalidate_all()
            records.with_user(self.salesperson).mapped("name")
            before = self.env.cr.sql_log_count
            records.with_user(self.salesperson).mapped("export_local_text")
            return self.env.cr.sql_log_count - before

        count(partners[:1])  # rights and companies are cached now
        self.assertEqual(count(partners[:1]), count(partners[1:]))

    # === OCCASIONS, ACCESS === #

    @freeze_time("2026-12-30 12:00:00")
    def test_occasion_comes_every_year(self):
        occasions = self.env["export.crm.occasion"]
        for month, day, expected in (
            ("12", 30, date(2026, 12, 30)),
            ("12", 29, date(2027, 12, 29)),
            ("2", 29, date(2027, 2, 28)),
        ):
            occasion = occasions.create(
                {"partner_id": self.customer.id, "month": month, "day": day}
            )
            self.assertEqual(occasion.next_date, expected)
        with self.assertRaises(ValidationError):
            occasions.create({"partner_id": self.customer.id, "month": "2", "day": 30})

    def test_intern_sees_none_of_it(self):
        contact = self._contact(country="in", export_preferences="Coffee, no gifts")
        occasion = self.env["export.crm.occasion"].create(
            {"partner_id": contact.id, "month": "5", "day": 1}
        )
        for name in ("export_preferences", "export_tz", "export_local_text"):
            with self.assertRaises(AccessError):
                contact.with_user(self.intern).read([name])
            self.assertTrue(contact.with_user(self.salesperson).read([name]))
        with self.assertRaises(AccessError):
            occasion.with_user(self.intern).read(["day"])
        with self.assertRaises(AccessError):
            contact.with_user(self.intern).search([("export_reachable_now", "=", True)])

    def test_occasion_of_another_companys_contact_stays_out(self):
        other = self.setup_other_company(name="Company 2")["company"]
        contact = self._contact(company_id=other.id)
        occasion = self.env["export.crm.occasion"].create(
            {"partner_id": contact.id, "month": "5", "day": 1}
        )
        with self.assertRaises(AccessError):
            occasion.with_user(self.salesperson).read(["day"])
