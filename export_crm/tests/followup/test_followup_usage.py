from odoo.tests import tagged
from odoo.tools import format_date

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupUsage(FollowupCommon):
    """The monthly health check brings a summary of product usage along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery_plan.active = False
        cls._plan("health_check")
        cls.company.export_followup_ahead_days = 40
        cls.company.export_go_live_date = cls._day(-400)
        cls.technician = cls._user("technician", "user", name="Tina Technician")
        cls.company.export_service_user_id = cls.technician
        cls.customer.country_id = cls.env.ref("base.de")
        cls.dozens = cls.env.ref("uom.product_uom_dozen")

    def _account(self, partner=None, **values):
        return (
            self.env["export.crm.account"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.customer).id,
                    "company_id": self.company.id,
                    "order_count": 3,
                    **values,
                }
            )
        )

    def _bought(self, days=-30, partner=None, **values):
        order = self._sold(partner, **values)
        order.date_order = self._at(self._day(days))
        return order

    def _note(self, partner=None):
        self.company.export_go_live_date = self.today
        self._run(partners=partner)
        row = self._rows(partner, step="cadence_health_check")
        self.assertEqual(row.state, "scheduled")
        return row.activity_id.note

    def _date(self, days, lang="en_US"):
        env = self.env(context={"lang": lang})
        return format_date(env, self._day(days))

    def test_what_was_bought_and_received(self):
        self._account(
            last_order_date=self._day(-10),
            claims_open_minor=1,
            claims_open_major=0,
            claims_open_critical=2,
            portal_days_90d=4,
        )
        first = self._bought(-364, qty=10)
        self._deliver(first, self._day(-300), qty=4)
        self._bought(-10, qty=2.5)
        self._bought(-366, qty=100)  # too long ago
        self._bought(-20, qty=7, export_kind="sample")
        self._bought(-20, qty=7).sudo()._action_cancel()
        note = self._note()
        self.assertIn("Product usage, last 12 months", note)
        self.assertIn(
            f"Pump: 12.50 Units ordered, 4 delivered, last on {self._date(-10)}", note
        )
        self.assertIn(f"Last purchase: {self._date(-10)}", note)
        self.assertIn("Open claims: 3", note)
        self.assertIn("Portal: used on 4 of the last 90 days", note)
        self.assertIn("Which problems came up", note, "the questions stay")

    def test_units_are_the_products_own(self):
        self._account()
        order = self._quotation(order_line=[])
        self.env["sale.order.line"].create(
            {
                "order_id": order.id,
                "product_id": self.goods.id,
                "product_uom_id": self.dozens.id,
                "product_uom_qty": 2,
                "price_unit": 1.0,
                "tax_ids": [],
            }
        )
        order.action_confirm()
        self.assertIn("Pump: 24 Units ordered, 0 delivered", self._note())

    def test_nothing_bought(self):
        self._account()
        note = self._note()
        self.assertIn("Nothing was bought.", note)
        self.assertIn("Portal: no access yet", note)
        self.assertNotIn("Open claims", note, "unknown is not 0")

    def test_many_products(self):
        self._account()
        for number in range(12):
            product = self._create_product(name=f"Part {number}", taxes_id=[])
            order = self._quotation(order_line=[])
            self.env["sale.order.line"].create(
                {"order_id": order.id, "product_id": product.id, "tax_ids": []}
            )
            order.action_confirm()
        note = self._note()
        self.assertEqual(note.count("ordered,"), 10)
        self.assertIn("… and 2 more products", note)

    def test_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search(
            [("name", "=", "export_crm")]
        )._update_translations(["zh_CN"])
        self.technician.lang = "zh_CN"
        self.goods.with_context(lang="zh_CN").name = "水泵"
        self._account()
        self._bought(-10, qty=3)
        note = self._note()
        self.assertIn("产品使用情况（近 12 个月）", note)
        self.assertIn("水泵：订购 3", note)
        self.assertNotIn("ordered", note)

    def test_only_where_it_is_wanted(self):
        self._step("health_check").export_usage = False
        self._account()
        self._bought()
        self.assertNotIn("Product usage", self._note())

    def test_other_customers_and_companies_stay_out(self):
        self._account()
        other = self._customer("Hans GmbH", country_id=self.env.ref("base.de").id)
        self._bought(-10, other, qty=77)
        second = self.setup_other_company(name="Company 2")["company"]
        self._account(company_id=second.id, portal_days_90d=9)
        note = self._note()
        self.assertNotIn("77", note)
        self.assertNotIn("of the last 90 days", note)

    def test_as_many_statements_for_many_rows_as_for_one(self):
        partners = self.customer
        for number in range(9):
            partners += self._customer(
                f"Hans {number} GmbH", country_id=self.env.ref("base.de").id
            )
        for partner in partners:
            self._account(partner)
            self._bought(-10, partner)
        self.company.export_go_live_date = self.today
        self._run(partners=partners, contacts=False)
        rows = self.ledger.search(
            [("partner_id", "in", partners.ids), ("step", "=", "cadence_health_check")]
        )
        self.assertEqual(len(rows), 10)
        statements = []
        for some in (rows[:1], rows, rows[:1], rows):
            before = self.env.cr.sql_log_count
            found = some._usages(self.company)
            statements.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(found), len(some))
            self.assertTrue(all(usage.products for usage in found.values()))
        self.assertEqual(statements[2], statements[3], statements)

    def test_day_of_the_window(self):
        self._account()
        self._bought(-365, qty=8)
        self.assertIn("Pump: 8 Units", self._note())
