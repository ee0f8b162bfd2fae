import re
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ClaimCase


@tagged("post_install", "-at_install")
class TestClaimReply(ClaimCase):
    """Standard replies: which ones, in which language, with which promise."""

    def _chosen(self, claim, reply, **values):
        """Return the window of a standard reply, as the agent has it."""
        return (
            self.env["export.crm.claim.reply.send"]
            .with_user(self.agent)
            .create({"claim_id": claim.id, "reply_id": reply.id, **values})
        )

    def test_standard_reply_in_the_customers_language(self):
        """Not in the agent's; and the agent is told when there is no such text."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.agent.lang = "en_US"
        reply = self.env.ref("export_crm.claim_reply_photos")
        self.customer.lang = "fr_FR"
        claim = self._claim()
        self.assertTrue(self._chosen(claim, reply).untranslated)
        reply.update_field_translations(
            "body", {"fr_FR": {"Dear {customer},": "Bonjour {customer},"}}
        )
        wizard = self._chosen(claim, reply)
        self.assertFalse(wizard.untranslated)
        self.assertIn("French", wizard.language)
        self.assertIn("Bonjour Lagos Trading Ltd,", wizard.body)
        wizard.action_send()
        self.assertEqual(self._clock(claim).state, "met")
        self.assertIn("Bonjour", claim.message_ids[0].body)

    def test_own_words(self):
        """No standard reply fits: the agent writes, and the clock stands as well."""
        claim = self._claim()
        replies = self.env["export.crm.claim.reply.send"].with_user(self.agent)
        wizard = replies.create({"claim_id": claim.id})
        self.assertEqual(wizard.subject, f"{claim.name}: {claim.title}")
        with self.assertRaises(UserError):
            wizard.action_send()
        wizard.body = "<p>We look for the pallet.</p>"
        wizard.action_send()
        self.assertIn("We look for the pallet.", claim.message_ids[0].body)
        self.assertEqual(claim.message_ids[0].partner_ids, claim.partner_id)
        self.assertEqual(self._clock(claim).state, "met")

    def test_standard_replies_ship_in_chinese(self):
        """Every text, the help before filing and the message at the end, too."""
        self.env["res.lang"]._activate_lang("zh_CN")
        self.env["ir.module.module"]._load_module_terms(["export_crm"], ["zh_CN"])
        self.customer.lang = "zh_CN"
        claim = self._claim()
        replies = self.env["export.crm.claim.reply"].search([])
        self.assertGreaterEqual(len(replies), 5)
        for reply in replies:
            with self.subTest(reply=reply.name):
                wizard = self._chosen(claim, reply)
                self.assertFalse(wizard.untranslated)
                self.assertIn("尊敬的 Lagos Trading Ltd：", wizard.body)
                text = re.sub(r"<[^>]*>|\([^)]*\)|CL/[0-9/]+", " ", str(wizard.body))
                for word in (self.agent.name, self.customer.name):
                    text = text.replace(word, "")
                self.assertFalse(re.findall(r"[A-Za-z{}]+", text))
                self.assertNotEqual(reply.with_context(lang="zh_CN").name, reply.name)
        for category in self.env["export.crm.claim.category"].search([]):
            chinese = category.with_context(lang="zh_CN")
            self.assertNotEqual(chinese.name, category.name)
            if category.self_help:
                self.assertNotEqual(chinese.self_help, category.self_help)
        self._answer(claim)
        claim.action_close()
        self.assertIn("已结案", claim.message_ids.mapped("subject")[0])

    def test_replies_of_the_category(self):
        """Its own, those of the category above and those for all; no others."""
        ref = self.env.ref
        replies = self.env["export.crm.claim.reply"]
        offered = replies._for(ref("export_crm.claim_category_quality_unusable"))
        self.assertIn(ref("export_crm.claim_reply_damaged"), offered)
        self.assertIn(ref("export_crm.claim_reply_received"), offered)
        self.assertNotIn(ref("export_crm.claim_reply_late"), offered)

    def test_reply_promises_the_next_update(self):
        """The date is in the text, in the customer's time, and becomes a clock."""
        self.customer.write({"export_tz_own": "Africa/Lagos", "lang": "en_US"})
        claim = self._claim()
        first = fields.Datetime.now() + timedelta(hours=2)
        claim.next_update_at = first
        due = datetime(2036, 3, 4, 9, 30)
        wizard = self._chosen(
            claim, self.env.ref("export_crm.claim_reply_received"), next_update_at=due
        )
        self.assertIn("by March 4, 2036 10:30 (Africa/Lagos).", wizard.body)
        wizard.action_send()
        self.assertEqual(claim.next_update_at, due)
        rounds = claim.sudo().clock_ids.filtered(lambda c: c.milestone == "update")
        self.assertEqual(
            rounds.sorted("cycle").mapped(lambda c: (c.state, c.deadline)),
            [("met", first.replace(microsecond=0)), ("running", due)],
        )
        wizard.next_update_at = self._ago(hours=1)
        with self.assertRaisesRegex(UserError, "when the customer will hear"):
            wizard.action_send()
        photos = self._chosen(claim, self.env.ref("export_crm.claim_reply_photos"))
        self.assertFalse(photos.promises_update)
        photos.action_send()

    def test_reply_without_a_contact_goes_to_the_address(self):
        claim = self._claim(partner_id=False, email_from="nobody@nowhere.example.com")
        self._chosen(claim, self.env.ref("export_crm.claim_reply_photos")).action_send()
        self.assertEqual(self._clock(claim).state, "met")
