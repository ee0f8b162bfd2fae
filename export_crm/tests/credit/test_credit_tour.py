from odoo import fields
from odoo.tests import tagged

from ..common import ExportCrmTourCase
from .today_common import TodayCommon


@tagged("post_install", "-at_install")
class TestCreditTour(ExportCrmTourCase):
    def test_late_payer_is_stopped_and_released(self):
        """The whole story: late twice, refused, released with a reason, confirmed."""
        self._late_payer()
        order = self._quotation()
        self._check_payments()
        url = f"/odoo/sales/{order.id}"

        self.start_tour(url, "export_crm_order_refused", login="ec_salesperson")
        self.assertEqual(order.state, "draft")
        self.assertEqual(
            order.export_credit_request_id.note,
            "They have paid, the copy of the wire is attached.",
        )

        self.start_tour(
            "/odoo/credit-holds", "export_crm_hold_released", login="ec_controller"
        )
        release = self.env["export.crm.credit.release"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertEqual(release.user_id, self.controller)
        self.assertEqual(
            release.reason, "They paid everything and agreed to direct debit."
        )

        self.start_tour(url, "export_crm_order_confirmed", login="ec_salesperson")
        self.assertEqual(order.state, "sale")

    def test_accountant_decides_about_many(self):
        customers = [self._customer(f"Held {i}") for i in range(3)]
        for customer in customers:
            self._late_payer(customer)
        holds = self._check_payments(*customers)
        self.start_tour(
            "/odoo/credit-holds", "export_crm_decide_many", login="ec_controller"
        )
        self.assertEqual(holds.mapped("state"), ["kept"] * 3)

    def test_accountant_answers_ten_requests_in_the_morning(self):
        """Five customers on hold, five above their limits; two kept, one voided."""
        self.company.account_use_credit_limit = True
        orders = self.env["sale.order"]
        for number in range(10):
            customer = self._customer(f"Buyer {number}")
            if number < 5:
                self._hold(customer)
            else:
                customer.credit_limit = 50.0
            order = self._quotation(customer)
            order.with_user(self.salesperson).action_export_request_release()
            orders += order
        requests = orders.export_credit_request_id
        for age, request in enumerate(reversed(requests)):
            request.sudo().asked_on = fields.Datetime.add(request.asked_on, hours=-age)
        self.start_tour(
            "/odoo/release-requests",
            "export_crm_requests_morning",
            login="ec_controller",
        )
        self.assertEqual(requests.mapped("state"), ["refused"] * 2 + ["released"] * 8)
        holds = requests.hold_ids
        self.assertEqual(
            holds.sorted("id").mapped("state"),
            ["kept", "kept", "closed", "open", "open"],
        )
        orders[2:].with_user(self.salesperson).action_confirm()
        self.assertEqual(orders.mapped("state"), ["draft"] * 2 + ["sale"] * 8)


@tagged("post_install", "-at_install")
class TestCreditPhoneTour(ExportCrmTourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_release_is_requested_and_given_on_the_phone(self):
        self._late_payer()
        order = self._quotation()
        hold = self._check_payments()
        self.start_tour(
            f"/odoo/sales/{order.id}",
            "export_crm_request_release",
            login="ec_salesperson",
        )
        self.assertEqual(hold.asked_ids.order_id, order)
        self.start_tour(
            "/odoo/credit-holds", "export_crm_release_on_phone", login="ec_controller"
        )
        self.assertEqual(hold.close_reason, "released")
        order.with_user(self.salesperson).action_confirm()
        self.assertEqual(order.state, "sale")


class StandingCase(TodayCommon, ExportCrmTourCase):
    def _see(self):
        """Look at a hold while it stands, and when nothing of it does any longer."""
        for due in (-39, -38, -37, -36):
            self.invoices += self._invoice(self.customer, due=due)
        hold = self._check_payments()
        money = self._deposit(6000.0).move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        url = f"/odoo/credit-holds/{hold.id}"
        self.start_tour(url, "export_crm_hold_today", login="ec_controller")
        (money + self._lines()).reconcile()
        self._pass()
        self.start_tour(url, "export_crm_hold_void", login="ec_controller")
        self.assertEqual(hold.close_reason, "void")


@tagged("post_install", "-at_install")
class TestCreditStandingTour(StandingCase):
    def test_then_and_now_and_one_button(self):
        self._see()


@tagged("post_install", "-at_install")
class TestCreditStandingPhoneTour(StandingCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_then_and_now_and_one_button_on_the_phone(self):
        self._see()
