from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo.tests import tagged

from .common import FollowupCommon

#: A Wednesday: 09:00 UTC is 14:30 in Kolkata, 05:00 in Santiago.
MORNING = datetime(2026, 11, 25, 9)
ZONES = (
    "Pacific/Honolulu",
    "America/Anchorage",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Europe/London",
    "Europe/Berlin",
    "Africa/Cairo",
    "Asia/Riyadh",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Adelaide",
    "Pacific/Chatham",
)


@tagged("post_install", "-at_install")
class TestFollowupSections(FollowupCommon):
    """My Day in sections, the ledger by what is overdue: both are of now."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["export.crm.nonworking.day"].search([]).unlink()
        cls.names = {}
        for name, zone, channel in (
            ("call", "Asia/Kolkata", "phone"),
            ("chat", "Asia/Kolkata", "whatsapp"),
            ("mail", "Asia/Kolkata", "email"),
            ("asleep", "America/Santiago", "phone"),
            ("asleep_mail", "America/Santiago", "email"),
            ("no_channel", "Asia/Kolkata", False),
        ):
            partner = cls._partner(name)
            partner.write({"export_tz_own": zone, "country_id": False})
            cls.names[name] = cls._row(partner, channel)
        cls.names["nobody"] = cls._row(cls.env["res.partner"], "phone")

    @classmethod
    def _partner(cls, name):
        return cls.env["res.partner"].create({"name": name, "is_company": True})

    @classmethod
    def _row(cls, partner, channel, **values):
        cls.turn = getattr(cls, "turn", 0) + 1
        return cls.ledger.create(
            {
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "res_model": "res.partner",
                "res_id": partner.id or 1,
                "step": f"section_{cls.turn}",
                "channel": channel,
                "state": "scheduled",
                "planned_date": MORNING.date(),
                "due_at": MORNING + timedelta(hours=3),
                **values,
            }
        )

    def _all(self):
        return self.ledger.browse(row.id for row in self.names.values())

    def _found(self, name, value):
        domain = [("id", "in", self._all().ids), (name, "=", value)]
        found = self.ledger.search(domain)
        return {key for key, row in self.names.items() if row in found}

    @freeze_time(MORNING)
    def test_sections(self):
        expected = {
            "call": {"call", "chat", "no_channel"},
            "text": {"mail", "asleep_mail", "nobody"},
            "wait": {"asleep"},
        }
        self.env.invalidate_all()
        for section, names in expected.items():
            with self.subTest(section):
                shown = {k for k, row in self.names.items() if row.section == section}
                self.assertEqual(shown, names)
                self.assertEqual(self._found("section", section), names)
        self.assertEqual(self._found("section", False), set())

    @freeze_time(MORNING)
    def test_groups_in_the_order_of_what_to_do(self):
        groups = self.ledger.formatted_read_group(
            [("id", "in", self._all().ids)], ["section"], ["__count"]
        )
        self.assertEqual(
            [(group["section"], group["__count"]) for group in groups],
            [("call", 3), ("text", 3), ("wait", 1)],
        )

    def test_hours_pass(self):
        """What is called in the morning there waits at night; nothing was written."""
        with freeze_time(MORNING + timedelta(hours=8)):  # 22:30 there, 14:00 in Chile
            self.env.invalidate_all()
            self.assertEqual(self.names["call"].section, "wait")
            self.assertEqual(self._found("section", "call"), {"asleep"})

    @freeze_time(MORNING)
    def test_day_off_there(self):
        india = self.env.ref("base.in")
        self.names["call"].partner_id.country_id = india
        self.env["export.crm.nonworking.day"].create(
            {"country_id": india.id, "date": MORNING.date(), "name": "Festival"}
        )
        self.env.invalidate_all()
        self.assertEqual(self.names["call"].section, "wait")
        self.assertIn("Closed for Festival", self.names["call"].local_time)
        self.assertIn("call", self._found("section", "wait"))

    @freeze_time(MORNING)
    def test_line_and_section_agree(self):
        """A card never says that it is too early where the section says call."""
        for name, row in self.names.items():
            with self.subTest(name):
                if row.section == "call":
                    self.assertIn("Good time to call now", row.local_time)
                if row.section == "wait":
                    self.assertNotIn("Good time", row.local_time)

    @freeze_time(MORNING)
    def test_response_time_at_night(self):
        """A clock that runs doesn't make 05:00 there a good time."""
        row = self.names["asleep"]
        row.write({"clock": True, "window_at": MORNING - timedelta(hours=1)})
        self.assertEqual(row.local_time, "Too early: 06:00 there, opens at 09:00 today")

    def test_good_time_is_the_customers_on_every_clock(self):
        """23 time zones, day and night: never outside their hours, clock or not.

        The line of the contact's own form says the same.
        """
        rows = {}
        for zone in ZONES:
            partner = self._partner(zone)
            partner.write({"export_tz_own": zone, "country_id": False})
            for clock in (True, False):
                rows[zone, clock] = self._row(
                    partner,
                    "phone",
                    clock=clock,
                    window_at=MORNING - timedelta(days=1),
                    due_at=MORNING + timedelta(days=2),
                )
        self.assertEqual(len(ZONES), 23)
        some = self.ledger.browse(row.id for row in rows.values())
        for hour in range(24):
            moment = MORNING.replace(hour=hour, minute=17)
            with freeze_time(moment):
                self.env.invalidate_all()
                called = some.search([("id", "in", some.ids), ("section", "=", "call")])
                for (zone, clock), row in rows.items():
                    local = pytz.utc.localize(moment).astimezone(pytz.timezone(zone))
                    begin, end = (
                        local.replace(hour=9, minute=0),
                        local.replace(hour=18, minute=0),
                    )
                    good = begin <= local < end and local.weekday() < 5
                    with self.subTest(zone, hour=hour, clock=clock):
                        self.assertEqual("Good time" in row.local_time, good)
                        self.assertIn(f"{local:%H:%M} there", row.local_time)
                        self.assertEqual(
                            row.local_time, row.partner_id.export_local_text
                        )
                        self.assertEqual(row in called, good)

    # === OVERDUE, TODAY, LATER === #

    @freeze_time(MORNING)
    def test_due(self):
        late = self.names["call"]
        late.due_at = MORNING - timedelta(seconds=1)
        edge = self.names["chat"]
        edge.due_at = MORNING
        later = self.names["mail"]
        later.planned_date = MORNING.date() + timedelta(days=1)
        done = self.names["asleep"]
        done.write({"state": "done", "done_at": MORNING})
        expected = {
            "overdue": {"call"},
            "today": {"chat", "asleep_mail", "no_channel", "nobody"},
            "upcoming": {"mail"},
            False: {"asleep"},
        }
        self.env.invalidate_all()
        for due, names in expected.items():
            with self.subTest(due):
                shown = {key for key, row in self.names.items() if row.due == due}
                self.assertEqual(shown, names)
                self.assertEqual(self._found("due", due), names)
        groups = self.ledger.formatted_read_group(
            [("id", "in", self._all().ids), ("due", "!=", False)], ["due"], ["__count"]
        )
        self.assertEqual(
            [(group["due"], group["__count"]) for group in groups],
            [("overdue", 1), ("today", 4), ("upcoming", 1)],
        )

    @freeze_time(datetime(2026, 11, 25, 20))
    def test_today_is_the_companys(self):
        """20:00 UTC is the next day in Shanghai, for whoever reads it from where."""
        row = self.names["mail"]
        row.write({"planned_date": "2026-11-26", "due_at": datetime(2026, 11, 26, 12)})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        other.partner_id.tz = "America/Los_Angeles"
        for reader in ("Asia/Shanghai", "UTC"):
            for zone, due in (("Asia/Shanghai", "today"), ("UTC", "upcoming")):
                with self.subTest(zone, reader=reader):
                    row.company_id.partner_id.tz = zone
                    self.env.invalidate_all()  # as the next request finds it
                    for working in (row.company_id, other):
                        ledger = self.ledger.with_company(working)
                        ledger = ledger.with_context(tz=reader)
                        self.assertEqual(ledger.browse(row.id).due, due)
                        self.assertEqual(ledger.browse(row.id).today, due == "today")
                        self.assertIn(row, ledger.search([("due", "=", due)]))
                        self.assertNotIn(
                            row, ledger.search([("due", "not in", [due, False])])
                        )

    # === WHOM === #

    def test_queries_do_not_grow_with_the_rows(self):
        """The cards of a day cost the same for two inquiries and for twenty."""
        leads = self.env["crm.lead"].create(
            [{"name": f"Inquiry {number}"} for number in range(20)]
        )
        nobody = self.env["res.partner"]
        rows = self.ledger.browse(
            self._row(nobody, "email", res_model="crm.lead", res_id=lead.id).id
            for lead in leads
        )
        counts = []
        for some in (rows, rows[:2], rows):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped(lambda row: (row.who, row.section, row.due, row.local_time))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_whom(self):
        self.assertEqual(self.names["call"].who, "call")
        lead = self.env["crm.lead"].create(
            {"name": "Pumps for Lima", "contact_name": "Rosa Quispe"}
        )
        row = self._row(
            self.env["res.partner"], "email", res_model="crm.lead", res_id=lead.id
        )
        self.assertEqual(row.who, "Rosa Quispe")
        lead.contact_name = False
        row.invalidate_recordset()
        self.assertEqual(row.who, "Pumps for Lima")
