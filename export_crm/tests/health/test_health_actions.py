from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..account.common import AS_OF
from .common import HealthCommon


@tagged("post_install", "-at_install")
class TestNextBestAction(HealthCommon):
    def setUp(self):
        super().setUp()
        self._model()
        self.rules = self.env["export.crm.action.rule"]
        self.rules.search([]).active = False
        self._orders(self.customer, *range(60, 180, 10), amount=100.0)

    def _rule(self, **values):
        return self.rules.create(
            {
                "name": "Call",
                "condition": "[('gap_open', '>', 30)]",
                "text": "Call the buyer.",
                "value_field": "revenue_365d",
                "effect": 0.2,
                **values,
            }
        )

    def test_condition_text_and_priority(self):
        rule = self._rule()
        account = self._run()
        action = self.actions.search([])
        self.assertEqual(action.rule_id, rule)
        self.assertEqual(action.value_at_stake, 1200.0)
        self.assertEqual(action.priority, 240.0)
        self.assertEqual(action.figures, {"gap_open": 60})
        self.assertEqual(action.text, "Call the buyer.")
        self.assertEqual(account.next_action_id, action)

    def test_the_most_valuable_comes_first(self):
        self._rule(name="Small", effect=0.01)
        big = self._rule(name="Big", effect=0.5)
        account = self._run()
        self.assertEqual(account.next_action_id.rule_id, big)
        self.assertEqual(self.actions.search([])[0].rule_id, big)

    def test_an_unknown_figure_meets_no_condition(self):
        self._rule(condition="[('satisfaction', '<', 50)]")
        self._rule(condition="[('claims_365d', '<', 5)]")
        self._run()
        self.assertFalse(self.actions.search([]))

    def test_no_offer_to_a_late_payer(self):
        """Advice is for them; an offer is taken back when they begin to pay late."""
        offer = self._rule(name="Upgrade", is_offer=True, effect=0.3)
        advice = self._rule(name="Call")
        account = self._run()
        self.assertEqual(self.actions.search([]).rule_id, offer)
        account.overdue_amount = 62900.0
        self._run(facts=False)
        states = {a.rule_id: a.state for a in self.actions.search([])}
        self.assertEqual(states, {offer: "expired", advice: "proposed"})
        self.assertEqual(account.next_action_id.rule_id, advice)

    def test_one_action_a_customer_that_stays_while_it_is_in_place(self):
        first = self._rule(name="First", effect=0.3)
        second = self._rule(name="Second", effect=0.2)
        self._run()
        self.assertEqual(self.actions.search([]).rule_id, first)
        # Another one is worth more by now: nobody is told something else every night.
        second.effect = 0.5
        self._run(facts=False)
        self.assertEqual(self.actions.search([]).rule_id, first)
        # No: what comes next is the next best.
        self.actions.search([]).action_dismiss("They do not want it.")
        self._run(facts=False)
        proposed = self.actions.search([("state", "=", "proposed")])
        self.assertEqual(proposed.rule_id, second)
        # Done: nothing else in this quarter.
        proposed.action_done()
        self._rule(name="Third")
        self._run(facts=False)
        self.assertFalse(self.actions.search([("state", "=", "proposed")]))

    def test_what_expired_may_be_the_best_again(self):
        rule = self._rule()
        account = self._run()
        self._set_facts(account, gap_open=5)
        self._run(steps="a", facts=False)
        self.assertEqual(self.actions.search([]).state, "expired")
        self._set_facts(account, gap_open=61)
        self._run(steps="a", facts=False)
        action = self.actions.search([])
        self.assertEqual((action.rule_id, action.state), (rule, "proposed"))
        self.assertEqual(action.figures, {"gap_open": 61})

    def test_what_a_hold_puts_out_of_place_is_taken_back(self):
        """Within a minute; meanwhile nobody accepts it. What is about it stands."""
        sells = self._rule(name="Call", effect=0.5)
        self._run()
        action = self.actions.search([])
        self._hold()
        with self.assertRaisesRegex(UserError, "out of place"):
            action.action_accept()
        self.actions.sudo()._step_offers(self.company, self.customer.ids, self.today)
        self.assertEqual(action.state, "expired")
        terms = self._rule(name="Terms", when_held=True)
        self._run(facts=False)
        proposed = self.actions.search([("state", "=", "proposed")])
        self.assertEqual(proposed.rule_id, terms)
        self.actions.sudo()._step_offers(self.company, self.customer.ids, self.today)
        self.assertEqual(proposed.state, "proposed")
        proposed.action_accept()
        self.assertEqual(sells, action.rule_id)

    def test_an_open_claim_leaves_only_what_is_about_it(self):
        self._rule(name="Call", effect=0.5)
        visit = self._rule(name="Apology visit", when_claiming=True)
        self._run()
        self.env["export.crm.claim"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "title": "Broken",
            }
        )
        self._run(facts=False)
        proposed = self.actions.search([("state", "=", "proposed")])
        self.assertEqual(proposed.rule_id, visit)

    def test_a_warning_alone_calls_for_an_action(self):
        """Two warnings and much at stake: somebody is to do something about it."""
        rule = self._rule(condition="[('gap_open', '>', 9999)]", when_warned=True)
        account = self._run(steps="")
        values = {
            "account_id": account.id,
            "company_id": self.company.id,
            "period": "2024Q2",
            "date": AS_OF,
            "evidence": {},
        }
        self.warnings.create({**values, "code": "frequency", "level": "info"})
        self._run(steps="a", facts=False)
        self.assertFalse(self.actions.search([]))
        self.warnings.create({**values, "code": "churn", "level": "warning"})
        self._run(steps="a", facts=False)
        self.assertEqual(self.actions.search([]).rule_id, rule)

    def test_once_per_quarter_and_same_day_again_adds_nothing(self):
        self._rule()
        self._run()
        self._run(facts=False)
        self.assertEqual(len(self.actions.search([])), 1)
        self._run(as_of=AS_OF + timedelta(days=1))
        self.assertEqual(
            sorted(self.actions.search([]).mapped("state")), ["expired", "proposed"]
        )

    def test_what_somebody_is_at_is_not_proposed_once_more(self):
        self._rule()
        self._run()
        self.actions.search([]).action_accept()
        later = AS_OF + timedelta(days=1)  # another quarter
        self._run(as_of=later)
        self.assertEqual(self.actions.search([]).mapped("state"), ["accepted"])
        self.actions.search([]).action_done()
        self._run(as_of=later)
        self.assertEqual(
            sorted(self.actions.search([]).mapped("state")), ["done", "proposed"]
        )

    def test_the_control_group_is_left_alone_until_it_is_measured(self):
        self._rule()
        self.company.export_action_control = 1.0
        self._run()
        self.company.export_action_control = 0.0
        self._run(as_of=AS_OF + timedelta(days=90))
        self.assertEqual(self.actions.search([]).mapped("state"), ["control"])
        self._run(as_of=AS_OF + timedelta(days=91))
        self.assertEqual(
            sorted(self.actions.search([]).mapped("state")), ["control", "proposed"]
        )

    def test_nothing_is_proposed_for_an_archived_customer(self):
        self._rule()
        self._run()
        self.customer.active = False
        self._run(facts=False)
        self.assertEqual(self.actions.search([]).state, "expired")
        self._run(as_of=AS_OF + timedelta(days=1))
        self.assertEqual(len(self.actions.search([])), 1)

    def test_an_unknown_value_is_not_the_largest(self):
        self._rule(name="Unknown", value_field="forecast_revenue_12m")
        known = self._rule(name="Known")
        account = self._run(steps="")
        self._set_facts(account, forecast_revenue_12m=None)
        self._run(steps="a", facts=False)
        self.assertEqual(self.actions.search([])[0].rule_id, known)

    def test_the_first_night_of_a_quarter_is_written_at_once(self):
        self._rule()
        partners = [self._customer(f"Customer {number}") for number in range(8)]
        for partner in partners:
            self._orders(partner, *range(60, 180, 10))
        self._run(self.customer, *partners)
        later = AS_OF + timedelta(days=40)
        counts = []
        for chosen in ([self.customer], partners):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            ids = [partner.id for partner in chosen]
            self.actions._step_actions(self.company, ids, later)
            self.env.flush_all()
            self.env.cr.precommit.run()
            counts.append(self.env.cr.sql_log_count - before)
        found = self.actions.search([])
        self.assertEqual(
            sorted(found.mapped("state")), ["expired"] * 9 + ["proposed"] * 9
        )
        self.assertFalse(found.message_ids)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_no_longer_proposed_when_it_no_longer_applies(self):
        self._rule()
        self._run()
        self._order(self.customer, AS_OF)
        self._run()
        self.assertEqual(self.actions.search([]).state, "expired")

    def test_accepted_done_dismissed(self):
        self._rule()
        self._run()
        action = self.actions.search([])
        mine = action.with_user(self.salesperson)
        mine.action_accept()
        self.assertEqual(
            (action.state, action.decided_by_id), ("accepted", self.salesperson)
        )
        self.assertTrue(action.contacted)
        with self.assertRaises(UserError):
            mine.action_dismiss("")
        mine.action_dismiss("They are on holiday")
        self.assertEqual(action.reason, "They are on holiday")
        self.assertFalse(action.contacted)
        with self.assertRaises(UserError):
            mine.action_done()

    def test_others_may_not_decide(self):
        self._rule()
        self._run()
        other = self._user("other", "user")
        action = self.actions.search([])
        with self.assertRaises(AccessError):
            action.with_user(other).action_accept()
        with self.assertRaises(AccessError):
            action.with_user(self.salesperson).write({"priority": 10**6})
        with self.assertRaises(AccessError):
            self._rule().with_user(self.salesperson).effect = 1

    def test_accountants_dismiss_what_is_theirs(self):
        self._rule(role="credit")
        self._run()
        action = self.actions.search([]).with_user(self.controller)
        wizard = (
            self.env["export.crm.warning.dismiss"]
            .with_user(self.controller)
            .with_context(**action.action_open_dismiss()["context"])
            .create({"reason": "They pay tomorrow"})
        )
        wizard.action_dismiss()
        self.assertEqual(action.state, "dismissed")

    def test_condition_is_data_and_no_program(self):
        for condition in (
            "[('partner_id.user_id.password', '=', 'x')] + []",
            "__import__('os')",
            "[('no_such_figure', '>', 1)]",
            "[('health_explanation', '!=', False)]",
            "[('gap_open', 'frobs', 1)]",
            "1",
        ):
            with self.subTest(condition=condition):
                with self.assertRaises(ValidationError):
                    self._rule(condition=condition)
        with self.assertRaises(ValidationError):
            self._rule(effect=1.5)

    def test_outcome_against_comparable_customers_not_contacted(self):
        rule = self._rule()
        others = [self._customer(f"Customer {number}") for number in range(3)]
        for partner in others:
            self._orders(partner, *range(60, 180, 10))
        partners = (self.customer, *others)
        self._run(*partners)
        contacted = self.actions.search(
            [("partner_id", "in", (self.customer.id, others[0].id))]
        )
        contacted.action_done()
        self._order(self.customer, AS_OF + timedelta(days=91), 70.0)
        self._order(others[0], AS_OF + timedelta(days=5), 30.0)
        self._order(others[1], AS_OF + timedelta(days=92), 30.0)
        self._run(*partners, as_of=AS_OF + timedelta(days=90))
        self.assertFalse(self.actions.search([("measured_date", "!=", False)]))
        self._run(*partners, as_of=AS_OF + timedelta(days=93))
        first = {
            action.partner_id: action
            for action in self.actions.search([("date", "=", AS_OF)])
        }
        self.assertEqual(first[self.customer].revenue_after, 70.0)
        self.assertTrue(first[others[0]].bought_after)
        self.assertFalse(first[others[1]].bought_after)
        rule.invalidate_recordset()
        self.assertEqual((rule.measured_contacted, rule.measured_compared), (2, 2))
        self.assertIn("+100", rule.measured_text)

    def test_what_was_bought_on_the_day_of_the_proposal_is_no_outcome(self):
        self._rule()
        self._run()
        self._order(self.customer, AS_OF, 70.0)
        self._run(as_of=AS_OF + timedelta(days=91))
        action = self.actions.search([("date", "=", AS_OF)])
        self.assertEqual(action.measured_date, AS_OF + timedelta(days=91))
        self.assertEqual((action.bought_after, action.revenue_after), (False, 0.0))

    def test_control_group_is_noted_and_not_shown(self):
        self._rule()
        self.company.export_action_control = 1.0
        account = self._run()
        self.assertEqual(self.actions.search([]).state, "control")
        self.assertFalse(account.next_action_id)
        with self.assertRaises(ValidationError):
            self.company.export_action_control = 1.5

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self._rule(company_id=other.id)
        self._run()
        self.assertFalse(self.actions.search([]))

    def test_rules_that_come_with_the_product(self):
        shipped = self.rules.with_context(active_test=False).search([])
        self.assertGreaterEqual(len(shipped), 7)
        for rule in shipped:
            rule._domain()
