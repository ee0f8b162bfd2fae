"""The stories that README tells, step by step, on the demo's company."""

from odoo.tests import tagged

from ..shots import ShotCase


@tagged("post_install", "-at_install", "-standard", "export_crm_demo")
class TestStories(ShotCase):
    """Whoever follows README by hand comes through; its pictures are these."""

    def test_late_payer(self):
        order = self.env["sale.order"].search(
            [
                ("partner_id.name", "like", "PT Terang Abadi"),
                ("state", "in", ["draft", "sent"]),
            ],
            order="amount_total DESC",
            limit=1,
        )
        self.start_tour("/odoo", "export_crm_story_refused", login="sales")
        self.assertIn(order.state, ("draft", "sent"))
        self.start_tour("/odoo", "export_crm_story_released", login="credit")
        self.start_tour(
            f"/odoo/sales/{order.id}", "export_crm_story_confirmed", login="sales"
        )
        self.assertEqual(order.state, "sale")

    def test_drifting_customer(self):
        self.start_tour("/odoo", "export_crm_story_drifting", login="lead")

    def test_right_hour(self):
        self.start_tour("/odoo", "export_crm_story_my_day", login="sales")

    def test_claim_with_a_clock(self):
        self.start_tour("/odoo", "export_crm_story_claim", login="claims")
        claim = self.env["export.crm.claim"].search(
            [("title", "=", "Container short by one pallet")]
        )
        self.assertEqual(claim.state, "progress")
