from datetime import datetime, time, timedelta

from odoo.tests import tagged

from ..common import ExportCrmTourCase
from .common import HealthCommon


@tagged("post_install", "-at_install")
class TestHealthTour(HealthCommon, ExportCrmTourCase):
    def test_health_tour(self):
        day = self.today
        self._model(date=day - timedelta(days=60))
        self.company.sudo().export_warnings_since = day - timedelta(days=400)
        for back in range(60, 180, 10):
            when = datetime.combine(day - timedelta(days=back), time(12))
            self._order(self.customer, when)
        for as_of in (day - timedelta(days=35), day):
            account = self._run(as_of=as_of, steps="")
            self._set_facts(account, payment_prompt=0.9, inbound_90d=1)
            self._run(as_of=as_of, facts=False)
        mine = self.warnings.search([("partner_id", "=", self.customer.id)])
        self.assertGreater(len(mine.filtered(lambda w: w.state == "open")), 1)
        mine.value_at_stake = 1000.0
        self.start_tour(
            "/odoo/export-warnings", "export_crm_health", login="ec_salesperson"
        )
        warning = self.warnings.search([("code", "=", "silence")])
        self.assertEqual(warning.state, "dismissed")
        self.assertEqual(warning.reason, "Chinese New Year")
