from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .gateway import GatewayCase
from .test_claim_clock import FRIDAY


@tagged("post_install", "-at_install")
class TestClaimMessage(GatewayCase):
    """First response, acknowledgement, mail gateway."""

    # === FIRST HUMAN RESPONSE === #

    def test_answer_of_an_employee(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=3)):
            message = self._answer(claim)
        self.assertEqual(self._clock(claim).state, "met")
        event = claim.event_ids.filtered(
            lambda e: e.milestone == "response" and e.kind == "met"
        )
        self.assertEqual(event.message_id, message)
        self.assertEqual(claim.response_hours, 3.0)

    def test_what_is_no_answer(self):
        claim = self._claim()
        agent = self.agent.partner_id
        post = claim.sudo().message_post
        comment = {"subtype_xmlid": "mail.mt_comment"}
        post(body="note", message_type="comment", author_id=agent.id)
        post(
            body="bot",
            message_type="comment",
            author_id=self.env.ref("base.partner_root").id,
            **comment,
        )
        post(body="auto", message_type="auto_comment", author_id=agent.id, **comment)
        post(body="away", message_type="out_of_office", author_id=agent.id, **comment)
        post(body="system", message_type="notification", author_id=agent.id, **comment)
        post(body="me", message_type="comment", author_id=self.customer.id, **comment)
        self.assertEqual(self._clock(claim).state, "running")

    def test_message_that_reaches_nobody_is_no_answer(self):
        claim = self._claim()
        claim.message_unsubscribe(self.customer.ids)
        self._answer(claim)
        self.assertEqual(self._clock(claim).state, "running")
        self._answer(claim, partner_ids=self.customer.ids)
        self.assertEqual(self._clock(claim).state, "met")

    def test_message_to_the_carrier_is_no_answer(self):
        """Neither to an address, nor of a claim whose customer is not known yet."""
        carrier = self._customer("Carrier")
        carrier.email = "claims@carrier.example.com"
        known = self._claim()
        known.message_unsubscribe(known.partner_id.ids)
        self._answer(known, outgoing_email_to=carrier.email)
        self.assertEqual(self._states(known)["response"], "running")
        unknown = self._claim(partner_id=False, email_from="Joe <joe@x.example.com>")
        self._answer(unknown, partner_ids=carrier.ids)
        self.assertEqual(self._states(unknown)["response"], "running")
        self._answer(unknown, outgoing_email_to="joe@x.example.com")
        self.assertEqual(self._states(unknown)["response"], "met")

    def test_mail_of_an_employee_counts_at_its_own_time(self):
        """The gateway was down: the answer is as old as its date."""
        self.agent.partner_id.email = "ada@acme.example.com"
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=30)):
            self._reply(
                claim,
                "ada@acme.example.com",
                "Date: Fri, 06 Mar 2026 18:00:00 +0000\n",
            )
        self.assertEqual(self._clock(claim).state, "met")
        self.assertEqual(claim.response_hours, 2.0)
        self.assertFalse(self._clock(claim).late)

    def test_date_of_a_mail_is_never_before_the_claim(self):
        self.agent.partner_id.email = "ada@acme.example.com"
        claim = self._claim()
        self._reply(
            claim, "ada@acme.example.com", "Date: Thu, 01 Jan 2015 00:00:00 +0000\n"
        )
        self.assertEqual(claim.response_hours, 0.0)
        self.assertEqual(self._clock(claim).ended_at, claim.opened_at)

    def test_dates_of_rpc_clients_do_not_count(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=5)):
            self._answer(claim, date=FRIDAY + timedelta(hours=1))
        self.assertEqual(claim.response_hours, 5.0)

    def test_old_mail_answers_the_cycle_that_runs(self):
        """Delivered after reopening, dated before it: met, at the cycle's start."""
        self.agent.partner_id.email = "ada@acme.example.com"
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
            self._answer(claim)
            claim.action_close()
        with freeze_time(FRIDAY + timedelta(hours=10)):
            claim.action_reopen()
        with freeze_time(FRIDAY + timedelta(hours=20)):
            self._reply(
                claim,
                "ada@acme.example.com",
                "Date: Fri, 06 Mar 2026 18:00:00 +0000\n",
            )
        self.assertEqual(self._clock(claim).cycle, 2)
        self.assertEqual(self._clock(claim).state, "met")
        self.assertEqual(self._clock(claim).ended_at, FRIDAY + timedelta(hours=10))

    def test_late_answer_is_late(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=5)):
            self._answer(claim)
        self.assertTrue(self._clock(claim).late)
        self.assertEqual(self._clock(claim).state, "met")
        self.assertTrue(claim.late)

    def test_second_answer_changes_nothing(self):
        claim = self._claim()
        self._answer(claim)
        ended = self._clock(claim).ended_at
        with freeze_time(fields.Datetime.now() + timedelta(hours=5)):
            self._answer(claim)
        self.assertEqual(self._clock(claim).ended_at, ended)

    # === INTAKE === #

    def test_mail_becomes_a_claim(self):
        claim = self._mail()
        self.assertRecordValues(
            claim,
            [
                {
                    "title": "Flicker",
                    "channel": "email",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "department_id": self.department.id,
                    "user_id": self.agent.id,
                }
            ],
        )
        self.assertEqual(claim._photo_count(), 1)
        self.assertIn(self.customer, claim.message_partner_ids)
        self.assertEqual(len(self._acks(claim)), 1)
        self.assertEqual(self._states(claim)["ack"], "met")
        self.assertEqual(self._states(claim)["response"], "running")

    def test_mail_of_an_unknown_sender(self):
        claim = self._mail("Somebody <new@unknown.example.com>")
        self.assertFalse(claim.partner_id)
        self.assertIn("new@unknown.example.com", claim.email_from)
        ack = self._acks(claim)
        self.assertIn("new@unknown.example.com", ack.outgoing_email_to)

    def test_same_mail_twice(self):
        first = self._mail(id="same")
        self.assertEqual(len(first), 1)
        self.assertFalse(self._mail(id="same"))

    def test_machines_open_no_claim(self):
        for headers in (
            "Auto-Submitted: auto-replied\n",
            "Auto-Submitted: auto-generated\n",
            "Precedence: bulk\n",
            "Precedence: auto_reply\n",
            "Precedence: list\n",
            "X-Autoreply: yes\n",
            "Return-Path: <>\n",
        ):
            self.assertFalse(self._mail(headers=headers), headers)
        for server in ("MAILER-DAEMON@mx.example.com", "postmaster@mx.example.com"):
            self.assertFalse(self._mail(server), server)
        self.assertTrue(self._mail(headers="Auto-Submitted: no\n"))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_address_that_writes_by_the_dozen(self):
        """A machine that doesn't say so: stopped by number, a person is not."""
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        for _n in range(3):
            self.assertTrue(self._mail("robot@nowhere.example.com"))
        self.assertFalse(self._mail("robot@nowhere.example.com"))
        self.assertTrue(self._mail())

    def test_our_own_address_opens_no_claim(self):
        self.assertFalse(self._mail("claims@acme.example.com"))

    def test_out_of_office_on_a_claim_is_kept_and_does_nothing(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        before = len(claim.message_ids)
        self._reply(claim, headers="Auto-Submitted: auto-replied\n")
        self.assertEqual(len(claim.message_ids), before + 1)
        self.assertEqual(claim.message_ids[0].message_type, "out_of_office")
        self.assertEqual(claim.state, "closed")

    def test_machines_wake_up_and_answer_nothing(self):
        """Neither a waiting claim nor a clock, whatever the machine calls itself."""
        claim = self._claim()
        claim.action_wait()
        for headers in ("Precedence: list\n", "Return-Path: <>\n"):
            self.assertFalse(self._reply(claim, headers=headers))
        self.assertEqual(claim.state, "waiting")
        self.assertEqual(self._states(claim)["response"], "running")

    def test_out_of_office_of_the_agent_is_no_answer(self):
        self.agent.partner_id.email = "ada@acme.example.com"
        claim = self._claim()
        self._reply(claim, "ada@acme.example.com", "Auto-Submitted: auto-replied\n")
        self.assertEqual(self._clock(claim).state, "running")

    def test_acknowledgement_tells_machines_to_be_quiet(self):
        claim = self._claim()
        mail = self.env["mail.mail"].search(
            [("mail_message_id", "in", self._acks(claim).ids)]
        )
        self.assertTrue(mail)
        self.assertIn("'Auto-Submitted': 'auto-generated'", mail.headers)

    def test_acknowledged_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("export_crm.mail_template_claim_ack")
        template.with_context(lang="fr_FR").write(
            {
                "subject": "{{ object.name }} : bien reçu",
                "body_html": "<p>Bonjour</p>",
            }
        )
        self.customer.lang = "fr_FR"
        claim = self._claim()
        self.assertEqual(self._acks(claim).subject, f"{claim.name} : bien reçu")
        self.assertIn("Bonjour", self._acks(claim).body)

    def test_acknowledgement_ships_in_nine_languages(self):
        words = {
            "zh_CN": "我们已收到您的售后申请",
            "es_ES": "hemos recibido su reclamación",
            "pt_PT": "recebemos a sua reclamação",
            "fr_FR": "nous avons reçu votre réclamation",
            "de_DE": "wir haben Ihre Reklamation erhalten",
            "ru_RU": "мы получили вашу рекламацию",
            "ar_001": "لقد استلمنا شكواكم",
            "ja_JP": "お申し出を受け付けました",
            "en_US": "we have received your claim",
        }
        for lang in words:
            self.env["res.lang"]._activate_lang(lang)
        self.env["ir.module.module"]._load_module_terms(["export_crm"], list(words))
        for lang, word in words.items():
            with self.subTest(lang=lang):
                self.customer.lang = lang
                claim = self._claim()
                self.assertIn(word, self._acks(claim).subject)
                self.assertIn(claim.name, self._acks(claim).body)
                if lang != "en_US":
                    self.assertNotIn("we have received", self._acks(claim).body)

    def test_flood_is_acknowledged_ten_times_an_hour(self):
        claims = [self._claim() for _n in range(12)]
        self.assertEqual(sum(len(self._acks(claim)) for claim in claims), 10)

    def test_colleague_forwards(self):
        self.agent.partner_id.email = "ada@acme.example.com"
        claim = self._mail("ada@acme.example.com")
        self.assertFalse(claim.partner_id)
        self.assertFalse(self._acks(claim).filtered("partner_ids"))

    # === REOPENING BY MAIL === #

    def _closed(self, days=0):
        with freeze_time(fields.Datetime.now() - timedelta(days=days + 1)):
            claim = self._claim()
            self._answer(claim)
        with freeze_time(fields.Datetime.now() - timedelta(days=days)):
            claim.action_close()
        return claim

    def test_reply_within_grace_reopens(self):
        claim = self._closed(days=13)
        first = claim.sudo().clock_ids.filtered(lambda r: r.milestone == "response")
        kept = first.read(["state", "ended_at", "deadline"])
        self.assertFalse(self._reply(claim), "no new claim")
        self.assertRecordValues(
            claim, [{"state": "progress", "cycle": 2, "closed_at": False}]
        )
        self.assertEqual(first.read(["state", "ended_at", "deadline"]), kept)
        self.assertEqual(self._states(claim)["response"], "running")
        self.assertFalse(claim.late)

    def test_reply_brings_an_archived_claim_back(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        claim.active = False
        self._reply(claim)
        self.assertRecordValues(claim, [{"state": "progress", "active": True}])

    def test_reply_after_grace_makes_a_linked_claim(self):
        claim = self._closed(days=15)
        new = self._reply(claim)
        self.assertEqual(len(new), 1)
        self.assertRecordValues(
            new, [{"origin_id": claim.id, "partner_id": self.customer.id, "cycle": 1}]
        )
        self.assertIn("Ten panels flicker", str(new.description))
        self.assertEqual(claim.state, "closed")
        self.assertEqual(len(self._acks(new)), 1)

    def test_replies_after_grace_go_on_in_one_claim(self):
        """The second one is read there, and files come along."""
        claim = self._closed(days=15)
        before = self.env["export.crm.claim"].search([])
        self._reply(claim)
        following = self.env["export.crm.claim"].search([]) - before
        photo = ("wet.png", b"PNG")
        claim.message_post(
            body="And the sixth",
            author_id=self.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[photo],
        )
        self.assertEqual(self.env["export.crm.claim"].search([]) - before, following)
        self.assertIn("And the sixth", str(following.message_ids.mapped("body")))
        files = self.env["ir.attachment"].search(
            [("res_model", "=", following._name), ("res_id", "=", following.id)]
        )
        self.assertEqual(set(files.mapped("name")), {"panel.png", "wet.png"})
        self.assertEqual(claim.state, "closed")

    def test_reply_to_a_cancelled_claim_is_not_lost(self):
        claim = self._claim()
        claim.action_cancel()
        self._reply(claim)
        self.assertEqual(claim.state, "cancelled")
        self.assertEqual(claim.following_ids.state, "new")

    def test_message_on_a_duplicate_is_read_where_it_goes_on(self):
        """From a page that was open while it was merged."""
        old, target = self._claim(), self._claim()
        (old | target)._merge_into(target)
        self._answer(target)
        target.action_wait()
        old.sudo().message_post(
            body="Here are the photos",
            author_id=self.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(target.state, "progress")
        self.assertIn("Here are the photos", str(target.message_ids.mapped("body")))
        self.assertFalse(old.following_ids)

    def test_reply_wakes_what_waits_for_the_customer(self):
        claim = self._claim()
        claim.action_wait()
        self._reply(claim)
        self.assertEqual(claim.state, "progress")
        external = self.env.ref("export_crm.claim_stage_external")
        claim.stage_id = external
        self._reply(claim)
        self.assertEqual(claim.state, "waiting", "waits for the carrier")
