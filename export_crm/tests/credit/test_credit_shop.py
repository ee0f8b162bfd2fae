"""Credit holds with Odoo's demo payment provider and the website shop.

These modules are no dependency: the tests run in a step of their own, on a database
where both are installed beside the add-on.
"""

from odoo.tests import tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.payment.tests.http_common import PaymentHttpCommon

from .test_credit_portal import ExportCrmPortalCommon


class ExportCrmShopCommon(
    ExportCrmPortalCommon, AccountPaymentCommon, PaymentHttpCommon
):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls._prepare_provider("demo", company=cls.company)
        cls.method = cls.demo.payment_method_ids[:1]
        cls.customer.write(
            {
                "email": "orders@lagos.example.com",
                "phone": "+2348031234567",
                "street": "1 Marina",
                "city": "Lagos",
                "zip": "101001",
                "country_id": cls.env.ref("base.ng").id,
                "state_id": cls.env.ref("base.state_ng_la").id,
            }
        )

    def _pay_by(self, route, amount, token, landing="/my/orders"):
        """Pay as the browser does: make the transaction, simulate, poll."""
        values = self.make_jsonrpc_request(
            route,
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.method.id,
                "token_id": None,
                "amount": amount,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": landing,
                "access_token": token,
            },
        )
        reference = values["reference"]
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {
                "reference": reference,
                "payment_details": "4242",
                "simulated_state": "done",
            },
        )
        self.make_jsonrpc_request("/payment/status/poll", {})
        transaction = self.env["payment.transaction"].search(
            [("reference", "=", reference)]
        )
        transaction.invalidate_recordset()
        return transaction


@tagged("post_install", "-at_install", "-standard", "export_crm_shop")
class TestCreditDemoProvider(ExportCrmShopCommon):
    def _payable(self):
        order = self._quotation(
            require_payment=True, require_signature=False, prepayment_percent=1.0
        )
        order.action_quotation_sent()
        order._portal_ensure_token()
        return order

    def _pay_online(self, order):
        return self._pay_by(
            f"/my/orders/{order.id}/transaction",
            order.amount_total,
            order.access_token,
            order.get_portal_url(),
        )

    def test_payment_under_hold_is_kept_and_confirms_on_release(self):
        hold, order = self._hold(), self._payable()
        transaction = self._pay_online(order)
        self.assertRecordValues(
            transaction, [{"state": "done", "is_post_processed": True, "amount": 100.0}]
        )
        order.invalidate_recordset()
        self.assertRecordValues(
            order, [{"state": "sent", "export_credit_waiting": True}]
        )
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("It is under review", page)
        self.assertEqual(len(hold.sudo().activity_ids), 1)

        self._release(hold)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.transaction_ids, transaction)

    def test_payment_of_a_free_customer_confirms(self):
        order = self._payable()
        self._pay_online(order)
        order.invalidate_recordset()
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install", "-standard", "export_crm_shop")
class TestCreditShop(ExportCrmShopCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].search([], limit=1)
        cls.website.write({"company_id": cls.company.id, "domain": False})
        cls.env["website"].search([("id", "!=", cls.website.id)]).sequence = 99
        cls.panel = cls.env["product.product"].create(
            {
                "name": "Shop panel",
                "type": "service",
                "list_price": 120.0,
                "taxes_id": [],
                "website_published": True,
            }
        )
        cls.buyer = cls.env["res.users"].create(
            {
                "name": "Buyer",
                "login": "ec_shop_buyer",
                "password": "ec_shop_buyer",
                "partner_id": cls.customer.id,
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
                "company_id": cls.company.id,
                "company_ids": [(6, 0, cls.company.ids)],
            }
        )

    def _fill_cart(self):
        self.authenticate("ec_shop_buyer", "ec_shop_buyer")
        self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": self.panel.product_tmpl_id.id,
                "product_id": self.panel.id,
                "quantity": 2,
            },
        )
        return self._cart()

    def _cart(self):
        return self.env["sale.order"].search(
            [("partner_id", "=", self.customer.id), ("website_id", "!=", False)],
            order="id desc",
            limit=1,
        )

    def _buy(self):
        order = self._fill_cart()
        self.url_open("/shop/checkout?try_skip_step=true")
        self.url_open("/shop/payment")
        order._portal_ensure_token()
        self._pay_by(
            f"/shop/payment/transaction/{order.id}",
            order.amount_total,
            order.access_token,
            "/shop/payment/validate",
        )
        page = self.url_open("/shop/payment/validate")
        order.invalidate_recordset()
        return order, page

    def test_shop_order_under_hold_is_kept_and_confirms_on_release(self):
        hold = self._hold()
        order, page = self._buy()
        self.assertEqual(page.status_code, 200)
        self.assertTrue(page.url.endswith("/shop/confirmation"))
        self.assertIn("Thank you for your order", page.text)
        self.assertRecordValues(
            order,
            [{"state": "sent", "export_credit_waiting": True, "amount_total": 240.0}],
        )
        self.assertEqual(order.transaction_ids.state, "done")
        self.assertEqual(hold.asked_ids.order_id, order)
        self.assertEqual(len(hold.sudo().activity_ids), 1)
        self.assertIn("under review", "".join(order.message_ids.mapped("body")))

        self._release(hold)
        self.assertRecordValues(
            order, [{"state": "sale", "export_credit_waiting": False}]
        )

    def test_waiting_order_is_nobodys_cart(self):
        self._hold()
        order, _page = self._buy()
        again = self._fill_cart()
        self.assertNotEqual(again, order)
        self.assertEqual(order.order_line.product_uom_qty, 2)

    def test_order_for_nothing_waits_as_well(self):
        self.panel.list_price = 0.0
        self._hold()
        order = self._fill_cart()
        self.url_open("/shop/checkout?try_skip_step=true")
        page = self.url_open("/shop/payment/validate")
        order.invalidate_recordset()
        self.assertEqual(page.status_code, 200)
        self.assertRecordValues(
            order, [{"state": "sent", "export_credit_waiting": True}]
        )

    def test_free_customer_buys_as_usual(self):
        order, page = self._buy()
        self.assertIn("Thank you for your order", page.text)
        self.assertEqual(order.state, "sale")
