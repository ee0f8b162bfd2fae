"""Service policies: figures, words, and what Odoo applies on quotations."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import TierCommon


@tagged("post_install", "-at_install")
class TestTierPolicy(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies = cls.env["export.crm.tier.policy"]
        cls._open_account(cls.customer)
        cls.account = cls._account(cls.customer)
        cls._set_tier(cls.account, "B", order_count=3)
        terms = cls.env["account.payment.term"].with_context(lang="en_US")
        cls.deposit = terms.create(
            {
                "name": "30 % deposit, balance 45 days",
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 30.0, "nb_days": 0}
                    ),
                    Command.create(
                        {"value": "percent", "value_amount": 70.0, "nb_days": 45}
                    ),
                ],
            }
        )
        cls.days30 = terms.browse(cls.env.ref("account.account_payment_term_30days").id)

    # === POLICIES === #

    def test_defaults(self):
        by_tier = self.policies._by_tier(self.company)
        a, b, c = (by_tier[self.tiers[code].id] for code in "ABC")
        self.assertEqual(by_tier[False], c)  # unrated customers are served like C
        self.assertEqual(
            [p.terms_extra_days for p in (a, b, c)],
            [0, 30, 0],
        )
        self.assertEqual(
            [p.freight_free_trial for p in (a, b, c)], [False, True, False]
        )
        self.assertEqual([p.contact_days for p in (a, b, c)], [30, 14, 91])
        self.assertEqual([p.order_hours for p in (a, b, c)], [24, 48, 72])

    def test_own_policy_of_a_company(self):
        other = self._second()
        own = self.policies.create(
            {
                "name": "B here",
                "tier_id": self.tiers["B"].id,
                "company_id": self.company.id,
            }
        )
        self.assertEqual(self.policies._of_tier(self.company, self.tiers["B"]), own)
        general = self.env.ref("export_crm.export_crm_tier_policy_b")
        self.assertEqual(self.policies._of_tier(other, self.tiers["B"]), general)

    def test_rebate_ladder_of_c(self):
        policy = self.env.ref("export_crm.export_crm_tier_policy_c")
        self.assertEqual(policy._rebate(500000.0)[:2], (10000.0, 0.02))
        self.assertEqual(policy._rebate(500001.0)[0], 500001.0 * 0.03)
        self.assertEqual(policy._rebate(420000.0)[2], (80000.0, 0.03))
        policy.rebate_above_only = True
        self.assertEqual(policy._rebate(600000.0)[0], 10000.0 + 3000.0)
        self.assertEqual(policy.rebate_text, "2 %, 3 % above 500,000")

    def test_difference_of_two_policies_in_words(self):
        words = self.policies._difference(
            self.company, self.tiers["C"], self.tiers["B"]
        )
        for text in ("+30 days", "91 → 14", "72 h → 48 h"):
            self.assertIn(text, words)
        same = self.policies._difference(
            self.company, self.env["export.crm.tier"], self.tiers["C"]
        )
        self.assertEqual(same, "none")

    def test_customer_shows_service_and_team(self):
        asia = self.env.ref("export_crm.export_crm_team_role_technical_adviser")
        asia.user_id = self.manager
        self.customer.country_id = self.env.ref("base.vn")
        shown = self.customer.with_user(self.salesperson).export_tier_policy
        for text in (
            "Service for growing customers",
            "Technical adviser",
            "Mona Manager",
            "Account manager",
            "Sofia Salesperson",
            "nobody yet",
        ):
            self.assertIn(text, shown)
        self.assertNotIn("Product manager", shown)

    def test_team_by_country_group(self):
        roles = self.env["export.crm.team.role"]

        def team(country):
            self.customer.country_id = self.env.ref(country)
            found = roles._team_of(self.company, self.customer, self.tiers["B"])
            return [label for label, _user in found]

        base = ["Sales", "Documents", "Logistics", "After-sales"]
        for country in ("base.de", "base.uk", "base.br", "base.us"):
            self.assertEqual(team(country), [*base, "Product manager"])
        for country in ("base.vn", "base.ae"):
            self.assertEqual(
                team(country), [*base, "Account manager", "Technical adviser"]
            )
        self.assertEqual(team("base.ng"), base)

    def test_role_for_a_tier_and_a_person_who_left(self):
        role = self.env.ref("export_crm.export_crm_team_role_documents")
        role.write(
            {"user_id": self.manager.id, "tier_ids": [(6, 0, self.tiers["A"].ids)]}
        )
        roles = self.env["export.crm.team.role"]
        team = dict(roles._team_of(self.company, self.customer, self.tiers["A"]))
        self.assertEqual(team["Documents"], self.manager)
        self.assertNotIn(
            "Documents",
            dict(roles._team_of(self.company, self.customer, self.tiers["B"])),
        )
        self.manager.active = False
        team = dict(roles._team_of(self.company, self.customer, self.tiers["A"]))
        self.assertFalse(team["Documents"])

    def test_contact_is_due_by_the_policy(self):
        for code, ago, due in (("B", 13, False), ("B", 14, True), ("A", 29, False)):
            with self.subTest(code=code, ago=ago):
                self._set_tier(
                    self.account,
                    code,
                    last_contact_date=self._day(-ago),
                    as_of=self.today,
                )
                self.account.invalidate_recordset()
                self.assertEqual(self.account.contact_due, due)
                domain = [("id", "=", self.account.id)]
                found = self.accounts.search([*domain, ("contact_due", "=", True)])
                self.assertEqual(bool(found), due)
                found = self.accounts.search([*domain, ("contact_due", "=", False)])
                self.assertEqual(bool(found), not due)

    def test_salesperson_reads_policies_and_changes_none(self):
        policy = self.env.ref("export_crm.export_crm_tier_policy_b")
        policy = policy.with_user(self.salesperson)
        self.assertEqual(policy.terms_extra_days, 30)
        with self.assertRaises(AccessError):
            policy.terms_extra_days = 90

    # === LONGER TERMS ON FOLLOW-UP ORDERS === #

    def test_longer_terms_are_proposed_and_accepted(self):
        order = self._quotation(payment_term_id=self.days30.id)
        order = order.with_user(self.salesperson).with_context(lang="en_US")
        self.assertEqual(order.export_terms_days, 30)
        self.assertIn("30 more days", order.export_terms_text)
        self.assertEqual(order.payment_term_id, self.days30)
        order.action_export_accept_terms()
        self.assertEqual(order.payment_term_id.line_ids.nb_days, 60)
        self.assertEqual(order.export_terms_before_id, self.days30)
        self.assertFalse(order.export_terms_days)
        with self.assertRaises(UserError):
            order.action_export_accept_terms()

    def test_no_longer_terms_for_a_late_payer(self):
        """Nor for who was on hold a month ago: it would reward paying late."""
        order = self._quotation(payment_term_id=self.days30.id)
        order = order.with_user(self.salesperson)
        self.assertEqual(order.export_terms_days, 30)
        self.account.sudo().late_run = 1
        order.invalidate_recordset()
        self.assertFalse(order.export_terms_days)
        self.assertFalse(order.export_terms_text)
        with self.assertRaises(UserError):
            order.action_export_accept_terms()

    def test_existing_terms_are_taken(self):
        made = self.days30._export_longer(30)
        self.assertEqual(self.days30._export_longer(30), made)
        self.assertEqual(made.name, "30 Days + 30 days")
        days45 = self.env.ref("account.account_payment_term_45days")
        self.assertEqual(self.days30._export_longer(15), days45)

    def test_deposit_stays_where_it_is(self):
        longer = self.deposit._export_longer(30)
        self.assertEqual(longer.line_ids.mapped("nb_days"), [0, 75])
        self.assertEqual(longer.line_ids.mapped("value_amount"), [30.0, 70.0])
        self.assertEqual(self.deposit.line_ids.mapped("nb_days"), [0, 45])

    def test_nothing_is_proposed(self):
        def days(**values):
            values.setdefault("payment_term_id", self.days30.id)
            return self._quotation(**values).export_terms_days

        self.assertEqual(days(), 30)
        self.assertEqual(days(export_kind="sample"), 0)
        self.assertEqual(days(payment_term_id=False), 0)
        confirmed = self._quotation(payment_term_id=self.days30.id)
        confirmed.action_confirm()
        self.assertEqual(confirmed.export_terms_days, 0)
        self.account.sudo().order_count = 0  # no follow-up order
        self.assertEqual(days(), 0)
        self.account.sudo().order_count = 3
        self._set_tier(self.account, "A")
        self.assertEqual(days(), 0)

    # === FREIGHT OF TRIAL ORDERS === #

    def _trial(self, **values):
        freight = self._create_product(name="Freight", type="service", taxes_id=[])
        self.patch(
            type(self.env["sale.order.line"]),
            "_is_delivery",
            lambda line: line.product_id == freight,
        )
        self.product.export_new_until = self.today + timedelta(days=30)
        order = self._quotation(**values)
        order.order_line = [
            Command.create({"product_id": freight.id, "price_unit": 80.0})
        ]
        return order

    def test_freight_is_free_on_the_trial_order_of_a_new_product(self):
        order = self._trial().with_user(self.salesperson)
        self.assertTrue(order.export_trial)
        self.assertTrue(order.export_freight_free)
        order.action_export_free_freight()
        self.assertEqual(order.order_line.mapped("price_unit"), [100.0, 0.0])
        self.assertEqual(order.amount_untaxed, 100.0)
        self.assertFalse(order.export_freight_free)
        with self.assertRaises(UserError):
            order.action_export_free_freight()

    def test_no_trial_any_more(self):
        order = self._trial()
        self._quotation().action_confirm()
        order.invalidate_recordset()
        self.assertFalse(order.export_trial)
        with self.assertRaises(UserError):
            order.action_export_free_freight()

    def test_product_no_longer_new_or_other_tier(self):
        order = self._trial()
        self.product.export_new_until = self.today - timedelta(days=1)
        order.invalidate_recordset()
        self.assertFalse(order.export_trial)
        self.product.export_new_until = self.today
        self._set_tier(self.account, "C")
        order.invalidate_recordset()
        self.assertTrue(order.export_trial)
        self.assertFalse(order.export_freight_free)
