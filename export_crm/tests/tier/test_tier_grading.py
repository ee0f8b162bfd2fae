"""Gradings: preview, confirmation, by itself, by hand, history, notifications."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.tier import export_crm_tier_grading, grading_compute
from .common import AS_OF, TierCommon


@tagged("post_install", "-at_install")
class TestTierGrading(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small = cls._customer("Small Ltd")
        cls._regular(cls.customer)
        cls._order(cls.small, AS_OF - timedelta(days=700), 50.0)
        cls._order(cls.small, AS_OF - timedelta(days=30), 5.0)
        cls.account, cls.small_account = cls._judge(cls.customer, cls.small)

    def _line(self, grading, partner):
        return grading.line_ids.filtered(lambda line: line.partner_id == partner)

    def _messages(self, user):
        return (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("partner_ids", "in", user.partner_id.ids),
                    ("subject", "like", "new tier"),
                ]
            )
        )

    # === PREVIEW AND CONFIRMATION === #

    def test_nobody_moves_nothing_to_show(self):
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(self.small_account.tier_id.code, "C")
        grading = self._preview()
        self.assertFalse(grading.line_ids)
        self.assertEqual((grading.total, grading.done), (2, 2))
        self.assertEqual(grading.same_count, 2)

    def test_preview_tells_who_why_and_what_it_means_and_moves_nobody(self):
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        line = grading.line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "partner_id": self.small.id,
                    "old_tier_id": self.tiers["B"].id,
                    "new_tier_id": self.tiers["C"].id,
                    "reason": "down",
                    "state": "pending",
                    "score": self.small_account.tier_score,
                    "salesperson_id": self.salesperson.id,
                }
            ],
        )
        self.assertEqual(line.breakdown, self.small_account.tier_lines)
        self.assertIn("Growing", line.why)
        self.assertIn("More days to pay: +30 days → –", line.effect)
        self.assertEqual(grading.down_count, 1)
        self.assertEqual(self.small_account.tier_id.code, "B")
        self.assertEqual(len(self._history(self.small)), 1)

    def test_confirmed_by_a_manager(self):
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        grading.with_user(self.manager).action_confirm()
        self.assertEqual(self.small_account.tier_id.code, "C")
        self.assertEqual(self.small_account.tier_since, AS_OF)
        change = self._history(self.small)[0]
        self.assertRecordValues(
            change,
            [
                {
                    "old_tier_id": self.tiers["B"].id,
                    "new_tier_id": self.tiers["C"].id,
                    "reason": "down",
                    "user_id": self.manager.id,
                    "grading_id": grading.id,
                    "breakdown": self.small_account.tier_lines,
                }
            ],
        )
        self.assertEqual(grading.state, "done")
        self.assertEqual(grading.confirmed_by_id, self.manager)
        with self.assertRaises(UserError):
            grading.with_user(self.manager).action_confirm()

    def test_same_grading_again_changes_nothing(self):
        self._set_tier(self.small_account, "A", tier_since=date(2024, 1, 1))
        self._grade()
        self.assertEqual(self.small_account.tier_id.code, "B")
        history = self._history(self.small)
        for _again in range(2):
            self._grade()
            self.assertEqual(self.small_account.tier_id.code, "B")
        self.assertEqual(self._history(self.small), history)
        self._grade(AS_OF + timedelta(days=184))
        self.assertEqual(self.small_account.tier_id.code, "C")

    def test_a_is_lost_after_two_failing_gradings(self):
        """Large enough, but the score fails: kept once, then a step down."""
        gate = self.env.ref("export_crm.export_crm_tier_criterion_gate_score")
        gate.threshold = 101.0
        self._judge(self.customer)
        self._grade()
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(self.account.tier_fails, 1)
        self._grade()
        self.assertEqual(self.account.tier_fails, 1)
        grading = self._grade(AS_OF + timedelta(days=184))
        self.assertEqual(self.account.tier_id.code, "B")
        self.assertEqual(self._line(grading, self.customer).reason, "down")
        self.assertEqual(self.account.tier_fails, 0)

    def test_passing_again_forgets_the_failing(self):
        self._set_tier(self.account, "A", tier_fails=1, tier_failed_on=AS_OF)
        grading = self._grade()
        self.assertEqual(self._line(grading, self.customer).reason, "same")
        self.assertEqual(self.account.tier_fails, 0)
        self.assertFalse(self.account.tier_failed_on)

    def _let_others_sell(self, large):
        """Have one customer with ``large`` of 20,000 before ours with 4,400."""
        day = AS_OF - timedelta(days=9)
        biggest = self._customer("Large Ltd")
        self._order(biggest, day, large)
        rest = (
            20000.0
            - large
            - sum(
                account.revenue_365d for account in (self.account, self.small_account)
            )
        )
        partners = [biggest]
        for number in range(4):
            partners.append(self._customer(f"Smaller {number}"))
            self._order(partners[-1], day, rest / 4)
        self._judge(*partners)
        self._judge(self.customer, self.small)

    def test_a_at_34_percent_stays(self):
        self._let_others_sell(6800.0)
        self.assertEqual(self.account.revenue_share_before, 0.34)
        self.assertEqual(self.account.tier_computed_id.code, "B")
        grading = self._grade()
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(self._line(grading, self.customer).reason, "kept")

    def test_a_at_35_percent_stays(self):
        self._let_others_sell(7000.0)
        self._grade()
        self.assertEqual(self.account.tier_id.code, "A")

    def test_a_at_36_percent_steps_down_once(self):
        self._let_others_sell(7200.0)
        self.assertEqual(self.account.revenue_share_before, 0.36)
        self._grade()
        self.assertEqual(self.account.tier_id.code, "B")
        self._grade()
        self.assertEqual(self.account.tier_id.code, "B")

    def test_up_at_once(self):
        self._set_tier(self.account, "C")
        grading = self._grade()
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(grading.up_count, 1)

    def test_customer_without_an_order_left_is_no_longer_rated(self):
        self.small.sale_order_ids._action_cancel()
        self._judge(self.small)
        self.assertEqual(self.small_account.tier_id.code, "C")
        self._grade()
        self.assertFalse(self.small_account.tier_id)
        self.assertEqual(self._history(self.small)[0].reason, "unrated")

    def test_changed_since_the_preview_is_left_out(self):
        self._set_tier(self.small_account, "B")
        self._set_tier(self.account, "C")
        grading = self._preview()
        self._set_tier(self.small_account, "A")
        grading._confirm()
        self.assertEqual(self.small_account.tier_id.code, "A")
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(self._line(grading, self.small).state, "skipped")
        self.assertEqual(grading.skipped_count, 1)

    def test_cancelled_preview_moves_nobody(self):
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        grading.with_user(self.manager).action_cancel()
        with self.assertRaises(UserError):
            grading._confirm()
        self.assertEqual(self.small_account.tier_id.code, "B")

    def test_other_company_is_left_alone(self):
        other = self._second()
        self._set_tier(self.small_account, "B")
        self._grade(company=other)
        self.assertEqual(self.small_account.tier_id.code, "B")

    def test_salesperson_is_told_once_about_all_customers(self):
        self._set_tier(self.account, "C")
        self._set_tier(self.small_account, "B")
        before = self._messages(self.salesperson)
        self._grade()
        [message] = self._messages(self.salesperson) - before
        self.assertIn(self.customer.name, message.body)
        self.assertIn("B → C", message.body)

    def test_activities_of_the_new_tier_start(self):
        self._set_plan("A")
        self._set_tier(self.account, "B")
        self._grade()
        self.assertRecordValues(
            self.customer.activity_ids,
            [{"summary": "Call", "user_id": self.salesperson.id}],
        )

    def test_statements_do_not_grow_with_the_customers(self):
        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._preview(kind="manual")
            return self.env.cr.sql_log_count - before

        count()
        few = count()
        more = self.env["res.partner"].union(
            *(self._customer(f"More {n}") for n in range(30))
        )
        self._open_account(more)
        self.assertEqual(count(), few)

    # === WHO MAY === #

    def test_who_decides(self):
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        for user in (self.salesperson, self.controller, self.lead):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                grading.with_user(user).action_confirm()
        self.assertEqual(grading.state, "preview")

    def test_clients_cannot_make_or_edit_a_grading(self):
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        for user in (self.lead, self.manager):
            gradings = self.env["export.crm.tier.grading"].with_user(user)
            with self.assertRaises(AccessError):
                gradings.create({"as_of": AS_OF})
            with self.assertRaises(AccessError):
                gradings.browse(grading.id).write({"kind": "manual"})
        grading.with_user(self.manager).message_post(body="Wait for the fair.")

    def test_team_manager_sees_the_lines_of_the_team(self):
        stranger = self._customer("Stranger", user_id=self.manager.id)
        self._regular(stranger, quarters=3)
        account = self._judge(stranger)
        self._set_tier(account, "A")
        self._set_tier(self.small_account, "B")
        grading = self._preview()
        seen = grading.with_user(self.lead).line_ids
        self.assertIn(self.small, seen.partner_id)
        self.assertNotIn(stranger, seen.partner_id)

    # === BY HAND === #

    def test_selection_by_hand(self):
        self._set_tier(self.small_account, "A")
        self._set_tier(self.account, "C")
        with freeze_time("2024-07-01 12:00:00"):
            action = self.small_account.with_user(self.lead).action_grade()
        grading = self.gradings.browse(action["res_id"])
        self.assertEqual(grading.kind, "manual")
        self.assertEqual(grading.create_uid, self.lead)
        self.assertEqual(grading.line_ids.partner_id, self.small)
        self.assertEqual(grading.progress, 100.0)
        grading.with_user(self.lead).action_confirm()
        self.assertEqual(self.small_account.tier_id.code, "B")
        self.assertEqual(self.account.tier_id.code, "C")
        self.assertEqual(self._history(self.small)[0].user_id, self.lead)

    def test_large_selection_is_computed_in_the_background(self):
        self.patch(export_crm_tier_grading, "AT_ONCE", 1)
        self._set_tier(self.small_account, "B")
        both = (self.account | self.small_account).with_user(self.manager)
        action = both.action_grade()
        grading = self.gradings.browse(action["res_id"])
        self.assertEqual(grading.state, "computing")
        self.assertEqual(grading.progress, 0.0)
        cron = self.env.ref("export_crm.export_crm_tier_grading_cron").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        grading.invalidate_recordset()
        self.assertEqual(grading.state, "preview")
        self.assertEqual(grading.done, 2)

    def test_batches_lead_to_the_same_lines(self):
        self._set_tier(self.account, "C")
        self._set_tier(self.small_account, "B")
        whole = self._preview()
        self.patch(grading_compute, "BATCH", 1)
        parts = self._preview()
        for name in ("partner_id", "new_tier_id"):
            self.assertEqual(parts.line_ids[name], whole.line_ids[name])
        self.assertEqual(parts.done, 2)

    def test_salesperson_may_not_grade(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.salesperson).action_grade()

    def test_customers_of_two_companies_are_refused(self):
        other = self._second()
        there = self.accounts.sudo().create(
            {"partner_id": self.small.id, "company_id": other.id}
        )
        with self.assertRaises(UserError):
            (self.account.sudo() | there).action_grade()


@tagged("post_install", "-at_install")
class TestTierHalfYear(TierCommon):
    """The half-yearly run: opened once when due, effective by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._regular(cls.customer)
        cls.account = cls._judge(cls.customer)
        cls._set_tier(cls.account, "B")
        cls.company.export_tier_next_date = AS_OF
        cls.company.export_tier_user_id = cls.manager

    def _night(self, as_of):
        self.gradings._step_gradings(self.company, as_of)
        found = self.gradings.search([("company_id", "=", self.company.id)])
        for grading in found.filtered(lambda g: g.state == "computing"):
            grading._compute_all()
        return found

    def test_next_date_is_a_january_or_july(self):
        for today, date_ in (
            ("2024-01-01", date(2024, 7, 1)),
            ("2024-06-30", date(2024, 7, 1)),
            ("2024-07-01", date(2025, 1, 1)),
        ):
            with freeze_time(today):
                company = self.env["res.company"].create({"name": f"C {today}"})
                self.assertEqual(company.export_tier_next_date, date_)

    def test_opened_on_its_day_once(self):
        self.assertFalse(self._night(AS_OF - timedelta(days=1)))
        grading = self._night(AS_OF)
        self.assertEqual((grading.state, grading.as_of), ("preview", AS_OF))
        self.assertEqual(self.company.export_tier_next_date, date(2025, 1, 1))
        self.assertEqual(self._night(AS_OF), grading)
        self.assertEqual(self._night(AS_OF + timedelta(days=1)), grading)

    def test_a_run_years_late_opens_one(self):
        grading = self._night(date(2026, 3, 1))
        self.assertEqual(len(grading), 1)
        self.assertEqual(self.company.export_tier_next_date, date(2026, 7, 1))

    def test_manager_gets_an_activity(self):
        grading = self._night(AS_OF)
        self.assertEqual(grading.activity_ids.user_id, self.manager)
        self.assertIn("1 up", grading.activity_ids.summary)
        grading.with_user(self.manager).action_confirm()
        self.assertFalse(grading.activity_ids)

    def test_takes_effect_by_itself_after_fourteen_days(self):
        grading = self._night(AS_OF)
        self.assertEqual(grading.auto_date, AS_OF + timedelta(days=14))
        self._night(AS_OF + timedelta(days=13))
        self.assertEqual(self.account.tier_id.code, "B")
        self._night(AS_OF + timedelta(days=14))
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(grading.state, "done")
        self.assertFalse(grading.confirmed_by_id)

    def test_never_by_itself_when_so_set(self):
        self.company.export_tier_auto_days = 0
        self._night(AS_OF)
        self._night(AS_OF + timedelta(days=100))
        self.assertEqual(self.account.tier_id.code, "B")

    def test_switched_off(self):
        self.company.export_tier_interval = 0
        self.assertFalse(self._night(AS_OF))

    def test_not_before_go_live(self):
        self.company.export_go_live_date = AS_OF + timedelta(days=1)
        self.assertFalse(self._night(AS_OF))
        self.assertTrue(self._night(AS_OF + timedelta(days=1)))

    def test_next_half_year_replaces_a_preview_that_nobody_confirmed(self):
        self.company.export_tier_auto_days = 0
        old = self._night(AS_OF)
        new = self._night(AS_OF + timedelta(days=184)) - old
        self.assertEqual(old.state, "cancelled")
        self.assertEqual(new.state, "preview")

    def test_it_is_a_step_of_the_nightly_pass_only(self):
        steps = {
            step.code: step for step in self.env["export.crm.job"]._pipeline_steps()
        }
        self.assertEqual(steps["gradings"].runs, frozenset({"nightly"}))
        self.assertEqual(steps["first_tiers"].runs, frozenset({"nightly"}))
        codes = list(steps)
        self.assertLess(codes.index("tiers"), codes.index("first_tiers"))
        self.assertLess(codes.index("first_tiers"), codes.index("gradings"))
