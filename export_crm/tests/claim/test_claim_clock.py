from datetime import datetime, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.claim import clock
from .common import ClaimCase

# A Friday, 16:00 in the company's time zone (UTC in these tests).
FRIDAY = datetime(2026, 3, 6, 16)

SQL_LOGGER = "odoo.sql_db"


@tagged("post_install", "-at_install")
class TestClaimClock(ClaimCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls._office(cls.company)
        cls.company.resource_calendar_id = cls.calendar
        cls.company.partner_id.tz = "UTC"

    @classmethod
    def _office(cls, company, tz="UTC", hours=(9, 17)):
        return cls.env["resource.calendar"].create(
            {
                "name": "Office",
                "company_id": company.id,
                "tz": tz,
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": hours[0],
                            "hour_to": hours[1],
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )

    def _holiday(self, day, company=None, calendar=None):
        company = company or self.company
        values = {
            "name": "Holiday",
            "calendar_id": calendar.id if calendar else False,
            "date_from": day,
            "date_to": day + timedelta(hours=23, minutes=59, seconds=59),
        }
        leaves = self.env["resource.calendar.leaves"].with_company(company)
        return leaves.create(values)

    # === TARGETS === #

    def test_default_policy(self):
        """Every number of the default policy, for C, B and A."""
        tiers = {"c": self.env["export.crm.tier"], "a": self.tier_a}
        tiers["b"] = self.env.ref("export_crm.export_crm_tier_b")
        factors = {"c": 1, "b": 0.75, "a": 0.5}
        hours = {
            "critical": (2, 12, 48, "elapsed"),
            "major": (4, 24, 48, "elapsed"),
            "medium": (24, 48, 72, "elapsed"),
            "minor": (24, 48, 80, "working"),
        }
        policies = self.env["export.crm.claim.policy"]
        for code, (response, plan, resolution, basis) in hours.items():
            severity = self.env.ref(f"export_crm.claim_severity_{code}")
            for tier, factor in factors.items():
                policy = policies._find(self.company, severity, tiers[tier])
                self.assertRecordValues(
                    policy,
                    [
                        {
                            "response_hours": response * factor,
                            "plan_hours": plan * factor,
                            "resolution_hours": resolution * factor,
                            "basis": basis,
                        }
                    ],
                )

    def test_unrated_customer_gets_what_c_gets(self):
        tier_c = self.env.ref("export_crm.export_crm_tier_c")
        policies = self.env["export.crm.claim.policy"]
        severity = self.env.ref("export_crm.claim_severity_major")
        self.assertEqual(
            policies._find(self.company, severity, tier_c),
            policies._find(self.company, severity, tier_c.browse()),
        )

    def test_ceilings(self):
        policy = self.env.ref("export_crm.claim_policy_medium_c")
        for name, value in (("response_hours", 24.5), ("plan_hours", 48.5)):
            with (
                self.assertRaises(IntegrityError),
                mute_logger(SQL_LOGGER),
                self.env.cr.savepoint(),
            ):
                policy[name] = value
                policy.flush_recordset()

    @freeze_time(FRIDAY)
    def test_deadlines_of_a_claim(self):
        claim = self._claim(category_id=self._severity("major").id)
        self.assertEqual(self._hours(claim, "response"), 4)
        self.assertEqual(self._hours(claim, "plan"), 24)
        self.assertEqual(self._hours(claim, "resolution"), 48)
        self.assertEqual(claim.next_deadline, FRIDAY + timedelta(hours=4))
        self._set_tier(self.tier_a)
        best = self._claim(category_id=self._severity("critical").id)
        self.assertEqual(self._hours(best, "response"), 1)

    @freeze_time(FRIDAY)
    def test_minor_is_counted_in_working_time(self):
        """24 working hours from Friday 16:00 end on Wednesday."""
        claim = self._claim(category_id=self._severity("minor").id)
        self.assertEqual(self._clock(claim).deadline, datetime(2026, 3, 11, 16))
        self.assertFalse(self._clock(claim).fallback)

    # === THE SAME FOR EVERYBODY === #

    @freeze_time(FRIDAY)
    def test_same_for_user_job_and_another_company(self):
        """Another company's holidays, time zone and language play no part."""
        other = self.env["res.company"].create({"name": "Other"})
        self._holiday(datetime(2026, 3, 9), company=other)
        self._holiday(datetime(2026, 3, 10))
        claim = self._claim(category_id=self._severity("minor").id)
        # Monday works, our own Tuesday does not: 24 h from Friday end on Thursday.
        expected = datetime(2026, 3, 12, 16)
        self.assertEqual(self._clock(claim).deadline, expected)
        stranger = self._user(
            "stranger",
            "claims_manager",
            company_id=other.id,
            company_ids=[Command.set((other | self.company).ids)],
            tz="Asia/Tokyo",
        )
        for user, company in (
            (self.env.ref("base.user_root"), self.company),
            (self.env.ref("base.user_root"), other),
            (stranger, other),
            (self.agent, self.company),
        ):
            env = self.env(user=user.id, su=user.id == 1)
            env = env(context={"allowed_company_ids": company.ids, "tz": "Asia/Tokyo"})
            clocks = env["export.crm.claim.clock"]
            self.env.cr.execute(
                "UPDATE export_crm_claim_clock SET deadline = NULL WHERE claim_id = %s",
                [claim.id],
            )
            clocks._refresh(env["export.crm.claim"].browse(claim.id))
            self.env.invalidate_all()
            self.assertEqual(self._clock(claim).deadline, expected)

    @freeze_time(FRIDAY)
    def test_empty_calendar_has_a_deadline_and_a_warning(self):
        self.calendar.attendance_ids.unlink()
        claim = self._claim(category_id=self._severity("minor").id)
        self.assertEqual(self._clock(claim).deadline, FRIDAY + timedelta(hours=24))
        self.assertTrue(self._clock(claim).fallback)
        self.assertIn("every hour counts", self._clock(claim)._explain())

    @freeze_time(FRIDAY)
    def test_company_without_a_calendar(self):
        self.company.resource_calendar_id = False
        claim = self._claim(category_id=self._severity("minor").id)
        self.assertEqual(self._clock(claim).deadline, FRIDAY + timedelta(hours=24))

    @freeze_time(datetime(2026, 3, 27, 15))
    def test_dst(self):
        """Berlin's clocks change on 29 March: 9:00 there is 8:00, then 7:00 UTC."""
        self.company.resource_calendar_id = self._office(self.company, "Europe/Berlin")
        claim = self._claim(category_id=self._severity("minor").id)
        # Friday 15:00 UTC is 16:00 there: 1 + 8 + 8 + 7 hours, Wednesday 16:00.
        self.assertEqual(self._clock(claim).deadline, datetime(2026, 4, 1, 14))

    def test_renamed_and_reordered_stages_change_no_clock(self):
        claim = self._claim()
        before = self._clock(claim).read(["state", "deadline"])
        stages = self.env["export.crm.claim.stage"].search([])
        for number, stage in enumerate(reversed(stages)):
            stage.write({"name": f"Renamed {number}", "sequence": number})
        claim.action_recompute()
        self.assertEqual(self._clock(claim).read(["state", "deadline"]), before)
        self.assertEqual(claim.event_ids.mapped("kind"), ["start"] * 4 + ["met"])

    def test_policy_change_leaves_running_clocks(self):
        claim = self._claim(category_id=self._severity("major").id)
        self.env.ref("export_crm.claim_policy_major_c").response_hours = 1
        claim.action_recompute()
        self.assertEqual(self._hours(claim, "response"), 4)

    # === CHANGES === #

    def test_pause_stops_plan_and_resolution_not_the_response(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=1)):
            claim.action_wait()
            self.assertEqual(
                self._states(claim),
                {
                    "ack": "met",
                    "response": "running",
                    "plan": "paused",
                    "resolution": "paused",
                },
            )
            self.assertFalse(self._clock(claim, "plan").deadline)
        with freeze_time(FRIDAY + timedelta(hours=31)):
            claim.action_start()
            self.assertEqual(self._hours(claim, "plan"), 24 + 30)
            self.assertEqual(self._hours(claim, "response"), 4)

    def test_wait_then_close(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
            self._answer(claim)
            claim.action_wait()
        with freeze_time(FRIDAY + timedelta(days=9)):
            claim.action_close()
            self.assertEqual(
                self._states(claim),
                {
                    "ack": "met",
                    "response": "met",
                    "plan": "stopped",
                    "resolution": "met",
                },
            )
            self.assertFalse(claim.late, "the time of waiting is the customer's")

    def test_solved_within_the_hour_is_never_late(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("critical").id)
        with freeze_time(FRIDAY + timedelta(hours=1)):
            self._answer(claim)
            claim.action_solve()
        with freeze_time(FRIDAY + timedelta(days=300)):
            claim.action_recompute()
            self._escalate()
            self.assertFalse(claim.late)
            self.assertEqual(self._states(claim)["resolution"], "met")
            self.assertFalse(claim.escalation_ids.filtered("told_at"))

    def test_tier_change_moves_open_clocks_only(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
            self._set_tier(False)
        with freeze_time(FRIDAY + timedelta(hours=1)):
            self._answer(claim)
        response = self._clock(claim).read(["state", "deadline", "ended_at"])
        with freeze_time(FRIDAY + timedelta(hours=20)):
            self._set_tier(self.tier_a)
            self._escalate()
            self.assertEqual(claim.tier_id, self.tier_a)
            self.assertEqual(
                self._clock(claim).read(["state", "deadline", "ended_at"]), response
            )
            # 12 h for A would have been at 04:00: not before the change.
            self.assertEqual(self._hours(claim, "plan"), 20)
            self.assertEqual(self._hours(claim, "resolution"), 24)

    def test_severity_change_moves_open_clocks(self):
        claim = self._claim(category_id=self._severity("medium").id)
        claim.category_id = self._severity("critical")
        self.assertEqual(self._hours(claim, "resolution"), 48)

    def test_promised_update_is_a_clock(self):
        with freeze_time(FRIDAY):
            claim = self._claim(next_update_at=FRIDAY + timedelta(hours=10))
            self.assertEqual(self._hours(claim, "update"), 10)
            claim.next_update_at = FRIDAY + timedelta(hours=9)
            self.assertEqual(self._hours(claim, "update"), 9)
        with freeze_time(FRIDAY + timedelta(hours=11)):
            self._answer(claim)
            self.assertEqual(self._clock(claim, "update").state, "met")
            claim.next_update_at = FRIDAY + timedelta(hours=40)
            self.assertEqual(self._clock(claim, "update").cycle, 2)
            self.assertEqual(self._clock(claim, "update").state, "running")

    def test_closed_claim_promises_no_update(self):
        """Nobody would be told that it is late."""
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        claim.next_update_at = self._ago(hours=-5)
        self.assertFalse(self._clock(claim, "update"))
        self.assertFalse(claim.next_deadline)

    def test_cancelled_counts_in_no_figure(self):
        claim = self._claim()
        claim.action_cancel()
        self.assertFalse(claim.counted)
        rows = claim.sudo().clock_ids.filtered(lambda r: r.milestone != "ack")
        self.assertEqual(set(rows.mapped("state")), {"cancelled"})
        self.assertEqual(set(claim.sudo().clock_ids.mapped("counted")), {False})
        with (
            self.assertRaisesRegex(UserError, "was cancelled"),
            self.env.cr.savepoint(),
        ):
            claim.action_start()

    def test_before_go_live_nothing_runs(self):
        self.company.export_go_live_date = "2026-01-01"
        claim = self._claim(opened_at="2025-06-01 10:00:00")
        self.assertFalse(claim.event_ids)
        self.assertFalse(
            claim.message_ids.filtered(lambda m: m.message_type == "auto_comment")
        )

    # === THE LOG === #

    def test_log_is_append_only(self):
        claim = self._claim()
        event = claim.event_ids[:1]
        with self.assertRaises(UserError):
            event.at = FRIDAY
        with self.assertRaises(AccessError):
            self.env["export.crm.claim.event"].with_user(self.manager).create(
                {"claim_id": claim.id, "milestone": "plan", "kind": "met", "at": FRIDAY}
            )
        with self.assertRaises(UserError):
            event.sudo().at = FRIDAY
        with self.assertRaises(UserError):
            event.sudo().unlink()

    def test_system_fields_are_not_written_by_people(self):
        claim = self._claim()
        for values in ({"cycle": 3}, {"late": False}, {"tier_id": False}):
            with (
                self.assertRaisesRegex(UserError, "kept by the system"),
                self.env.cr.savepoint(),
            ):
                claim.write(values)
            with (
                self.assertRaisesRegex(UserError, "kept by the system"),
                self.env.cr.savepoint(),
            ):
                self._claim(**values)

    def test_computed_fields_are_not_written_by_people(self):
        """State, severity and priority follow; who files and when is settled."""
        claim = self._claim()
        other = self._customer("Other Ltd")
        minor = self.env.ref("export_crm.claim_severity_minor")
        for values in (
            {"state": "closed"},
            {"is_open": False},
            {"counted": False},
            {"severity_id": minor.id},
            {"priority": "0"},
            {"amount": 0.0},
            {"commercial_partner_id": other.id},
            {"opened_at": self._ago(hours=-1)},
            {"undelivered": False},
            {"rating_asked_cycle": 9},
        ):
            with (
                self.assertRaisesRegex(UserError, "kept by the system"),
                self.env.cr.savepoint(),
            ):
                claim.write(values)

    def test_claim_is_not_opened_tomorrow(self):
        """Its clocks would begin then."""
        with self.assertRaisesRegex(ValidationError, "still to come"):
            self._claim(opened_at=self._ago(hours=-24))

    def test_schedule_beyond_the_horizon(self):
        """A calendar of one hour a week still gives a deadline."""
        self.calendar.attendance_ids[1:].unlink()
        self.calendar.attendance_ids.hour_to = 10
        claim = self._claim(category_id=self._severity("minor").id)
        self.assertEqual(self._clock(claim, "resolution").state, clock.RUNNING)
        days = (self._clock(claim, "resolution").deadline - claim.opened_at).days
        self.assertGreaterEqual(days, 78 * 7)
        self.assertFalse(self._clock(claim, "resolution").fallback)


@tagged("post_install", "-at_install")
class TestClaimJudgement(ClaimCase):
    def test_severity_of_the_category_until_scored(self):
        late = self.env.ref("export_crm.claim_category_logistics_late")
        lost = self.env.ref("export_crm.claim_category_logistics_lost")
        papers = self.env.ref("export_crm.claim_category_logistics_documents")
        codes = [
            self._claim(category_id=category.id).severity_id.code
            for category in (papers, late, lost)
        ]
        self.assertEqual(codes, ["minor", "medium", "major"])

    def _score(self, claim, **points):
        claim.action_score()
        for score in claim.score_ids:
            wanted = points.get(score.criterion_id.code, 0)
            score.option_id = score.criterion_id.option_ids.filtered(
                lambda option, wanted=wanted: option.points == wanted
            )

    def test_scorecard(self):
        for points, expected in (
            ({}, "minor"),
            ({"impact": 2, "money": 2}, "minor"),
            ({"impact": 3, "money": 2}, "medium"),
            ({"impact": 3, "money": 3, "spread": 3}, "major"),
            ({"impact": 3, "money": 3, "spread": 3, "reversibility": 3}, "major"),
            (
                {"impact": 3, "money": 3, "spread": 3, "reversibility": 3, "safety": 1},
                "critical",
            ),
            ({"safety": 3}, "critical"),
        ):
            claim = self._claim()
            self._score(claim, **points)
            self.assertEqual(claim.severity_id.code, expected, points)
            self.assertIn(f"= {sum(points.values())}", claim.severity_explanation)

    def test_scorecard_by_itself_moves_the_clocks(self):
        """Answered without its claim, as RPC does: promised anew, once."""
        claim = self._claim(category_id=self._severity("minor").id)
        self._score(claim, safety=3)
        self.assertEqual(claim.severity_id.code, "critical")
        self.assertEqual(self._clock(claim, "plan").target_hours, 12)
        count = len(claim.sudo().event_ids)
        claim.score_ids.unlink()
        self.assertEqual(self._clock(claim, "plan").target_hours, 12, "never loosened")
        self.assertEqual(len(claim.sudo().event_ids), count + 3)

    def test_scorecard_on_the_form_promises_once(self):
        claim = self._claim(category_id=self._severity("minor").id)
        self._score(claim)
        danger = claim.score_ids.filtered(lambda s: s.criterion_id.code == "safety")
        worst = danger.criterion_id.option_ids.sorted("points")[-1:]
        count = len(claim.sudo().event_ids)
        claim.score_ids = [Command.update(danger.id, {"option_id": worst.id})]
        self.assertEqual(claim.severity_id.code, "critical")
        self.assertEqual(len(claim.sudo().event_ids), count + 3)

    def test_half_a_scorecard_decides_nothing(self):
        claim = self._claim(category_id=self._severity("major").id)
        claim.action_score()
        claim.score_ids[0].option_id = claim.score_ids[0].criterion_id.option_ids[:1]
        self.assertEqual(claim.severity_id.code, "major")

    def test_priority_is_severity_times_tier(self):
        claim = self._claim(category_id=self._severity("major").id)
        self.assertRecordValues(claim, [{"priority": "2", "priority_points": 4.0}])
        self.assertEqual(
            claim.priority_explanation, "Major (4) × unrated (1) = 4: High"
        )
        self._set_tier(self.tier_a)
        claim._take_tier()
        self.assertRecordValues(claim, [{"priority": "3", "priority_points": 8.0}])
        self.assertEqual(
            claim.priority_explanation, "Major (4) × tier A (2) = 8: Urgent"
        )

    def test_override_needs_a_reason(self):
        claim = self._claim()
        for reason in (False, "  "):
            with (
                self.assertRaisesRegex(ValidationError, "needs a reason"),
                self.env.cr.savepoint(),
            ):
                claim.write({"priority_override": "3", "priority_reason": reason})
        claim.write({"priority_override": "3", "priority_reason": "TV crew coming"})
        self.assertEqual(claim.priority, "3")
        self.assertIn("TV crew coming", claim.priority_explanation)

    def test_categories_have_two_levels(self):
        top = self.env.ref("export_crm.claim_category_logistics")
        self.assertEqual(
            len(
                self.env["export.crm.claim.category"].search(
                    [("parent_id", "=", False), ("code", "not like", "test")]
                )
            ),
            8,
        )
        with (
            self.assertRaisesRegex(ValidationError, "two levels"),
            self.env.cr.savepoint(),
        ):
            self.env["export.crm.claim.category"].create(
                {"name": "Too deep", "code": "deep", "parent_id": top.child_ids[0].id}
            )

    def test_department_of_the_category(self):
        claim = self._claim(
            category_id=self.env.ref("export_crm.claim_category_payment_bank").id
        )
        self.assertEqual(claim.department_id.code, "finance")

    def test_department_of_another_company_gets_no_claim(self):
        department = self.env.ref("export_crm.claim_department_finance")
        department.company_id = self.env["res.company"].create({"name": "Elsewhere"})
        claim = self._claim(
            category_id=self.env.ref("export_crm.claim_category_payment_bank").id
        )
        self.assertEqual(claim.department_id, self.department)
