"""Overrides: all three required, no silent change, an activity at the end."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta
from psycopg2.errors import NotNullViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestTierOverride(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._regular(cls.customer, as_of=cls.today, quarters=3)
        cls.account = cls._judge(cls.customer, as_of=cls.today)
        cls.overrides = cls.env["export.crm.tier.override"]

    def _override(self, code="A", days=100, user=None, **values):
        return self.overrides.with_user(user or self.lead).create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "tier_id": self.tiers[code].id,
                "reason": "Opens the Gulf for us.",
                "date_end": self._day(days),
                **values,
            }
        )

    def test_sets_the_tier_keeps_the_computed_one_and_is_history(self):
        self.assertEqual(self.account.tier_id.code, "B")
        override = self._override()
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(self.account.tier_computed_id.code, "B")
        self.assertEqual(self.account.tier_override_id, override)
        self.assertEqual(override.old_tier_id.code, "B")
        change = self._history(self.customer)[0]
        self.assertRecordValues(
            change,
            [
                {
                    "reason": "override",
                    "old_tier_id": self.tiers["B"].id,
                    "new_tier_id": self.tiers["A"].id,
                    "user_id": self.lead.id,
                    "note": "Opens the Gulf for us.",
                    "override_id": override.id,
                }
            ],
        )
        self.assertEqual(change.breakdown, self.account.tier_lines)

    def test_marks_the_customer(self):
        """So that texts of activities speak of the new tier within a minute."""
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        self._override()
        self.env.flush_all()
        self.env.cr.precommit.run()
        dirty = self.env["export.crm.dirty"].sudo()
        self.assertIn(self.customer.id, dirty._take(self.company, 10))

    def test_activities_of_the_new_tier_start(self):
        self._set_plan("A")
        self._override()
        self.assertRecordValues(
            self.customer.activity_ids,
            [{"summary": "Call", "user_id": self.salesperson.id}],
        )
        # The same tier once more is no change.
        self._override()
        self.assertEqual(len(self.customer.activity_ids), 1)

    def test_computed_tier_is_kept_up_to_date(self):
        self._override("C")
        self._judge(self.customer, as_of=self.today)
        self.assertEqual(self.account.tier_computed_id.code, "B")
        self.assertEqual(self.account.tier_id.code, "C")

    def test_reason_tier_and_end_are_required(self):
        with mute_logger("odoo.sql_db"):
            for name in ("reason", "tier_id", "date_end"):
                with (
                    self.subTest(name=name),
                    self.assertRaises(NotNullViolation),
                    self.env.cr.savepoint(),
                ):
                    self._override(**{name: False})
        with self.assertRaises(ValidationError):
            self._override(reason="  ")

    def test_at_most_twelve_months(self):
        last = self.today + relativedelta(months=12)
        self.assertTrue(self._override(date_end=last))
        with self.assertRaises(ValidationError):
            self._override(date_end=last + timedelta(days=1))
        with self.assertRaises(ValidationError):
            self._override(days=-1)

    def test_gradings_leave_it_alone(self):
        self._override("C")
        grading = self._grade(self.today)
        self.assertEqual(self.account.tier_id.code, "C")
        self.assertRecordValues(
            grading.line_ids, [{"reason": "override", "state": "applied"}]
        )

    def test_made_after_the_preview_it_wins(self):
        self._set_tier(self.account, "C")
        grading = self._preview(self.today)
        self._override("C")
        grading._confirm()
        self.assertEqual(self.account.tier_id.code, "C")
        self.assertEqual(grading.line_ids.state, "skipped")

    def _expire(self, days):
        return self.overrides.sudo()._step_expire(self.company, self._day(days))

    def test_expires_with_an_activity_and_no_silent_change(self):
        override = self._override(days=10)
        self.assertFalse(self._expire(10))
        self.assertEqual(self._expire(11), override)
        self.assertEqual(override.state, "expired")
        self.assertEqual(self.account.tier_id.code, "A")
        self.assertEqual(override.activity_ids.user_id, self.lead)
        self.assertIn(self.customer.name, override.activity_ids.summary)
        self.assertFalse(self._expire(12))
        self.assertEqual(len(override.activity_ids), 1)
        self.assertEqual(len(self._history(self.customer)), 2)

    def test_expired_is_graded_by_the_next_grading(self):
        self._override("C", days=10)
        self._expire(11)
        self._grade(self._day(11))
        self.assertEqual(self.account.tier_id.code, "B")

    def test_author_who_left_is_replaced_by_the_manager(self):
        self.company.export_tier_user_id = self.manager
        override = self._override(days=10)
        self.lead.active = False
        self._expire(11)
        self.assertEqual(override.activity_ids.user_id, self.manager)

    def test_new_one_ends_the_old(self):
        old = self._override("A")
        new = self._override("C")
        self.assertEqual(old.state, "ended")
        self.assertEqual(new.state, "active")
        self.assertEqual(self.account.tier_id.code, "C")

    def test_ended_by_hand_the_tier_stays_until_the_grading(self):
        override = self._override("C")
        override.with_user(self.lead).action_end()
        self.assertEqual(override.state, "ended")
        self.assertEqual(self.account.tier_id.code, "C")
        self.assertFalse(self.account.tier_override_id)

    def test_who_may(self):
        for user in (self.salesperson, self.controller):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._override(user=user)
        stranger = self._customer("Stranger", user_id=self.manager.id)
        self._regular(stranger, as_of=self.today, quarters=3)
        self._judge(stranger, as_of=self.today)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            self._override(partner_id=stranger.id)
        self.assertTrue(self._override(partner_id=stranger.id, user=self.manager))

    def test_is_part_of_the_history(self):
        override = self._override()
        with self.assertRaises(UserError):
            override.with_user(self.lead).tier_id = self.tiers["C"]
        with self.assertRaises(UserError):
            override.with_user(self.lead).state = "expired"
        with self.assertRaises(UserError):
            override.sudo().unlink()
        override.with_user(self.lead).date_end = self._day(30)
        self._expire(31)
        with self.assertRaises(UserError):
            override.with_user(self.lead).date_end = self._day(60)

    def test_customer_without_figures_gets_its_tier(self):
        newcomer = self._customer("Newcomer")
        self._override(partner_id=newcomer.id, user=self.manager)
        self.assertEqual(newcomer.export_tier_id.code, "A")

    def test_search(self):
        domain = [("partner_id", "=", self.customer.id)]
        by_hand = [("tier_override_id", "!=", False)]
        self.assertFalse(self.accounts.search(domain + by_hand))
        self._override()
        self.assertEqual(self.accounts.search(domain + by_hand), self.account)
        none = [("tier_override_id", "=", False)]
        self.assertFalse(self.accounts.search(domain + none))

    def test_other_company_keeps_its_tier(self):
        other = self._second()
        self._override()
        self.assertFalse(self.customer.with_company(other).export_tier_id)

    def test_merged_customer_keeps_its_tier_and_one_override(self):
        other = self._customer("Same customer")
        self._open_account(other)
        self._override("C", partner_id=other.id, user=self.manager)
        mine = self._override("A")
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo()
        wizard._merge((self.customer | other).ids, self.customer)
        self.env.invalidate_all()
        active = self.overrides.search(
            [("partner_id", "=", self.customer.id), ("state", "=", "active")]
        )
        self.assertEqual(active, mine)
        self.assertEqual(self.customer.export_tier_id.code, "A")
        self.assertEqual(len(self._history(self.customer)), 3)

    def test_salesperson_is_told(self):
        def told():
            return (
                self.env["mail.message"]
                .sudo()
                .search_count(
                    [
                        ("partner_ids", "in", self.salesperson.partner_id.ids),
                        ("subject", "like", "new tier"),
                    ]
                )
            )

        before = told()
        self._override()
        self.assertEqual(told(), before + 1)
