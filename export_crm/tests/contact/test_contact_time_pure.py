from datetime import date, datetime

import pytz

from odoo.tests import BaseCase, tagged

from ...tools.contact import local_time
from ...tools.contact.local_time import LocalHours
from ...tools.contact.local_zone import ALIASES, MAIN_ZONE, STATE_ZONES


@tagged("post_install", "-at_install")
class TestContactTimePure(BaseCase):
    """Local windows in UTC, through changes of clocks, weekends and month ends."""

    def _start(self, zone, day, **values):
        return str(LocalHours(zone, **values).window(day)[0])

    def test_clocks_forward_and_back(self):
        # Berlin 2026: summer from 29 March to 25 October
        for day, start in (
            (date(2026, 3, 27), "2026-03-27 08:00:00"),
            (date(2026, 3, 30), "2026-03-30 07:00:00"),
            (date(2026, 10, 23), "2026-10-23 07:00:00"),
            (date(2026, 10, 26), "2026-10-26 08:00:00"),
        ):
            self.assertEqual(self._start("Europe/Berlin", day), start)
        # the other way round in the south: Adelaide, half an hour on top
        self.assertEqual(
            self._start("Australia/Adelaide", date(2026, 4, 3)), "2026-04-02 22:30:00"
        )
        self.assertEqual(
            self._start("Australia/Adelaide", date(2026, 4, 6)), "2026-04-05 23:30:00"
        )

    def test_day_on_which_the_clocks_change(self):
        hours = LocalHours("Europe/Berlin", start=0.0, end=24.0)
        start, end = hours.window(date(2026, 3, 29))
        self.assertEqual((end - start).total_seconds(), 23 * 3600)
        start, end = hours.window(date(2026, 10, 25))
        self.assertEqual((end - start).total_seconds(), 25 * 3600)
        # 02:30 does not exist on that morning: 03:30 does
        skipped = LocalHours("Europe/Berlin", start=2.5)
        self.assertEqual(
            str(skipped.local(skipped.window(date(2026, 3, 29))[0]))[:16],
            "2026-03-29 03:30",
        )

    def test_half_and_quarter_hours(self):
        day = date(2026, 7, 6)
        self.assertEqual(self._start("Asia/Kolkata", day), "2026-07-06 03:30:00")
        self.assertEqual(self._start("Asia/Kathmandu", day), "2026-07-06 03:15:00")
        self.assertEqual(self._start("Pacific/Chatham", day), "2026-07-05 20:15:00")

    def test_window_is_that_day_even_off(self):
        hours = LocalHours("UTC", days_off={date(2026, 12, 25): "Christmas"})
        for day in (date(2026, 12, 25), date(2026, 12, 26)):
            self.assertEqual(hours.window(day)[0], datetime(day.year, 12, day.day, 9))
            self.assertFalse(hours.works(day))

    def test_next_window_skips_days_off_over_the_end_of_the_year(self):
        hours = LocalHours(
            "Europe/Berlin",
            days_off={date(2026, 12, 31): "Bank", date(2027, 1, 1): "New Year"},
        )
        # Wednesday 30 December, 18:00 there, exactly at closing
        after = datetime(2026, 12, 30, 17)
        self.assertEqual(hours.next_window(after)[0], datetime(2027, 1, 4, 8))
        # a second before, today's is still the one
        before = datetime(2026, 12, 30, 16, 59, 59)
        self.assertEqual(hours.next_window(before)[0], datetime(2026, 12, 30, 8))

    def test_month_end_across_the_date_line(self):
        auckland = LocalHours("Pacific/Auckland")
        # 31 January 22:00 UTC is Sunday 1 February, 11:00 there
        after = datetime(2026, 1, 31, 22)
        self.assertEqual(auckland.local(after).date(), date(2026, 2, 1))
        self.assertEqual(auckland.next_window(after)[0], datetime(2026, 2, 1, 20))
        honolulu = LocalHours("Pacific/Honolulu")
        # 1 May 02:00 UTC is still 30 April there, 16:00
        self.assertEqual(
            honolulu.next_window(datetime(2026, 5, 1, 2))[1], datetime(2026, 5, 1, 4)
        )

    def test_gulf_weekend(self):
        riyadh = LocalHours("Asia/Riyadh", weekend=frozenset({4, 5}))
        friday, sunday = datetime(2026, 3, 6, 8), datetime(2026, 3, 8, 8)
        self.assertFalse(riyadh.is_open(friday))
        self.assertTrue(riyadh.is_open(sunday))
        self.assertEqual(riyadh.next_window(friday)[0], datetime(2026, 3, 8, 6))
        self.assertTrue(LocalHours("Asia/Dubai").is_open(friday))

    def test_open_from_the_first_moment_until_the_last(self):
        hours = LocalHours("Asia/Kolkata")
        opens, closes = hours.window(date(2026, 3, 2))
        self.assertTrue(hours.is_open(opens))
        self.assertFalse(hours.is_open(closes))
        status = hours.status(closes)
        self.assertFalse(status.open)
        self.assertEqual(f"{status.local:%H:%M}", "18:00")
        self.assertEqual(f"{status.opens:%d %H:%M}", "03 09:00")

    def test_calendar_without_a_working_day_still_has_a_window(self):
        always = LocalHours("UTC", weekend=frozenset(range(7)))
        after = datetime(2026, 3, 6, 20)
        self.assertEqual(always.next_window(after)[0], datetime(2026, 3, 7, 9))

    def test_every_zone_of_the_tables_exists(self):
        zones = {zone for states in STATE_ZONES.values() for zone in states.values()}
        zones |= set(ALIASES.values()) | set(MAIN_ZONE.values())
        self.assertFalse(zones - pytz.all_timezones_set)

    def test_state_decides_where_the_country_has_several(self):
        self.assertIsNone(local_time.state_zone("US", None))
        self.assertEqual(local_time.state_zone("US", "AZ"), "America/Phoenix")
        self.assertEqual(local_time.state_zone("BR", "SP"), "America/Sao_Paulo")
        self.assertIsNone(local_time.state_zone("DE", "BY"))

    def test_leap_day(self):
        self.assertEqual(local_time.yearly(2, 29, date(2026, 3, 1)), date(2027, 2, 28))
        with self.assertRaises(ValueError):
            local_time.yearly(2, 30, date(2026, 3, 1))
