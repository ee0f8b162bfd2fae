from datetime import timedelta
from itertools import permutations

from freezegun import freeze_time
from hypothesis import example, given
from hypothesis import strategies as st

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...tools.claim import clock
from ...tools.claim.clock import Event, Target
from ..search import searched
from .common import ClaimCase
from .test_claim_clock import FRIDAY
from .test_claim_clock_pure import at, office, start

TARGETS = ("response", "plan", "resolution")


@tagged("post_install", "-at_install")
class TestClaimMerge(ClaimCase):
    """Merging keeps the earliest start and promise, and every breach."""

    def _open(self, hours, severity="major", **values):
        """Return a claim that was opened ``hours`` after Friday 16:00."""
        with freeze_time(FRIDAY + timedelta(hours=hours)):
            return self._claim(category_id=self._categories[severity].id, **values)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        codes = ("critical", "major", "medium", "minor")
        cls._categories = {code: cls._severity(code) for code in codes}

    def _rows(self, claims):
        return claims.sudo().clock_ids.filtered(lambda row: row.milestone in TARGETS)

    def test_four_days_late_stays_late(self):
        """Merged into one of today it becomes punctual nowhere."""
        old, new = self._open(0), self._open(96)
        with freeze_time(FRIDAY + timedelta(hours=97)):
            (old | new)._merge_into(new)
            for milestone, hours in (("response", 4), ("plan", 24)):
                row = self._clock(new, milestone)
                self.assertEqual(row.started_at, FRIDAY)
                self.assertEqual(row.deadline, FRIDAY + timedelta(hours=hours))
                self.assertTrue(row.late)
            self.assertTrue(new.late)
            self.assertEqual(new.due, "late")
            self.assertEqual(new.opened_at, FRIDAY)

    def test_any_order_keeps_start_promise_and_breaches(self):
        """Three claims of other ages, severities, tiers, answered or not, waiting or
        not: whatever is merged into what."""
        cases = (
            ((0, "minor", False), (30, "critical", False), (40, "medium", False)),
            ((0, "critical", True), (10, "major", False), (47, "minor", True)),
            ((5, "medium", False), (6, "medium", True), (7, "medium", False)),
            ((0, "minor", True), (1, "minor", False), (46, "critical", False)),
        )
        for case in cases:
            claims = [self._open(hours, severity) for hours, severity, _told in case]
            for claim, (hours, _severity, told) in zip(claims, case, strict=True):
                if told:
                    with freeze_time(FRIDAY + timedelta(hours=hours + 3)):
                        self._answer(claim)
            for order in permutations(claims):
                with (
                    self.subTest(case=case, order=order),
                    freeze_time(FRIDAY + timedelta(hours=50)),
                ):
                    savepoint = self.env.cr.savepoint()
                    self._check_merged(order)
                    savepoint.rollback()
                    savepoint.close(rollback=False)
                    self.env.invalidate_all()

    def _check_merged(self, order):
        first, second, last = order
        claims = first | second | last
        self.env["export.crm.claim.clock"]._refresh(claims)
        before = {m: self._facts(claims, m) for m in TARGETS}
        (first | second)._merge_into(second)
        (second | last)._merge_into(last)
        self.assertFalse((first | second).filtered("is_open"))
        for milestone, (begin, promise, breach) in before.items():
            row = self._clock(last, milestone)
            self.assertEqual(row.started_at, begin, milestone)
            self.assertEqual(row.breached_at, breach, milestone)
            if row.state == clock.RUNNING:
                self.assertEqual(row.deadline, promise, milestone)
        self.assertEqual(last.opened_at, min(claims.mapped("opened_at")))

    def _facts(self, claims, milestone):
        rows = self._rows(claims).filtered(lambda row: row.milestone == milestone)
        live = rows.filtered(lambda row: row.state == clock.RUNNING)
        return (
            min(rows.mapped("started_at")),
            min(live.mapped("deadline"), default=None),
            min(filter(None, rows.mapped("breached_at")), default=False),
        )

    @searched(60)
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 60),
                st.integers(1, 40),
                st.sampled_from([clock.ELAPSED, clock.WORKING]),
            ),
            min_size=2,
            max_size=5,
        )
    )
    @example([(0, 4, clock.ELAPSED), (50, 4, clock.ELAPSED)])
    @example([(0, 40, clock.WORKING), (10, 2, clock.ELAPSED), (9, 24, clock.ELAPSED)])
    def test_strands_together(self, begun):
        """Of any logs the earliest start and deadline, and any breach."""
        schedule, now = office(weeks=20), at(0, 70)
        logs = [start(at(0, begin), hours, basis) for begin, hours, basis in begun]
        alone = [clock.read([event], schedule, now) for event in logs]
        together = [logs[0]]
        for number, event in enumerate(logs[1:], 1):
            strand = (number, 1)
            together += [
                Event(event.at, event.kind, target=event.target, strand=strand),
                Event(at(0, 65), clock.JOINED, strand=strand),
            ]
        both = clock.read(together, schedule, now)
        self.assertEqual(both.started_at, min(one.started_at for one in alone))
        self.assertEqual(both.deadline, min(one.deadline for one in alone))
        breaches = [one.breached_at for one in alone if one.late]
        self.assertEqual(both.breached_at, min(breaches, default=None))

    def test_breach_of_an_earlier_cycle_comes_along(self):
        old, new = self._open(0), self._open(90)
        with freeze_time(FRIDAY + timedelta(hours=90)):
            self._answer(old)
            old.action_close()
        with freeze_time(FRIDAY + timedelta(hours=91)):
            old.action_reopen()
            self.assertEqual(old.cycle, 2)
            (old | new)._merge_into(new)
            self.assertEqual(new.cycle, 1)
            self.assertTrue(new.late)
            self.assertEqual(self._clock(new, "plan").state, clock.RUNNING)
            self.assertEqual(
                self._clock(new, "plan").breached_at, FRIDAY + timedelta(hours=24)
            )

    def test_broken_promise_of_news_comes_along(self):
        """What was promised for yesterday is not forgotten for tomorrow."""
        old = self._open(0, next_update_at=FRIDAY + timedelta(hours=10))
        new = self._open(1, next_update_at=FRIDAY + timedelta(hours=80))
        bare = self._open(2)
        with freeze_time(FRIDAY + timedelta(hours=20)):
            for target in (new, bare):
                savepoint = self.env.cr.savepoint()
                (old | target)._merge_into(target)
                row = self._clock(target, "update")
                self.assertEqual(row.state, clock.RUNNING)
                self.assertEqual(row.deadline, FRIDAY + timedelta(hours=10))
                self.assertEqual(target.next_update_at, row.deadline)
                self._answer(target)
                self.assertEqual(self._clock(target, "update").state, clock.MET)
                self.assertTrue(self._clock(target, "update").late)
                savepoint.rollback()
                savepoint.close(rollback=False)
                self.env.invalidate_all()

    def test_waiting_one_goes_on_for_the_one_that_runs(self):
        waiting, running = self._open(0), self._open(1)
        with freeze_time(FRIDAY + timedelta(hours=2)):
            waiting.action_wait()
            promised = self._clock(running, "plan").deadline
            (waiting | running)._merge_into(waiting)
            self.assertEqual(waiting.state, "progress")
            self.assertLessEqual(self._clock(waiting, "plan").deadline, promised)

    def test_both_wait_on(self):
        one, two = self._open(0), self._open(1)
        with freeze_time(FRIDAY + timedelta(hours=2)):
            (one | two).action_wait()
            (one | two)._merge_into(two)
            self.assertEqual(self._states(two)["plan"], clock.PAUSED)
        with freeze_time(FRIDAY + timedelta(hours=12)):
            two.action_start()
            self.assertEqual(
                self._clock(two, "plan").deadline, FRIDAY + timedelta(hours=24 + 10)
            )

    def test_solved_one_takes_in_nothing_open(self):
        solved, running = self._open(0), self._open(1)
        with freeze_time(FRIDAY + timedelta(hours=2)):
            self._answer(solved)
            solved.action_solve()
            with self.assertRaisesRegex(UserError, "still worked on"):
                (solved | running)._merge_into(solved)
            (solved | running)._merge_into(running)
            self.assertEqual(self._states(running)["resolution"], clock.RUNNING)
            self.assertEqual(self._states(running)["response"], clock.MET)

    def test_read_again_from_the_log(self):
        old, new = self._open(0), self._open(30)
        with freeze_time(FRIDAY + timedelta(hours=31)):
            (old | new)._merge_into(new)
            rows = new.sudo().clock_ids
            before = rows.read(["state", "deadline", "started_at", "breached_at"])
            self.env.cr.execute(
                "UPDATE export_crm_claim_clock SET deadline = NULL WHERE claim_id = %s",
                [new.id],
            )
            new.action_recompute()
            self.assertEqual(
                rows.read(["state", "deadline", "started_at", "breached_at"]), before
            )


@tagged("post_install", "-at_install")
class TestClaimPromise(ClaimCase):
    """A running promise is tightened, and never loosened."""

    @freeze_time(FRIDAY)
    def test_worse_tier_loosens_nothing_and_a_better_one_tightens(self):
        major = self._severity("major")
        self._set_tier(self.tier_a)
        claim = self._claim(category_id=major.id)
        self.assertEqual(self._hours(claim, "plan"), 12)
        self._set_tier(False)
        claim._take_tier()
        self.assertFalse(claim.tier_id)
        self.assertEqual(self._hours(claim, "plan"), 12)
        other = self._claim(category_id=major.id)
        self.assertEqual(self._hours(other, "plan"), 24)
        self._set_tier(self.tier_a)
        (claim | other)._take_tier()
        self.assertEqual(self._hours(other, "plan"), 12)

    @freeze_time(FRIDAY)
    def test_milder_severity_loosens_nothing(self):
        """By category, by scorecard, and back again."""
        critical = self._severity("critical")
        claim = self._claim(category_id=critical.id)
        hours = {m: self._hours(claim, m) for m in TARGETS}
        for category in (self._severity("minor"), self._severity("medium"), critical):
            claim.category_id = category
            self.assertEqual({m: self._hours(claim, m) for m in TARGETS}, hours)

    @freeze_time(FRIDAY)
    def test_priority_and_department_change_no_promise(self):
        claim = self._claim(category_id=self._severity("major").id)
        claim.write({"priority_override": "0", "priority_reason": "A test order"})
        claim.department_id = self.env.ref("export_crm.claim_department_finance")
        self.assertEqual(self._hours(claim, "plan"), 24)

    def test_not_even_while_it_waits(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=4)):
            claim.action_wait()
            claim.category_id = self._severity("minor")
        with freeze_time(FRIDAY + timedelta(hours=14)):
            claim.action_start()
            self.assertEqual(self._hours(claim, "plan"), 24 + 10)

    def test_promised_news_are_not_put_off(self):
        with freeze_time(FRIDAY):
            claim = self._claim(next_update_at=FRIDAY + timedelta(hours=10))
            for later in (FRIDAY + timedelta(hours=12), False):
                with (
                    self.assertRaisesRegex(UserError, "write to them first"),
                    self.env.cr.savepoint(),
                ):
                    claim.next_update_at = later
            claim.next_update_at = FRIDAY + timedelta(hours=8)
            self.assertEqual(self._hours(claim, "update"), 8)
        with freeze_time(FRIDAY + timedelta(hours=9)):
            self._answer(claim)
            claim.next_update_at = fields.Datetime.now() + timedelta(hours=50)
            self.assertEqual(self._clock(claim, "update").cycle, 2)

    def test_pure_promises(self):
        """In whatever order they were made, the one that ends first holds."""
        events = [start(at(0, 8), 24)]
        for hours, basis in ((8, clock.WORKING), (72, clock.ELAPSED)):
            target = Target(hours, basis)
            events.append(Event(at(0, 9), clock.RETARGET, target=target))
        self.assertEqual(clock.read(events, office(), at(0, 10)).deadline, at(0, 16))
