from odoo.tests import tagged

from ..common import ExportCrmTourCase


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
