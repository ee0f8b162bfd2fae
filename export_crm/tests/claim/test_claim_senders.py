from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .gateway import GatewayCase


@tagged("post_install", "-at_install")
class TestClaimSenders(GatewayCase):
    """Who speaks for the customer, and whom a mail belongs to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carrier = cls._customer("Ocean Line")
        cls.carrier.email = "ops@ocean.example.com"
        cls.colleague = cls.env["res.partner"].create(
            {
                "name": "Bola",
                "parent_id": cls.customer.id,
                "email": "bola@lagos.example.com",
            }
        )
        cls.agent.partner_id.email = "ada@acme.example.com"

    def _closed(self):
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        return claim

    # === WHO WRITES === #

    def test_carriers_and_strangers_are_recorded_and_move_nothing(self):
        senders = (self.carrier.email, "nobody@unknown.example.com")
        for sender in senders:
            closed, waiting = self._closed(), self._claim()
            waiting.action_wait()
            before = len(closed.message_ids), len(waiting.message_ids)
            self.assertFalse(self._reply(closed, sender))
            self.assertFalse(self._reply(waiting, sender))
            self.assertEqual((closed.state, closed.cycle), ("closed", 1))
            self.assertEqual(waiting.state, "waiting")
            after = len(closed.message_ids), len(waiting.message_ids)
            self.assertEqual(after, (before[0] + 1, before[1] + 1))
            asked = closed.sudo().activity_ids.mapped("summary")
            self.assertEqual(len(asked), 1)
            self.assertIn("does not speak for the customer", asked[0])

    def test_people_of_the_customer_answer_and_reopen(self):
        """The contact, a colleague of theirs, and whom an agent has attached."""
        broker = self._customer("Broker")
        broker.email = "desk@broker.example.com"
        for sender in (self.customer.email, self.colleague.email, broker.email):
            closed, waiting = self._closed(), self._claim()
            (closed | waiting).speaker_ids = broker
            waiting.action_wait()
            self._reply(closed, sender)
            self._reply(waiting, sender)
            self.assertEqual((closed.state, closed.cycle), ("progress", 2), sender)
            self.assertEqual(waiting.state, "progress", sender)

    def test_claim_of_an_address_is_moved_by_that_address(self):
        claim = self._claim(partner_id=False, email_from="Joe <joe@x.example.com>")
        claim.action_wait()
        self._reply(claim, self.carrier.email)
        self.assertEqual(claim.state, "waiting")
        self._reply(claim, "joe@x.example.com")
        self.assertEqual(claim.state, "progress")

    # === NUMBER IN THE SUBJECT === #

    def test_number_in_the_subject_threads_a_reply(self):
        """Without references, whatever the mail program writes before it; also to
        the address that everything is answered to."""
        claim = self._claim()
        for subject in (f"VS: [{claim.name}] ten panels", f"回复：{claim.name}：闪烁"):
            claim.action_wait()
            self.assertFalse(self._mail(self.colleague.email, subject=subject))
            self.assertEqual(claim.state, "progress", subject)
            self.assertIn("Ten panels", str(claim.message_ids[0].body))
        self.assertFalse(
            self._mail(subject=f"SV: {claim.name}", to="catchall@acme.example.com")
        )
        self.assertEqual(claim.message_ids[0].message_type, "email")

    def test_number_of_somebody_elses_claim_opens_a_new_one(self):
        """Whoever guesses a number gets into no conversation."""
        claim = self._claim()
        before = len(claim.message_ids)
        for sender in (self.carrier.email, "nobody@unknown.example.com"):
            new = self._mail(sender, subject=f"VS: [{claim.name}]")
            self.assertEqual(len(new), 1, sender)
        self.assertEqual(len(claim.message_ids), before)

    def test_out_of_office_with_a_number_is_kept_on_the_claim(self):
        claim = self._claim()
        claim.action_wait()
        headers = "Auto-Submitted: auto-replied\n"
        self.assertFalse(self._mail(subject=f"Away: {claim.name}", headers=headers))
        self.assertEqual(claim.state, "waiting")
        self.assertEqual(claim.message_ids[0].message_type, "out_of_office")

    # === MACHINES === #

    def test_newsletters_open_nothing_and_are_kept_where_people_see_them(self):
        mails = self.env["export.crm.claim.mail"].with_user(self.agent)
        for header, reason in (
            ("List-Id: <news.example.com>", "newsletter"),
            ("List-Unsubscribe: <mailto:off@news.example.com>", "newsletter"),
            ("Precedence: list", "newsletter"),
            ("Precedence: bulk", "automatic"),
            ("Auto-Submitted: auto-generated", "automatic"),
            ("Return-Path: <>", "server"),
        ):
            sent = self.env["mail.mail"].sudo().search_count([])
            self.assertFalse(self._mail(headers=f"{header}\n", subject=header), header)
            self.assertEqual(self.env["mail.mail"].sudo().search_count([]), sent)
            kept = mails.search([("subject", "=", header)])
            self.assertRecordValues(
                kept,
                [
                    {
                        "reason": reason,
                        "email_from": self.customer.email,
                        "files": "panel.png",
                        "company_id": self.company.id,
                        "department_id": self.department.id,
                    }
                ],
            )
            self.assertIn("Ten panels", str(kept.body))

    def test_mail_set_aside_becomes_a_claim_after_all(self):
        self._mail(headers="List-Id: <team.lagos.example.com>\n", subject="Wet cartons")
        mail = self.env["export.crm.claim.mail"].search([], limit=1)
        mail.with_user(self.agent).action_file()
        self.assertRecordValues(
            mail.claim_id,
            [
                {
                    "title": "Wet cartons",
                    "partner_id": self.customer.id,
                    "channel": "email",
                    "department_id": self.department.id,
                }
            ],
        )
        self.assertEqual(len(self._acks(mail.claim_id)), 1)
        with self.assertRaisesRegex(UserError, "already"):
            mail.with_user(self.agent).action_file()
        with self.assertRaises(AccessError):
            mail.with_user(self._user("worker", "claims_department")).read(["subject"])

    # === FORWARDED === #

    def test_forwarded_complaint_is_acknowledged_to_the_customer(self):
        """Named in the quoted header, in several languages; never to the employee,
        and the forwarded mail answers nobody."""
        for label in ("From", "Von", "De", "发件人", "Från"):
            text = (
                "Please look after this.\n\n---------- Forwarded ----------\n"
                f"{label}: Bola <{self.colleague.email}>\n"
                "Subject: broken\n\nTen broken."
            )
            claim = self._mail("Ada <ada@acme.example.com>", text=text)
            self.assertEqual(claim.partner_id, self.colleague, label)
            ack = self._acks(claim)
            self.assertEqual(ack.partner_ids, self.colleague, label)
            self.assertNotIn("ada@acme", ack.outgoing_email_to or "")
            self.assertEqual(self._states(claim)["response"], "running")
            note = claim.message_ids.filtered(lambda m: m.message_type == "email")
            self.assertTrue(note.is_internal or note.subtype_id.internal)

    def test_forwarded_of_an_address_that_is_no_contact_yet(self):
        text = "-----\nFrom: New Buyer <new@buyer.example.com>\n\nTen broken."
        claim = self._mail("ada@acme.example.com", text=text)
        self.assertFalse(claim.partner_id)
        self.assertEqual(claim.email_from, "new@buyer.example.com")
        self.assertEqual(self._acks(claim).outgoing_email_to, "new@buyer.example.com")

    def test_forwarded_without_a_customer_is_acknowledged_to_nobody(self):
        """Until an agent names the customer."""
        claim = self._mail("ada@acme.example.com", text="See attached, from a fair.")
        self.assertFalse(claim.partner_id | self._acks(claim).partner_ids)
        self.assertFalse(claim.email_from)
        self.assertFalse(self._acks(claim))
        self.assertEqual(claim.undelivered, "address")
        self.assertEqual(self._states(claim)["ack"], "running")
        claim.partner_id = self.customer
        self.assertEqual(self._acks(claim).partner_ids, self.customer)
        self.assertFalse(claim.undelivered)
        self.assertEqual(self._states(claim)["ack"], "met")

    # === COMPANY === #

    def _elsewhere(self, buys=True):
        other = self.env["res.company"].create({"name": "Acme Overseas"})
        self.env.user.company_ids += other
        if buys:
            order = self.env["sale.order"].with_company(other)
            order.create(
                {"partner_id": self.customer.id, "company_id": other.id}
            ).action_confirm()
        return other

    def test_company_is_where_the_customer_buys(self):
        other = self._elsewhere()
        claim = self._mail()
        self.assertEqual(claim.company_id, other)
        stranger = self._mail("new@unknown.example.com")
        self.assertEqual(stranger.company_id, self.company, "whose address it was")

    def test_of_several_companies_the_one_that_was_written_to(self):
        self._elsewhere()
        self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        ).action_confirm()
        self.assertEqual(self._mail().company_id, self.company)

    def test_wrong_company_is_corrected_until_something_is_booked(self):
        other = self._elsewhere(buys=False)
        boss = self._user(
            "boss",
            "claims_manager",
            company_ids=[Command.set((self.company | other).ids)],
        )
        claim = self._claim(category_id=self._severity("major").id)
        promised = self._clock(claim, "plan").deadline
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            claim.with_user(self.agent).company_id = other
        claim.with_user(boss).company_id = other
        self.assertEqual(claim.company_id, other)
        self.assertIn(claim.department_id.company_id, (other, other.browse()))
        self.assertNotEqual(claim.user_id, self.agent, "who may not enter it")
        self.assertEqual(self._clock(claim, "plan").deadline, promised)
        self.assertEqual(claim.sudo().clock_ids.company_id, other)
        self._answer(claim, boss)
        claim.with_user(boss).action_close()
        with self.assertRaisesRegex(UserError, "stays in its company"):
            claim.with_user(boss).company_id = self.company

    def test_claim_with_a_dispute_stays_in_its_company(self):
        other = self._elsewhere(buys=False)
        line = self._delivered()
        claim = self._claim(
            invoice_id=line.order_id.invoice_ids.id,
            line_ids=[
                Command.create(
                    {"sale_line_id": line.id, "quantity": 1, "amount": 100.0}
                )
            ],
        )
        claim.action_dispute()
        with self.assertRaisesRegex(UserError, "stays in its company"):
            claim.sudo().company_id = other

    # === CONTROL CHARACTERS === #

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_mail_with_nul_becomes_a_claim(self):
        claim = self._mail(subject="Wet\x00 car\x07tons", text="All\x00 ten\x01.")
        self.assertEqual(claim.title, "Wet cartons")
        self.assertIn("All ten.", str(claim.description))

    def test_rpc_with_nul_is_kept_without(self):
        claim = self._claim(title="Wet\x00 cartons", description="<p>a\x00b</p>")
        self.assertEqual(claim.title, "Wet cartons")
        self.assertIn("ab", str(claim.description))
        claim.write({"promised": "A\x07 credit\x00 note", "wanted_note": "soon\x00"})
        self.assertEqual((claim.promised, claim.wanted_note), ("A credit note", "soon"))
        claim.line_ids = [Command.create({"name": "Tu\x00be", "quantity": 1})]
        self.assertEqual(claim.line_ids.name, "Tube")
        message = claim.message_post(body="We\x00 look", subject="Re\x00")
        self.assertIn("We look", str(message.body))
        self.assertEqual(message.subject, "Re")
        reply = self.env["export.crm.claim.reply.send"].with_user(self.agent)
        reply = reply.create({"claim_id": claim.id, "body": "<p>So\x00rry</p>"})
        self.assertIn("Sorry", str(reply.body))
