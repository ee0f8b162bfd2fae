from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import FollowupCommon

MONDAY = datetime(2026, 3, 2, 9, 0)


@tagged("post_install", "-at_install")
class TestFollowupStale(FollowupCommon):
    """What has happened ends the steps that it makes pointless; services have own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery_plan.active = False
        cls.company.resource_calendar_id = False
        cls.service = cls._create_product(
            name="Training", type="service", invoice_policy="order", taxes_id=[]
        )

    def _bought(self, *products, **values):
        """Confirm an order of these products on Monday."""
        with freeze_time(MONDAY):
            order = self._quotation(
                order_line=[
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "price_unit": 100.0,
                            "tax_ids": [],
                        }
                    )
                    for product in products
                ],
                **values,
            )
            order.action_confirm()
        return order

    def _at_day(self, days=0):
        with freeze_time(MONDAY + timedelta(days=days)):
            self._run(as_of=(MONDAY + timedelta(days=days)).date())

    def _ended(self, row):
        return row.state, row.reason or row.outcome

    # === THE SCHEDULE OF AN ORDER === #

    def test_schedule_ends_when_the_goods_have_left(self):
        """In part: it still matters what follows, and when."""
        self._plan("order")
        order = self._bought(self.goods, self.goods)
        self._at_day()
        row = self._rows(step="order_schedule")
        activity = row.activity_id
        self.assertEqual(row.state, "scheduled")
        first = order.picking_ids
        first.move_ids[0].write({"quantity": 1, "picked": True})
        first.move_ids[1].quantity = 0
        first.with_context(skip_backorder=True).button_validate()
        self._done_on(first, MONDAY.date())
        self._at_day(1)
        self.assertEqual(row.state, "scheduled", "a part has left")
        self._deliver(order, (MONDAY + timedelta(days=1)).date())
        self._at_day(2)
        self.assertEqual(self._ended(row), ("done", "answered"))
        self.assertEqual(row.done_at, datetime(2026, 3, 3, 12))
        self.assertEqual(row.on_time, 1.0)
        self.assertFalse(activity.exists())

    def test_schedule_that_nobody_told_in_time_is_late(self):
        """It ends, and is measured: nobody hides behind the dispatch."""
        self._plan("order")
        order = self._bought(self.goods)
        self._at_day()
        self._deliver(order, (MONDAY + timedelta(days=10)).date())
        self._at_day(11)
        row = self._rows(step="order_schedule")
        self.assertEqual(self._ended(row), ("done", "answered"))
        self.assertEqual(row.on_time, 0.0)

    def test_schedule_ends_after_everything_came_back(self):
        self._plan("order")
        order = self._bought(self.goods)
        self._at_day()
        row = self._rows(step="order_schedule")
        picking = self._deliver(order, MONDAY.date())
        self._take_back(picking)
        self._at_day(1)
        self.assertEqual(self._ended(row), ("cancelled", "returned"))
        self.assertFalse(self._activities().filtered("active"))

    def test_no_schedule_for_services(self):
        self._plan("order")
        self._bought(self.service)
        self._at_day()
        self.assertFalse(self._rows(step="order_schedule"))
        self._bought(self.service, self.goods)
        self._at_day()
        self.assertEqual(self._rows(step="order_schedule").state, "scheduled")

    def test_order_that_becomes_one_of_services(self):
        """And one of goods again."""
        self._plan("order")
        order = self._bought(self.service, self.goods)
        self._at_day()
        row = self._rows(step="order_schedule")
        goods = order.order_line.filtered(lambda line: line.product_id == self.goods)
        goods.product_uom_qty = 0
        self._at_day(1)
        self.assertEqual(self._ended(row), ("cancelled", "services"))
        goods.product_uom_qty = 2
        self._at_day(1)
        self.assertEqual(row.state, "scheduled")

    # === NEWS OF THE SHIPMENT === #

    def test_shipment_news_ends_when_the_goods_are_there(self):
        """By proof, by the day that was expected, by the days under way."""
        self._plan("shipment")
        cif = self.env.ref("account.incoterm_CIF")
        self.env["export.crm.transit"].create(
            {"days": 5, "company_id": self.company.id, "incoterm_id": cif.id}
        )
        for name, values, arrived in (
            ("received", {"export_received_date": "2026-03-04"}, 2),
            ("expected", {"export_eta": "2026-03-06"}, 5),
            ("days under way", {}, 6),
        ):
            with self.subTest(name):
                customer = self._customer(name)
                with freeze_time(MONDAY):
                    order = self._sold(customer, incoterm=cif.id)
                picking = self._deliver(order, MONDAY.date())
                picking.write({"export_eta": "2026-03-20"} if arrived == 2 else values)
                self._at_customer(customer, arrived - 1)
                row = self._rows(customer, step="shipment_news")
                activity = row.activity_id
                self.assertEqual(row.state, "scheduled")
                picking.write(values)
                self._at_customer(customer, arrived)
                self.assertEqual(self._ended(row), ("done", "answered"))
                self.assertEqual(row.on_time, 0.0, "nobody told them")
                self.assertFalse(activity.exists())

    def _at_customer(self, customer, days):
        with freeze_time(MONDAY + timedelta(days=days)):
            as_of = (MONDAY + timedelta(days=days)).date()
            self._run(as_of=as_of, partners=customer)

    def test_shipment_news_while_nobody_knows_when_they_arrive(self):
        """Goods without known days under way are not there on the day they leave."""
        self._plan("shipment")
        self._deliver(self._bought(self.goods), MONDAY.date())
        self._at_day(3)
        self.assertEqual(self._rows(step="shipment_news").state, "scheduled")

    # === ANSWERS === #

    def test_quotation_answers_the_inquiry(self):
        self._plan("inquiry")
        with freeze_time(MONDAY):
            lead = self.env["crm.lead"].create(
                {
                    "name": "200 pumps",
                    "type": "opportunity",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.salesperson.id,
                }
            )
            self.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", [MONDAY, lead.id]
            )
            lead.invalidate_recordset()
            self.ledger._plan_leads(self.company, lead)
        row = self._rows(step="first_reply")
        self.assertEqual(row.state, "scheduled")
        order = self._quotation(opportunity_id=lead.id)
        self._at_day()
        self.assertEqual(row.state, "scheduled", "not sent yet")
        with freeze_time(MONDAY + timedelta(hours=1)):
            order.action_quotation_sent()
        self._at_day(1)
        self.assertEqual(self._ended(row), ("done", "answered"))
        self.assertEqual((row.taken_hours, row.on_time), (1.0, 1.0))

    # === SERVICES === #

    def test_steps_after_a_service(self):
        """From the day promised for it, else from the order's; not beside goods."""
        self._plan("service")
        order = self._bought(self.service)
        self._at_day()
        rows = self._rows().sorted("planned_date")
        self.assertEqual(rows.mapped("step"), ["service_1w", "service_3m"])
        self.assertEqual(
            [str(day) for day in rows.mapped("planned_date")],
            ["2026-03-09", "2026-06-02"],
        )
        order.commitment_date = datetime(2026, 4, 1, 9)
        self._at_day(1)
        self.assertEqual(str(rows[0].planned_date), "2026-04-08")
        self.assertEqual(len(self._rows()), 2)
        other = self._customer("Goods, too")
        with freeze_time(MONDAY):
            mixed = self._quotation(
                other,
                order_line=[
                    Command.create({"product_id": product.id, "price_unit": 10.0})
                    for product in (self.service, self.goods)
                ],
            )
            mixed.action_confirm()
        self._at_customer(other, 0)
        self.assertFalse(self._rows(other))

    def test_service_cancelled(self):
        self._plan("service")
        order = self._bought(self.service)
        self._at_day(5)
        row = self._rows(step="service_1w")
        self.assertEqual(row.state, "scheduled")
        order._action_cancel()
        self._at_day(5)
        self.assertEqual(self._ended(row), ("cancelled", "order_cancelled"))
