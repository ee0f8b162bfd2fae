from datetime import date, datetime, timedelta

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import FollowupCommon

OLD = 5000


@tagged("post_install", "-at_install")
class TestFollowupTime(FollowupCommon):
    """When: shortly before it is due, where the customer is, nothing from long ago."""

    def _week(self):
        return self._rows(step="delivery_1w")

    # === SHORTLY BEFORE === #

    def test_activities_appear_shortly_before(self):
        self._deliver(self._sold(), self.monday)
        due = self.monday + timedelta(days=7)
        self._run(as_of=due - timedelta(days=4))
        self.assertEqual(self._week().state, "planned")
        self.assertFalse(self._activities())
        self._run(as_of=due - timedelta(days=3))
        self.assertEqual(self._week().state, "scheduled")
        self.assertEqual(self._activities().date_deadline, due)

    def test_days_ahead_are_the_companys(self):
        self.company.export_followup_ahead_days = 0
        self._deliver(self._sold(), self.monday)
        due = self.monday + timedelta(days=7)
        self._run(as_of=due - timedelta(days=1))
        self.assertFalse(self._activities())
        self._run(as_of=due)
        self.assertTrue(self._activities())

    # === GO-LIVE === #

    def _copies(self, record, number, values):
        """Insert copies of a record by SQL, ids from ten millions on.

        :param str values: SQL of the keys that differ; ``n`` is the copy's number
        """
        self.env.cr.execute(
            f"""
            INSERT INTO {record._table}
            SELECT (jsonb_populate_record(one, jsonb_build_object(
                        'id', 10000000 + n, {values}))).*
              FROM {record._table} one, generate_series(1, %s) AS n
             WHERE one.id = %s
            """,
            [number, record.id],
        )

    def test_go_live_with_5000_old_deliveries(self):
        """Nobody is told anything about what was before."""
        self.env["mail.activity.plan"].with_context(active_test=False).search(
            [("export_trigger", "!=", False)]
        ).active = True
        order = self._sold()
        picking = self._deliver(order, self.monday)
        move, line = picking.move_ids, order.order_line
        yesterday = datetime.combine(
            self.today - timedelta(days=1), datetime.min.time()
        )
        order.sudo().write(
            {"export_sent_at": yesterday, "export_confirmed_at": yesterday}
        )
        picking.date_done = yesterday
        self.env.flush_all()
        new = "10000000 + n"
        self._copies(order, OLD, "'name', 'OLD/' || n, 'access_token', n::text")
        self._copies(line, OLD, f"'order_id', {new}")
        self._copies(picking, OLD, f"'name', 'OLD/OUT/' || n, 'sale_id', {new}")
        self._copies(move, OLD, f"'sale_line_id', {new}, 'picking_id', {new}")
        # As autovacuum does; what is known of the tables else is that they are empty.
        for record in (order, line, picking, move):
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(record._table)))
        self.company.export_go_live_date = self.today
        mails = self.env["mail.mail"].search_count([])
        activities = self.env["mail.activity"].search_count([])
        messages = self.env["mail.message"].search_count([])
        self._run()
        self.assertFalse(self._rows())
        self.assertEqual(self.env["mail.activity"].search_count([]), activities)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        # They are found, as the same run with another go-live shows.
        self.company.export_go_live_date = self.today - timedelta(days=1)
        self._run(contacts=False)
        self.assertEqual(len(self._rows(step="delivery_1w")), OLD + 1)

    def test_entered_late(self):
        """A delivery of three weeks ago, validated today: what is over is noted."""
        self._deliver(self._sold(), self.monday - timedelta(days=45))
        self._run()
        week = self._week()
        self.assertEqual((week.state, week.reason), ("skipped", "too_late"))
        month = self._rows(step="delivery_1m")
        self.assertEqual(month.state, "scheduled", "a fortnight is not too late")
        self.assertEqual(len(self._activities()), 1)

    # === TIME THERE === #

    def _at_work_in(self, zone, day):
        """Return the window of the one-week step of goods that arrived on a day."""
        partner = self._customer(zone, export_tz_own=zone)
        self._deliver(self._sold(partner), day)
        self._run(as_of=day + timedelta(days=6), partners=partner)
        row = self._rows(partner, step="delivery_1w")
        self.assertEqual(row.state, "scheduled")
        return row.window_at, row.due_at

    def test_clocks_change_between_delivery_and_contact(self):
        """09:00 to 18:00 there, in winter as in summer."""
        for zone, day, begin in (
            ("America/New_York", date(2026, 10, 27), datetime(2026, 11, 3, 14, 0)),
            ("America/New_York", date(2026, 10, 20), datetime(2026, 10, 27, 13, 0)),
            ("Europe/Berlin", date(2026, 3, 24), datetime(2026, 3, 31, 7, 0)),
            ("Europe/Berlin", date(2026, 3, 17), datetime(2026, 3, 24, 8, 0)),
        ):
            with self.subTest(zone=zone, day=day):
                self.env.cr.execute("SAVEPOINT zone")
                self.assertEqual(
                    self._at_work_in(zone, day), (begin, begin + timedelta(hours=9))
                )
                self.env.cr.execute("ROLLBACK TO SAVEPOINT zone")
                self.env.invalidate_all(flush=False)

    def test_half_hours_and_the_date_line(self):
        tuesday = date(2026, 1, 6)
        for zone, begin in (
            ("Asia/Kolkata", datetime(2026, 1, 13, 3, 30)),
            ("Asia/Kathmandu", datetime(2026, 1, 13, 3, 15)),
            ("Pacific/Auckland", datetime(2026, 1, 12, 20, 0)),
            ("Pacific/Honolulu", datetime(2026, 1, 13, 19, 0)),
        ):
            with self.subTest(zone=zone):
                self.assertEqual(
                    self._at_work_in(zone, tuesday), (begin, begin + timedelta(hours=9))
                )

    def test_month_ends(self):
        for day, month, quarter in (
            (date(2025, 1, 31), "2025-02-28", "2025-04-30"),
            (date(2024, 11, 29), "2024-12-30", "2025-02-28"),  # a Sunday, and no 29th
            (date(2025, 8, 31), "2025-09-30", "2025-12-01"),  # 30 November: a Sunday
        ):
            with self.subTest(day=day):
                partner = self._customer(f"{day}")
                self._deliver(self._sold(partner), day)
                self._run(as_of=day, partners=partner, contacts=False)
                got = [
                    str(self._rows(partner, step=step).planned_date)
                    for step in ("delivery_1m", "delivery_3m")
                ]
                self.assertEqual(got, [month, quarter])

    # === MOVED === #

    def test_arrival_moves_after_the_contact_was_made(self):
        picking = self._deliver(self._sold(), self.monday)
        self._run(as_of=self.monday + timedelta(days=6))
        self._week().with_user(self.salesperson).action_reached()
        picking.export_received_date = self.monday + timedelta(days=5)
        for _run in range(2):
            self._run(as_of=self.monday + timedelta(days=6))
        self.assertEqual(self._week().state, "done")
        self.assertEqual(len(self._rows()), 3)
        self.assertEqual(
            self._rows(step="delivery_1m").anchor_date, self.monday + timedelta(days=5)
        )

    # === UNDER WAY === #

    def _transit(self, days, **values):
        return self.env["export.crm.transit"].create(
            {"days": days, "company_id": self.company.id, **values}
        )

    def _arrival(self, **values):
        order = self._sold(**values)
        picking = self._deliver(order, self.monday)
        self._run(contacts=False)
        row = self._week().filtered(lambda r: r.res_id == picking.id)
        return (row.anchor_date - self.monday).days

    def test_days_under_way(self):
        """Route, then incoterm, then country, then anywhere: the first that fits."""
        fob, cif = (
            self.env.ref("account.incoterm_FOB"),
            self.env.ref("account.incoterm_CIF"),
        )
        europe = self.env["res.country.group"].create(
            {
                "name": "Near",
                "country_ids": [Command.set(self.env.ref("base.de").ids)],
            }
        )
        route = self.env["stock.route"].create(
            {"name": "Air", "sale_selectable": True, "company_id": self.company.id}
        )
        self._transit(3, sequence=1, route_id=route.id)
        self._transit(30, sequence=2, incoterm_id=fob.id)
        self._transit(5, sequence=3, country_group_ids=[Command.set(europe.ids)])
        self._transit(12, sequence=4)
        other = self._create_company(name="Other")
        self.env["export.crm.transit"].create(
            {"days": 99, "sequence": 0, "company_id": other.id}
        )
        self.assertEqual(self._arrival(incoterm=fob.id), 30, "not a week: mid-ocean")
        self.assertEqual(self._arrival(incoterm=cif.id), 12)
        self.customer.country_id = self.env.ref("base.de")
        self.assertEqual(self._arrival(incoterm=cif.id), 5)
        line = Command.create(
            {
                "product_id": self.goods.id,
                "product_uom_qty": 10,
                "price_unit": 10.0,
                "tax_ids": [],
                "route_ids": [Command.set(route.ids)],
            }
        )
        order = self._quotation(incoterm=fob.id, order_line=[line])
        order.action_confirm()
        picking = self._deliver(order, self.monday)
        self._run(contacts=False)
        row = self._week().filtered(lambda r: r.res_id == picking.id)
        self.assertEqual((row.anchor_date - self.monday).days, 3)
