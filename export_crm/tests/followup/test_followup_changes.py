from datetime import datetime, timedelta

import pytz
from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupChanges(FollowupCommon):
    """What happens to contacts when something changes before they are made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = cls.monday + timedelta(days=7)
        cls.olga = cls._user("olga", "user", name="Olga Other")

    def _week(self, picking=None):
        rows = self._rows(step="delivery_1w")
        return rows.filtered(lambda row: row.res_id == picking.id) if picking else rows

    def _scheduled(self, **values):
        picking = self._deliver(self._sold(**values), self.monday)
        self._run(as_of=self.day)
        return self._week(picking)

    def _two_in_one(self):
        """Return two deliveries, one day apart, whose steps are one contact."""
        first = self._deliver(self._sold(), self.monday)
        second = self._deliver(self._sold(), self.monday + timedelta(days=1))
        self._run(as_of=self.day)
        self.assertEqual(self._week(second).main_id, self._week(first))
        return first, second

    def _lead(self, **values):
        return self.env["crm.lead"].create(
            {"name": "200 pumps", "company_id": self.company.id, **values}
        )

    def _reply(self, lead):
        return self.ledger.search(
            [("res_model", "=", lead._name), ("res_id", "=", lead.id)]
        )

    # === ANOTHER SALESPERSON === #

    def test_inquiry_assigned(self):
        """Whoever gets an inquiry of nobody has to answer it in time."""
        self._plan("inquiry")
        lead = self._lead(user_id=False, team_id=False, email_from="x@example.com")
        row = self._reply(lead)
        self.assertNotEqual(row.user_id, self.salesperson)
        lead.user_id = self.salesperson
        self.assertEqual(row.user_id, self.salesperson)
        self.assertEqual(row.activity_id.user_id, self.salesperson)

    def test_order_and_customer_given_to_another(self):
        row = self._scheduled()
        row.order_id.user_id = self.olga
        self.assertEqual((row.user_id, row.activity_id.user_id), (self.olga,) * 2)
        row.order_id.user_id = False
        self.assertEqual(row.user_id, self.salesperson, "the customer's")
        self.customer.user_id = self.olga
        self.assertEqual((row.user_id, row.activity_id.user_id), (self.olga,) * 2)

    def test_what_was_taken_over_by_hand_stays(self):
        row = self._scheduled()
        third = self._user("third", "user")
        row.with_user(self.salesperson).user_id = third
        row.order_id.user_id = self.olga
        self.assertEqual(row.user_id, third)

    def test_responsible_works_in_another_company_by_now(self):
        row = self._scheduled()
        self.assertEqual(row.user_id, self.salesperson)
        other = self._create_company(name="Other")
        self.salesperson.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self._run(as_of=self.day)
        self.assertTrue(row._can(row.user_id))
        self.assertEqual(row.activity_id.user_id, row.user_id)

    def test_only_people_who_can(self):
        """Nobody, no colleague, no contact of others: not by the form, nor by RPC."""
        row = self._scheduled().with_user(self.salesperson)
        stranger = self._contact("Hers", self._customer("Foreign"))
        buyer = self._contact("Buyer")
        for values in (
            {"contact_id": stranger.id},
            {"user_id": False},
            {"user_id": self.env.ref("base.public_user").id},
        ):
            with self.subTest(values), self.assertRaises(UserError):
                with self.cr.savepoint():
                    row.write(values)
        row.write({"contact_id": buyer.id, "user_id": self.olga.id})
        self.assertEqual(row.sudo().activity_id.user_id, self.olga)

    # === ANOTHER PLAN === #

    def test_plan_switched_off_and_on(self):
        self._deliver(self._sold(), self.monday)
        self._run(as_of=self.monday)
        self.delivery_plan.active = False
        self._run(as_of=self.day)
        self.assertFalse(self._activities())
        self.assertEqual(
            (self._week().state, self._week().reason), ("cancelled", "plan_off")
        )
        self.delivery_plan.active = True
        self._run(as_of=self.day)
        self.assertEqual(self._week().state, "scheduled")

    def test_plan_of_one_company_by_now(self):
        self._deliver(self._sold(), self.monday)
        self._run(as_of=self.monday)
        self.delivery_plan.company_id = self._create_company(name="Other")
        self._run(as_of=self.day)
        self.assertFalse(self._activities())

    def test_step_deleted(self):
        self._deliver(self._sold(), self.monday)
        self._run(as_of=self.monday)
        row = self._week()
        row.template_id.unlink()
        for _run in range(2):
            self._run(as_of=self.day)
        self.assertEqual((row.state, row.reason), ("cancelled", "plan_off"))
        self.assertFalse(self._activities())

    def test_other_delay(self):
        """What is planned follows the plan; what is to do, or waits, does not."""
        row = self._scheduled()
        later = self._deliver(self._sold(), self.monday + timedelta(days=7))
        self._run(as_of=self.day)
        row.template_id.write({"delay_count": 14, "delay_unit": "days"})
        self._run(as_of=self.day)
        self.assertEqual(row.planned_date, self.day)
        self.assertEqual(
            self._week(later).planned_date, self.monday + timedelta(days=21)
        )
        waits = self._week(later)
        waits.deferred = True
        row.template_id.delay_count = 21
        self._run(as_of=self.day)
        self.assertEqual(waits.planned_date, self.monday + timedelta(days=21))

    # === SHARED CONTACTS === #

    def test_joined_contact_says_so_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.salesperson.lang = "de_DE"
        step = self._step("delivery_week").with_context(lang="de_DE")
        step.export_script = "<p>Alles da?</p>"
        self._scheduled()
        self._deliver(self._sold(), self.monday + timedelta(days=1))
        self._run(as_of=self.day)
        self.assertEqual(len(self._activities()), 1)
        self.assertIn("Alles da?", self._activities().note)
        self.assertIn(" + ", self._activities().summary)

    def test_first_step_of_a_contact_ends(self):
        first, second = self._two_in_one()
        self.assertIn(" + ", self._activities().summary)
        self._take_back(first)
        self._run(as_of=self.day)
        left = self._week(second)
        self.assertEqual((left.state, left.main_id.id), ("scheduled", False))
        self.assertEqual(left.activity_id.date_deadline, left.planned_date)
        self.assertNotIn(" + ", left.activity_id.summary)

    def test_step_moves_out_of_a_contact(self):
        """Either of them: the other one is made in its time."""
        for moves in (0, 1):
            with self.subTest(moves=moves), self.cr.savepoint() as point:
                pickings = self._two_in_one()
                far, near = self._week(pickings[moves]), self._week(pickings[1 - moves])
                planned = near.planned_date
                pickings[moves].export_received_date = self.monday + timedelta(42)
                self._run(as_of=self.day)
                self.assertEqual(far.planned_date, self.monday + timedelta(days=49))
                self.assertEqual(
                    (near.state, near.planned_date), ("scheduled", planned)
                )
                self.assertEqual(near.activity_id.date_deadline, planned)
                near._finish("reached")
                self.assertIn(far.state, ("planned", "scheduled"))
                point.rollback()

    # === WHERE THE CONTACT IS === #

    def test_moved_contact_keeps_their_hours(self):
        self.customer.write(
            {
                "export_tz_own": "Asia/Tokyo",
                "export_hours_own": True,
                "export_hours_from": 13.0,
                "export_hours_to": 15.0,
            }
        )
        row = self._scheduled()
        self.assertEqual(row.due_at, self._at(self.day, 6))
        tuesday = self.day + timedelta(days=1)
        row._document().export_received_date = self.monday + timedelta(days=1)
        self._run(as_of=self.day)
        self.assertEqual(row.planned_date, tuesday)
        self.assertEqual(
            (row.window_at, row.due_at), (self._at(tuesday, 4), self._at(tuesday, 6))
        )
        self.assertEqual(row.activity_id.date_deadline, tuesday)

    def test_other_contact_elsewhere(self):
        self.customer.write(
            {"export_tz_own": "Africa/Lagos", "export_channel_own": "line"}
        )
        buyer = self._contact(
            "Buyer", export_tz_own="Asia/Tokyo", export_channel_own="wechat"
        )
        self._step("delivery_week").export_channel = False
        row = self._scheduled(partner=buyer)
        self.assertEqual((row.contact_id, row.channel), (buyer, "wechat"))
        self.assertEqual(row.window_at, self._at(self.day, 0))
        buyer.active = False
        self._run(as_of=self.day)
        self.assertEqual((row.contact_id, row.channel), (self.customer, "line"))
        self.assertEqual(row.window_at, self._at(self.day, 8))

    def _local_hours_of(self, row):
        """Return begin and end of the row's window on the clock of its contact."""
        zone = row._contact_zone()
        return [
            pytz.utc.localize(moment).astimezone(zone).strftime("%a %H:%M")
            for moment in (row.window_at, row.due_at)
        ]

    def test_place_moves_what_is_to_do(self):
        """Into the working hours of the new place, at once, whatever says where it is;
        on the same day there, or the next working day."""
        buyer = self._contact("Buyer", export_tz_own="Africa/Lagos")
        row = self._scheduled(partner=buyer)
        self.assertEqual(self._local_hours_of(row), ["Mon 09:00", "Mon 18:00"])
        for zone in ("Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland"):
            with self.subTest(zone):
                buyer.export_tz_own = zone
                self.assertEqual(self._local_hours_of(row), ["Mon 09:00", "Mon 18:00"])
                self.assertEqual(row.activity_id.date_deadline, self.day)
        self.customer.write(
            {
                "export_hours_own": True,
                "export_hours_from": 7.0,
                "export_hours_to": 11.0,
            }
        )
        self.assertEqual(self._local_hours_of(row), ["Mon 07:00", "Mon 11:00"])
        buyer.write({"export_tz_own": False, "phone": "+91 98765 43210"})
        self.assertEqual(row._contact_zone().zone, "Asia/Kolkata")
        self.assertEqual(self._local_hours_of(row), ["Mon 07:00", "Mon 11:00"])

    def test_moved_to_where_that_day_is_off(self):
        bahrain = self.env.ref("base.bh")
        bahrain.export_weekend = "01"
        row = self._scheduled()
        self.customer.country_id = bahrain
        self.assertEqual(row.planned_date, self.day + timedelta(days=2))
        self.assertEqual(row.activity_id.date_deadline, row.planned_date)

    def test_day_off_that_a_person_chose_stays(self):
        """As long as the customer is where it was."""
        self.customer.export_tz_own = "Africa/Lagos"
        row = self._scheduled()
        saturday = self.day + timedelta(days=5)
        row.activity_id.date_deadline = saturday
        self.assertEqual(row.planned_date, saturday)
        self.customer.phone = "+49 30 12345678"
        self.customer.name = "Another name"
        self._run(as_of=self.day)
        self.assertEqual(row.planned_date, saturday)

    def test_place_that_moved_by_itself_is_followed_at_night(self):
        """E.g. the country's working hours, by whoever keeps them."""
        self.customer.country_id = self.env.ref("base.ng")
        row = self._scheduled()
        self.customer.country_id.export_hours_from = 11.0
        self._run(as_of=self.day)
        self.assertEqual(self._local_hours_of(row), ["Mon 11:00", "Mon 18:00"])

    # === WHOM NOT TO CONTACT === #

    def test_archived_contact_leaves_today_at_once(self):
        """Somebody else of the customer is named, on the card and in the activity."""
        leaving = self._contact("Leaving", export_contact_role="commercial")
        row = self._scheduled(partner=leaving)
        self.assertEqual(row.contact_id, leaving)
        self.assertIn("Leaving", row.activity_id.summary)
        leaving.with_user(self.salesperson).action_archive()
        self.assertEqual(row.contact_id, self.customer)
        self.assertNotIn("Leaving", row.activity_id.summary)
        self.assertEqual(row.state, "scheduled")

    def test_archived_customer_leaves_today_at_once(self):
        row = self._scheduled(partner=self._contact("Buyer"))
        activity = row.activity_id
        self.customer.action_archive()
        self.assertEqual((row.state, row.reason), ("skipped", "no_contact"))
        self.assertFalse(activity.exists())

    def test_customer_archived(self):
        """Nobody there is contacted any more, whoever works there."""
        self._contact("Buyer")
        row = self._scheduled()
        later = self._deliver(self._sold(), self.monday + timedelta(days=6))
        self.customer.active = False
        self._run(as_of=self.monday + timedelta(days=13))
        for ended in row + self._week(later):
            self.assertEqual((ended.state, ended.reason), ("skipped", "no_contact"))
        self.assertFalse(self._activities().filtered("active"))

    def test_own_plan_with_an_archived_customer_stays(self):
        row = self._scheduled(partner=self._contact("Buyer"))
        action = row.with_user(self.salesperson).action_problem()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.with_user(self.salesperson).action_plan()
        self.customer.active = False
        self._run(as_of=self.day)
        own = self._rows(res_model=self.ledger._name)
        self.assertEqual(own.state, "scheduled")

    def test_no_newsletter_is_no_silence(self):
        """Whoever wants no mailings gets an answer to an inquiry all the same."""
        self._plan("inquiry")
        self.customer.email = "buyer@example.com"
        self.env["mail.blacklist"]._add("buyer@example.com")
        lead = self._lead(partner_id=self.customer.id, user_id=self.salesperson.id)
        self._run(as_of=self.today)
        self.assertEqual(self._reply(lead).state, "scheduled")
        self.assertEqual(self._reply(lead).contact_id, self.customer)

    def test_nobody_answered_the_wake_up(self):
        self._plan("wake_up")
        account = (
            self.env["export.crm.account"]
            .sudo()
            .create({"partner_id": self.customer.id, "company_id": self.company.id})
        )
        warning = account.env["export.crm.warning"].create(
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
        self._run()
        row = self._rows(trigger="no_contact")
        action = row.with_user(self.salesperson).action_no_answer()
        self.assertEqual(warning.state, "open")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        dialog.with_user(self.salesperson).action_plan()
        again = self._rows(res_model=self.ledger._name)
        again.with_user(self.salesperson).action_reached()
        self.assertEqual(warning.state, "done", "awake")

    # === OTHER DOCUMENTS === #

    def test_inquiries_merged(self):
        """Asked twice, answered once."""
        self._plan("inquiry")
        values = {"partner_id": self.customer.id, "user_id": self.salesperson.id}
        leads = self._lead(**values) + self._lead(**values)
        rows = self._reply(leads[0]) + self._reply(leads[1])
        kept = leads.merge_opportunity()
        self._run()
        self.assertEqual(sorted(rows.mapped("state")), ["cancelled", "scheduled"])
        row = rows.filtered(lambda r: r.state == "scheduled")
        self.assertEqual((row.res_id, len(kept.activity_ids)), (kept.id, 1))
        kept.with_user(self.salesperson).message_post(
            body="Which voltage?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual((row.state, row.outcome), ("done", "answered"))

    def test_quotation_sent_again(self):
        """A cancelled quotation that is sent again months later is a new one."""
        self.company.export_go_live_date = datetime(2026, 1, 1)
        self._plan("payment")
        with freeze_time(datetime(2026, 3, 2, 9)):
            order = self._quotation()
            order.write({"state": "sent"})
            self._run(as_of=datetime.now().date())
            row = self._rows(step=self._step("payment_agreed")._export_step())
            self.assertEqual(row.state, "scheduled")
            order.action_cancel()
            order.action_draft()
            self._run(as_of=datetime.now().date())
            self.assertEqual((row.state, row.reason), ("cancelled", "order_cancelled"))
        with freeze_time(datetime(2026, 6, 1, 9)):
            order.write({"state": "sent"})
            self._run(as_of=datetime.now().date())
            self.assertEqual(row.state, "scheduled")
            self.assertEqual(row.anchor_at, datetime(2026, 6, 1, 9))

    # === OTHER DAYS === #

    def test_birthday_corrected_and_deleted(self):
        self._plan("birthday")
        soon, buyer = self.today + timedelta(days=10), self._contact("Buyer")
        noted = self.env["export.crm.occasion"].create(
            {"partner_id": buyer.id, "month": str(soon.month), "day": soon.day}
        )
        self._run()
        later = soon + timedelta(days=3)
        noted.write({"month": str(later.month), "day": later.day})
        self._run()
        row = self._rows()
        self.assertEqual((row.state, row.planned_date), ("planned", later))
        noted.active = False
        self._run()
        self.assertEqual((row.state, row.reason), ("cancelled", "plan_off"))
        noted.active = True
        self._run()
        self.assertEqual(row.state, "planned")

    def test_birthday_and_another_day(self):
        self._plan("birthday")
        buyer = self._contact("Buyer")
        for days, kind in ((10, "birthday"), (16, "other")):
            soon = self.today + timedelta(days=days)
            self.env["export.crm.occasion"].create(
                {
                    "partner_id": buyer.id,
                    "kind": kind,
                    "month": str(soon.month),
                    "day": soon.day,
                }
            )
        for _run in range(2):
            self._run()
        self.assertEqual(len(self._rows()), 2)
