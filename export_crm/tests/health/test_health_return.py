"""What next best actions brought: revenue, cost, interval, sample sizes."""

from datetime import timedelta

from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ...tools.health import uplift
from ..account.common import AS_OF
from ..migrating import migrate
from .common import HealthCommon


class TestGain(BaseCase):
    def test_unknown_when_too_few(self):
        enough, few = [(0.5, 1.0)] * uplift.LEAST, [(0.5, 1.0)] * (uplift.LEAST - 1)
        self.assertIsNone(uplift.gain(few, enough))
        self.assertIsNone(uplift.gain(enough, few))
        self.assertIsNotNone(uplift.gain(enough, enough))

    def test_only_comparable_ones_count(self):
        """Calling those who buy anyway is no effect of calling."""
        contacted = [(0.9, 100.0)] * 20
        others = [(0.9, 100.0)] * 10 + [(0.1, 0.0)] * 50
        found = uplift.gain(contacted, others)
        self.assertEqual((found.per_contact, found.compared), (0.0, 10))
        self.assertIsNone(uplift.gain(contacted, [(0.1, 0.0)] * 50))

    def test_interval(self):
        contacted = [(0.5, 0.0), (0.5, 200.0)] * 8
        others = [(0.5, 0.0)] * 16
        found = uplift.gain(contacted, others)
        # Sample variance 160,000 / 15 in 16 customers; the others do not vary.
        margin = uplift.Z95 * (160000 / 15 / 16) ** 0.5
        self.assertEqual(found.per_contact, 100.0)
        self.assertAlmostEqual(found.high - found.per_contact, margin)
        self.assertAlmostEqual(found.per_contact - found.low, margin)

    def test_one_customer_of_a_band_is_not_certain(self):
        contacted = [(0.5, 0.0), (0.5, 200.0)] * 8 + [(0.9, 100.0)]
        others = [(0.5, 0.0)] * 16 + [(0.9, 0.0)]
        alone = uplift.gain(contacted, others)
        self.assertGreater(alone.high - alone.per_contact, 40.0)


@tagged("post_install", "-at_install")
class TestReturnOfActions(HealthCommon):
    """Twelve customers, ten or so of each side, with exact amounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rules = cls.env["export.crm.action.rule"]
        cls.rule = cls.rules.create(
            {
                "name": "Call",
                "condition": "[]",
                "text": "Call the buyer.",
                "unit_cost": 15.0,
            }
        )
        cls.partners = [cls._customer(f"Customer {number}") for number in range(24)]
        cls._open_account(cls.env["res.partner"].concat(*cls.partners))

    def _action(self, partner, revenue, state, company=None, decide="action_done"):
        company = company or self.company
        action = self.actions.create(
            {
                "account_id": self._account(partner, company).id,
                "company_id": company.id,
                "rule_id": self.rule.id,
                "period": "2024-2",
                "date": AS_OF - timedelta(days=100),
                "p_buy": 0.5,
                "state": "proposed" if state == "done" else state,
                "measured_date": AS_OF,
                "bought_after": bool(revenue),
                "revenue_after": revenue,
            }
        )
        if state == "done":
            getattr(action, decide)()
        return action

    def _measured(self, contacted=12, others=12, state="expired"):
        for partner in self.partners[:contacted]:
            self._action(partner, 100.0, "done")
        for partner in self.partners[12 : 12 + others]:
            self._action(partner, 40.0, state)
        self.rule.invalidate_recordset()
        return self.rule

    def test_revenue_less_cost(self):
        rule = self._measured()
        self.assertEqual((rule.measured_contacted, rule.measured_compared), (12, 12))
        self.assertEqual(rule.measured_gain, 60.0)
        self.assertEqual(rule.measured_cost, 180.0)
        self.assertEqual(rule.measured_return, 12 * 60.0 - 180.0)
        self.assertEqual(rule.measured_ratio, 4.0)
        self.assertIn("540.00", rule.measured_range)

    def test_unknown_when_too_few_and_no_zero(self):
        rule = self._measured(contacted=9)
        self.assertIsNone(rule.measured_gain)
        self.assertIsNone(rule.measured_return)
        self.assertIn("Too few", rule.measured_range)
        self.assertEqual(rule.measured_contacted, 9)

    def test_the_control_group_goes_before_those_not_called_by_choice(self):
        rule = self._measured(others=2)
        self.assertIsNone(rule.measured_return)
        for partner in self.partners[14:24]:
            self._action(partner, 70.0, "control")
        rule.invalidate_recordset()
        self.assertEqual((rule.measured_control, rule.measured_compared), (10, 12))
        self.assertEqual(rule.measured_gain, 30.0)

    def test_cost_is_that_of_the_day_it_was_done(self):
        accepted = self._action(self.partners[0], 0.0, "done", decide="action_accept")
        self.assertEqual(accepted.cost, 15.0)
        self.rule.unit_cost = 99.0
        self.assertEqual(accepted.cost, 15.0)
        accepted.action_dismiss("On holiday")
        self.assertIsNone(accepted.cost)

    def test_each_company_has_its_own_cost_and_result(self):
        rule = self._measured()
        other = self.setup_other_company(name="Other")["company"]
        there = rule.with_company(other)
        self.assertEqual(there.unit_cost, 0.0)
        there.unit_cost = 7.0
        self.assertEqual(rule.unit_cost, 15.0)
        self.assertEqual(there.measured_contacted, 0)
        self.assertEqual(there.currency_id, other.currency_id)
        self._open_account(self.partners[0], other)
        action = self._action(self.partners[0], 5.0, "done", other)
        self.assertEqual(action.cost, 7.0)
        self.assertEqual(rule.measured_contacted, 12)

    def test_two_queries_for_any_number_of_rules(self):
        self._measured()
        rules = self.rules.concat(self.rule, *(self.rule.copy() for _ in range(9)))
        self.env.flush_all()
        self.rule.mapped("measured_return")
        self.env.invalidate_all()
        rules.mapped("name")
        self.company.currency_id.mapped("symbol")
        with self.assertQueryCount(4):
            rules.mapped("measured_return")

    def test_salespeople_see_the_result_of_their_own_customers(self):
        self.partners[0].user_id = self._user("other", "user")
        rule = self._measured().with_user(self.salesperson)
        self.assertEqual(rule.measured_contacted, 11)

    def test_the_cost_of_before_is_kept_for_each_company(self):
        """What was one number becomes the number of each company that has the rule."""
        other = self.setup_other_company(name="Other")["company"]
        own = self.rule.copy({"company_id": self.company.id, "unit_cost": 0})
        self.rule.unit_cost = 0
        self.env.flush_all()
        self.cr.execute(
            "ALTER TABLE export_crm_action_rule ADD COLUMN cost float8 DEFAULT 0"
        )
        self.cr.execute(
            SQL(
                "UPDATE export_crm_action_rule SET cost = 12.5 WHERE id IN %s",
                (self.rule.id, own.id),
            )
        )
        migrate(self.env, "19.0.1.1.0/post-migration.py", "19.0.1.0.0")
        self.assertEqual(self.rule.unit_cost, 12.5)
        self.assertEqual(own.unit_cost, 12.5)
        self.assertEqual(self.rule.with_company(other).unit_cost, 12.5)
        self.assertEqual(own.sudo().with_company(other).unit_cost, 0.0)
