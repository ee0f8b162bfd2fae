from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import FollowupCommon

MONDAY = datetime(2026, 3, 2, 9, 0)


@tagged("post_install", "-at_install")
class TestFollowupClocks(FollowupCommon):
    """Response times at the five nodes, with targets by tier, measured."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.delivery_plan.active = False
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {"name": "Office", "tz": "UTC", "company_id": cls.company.id}
        )

    def _lead(self, **values):
        return (
            self.env["crm.lead"]
            .with_user(self.salesperson)
            .create(
                {
                    "name": "200 pumps",
                    "company_id": self.company.id,
                    "user_id": self.salesperson.id,
                    **values,
                }
            )
        )

    def _clock(self, record, **domain):
        return self.ledger.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                *((name, "=", value) for name, value in domain.items()),
            ]
        )

    def _at_time(self, moment):
        return freeze_time(moment)

    # === FIRST REPLY === #

    def test_first_reply(self):
        self._plan("inquiry")
        with self._at_time(MONDAY):
            lead = self._lead(partner_id=self.customer.id)
            lead.env.cr.execute(
                "UPDATE crm_lead SET create_date = %s WHERE id = %s", [MONDAY, lead.id]
            )
            lead.invalidate_recordset()
            self.ledger._plan_leads(self.company, lead.sudo())
        row = self._clock(lead)
        self.assertEqual(row.state, "scheduled", "at the event itself")
        self.assertEqual(row.node, "first_reply")
        self.assertEqual(row.user_id, self.salesperson)
        self.assertEqual(row.activity_id.res_model, "crm.lead")

    def test_inquiry_of_nobody_known(self):
        self._plan("inquiry")
        lead = self._lead(email_from="somebody@example.com")
        row = self._clock(lead)
        self.assertEqual((row.state, row.partner_id.id), ("scheduled", False))
        lead.partner_id = self.customer
        self.assertEqual(row.partner_id, self.customer)
        self.assertEqual(self._clock(lead), row)

    def test_reply_ends_it(self):
        self._plan("inquiry")
        lead = self._lead(partner_id=self.customer.id)
        row = self._clock(lead)
        activity = row.activity_id
        lead.message_post(body="Note", subtype_xmlid="mail.mt_note")
        self.assertEqual(row.state, "scheduled", "a note is no reply")
        lead.with_user(self.salesperson).message_post(
            body="Which voltage?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual((row.state, row.outcome), ("done", "answered"))
        self.assertEqual(row.done_at, lead.export_first_reply_at)
        self.assertEqual(row.on_time, 1.0)
        self.assertFalse(activity.exists())

    def test_reply_from_the_mail_program(self):
        """A colleague's mail in a thread; not the one in which he forwards it."""
        self._plan("inquiry")
        lead = self._lead(partner_id=self.customer.id).sudo()
        row = self._clock(lead)
        mail = {
            "body": "200 pumps, please",
            "message_type": "email",
            "subtype_xmlid": "mail.mt_comment",
        }
        asked = lead.message_post(author_id=self.salesperson.partner_id.id, **mail)
        self.assertEqual(row.state, "scheduled", "forwarded")
        mail["parent_id"] = asked.id
        lead.message_post(author_id=self.customer.id, **mail)
        self.assertEqual(row.state, "scheduled", "the customer again")
        lead.message_post(author_id=self.salesperson.partner_id.id, **mail)
        self.assertEqual((row.state, row.outcome), ("done", "answered"))

    def test_lost_inquiry(self):
        self._plan("inquiry")
        lead = self._lead(partner_id=self.customer.id)
        lead.action_archive()
        row = self._clock(lead)
        self.assertEqual((row.state, row.reason), ("cancelled", "lost"))
        lead.action_unarchive()
        self.assertEqual(row.state, "scheduled", "found again")

    def test_reconciler_finds_missed_inquiries(self):
        plan = self.env.ref("export_crm.export_crm_plan_inquiry")
        lead = self._lead(email_from="somebody@example.com")
        self.assertFalse(self._clock(lead))
        plan.active = True
        for _run in range(2):
            self.ledger._step_plan_inquiries(self.company, self.today)
        self.assertEqual(len(self._clock(lead)), 1)
        self.assertEqual(self._clock(lead).state, "scheduled")

    def test_due_in_working_hours(self):
        """Two working hours from Friday 16:00: Monday 09:00 (8–12 and 13–17)."""
        template = self._step("first_reply")
        due = self.ledger._plus_hours(
            self.company,
            datetime(2026, 3, 6, 16, 0),
            2,
            template,
            self.ledger._our_days(self.company),
        )
        self.assertEqual(due, datetime(2026, 3, 9, 9, 0))
        taken = self.ledger._hours_between(
            self.company, datetime(2026, 3, 6, 16, 0), datetime(2026, 3, 9, 10, 0), True
        )
        self.assertEqual(taken, 3.0)

    def _due(self, moment, hours):
        """Return until when a promise of so many hours of an order runs."""
        policies = self.env["export.crm.tier.policy"].search([])
        policies.order_hours = hours
        partner = self._customer(f"{moment} {hours}")
        with self._at_time(moment):
            order = self._sold(partner)
        self._run(as_of=moment.date(), partners=partner, contacts=False)
        return self._clock(order)

    def test_no_promise_ends_on_a_day_off(self):
        """Whenever it began: at the same hour of our next working day."""
        self._plan("order")
        thursday = MONDAY + timedelta(days=3)
        row = self._due(thursday, 72)
        self.assertEqual(row.due_at, thursday + timedelta(days=4), "not on Sunday")
        self.assertEqual(row.target_hours, 72, "what was promised is still that")
        step = self._step("order_schedule")
        for calendar in (self.company.resource_calendar_id, False):
            self.company.resource_calendar_id = calendar
            open_on = self.ledger._our_days(self.company)
            for day in range(7):
                for hours in (24, 48, 72):
                    moment = MONDAY + timedelta(days=day)
                    due = moment + timedelta(hours=hours)
                    due += timedelta(days={5: 2, 6: 1}.get(due.weekday(), 0))
                    with self.subTest(begun=f"{moment:%a}", hours=hours):
                        got = self.ledger._plus_hours(
                            self.company, moment, hours, step, open_on
                        )
                        self.assertEqual(got, due)

    def test_no_promise_ends_on_a_holiday_or_leave_of_ours(self):
        self._plan("order")
        self.company.country_id = self.env.ref("base.de")
        self.env["export.crm.nonworking.day"].search([]).unlink()
        self.env["export.crm.nonworking.day"].create(
            {
                "country_id": self.env.ref("base.de").id,
                "name": "x",
                "date": "2026-03-05",
            }
        )
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Works outing",
                "calendar_id": self.company.resource_calendar_id.id,
                "company_id": self.company.id,
                "date_from": "2026-03-06 00:00:00",
                "date_to": "2026-03-06 23:59:59",
            }
        )
        row = self._due(MONDAY, 72)  # Thursday: holiday, leave, weekend
        self.assertEqual(row.due_at, MONDAY + timedelta(days=7))

    def test_sunday_there_is_monday_here(self):
        """The day of the activity is none on which nobody works here either."""
        self._plan("order")
        self.company.partner_id.tz = "Asia/Shanghai"
        self.company.resource_calendar_id.tz = "Asia/Shanghai"
        thursday = datetime(2026, 3, 6, 1, 0)  # Friday 09:00 here, Thursday there
        policies = self.env["export.crm.tier.policy"].search([])
        policies.order_hours = 72
        partner = self._customer("New York", export_tz_own="America/New_York")
        with self._at_time(thursday):
            order = self._sold(partner)
        self._run(as_of=thursday.date(), partners=partner)
        row = self._clock(order)
        self.assertEqual(row.due_at, datetime(2026, 3, 9, 1, 0))
        self.assertEqual(row.planned_date, row.due_at.date())
        self.assertEqual(row.activity_id.date_deadline, row.due_at.date())

    # === THE OTHER NODES === #

    def test_payment_agreed(self):
        self._plan("payment")
        order = self._quotation()
        with self._at_time(MONDAY):
            order.action_quotation_sent()
        self.assertEqual(order.export_sent_at, MONDAY)
        self._run(as_of=MONDAY.date())
        row = self._clock(order)
        self.assertEqual(row.node, "payment")
        # 3 hours until noon, 4 after lunch, 4 on Tuesday.
        self.assertEqual(row.due_at, datetime(2026, 3, 3, 12, 0))
        with self._at_time(MONDAY + timedelta(hours=27)):
            order.action_confirm()
        self._run(as_of=MONDAY.date())
        self.assertEqual((row.state, row.outcome), ("done", "answered"))
        self.assertEqual((row.taken_hours, row.target_hours), (11.0, 11.0))
        self.assertEqual(row.on_time, 1.0)

    def test_sample(self):
        self._plan("sample")
        with self._at_time(MONDAY):
            order = self._sold(export_kind="sample")
        self._run(as_of=MONDAY.date())
        row = self._clock(order)
        self.assertEqual(row.due_at, MONDAY + timedelta(hours=72))
        self._deliver(order)
        order.picking_ids.date_done = MONDAY + timedelta(hours=80)
        self._run(as_of=MONDAY.date())
        self.assertEqual((row.state, row.on_time), ("done", 0.0))
        self.assertEqual(row.taken_hours, 80.0)

    def test_shipment_news(self):
        self._plan("shipment")
        picking = self._deliver(self._sold(), MONDAY.date())
        self._run(as_of=MONDAY.date())
        row = self._clock(picking)
        self.assertEqual(row.due_at, picking.date_done + timedelta(hours=24))
        self.assertEqual(row.activity_id.res_model, "sale.order")
        with self._at_time(picking.date_done + timedelta(hours=5)):
            row.with_user(self.salesperson).action_reached()
        self.assertEqual((row.taken_hours, row.on_time), (5.0, 1.0))

    def test_after_sales(self):
        self.assertEqual(self._step("delivery_week").export_node, "after_sales")

    def test_target_by_tier(self):
        self._plan("order")
        for code, hours in (("a", 24), ("b", 48), ("c", 72), (None, 72)):
            partner = self._customer(f"Tier {code}")
            tier = self.env.ref(f"export_crm.export_crm_tier_{code}") if code else None
            self.env["export.crm.account"].sudo().create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "tier_id": tier.id if tier else False,
                }
            )
            with self._at_time(MONDAY):
                order = self._sold(partner)
            self._run(as_of=MONDAY.date(), partners=partner)
            row = self._clock(order)
            self.assertEqual(len(row), 1)
            self.assertEqual(row.target_hours, hours)
            self.assertEqual(row.due_at, MONDAY + timedelta(hours=hours))
            # Another tier later: still one contact.
            self.env["export.crm.account"].sudo().search(
                [("partner_id", "=", partner.id)]
            ).tier_id = self.env.ref("export_crm.export_crm_tier_b")
            self._run(as_of=MONDAY.date(), partners=partner)
            self.assertEqual(len(self._clock(order)), 1)

    def test_clocks_stay_apart(self):
        self._plan("order", "payment")
        with self._at_time(MONDAY):
            order = self._quotation()
            order.action_quotation_sent()
            self._run(as_of=MONDAY.date())
            self._sold()
            self._run(as_of=MONDAY.date())
        self.assertEqual(len(self._rows(state="scheduled")), 2)
        self.assertEqual(len(self._activities()), 2)
