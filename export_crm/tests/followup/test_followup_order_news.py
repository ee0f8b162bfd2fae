from datetime import date, datetime

from freezegun import freeze_time

from odoo import http
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import FollowupCommon

MONDAY = date(2026, 3, 2)


class OrderNewsCase(FollowupCommon):
    """A buyer in Kolkata (UTC+5:30, 09:00 there is 03:30 UTC) who asked for news."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan("order_news")
        cls.buyer = cls._contact(
            "Priya",
            email="priya@example.com",
            lang="en_US",
            country_id=cls.env.ref("base.in").id,
            export_tz_own="Asia/Kolkata",
        )
        cls.memory = cls.env["export.crm.order.news"].sudo()

    @classmethod
    def _order_at(cls, moment, **values):
        with freeze_time(moment):
            order = cls._sold(cls.buyer, **values)
        cls.env.flush_all()
        return order

    def _opt_in(self, contact=None, moment="2026-03-01 12:00:00"):
        with freeze_time(moment):
            (contact or self.buyer).export_order_news = True

    def _morning(self, moment="2026-03-02 03:30:00", company=None):
        """Run the scheduled action at a moment; return the mails it made."""
        company = company or self.company
        before = self.env["mail.mail"].search([])
        with freeze_time(moment):
            ledger = self.env["export.crm.followup"].sudo().with_company(company)
            contacts = ledger._order_news_due(company)
            ledger._send_order_news(company, contacts)
        return self.env["mail.mail"].search([]) - before

    def _news_rows(self, contact=None):
        return self.ledger.search(
            [
                ("step", "=", "order_progress"),
                ("contact_id", "=", (contact or self.buyer).id),
            ]
        )


@tagged("post_install", "-at_install")
class TestFollowupOrderNews(OrderNewsCase):
    """The order-progress mail: opt-in, at 09:00 there, once, only with news."""

    # === WHEN === #

    def test_at_nine_there_once(self):
        self._opt_in()
        order = self._order_at("2026-03-01 13:00:00")
        self.assertFalse(self._morning("2026-03-02 03:29:00"), "08:59 there")
        mail = self._morning("2026-03-02 03:30:00")
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.recipient_ids, self.buyer)
        self.assertIn(order.name, mail.body_html)
        self.assertIn("Your order is confirmed.", mail.body_html)
        self.assertIn(f"/my/orders/{order.id}", mail.body_html)
        row = self._news_rows()
        self.assertEqual((row.state, row.channel), ("done", "email"))
        self.assertEqual(row.planned_date, MONDAY)
        self.assertEqual(row.order_id, order)
        self.assertEqual(row.done_at, datetime(2026, 3, 2, 3, 30))
        for _run in range(3):
            self.assertFalse(self._morning("2026-03-02 03:45:00"))
        self.assertFalse(self._morning("2026-03-03 03:30:00"), "no news, no mail")
        self.assertEqual(len(self._news_rows()), 1)

    def test_once_a_day(self):
        self._opt_in()
        order = self._order_at("2026-03-01 13:00:00")
        self._morning()
        order.picking_ids.export_eta = "2026-04-20"
        self.assertFalse(self._morning("2026-03-02 06:00:00"), "tomorrow")
        mail = self._morning("2026-03-03 03:30:00")
        self.assertIn("expected with you on 04/20/2026", mail.body_html)
        self.assertNotIn("confirmed", mail.body_html)

    def test_day_off_there(self):
        self._opt_in(moment="2026-02-27 12:00:00")
        self._order_at("2026-02-27 13:00:00")
        self.assertFalse(self._morning("2026-02-28 03:30:00"), "a Saturday")
        self.assertEqual(len(self._morning()), 1)

    def test_server_was_down_at_nine(self):
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        self.assertFalse(self._morning("2026-03-02 12:30:00"), "18:00 there")
        self.assertEqual(len(self._morning("2026-03-03 11:00:00")), 1)

    def test_clocks_change(self):
        """09:00 in Berlin is 08:00 UTC before 29 March 2026, 07:00 after it."""
        self.buyer.export_tz_own = "Europe/Berlin"
        self.buyer.country_id = self.env.ref("base.de")
        self._opt_in()
        order = self._order_at("2026-03-26 13:00:00")
        self.assertFalse(self._morning("2026-03-27 07:59:00"))
        self.assertEqual(len(self._morning("2026-03-27 08:00:00")), 1)
        order.picking_ids.export_eta = "2026-04-20"
        self.assertFalse(self._morning("2026-03-30 06:59:00"))
        self.assertEqual(len(self._morning("2026-03-30 07:00:00")), 1)

    # === WHAT === #

    def test_life_of_an_order(self):
        self._opt_in()
        order = self._order_at("2026-03-01 13:00:00")
        first = self._morning()
        delivery = order.picking_ids
        self.assertIn(f"Delivery {delivery.name} will leave us on", first.body_html)
        delivery.scheduled_date = "2026-03-20 12:00:00"
        planned = self._morning("2026-03-03 03:30:00")
        self.assertIn("will leave us on 03/20/2026 (before:", planned.body_html)
        self._deliver(order, date(2026, 3, 3))
        sent = self._morning("2026-03-04 03:30:00")
        self.assertIn(f"{delivery.name} left us on 03/03/2026", sent.body_html)
        delivery.export_eta = "2026-04-10"
        self._morning("2026-03-05 03:30:00")
        delivery.export_eta = "2026-04-17"
        moved = self._morning("2026-03-06 03:30:00")
        self.assertIn("04/17/2026 (before: 04/10/2026)", moved.body_html)
        delivery.export_received_date = "2026-03-07"
        received = self._morning("2026-03-09 03:30:00")
        self.assertIn("reached you on 03/07/2026", received.body_html)
        self.assertNotIn("expected", received.body_html)
        invoice = order._create_invoices()
        self.assertFalse(self._morning("2026-03-10 03:30:00"), "a draft is no news")
        invoice.invoice_date = "2026-03-10"
        invoice.action_post()
        issued = self._morning("2026-03-11 03:30:00")
        self.assertIn(f"Invoice {invoice.name} was issued", issued.body_html)
        self.assertEqual(len(self._news_rows()), 7)

    def test_several_orders_in_one_mail(self):
        self._opt_in()
        orders = self._order_at("2026-03-01 13:00:00")
        orders += self._order_at("2026-03-01 14:00:00")
        mail = self._morning()
        self.assertEqual(len(mail), 1)
        for order in orders:
            self.assertIn(order.name, mail.body_html)
        self.assertFalse(self._news_rows().order_id, "it is about two")

    def test_quotations_and_cancelled_orders_are_no_news(self):
        self._opt_in()
        self._quotation(self.buyer)
        order = self._order_at("2026-03-01 13:00:00")
        order._action_cancel()
        self.assertFalse(self._morning())

    def test_language(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"].search(
            [("name", "=", "export_crm")]
        )._update_translations(["zh_CN"])
        self.env.company.partner_id.lang = "en_US"
        self.buyer.lang = "zh_CN"
        self._opt_in()
        order = self._order_at("2026-03-01 13:00:00")
        mail = self._morning()
        self.assertEqual(mail.subject, "您的订单有新进展")
        self.assertIn("您的订单已确认。", mail.body_html)
        self.assertNotIn("confirmed", mail.body_html)
        self.env["res.lang"]._activate_lang("pl_PL")
        self.buyer.lang = "pl_PL"
        order.picking_ids.export_eta = "2026-04-20"
        mail = self._morning("2026-03-03 03:30:00")
        self.assertEqual(mail.subject, "News about your orders")

    # === WHO === #

    def test_only_who_asked_for_it(self):
        self._order_at("2026-03-01 13:00:00")
        self.assertFalse(self._morning())
        self.assertFalse(self.memory.search([("contact_id", "=", self.buyer.id)]))

    def test_no_storm(self):
        """What was true when a contact opts in, or a company goes live, is no news."""
        for _order in range(5):
            self._order_at("2026-02-20 13:00:00")
        self._opt_in()
        self.assertFalse(self._morning())
        self.memory.search([]).unlink()
        self.assertFalse(self._morning("2026-03-03 03:30:00"), "a new company's first")
        late = self._order_at("2026-03-03 13:00:00")
        mail = self._morning("2026-03-04 03:30:00")
        self.assertIn(late.name, mail.body_html)
        self.assertEqual(mail.body_html.count("is confirmed"), 1)

    def test_opting_in_again_brings_no_history(self):
        self._opt_in()
        self.buyer.export_order_news = False
        self._order_at("2026-03-01 13:00:00")
        self._opt_in(moment="2026-03-01 14:00:00")
        self.assertFalse(self._morning())

    def test_at_nine_whatever_their_own_hours(self):
        """A mail waits for its reader: hours are for calls."""
        self.buyer.write(
            {
                "export_hours_own": True,
                "export_hours_from": 11.0,
                "export_hours_to": 12.0,
            }
        )
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        self.assertFalse(self._morning("2026-03-02 03:29:00"))
        self.assertTrue(self._morning("2026-03-02 03:30:00"))

    def test_merging_brings_no_history(self):
        """Old orders of a contact that is merged are no news for the one that stays."""
        twin = self._contact("Priya S.", email="priya@example.com")
        self._opt_in()
        with freeze_time("2026-03-01 13:00:00"):
            self._sold(twin)
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        with freeze_time("2026-03-01 14:00:00"):
            wizard._merge((twin + self.buyer).ids, self.buyer)
        self.env.invalidate_all()
        self.assertFalse(self._morning())

    def test_blacklist_archive_no_address(self):
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        entry = self.env["mail.blacklist"]._add(self.buyer.email)
        self.assertFalse(self._morning())
        entry.action_archive()
        self.buyer.action_archive()
        self.assertFalse(self._morning())
        self.buyer.action_unarchive()
        self.buyer.email = False
        self.assertFalse(self._morning())
        self.buyer.email = "priya@example.com"
        self.assertEqual(len(self._morning()), 1)

    def test_waits_during_a_credit_hold(self):
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        hold = self._hold()
        self.assertFalse(self._morning())
        self.assertFalse(self._news_rows())
        hold.sudo()._close("released", "Paid")
        self.assertEqual(len(self._morning("2026-03-03 03:30:00")), 1)

    def test_plan_switches_it_off(self):
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        plan = self.env.ref("export_crm.export_crm_plan_order_news")
        plan.active = False
        self.assertFalse(self._morning())
        plan.active = True
        self._step("order_news").export_country_group_ids = self.env.ref(
            "export_crm.country_group_europe"
        )
        self.assertFalse(self._morning("2026-03-03 03:30:00"), "not in Europe")

    def test_two_companies(self):
        other = self.setup_other_company(name="Company 2")["company"]
        other.export_go_live_date = "2000-01-01"
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        self.assertFalse(self._morning(company=other))
        self.assertEqual(len(self._morning()), 1)

    def test_no_contact_by_a_person(self):
        """An automatic mail is no exchange: it wakes nobody up and warms nothing."""
        self._opt_in()
        self._order_at("2026-03-01 13:00:00")
        mail = self._morning()
        self.assertEqual(mail.mail_message_id.message_type, "auto_comment")

    def test_replies_are_measured(self):
        """An automatic mail's reply rate stands beside that of calls and chats."""
        second = self.buyer.copy({"name": "Arjun", "email": "arjun@example.com"})
        for contact in (self.buyer, second):
            self._opt_in(contact)
            with freeze_time("2026-03-01 13:00:00"):
                self._sold(contact)
        self._morning()
        sent = {who: self._news_rows(who) for who in (self.buyer, second)}
        self.assertIsNone(sent[self.buyer].replied)
        for author, moment in (
            (self.buyer, "2026-03-02 03:00:00"),  # before the mail
            (self.buyer, "2026-03-09 03:00:00"),
            (second, "2026-03-09 04:00:00"),  # half an hour too late
        ):
            self.env["mail.message"].create(
                {
                    "model": "res.partner",
                    "res_id": self.customer.id,
                    "message_type": "email",
                    "author_id": author.id,
                    "date": moment,
                    "body": "Thank you",
                }
            )
        with freeze_time("2026-03-09 03:15:00"):
            self.ledger._measure_replies(self.company)
        self.assertEqual(sent[self.buyer].replied, 1.0)
        self.assertIsNone(sent[second].replied, "there is time left")
        with freeze_time("2026-03-09 05:00:00"):
            self.ledger._step_plan_inquiries(self.company, date(2026, 3, 9))
        self.assertEqual(sent[second].replied, 0.0)
        [group] = self.ledger.formatted_read_group(
            [("step", "=", "order_progress"), ("company_id", "=", self.company.id)],
            ["channel"],
            ["replied:avg"],
        )
        self.assertEqual((group["channel"], group["replied:avg"]), ("email", 0.5))

    def test_one_bad_contact(self):
        self._opt_in()
        second = self.buyer.copy({"name": "Arjun", "email": "arjun@example.com"})
        self._opt_in(second)
        self._order_at("2026-03-01 13:00:00")
        with freeze_time("2026-03-01 13:00:00"):
            self._sold(second)
        ledger = type(self.ledger)
        original = ledger._mail_order_news

        def failing(this, company, step, memory, news):
            if memory.contact_id == self.buyer:
                raise ValueError("broken")
            return original(this, company, step, memory, news)

        self.patch(ledger, "_mail_order_news", failing)
        with mute_logger("odoo.addons.export_crm.models.followup.order_news_mail"):
            mail = self._morning()
        self.assertEqual(mail.recipient_ids, second)
        self.patch(ledger, "_mail_order_news", original)
        self.assertEqual(self._morning().recipient_ids, self.buyer)

    def test_scheduled_action(self):
        self._opt_in()
        order = self._order_at("2026-03-01 13:00:00")
        cron = self.env.ref("export_crm.export_crm_order_news_cron")
        self.assertEqual((cron.interval_number, cron.interval_type), (15, "minutes"))
        with freeze_time("2026-03-02 03:30:00"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        self.assertEqual(self._news_rows().title, order.name)

    def test_statements_do_not_grow_with_the_contacts(self):
        contacts = self.buyer
        for number in range(10):
            contacts += self.buyer.copy({"email": f"c{number}@example.com"})
        with freeze_time("2026-03-01 12:00:00"):
            contacts.export_order_news = True

        def statements(moment):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with freeze_time(moment):
                self.ledger._order_news_due(self.company)
            return self.env.cr.sql_log_count - before

        statements("2026-03-02 03:30:00")
        many = statements("2026-03-03 03:30:00")
        contacts[1:].export_order_news = False
        self.env.flush_all()
        one = statements("2026-03-04 03:30:00")
        self.assertLessEqual(many, one + 2)


@tagged("post_install", "-at_install")
class TestFollowupOrderNewsPortal(OrderNewsCase, HttpCase):
    """The customer's own switch in the portal."""

    def test_switch(self):
        user = new_test_user(
            self.env,
            login="ec_priya",
            password="ec_priya",
            groups="base.group_portal",
            company_id=self.company.id,
        )
        partner = user.partner_id
        self.authenticate("ec_priya", "ec_priya")
        page = self.url_open("/my/orders").text
        self.assertIn("Mail me at 09:00", page)
        token = http.Request.csrf_token(self)
        self.url_open("/my/orders/news", data={"csrf_token": token, "wanted": "1"})
        partner.invalidate_recordset()
        self.assertTrue(partner.export_order_news)
        self.url_open("/my/orders/news", data={"csrf_token": token})
        partner.invalidate_recordset()
        self.assertFalse(partner.export_order_news)
        with mute_logger("odoo.http"):
            refused = self.url_open("/my/orders/news", data={"wanted": "1"})
        self.assertEqual(refused.status_code, 400)
        self.assertEqual(self.url_open("/my/orders/news").status_code, 405)
