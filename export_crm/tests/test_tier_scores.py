from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..tools import tier_score
from .common import ExportCrmCommon

FULL = {
    "share_before": 0.0,
    "years": 2.5,
    "quarters": 8,
    "punctuality": 1.0,
    "growth": 1.2,
    "interval_cv": 0.4,
    "order_count": 20,
    "days_since_first": 900,
}


class TestTierFormula(BaseCase):
    def _code(self, **changes):
        return tier_score.grade(tier_score.TierFacts(**{**FULL, **changes})).code

    def test_gates_of_a(self):
        self.assertEqual(self._code(), "A")
        self.assertEqual(self._code(share_before=0.299), "A")
        self.assertEqual(self._code(share_before=0.30), "B")
        self.assertEqual(self._code(years=1.99), "B")

    def test_unrated_until_180_days_after_the_first_order(self):
        self.assertIsNone(self._code(days_since_first=179))
        self.assertEqual(self._code(days_since_first=180), "A")
        self.assertIsNone(self._code(order_count=0))

    def test_small_irregular_shrinking_is_c(self):
        self.assertEqual(
            self._code(
                share_before=0.99, quarters=2, years=1, growth=0.6, interval_cv=1.4
            ),
            "C",
        )

    def test_score_is_renormalised_over_known_parts(self):
        grade = tier_score.grade(tier_score.TierFacts(**{**FULL, "growth": None}))
        self.assertEqual([line[0] for line in grade.lines], ["scale", "cooperation"])
        self.assertEqual(grade.score, 100.0)

    def test_late_payers_lose_up_to_ten_points(self):
        late = tier_score.TierFacts(**{**FULL, "punctuality": 0.4})
        self.assertAlmostEqual(tier_score.grade(late).malus, 5.0)


@tagged("post_install", "-at_install")
class TestTierScores(ExportCrmCommon):
    def _score(self):
        accounts = self.env["export.crm.account"].sudo()
        account = accounts._refresh_facts_of(self.customer, self.company)
        self._steps()
        return account.with_env(self.env)

    def _steps(self):
        accounts = self.env["export.crm.account"].sudo()
        accounts._step_tiers(self.company, self.customer.ids, self.today)

    def _order(self, days, amount=1000.0):
        order = self._quotation()
        order.order_line.price_unit = amount
        order.action_confirm()
        order.date_order = self._day(-days)
        return order

    def test_grade_is_explained_and_shown_on_customer_and_contact(self):
        for days in (900, 700, 500, 300, 100, 20):
            self._order(days)
        account = self._score()
        self.assertEqual(account.tier_id.code, "A")
        self.assertIn("Scale", account.tier_explanation)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        for partner in (self.customer, contact):
            self.assertEqual(partner.export_tier_id.code, "A")

    def test_newcomer_is_unrated(self):
        self._order(30)
        account = self._score()
        self.assertFalse(account.tier_id)
        self.assertIsNone(account.tier_score)
        self.assertEqual(
            self.env["res.partner"].search(
                [("id", "=", self.customer.id), ("export_tier_id", "=", False)]
            ),
            self.customer,
        )

    def test_second_scoring_writes_nothing(self):
        self._order(300)
        account = self._score()
        self.env.cr.execute(
            "SELECT xmin FROM export_crm_account WHERE id = %s", [account.id]
        )
        before = self.env.cr.fetchone()
        self._steps()
        self.env.cr.execute(
            "SELECT xmin, ctid FROM export_crm_account WHERE id = %s", [account.id]
        )
        self.assertEqual(self.env.cr.fetchone()[0], before[0])

    def test_search_by_tier(self):
        for days in (900, 600, 300, 20):
            self._order(days)
        self._score()
        domain = [("id", "=", self.customer.id)]
        Partner = self.env["res.partner"]
        for leaf, found in (
            (("export_tier_id.code", "=", "A"), True),
            (("export_tier_id.code", "=", "C"), False),
            (("export_tier_id", "!=", False), True),
        ):
            with self.subTest(leaf=leaf):
                self.assertEqual(bool(Partner.search([*domain, leaf])), found)

    def test_intern_sees_the_tier_and_not_the_health(self):
        intern = self._user("intern", "intern")
        self._order(400)
        self._score()
        partner = self.customer.with_user(intern)
        self.assertTrue(partner.export_tier_id)
        self.assertNotIn("export_health", partner.fields_get())
