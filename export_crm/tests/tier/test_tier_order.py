"""The tier on orders, leads and invoices: stored at confirmation, shown in batch."""

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged, warmup

from .common import AS_OF, TierCommon


@tagged("post_install", "-at_install")
class TestTierOnDocuments(TierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._open_account(cls.customer)
        cls.account = cls._account(cls.customer)
        cls._set_tier(cls.account, "B")

    def test_tier_at_confirmation_is_kept(self):
        order = self._quotation()
        self.assertFalse(order.export_tier_id)
        order.action_confirm()
        self.assertEqual(order.export_tier_id.code, "B")
        self._set_tier(self.account, "A")
        self.env.invalidate_all()
        self.assertEqual(order.export_tier_id.code, "B")
        self.assertEqual(order.export_customer_tier_id.code, "A")
        order.write({"state": "sale"})
        self.env.flush_all()
        self.assertEqual(order.export_tier_id.code, "B")

    def test_every_road_into_a_confirmed_order(self):
        written = self._quotation()
        written.write({"state": "sale"})
        created = self._quotation(state="sale")
        portal = self._quotation()
        portal._validate_order()
        for order in (written, created, portal):
            self.assertEqual(order.export_tier_id.code, "B")

    def test_cancelled_keeps_it_reset_and_confirmed_again_gets_the_new_one(self):
        order = self._quotation()
        order.action_confirm()
        self.env.flush_all()
        order._action_cancel()
        self.assertEqual(order.export_tier_id.code, "B")
        order.action_draft()
        self.assertFalse(order.export_tier_id)
        self._set_tier(self.account, "C")
        order.action_confirm()
        self.assertEqual(order.export_tier_id.code, "C")

    def test_contact_and_customer_of_no_tier(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        other = self._customer("Unrated")
        orders = self._quotation(contact) + self._quotation(other)
        orders.action_confirm()
        self.assertEqual([o.export_tier_id.code for o in orders], ["B", False])

    def test_form_shows_the_tier_before_it_is_saved(self):
        with Form(self.env["sale.order"]) as form:
            form.partner_id = self.customer
            self.assertEqual(form.export_customer_tier_id, self.tiers["B"])
            form.partner_id = self._customer("Unrated")
            self.assertFalse(form.export_customer_tier_id)

    def test_copy_is_a_new_quotation(self):
        order = self._quotation()
        order.action_confirm()
        self.assertFalse(order.copy().export_tier_id)

    def test_tier_in_the_company_of_the_document(self):
        other = self._second()
        there = self.accounts.sudo().create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self._set_tier(there, "C")
        order = self._quotation()
        seen = order.sudo().with_company(other)
        self.assertEqual(seen.export_customer_tier_id.code, "B")
        seen.action_confirm()
        self.assertEqual(order.export_tier_id.code, "B")

    def _statements(self, model, ids, fields):
        self.env.flush_all()
        self.env.invalidate_all()
        records = self.env[model].with_user(self.salesperson).browse(ids)
        before = self.env.cr.sql_log_count
        records.read(fields)
        return self.env.cr.sql_log_count - before

    @warmup
    def test_badges_on_lists_cost_the_same_for_one_and_fifty(self):
        partners = self.env["res.partner"].union(
            *(self._customer(f"Customer {n}") for n in range(50))
        )
        self._open_account(partners)
        for account in self.accounts.search([("partner_id", "in", partners.ids)]):
            self._set_tier(account, "ABC"[account.id % 3])
        orders = self.env["sale.order"].union(*(self._quotation(p) for p in partners))
        leads = self.env["crm.lead"].create(
            [
                {
                    "name": p.name,
                    "partner_id": p.id,
                    "user_id": self.salesperson.id,
                    "type": "opportunity",
                }
                for p in partners
            ]
        )
        partner_fields = ["name", "export_tier_id", "export_tier_color"]
        document_fields = ["export_customer_tier_id", "export_customer_tier_color"]
        for model, records, fields in (
            ("res.partner", partners, partner_fields),
            ("sale.order", orders, ["partner_id", *document_fields]),
            ("crm.lead", leads, ["partner_id", *document_fields, "export_answer_by"]),
        ):
            with self.subTest(model=model):
                self._statements(model, records.ids, fields)
                one = self._statements(model, records[:1].ids, fields)
                fifty = self._statements(model, records.ids, fields)
                self.assertLessEqual(fifty, one)

    def test_confirming_costs_one_statement_more(self):
        """The tier goes into the UPDATE of the state: its SELECT is all."""
        *warm, order, same = (self._quotation() for _number in range(4))

        def confirm(record):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            record.action_confirm()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        for quotation in warm:
            confirm(quotation)
        with_tier = confirm(order)
        model = type(self.env["sale.order"])
        self.patch(model, "_export_tier_ids", lambda *args: {})
        without = confirm(same)
        self.assertEqual(with_tier - without, 1)
        self.assertEqual(order.export_tier_id.code, "B")

    def test_invoice_and_lead_show_the_tier(self):
        move = self._invoice(self.customer)
        self.assertEqual(move.export_customer_tier_id.code, "B")
        lead = self.env["crm.lead"].create(
            {"name": "Inquiry", "partner_id": self.customer.id}
        )
        self.assertEqual(lead.export_customer_tier_id.code, "B")
        # Working hours, so the moment hangs on the day of the week: as in the ledger.
        clock = self.env["export.crm.followup"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual(clock.target_hours, 2.0)
        self.assertEqual(lead.export_answer_by, clock.due_at)

    def test_without_follow_ups_the_policy_says_until_when_to_answer(self):
        self.company.export_go_live_date = False
        lead = self.env["crm.lead"].create(
            {"name": "Inquiry", "partner_id": self.customer.id}
        )
        self.assertEqual(
            (lead.export_answer_by - lead.create_date).total_seconds(), 2 * 3600
        )

    def test_orders_are_found_by_the_customers_tier(self):
        order = self._quotation()
        orders = self.env["sale.order"]
        for code, found in (("B", order), ("A", orders)):
            self.assertEqual(
                orders.search(
                    [
                        ("id", "=", order.id),
                        ("export_customer_tier_id.code", "=", code),
                    ]
                ),
                found,
            )

    def test_sales_analysis_by_tier_at_confirmation(self):
        self._quotation().action_confirm()
        self.env.flush_all()
        groups = self.env["sale.report"]._read_group(
            [("partner_id", "=", self.customer.id)],
            ["export_tier_id"],
            ["price_subtotal:sum"],
        )
        self.assertEqual(groups, [(self.tiers["B"], 100.0)])

    def test_revenue_by_tier_and_country(self):
        self.customer.country_id = self.env.ref("base.ng")
        self.account.sudo().write({"revenue_365d": 700.0})
        self.env.flush_all()
        action = self.env.ref("export_crm.export_crm_account_tier_country_action")
        self.assertIn("pivot", action.view_mode)
        groups = self.accounts._read_group(
            [("id", "=", self.account.id)],
            ["country_id", "tier_id"],
            ["revenue_365d:sum"],
        )
        self.assertEqual(groups, [(self.env.ref("base.ng"), self.tiers["B"], 700.0)])

    def test_customers_cannot_read_what_tier_they_are_in(self):
        portal = new_test_user(
            self.env, "ec_portal", groups="base.group_portal", email="buyer@x.example"
        )
        portal.partner_id.parent_id = self.customer
        order = self._order(portal.partner_id, AS_OF)
        self.assertEqual(order.export_tier_id.code, "B")
        for record, names in (
            (portal.partner_id, ("export_tier_id", "export_tier_color")),
            (
                order,
                (
                    "export_tier_id",
                    "export_customer_tier_id",
                    "export_customer_tier_color",
                    "export_terms_days",
                    "export_terms_text",
                    "export_terms_before_id",
                    "export_trial",
                    "export_freight_free",
                ),
            ),
        ):
            theirs = record.with_user(portal)
            self.assertTrue(theirs.read(["display_name"]))
            for name in names:
                with self.subTest(name=name), self.assertRaises(AccessError):
                    theirs.read([name])

    def test_intern_sees_the_tier_and_nothing_behind_it(self):
        intern = self._user("intern", "intern")
        partner = self.customer.with_user(intern)
        self.assertEqual(partner.export_tier_id.code, "B")
        fields = partner.fields_get()
        for name in ("export_tier_missing", "export_segment", "export_wallet_ids"):
            self.assertNotIn(name, fields)
        for model in ("export.crm.tier.change", "export.crm.tier.override"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(intern).search([])
