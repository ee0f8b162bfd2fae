from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..common import ExportCrmCommon


@tagged("post_install", "-at_install")
class TestCreditRoads(ExportCrmCommon):
    """Roads into a confirmed order, and on it, that no button shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = cls._create_product(
            name="Lamp", type="consu", is_storable=False, taxes_id=[]
        )
        cls.confirmed = cls._quotation()
        cls.confirmed.order_line.product_id = cls.goods
        cls.confirmed.order_line.price_unit = 100.0
        cls.confirmed.action_confirm()
        cls.order = cls._quotation()
        cls.hold = cls._hold()

    def _refused(self):
        return self.assertRaisesRegex(UserError, "has been on credit hold since")

    def test_flags_of_a_line_hide_no_goods(self):
        for flag in ("is_downpayment", "is_expense", "is_delivery"):
            if flag not in self.env["sale.order.line"]._fields:
                continue
            with self.subTest(flag=flag), self._refused(), self.cr.savepoint():
                self.confirmed.with_user(self.salesperson).order_line = [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 50,
                            "price_unit": 100.0,
                            flag: True,
                        }
                    )
                ]

    def test_nobody_writes_what_an_order_comes_to(self):
        """Odoo lets a client write stored totals: past every limit and release."""
        order = self.order.with_user(self.salesperson)
        line = {"product_id": self.goods.id, "price_unit": 100.0}
        partner = {"partner_id": self.customer.id}
        for written in (
            lambda: order.write({"amount_total": 0.01, "state": "sale"}),
            lambda: order.write({"currency_rate": 1000.0}),
            lambda: order.order_line.write({"price_total": 0.01}),
            lambda: order.write(
                {"order_line": [Command.create({**line, "price_subtotal": 0.01})]}
            ),
            lambda: order.create({**partner, "amount_total": 0.01}),
            lambda: order.browse().web_save(
                {**partner, "amount_untaxed": 0.01, "amount_total": 0.01}, {}
            ),
        ):
            with self.assertRaisesRegex(AccessError, "set by the system"):
                written()
        loaded = order.load(["partner_id/.id", "amount_total"], [[self.customer.id, 1]])
        self.assertIn("leave it out", loaded["messages"][0]["message"])
        order.copy()

    def test_expense_becomes_no_sale(self):
        self.product.expense_policy = "cost"
        self.confirmed.order_line = [
            Command.create(
                {"product_id": self.product.id, "price_unit": 5.0, "is_expense": True}
            )
        ]
        line = self.confirmed.order_line[-1].with_user(self.salesperson)
        for values in ({"is_expense": False}, {"product_id": self.goods.id}):
            with self.subTest(values=values), self._refused(), self.cr.savepoint():
                line.write(values)

    def test_line_of_another_confirmed_order_is_more_for_this_one(self):
        free = self._quotation(self._customer("Punctual GmbH"))
        free.action_confirm()
        with self._refused():
            free.order_line.order_id = self.confirmed

    def test_other_currency_is_refused(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.1)])
        with self._refused():
            self.confirmed.with_user(self.salesperson).currency_id = euro

    def test_defaults_copies_and_several_at_once(self):
        roads = {
            "copy with default": lambda: self.order.with_context(
                default_state="sale"
            ).copy(),
            "copy of a confirmed one": lambda: self.confirmed.with_context(
                default_state="sale"
            ).copy(),
            "copy with values": lambda: self.order.copy({"state": "sale"}),
            "line by default order": lambda: (
                self.env["sale.order.line"]
                .with_context(default_order_id=self.confirmed.id)
                .create({"product_id": self.product.id, "price_unit": 5.0})
            ),
            "linked line": lambda: self.confirmed.write(
                {"order_line": [Command.link(self.order.order_line.id)]}
            ),
            "list": lambda: self.order.with_user(self.salesperson).web_save_multi(
                [{"state": "sale"}], {}
            ),
            "from cancelled": lambda: self._cancelled().write({"state": "sale"}),
        }
        for name, road in roads.items():
            with self.subTest(road=name), self._refused(), self.cr.savepoint():
                road()

    def _cancelled(self):
        order = self._quotation()
        order._action_cancel()
        return order

    def test_a_draft_that_nobody_signed_never_confirms_itself(self):
        """Neither does a salesperson mark it as accepted, nor is the mark believed."""
        order = self.order.with_user(self.salesperson)
        accepted = {"export_credit_waiting": True, "export_accepted_total": 100.0}
        for vals in (accepted, {"export_credit_waiting": True}):
            with self.assertRaisesRegex(AccessError, "set by the system"):
                order.write(vals)
        with self.assertRaisesRegex(AccessError, "set by the system"):
            order.with_context(default_export_credit_waiting=True).create(
                {"partner_id": self.customer.id}
            )
        self.order.sudo().write(accepted)  # as former versions let anybody
        signed = self._quotation()
        self._sign(signed)._validate_order()
        releases = self.env["export.crm.credit.release"].with_user(self.controller)
        releases.create({"hold_id": self.hold.id, "reason": "Paid by now."})
        self.assertEqual((self.order.state, signed.state), ("draft", "sale"))
        self.assertIn("neither signed nor paid", self.order.message_ids[0].body)

    def test_sending_and_mail_confirm_nothing(self):
        action = self.order.action_quotation_send()
        self.env["mail.compose.message"].with_context(**action["context"]).create(
            {}
        ).action_send_mail()
        self.order.message_post(
            body="We accept.",
            message_type="email",
            author_id=self.customer.id,
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(self.order.state, "sent")

    def test_company_of_the_order_counts_not_that_of_the_user(self):
        other = self.setup_other_company(name="Other")["company"]
        self.salesperson.company_ids += other
        order = self.order.with_user(self.salesperson)
        with self._refused():
            order.with_context(
                allowed_company_ids=[other.id, self.company.id]
            ).action_confirm()

    def test_invoicing_contact_of_a_held_payer(self):
        contact = self.env["res.partner"].create(
            {"name": "Bills", "parent_id": self.customer.id, "type": "invoice"}
        )
        order = self._quotation(
            self._customer("Punctual GmbH"), partner_invoice_id=contact.id
        )
        with self._refused():
            order.action_confirm()

    def test_deposit_invoice_and_discount_go_on(self):
        """What lowers the risk isn't stopped: asking for money, taking less."""
        context = {
            "active_model": "sale.order",
            "active_ids": self.confirmed.ids,
            "active_id": self.confirmed.id,
        }
        self.env["sale.advance.payment.inv"].with_context(**context).create(
            {"advance_payment_method": "percentage", "amount": 30}
        ).create_invoices()
        self.confirmed.invoice_ids.action_post()
        self.assertEqual(self.confirmed.invoice_ids.amount_total, 30.0)
        self.env["sale.order.discount"].with_context(**context).create(
            {"discount_type": "so_discount", "discount_percentage": 0.1}
        ).action_apply_discount()
        self.assertEqual(self.confirmed.amount_total, 90.0)


@tagged("post_install", "-at_install")
class TestCreditCustomerReads(ExportCrmCommon):
    """The customer logs in, and reads the own records as any RPC client may."""

    def test_customer_is_told_nothing_of_the_hold(self):
        portal = new_test_user(
            self.env,
            login="ec_portal",
            groups="base.group_portal",
            company_id=self.company.id,
        )
        portal.partner_id.write({"parent_id": self.customer.id, "user_id": False})
        hold = self._hold(note="We fear they go bankrupt.")
        order = self._quotation(portal.partner_id)
        order.action_quotation_sent()
        self._sign(order)._validate_order()
        self.env.invalidate_all()
        order, partner = order.with_user(portal), portal.partner_id.with_user(portal)
        order.read(["name"])
        partner.read(["name"])
        for record, name in (
            (order, "export_credit_reason"),
            (order, "export_credit_hold_id"),
            (order, "export_credit_requested"),
            (order, "export_credit_waiting"),
            (partner, "export_credit_reason"),
            (partner, "export_credit_hold_id"),
            (partner, "export_credit_hold_ids"),
            (hold.with_user(portal), "note"),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                record.read([name])
        with self.assertRaises(AccessError):
            order.search([("export_credit_hold_id", "!=", False)])
        texts = "".join(order.sudo().message_ids.mapped("body"))
        self.assertIn("credit hold", texts)
        shown = order.message_ids.filtered(lambda message: not message.is_internal)
        self.assertNotIn("credit", "".join(shown.mapped("body")).lower())
