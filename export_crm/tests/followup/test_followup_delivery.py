from datetime import timedelta

from odoo.tests import tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupDelivery(FollowupCommon):
    """One week per delivery, one and three months per order, whatever comes back."""

    def _steps(self, **domain):
        return sorted(self._rows(**domain).mapped("step"))

    def test_two_deliveries(self):
        order = self._sold()
        first = self._deliver(order, self.monday, qty=4)
        self._run(contacts=False)
        self.assertEqual(self._steps(), ["delivery_1m", "delivery_1w", "delivery_3m"])
        week = self._rows(step="delivery_1w")
        self.assertEqual((week.res_model, week.res_id), ("stock.picking", first.id))
        self.assertEqual(week.planned_date, self.monday + timedelta(days=7))
        month = self._rows(step="delivery_1m")
        self.assertEqual((month.res_model, month.res_id), ("sale.order", order.id))
        planned = month.planned_date

        # The backorder: a week of its own; the months move to the last delivery.
        later = self.monday + timedelta(days=14)
        second = self._deliver(order, later)
        self.assertNotEqual(first, second)
        self._run(contacts=False)
        self.assertEqual(
            self._steps(),
            ["delivery_1m", "delivery_1w", "delivery_1w", "delivery_3m"],
        )
        self.assertEqual(month.anchor_date, later)
        self.assertGreater(month.planned_date, planned)

    def test_all_comes_back(self):
        order = self._sold()
        picking = self._deliver(order, self.monday)
        self._run(contacts=False)
        self._take_back(picking)
        self.assertEqual(order.delivery_status, "full", "Odoo itself is no help")
        self._run(contacts=False)
        rows = self._rows()
        self.assertEqual(set(rows.mapped("state")), {"cancelled"})
        self.assertEqual(set(rows.mapped("reason")), {"returned"})

    def test_a_part_comes_back(self):
        order = self._sold()
        picking = self._deliver(order, self.monday)
        self._run(contacts=False)
        self._take_back(picking, qty=4)
        self._run(contacts=False)
        self.assertEqual(set(self._rows().mapped("state")), {"planned"})

    def test_delivered_again(self):
        order = self._sold()
        picking = self._deliver(order, self.monday)
        self._run(contacts=False)
        back = self._take_back(picking)
        self._run(contacts=False)
        again = self._take_back(back)  # what came back goes out again
        self._done_on(again, self.monday + timedelta(days=2))
        self._run(contacts=False)
        weeks = self._rows(step="delivery_1w")
        self.assertEqual(
            {row.res_id: row.state for row in weeks},
            {picking.id: "cancelled", again.id: "planned"},
        )
        month = self._rows(step="delivery_1m")
        self.assertEqual((month.state, month.reason), ("planned", False))
        self.assertEqual(month.anchor_date, self.monday + timedelta(days=2))

    def test_order_cancelled(self):
        order = self._sold()
        self._deliver(order, self.monday, qty=4)
        self._run(as_of=self.monday + timedelta(days=5))
        activity = self._rows(step="delivery_1w").activity_id
        self.assertTrue(activity)
        order._action_cancel()
        self._run(as_of=self.monday + timedelta(days=5))
        self.assertEqual(set(self._rows().mapped("reason")), {"order_cancelled"})
        self.assertFalse(activity.exists())

    def test_anchor(self):
        order = self._sold(incoterm=self.env.ref("account.incoterm_FOB").id)
        picking = self._deliver(order, self.monday)
        self.env.ref("export_crm.export_crm_transit_fob").active = True
        self._run(contacts=False)
        week = self._rows(step="delivery_1w")
        self.assertEqual(week.anchor_date, self.monday + timedelta(days=30))
        picking.export_eta = self.monday + timedelta(days=21)
        self._run(contacts=False)
        self.assertEqual(week.anchor_date, self.monday + timedelta(days=21))
        picking.export_received_date = self.monday + timedelta(days=24)
        self._run(contacts=False)
        self.assertEqual(week.anchor_date, self.monday + timedelta(days=24))
        self.assertEqual(len(self._rows()), 3, "moved, none doubled")

    def test_moved_anchor_moves_activity(self):
        picking = self._deliver(self._sold(), self.monday)
        picking.export_eta = self.monday
        day = self.monday + timedelta(days=7)
        self._run(as_of=day)
        week = self._rows(step="delivery_1w")
        self.assertEqual(week.activity_id.date_deadline, day)
        picking.export_eta = self.monday + timedelta(days=7)
        self._run(as_of=day)
        self.assertEqual(week.state, "scheduled")
        self.assertEqual(week.activity_id.date_deadline, day + timedelta(days=7))
        self.assertEqual(len(self._activities()), 1)

    def test_eta_marks_the_customer(self):
        picking = self._deliver(self._sold(), self.monday)
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        picking.export_eta = self.monday
        self.env.cr.precommit.run()
        marks = self.env["export.crm.dirty"].search([])
        self.assertIn(self.customer, marks.partner_id)

    def test_before_go_live(self):
        self.company.export_go_live_date = self.monday
        self._deliver(self._sold(), self.monday - timedelta(days=1))
        self._run(as_of=self.monday + timedelta(days=6))
        self.assertFalse(self._rows())

    def test_month_end(self):
        day = self.today.replace(year=2024, month=1, day=31)
        self._deliver(self._sold(), day)
        self._run(as_of=day, contacts=False)
        month = self._rows(step="delivery_1m")
        self.assertEqual(str(month.planned_date), "2024-02-29")
        quarter = self._rows(step="delivery_3m")
        self.assertEqual(str(quarter.planned_date), "2024-04-30")

    def test_weekend_of_the_customer(self):
        saudi = self.env.ref("base.sa")
        saudi.export_weekend = "45"
        self.customer.country_id = saudi
        friday = self.monday + timedelta(days=4)
        self._deliver(self._sold(), friday)
        self._run(contacts=False)
        week = self._rows(step="delivery_1w")
        self.assertEqual(week.planned_date, friday + timedelta(days=9), "Sunday")

    def test_sample_is_no_delivery(self):
        self._deliver(self._sold(export_kind="sample"), self.monday)
        self._run(contacts=False)
        self.assertFalse(self._rows())
        self._plan("sample_sent")
        self._run(contacts=False)
        self.assertEqual(self._steps(), ["sample_feedback"])

    def test_two_companies(self):
        other = self._create_company(name="Other")
        other.export_go_live_date = "2000-01-01"
        self._deliver(self._sold(), self.monday)
        self.ledger._step_plan(other, self.customer.ids, self.today)
        self.assertFalse(self._rows())
        self.assertFalse(self.ledger.search([("company_id", "=", other.id)]))

    def test_plan_of_another_company(self):
        self.delivery_plan.company_id = self._create_company(name="Other")
        self._deliver(self._sold(), self.monday)
        self._run()
        self.assertFalse(self._rows())
