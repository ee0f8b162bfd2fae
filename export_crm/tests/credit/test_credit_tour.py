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
        self.assertEqual(hold.requested_order_ids, order)
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
