from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ClaimCase
from .test_claim_clock import FRIDAY


@tagged("post_install", "-at_install")
class TestClaimEscalation(ClaimCase):
    """By clock and by rule, once, to the next active person."""

    def _major(self, hours=0, **values):
        """File a major claim (response 4 h, plan 24 h) so many hours after Friday."""
        with freeze_time(FRIDAY + timedelta(hours=hours)):
            return self._claim(category_id=self._major_category.id, **values)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._major_category = cls._severity("major")

    def _run(self, hours):
        with freeze_time(FRIDAY + timedelta(hours=hours)):
            self._escalate()

    def _ledger(self, claim, milestone="response"):
        rows = claim.sudo().escalation_ids.filtered(
            lambda row: row.milestone == milestone
        )
        return [(r.level, r.user_id, r.overtaken) for r in rows.sorted("level")]

    def _notified(self, user):
        return self.env["mail.message"].search(
            [
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", user.partner_id.ids),
                ("subject", "ilike", "need"),
            ]
        )

    def test_levels_of_a_clock(self):
        """75 % to the team leader, late to the manager, +50 % to the director."""
        claim = self._major()
        nobody = self.env["res.users"]
        self._run(2.99)
        self.assertEqual(self._ledger(claim), [])
        self._run(3)
        self.assertEqual(self._ledger(claim), [(1, self.leader, False)])
        self._run(4)
        self.assertEqual(len(self._ledger(claim)), 2)
        self.assertEqual(self._ledger(claim)[1], (2, self.manager, False))
        self.assertEqual(claim.service_level, "2")
        self._run(6)
        self.assertEqual(self._ledger(claim)[2], (3, self.director, False))
        self.assertEqual(claim.service_level, "3")
        self.assertNotIn(nobody, [row[1] for row in self._ledger(claim)])
        for user in (self.leader, self.manager, self.director):
            self.assertEqual(len(self._notified(user)), 1, user.name)
            self.assertEqual(
                len(claim.activity_ids.filtered(lambda a, u=user: a.user_id == u)), 1
            )

    def test_second_run_tells_nothing(self):
        claim = self._major()
        self._run(4.5)
        before = len(claim.activity_ids), len(self._notified(self.manager))
        self._run(4.6)
        self.assertEqual(
            (len(claim.activity_ids), len(self._notified(self.manager))), before
        )
        self.assertEqual(before, (1, 1))

    def test_after_an_outage_one_digest(self):
        """Three claims, two days of nothing: one message, the highest level only."""
        claims = self._major() | self._major(1) | self._major(2)
        self._run(60)
        digest = self._notified(self.director)
        self.assertEqual(len(digest), 1)
        self.assertIn("3 claims need you", digest.subject)
        for claim in claims:
            self.assertIn(claim.name, digest.body)
            self.assertEqual(
                self._ledger(claim),
                [
                    (1, self.env["res.users"], True),
                    (2, self.env["res.users"], True),
                    (3, self.director, False),
                ],
            )
        self.assertFalse(self._notified(self.leader))
        self._run(61)
        self.assertEqual(len(self._notified(self.director)), 1)

    def test_next_active_person(self):
        claim = self._major()
        self.leader.active = False
        self.manager.active = False
        self._run(3)
        self.assertEqual(self._ledger(claim), [(1, self.director, False)])

    def test_nobody_in_the_department(self):
        """The company's people, then any Claims Manager of the company."""
        self.department.write(
            {"leader_id": False, "manager_id": False, "director_id": False}
        )
        self.company.export_claim_manager_id = self.manager
        claim = self._major()
        self._run(3)
        self.assertEqual(self._ledger(claim), [(1, self.manager, False)])
        self.company.export_claim_manager_id = False
        other = self._major(1)
        self._run(4)
        person = self._ledger(other)[0][1]
        self.assertTrue(person.has_group("export_crm.export_crm_group_claims_manager"))

    def test_met_paused_cancelled_and_merged_do_not_escalate(self):
        met, cancelled = self._major(), self._major()
        target, merged = self._major(), self._major()
        with freeze_time(FRIDAY + timedelta(hours=1)):
            self._answer(met)
            met.action_wait()
            cancelled.action_cancel()
            (target | merged)._merge_into(target)
        self._run(100)
        self.assertFalse((met | cancelled | merged).sudo().escalation_ids)
        self.assertTrue(target.sudo().escalation_ids)

    def test_solved_before_it_was_told(self):
        claim = self._major()
        with (
            freeze_time(FRIDAY + timedelta(hours=5)),
            patch.object(
                type(self.env["export.crm.claim.escalation"]),
                "_waiting_users",
                lambda _self: [],
            ),
        ):
            self._escalate()
            self._answer(claim)
            claim.action_close()
        self._run(6)
        self.assertFalse(self._notified(self.manager))

    def test_a_cycle_escalates_anew(self):
        claim = self._major()
        self._run(3)
        with freeze_time(FRIDAY + timedelta(hours=5)):
            self._answer(claim)
            claim.action_close()
        with freeze_time(FRIDAY + timedelta(hours=10)):
            claim.action_reopen()
        self._run(14)
        rows = claim.sudo().escalation_ids.filtered(
            lambda r: r.milestone == "response" and r.cycle == 2
        )
        self.assertEqual(rows.sorted("level").mapped("level"), [1, 2])

    def test_ledger_is_unique_and_append_only(self):
        claim = self._major()
        self._run(3)
        row = claim.sudo().escalation_ids
        with self.assertRaises(UserError):
            row.user_id = self.agent
        with self.assertRaises(UserError):
            row.unlink()

    def test_broken_claim_is_set_aside(self):
        """One bad record is reported and the others go on."""
        bad, good = self._major(), self._major()
        model = type(self.env["export.crm.claim.clock"])
        original, logs = model._moment, model._logs

        def moment(clocks, log, *args):
            if log[0].reason == "x":
                raise ValueError("broken log")
            return original(clocks, log, *args)

        def break_it(clocks, claims):
            found = logs(clocks, claims)
            for key, log in found.items():
                if key[0] == bad.id and key[1] == "response":
                    first = log[0]
                    log[0] = type(first)(first.at, first.kind, "x", first.target)
            return found

        with (
            patch.object(model, "_moment", moment),
            patch.object(model, "_logs", break_it),
            mute_logger("odoo.addons.export_crm.models.claim.claim_escalation"),
        ):
            self._run(3)
        self.assertTrue(good.sudo().escalation_ids)
        self.assertFalse(bad.sudo().escalation_ids)
        errors = self.env["export.crm.job.error"].search([("step", "=", "claims")])
        self.assertIn("broken log", errors.message)
        self._run(4.5)
        self.assertTrue(bad.sudo().escalation_ids, "tried again an hour later")

    def test_conflict_is_tried_again(self):
        """Another process was there: roll back, look again, tell once."""
        claim = self._major()
        model = type(self.env["export.crm.claim.escalation"])
        original, calls = model._enter_due, []

        def enter(ledger):
            calls.append(1)
            if len(calls) == 1:
                raise SerializationFailure("could not serialize access")
            return original(ledger)

        with (
            patch.object(model, "_enter_due", enter),
            patch.object(self.env.cr, "rollback", lambda: None),
        ):
            self._run(3)
        self.assertEqual(self._ledger(claim), [(1, self.leader, False)])

    def test_due_ones_are_found_by_the_index(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        self.env.cr.execute(
            "EXPLAIN SELECT id FROM export_crm_claim_clock WHERE next_step_at <= %s"
            " ORDER BY next_step_at LIMIT 500 FOR UPDATE SKIP LOCKED",
            [fields.Datetime.now()],
        )
        plan = " ".join(row for [row] in self.env.cr.fetchall())
        self.assertIn("export_crm_claim_clock_due_idx", plan)

    def _queries(self, count):
        claims = self.claims.concat(*(self._major() for _n in range(count)))
        ids = claims.ids
        with freeze_time(FRIDAY + timedelta(hours=3)):
            ledger = self.env["export.crm.claim.escalation"].sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ledger._enter_due()
            self.env.flush_all()
        self.assertEqual(len(ledger.search([("claim_id", "in", ids)])), count)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_claims(self):
        self._queries(1)
        few, many = self._queries(3), self._queries(30)
        self.assertLessEqual(many, few + 5)

    # === RULES === #

    def test_amount(self):
        rule = self.env.ref("export_crm.claim_escalation_amount")
        rule.amount = 900
        line = self._delivered(10.0)
        small = self._claim(
            line_ids=[Command.create({"sale_line_id": line.id, "amount": 100})]
        )
        large = self._claim(
            line_ids=[Command.create({"sale_line_id": line.id, "amount": 900})]
        )
        self.assertFalse(self._ledger(small, "rule"))
        self.assertEqual(self._ledger(large, "rule"), [(11, self.manager, False)])
        self.assertEqual(large.service_level, "2")

    def test_amount_of_lines_by_themselves(self):
        """Added or written without their claim, as RPC does."""
        rule = self.env.ref("export_crm.claim_escalation_amount")
        rule.amount = 900
        claim = self._claim()
        line = self.env["export.crm.claim.line"].with_user(self.agent)
        line = line.create({"claim_id": claim.id, "amount": 100})
        self.assertFalse(self._ledger(claim, "rule"))
        line.amount = 900
        self.assertEqual(self._ledger(claim, "rule"), [(11, self.manager, False)])
        other = self._claim()
        line.create({"claim_id": other.id, "amount": 900})
        self.assertEqual(self._ledger(other, "rule"), [(11, self.manager, False)])

    def test_complexity(self):
        claim = self._claim()
        claim.complexity = "complex"
        self.assertEqual(self._ledger(claim, "rule"), [(12, self.leader, False)])

    def test_second_reopening_goes_to_the_expert(self):
        self._major_category.expert_ids = self.controller
        claim = self._claim(category_id=self._major_category.id)
        for cycle in (1, 2):
            self.assertFalse(self._ledger(claim, "rule"), cycle)
            self._answer(claim)
            claim.action_close()
            claim.action_reopen()
        self.assertEqual(claim.cycle, 3)
        self.assertEqual(self._ledger(claim, "rule"), [(13, self.controller, False)])
        self.assertEqual(claim.service_level, "3")

    def test_expert_of_the_category(self):
        self.env.ref("export_crm.claim_category_policy").expert_ids = self.controller
        claim = self._claim(
            category_id=self.env.ref("export_crm.claim_category_policy_customs").id
        )
        self.assertEqual(self._ledger(claim, "rule"), [(14, self.controller, False)])

    def test_on_call_for_critical_ones_out_of_hours(self):
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Office", "company_id": self.company.id, "tz": "UTC"}
        )
        duty = self._user("duty", "claims_agent", name="Didi Duty")
        self.env["export.crm.claim.oncall"].create(
            {
                "user_id": duty.id,
                "company_id": self.company.id,
                "date_from": FRIDAY - timedelta(days=1),
                "date_to": FRIDAY + timedelta(days=3),
            }
        )
        critical = self._severity("critical")
        with freeze_time(FRIDAY - timedelta(hours=6)):
            office = self._claim(category_id=critical.id)
        with freeze_time(FRIDAY + timedelta(hours=10)):
            night = self._claim(category_id=critical.id)
            calm = self._claim(category_id=self._major_category.id)
            self._escalate()
        self.assertFalse(self._ledger(office, "rule"))
        self.assertFalse(self._ledger(calm, "rule"))
        self.assertEqual(self._ledger(night, "rule"), [(15, duty, False)])
        self.assertTrue(self._notified(duty))

    def test_meeting_link_in_one_click(self):
        claim = self._claim()
        action = claim.action_meeting()
        self.assertEqual(action["url"], claim.meeting_url)
        self.assertIn("/calendar/join_videocall/", claim.meeting_url)
        event = self.env["calendar.event"].search([("res_id", "=", claim.id)])
        self.assertIn(self.customer, event.partner_ids)
