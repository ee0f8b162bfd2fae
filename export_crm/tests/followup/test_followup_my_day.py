from datetime import date, datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...tools.followup import followup as calc
from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupMyDay(FollowupCommon):
    """Today's contacts, one tap, the next step; rhythms, feasts and warnings."""

    def _scheduled(self, partner=None):
        order = self._sold(partner)
        self._deliver(order, self.monday)
        self._run(as_of=self.monday + timedelta(days=6), partners=partner)
        return self._rows(partner, step="delivery_1w")

    def _account(self, partner=None, **values):
        return (
            self.env["export.crm.account"]
            .sudo()
            .create(
                {
                    "partner_id": (partner or self.customer).id,
                    "company_id": self.company.id,
                    "order_count": 3,
                    **values,
                }
            )
        )

    # === ONE TAP === #

    def test_one_tap(self):
        row = self._scheduled()
        activity = row.activity_id
        with freeze_time(row.due_at):
            action = row.with_user(self.salesperson).action_reached()
        self.assertEqual((row.state, row.outcome), ("done", "reached"))
        self.assertEqual((row.done_by_id, row.on_time), (self.salesperson, 1.0))
        self.assertEqual(row.replied, 1.0)
        self.assertFalse(activity.active)
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog = dialog.with_user(self.salesperson)
        dialog.note = "Ordering in May."
        dialog.action_plan()
        self.assertEqual(row.note, "Ordering in May.")
        following = self.ledger.search(
            [("res_model", "=", self.ledger._name), ("res_id", "=", row.id)]
        )
        self.assertEqual(following.state, "scheduled")
        self.assertEqual(following.user_id, self.salesperson)
        self.assertEqual(following.activity_id.date_deadline, dialog.date)
        dialog.action_plan()
        self.assertEqual(len(self._activities()), 2, "tapped twice, planned once")

    def test_late_and_no_answer(self):
        row = self._scheduled()
        with freeze_time(row.due_at + timedelta(seconds=1)):
            self.assertTrue(row.late)
            row.with_user(self.salesperson).action_no_answer()
        self.assertEqual((row.on_time, row.replied), (0.0, 0.0))

    def test_not_twice(self):
        row = self._scheduled().with_user(self.salesperson)
        row.action_reached()
        with self.assertRaises(UserError):
            row.action_no_answer()

    def test_of_another_salesperson(self):
        row = self._scheduled()
        other = self._user("other", "user")
        self.assertFalse(
            self.env["export.crm.followup"]
            .with_user(other)
            .search([("id", "=", row.id)])
        )
        with self.assertRaises(AccessError):
            row.with_user(other).action_reached()
        self.assertTrue(row.with_user(self.salesperson).name)

    def test_other_company(self):
        row = self._scheduled()
        other = self._create_company(name="Other")
        stranger = self._user(
            "stranger", "manager", company_id=other.id, company_ids=other.ids
        )
        self.assertFalse(
            self.env["export.crm.followup"]
            .with_user(stranger)
            .search([("id", "=", row.id)])
        )

    def test_intern_sees_nothing(self):
        row = self._scheduled()
        intern = self._user("intern", "intern")
        with self.assertRaises(AccessError):
            row.with_user(intern).read(["name"])

    def test_my_day(self):
        row = self._scheduled()
        mine = self.env["export.crm.followup"].with_user(self.salesperson)
        domain = [("user_id", "=", self.salesperson.id), ("today", "=", True)]
        with freeze_time(datetime.combine(row.planned_date, datetime.min.time())):
            self.assertEqual(mine.search(domain), row.with_user(self.salesperson))
        with freeze_time(row.window_at - timedelta(days=2)):
            self.assertFalse(mine.search(domain))

    def test_moved_in_the_activity(self):
        row = self._scheduled()
        day = row.planned_date + timedelta(days=2)
        row.activity_id.date_deadline = day
        self.assertEqual(row.planned_date, day)
        self.assertEqual(row.due_at.date(), day)
        other = self._user("other", "user")
        row.activity_id.user_id = other
        self.assertEqual(row.user_id, other)

    # === TIME THERE === #

    def test_windows(self):
        """Half-hour zones and the days when clocks change."""
        for zone, day, begin in (
            ("Asia/Kolkata", date(2026, 1, 5), datetime(2026, 1, 5, 3, 30)),
            ("Asia/Kathmandu", date(2026, 1, 5), datetime(2026, 1, 5, 3, 15)),
            ("Europe/Berlin", date(2026, 3, 28), datetime(2026, 3, 28, 8, 0)),
            ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 29, 7, 0)),
            ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 14, 0)),
            ("Australia/Lord_Howe", date(2026, 1, 5), datetime(2026, 1, 4, 22, 0)),
        ):
            got = calc.window(day, pytz.timezone(zone))
            self.assertEqual(got, (begin, begin + timedelta(hours=9)), zone)

    def test_window_of_the_contact(self):
        self.customer.write(
            {
                "export_tz_own": "Asia/Kolkata",
                "export_hours_own": True,
                "export_hours_from": 10,
                "export_hours_to": 18.5,
            }
        )
        row = self._scheduled()
        self.assertEqual(row.window_at.time().isoformat(), "04:30:00")
        self.assertEqual(row.due_at.time().isoformat(), "13:00:00")

    def test_day_off_there(self):
        """A public holiday of the customer moves the contact, its weekend too."""
        india = self.env.ref("base.in")
        self.customer.country_id = india
        day = self.monday + timedelta(days=7)
        self.env["export.crm.nonworking.day"].sudo().search(
            [("country_id", "=", india.id)]
        ).unlink()
        self.env["export.crm.nonworking.day"].sudo().create(
            {"country_id": india.id, "date": day, "name": "Festival"}
        )
        row = self._scheduled()
        self.assertEqual(row.planned_date, day + timedelta(days=1))

    def test_local_time_text(self):
        self.customer.export_tz_own = "Asia/Kolkata"
        row = self._scheduled()
        with freeze_time(row.window_at + timedelta(minutes=12)):
            row.invalidate_recordset()
            self.assertEqual(
                row.local_time,
                "Good time to call now: 09:12 there, open until 18:00",
            )

    def test_preferences_and_role(self):
        buyer = self._contact("Buyer", export_contact_role="commercial")
        self._contact("Engineer", export_contact_role="technical")
        buyer.export_preferences = "Likes tea, two children."
        row = self._scheduled()
        self.assertEqual(row.contact_id, buyer)
        self.assertIn("Likes tea", row.activity_id.note)

    def test_logged_as_interaction(self):
        row = self._scheduled()
        row.channel = "whatsapp"
        row.with_user(self.salesperson).action_no_answer()
        logged = self.env["export.crm.interaction"].search(
            [("customer_id", "=", self.customer.id)]
        )
        self.assertEqual((logged.channel, logged.answered), ("whatsapp", False))
        self.assertEqual(logged.user_id, self.salesperson)

    # === RHYTHMS === #

    def test_cadence(self):
        self._plan("tier_a")
        account = self._account(tier_id=self.env.ref("export_crm.export_crm_tier_a").id)
        self.company.export_go_live_date = self.today
        director = self._user("director", "team_manager")
        self.company.export_director_id = director
        self._run()
        call = self._rows(step="cadence_a_call")
        self.assertEqual(len(self._rows()), 3)
        self.assertTrue(self.today < call.planned_date)
        # The other two are not so near that they would be the same contact.
        (self._rows() - call).planned_date = call.planned_date + timedelta(days=60)
        self._run(as_of=call.planned_date)
        self.assertEqual((call.state, call.user_id), ("scheduled", director))
        self._run(as_of=call.planned_date)
        self.assertEqual(len(self._rows(step="cadence_a_call")), 1, "none piles up")
        when = datetime.combine(call.planned_date, datetime.min.time())
        with freeze_time(when + timedelta(hours=10)):
            call.sudo()._finish("reached")
        self._run(as_of=call.planned_date)
        second = self._rows(step="cadence_a_call") - call
        self.assertEqual(second.cycle, 2)
        wanted = calc.working_day(calc.step_date(call.planned_date, 30, "days"))
        self.assertEqual(second.planned_date, wanted)
        # Graded down: the rhythm is over.
        account.tier_id = self.env.ref("export_crm.export_crm_tier_c")
        self._run(as_of=call.planned_date)
        self.assertEqual((second.state, second.reason), ("cancelled", "tier"))

    def test_cancelled_turn_is_not_made_again(self):
        self._plan("tier_b")
        self._account(tier_id=self.env.ref("export_crm.export_crm_tier_b").id)
        self.company.export_go_live_date = self.today
        self._run()
        turn = self._rows()
        self._run(as_of=turn.planned_date)
        turn.activity_id.unlink()
        self._run(as_of=turn.planned_date)
        self.assertEqual(turn.state, "cancelled")
        following = self._rows() - turn
        self.assertEqual(following.state, "planned")
        self.assertGreaterEqual(
            following.planned_date, turn.planned_date + timedelta(14)
        )

    def test_no_turns_of_long_ago(self):
        """Go-live years back: the rhythm starts now, once, not turn by turn."""
        self._plan("tier_b")
        self._account(tier_id=self.env.ref("export_crm.export_crm_tier_b").id)
        self.company.export_followup_ahead_days = 0
        for _run in range(3):
            self._run()
        self.assertEqual(self._rows().state, "planned")
        self.assertGreater(self._rows().planned_date, self.today)

    def test_health_check_by_country(self):
        self._plan("health_check")
        nigeria, germany = self.env.ref("base.ng"), self.env.ref("base.de")
        self.customer.country_id = nigeria
        german = self._customer("Hans GmbH", country_id=germany.id)
        self._account()
        self._account(german)
        self._run(partners=self.customer + german)
        self.assertFalse(self._rows())
        self.assertEqual(self._rows(german).step, "cadence_health_check")

    def test_prospects_have_no_rhythm(self):
        self._plan("tier_c")
        self._account(order_count=0)
        self._run()
        self.assertFalse(self._rows())

    # === FEASTS === #

    def test_first_order(self):
        self._plan("first_order")
        first = calc.add_months(self.today + timedelta(days=5), -24)
        self._account(first_order_date=first)
        for _run in range(2):
            self._run()
        self.assertEqual(self._rows().planned_date, calc.add_months(first, 24))

    def test_birthday_of_a_contact(self):
        self._plan("birthday")
        soon = self.today + timedelta(days=10)
        buyer = self._contact("Buyer")
        self.env["export.crm.occasion"].create(
            {"partner_id": buyer.id, "month": str(soon.month), "day": soon.day}
        )
        for _run in range(2):
            self._run()
        self.assertEqual(
            (self._rows().contact_id, self._rows().planned_date), (buyer, soon)
        )

    # === WAKE-UP === #

    def test_wake_up(self):
        self._plan("wake_up")
        account = self._account()
        warning = (
            self.env["export.crm.warning"]
            .sudo()
            .create(
                {
                    "account_id": account.id,
                    "company_id": self.company.id,
                    "code": "silence",
                    "level": "alarm",
                    "period": "2026Q1",
                    "date": self.today,
                    "evidence": {},
                    "wants_contact": True,
                }
            )
        )
        for _run in range(2):
            self._run()
        row = self._rows()
        self.assertEqual((row.state, row.plan_id), ("scheduled", self._plan("wake_up")))
        self.assertEqual(warning.state, "open")
        row.with_user(self.salesperson).action_reached()
        self.assertEqual(warning.state, "done")
        self._run()
        self.assertEqual(len(self._rows()), 1)

    # === EFFECT === #

    def test_followed_by_an_order(self):
        row, other = self._scheduled(), self._customer("Quiet Ltd")
        quiet = self._scheduled(other)
        row._finish("reached")
        quiet._finish("reached")
        self._sold().date_order = row.done_at + timedelta(days=29)
        self._sold(other).date_order = quiet.done_at + timedelta(days=31)
        self.ledger._measure_orders_after(self.company)
        self.assertEqual(row.ordered_after, 1.0)
        self.assertIsNone(quiet.ordered_after, "there is time left")
        with freeze_time(quiet.done_at + timedelta(days=31)):
            self.ledger._measure_orders_after(self.company)
        self.assertEqual((row.ordered_after, quiet.ordered_after), (1.0, 0.0))

    def test_invoice_due(self):
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Dunning",
                "res_model": "account.move",
                "export_trigger": "invoice_due",
                "company_id": False,
                "template_ids": [
                    (
                        0,
                        0,
                        {
                            "export_title": "Remind of the invoice",
                            "delay_count": 3,
                            "delay_from": "before_plan_date",
                            "export_role": "accountant",
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_todo"
                            ).id,
                        },
                    )
                ],
            }
        )
        move = self._invoice(self.customer, due=4)
        self._run()
        row = self._rows()
        self.assertEqual(row.plan_id, plan)
        wanted = calc.working_day(self.today + timedelta(days=1))
        self.assertEqual(row.planned_date, wanted)
        self.assertEqual(row.user_id, self.controller)
        self._pay(move)
        self._run()
        self.assertEqual(row.reason, "paid")
