"""Limits hold where a message is posted, whichever door it comes by."""

import base64
import io
import json
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_claim_moves import PNG
from .test_claim_portal import ClaimPortalCase, http_token

FLOOD = "odoo.addons.export_crm.models.claim.claim_flood"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"x" * 100
FILM = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41" + b"x" * 100
PROGRAM = b"MZ\x90\x00" + b"x" * 100


@tagged("post_install", "-at_install")
class TestClaimOutside(ClaimPortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._claim(partner_id=cls.buyer.partner_id.id)
        cls.claim._portal_ensure_token()
        cls.order._portal_ensure_token()
        cls.photo = base64.b64decode(PNG)

    def _post_message(self, files=(), token=None, **values):
        post = {"body": "Here it is", "message_type": "comment", **values}
        if files:
            post["attachment_ids"] = [file["attachment_id"] for file in files]
            post["attachment_tokens"] = [
                file["store_data"]["ir.attachment"][0]["ownership_token"]
                for file in files
            ]
        params = {
            "thread_model": self.claim._name,
            "thread_id": self.claim.id,
            "token": token or self.claim.access_token,
            "post_data": post,
        }
        with mute_logger("odoo.http"):
            return self.url_open(
                "/mail/message/post",
                data=json.dumps({"params": params}),
                headers={"Content-Type": "application/json"},
            ).json()

    def _upload(self, record, content, name="a.png"):
        answer = self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": http_token(self),
                "thread_id": record.id,
                "thread_model": record._name,
                "is_pending": "true",
                "token": record.access_token,
            },
            files={"ufile": (name, io.BytesIO(content), "image/png")},
        ).json()
        return answer.get("data") or answer

    def _refusal(self, answer):
        return answer["error"]["data"]["message"]

    def _written(self):
        self.env.invalidate_all()
        return self.claim.message_ids.filtered(
            lambda m: m.author_id == self.buyer.partner_id
            and m.message_type != "notification"
        )

    # === MESSAGES === #

    def test_every_type_counts(self):
        """What is posted as a note or a log counts as the message that it is."""
        self.company.export_claim_hour_messages = 4
        for login in (self.buyer, None):
            self._login(login) if login else self.logout()
            for kind in ("notification", "auto_comment"):
                values = {"message_type": kind, "subtype_xmlid": "mail.mt_note"}
                self.assertNotIn("error", self._post_message(**values))
        self.assertEqual(
            set(self._written().mapped("message_type")), {"comment"}, "a message is one"
        )
        self.assertEqual(
            self._written().subtype_id, self.env.ref("mail.mt_comment"), "and is read"
        )
        for kind in ("comment", "notification", "email", "auto_comment"):
            answer = self._post_message(message_type=kind)
            self.assertIn("was not sent", self._refusal(answer))
        self.assertEqual(len(self._written()), 4)

    def test_link_to_a_claim_without_customer(self):
        """Nobody's messages are limited, too."""
        self.company.export_claim_hour_messages = 2
        self.claim = self._claim(partner_id=False, email_from="new@buyer.example.com")
        self.claim._portal_ensure_token()
        self.authenticate(None, None)
        for _n in range(2):
            self.assertNotIn("error", self._post_message())
        self.assertIn("was not sent", self._refusal(self._post_message()))

    def test_by_rpc_nothing_is_written(self):
        """Not past the page: no message, no note, no change of one's own message."""
        self._login(self.buyer)
        self._post_message()
        message = self._written()
        claim = self.claim.with_user(self.buyer)
        with self.assertRaisesRegex(AccessError, "page of your claim"):
            claim.message_post(body="By RPC")
        with self.assertRaises(AccessError):
            claim.message_notify(
                body="By RPC", partner_ids=self.stranger.partner_id.ids
            )
        values = {"model": claim._name, "res_id": claim.id, "body": "By RPC"}
        with self.assertRaises(AccessError):
            self.env["mail.message"].with_user(self.buyer).create(values)
        with self.assertRaises(AccessError):
            message.with_user(self.buyer).write({"body": "By RPC"})
        self.assertNotIn("By RPC", str(self.claim.message_ids.mapped("body")))

    def test_nobody_else_is_written_to(self):
        self._login(self.buyer)
        self._post_message(partner_ids=self.stranger.partner_id.ids)
        self.assertFalse(self._written().partner_ids)

    def test_control_characters(self):
        self._login(self.buyer)
        answer = self._post_message(body="Wet\u0000 and \u0007cold \ud83d")
        self.assertNotIn("error", answer)
        self.assertIn("Wet and cold", str(self._written().body))

    def test_machines_and_employees_have_no_limit(self):
        self.company.export_claim_hour_messages = 1
        for _n in range(3):
            self._answer(self.claim)
        self._login(self.buyer)
        self.assertNotIn("error", self._post_message())

    # === FILES === #

    def test_file_uploaded_to_an_order(self):
        """Checked by nobody there, checked when the claim's message names it."""
        self._login(self.buyer)
        for content, text in (
            (PROGRAM, "photos, short videos or PDF"),
            (self.photo + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
        ):
            file = self._upload(self.order, content)
            self.assertTrue(file["attachment_id"], "the order takes it")
            self.assertIn(text, self._refusal(self._post_message([file])))
        self.assertFalse(self._written())
        file = self._upload(self.order, self.photo)
        self.assertNotIn("error", self._post_message([file]))
        self.assertEqual(self._written().attachment_ids.mimetype, "image/png")

    def test_file_uploaded_by_a_link(self):
        self.authenticate(None, None)
        file = self._upload(self.order, PROGRAM)
        answer = self._post_message([file])
        self.assertIn("photos, short videos or PDF", self._refusal(answer))

    def test_file_named_when_a_message_is_corrected(self):
        self._login(self.buyer)
        message = self._post_message()["result"]["message_id"]
        file = self._upload(self.order, PROGRAM)
        token = file["store_data"]["ir.attachment"][0]["ownership_token"]
        data = {"body": "Look", "attachment_ids": [file["attachment_id"]]}
        params = {"message_id": message, "token": self.claim.access_token}
        params["update_data"] = {**data, "attachment_tokens": [token]}
        with mute_logger("odoo.http"):
            answer = self.url_open(
                "/mail/message/update_content",
                data=json.dumps({"params": params}),
                headers={"Content-Type": "application/json"},
            ).json()
        self.assertIn("photos, short videos or PDF", self._refusal(answer))
        self.assertFalse(self._written().attachment_ids)

    def test_file_in_the_text(self):
        self._login(self.buyer)
        image = f'<img src="data:image/png;base64,{PNG}">'
        answer = self._post_message(body=f"<p>{image}</p>")
        self.assertIn("attach photos and documents", self._refusal(answer))

    def test_so_many_files(self):
        """Those of orders count, too."""
        self._login(self.buyer)
        files = [self._upload(self.order, self.photo) for _n in range(11)]
        self.assertIn("Ten files", self._refusal(self._post_message(files)))
        with patch(f"{FLOOD}.FILES", 10):
            answer = self._post_message(files[:1])
            self.assertIn("many files within the hour", self._refusal(answer))
        with patch(f"{FLOOD}.FILES", 11):
            self.assertNotIn("error", self._post_message(files[:10]))

    def test_photos_and_films_of_phones(self):
        """A photo counts as evidence whatever its name ends in."""
        self._login(self.buyer)
        files = [
            self._upload(self.claim, HEIC, "IMG_1.HEIC"),
            self._upload(self.claim, FILM, "clip"),
        ]
        self.assertNotIn("error", self._post_message(files))
        self.assertEqual(
            sorted(self._written().attachment_ids.mapped("mimetype")),
            ["image/heic", "video/mp4"],
        )

    def test_refused_upload_says_why(self):
        """As Odoo's client shows it: an answer with the reason, and no failure."""
        self._login(self.buyer)
        answer = self._upload(self.claim, PROGRAM)
        self.assertIn("photos, short videos or PDF", answer["error"]["message"])
