import base64
import io
from datetime import timedelta

from freezegun import freeze_time
from markupsafe import Markup
from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .gateway import GatewayCase
from .test_claim_clock import FRIDAY

BOUNCE = """From: MAILER-DAEMON@mx.example.com
To: bounce@acme.example.com
Subject: Undelivered Mail Returned to Sender
Message-Id: <bounce-{number}@mx.example.com>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

No such user.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-Id: {message_id}
To: {address}
Subject: yours

--b--
"""


@tagged("post_install", "-at_install")
class TestClaimDelivery(GatewayCase):
    """Nothing is met that has reached nobody."""

    def _bounce(self, message, address=None):
        type(self).number += 1
        self.env["mail.thread"].message_process(
            False,
            BOUNCE.format(
                number=self.number,
                address=address or self.customer.email,
                message_id=message.message_id,
            ),
        )

    def _fail(self, message, failure="mail_smtp"):
        """Have the mail server refuse the mails of a message."""
        mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        self.assertTrue(mails)
        rows = message.sudo().notification_ids
        rows.write({"notification_status": "exception"})
        mails._postprocess_sent_message([], [], "refused", failure)

    def _log(self, claim, milestone):
        events = claim.sudo().event_ids.filtered(lambda e: e.milestone == milestone)
        return events.mapped("kind")

    # === ACKNOWLEDGEMENT === #

    def test_without_an_address_nothing_is_acknowledged(self):
        nobody = self._customer("No Mail Ltd")
        nobody.email = False
        claim = self._claim(partner_id=nobody.id)
        self.assertFalse(self._acks(claim))
        self.assertEqual(self._states(claim)["ack"], "running")
        self.assertEqual(claim.undelivered, "address")
        nobody.email = "found@nomail.example.com"
        claim.partner_id = nobody
        self.assertEqual(self._states(claim)["ack"], "met")
        self.assertFalse(claim.undelivered)

    def test_flood_is_not_acknowledged_and_says_so(self):
        claims = [self._claim() for _n in range(12)]
        self.assertEqual([c.undelivered for c in claims], [False] * 10 + ["flood"] * 2)
        states = [self._states(claim)["ack"] for claim in claims]
        self.assertEqual(states, ["met"] * 10 + ["running"] * 2)

    def test_bounced_acknowledgement(self):
        claim = self._claim()
        self._bounce(self._acks(claim))
        self.assertEqual(self._states(claim)["ack"], "running")
        self.assertEqual(claim.undelivered, "failed")
        self.assertIn("another way", claim.sudo().activity_ids.summary)

    # === ANSWER === #

    def test_answer_to_a_contact_without_an_address_is_none(self):
        self.customer.email = False
        claim = self._claim()
        self._answer(claim, partner_ids=self.customer.ids)
        self.assertEqual(self._states(claim)["response"], "running")
        reply = self.env["export.crm.claim.reply.send"].with_user(self.agent)
        with self.assertRaisesRegex(UserError, "No e-mail address"):
            reply.create({"claim_id": claim.id, "body": "<p>Hi</p>"}).action_send()

    def test_bounced_answer_takes_the_first_response_back(self):
        """The clock is as if it had not been written: late when it was due."""
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=1)):
            message = self._answer(claim)
            self.assertEqual(self._states(claim)["response"], "met")
        with freeze_time(FRIDAY + timedelta(hours=6)):
            self._bounce(message)
            row = self._clock(claim)
            self.assertEqual(row.state, "running")
            self.assertEqual(row.deadline, FRIDAY + timedelta(hours=4))
            self.assertTrue(row.late)
            self.assertEqual(claim.undelivered, "failed")
            self.assertEqual(self._log(claim, "response"), ["start", "met", "unmet"])
            self._bounce(message)
            self.assertEqual(self._log(claim, "response"), ["start", "met", "unmet"])

    def test_refused_by_the_mail_server_and_sent_after_all(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
            message = self._answer(claim)
            self._fail(message)
            self.assertEqual(self._states(claim)["response"], "running")
        with freeze_time(FRIDAY + timedelta(hours=3)):
            mails = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
            rows = message.sudo().notification_ids
            rows.write({"notification_status": "ready"})
            mails._postprocess_sent_message(self.customer.ids, [])
            self.assertEqual(self._states(claim)["response"], "met")
            self.assertEqual(claim.response_hours, 3.0)
            self.assertFalse(claim.undelivered)

    def test_mail_that_goes_out_meets_and_keeps(self):
        claim = self._claim()
        message = self._answer(claim)
        self.env["mail.mail"].search([("mail_message_id", "=", message.id)]).send()
        self.assertEqual(self._states(claim)["response"], "met")
        self.assertEqual(self._log(claim, "response"), ["start", "met"])

    def test_another_answer_has_reached_the_customer(self):
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=1)):
            first = self._answer(claim)
        with freeze_time(FRIDAY + timedelta(hours=2)):
            self._answer(claim)
        with freeze_time(FRIDAY + timedelta(hours=9)):
            self._bounce(first)
        self.assertEqual(self._states(claim)["response"], "met")
        self.assertEqual(claim.response_hours, 2.0)
        self.assertFalse(claim.undelivered)

    def test_bounce_of_an_answer_of_before_stays_with_its_cycle(self):
        claim = self._claim()
        message = self._answer(claim)
        claim.action_close()
        claim.action_reopen()
        self._answer(claim)
        self._bounce(message)
        self.assertEqual(claim.cycle, 2)
        self.assertEqual(self._states(claim)["response"], "met")

    def test_bounce_of_a_closed_claim_lets_nothing_run(self):
        claim = self._claim()
        message = self._answer(claim)
        claim.action_close()
        self._bounce(message)
        self.assertEqual(self._states(claim)["response"], "stopped")
        self.assertFalse(claim.next_deadline)

    # === TOLD ANOTHER WAY === #

    def _told(self, claim, user=None, **values):
        dialogs = self.env["export.crm.claim.told"].with_user(user or self.agent)
        return dialogs.create(
            {"claim_id": claim.id, "note": "Credit by Monday.", **values}
        )

    def test_told_by_phone(self):
        self.customer.email = False
        with freeze_time(FRIDAY):
            claim = self._claim(category_id=self._severity("major").id)
        with freeze_time(FRIDAY + timedelta(hours=3)):
            self._told(claim, told_at=FRIDAY + timedelta(hours=2)).action_record()
        states = self._states(claim)
        self.assertEqual(
            (states["ack"], states["response"], states["plan"]),
            ("met", "met", "running"),
        )
        self.assertEqual(claim.response_hours, 2.0)
        self.assertFalse(claim.undelivered)
        self.assertIn("Credit by Monday.", str(claim.message_ids[0].body))
        with freeze_time(FRIDAY + timedelta(hours=4)):
            self._told(claim, carries_plan=True).action_record()
        self.assertEqual(claim.plan_hours, 4.0)

    def test_told_says_what_and_when_of_an_open_claim_of_ones_own(self):
        claim = self._claim()
        with self.assertRaisesRegex(UserError, "what was said"):
            self._told(claim, note="  ").action_record()
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        with self.assertRaisesRegex(UserError, "not before"):
            self._told(claim, told_at=tomorrow).action_record()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            self._told(claim, self._user("other_sales", "user"))
        claim.action_cancel()
        with self.assertRaisesRegex(UserError, "not open"):
            self._told(claim).action_record()

    # === PLAN === #

    def test_plan_is_sent_by_the_message_that_carries_it(self):
        claim = self._claim()
        action = claim.action_plan_sent()
        self.assertEqual(self._states(claim)["plan"], "running", "only a click")
        self.assertTrue(action["context"]["default_carries_plan"])
        self._answer(claim)
        self.assertEqual(self._states(claim)["plan"], "running", "any message")
        self._send_plan(claim)
        self.assertEqual(self._states(claim)["plan"], "met")
        event = claim.sudo().event_ids.filtered(
            lambda e: (e.milestone, e.kind) == ("plan", "met")
        )
        self.assertIn("Ten new ones", str(event.message_id.body))
        self._bounce(event.message_id)
        self.assertEqual(self._states(claim)["plan"], "running")

    def test_solved_without_a_plan_stops_its_clock(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_solve()
        states = self._states(claim)
        self.assertEqual((states["plan"], states["resolution"]), ("stopped", "met"))
        self.assertFalse(claim.plan_hours)

    # === SOLVED === #

    def test_unhappy_reply_to_a_solved_claim_begins_a_cycle(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_solve()
        self._reply(claim, text="Thank you, all fine!", photo=False)
        self.assertEqual((claim.state, claim.cycle), ("solved", 1))
        self._reply(claim, text="It still flickers.", photo=False)
        self.assertEqual((claim.state, claim.cycle), ("progress", 2))
        states = self._states(claim)
        self.assertEqual(
            {states[name] for name in ("response", "plan", "resolution")}, {"running"}
        )

    def test_agent_reopens_what_is_solved(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_solve()
        claim.action_reopen()
        self.assertEqual((claim.state, claim.cycle), ("progress", 2))

    # === EVIDENCE === #

    def _file(self, claim, size=(1, 1), content=None, name="p.png"):
        if content is None:
            picture = io.BytesIO()
            Image.new("RGB", size, "red").save(picture, "PNG")
            content = picture.getvalue()
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "res_model": claim._name,
                "res_id": claim.id,
                "raw": content,
                "mimetype": "image/png",
            }
        )

    def test_what_is_a_photo(self):
        claim = self._claim()
        self._file(claim, (399, 399))
        self._file(claim, content=b"\x89PNG" + b"x" * 49_995)
        self.assertEqual(claim._photo_count(), 0)
        self._file(claim, (400, 1))
        self._file(claim, (1, 400))
        self._file(claim, content=b"\x89PNG" + b"x" * 49_996)
        self.assertEqual(claim._photo_count(), 3)

    def test_inline_logo_is_no_photo(self):
        """Pasted into a text: a signature's picture, however large."""
        claim = self._claim()
        logo = self._file(claim, (600, 200))
        self.assertEqual(claim._photo_count(), 1)
        claim.sudo().message_post(
            body=Markup('<p>Hi</p><img src="/web/image/%s?access_token=x"/>') % logo.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=self.customer.id,
        )
        self.assertEqual(claim._photo_count(), 0)

    def test_inline_logo_by_mail(self):
        picture = io.BytesIO()
        Image.new("RGB", (600, 200), "red").save(picture, "PNG")
        logo = base64.b64encode(picture.getvalue()).decode()
        text = (
            f"From: {self.customer.email}\nTo: claims@acme.example.com\n"
            "Subject: Broken\nMessage-Id: <logo@lagos.example.com>\n"
            'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="r"\n\n'
            "--r\nContent-Type: text/html\n\n"
            '<p>Broken. <img src="cid:logo1"></p>\n'
            '--r\nContent-Type: image/png; name="logo.png"\n'
            "Content-Id: <logo1>\nContent-Disposition: inline\n"
            f"Content-Transfer-Encoding: base64\n\n{logo}\n--r--\n"
        )
        self.env["mail.thread"].message_process(False, text)
        claim = self.env["export.crm.claim"].search([], order="id desc", limit=1)
        self.assertEqual(claim.title, "Broken")
        self.assertTrue(claim.message_ids.attachment_ids)
        self.assertEqual(claim._photo_count(), 0)
