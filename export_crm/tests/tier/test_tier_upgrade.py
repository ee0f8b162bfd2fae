"""Chance to move up a tier, with the sample size behind it."""

from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ...tools.tier import upgrade
from .common import AS_OF, TierCommon


class TestUpgradePure(BaseCase):
    def test_too_few_to_compare_is_no_chance(self):
        self.assertIsNone(upgrade.chance(5, upgrade.LEAST - 1, 50, 100))
        self.assertIsNotNone(upgrade.chance(0, upgrade.LEAST, 50, 100))

    def test_few_are_drawn_to_their_tier_and_many_are_not(self):
        few = upgrade.chance(10, 10, 10, 1000)
        many = upgrade.chance(1000, 1000, 1000, 2000)
        self.assertAlmostEqual(few, (10 + 5 * 10.5 / 1001) / 15)
        self.assertGreater(many, 0.99)

    def test_never_certain(self):
        self.assertGreater(upgrade.chance(0, 10, 0, 10), 0.0)
        self.assertLess(upgrade.chance(10, 10, 10, 10), 1.0)


@tagged("post_install", "-at_install")
class TestUpgradeChance(TierCommon):
    """Ten customers of tier C with a score in the forties; four of them move to B."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.standings = cls.env["export.crm.tier.standing"].sudo()
        cls.partners = cls.env["res.partner"].concat(
            *(cls._customer(f"Customer {number}") for number in range(12))
        )
        cls._open_account(cls.partners)
        cls.all = cls.accounts.sudo().search(
            [("partner_id", "in", cls.partners.ids)], order="id"
        )
        cls.all.write({"tier_score": 44.0, "tier_id": cls.tiers["C"].id})
        cls.all[10].write({"tier_score": 72.0})
        cls.all[11].write({"tier_id": cls.tiers["A"].id, "tier_score": 90.0})

    @classmethod
    def _graded(cls, days, company=None):
        """Have a grading that took effect ``days`` before today keep the standings."""
        grading = cls.gradings.create(
            {
                "company_id": (company or cls.company).id,
                "as_of": AS_OF - timedelta(days=days),
                "state": "done",
            }
        )
        cls.standings._keep(grading)
        return grading

    def _two_gradings(self, between=182, moved=4):
        self._graded(between + 1)
        self.all[:moved].tier_id = self.tiers["B"]
        self._graded(1)

    def _step(self, company=None):
        self.accounts.sudo()._step_upgrades(company or self.company, AS_OF)
        return self.all

    def test_share_of_those_like_it_that_moved_up(self):
        self._two_gradings()
        account = self._step()[5]
        self.assertEqual((account.upgrade_moved, account.upgrade_customers), (4, 10))
        expected = upgrade.chance(4, 10, 4, 11)
        self.assertAlmostEqual(account.upgrade_chance, expected)
        self.assertEqual(
            account.upgrade_text,
            f"{100 * expected:.0f} % – 4 of 10 customers like this moved up",
        )

    def test_too_little_data_is_said_and_is_not_zero(self):
        self._two_gradings()
        alone = self._step()[10]
        self.assertIsNone(alone.upgrade_chance)
        self.assertEqual(
            alone.upgrade_text,
            "Too little data: 1 customers like this so far, 10 needed",
        )
        self.assertFalse(self.all.search([("upgrade_chance", "=", 0)]))

    def test_without_gradings_nothing_is_known(self):
        account = self._step()[0]
        self.assertIsNone(account.upgrade_chance)
        self.assertIn("Too little data: 0", account.upgrade_text)

    def test_the_top_tier_and_the_unrated_have_none(self):
        self._two_gradings()
        self.all[9].tier_id = False
        accounts = self._step()
        self.assertIsNone(accounts[11].upgrade_customers)
        self.assertFalse(accounts[11].upgrade_text)
        self.assertFalse(accounts[9].upgrade_text)

    def test_b_customers_have_their_own(self):
        self.all[:10].tier_id = self.tiers["B"]
        self._graded(183)
        self.all[:3].tier_id = self.tiers["A"]
        self.all[3:5].tier_id = self.tiers["C"]  # down is not up
        self._graded(1)
        account = self._step()[5]
        self.assertEqual((account.upgrade_moved, account.upgrade_customers), (3, 10))

    def test_a_grading_the_day_after_is_not_the_next_one(self):
        self._two_gradings(between=119)
        self.assertIsNone(self._step()[5].upgrade_chance)

    def test_a_later_grading_is_not_known_yet(self):
        self._two_gradings()
        self.accounts.sudo()._step_upgrades(self.company, AS_OF - timedelta(days=2))
        self.assertIsNone(self.all[5].upgrade_chance)

    def test_set_by_hand_is_no_move(self):
        self._graded(183)
        self.env["export.crm.tier.override"].create(
            {
                "partner_id": self.partners[0].id,
                "company_id": self.company.id,
                "tier_id": self.tiers["B"].id,
                "reason": "The owner asks for it.",
                "date_end": self.company._export_today() + timedelta(days=30),
            }
        )
        self._graded(1)
        account = self._step()[5]
        self.assertEqual((account.upgrade_moved, account.upgrade_customers), (0, 9))

    def test_gradings_keep_the_standing_of_who_did_not_move(self):
        grading = self.gradings.create({"as_of": AS_OF, "state": "preview"})
        grading._confirm()
        kept = self.standings.search([("grading_id", "=", grading.id)])
        rated = self.accounts.sudo().search(
            [("company_id", "=", self.company.id), ("tier_id", "!=", False)]
        )
        self.assertTrue(rated)
        self.assertEqual(kept.account_id, rated)
        selection = self.gradings.create(
            {"as_of": AS_OF, "account_ids": [(6, 0, self.all[0].ids)]}
        )
        self.standings._keep(selection)
        self.assertFalse(self.standings.search([("grading_id", "=", selection.id)]))

    def test_two_companies(self):
        other = self._second()
        self._two_gradings()
        self._open_account(self.partners[:1], other)
        foreign = self._account(self.partners[0], other).sudo()
        foreign.write({"tier_id": self.tiers["C"].id, "tier_score": 44.0})
        self._step(other)
        self.assertEqual(foreign.upgrade_customers, 0)

    def test_second_run_writes_nothing(self):
        self._two_gradings()
        self._step()
        self.env.flush_all()
        queries = self.cr.sql_log_count
        self.cr.execute("SELECT xmin FROM export_crm_account ORDER BY id")
        before = self.cr.fetchall()
        self._step()
        self.cr.execute("SELECT xmin FROM export_crm_account ORDER BY id")
        self.assertEqual(self.cr.fetchall(), before)
        # Two statements and the reading of tiers, however many customers.
        self.assertLess(self.cr.sql_log_count - queries, 8)

    def test_bands_of_sql_are_those_of_python(self):
        scores = [0.0, 9.9, 10.0, 49.9, 50.0, 99.9, 100.0]
        for account, score in zip(self.all, scores, strict=False):
            account.tier_score = score
        self.all[7].tier_score = None
        self.all[8:].tier_id = False
        self._graded(183)
        self._graded(1)
        found = self.standings._moves(self.company, AS_OF)
        expected = {}
        for score in [*scores, None]:
            # The score of a standing that had none is kept as none.
            key = (self.tiers["C"].id, upgrade.band(score))
            expected[key] = (0, expected.get(key, (0, 0))[1] + 1)
        self.assertEqual(found, expected)
