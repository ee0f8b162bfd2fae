from contextlib import contextmanager
from datetime import date, datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ...models.account import facts_refresh
from .common import AS_OF, FactsCommon


@tagged("post_install", "-at_install")
class TestFactsRefresh(FactsCommon):
    """The machine: statements, second run, batches, company-wide figures."""

    def _statements(self, partners):
        """Return the SQL statements of one refresh."""
        seen = []
        execute = type(self.env.cr).execute

        def spy(cursor, query, params=None, log_exceptions=True):
            seen.append(str(query))
            return execute(cursor, query, params, log_exceptions)

        self.env.flush_all()
        with patch.object(type(self.env.cr), "execute", spy):
            self.accounts._refresh_facts(self.company, partners.ids, AS_OF)
        return seen

    def test_statements_per_batch_do_not_grow_with_customers(self):
        one = self.customer
        many = one
        for number in range(30):
            many += self._customer(f"Customer {number}")
        for partner in many:
            self._order(partner, "2024-06-01")
        self._statements(one)
        for at_once, most in ((100, 8), (0, 25)):
            with self.subTest(at_once=at_once), self._at_once(at_once):
                statements = self._statements(one)
                self.assertEqual(len(self._statements(many)), len(statements))
                self.assertLess(len(statements), most)

    @contextmanager
    def _at_once(self, customers):
        """Batches up to so many customers are done in one statement."""
        with patch.object(facts_refresh, "ONE_STATEMENT", customers):
            yield

    def test_few_and_many_customers_get_the_same_facts(self):
        partners = self.customer + self._customer("Second")
        for partner in partners:
            self._order(partner, "2024-06-01", 100)
            self._pay(self._invoice(partner, due=-40), on=-10)
        rounds = []
        for at_once in (100, 0, 100):
            with self._at_once(at_once):
                written = self.accounts._refresh_facts(
                    self.company, partners.ids, self.today
                )
            rounds.append(written)
        # The first one fills the rows; no other finds anything else.
        self.assertEqual(rounds, [2, 0, 0])

    def test_second_run_writes_nothing(self):
        self._order(self.customer, "2024-06-01", 100)
        self._facts(self.customer)
        self.accounts._refresh_company_facts(self.company)

        def version():
            self.env.cr.execute(
                "SELECT ctid::text, xmin::text, write_date FROM export_crm_account"
                " WHERE partner_id = %s",
                [self.customer.id],
            )
            return self.env.cr.fetchone()

        before = version()
        self.assertEqual(
            self.accounts._refresh_facts(self.company, self.customer.ids, AS_OF), 0
        )
        self.assertEqual(self.accounts._refresh_company_facts(self.company), 0)
        self.assertEqual(version(), before)
        self._order(self.customer, "2024-06-02", 100)
        self.assertEqual(
            self.accounts._refresh_facts(self.company, self.customer.ids, AS_OF), 1
        )
        self.assertNotEqual(version(), before)

    def test_nothing_to_refresh(self):
        self.assertEqual(self.accounts._refresh_facts(self.company, [], AS_OF), 0)

    def test_contact_given_by_mistake_gets_no_account(self):
        contact = self._customer("Buyer", is_company=False, parent_id=self.customer.id)
        self.accounts._refresh_facts(self.company, contact.ids, AS_OF)
        self.assertFalse(
            self.accounts.with_context(active_test=False).search(
                [("partner_id", "=", contact.id)]
            )
        )

    def test_refresh_of_a_contact_refreshes_its_customer(self):
        contact = self._customer("Buyer", is_company=False, parent_id=self.customer.id)
        today = self.company._export_today()
        self._order(contact, today, 100)
        account = self.accounts._refresh_facts_of(contact, self.company)
        self.assertEqual(account.partner_id, self.customer)
        self.assertEqual(account.revenue_91d, 100.0)
        self.assertEqual(account.revenue_share, 1.0)
        self.assertEqual(account.as_of, today)

    def test_batches_follow_the_cursor(self):
        partners = self.env["res.partner"]
        for number in range(5):
            partners += self._customer(f"Customer {number}")
            self._order(partners[-1], "2024-06-01")
        later = self._customer("Only later")
        self._order(later, "2024-07-15")
        lead = self._customer("Only asked")
        inquiry = self.env["crm.lead"].create(
            {"name": "Panels?", "partner_id": lead.id, "company_id": self.company.id}
        )
        self._backdate(inquiry, datetime(2024, 6, 1))
        gone = self._customer("Gone")
        self._facts(gone)
        self._customer("Never")
        seen, cursor = [], 0
        while batch := self.accounts._facts_partner_batches(
            self.company, AS_OF, cursor, 3
        ):
            self.assertLessEqual(len(batch), 3)
            self.assertEqual(batch, sorted(batch))
            seen += batch
            cursor = batch[-1]
        self.assertEqual(seen, sorted((partners + lead + gone).ids))
        # what the pass opened is unknown until it is refreshed
        self.assertIsNone(self._account(lead).revenue_365d)

    def test_three_companies_in_three_time_zones(self):
        when = datetime(2024, 6, 30, 12, 30)  # UTC
        zones = ("Pacific/Honolulu", "UTC", "Pacific/Kiritimati")  # 30, 30, 1 July
        expected = (date(2024, 6, 30), date(2024, 6, 30), None)
        companies = self.company
        for number in (2, 3):
            companies += self.setup_other_company(name=f"Company {number}")["company"]
        for company, zone in zip(companies, zones, strict=True):
            company.partner_id.tz = zone
            self._order(self.customer, when, 100, company=company)
        for company, day in zip(companies, expected, strict=True):
            account = self._facts(self.customer, AS_OF, company)
            self.assertEqual(account.last_order_date or None, day, company.name)
        account = self._facts(self.customer, AS_OF + timedelta(days=1), companies[2])
        self.assertEqual(account.last_order_date, date(2024, 7, 1))
        honolulu = self._facts(self.customer, date(2024, 6, 29), companies[0])
        self.assertEqual(honolulu.order_count, 0)
        # 05:00 UTC is the day before in Honolulu
        self._order(self.customer, datetime(2024, 6, 20, 5), company=companies[0])
        account = self._facts(self.customer, AS_OF, companies[0])
        self.assertEqual(account.first_order_date, date(2024, 6, 19))

    def test_shared_customer_in_two_companies_with_two_currencies(self):
        other = self.setup_other_company(
            name="Company 2", currency_id=self.env.ref("base.EUR").id
        )["company"]
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id}
        )
        self._order(self.customer, "2024-06-01", 100)
        self._order(self.customer, "2024-06-02", 40, company=other)
        first = self._facts(self.customer)
        second = self._facts(self.customer, company=other)
        self.assertEqual((first.revenue_365d, first.order_count), (100.0, 1))
        self.assertEqual((second.revenue_365d, second.order_count), (40.0, 1))
        self.assertEqual(first.currency_id, self.company.currency_id)
        self.assertEqual(second.currency_id, other.currency_id)
        # nobody is a customer where there are no documents, a branch included
        self.accounts._refresh_facts(branch, self.customer.ids, AS_OF)
        self.assertFalse(self._account(self.customer, branch))

    def test_share_rank_and_growth(self):
        amounts = {"A": 500, "B": 200, "C": 200, "D": 100}
        partners = {}
        for name, amount in amounts.items():
            partners[name] = self._customer(name)
            self._order(partners[name], "2024-06-01", amount)
        self._order(partners["A"], "2023-01-15", 50)
        partners["E"] = self._customer("E")
        self._open_account(partners["E"])
        ids = [partner.id for partner in partners.values()]
        self.accounts._refresh_facts(self.company, ids, AS_OF)
        self.accounts._refresh_company_facts(self.company)
        figures = {name: self._account(partner) for name, partner in partners.items()}
        self.assertEqual(
            {name: account.revenue_share for name, account in figures.items()},
            {"A": 0.5, "B": 0.2, "C": 0.2, "D": 0.1, "E": 0.0},
        )
        self.assertEqual(
            {name: account.revenue_share_before for name, account in figures.items()},
            {"A": 0.0, "B": 0.5, "C": 0.5, "D": 0.9, "E": 1.0},
        )
        # k = median of 500, 200, 200, 100 = 200
        self.assertEqual(figures["A"].growth, 2.8)  # 700 / 250
        self.assertEqual(figures["B"].growth, 2.0)  # 400 / 200
        self.assertIsNone(figures["E"].growth)

    def test_company_without_revenue_has_no_shares(self):
        self._facts(self.customer)
        self.accounts._refresh_company_facts(self.company)
        account = self._account(self.customer)
        self.assertIsNone(account.revenue_share)
        self.assertIsNone(account.revenue_share_before)
        self.assertEqual(account.revenue_365d, 0.0)

    def test_unknown_is_not_zero(self):
        account = self._facts(self.customer)
        # the source is there and holds nothing: 0
        for name in ("order_count", "revenue_365d", "receivable_amount", "late_run"):
            self.assertEqual(account[name], 0, name)
            self.assertIsNotNone(account[name], name)
        # no source, or nothing to take a mean of: unknown
        unknown = (
            "interval_mean",
            "win_rate",
            "on_time_rate",
            "inbound_90d",
            "portal_days_90d",
            "satisfaction",
            "nps",
            "claims_365d",
            "forecast_revenue_12m",
            "forecast_completion",
        )
        for name in unknown:
            self.assertIsNone(account[name], name)
            self.assertIs(account.read([name])[0][name], False, name)
            self.assertIn(account, account.search([(name, "=", False)]), name)
            self.assertNotIn(account, account.search([(name, "=", 0)]), name)
            self.assertNotIn(account, account.search([(name, "<", 5)]), name)
            self.assertFalse(account.filtered_domain([(name, "<", 5)]), name)
        self.assertIn(account, account.search([("order_count", "=", 0)]))
        self.assertNotIn(account, account.search([("order_count", "=", False)]))

    def test_unknown_is_skipped_by_group_figures(self):
        self._order(self.customer, "2024-06-01")
        other = self._customer("Other")
        for day in ("2024-06-01", "2024-06-11"):
            self._order(other, day)
        self.accounts._refresh_facts(self.company, (self.customer + other).ids, AS_OF)
        [(mean, unknown)] = self.accounts._read_group(
            [("partner_id", "in", (self.customer + other).ids)],
            [],
            ["interval_mean:avg", "nps:avg"],
        )
        self.assertEqual(mean, 10)
        self.assertFalse(unknown)

    def test_responsible_follows_the_customer_else_its_orders(self):
        seller = self._user("seller2", "user")
        self.customer.user_id = False
        for day in ("2024-06-01", "2024-06-02"):
            self._order(self.customer, day, user_id=seller.id)
        self._order(self.customer, "2024-06-03", user_id=self.salesperson.id)
        account = self._facts(self.customer)
        self.assertEqual(account.user_id, seller)
        self.customer.user_id = self.salesperson
        self.assertEqual(account.user_id, self.salesperson)  # at once
        self.assertEqual(
            self.accounts._refresh_facts(self.company, self.customer.ids, AS_OF), 0
        )
        country = self.env.ref("base.ng")
        self.customer.country_id = country
        self.assertEqual(account.country_id, country)

    def test_another_domain_adds_a_source(self):
        from odoo.tools import SQL

        from ...models.account.sources import SOURCES, Source

        self._order(self.customer, "2024-06-01")
        extra = Source(
            "extra",
            lambda scope: SQL(
                "SELECT partner_id, COUNT(*) AS claims_365d, 7.5 AS nps"
                " FROM export_fact_order GROUP BY partner_id"
            ),
            zero=("claims_365d",),
            unknown=("nps",),
        )
        other = self._customer("Other")
        self._open_account(other)
        with patch.object(
            type(self.accounts), "_facts_sources", lambda *args: [*SOURCES, extra]
        ):
            self.accounts._refresh_facts(
                self.company, (self.customer + other).ids, AS_OF
            )
        self.assertEqual(self._account(self.customer).nps, 7.5)
        self.assertEqual(self._account(self.customer).claims_365d, 1)
        self.assertEqual(self._account(other).claims_365d, 0)
        self.assertIsNone(self._account(other).nps)

    def test_every_source_names_columns_that_exist_and_only_once(self):
        columns = []
        for source in self.accounts._facts_sources(self.company, AS_OF, [1]):
            columns += source.columns
            for name in source.columns:
                field = self.accounts._fields[name]
                self.assertTrue(field.store, name)
                self.assertTrue(field.help, name)
        self.assertEqual(len(columns), len(set(columns)))
