from odoo.tests import tagged

from .common import ExportCrmTourCase


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
