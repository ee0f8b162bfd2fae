from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditCheckpoints(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls._create_product(
            name="Lamp", type="consu", is_storable=False, taxes_id=[]
        )
        cls.order = cls._quotation()
        cls.order.order_line.product_id = cls.goods
        cls.order.order_line.price_unit = 100.0
        cls.order.action_confirm()
        cls.picking = cls.order.picking_ids
        cls.second_order = cls._quotation()
        cls.second_order.order_line.product_id = cls.goods
        cls.second_order.order_line.price_unit = 100.0
        cls.second_order.action_confirm()
        cls.hold = cls._hold()

    def _stopped(self):
        return self.assertRaisesRegex(UserError, "Stopped: .*\n.* on credit hold since")

    def _let(self, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(self.controller)
            .create({"hold_id": self.hold.id, "reason": "Balance follows.", **values})
        )

    def _deliver(self, picking=None):
        picking = picking or self.picking
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()

    def test_delivery_goes_on_unless_switched_on(self):
        self._deliver()
        self.assertEqual(self.picking.state, "done")

    def test_delivery_is_stopped_on_every_road_until_released(self):
        self.company.export_credit_check_delivery = True
        with self._stopped(), self.cr.savepoint():
            self._deliver()
        with self._stopped(), self.cr.savepoint():
            self.picking.move_ids._action_done()
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": self.hold.id, "reason": "Paid."}
        )
        self._deliver()
        self.assertEqual(self.picking.state, "done")

    def test_release_for_the_confirmed_order_lets_its_goods_go(self):
        self.company.export_credit_check_delivery = True
        self._let(scope="order", order_id=self.order.id)
        self._deliver()
        self.assertEqual(self.picking.state, "done")
        self.assertTrue(self.hold.blocking)

    def test_deliveries_draw_on_a_release_up_to_an_amount(self):
        second = self.second_order
        self.company.export_credit_check_delivery = True
        release = self._let(scope="amount", amount_limit=150.0)
        self._deliver()
        self.assertEqual(release.amount_used, 100.0)
        with self._stopped():
            self._deliver(second.picking_ids)

    def test_prepaid_goods_go(self):
        self.company.export_credit_check_delivery = True
        self.hold.with_user(self.controller).cover_passes = True
        self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": 100.0,
                "company_id": self.company.id,
                "export_order_id": self.order.id,
            }
        ).action_post()
        self._deliver()
        self.assertEqual(self.picking.state, "done")

    def test_direct_invoice_is_stopped_where_switched_on(self):
        self._invoice(self.customer)
        self.company.export_credit_check_invoice = True
        contact = self.env["res.partner"].create(
            {"name": "Bills", "parent_id": self.customer.id, "type": "invoice"}
        )
        for partner, kind in (
            (self.customer, "out_invoice"),
            (contact, "out_invoice"),
            (self.customer, "out_receipt"),
        ):
            with (
                self.subTest(partner=partner.name, kind=kind),
                self._stopped(),
                self.cr.savepoint(),
            ):
                self._invoice(partner, move_type=kind)
        self._invoice(self._customer("Free GmbH"))

    def test_direct_delivery_is_stopped_where_switched_on(self):
        out = self.picking.picking_type_id
        places = {
            "location_id": self.picking.location_id.id,
            "location_dest_id": self.picking.location_dest_id.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.customer.id,
                "picking_type_id": out.id,
                **places,
                "move_ids": [
                    Command.create(
                        {"product_id": self.goods.id, "product_uom_qty": 1, **places}
                    )
                ],
            }
        )
        picking.action_confirm()
        self.company.export_credit_check_delivery = True
        with self._stopped(), self.cr.savepoint():
            self._deliver(picking)
        self.company.export_credit_check_delivery = False
        self._deliver(picking)
        self.assertEqual(picking.state, "done")

    def test_documents_wait_for_the_balance(self):
        self.company.export_credit_check_documents = True
        self._deliver()
        with self._stopped(), self.cr.savepoint():
            self.picking.action_export_release_documents()
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": self.hold.id, "reason": "Balance follows."}
        )
        with self.assertRaisesRegex(UserError, "not invoiced"), self.cr.savepoint():
            self.picking.action_export_release_documents()
        invoice = self.order._create_invoices()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, invoice.name), self.cr.savepoint():
            self.picking.action_export_release_documents()
        self._pay(invoice)
        self.picking.action_export_release_documents()
        self.assertTrue(self.picking.export_documents_released_on)
        self.assertEqual(self.picking.export_documents_released_by, self.env.user)

    def test_goods_on_the_water_are_listed_for_decision(self):
        self.assertEqual(self.hold.shipment_count, 0)
        self._deliver()
        self.hold.invalidate_recordset(["shipment_count"])
        self.assertEqual(self.hold.shipment_count, 1)
        action = self.hold.action_view_shipments()
        self.assertEqual(
            self.env["stock.picking"].search(action["domain"]), self.picking
        )
