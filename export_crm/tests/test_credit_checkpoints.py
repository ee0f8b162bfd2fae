from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ExportCrmCommon


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
        cls.order.action_confirm()
        cls.picking = cls.order.picking_ids
        cls.hold = cls._hold()

    def _stopped(self):
        return self.assertRaisesRegex(UserError, "Stopped: .*\n.* on credit hold since")

    def _deliver(self):
        self.picking.move_ids.quantity = 1
        self.picking.move_ids.picked = True
        self.picking.button_validate()

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

    def test_direct_invoice_is_stopped_where_switched_on(self):
        self._invoice(self.customer)
        self.company.export_credit_check_invoice = True
        with self._stopped(), self.cr.savepoint():
            self._invoice(self.customer)
        self._invoice(self._customer("Free GmbH"))

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
