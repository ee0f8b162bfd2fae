from datetime import datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...tools.claim import clock
from ...tools.claim.clock import Event, Schedule, Target
from ..search import searched

MONDAY = datetime(2026, 3, 2)
HOUR = timedelta(hours=1)


def office(weeks=4, holidays=()):
    """Monday to Friday, 8 to 16 o'clock: 8 hours a day."""
    days = (MONDAY + timedelta(days=n) for n in range(7 * weeks))
    return Schedule(
        (day + 8 * HOUR, day + 16 * HOUR)
        for day in days
        if day.weekday() < 5 and day.date() not in holidays
    )


def at(day, hour=0.0):
    return MONDAY + timedelta(days=day, hours=hour)


def start(moment, hours=24.0, basis=clock.ELAPSED):
    return Event(moment, clock.START, target=Target(hours, basis))


@tagged("post_install", "-at_install")
class TestClaimClockPure(BaseCase):
    def test_working_day_from_friday_afternoon(self):
        """24 working hours from Friday 16:00 (of 9 to 17) end on Wednesday."""
        days = (MONDAY + timedelta(days=n) for n in range(14))
        nine = Schedule((d + 9 * HOUR, d + 17 * HOUR) for d in days if d.weekday() < 5)
        log = [start(at(4, 16), 24, clock.WORKING)]
        read = clock.read(log, nine, at(4, 17))
        self.assertEqual(read.deadline, at(9, 16))
        self.assertEqual(read.deadline.weekday(), 2)

    def test_holiday_moves_a_working_deadline_only(self):
        holiday = office(holidays={at(1).date()})
        work = [start(at(0, 8), 16, clock.WORKING)]
        self.assertEqual(clock.read(work, office(), at(0, 9)).deadline, at(1, 16))
        self.assertEqual(clock.read(work, holiday, at(0, 9)).deadline, at(2, 16))
        hours = [start(at(0, 8), 16)]
        self.assertEqual(clock.read(hours, holiday, at(0, 9)).deadline, at(1, 0))

    def test_empty_calendar_counts_every_hour(self):
        schedule = Schedule()
        self.assertTrue(schedule.fallback)
        log = [start(at(5), 24, clock.WORKING)]
        self.assertEqual(clock.read(log, schedule, at(5)).deadline, at(6))

    def test_beyond_the_schedule_asks_for_more(self):
        with self.assertRaises(clock.BeyondSchedule):
            clock.read([start(at(0), 999, clock.WORKING)], office(), at(0))

    def test_wait_then_close(self):
        """Paused, then met while waiting: in time, the pause costs nothing."""
        log = [
            start(at(0, 8), 4),
            Event(at(0, 9), clock.PAUSE),
            Event(at(9), clock.MET),
        ]
        read = clock.read(log, office(), at(9))
        self.assertEqual((read.state, read.late), (clock.MET, False))
        self.assertEqual(read.used, 3600)

    def test_solved_in_an_hour_never_expires(self):
        log = [start(at(0, 8), 4), Event(at(0, 9), clock.MET)]
        read = clock.read(log, office(), at(27))
        self.assertEqual((read.state, read.late), (clock.MET, False))
        self.assertEqual(read.deadline, at(0, 12))
        self.assertEqual(clock.elapsed_hours(read), 1.0)

    def test_met_exactly_at_the_deadline_is_in_time(self):
        log = [start(at(0, 8), 4), Event(at(0, 12), clock.MET)]
        self.assertFalse(clock.read(log, office(), at(1)).late)
        log[1] = Event(at(0, 12) + timedelta(seconds=1), clock.MET)
        self.assertTrue(clock.read(log, office(), at(1)).late)

    def test_shorter_target_is_never_before_the_change(self):
        log = [
            start(at(0, 8), 24),
            Event(at(0, 20), clock.RETARGET, target=Target(2.0)),
        ]
        read = clock.read(log, office(), at(0, 20))
        self.assertEqual(read.deadline, at(0, 20))
        self.assertFalse(read.late)

    def test_longer_target_keeps_the_breach_that_was(self):
        log = [
            start(at(0, 8), 2),
            Event(at(0, 20), clock.RETARGET, target=Target(24.0)),
        ]
        read = clock.read(log, office(), at(0, 21))
        self.assertEqual(read.deadline, at(0, 10))
        self.assertEqual(read.breached_at, at(0, 10))

    def test_change_from_elapsed_to_working_counts_anew(self):
        log = [
            start(at(0, 0), 24),
            Event(at(0, 12), clock.RETARGET, target=Target(8.0, clock.WORKING)),
        ]
        read = clock.read(log, office(), at(0, 12))
        self.assertEqual(read.used, 4 * 3600)
        self.assertEqual(read.deadline, at(0, 16))

    def test_late_message_of_before_meets_in_time(self):
        """A mail that arrives late counts at its own time."""
        log = [
            start(at(0, 8), 4),
            Event(at(0, 15), clock.PAUSE),
            Event(at(0, 10), clock.MET),
        ]
        read = clock.read(log, office(), at(0, 16))
        self.assertEqual((read.state, read.ended_at), (clock.MET, at(0, 10)))
        self.assertFalse(read.late)

    def test_promised_date_is_the_deadline(self):
        log = [Event(at(0, 8), clock.START, target=Target(due=at(2, 9)))]
        self.assertEqual(clock.read(log, office(), at(0, 9)).deadline, at(2, 9))
        self.assertEqual(clock.share_moment(log, office(), 1.0), at(2, 9))

    def test_dst_does_not_change_elapsed_hours(self):
        """24 h over the night on which clocks in Berlin change are 24 h in UTC."""
        night = datetime(2026, 3, 28, 12)
        log = [start(night, 24)]
        self.assertEqual(
            clock.read(log, office(), night).deadline, night + timedelta(hours=24)
        )

    def test_cancelled_clock_has_no_next_step(self):
        log = [start(at(0), 4), Event(at(0, 1), clock.CANCELLED)]
        self.assertIsNone(clock.share_moment(log, office(), 1.0))
        self.assertEqual(clock.read(log, office(), at(5)).state, clock.CANCELLED)

    @searched(200)
    @given(
        hours=st.integers(1, 60),
        basis=st.sampled_from([clock.ELAPSED, clock.WORKING]),
        begin=st.integers(0, 96),
        pauses=st.lists(st.integers(1, 30), max_size=6),
    )
    # Running, running again after pauses, paused, late.
    @example(hours=8, basis=clock.ELAPSED, begin=8, pauses=[])
    @example(hours=8, basis=clock.WORKING, begin=14, pauses=[1, 30])
    @example(hours=24, basis=clock.ELAPSED, begin=0, pauses=[3, 20, 4, 30])
    @example(hours=24, basis=clock.ELAPSED, begin=0, pauses=[3, 20, 4])
    @example(hours=2, basis=clock.ELAPSED, begin=0, pauses=[3, 20])
    def test_deadline_is_when_the_time_is_used_up(self, hours, basis, begin, pauses):
        """Whatever the pauses: at the deadline exactly the target is used."""
        moment, log, kind = at(0, begin), [], clock.PAUSE
        log.append(start(moment, hours, basis))
        for gap in pauses:
            moment += gap * HOUR
            log.append(Event(moment, kind))
            kind = clock.RESUME if kind == clock.PAUSE else clock.PAUSE
        schedule = office(weeks=20)
        read = clock.read(log, schedule, moment)
        if read.state == clock.PAUSED:
            self.assertIsNone(read.deadline)
            return
        if not read.late:
            end = clock.read(log, schedule, read.deadline)
            self.assertAlmostEqual(end.used, hours * 3600)
            self.assertFalse(end.late)
            after = clock.read(log, schedule, read.deadline + timedelta(days=7))
            self.assertTrue(after.late)
            self.assertEqual(after.breached_at, read.deadline)

    @searched(100)
    @given(st.lists(st.integers(0, 400), min_size=2, max_size=40))
    # Within a day, over a night, over a weekend, from outside the hours.
    @example([9, 10, 15])
    @example([15, 24 + 9, 48])
    @example([4 * 24 + 15, 7 * 24 + 9])
    @example([3, 5, 12])
    def test_add_is_the_inverse_of_between(self, numbers):
        begin, *rest = sorted(numbers)
        schedule = office(weeks=8)
        for number in rest:
            seconds = schedule.between(at(0, begin), at(0, number))
            found = schedule.add(at(0, begin), seconds)
            self.assertEqual(schedule.between(at(0, begin), found), seconds)
