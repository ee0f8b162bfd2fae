import json

from odoo import Command
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.account_payment.tests.common import AccountPaymentCommon

from ..common import ExportCrmCommon

# A picture of one white pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk"
    "YAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)


class ExportCrmPortalCommon(ExportCrmCommon):
    def _sent(self, **values):
        order = self._quotation(require_signature=True, require_payment=False, **values)
        order.action_quotation_sent()
        order._portal_ensure_token()
        return order

    def _mails_to_customer(self, order):
        return order.message_ids.filtered(
            lambda message: order.partner_id in message.notified_partner_ids
        )

    def _release(self, hold, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(self.controller)
            .create({"hold_id": hold.id, "reason": "Paid by now.", **values})
        )


@tagged("post_install", "-at_install")
class TestCreditPortalSignature(ExportCrmPortalCommon, HttpCase):
    def _sign(self, order):
        response = self.url_open(
            f"/my/orders/{order.id}/accept",
            data=json.dumps(
                {
                    "params": {
                        "access_token": order.access_token,
                        "name": "Buyer",
                        "signature": SIGNATURE,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        )
        order.invalidate_recordset()
        return response.json()

    def test_under_review_only_while_it_waits(self):
        """Confirmed by hand, or cancelled: its customer waits for nothing any more."""
        hold = self._hold()
        orders = self._sent() | self._sent()
        for order in orders:
            self._sign(order)
        orders.order_line.price_unit = 150.0
        self._release(hold)
        self.assertEqual(set(orders.mapped("state")), {"sent"})
        for order in orders:
            page = self.url_open(order.get_portal_url()).text
            self.assertIn("It is under review", page)
        orders[0].action_confirm()
        orders[1]._action_cancel()
        for order in orders:
            page = self.url_open(order.get_portal_url()).text
            self.assertNotIn("under review", page)
        orders[1].action_draft()
        orders[1].action_quotation_sent()
        page = self.url_open(orders[1].get_portal_url()).text
        self.assertNotIn("under review", page)

    def test_signature_is_kept_and_the_order_waits(self):
        hold, order = self._hold(), self._sent()
        answer = self._sign(order)
        self.assertNotIn("error", answer)
        self.assertTrue(answer["result"]["force_refresh"])
        self.assertRecordValues(
            order,
            [{"state": "sent", "export_credit_waiting": True, "signed_by": "Buyer"}],
        )
        self.assertEqual(hold.asked_ids.order_id, order)
        self.assertEqual(len(hold.sudo().activity_ids), 1)
        page = self.url_open(order.get_portal_url()).text
        self.assertIn("It is under review", page)
        self.assertNotIn("credit", page.lower())
        mails = self._mails_to_customer(order)
        self.assertIn("under review", mails.body)
        self.assertNotIn("credit", mails.body.lower())

        self._release(hold)
        self.assertRecordValues(
            order, [{"state": "sale", "export_credit_waiting": False}]
        )

    def test_free_customer_signs_as_usual(self):
        order = self._sent()
        self._sign(order)
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestCreditAccepted(ExportCrmPortalCommon):
    def test_hundred_signatures_none_lost_all_confirmed_on_release(self):
        hold = self._hold()
        orders = self.env["sale.order"].concat(*(self._sent() for _i in range(100)))
        for order in orders:
            self._sign(order)._validate_order()
        self.assertEqual(set(orders.mapped("state")), {"sent"})
        self.assertEqual(hold.asked_ids.order_id, orders)
        self.assertEqual(len(hold.activity_ids), 1)
        self._release(hold)
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        self.assertFalse(any(orders.mapped("export_credit_waiting")))

    def test_message_is_in_the_customers_language(self):
        words = {
            "zh_CN": "您的订单",
            "es_ES": "su pedido",
            "pt_PT": "sua encomenda",
            "pt_BR": "seu pedido",
            "fr_FR": "votre commande",
            "de_DE": "Ihre Bestellung",
            "ru_RU": "ваш заказ",
            "ar_001": "طلبكم",
            "ja_JP": "ご注文",
        }
        for lang in words:
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["export_crm"], list(words))
        self._hold()
        for lang, word in words.items():
            with self.subTest(lang=lang):
                self.customer.lang = lang
                order = self._sent()
                self._sign(order)._validate_order()
                mail = self._mails_to_customer(order)
                self.assertIn(word, mail.subject)
                self.assertNotIn("Thank you", mail.body)

    def test_accepted_draft_is_no_draft_any_longer(self):
        """A shop would offer it to the customer as the cart."""
        self._hold()
        order = self._quotation()
        self._sign(order)._validate_order()
        self.assertRecordValues(
            order, [{"state": "sent", "export_credit_waiting": True}]
        )

    def test_release_of_one_order_confirms_that_one(self):
        hold = self._hold()
        first, second = self._sent(), self._sent()
        self._sign(first + second)._validate_order()
        self._release(hold, scope="order", order_id=first.id)
        self.assertEqual((first + second).mapped("state"), ["sale", "sent"])

    def test_what_cannot_be_confirmed_is_said_and_the_rest_goes_on(self):
        hold = self._hold()
        first, second = self._sent(), self._sent()
        self._sign(first + second)._validate_order()
        first.order_line = [
            Command.create({"name": "No product", "product_uom_qty": 1})
        ]
        self._release(hold)
        self.assertEqual((first + second).mapped("state"), ["sent", "sale"])
        self.assertIn(
            "Released, but not confirmed", "".join(first.message_ids.mapped("body"))
        )

    def test_what_was_changed_since_is_not_confirmed_by_itself(self):
        """The customer has accepted another total, or nothing any more."""
        hold = self._hold()
        raised, anew = self._sent(), self._sent()
        self._sign(raised + anew)._validate_order()
        raised.order_line.price_unit = 9000.0
        anew._action_cancel()
        anew.action_draft()
        self.assertFalse(anew.export_credit_waiting)
        self._release(hold)
        self.assertEqual((raised + anew).mapped("state"), ["sent", "draft"])
        self.assertIn(
            "another one than the customer accepted",
            "".join(raised.message_ids.mapped("body")),
        )

    def test_exposure_without_a_hold_waits_too(self):
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 50.0
        order = self._sent()
        self._sign(order)._validate_order()
        self.assertTrue(order.export_credit_waiting)
        self.assertFalse(order.export_credit_hold_id)
        self.assertTrue(order.export_credit_request_id.over_limit)
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"scope": "order", "order_id": order.id, "reason": "A good customer."}
        )
        self.assertEqual(order.state, "sale")


@tagged("post_install", "-at_install")
class TestCreditPayment(ExportCrmPortalCommon, AccountPaymentCommon):
    def _paid(self, order):
        transaction = self._create_transaction(
            "direct",
            amount=order.amount_total,
            currency_id=order.currency_id.id,
            partner_id=order.partner_id.id,
            sale_order_ids=[Command.set(order.ids)],
            reference=f"Test {order.id}",
        )
        transaction._set_done()
        transaction._post_process()
        return transaction

    def test_payment_is_kept_and_the_order_confirms_on_release(self):
        hold = self._hold()
        order = self._quotation(require_payment=True, require_signature=False)
        order.action_quotation_sent()
        transaction = self._paid(order)
        self.assertTrue(transaction.is_post_processed)
        self.assertRecordValues(
            order, [{"state": "sent", "export_credit_waiting": True}]
        )
        self._release(hold)
        self.assertEqual(order.state, "sale")

    def test_form_counts_what_was_paid_online(self):
        self._late_payer()
        self._check_payments()
        order = self._quotation(require_payment=True, require_signature=False)
        order.action_quotation_sent()
        self._paid(order)
        with Form(order.with_user(self.salesperson)) as form:
            form.client_order_ref = "PO 17"
            with form.order_line.edit(0) as line:
                line.price_unit = 99.0
            self.assertIn("confirm it", form.export_credit_reason)
            with form.order_line.edit(0) as line:
                line.price_unit = 101.0
            self.assertIn("on credit hold", form.export_credit_reason)
            with form.order_line.edit(0) as line:
                line.price_unit = 100.0

    def test_fully_paid_online_confirms_by_itself_and_somebody_is_told(self):
        """Cash in advance is no credit: nobody has to decide, the salesperson hears."""
        self._late_payer()
        hold = self._check_payments()
        order = self._quotation(require_payment=True, require_signature=False)
        order.action_quotation_sent()
        self._paid(order)
        request = order.export_credit_request_id
        self.assertEqual((order.state, request.asker_id), ("sent", order.partner_id))
        request._step_requests(self.company, self.customer.ids, self.today)
        self.assertEqual((order.state, request.state), ("sale", "pointless"))
        self.assertTrue(hold.blocking)
        told = order.message_ids.filtered(
            lambda m: self.salesperson.partner_id in m.notified_partner_ids
            and "is confirmed" in m.body
        )
        self.assertEqual(len(told), 1)

    def test_automatic_invoice_is_made_and_paid_on_release(self):
        self.env["ir.config_parameter"].sudo().set_param("sale.automatic_invoice", True)
        hold = self._hold()
        order = self._quotation(require_payment=True, require_signature=False)
        order.action_quotation_sent()
        self._paid(order)
        self.assertFalse(order.invoice_ids)
        self._release(hold)
        self.assertEqual(order.invoice_ids.state, "posted")
        self.assertIn(order.invoice_ids.payment_state, ("in_payment", "paid"))

    def test_hundred_payments_none_lost_all_confirmed_on_release(self):
        hold = self._hold()
        orders = self.env["sale.order"]
        for _i in range(100):
            orders += self._quotation(require_payment=True, require_signature=False)
        orders.action_quotation_sent()
        transactions = self.env["payment.transaction"].concat(
            *(self._paid(order) for order in orders)
        )
        self.assertEqual(set(transactions.mapped("is_post_processed")), {True})
        self.assertEqual(set(orders.mapped("state")), {"sent"})
        self.assertEqual(hold.asked_ids.order_id, orders)
        self.assertEqual(len(hold.activity_ids), 1)
        self._release(hold)
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        self.assertEqual(sum(transactions.mapped("amount")), 10000.0)
        self.assertEqual(set(transactions.mapped("state")), {"done"})

    def test_payment_of_a_free_customer_confirms(self):
        order = self._quotation(require_payment=True, require_signature=False)
        order.action_quotation_sent()
        self._paid(order)
        self.assertEqual(order.state, "sale")
