from odoo.tests import tagged

from ..common import ExportCrmTourCase


@tagged("post_install", "-at_install")
class TestTierTour(ExportCrmTourCase):
    def test_manager_confirms_the_half_yearly_grading(self):
        manager = self._user("boss", "manager")
        for days, amount in ((700, 900.0), (20, 10.0)):
            order = self._quotation()
            order.order_line.price_unit = amount
            order.action_confirm()
            order.date_order = self._day(-days)
        big = self._quotation(self._customer("Large Ltd"))
        big.order_line.price_unit = 9000.0
        big.action_confirm()
        accounts = self.env["export.crm.account"].sudo()
        accounts._refresh_facts_of(big.partner_id, self.company)
        account = accounts._refresh_facts_of(self.customer, self.company)
        tiers = {
            code: self.env.ref(f"export_crm.export_crm_tier_{code}") for code in "bc"
        }
        account.tier_id = tiers["b"]
        grading = (
            self.env["export.crm.tier.grading"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "as_of": self.today,
                    "kind": "scheduled",
                }
            )
        )
        grading._compute_all()
        self.start_tour(
            "/odoo/action-export_crm.export_crm_tier_grading_action",
            "export_crm_tier_grading",
            login=manager.login,
        )
        self.assertEqual(account.tier_id, tiers["c"])
        self.assertEqual(grading.confirmed_by_id, manager)
