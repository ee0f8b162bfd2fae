from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ...tools.health import backtest_rolling
from ..account.common import AS_OF
from .common import HealthCommon
from .test_demand_pure import made_up


class TestRolling(BaseCase):
    def test_every_91_days_and_nothing_later_than_known(self):
        histories = made_up(350)
        result = backtest_rolling.roll(histories, 900, 0.7)
        days = [row["day"] for row in result.origins]
        self.assertEqual(days, [days[0] + 91 * n for n in range(len(days))])
        self.assertLessEqual(days[-1] + 182, 900)
        known = [[p for p in h if p[0] <= days[-1] + 182] for h in histories]
        again = backtest_rolling.roll([h for h in known if h], days[-1] + 182, 0.7)
        self.assertEqual(again.origins, result.origins)

    def test_measures(self):
        result = backtest_rolling.roll(made_up(350), 900, 0.7)
        for row in result.origins:
            self.assertTrue(row["auc_low"] <= row["auc"] <= row["auc_high"])
            self.assertLess(row["brier"], row["brier_base"])
            self.assertGreater(row["precision"], 1 - row["base"])
        self.assertEqual(
            sum(part[0] for part in result.calibration),
            sum(row["customers"] for row in result.origins),
        )
        # Of those shown in green far fewer stop than of all customers.
        stopped = [1 - row["base"] for row in result.origins]
        self.assertLess(result.green_churn, min(stopped) / 2)

    def test_lead_time_and_detection_delay(self):
        # A hundred who go on, and one who stops after the day 400.
        histories = [
            [(day, 50.0) for day in range(n % 20, 1000, 20)] for n in range(100)
        ]
        histories.append([(day, 50.0) for day in range(0, 401, 20)])
        result = backtest_rolling.roll(histories, 1000, 0.5)
        self.assertEqual(result.lost, 1)
        self.assertEqual(len(result.leads), 1)
        self.assertGreater(result.leads[0], 182)
        # From the day the next order was expected to a year after the last one.
        self.assertAlmostEqual(result.leads[0] + result.delays[0], 344, delta=3)
        lax = backtest_rolling.roll(histories, 1000, 0.95)
        self.assertLessEqual(lax.leads[0], result.leads[0])
        self.assertGreaterEqual(lax.delays[0], result.delays[0])


@tagged("post_install", "-at_install")
class TestBacktest(HealthCommon):
    def setUp(self):
        super().setUp()
        self.manager = self._user("manager", "manager")
        self.reports = self.env["export.crm.backtest"].with_user(self.manager)

    def test_measured_on_the_own_orders(self):
        gone = self._customer("Gone")
        for number in range(4):
            partner = self._customer(f"Customer {number}")
            self._orders(partner, *range(10 + number, 900, 60))
        self._orders(gone, *range(500, 900, 60))
        self._order(gone, AS_OF.replace(year=2025), 100.0)  # after the day: unknown
        report = self.reports.create({"date": AS_OF, "company_id": self.company.id})
        report.action_run()
        self.assertEqual(report.state, "done")
        self.assertEqual(report.customers, 5)
        self.assertEqual(report.lost, 1)
        self.assertTrue(report.line_ids)
        self.assertEqual(max(report.line_ids.mapped("day")), date(2023, 12, 31))
        self.assertEqual(report.auc, 1.0)
        self.assertIn("Chance is 50 %", report.verdict)
        self.assertEqual(
            sum(report.bin_ids.mapped("customers")),
            sum(report.line_ids.mapped("customers")),
        )
        lines = len(report.line_ids)
        report.action_run()
        self.assertEqual(len(report.line_ids), lines, "measured again, not doubled")

    def test_too_little_is_said(self):
        self._orders(self.customer, 10, 20)
        report = self.reports.create({"date": AS_OF, "company_id": self.company.id})
        with self.assertRaises(UserError):
            report.action_run()

    def test_salespeople_may_not(self):
        with self.assertRaises(AccessError):
            self.reports.with_user(self.salesperson).create({})
