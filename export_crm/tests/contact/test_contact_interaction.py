from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..account.common import AS_OF, FactsCommon


@tagged("post_install", "-at_install")
class TestContactInteraction(FactsCommon):
    """Logged contacts: next step, facts, marks, who sees which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._customer(
            "Buyer", is_company=False, parent_id=cls.customer.id
        )
        cls.interactions = cls.env["export.crm.interaction"]

    def _log(self, day="2024-06-10", partner=None, user=None, **values):
        return (
            self.interactions.with_user(user or self.env.user)
            .create(
                {
                    "partner_id": (partner or self.contact).id,
                    "date": f"{day} 10:00:00",
                    **values,
                }
            )
            .with_env(self.env)
        )

    # === FACTS === #

    def test_facts_by_direction_channel_and_answer(self):
        self._log("2024-06-30", direction="in", channel="whatsapp")
        self._log("2024-04-02", direction="in", channel="visit")  # first of 90 days
        self._log("2024-04-01", direction="in", channel="phone")
        self._log("2024-06-02", direction="out", channel="phone")
        self._log("2024-06-03", direction="out", channel="phone", answered=False)
        self._log("2024-06-04", direction="out", channel="wechat")
        self._log("2024-07-01", direction="in", channel="phone")  # not known yet
        account = self._facts(self.customer)
        self.assertEqual(account.inbound_90d, 2)
        self.assertEqual(account.outbound_90d, 2)
        self.assertEqual(account.activities_90d, 1)
        self.assertEqual(account.last_inbound_date, AS_OF)
        self.assertEqual(account.last_contact_date, AS_OF)

    def test_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Tokyo"
        contact = self._log(direction="in")
        contact.date = "2024-06-29 15:00:00"
        self.assertEqual(self._facts(self.customer).last_contact_date, AS_OF)
        contact.date = "2024-06-29 14:59:59"
        self.assertEqual(
            self._facts(self.customer).last_contact_date, date(2024, 6, 29)
        )

    def test_other_companys_log_is_not_ours(self):
        other = self.setup_other_company(name="Company 2")["company"]
        self._log(company_id=other.id, direction="in")
        self.assertIsNone(self._facts(self.customer).inbound_90d)
        self.assertEqual(self._facts(self.customer, company=other).inbound_90d, 1)

    def test_finished_activity_and_its_log_count_once(self):
        activity = self.contact.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.salesperson.id
        )
        activity._action_done()
        activity.date_done = "2024-06-10"
        self.assertEqual(self._facts(self.customer).activities_90d, 1)
        # sudo: which activity it was is the system's to note
        self._log(channel="phone").sudo().activity_id = activity
        self.assertEqual(self._facts(self.customer).activities_90d, 1)

    def test_mood_is_positive_less_negative_of_what_was_marked(self):
        self._log(direction="in")
        self.assertIsNone(self._facts(self.customer).sentiment_trend)
        for sentiment in ("positive", "positive", "negative", "neutral"):
            self._log(sentiment=sentiment)
        self.assertEqual(self._facts(self.customer).sentiment_trend, 25.0)
        self._log("2024-04-01", sentiment="negative")  # a day too old
        self.assertEqual(self._facts(self.customer).sentiment_trend, 25.0)
        neutral = self._customer("Neutral")
        self._log(partner=neutral, sentiment="neutral")
        self.assertEqual(self._facts(neutral).sentiment_trend, 0.0)

    def _marked(self):
        self.env.cr.precommit.run()
        rows = self.env["export.crm.dirty"].search(
            [("company_id", "=", self.company.id)]
        )
        partners = rows.partner_id
        rows.sudo().unlink()
        return partners

    def test_every_change_has_the_customer_judged(self):
        self._marked()
        contact = self._log()
        self.assertEqual(self._marked(), self.customer)
        contact.sentiment = "negative"
        self.assertEqual(self._marked(), self.customer)
        contact.note = "No figure changes by that"
        self.assertFalse(self._marked())
        other = self._customer("Other")
        self._marked()
        contact.partner_id = other
        self.assertEqual(self._marked(), self.customer + other)
        contact.unlink()
        self.assertEqual(self._marked(), other)

    # === LOGGING === #

    @freeze_time("2026-03-05 12:00:00")
    def test_next_step_becomes_an_activity_on_the_contacts_next_working_day(self):
        self.contact.country_id = self.env.ref("base.sa")
        contact = self._log(
            "2026-03-05",
            user=self.salesperson,
            channel="visit",
            next_step="Send the price list",
        )
        activity = contact.next_activity_id
        # a Thursday; Friday and Saturday are off there
        self.assertEqual(activity.date_deadline, date(2026, 3, 8))
        self.assertEqual(activity.summary, "Send the price list")
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(activity.res_model, "res.partner")
        self.assertEqual(activity.res_id, self.contact.id)
        self.assertEqual(activity.activity_type_id.category, "meeting")
        contact.next_step = "Send it today"
        self.assertEqual(contact.next_activity_id, activity)
        self.assertEqual(len(self.contact.activity_ids), 1)
        dated = self._log("2026-03-05", next_step="Call", next_date="2026-03-20")
        self.assertEqual(dated.next_activity_id.date_deadline, date(2026, 3, 20))
        self.assertFalse(self._log("2026-03-05").next_activity_id)

    @freeze_time("2026-03-02 20:00:00")
    def test_next_step_after_their_working_hours_is_tomorrow(self):
        """At eight on Monday evening there, Tuesday has not begun yet."""
        self.contact.export_tz_own = "UTC"
        contact = self._log("2026-03-02", next_step="Call again")
        self.assertEqual(contact.next_date, date(2026, 3, 3))

    def test_a_contact_to_come_is_no_contact(self):
        now = fields.Datetime.now()
        self._log().date = now + timedelta(minutes=5)
        with self.assertRaises(ValidationError):
            self._log().date = now + timedelta(minutes=15)

    def test_share_of_answers_leaves_their_calls_out(self):
        self._log(channel="phone")
        self._log(channel="phone", answered=False)
        self._log(channel="phone", direction="in")
        [(share,)] = self.interactions._read_group(
            [("partner_id", "=", self.contact.id)], [], ["reply_rate:avg"]
        )
        self.assertEqual(share, 0.5)

    def test_dialog_starts_with_the_contacts_own_channel(self):
        self.contact.export_channel_own = "wechat"
        action = self.contact.with_user(self.salesperson).action_export_log_contact()
        self.assertEqual(action["context"]["default_channel"], "wechat")
        tapped = self.contact.with_context(export_channel="phone")
        action = tapped.action_export_log_contact()
        self.assertEqual(action["context"]["default_channel"], "phone")
        logged = (
            self.interactions.with_user(self.salesperson)
            .with_context(**action["context"])
            .create({})
        )
        self.assertEqual(logged.partner_id, self.contact)
        self.assertEqual(logged.user_id, self.salesperson)
        self.assertEqual(logged.customer_id, self.customer)

    def test_count_and_list_of_customer_and_contact(self):
        self._log()
        self._log(partner=self.customer)
        partners = (self.customer + self.contact).with_user(self.salesperson)
        customer, contact = partners
        self.assertEqual(customer.export_interaction_count, 2)
        self.assertEqual(contact.export_interaction_count, 1)
        for partner, count in ((customer, 2), (contact, 1)):
            domain = partner.action_export_view_interactions()["domain"]
            self.assertEqual(self.interactions.search_count(domain), count)
        account = self._facts(self.customer).with_user(self.salesperson)
        self.assertEqual(account.interaction_count, 2)
        self.assertEqual(
            account.action_view_interactions()["domain"][0][2], customer.id
        )

    def test_logging_follows_a_contact_to_its_new_company(self):
        contact = self._log()
        other = self._customer("Other")
        self.contact.parent_id = other
        self.assertEqual(contact.customer_id, other)

    # === ACCESS === #

    def test_who_reads_and_who_writes(self):
        seller2 = self._user("seller2", "user")
        leader = self._user("leader", "team_manager")
        manager = self._user("manager", "manager")
        self.env["crm.team"].create(
            {
                "name": "West Africa",
                "user_id": leader.id,
                "company_id": self.company.id,
                "crm_team_member_ids": [
                    Command.create({"user_id": self.salesperson.id})
                ],
            }
        )
        theirs = self._customer("Theirs", user_id=seller2.id)
        own = self._log(user=self.salesperson)
        foreign = self._log(partner=theirs, user=seller2)
        helped = self._log(partner=theirs, user=self.salesperson)

        def seen(user):
            ids = (own + foreign + helped).ids
            return self.interactions.with_user(user).search([("id", "in", ids)])

        self.assertEqual(set(seen(self.salesperson)), {own, helped})
        self.assertEqual(set(seen(seller2)), {foreign, helped})
        self.assertEqual(set(seen(leader)), {own, helped})
        self.assertEqual(len(seen(manager)), 3)
        self.assertEqual(len(seen(self.controller)), 3)
        helped.with_user(self.salesperson).note = "Mine"
        for user in (seller2, leader, self.controller):
            with self.assertRaises(AccessError):
                helped.with_user(user).note = "Not mine"
        with self.assertRaises(AccessError):
            own.with_user(self.salesperson).unlink()
        with self.assertRaises(AccessError):
            self._log(user=self.salesperson, user_id=seller2.id)
        helped.with_user(manager).unlink()

    def test_intern_and_other_companies_stay_out(self):
        intern = self._user("intern", "intern")
        contact = self._log()
        with self.assertRaises(AccessError):
            contact.with_user(intern).read(["note"])
        with self.assertRaises(AccessError):
            self.contact.with_user(intern).read(["export_interaction_count"])
        other = self.setup_other_company(name="Company 2")["company"]
        foreign = self._log(company_id=other.id)
        for user in (self.salesperson, self.controller):
            with self.assertRaises(AccessError):
                foreign.with_user(user).read(["note"])

    def test_as_many_queries_for_50_logged_contacts_as_for_one(self):
        def count(number):
            vals = [
                {"partner_id": self.contact.id, "date": datetime(2024, 6, 10)}
                for _number in range(number)
            ]
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.interactions.create(vals)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(1), count(50))
