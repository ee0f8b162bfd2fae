"""Computed tiers: facts, criteria as records, markets, answers; first tiers."""

from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...tools.tier import tier_criteria
from .common import AS_OF, TierCommon


@tagged("post_install", "-at_install")
class TestTierScores(TierCommon):
    def test_grade_is_explained_and_shown_on_customer_and_contact(self):
        self._regular(self.customer)
        account = self._judge(self.customer)
        self.assertEqual(account.tier_id, self.tiers["A"])
        self.assertEqual(account.tier_since, AS_OF)
        for text in ("Scale", "Years of cooperation", "Needed for A"):
            self.assertIn(text, account.tier_explanation)
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        for partner in (self.customer, contact):
            self.assertEqual(partner.export_tier_id, self.tiers["A"])

    def test_every_line_names_its_criterion(self):
        self._regular(self.customer)
        stored = self._judge(self.customer).tier_lines
        criteria = self.env["export.crm.tier.criterion"]
        for kind, place in (("parts", 3), ("lines", 4), ("gates", 4), ("rules", 4)):
            self.assertTrue(stored[kind])
            for line in stored[kind]:
                self.assertEqual(criteria.browse(line[place]).code, line[0])

    def test_computed_tier_follows_the_facts_the_assigned_one_does_not(self):
        self._regular(self.customer)
        other = self._customer("Large Ltd")
        account = self._judge(self.customer)
        self._order(other, AS_OF - timedelta(days=400), 90000.0)
        self._order(other, AS_OF - timedelta(days=5), 90000.0)
        account = self._judge(self.customer, other)[0]
        self.assertEqual(account.tier_computed_id, self.tiers["B"])
        self.assertEqual(account.tier_id, self.tiers["A"])

    def test_second_run_writes_nothing(self):
        self._regular(self.customer)
        account = self._judge(self.customer)
        self.env.flush_all()
        query = "SELECT xmin::text FROM export_crm_account WHERE id = %s"
        self.env.cr.execute(query, [account.id])
        before = self.env.cr.fetchone()
        with self.assertQueryCount(20):
            self.env.invalidate_all()
            accounts = self.accounts.sudo()
            accounts._step_tiers(self.company, self.customer.ids, AS_OF)
            given = accounts._step_first_tiers(self.company, self.customer.ids, AS_OF)
        self.assertFalse(given)
        self.env.cr.execute(query, [account.id])
        self.assertEqual(self.env.cr.fetchone(), before)
        self.assertEqual(len(self._history(self.customer)), 1)

    def test_customers_with_equal_revenue_share_the_better_side(self):
        """Three equal ones: a third each; before all of them there is nothing."""
        equals = self.env["res.partner"].union(
            *(self._customer(f"Equal {n}") for n in range(3))
        )
        small = self._customer("Small")
        for partner in equals:
            self._regular(partner, 1000.0)
        self._regular(small, 10.0)
        accounts = self._judge(*equals, small)
        self.assertEqual(accounts[:3].mapped("revenue_share_before"), [0.0] * 3)
        self.assertEqual(accounts[:3].tier_computed_id, self.tiers["A"])
        self.assertGreater(accounts[3].revenue_share_before, 0.9)
        self.assertNotEqual(accounts[3].tier_computed_id, self.tiers["A"])

    def test_the_one_that_crosses_the_border_is_in(self):
        """25 % and 25 %+: the second begins below 30 % and ends above; the third
        begins above."""
        names = ("First", "Second", "Third", "Fourth")
        partners = [self._customer(name) for name in names]
        for partner, amount in zip(partners, (29.0, 27.0, 24.0, 20.0), strict=True):
            self._regular(partner, amount * 100)
        accounts = self._judge(*partners)
        self.assertEqual(
            [a.revenue_share_before for a in accounts], [0.0, 0.29, 0.56, 0.8]
        )
        self.assertEqual(
            [a.tier_computed_id.code for a in accounts], ["A", "A", "B", "B"]
        )

    def test_newcomer_is_unrated_until_180_days_after_the_first_order(self):
        self._order(self.customer, AS_OF - timedelta(days=179))
        account = self._judge(self.customer)
        self.assertFalse(account.tier_id)
        self.assertIsNone(account.tier_score)
        found = self.env["res.partner"].search(
            [("id", "=", self.customer.id), ("export_tier_id", "=", False)]
        )
        self.assertEqual(found, self.customer)
        account = self._judge(self.customer, as_of=AS_OF + timedelta(days=1))
        self.assertTrue(account.tier_id)

    def test_free_and_sample_orders_make_nobody_rated(self):
        day = AS_OF - timedelta(days=300)
        self._order(self.customer, day, 0.0)
        self._order(self.customer, day, 500.0, export_kind="sample")
        self.assertFalse(self._judge(self.customer).tier_id)

    def test_shared_customer_is_graded_by_each_company(self):
        other = self._second()
        product = self.product
        for back in range(10):
            day = AS_OF - timedelta(days=10 + 91 * back)
            self._order(self.customer, day, 1000.0)
        big = self._customer("Big there")
        for partner, amount in ((self.customer, 10.0), (big, 90000.0)):
            for back in (400, 200):
                self._order(
                    partner,
                    AS_OF - timedelta(days=back),
                    amount,
                    company=other,
                    lines=[{"product_id": product.id, "price_unit": amount}],
                )
        here = self._judge(self.customer)
        there = self._judge(self.customer, big, company=other)[0]
        self.assertEqual(here.tier_id.code, "A")
        self.assertEqual(there.tier_id.code, "C")
        partner = self.customer
        self.assertEqual(partner.with_company(self.company).export_tier_id.code, "A")
        self.assertEqual(partner.with_company(other).export_tier_id.code, "C")

    # === CRITERIA === #

    def test_records_have_the_defaults(self):
        found = self.env["export.crm.tier.criterion"]._criteria(self.company)
        expected = {criterion.code: criterion for criterion in tier_criteria.DEFAULTS}
        self.assertEqual(set(found.by_code), set(expected))
        for code, criterion in expected.items():
            for name in ("weight", "low", "high", "threshold", "leave", "max_age"):
                with self.subTest(code=code, name=name):
                    self.assertEqual(
                        getattr(found.get(code), name), getattr(criterion, name)
                    )
        option = self.env.ref("export_crm.export_crm_tier_criterion_score_alone")
        self.assertEqual((option.active, option.threshold), (False, 75.0))
        self.assertEqual(found.basis, "pareto")
        self.assertEqual(self.company.export_tier_interval, 6)

    def test_record_of_one_company_counts_there_alone(self):
        criteria = self.env["export.crm.tier.criterion"]
        criteria.create(
            {
                "name": "Three years here",
                "code": "gate_years",
                "threshold": 3.0,
                "company_id": self.company.id,
            }
        )
        other = self._second()
        here, there = criteria._criteria(self.company), criteria._criteria(other)
        self.assertEqual(here.get("gate_years").threshold, 3.0)
        self.assertEqual(there.get("gate_years").threshold, 2.0)

    def test_archived_criterion_is_not_asked(self):
        self._regular(self.customer, quarters=6)  # a year and a half
        self.assertEqual(self._judge(self.customer).tier_computed_id.code, "B")
        self.env.ref("export_crm.export_crm_tier_criterion_gate_years").active = False
        self.assertEqual(self._judge(self.customer).tier_computed_id.code, "A")

    def test_option_score_alone(self):
        self._regular(self.customer, quarters=8)
        account = self._judge(self.customer)
        self.assertEqual(account.tier_computed_id.code, "B")
        self.assertGreater(account.tier_score, 75)
        self.env.ref("export_crm.export_crm_tier_criterion_score_alone").active = True
        self.assertEqual(self._judge(self.customer).tier_computed_id.code, "A")

    def test_senseless_numbers_are_refused(self):
        growth = self.env.ref("export_crm.export_crm_tier_criterion_growth")
        with self.assertRaises(ValidationError):
            growth.high = growth.low
        with self.assertRaises(ValidationError):
            growth.weight = -1

    def test_salesperson_reads_criteria_and_changes_none(self):
        years = self.env.ref("export_crm.export_crm_tier_criterion_gate_years")
        years = years.with_user(self.salesperson)
        self.assertEqual(years.threshold, 2.0)
        with self.assertRaises(AccessError):
            years.threshold = 1.0

    # === BASIS, MARKETS, ANSWERS === #

    def test_own_share_lets_nobody_pass_where_nobody_is_above_thirty_percent(self):
        partners = [self._customer(f"Quarter {n}") for n in range(4)]
        for partner in partners:
            self._regular(partner)
        self.company.export_tier_basis = "own_share"
        accounts = self._judge(*partners)
        self.assertEqual(accounts.mapped("revenue_share"), [0.25] * 4)
        self.assertEqual(accounts.tier_computed_id, self.tiers["B"])
        self.assertTrue(self._preview().no_scale)
        self.company.export_tier_basis = "pareto"
        self.assertEqual(self._judge(*partners).tier_computed_id, self.tiers["A"])
        self.assertFalse(self._preview().no_scale)

    def _wallet(self, amount, day, **values):
        return self.env["export.crm.wallet"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "amount": amount,
                "currency_id": self.company.currency_id.id,
                "date": day,
                **values,
            }
        )

    def test_wallet_fresh_stale_or_empty(self):
        self._regular(self.customer)  # 4,400 a year
        self.company.export_tier_basis = "wallet"
        account = self._judge(self.customer)
        self.assertIsNone(account.tier_scale)
        self.assertNotEqual(account.tier_computed_id.code, "A")
        self.assertIn("ask what the customer buys", account.tier_explanation)
        self._wallet(10000.0, date(2023, 1, 1))  # 18 months: still good
        account = self._judge(self.customer)
        self.assertAlmostEqual(account.tier_scale, 0.44)
        self.assertEqual(account.tier_computed_id.code, "A")
        account = self._judge(self.customer, as_of=AS_OF + timedelta(days=1))
        self.assertIsNone(account.tier_scale)

    def test_wallet_in_another_currency_counts_at_its_days_rate(self):
        self._regular(self.customer)
        self.company.export_tier_basis = "wallet"
        currency = self.env["res.currency"].create({"name": "XTW", "symbol": "W"})
        rates = self.env["res.currency.rate"]
        for day, rate in ((date(2024, 1, 1), 2.0), (date(2024, 6, 1), 8.0)):
            rates.create(
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
            )
        wallet = self._wallet(20000.0, date(2024, 2, 1), currency_id=currency.id)
        self.assertEqual(wallet.amount_company, 10000.0)
        self.assertAlmostEqual(self._judge(self.customer).tier_scale, 0.44)

    def test_latest_answer_up_to_the_day_counts(self):
        self._regular(self.customer)
        for day, value in (
            (date(2024, 3, 1), "2"),
            (date(2024, 6, 1), "5"),
            (date(2024, 8, 1), "1"),
        ):
            self.env["export.crm.willingness"].create(
                {"partner_id": self.customer.id, "date": day, "value": value}
            )
        account = self._judge(self.customer)
        self.assertEqual(account.willingness, 5)
        self.assertEqual(account.willingness_date, date(2024, 6, 1))
        stale = self._judge(self.customer, as_of=date(2025, 8, 2))
        self.assertNotIn("willingness", [x[0] for x in stale.tier_lines["lines"]])

    def test_answer_about_a_contact_is_about_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        answer = self.env["export.crm.willingness"].create(
            {"partner_id": contact.id, "value": "4"}
        )
        self.assertEqual(answer.partner_id, self.customer)
        with self.assertRaises(ValidationError):
            answer.date = self.today + timedelta(days=1)

    def test_nobody_puts_an_answer_into_somebody_elses_mouth(self):
        answers = self.env["export.crm.willingness"].with_user(self.salesperson)
        answer = answers.create(
            {"partner_id": self.customer.id, "value": "3", "user_id": self.lead.id}
        )
        self.assertEqual(answer.user_id, self.salesperson)
        with self.assertRaises(AccessError):
            answer.write({"value": "5", "user_id": self.lead.id})
        answer.value = "4"
        self.assertEqual(answer.user_id, self.salesperson)

    def test_salesperson_answers_for_own_customers_only(self):
        mine = self.env["export.crm.willingness"].with_user(self.salesperson)
        answer = mine.create({"partner_id": self.customer.id, "value": "4"})
        self.assertEqual(answer.user_id, self.salesperson)
        stranger = self._customer("Stranger", user_id=self.manager.id)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            mine.create({"partner_id": stranger.id, "value": "1"})

    def test_answers_follow_the_salesperson_of_the_orders(self):
        """Nobody on the customer's card: whoever sells to it is responsible."""
        customer = self._customer("Theirs by its orders", user_id=False)
        order = self._order(customer, AS_OF - timedelta(days=10))
        order.write({"user_id": self.salesperson.id, "team_id": self.team.id})
        self._judge(customer)
        wallet = self.env["export.crm.wallet"].create(
            {"partner_id": customer.id, "amount": 5000.0}
        )
        stranger = self._user("stranger", "user")
        other_lead = self._user("other_lead", "team_manager")
        for user, seen in (
            (self.salesperson, True),
            (self.lead, True),
            (self.manager, True),
            (stranger, False),
            (other_lead, False),
        ):
            with self.subTest(user=user.login):
                wallets = self.env["export.crm.wallet"].with_user(user)
                found = wallets.search([("partner_id", "=", customer.id)])
                self.assertEqual(bool(found), seen)
        with (
            self.assertRaises(AccessError),
            mute_logger("odoo.addons.base.models.ir_rule"),
        ):
            wallet.with_user(stranger).amount = 1.0
        # Known to nobody yet: whoever learns something may note it.
        new = self._customer("Fair contact", user_id=False)
        values = {"partner_id": new.id, "value": "4"}
        self.assertTrue(
            self.env["export.crm.willingness"].with_user(stranger).create(values)
        )

    def test_core_market_by_group_and_country(self):
        asia = self.env.ref("export_crm.country_group_asia")
        vietnam = self.env.ref("base.vn")
        france = self.env.ref("base.fr")
        self.customer.country_id = vietnam
        self._regular(self.customer)
        other = self.env["export.crm.market"].create(
            {"name": "Elsewhere", "kind": "core", "country_ids": [(6, 0, france.ids)]}
        )
        account = self._judge(self.customer)
        self.assertEqual(account.tier_computed_id.code, "B")
        other.country_group_ids = asia
        self.assertEqual(self._judge(self.customer).tier_computed_id.code, "A")
        other.kind = "potential"
        self.assertFalse(self.company.export_tier_core_known)
        self.assertEqual(self._judge(self.customer).tier_computed_id.code, "A")

    def test_core_market_of_another_company_counts_there(self):
        other = self._second()
        self.env["export.crm.market"].create(
            {
                "name": "There",
                "company_id": other.id,
                "country_ids": [Command.link(self.env.ref("base.fr").id)],
            }
        )
        markets = self.env["export.crm.market"]
        self.assertFalse(markets._core_known(self.company))
        self.assertTrue(markets._core_known(other))

    def test_referred_customers_count_once_they_have_ordered(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        self._regular(self.customer)
        brought = [
            self._customer(f"Friend {n}", export_referred_by_id=contact.id)
            for n in range(2)
        ]
        self.assertEqual(self._judge(self.customer).referred_count, 0)
        before = self._judge(self.customer).tier_score
        self._order(brought[0], AS_OF - timedelta(days=3), 5.0)
        self._order(brought[1], AS_OF + timedelta(days=3), 5.0)
        account = self._judge(self.customer)
        self.assertEqual(account.referred_count, 1)
        lines = {line[0]: line[1] for line in account.tier_lines["lines"]}
        self.assertEqual(lines["referral"], 2.0)
        self.assertEqual(account.tier_score, min(100.0, before + 2.0))

    def test_segment_and_strategic_flag(self):
        self.customer.write({"export_segment": "key", "export_strategic": True})
        self._judge(self.customer)
        found = self.accounts.search(
            [("partner_id.export_strategic", "=", True)]
        ).partner_id
        self.assertEqual(found, self.customer)
        groups = self.env["res.partner"]._read_group(
            [("id", "=", self.customer.id)], ["export_segment"], ["__count"]
        )
        self.assertEqual(groups, [("key", 1)])

    # === HISTORY === #

    def test_first_tier_is_history_with_its_breakdown(self):
        self._regular(self.customer)
        account = self._judge(self.customer)
        [change] = self._history(self.customer)
        self.assertRecordValues(
            change,
            [
                {
                    "old_tier_id": False,
                    "new_tier_id": self.tiers["A"].id,
                    "reason": "first",
                    "date": AS_OF,
                    "revenue_365d": account.revenue_365d,
                    "salesperson_id": self.salesperson.id,
                }
            ],
        )
        self.assertEqual(change.breakdown, account.tier_lines)
        self.assertIn("Needed for A", change.explanation)

    def test_history_is_never_changed_nor_deleted(self):
        self._regular(self.customer)
        self._judge(self.customer)
        change = self._history(self.customer).sudo()
        with self.assertRaises(UserError):
            change.note = "better"
        with self.assertRaises(UserError):
            change.unlink()
        with self.assertRaises(AccessError):
            change.with_user(self.manager).unlink()

    def test_history_read_in_notifies_nobody_a_newcomer_is_told_about(self):
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

        self._regular(self.customer)
        before = told()
        self._judge(self.customer)
        self.assertEqual(told(), before)
        for code in "ABC":
            self._set_plan(code)
        newcomer = self._customer("Newcomer")
        self._order(newcomer, AS_OF - timedelta(days=185))
        self._judge(newcomer)
        self.assertEqual(told(), before + 1)
        self.assertEqual(newcomer.activity_ids.mapped("summary"), ["Call"])
        late = self._customer("Before go-live")
        self._order(late, AS_OF - timedelta(days=185))
        self.company.export_go_live_date = AS_OF - timedelta(days=100)
        self._judge(late)
        self.assertEqual(told(), before + 1)
        self.assertFalse(late.activity_ids)
