from odoo.tests import tagged

from ..common import ExportCrmTourCase
from .common import FactsCommon


@tagged("post_install", "-at_install")
class TestFactsTour(ExportCrmTourCase, FactsCommon):
    """The workbench in a browser: every view opens, unknown shows as a dash."""

    def test_customer_figures(self):
        today = self.company._export_today()
        customers = self.customer
        for name, amount in (("Big", 900), ("Small", 100)):
            partner = self._customer(name, country_id=self.env.ref("base.ng").id)
            self._order(partner, today, amount)
            customers += partner
        self.accounts._refresh_facts_of(customers, self.company)
        self.start_tour(
            "/odoo/export-customers",
            "export_crm_customer_figures",
            login=self.salesperson.login,
        )
