from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...models.credit.refusal import OrderRefused
from ..common import ExportCrmCommon

REFUSED = "has been on credit hold since"


@tagged("post_install", "-at_install")
class TestCreditGuard(ExportCrmCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._customer("Punctual GmbH")
        cls.order = cls._quotation()
        cls.hold = cls._hold()

    def _refused(self):
        return self.assertRaisesRegex(UserError, REFUSED)

    def test_message_names_invoices_dates_days_and_whom_to_ask(self):
        customer = self._customer("Hamburg Import GmbH")
        invoices = self._late_payer(customer)
        self._check_payments(customer)
        order = self._quotation(customer).with_user(self.salesperson)
        with self.assertRaises(ValidationError) as raised:
            order.action_confirm()
        message = str(raised.exception)
        today, first, second = map(self._date_text, map(self._day, (0, -90, -60)))
        for text in (
            order.name,
            f"Hamburg Import GmbH has been on credit hold since {today}",
            f"{invoices[0].name}, due {first}: paid 20 days late",
            f"{invoices[1].name}, due {second}: paid 30 days late",
            "Ask Anna Accountant (Credit Controller) for a release.",
        ):
            self.assertIn(text, message)
        self.assertNotIn("1,000", message)
        self.assertEqual(order.state, "draft")

    def test_refusal_says_what_can_be_asked_for_and_opened(self):
        """For the dialog: the orders, and the hold of who may read it alone."""
        theirs = self._quotation(self.other)
        both = (self.order | theirs).with_user(self.salesperson)
        with self.assertRaises(OrderRefused) as raised:
            both.action_confirm()
        self.assertEqual(
            raised.exception.context,
            {"order_ids": self.order.ids, "hold_id": self.hold.id},
        )
        blockers, _used = self.order._export_credit_verdicts(lock=False)
        stranger = self.order.with_user(self._user("stranger", "user"))
        self.assertFalse(stranger._export_hold_to_open(blockers), "of a colleague's")

    def test_no_road_leads_to_a_confirmed_order(self):
        vals = {"partner_id": self.customer.id, "company_id": self.company.id}
        Order = self.env["sale.order"]
        roads = {
            "button": lambda order, _orders: order.action_confirm(),
            "write": lambda order, _orders: order.write({"state": "sale"}),
            "locked": lambda order, _orders: order.write(
                {"state": "sale", "locked": True}
            ),
            "web_save": lambda order, _orders: order.web_save({"state": "sale"}, {}),
            "create": lambda _order, orders: orders.create({**vals, "state": "sale"}),
            "default": lambda _order, orders: orders.with_context(
                default_state="sale"
            ).create(vals),
            "context": lambda order, _orders: order.with_context(
                bypass_credit=True, export_credit_bypass=True, tracking_disable=True
            ).action_confirm(),
            "sudo": lambda order, _orders: order.sudo().action_confirm(),
        }
        for user in (self.salesperson, self.controller, self.env.user):
            user.group_ids += self.quick_ref("sales_team.group_sale_manager")
            for name, road in roads.items():
                with self.subTest(road=name, user=user.name), self._refused():
                    with self.cr.savepoint():
                        road(self.order.with_user(user), Order.with_user(user))
                self.assertEqual(self.order.state, "draft")

    def test_import_is_refused(self):
        result = self.env["sale.order"].load(
            ["partner_id/.id", "state"], [[str(self.customer.id), "Sales Order"]]
        )
        self.assertFalse(result["ids"])
        self.assertIn(REFUSED, result["messages"][0]["message"])

    def test_import_wizard_is_refused(self):
        content = f"partner_id/.id,state\n{self.customer.id},Sales Order\n"
        wizard = self.env["base_import.import"].create(
            {
                "res_model": "sale.order",
                "file": content.encode(),
                "file_type": "text/csv",
            }
        )
        result = wizard.execute_import(
            ["partner_id/.id", "state"],
            ["partner_id/.id", "state"],
            {"has_headers": True, "quoting": '"', "separator": ","},
        )
        self.assertFalse(result["ids"])
        self.assertIn(REFUSED, result["messages"][0]["message"])

    def test_server_action_and_form_are_refused(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "Confirm",
                "model_id": self.env.ref("sale.model_sale_order").id,
                "state": "code",
                "code": "records.action_confirm()",
            }
        )
        with self._refused(), self.cr.savepoint():
            action.with_context(
                active_model="sale.order", active_ids=self.order.ids
            ).run()
        self.assertEqual(self.order.state, "draft")

    def test_new_terms_of_a_confirmed_order_are_judged(self):
        order = self._quotation(self.other)
        order.action_confirm()
        self._hold(self.other)
        with self._refused():
            order.payment_term_id = self.pay_terms_b

    def test_payer_on_hold_stops_the_order_too(self):
        order = self._quotation(self.other, partner_invoice_id=self.customer.id)
        with self._refused():
            order.action_confirm()

    def test_switching_a_confirmed_order_to_a_held_customer_or_payer(self):
        for field in ("partner_id", "partner_invoice_id"):
            order = self._quotation(self.other)
            order.action_confirm()
            with self.subTest(field=field), self._refused(), self.cr.savepoint():
                order.write({field: self.customer.id})

    def test_all_or_nothing_and_every_held_order_is_named(self):
        second, free = self._quotation(), self._quotation(self.other)
        with self.assertRaises(UserError) as raised, self.cr.savepoint():
            (self.order + second + free).action_confirm()
        self.assertIn(self.order.name, str(raised.exception))
        self.assertIn(second.name, str(raised.exception))
        self.assertNotIn(free.name, str(raised.exception))
        self.assertEqual(free.state, "draft")

    def test_contact_of_a_held_customer_is_stopped(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        with self._refused():
            self._quotation(contact).action_confirm()

    def test_free_customer_confirms(self):
        order = self._quotation(self.other)
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_draft_work_goes_on(self):
        with Form(self.order.with_user(self.salesperson)) as form:
            form.client_order_ref = "PO 17"
        self.order.order_line = [
            Command.update(self.order.order_line.id, {"price_unit": 9})
        ]
        self.order.action_quotation_sent()
        self.assertEqual(self.order.state, "sent")

    def test_quotation_says_why(self):
        order = self.order.with_user(self.salesperson)
        self.assertEqual(order.export_credit_hold_id.id, self.hold.id)
        self.assertIn("Their bank called.", order.export_credit_reason)
        self.assertIn(
            "Ask Anna Accountant (Credit Controller) for a release.",
            order.export_credit_reason,
        )

    def test_form_says_why_before_it_is_saved(self):
        form = Form(self.env["sale.order"].with_user(self.salesperson))
        form.partner_id = self.other
        self.assertFalse(form.export_credit_reason)
        form.partner_id = self.customer
        self.assertIn("Their bank called.", form.export_credit_reason)
        self.assertEqual(form.export_credit_hold_id.id, self.hold.id)
        form.partner_id = self.other
        self.assertFalse(form.export_credit_reason)

    def test_form_goes_on_saying_why_while_edited(self):
        order = self.order.with_user(self.salesperson)
        order.action_export_request_release()
        with Form(order) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 7
            self.assertIn("Their bank called.", form.export_credit_reason)
            self.assertTrue(form.export_credit_requested)
            self.assertEqual(form.export_credit_hold_id.id, self.hold.id)

    def test_guard_costs_one_query(self):
        order = self._quotation(self.other)
        order._export_credit_verdicts()
        self.env.flush_all()
        with self.assertQueryCount(1):
            order._export_credit_verdicts()

    def test_opening_a_hold_writes_the_gate(self):
        gates = self.env["export.crm.credit.gate"]
        key = [("partner_id", "=", self.customer.id)]
        before = gates.search(key).version
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": self.hold.id, "reason": "Paid."}
        )
        self.env.invalidate_all()
        self.assertEqual(gates.search(key).version, before + 1)

    def test_partial_release_writes_the_gate_too(self):
        gates = self.env["export.crm.credit.gate"]
        key = [("partner_id", "=", self.customer.id)]
        before = gates.search(key).version
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {
                "hold_id": self.hold.id,
                "reason": "Paid.",
                "scope": "amount",
                "amount_limit": 500.0,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(gates.search(key).version, before + 1)
