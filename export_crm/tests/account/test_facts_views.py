from lxml import etree

from odoo.tests import Form, tagged
from odoo.tools.safe_eval import safe_eval

from .common import FactsCommon

VIEWS = ("list", "kanban", "form", "pivot", "graph", "search")


@tagged("post_install", "-at_install")
class TestFactsViews(FactsCommon):
    """The workbench and the fields on the partner."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = cls._customer("Big")
        cls.small = cls._customer("Small")
        cls.silent = cls._customer("Silent")
        cls.blank = cls._customer("Blank")
        today = cls.company._export_today()
        cls._order(cls.big, today, 900)
        cls._order(cls.small, today, 100, user_id=False)
        cls._order(cls.silent, cls._day(-400), 50)
        cls.partners = cls.big + cls.small + cls.silent + cls.blank
        cls.accounts._refresh_facts_of(cls.partners - cls.blank, cls.company)

    def test_all_views_load_for_each_role(self):
        manager = self._user("manager", "manager")
        for user in (self.salesperson, self.controller, manager):
            views = self.accounts.with_user(user).get_views(
                [(False, view) for view in VIEWS]
            )
            self.assertEqual(set(views["views"]), set(VIEWS))
        for model in ("res.partner", "sale.order"):
            self.env[model].with_user(self.salesperson).get_views(
                [(False, view) for view in ("list", "form", "search")]
            )

    def test_form_opens_read_only(self):
        account = self._account(self.big).with_user(self.salesperson)
        form = Form(account)
        with self.assertRaises(AssertionError):
            form.revenue_365d = 5

    def _filter(self, name):
        """Return the customers that the search view's filter ``name`` finds."""
        arch = self.accounts.get_view(view_type="search")["arch"]
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        domain = safe_eval(node.get("domain"), {"uid": self.salesperson.id})
        found = self.accounts.with_context(active_test=False).search(domain)
        return found.partner_id & self.partners

    def test_ready_filters(self):
        self.small.user_id = False
        self.assertEqual(self._filter("mine"), self.big + self.silent)
        self.assertEqual(self._filter("no_salesperson"), self.small)
        self.assertEqual(self._filter("silent"), self.silent)
        self.assertEqual(self._filter("growing"), self.big + self.small)
        self.assertEqual(self._filter("shrinking"), self.silent)
        self.assertFalse(self._filter("never"))
        self.assertFalse(self._filter("overdue"))
        self._invoice(self.small, 700, due=-40)
        self.accounts._refresh_facts_of(self.small, self.company)
        self.assertEqual(self._filter("overdue"), self.small)

    def test_groupings_by_salesperson_country_and_company(self):
        self.big.country_id = self.env.ref("base.ng")
        groups = self.accounts._read_group(
            [("partner_id", "in", self.partners.ids)],
            ["country_id"],
            ["revenue_365d:sum"],
        )
        self.assertIn((self.env.ref("base.ng"), 900.0), groups)
        for groupby in ("user_id", "team_id", "company_id", "usual_currency_id"):
            self.assertTrue(self.accounts._read_group([], [groupby], ["__count"]))

    def test_monetary_measures_can_be_summed_in_lists(self):
        described = self.accounts.fields_get(["revenue_365d", "growth", "gap_longest"])
        self.assertEqual(described["revenue_365d"]["aggregator"], "sum")
        self.assertEqual(described["growth"]["aggregator"], "avg")
        self.assertEqual(described["gap_longest"]["aggregator"], "max")

    def test_every_fact_says_what_it_is(self):
        for name, field in self.accounts._fields.items():
            if field.store and field.type in ("integer", "float", "monetary", "date"):
                if name not in ("id",):
                    self.assertTrue(field.help, name)

    def test_partner_fields_of_many_partners_are_read_at_once(self):
        partners = self.partners.with_user(self.salesperson)
        partners.mapped("export_revenue_365d")  # caches of rights and fields
        for some in (partners[0], partners):
            self.env.invalidate_all()
            some.mapped("commercial_partner_id")
            with self.assertQueryCount(1):
                some.mapped("export_revenue_365d")

    def test_contact_shows_the_figures_of_its_customer(self):
        contact = self._customer("Buyer", is_company=False, parent_id=self.big.id)
        self.assertEqual(contact.export_revenue_365d, 900.0)
        self.assertEqual(contact.export_account_id, self._account(self.big))
        action = contact.action_export_view_account()
        self.assertEqual(action["res_id"], self._account(self.big).id)

    def test_partner_fields_follow_the_company(self):
        other = self.setup_other_company(name="Company 2")["company"]
        self.assertEqual(self.big.export_revenue_365d, 900.0)
        there = self.big.with_company(other)
        self.assertIsNone(there.export_revenue_365d)
        self.assertFalse(there.export_account_id)
        self._open_account(self.big, other)
        self.accounts._refresh_facts(other, self.big.ids)
        self.assertEqual(there.export_revenue_365d, 0.0)

    def _search(self, *domain):
        return self.env["res.partner"].search(
            [("id", "in", self.partners.ids), *domain], order="id"
        )

    def test_search_by_figures(self):
        self.assertEqual(self._search(("export_revenue_365d", ">=", 900)), self.big)
        self.assertEqual(
            self._search(("export_revenue_365d", "<", 900)), self.small + self.silent
        )
        self.assertEqual(self._search(("export_revenue_365d", "=", 0)), self.silent)
        self.assertEqual(self._search(("export_revenue_365d", "=", False)), self.blank)
        self.assertEqual(
            self._search(("export_revenue_365d", "!=", False)),
            self.partners - self.blank,
        )
        self.assertEqual(
            self._search(("export_revenue_365d", "!=", 0)),
            self.big + self.small + self.blank,
        )
        self.assertEqual(self._search(("export_gap_open", ">", 90)), self.silent)
        self.assertEqual(
            self._search(("export_last_order_date", "<", self._day(-300))), self.silent
        )
        self.assertEqual(self._search(("export_account_id", "=", False)), self.blank)
        self.assertEqual(
            self._search(("export_account_id", "!=", False)),
            self.partners - self.blank,
        )

    def test_buttons_lead_to_the_documents(self):
        account = self._account(self.big)
        order = self.env["sale.order"].search([("partner_id", "=", self.big.id)])
        self._invoice(self.big, 10, due=5)
        for method, model, count in (
            ("action_view_orders", "sale.order", 1),
            ("action_view_quotations", "sale.order", 1),
            ("action_view_invoices", "account.move", 1),
            ("action_view_leads", "crm.lead", 0),
            ("action_view_deliveries", "stock.picking", 0),
        ):
            action = getattr(account, method)()
            self.assertEqual(action["res_model"], model)
            found = self.env[model].search(action["domain"])
            self.assertEqual(len(found), count, method)
        self.assertEqual(order.export_kind, "order")

    def test_kind_of_order_on_the_form(self):
        form = Form(self.env["sale.order"])
        form.partner_id = self.big
        form.export_kind = "sample"
        order = form.save()
        self.assertEqual(order.export_kind, "sample")
        order.export_kind = "sample"
        said = order.message_ids
        order.export_kind = "replacement"
        self.assertIn(
            "Kind of Order: Sample → Replacement",
            (order.message_ids - said).body,
        )

    def test_odoo_does_not_read_our_columns_along_with_its_own(self):
        """Every request reads its company and its partners: nobody pays for ours.

        Each confirmation reads its order, and what of ours it asks for anyway.
        """
        asked = {"export_confirmed_at", "export_tier_id", "export_credit_request_id"}
        for model in (
            "res.company",
            "res.partner",
            "sale.order",
            "stock.picking",
            "product.template",
        ):
            ours = {
                name
                for name, field in self.env[model]._fields.items()
                if field._module == "export_crm" and field.store and field.column_type
            }
            self.assertTrue(ours)
            eager = {n for n in ours if self.env[model]._fields[n].prefetch is True}
            self.assertFalse(
                eager - asked, f'{model}: declare them prefetch="export_crm"'
            )
