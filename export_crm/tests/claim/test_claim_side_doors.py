"""Odoo's own routes tell a customer nothing of the house about a claim or an order."""

import json

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_claim_portal import ClaimPortalCase

LISTS = ["activities", "attachments", "followers", "messages", "contact_fields"]
LISTS += ["scheduledMessages", "suggestedRecipients", "display_name"]
SECRETS = ("cost-sheet", "at fault", "Sofia Salesperson")


@tagged("post_install", "-at_install")
class TestClaimSideDoors(ClaimPortalCase):
    def setUp(self):
        super().setUp()
        self.claim = self._claim(partner_id=self.customer.id, order_id=self.order.id)
        for record in (self.claim, self.order):
            record.message_subscribe(self.salesperson.partner_id.ids)
            record.activity_schedule(
                "mail.mail_activity_data_todo",
                note="The supplier is at fault, do not tell the customer.",
                user_id=self.salesperson.id,
            )
            record._portal_ensure_token()
        self.secret = self._attach("cost-sheet.txt")
        self.claim.message_post(
            body="The supplier is at fault.",
            attachment_ids=self.secret.ids,
            subtype_xmlid="mail.mt_note",
        )
        self.photo = self._attach("your-panel.txt")
        self.claim.with_user(self.agent).message_post(
            body="Is this the panel?",
            attachment_ids=self.photo.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _attach(self, name):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": b"cost-sheet: 12.50 a piece",
                "res_model": self.claim._name,
                "res_id": self.claim.id,
            }
        )

    def _data(self, record, **access):
        params = {
            "thread_model": record._name,
            "thread_id": record.id,
            "access_params": access,
            "request_list": LISTS,
        }
        answer = self.url_open(
            "/mail/data",
            data=json.dumps({"params": {"fetch_params": [["mail.thread", params]]}}),
            headers={"Content-Type": "application/json"},
        ).json()
        self.assertNotIn("error", answer)
        return json.dumps(answer["result"])

    def _check_nothing(self, record, **access):
        told = self._data(record, **access)
        for secret in SECRETS:
            self.assertNotIn(secret, told, record._name)
        self.assertNotIn("mail.activity", told)
        self.assertNotIn("mail.followers", told)

    def test_holder_of_a_link(self):
        """Claim and order, by the token that stands in each mail."""
        for record in (self.claim, self.order):
            self._check_nothing(record, token=record.access_token)

    def test_customer(self):
        self._login(self.buyer)
        self._check_nothing(self.claim)
        self._check_nothing(self.order)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.mail.models")
    def test_employee_with_a_link(self):
        """One who may not read claims learns no more by the link than a customer."""
        self._user("visitor").password = "ec_visitor"
        self.authenticate("ec_visitor", "ec_visitor")
        self._check_nothing(self.claim, token=self.claim.access_token)

    def test_agent(self):
        """Whoever works on it has all of it, as ever."""
        told = self._data_as(self.agent)
        self.assertIn("cost-sheet", told)
        self.assertIn("at fault", told)

    def _data_as(self, user):
        user.password = user.login
        self._login(user)
        return self._data(self.claim)

    # === FILES === #

    def test_files(self):
        """No file of a claim is read by its number, whoever's claim it is."""
        files = self.env["ir.attachment"].with_user(self.buyer)
        with self.assertRaises(AccessError):
            files.browse(self.secret.id).read(["name"])
        with self.assertRaises(AccessError):
            files.search([("res_model", "=", self.claim._name)])
        self._login(self.buyer)
        found = self.url_open(f"/web/content/{self.secret.id}")
        self.assertNotIn(b"12.50", found.content)
