from datetime import date, datetime

from odoo.tests import new_test_user, tagged

from .common import AS_OF, FactsCommon


@tagged("post_install", "-at_install")
class TestFactsContact(FactsCommon):
    """Inquiries, messages, calls, portal visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls._customer(
            "Buyer", is_company=False, parent_id=cls.customer.id, email="b@x.example"
        )

    def _message(self, day, author, record=None, recipients=None, **values):
        record = record or self.customer
        message = record.message_post(
            body="About the panels",
            author_id=author.id,
            message_type=values.pop("message_type", "comment"),
            partner_ids=recipients.ids if recipients else [],
            **values,
        )
        message.date = datetime.combine(date.fromisoformat(day), datetime.min.time())
        return message

    def test_never_heard_of_is_unknown(self):
        self._order(self.customer, "2024-06-01")
        account = self._facts(self.customer)
        for name in ("inbound_90d", "outbound_90d", "activities_90d"):
            self.assertIsNone(account[name], name)
        self.assertFalse(account.last_contact_date)
        self.assertEqual(account.inquiries_365d, 0)

    def test_inbound_counts_what_the_customers_contacts_wrote(self):
        self._message("2024-06-30", self.contact, message_type="email")
        self._message("2024-04-02", self.contact)  # first of the 90 days
        self._message("2024-04-01", self.customer)
        self._message("2024-07-01", self.contact)
        self._message("2024-06-01", self.contact, message_type="notification")
        account = self._facts(self.customer)
        self.assertEqual(account.inbound_90d, 2)
        self.assertEqual(account.outbound_90d, 0)
        self.assertEqual(account.last_inbound_date, AS_OF)

    def test_outbound_counts_a_message_once_however_many_read_it(self):
        ours = self.salesperson.partner_id
        self._message("2024-06-10", ours, recipients=self.contact + self.customer)
        self._message("2024-06-11", ours)  # a note between colleagues
        account = self._facts(self.customer)
        self.assertEqual(account.outbound_90d, 1)
        self.assertEqual(account.inbound_90d, 0)
        self.assertFalse(account.last_inbound_date)
        self.assertEqual(account.last_contact_date, date(2024, 6, 10))

    def test_message_on_another_companys_document_is_not_ours(self):
        other = self.setup_other_company(name="Company 2")["company"]
        order = self._order(self.customer, "2024-06-01", company=other)
        self._message("2024-06-10", self.contact, record=order)
        self.assertIsNone(self._facts(self.customer).inbound_90d)
        self.assertEqual(self._facts(self.customer, company=other).inbound_90d, 1)

    def _activity(self, record, kind, day):
        activity = record.activity_schedule(kind, user_id=self.salesperson.id)
        activity._action_done()
        activity.date_done = day
        return activity

    def test_calls_and_meetings_done(self):
        order = self._order(self.customer, "2024-06-01")
        lead = self.env["crm.lead"].create(
            {
                "name": "Panels?",
                "partner_id": self.contact.id,
                "company_id": self.company.id,
            }
        )
        self._backdate(lead, datetime(2023, 1, 1))
        self._activity(self.contact, "mail.mail_activity_data_call", "2024-06-02")
        self._activity(order, "mail.mail_activity_data_call", "2024-06-03")
        self._activity(lead, "mail.mail_activity_data_meeting", "2024-06-04")
        self._activity(order, "mail.mail_activity_data_todo", "2024-06-05")
        self._activity(order, "mail.mail_activity_data_call", "2024-07-01")
        self.customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.salesperson.id
        )
        account = self._facts(self.customer)
        self.assertEqual(account.activities_90d, 3)
        self.assertEqual(account.last_contact_date, date(2024, 6, 4))

    def test_inquiries(self):
        other = self.setup_other_company(name="Company 2")["company"]
        for day, company in (
            ("2024-06-30", self.company),
            ("2023-07-02", self.company.browse()),
            ("2023-07-01", self.company),
            ("2024-06-15", other),
            ("2024-07-01", self.company),
        ):
            lead = self.env["crm.lead"].create(
                {
                    "name": day,
                    "partner_id": self.contact.id,
                    "company_id": company.id,
                    "active": False,
                    "team_id": False,
                    "user_id": False,
                }
            )
            lead.company_id = company
            self._backdate(lead, datetime.fromisoformat(f"{day} 12:00:00"))
        account = self._facts(self.customer)
        self.assertEqual(account.inquiries_365d, 2)
        self.assertEqual(account.last_inquiry_date, AS_OF)
        self.assertEqual(account.last_inbound_date, AS_OF)

    def _visit(self, user, *moments):
        """Write the rows that Odoo writes at most hourly while somebody is there."""
        for moment in moments:
            self.env.cr.execute(
                "INSERT INTO res_device_log (session_identifier, platform, browser,"
                " ip_address, user_id, first_activity, last_activity, revoked)"
                " VALUES ('session', 'linux', 'chrome', '10.0.0.1', %s, %s, %s, FALSE)",
                [user.id, moments[0], moment],
            )

    def test_portal_days_survive_odoos_housekeeping(self):
        user = new_test_user(
            self.env, "ec_portal", groups="base.group_portal", name="Portal"
        )
        user.partner_id.parent_id = self.customer
        self._backdate(user, datetime(2024, 1, 1))
        self.assertEqual(self._facts(self.customer).portal_days_90d, 0)
        self._visit(
            user,
            datetime(2024, 6, 1, 8),
            datetime(2024, 6, 1, 9),
            datetime(2024, 6, 2, 9),
            datetime(2024, 6, 5, 9),
        )
        self.assertEqual(self._facts(self.customer).portal_days_90d, 3)
        self.env["res.device.log"]._gc_device_log()
        self.assertEqual(self._facts(self.customer).portal_days_90d, 3)
        # the second housekeeping keeps nothing twice
        self.assertEqual(self.env["export.crm.portal.day"]._keep_device_days(), 0)
        self.assertIsNone(self._facts(self._customer("No portal")).portal_days_90d)

    def test_staff_days_are_not_kept(self):
        self._visit(self.salesperson, datetime(2024, 6, 1, 8))
        self.env["res.device.log"]._gc_device_log()
        self.assertFalse(
            self.env["export.crm.portal.day"]
            .sudo()
            .search([("user_id", "=", self.salesperson.id)])
        )
