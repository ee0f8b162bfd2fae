import base64
import io
import json
from unittest.mock import patch

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...controllers import portal_claim
from .common import ClaimCase
from .test_claim_moves import PNG


class ClaimPortalCase(ClaimCase, HttpCase):
    """The customer Lagos with a buyer and a colleague; a stranger of another firm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._portal("buyer", cls.customer)
        cls.stranger_firm = cls._customer("Stranger Ltd")
        cls.stranger = cls._portal("stranger", cls.stranger_firm)
        cls.line = cls._delivered(10.0)
        cls.order = cls.line.order_id

    @classmethod
    def _portal(cls, login, customer):
        user = new_test_user(
            cls.env,
            login=f"ec_{login}",
            password=f"ec_{login}",
            name=f"{login.title()} of {customer.name}",
            groups="base.group_portal",
            company_id=cls.company.id,
        )
        user.partner_id.parent_id = customer
        return user

    def _login(self, user):
        self.authenticate(user.login, user.login)

    def _category(self):
        return self.env.ref("export_crm.claim_category_logistics_damaged")

    def _post(self, url, files=None, **values):
        return self.url_open(
            url,
            data={"csrf_token": http_token(self), **values},
            files=files,
            allow_redirects=True,
        )

    def _file(self, **values):
        values = {
            "title": "Cartons wet",
            "description": "Three cartons were wet.",
            "order_id": self.order.id,
            "category_id": self._category().id,
            f"quantity_{self.line.id}": "3",
            "wanted": "replacement",
            **values,
        }
        files = values.pop("files", None)
        last = self.env["export.crm.claim"].search([], order="id desc", limit=1)
        response = self._post("/my/claims/create", files, **values)
        claims = self.env["export.crm.claim"].search([("id", ">", last.id or 0)])
        return response, claims

    def _photo(self, content=None, name="wet.png"):
        content = base64.b64decode(PNG) if content is None else content
        return ("photos", (name, io.BytesIO(content), "image/png"))


def http_token(case):
    return http.Request.csrf_token(case)


@tagged("post_install", "-at_install")
class TestClaimPortal(ClaimPortalCase):
    def test_from_order_to_claim_with_photos(self):
        self._login(self.buyer)
        page = self.url_open(f"/my/orders/{self.order.id}").text
        self.assertIn(f"/my/claims/new?order_id={self.order.id}", page)
        picking = self.order.picking_ids
        self.assertIn(f"picking_id={picking.id}", page)
        page = self.url_open(
            f"/my/claims/new?order_id={self.order.id}&picking_id={picking.id}"
            f"&category_id={self._category().id}"
        ).text
        self.assertIn("This may help you now", page)
        self.assertIn(f"quantity_{self.line.id}", page)
        response, claim = self._file(
            files=[self._photo(), self._photo(name="b.png")], picking_id=picking.id
        )
        self.assertEqual(claim.picking_id, picking)
        self.assertIn(claim.name, response.text)
        self.assertRecordValues(
            claim,
            [
                {
                    "title": "Cartons wet",
                    "channel": "portal",
                    "partner_id": self.buyer.partner_id.id,
                    "commercial_partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_id": self.order.id,
                    "wanted": "replacement",
                }
            ],
        )
        self.assertEqual(claim.line_ids.quantity, 3)
        self.assertEqual(claim._photo_count(), 2)
        acks = claim.message_ids.filtered(lambda m: m.message_type == "auto_comment")
        self.assertEqual(len(acks), 1)
        self.assertEqual(self._states(claim)["response"], "running")

    def test_order_older_than_the_list(self):
        self._login(self.buyer)
        newer = self._delivered(5.0).order_id
        newer.date_order = self._ago(days=-1)
        with patch.object(portal_claim, "LISTED", 1):
            page = self.url_open("/my/claims/new").text
            self.assertIn(newer.name, page)
            self.assertNotIn(self.order.name, page)
            page = self.url_open(
                f"/my/claims/new?order_id={self.order.id}"
                f"&category_id={self._category().id}"
            ).text
            self.assertIn(f"quantity_{self.line.id}", page)
            _response, claim = self._file()
        self.assertEqual(claim.order_id, self.order)

    def test_page_says_what_a_customer_may_know(self):
        claim = self._claim(
            partner_id=self.buyer.partner_id.id,
            category_id=self._severity("critical").id,
            priority_override="3",
            priority_reason="Internal reason",
            promised="New panels by Friday",
        )
        claim.with_user(self.agent).message_post(body="Secret note")
        self._login(self.buyer)
        page = self.url_open(f"/my/claims/{claim.id}").text
        for text in (
            claim.name,
            "New panels by Friday",
            "Our first answer",
            "Received",
        ):
            self.assertIn(text, page)
        for text in (
            "Secret note",
            "Internal reason",
            "Urgent",
            "Critical",
            "severity",
        ):
            self.assertNotIn(text, page)
        listing = self.url_open("/my/claims").text
        self.assertIn(claim.name, listing)

    def test_close_reopen_rate(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self._answer(claim)
        self._login(self.buyer)
        self._post(f"/my/claims/{claim.id}/close")
        self.assertEqual(claim.state, "closed")
        page = self._post(f"/my/claims/{claim.id}/rate", rating="5", feedback="Fine")
        self.assertIn("Thank you for your rating", page.text)
        page = self._post(f"/my/claims/{claim.id}/rate", rating="1")
        self.assertIn("rated already", page.text)
        self.assertEqual(claim.sudo().rating_ids.mapped("rating"), [5.0])
        self._post(f"/my/claims/{claim.id}/reopen", reason="Again wet")
        self.assertRecordValues(claim, [{"state": "progress", "cycle": 2}])
        self.assertIn("Again wet", str(claim.message_ids.mapped("body")))

    def test_customer_closes_what_lacks_photos(self):
        claim = self._claim(
            partner_id=self.buyer.partner_id.id, category_id=self._category().id
        )
        self._login(self.buyer)
        self._post(f"/my/claims/{claim.id}/close")
        self.assertEqual(claim.state, "solved")
        self.assertEqual(self._states(claim)["response"], "stopped")

    def test_message_in_the_portal(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        claim.action_wait()
        self._login(self.buyer)
        claim._portal_ensure_token()
        answer = self._message(claim, claim.access_token)
        self.assertNotIn("error", answer)
        message = claim.message_ids.filtered(lambda m: "the photo" in (m.body or ""))
        self.assertEqual(message.author_id, self.buyer.partner_id)
        self.assertEqual(claim.state, "progress")
        self.assertEqual(self._states(claim)["response"], "running")

    def _message(self, claim, token):
        return self.url_open(
            "/mail/message/post",
            data=json.dumps(
                {
                    "params": {
                        "thread_model": claim._name,
                        "thread_id": claim.id,
                        "post_data": {
                            "body": "Here is the photo",
                            "message_type": "comment",
                            "subtype_xmlid": "mail.mt_comment",
                        },
                        "token": token,
                    }
                }
            ),
            headers={"Content-Type": "application/json"},
        ).json()

    def test_too_much_is_said_and_nothing_is_filed(self):
        self._login(self.buyer)
        response, claim = self._file(**{f"quantity_{self.line.id}": "11"})
        self.assertFalse(claim)
        self.assertIn("were delivered", response.text)
        self.assertIn("Three cartons were wet.", response.text)

    def test_upload_limits(self):
        self._login(self.buyer)
        script = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"
        for files, text in (
            ([self._photo(script, "a.svg")], "short videos or PDF"),
            ([self._photo(b"MZ\x90\x00 program", "a.png")], "short videos or PDF"),
            ([self._photo(b"x" * (10 * 1024 * 1024 + 1))], "larger than 10 MB"),
            ([self._photo() for _n in range(11)], "Ten files"),
        ):
            response, claim = self._file(files=files)
            self.assertFalse(claim)
            self.assertIn(text, response.text)

    def test_flood(self):
        self._login(self.buyer)
        for _n in range(5):
            _response, claim = self._file(**{f"quantity_{self.line.id}": "1"})
            self.assertTrue(claim)
        response, claim = self._file(**{f"quantity_{self.line.id}": "1"})
        self.assertFalse(claim)
        self.assertIn("several claims within the hour", response.text)
        self.assertIn("Three cartons were wet.", response.text)
        self.company.export_claim_hour_claims = 6
        _response, claim = self._file(**{f"quantity_{self.line.id}": "1"})
        self.assertTrue(claim)

    def test_flood_of_reopenings(self):
        self.company.export_claim_hour_claims = 2
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        self._login(self.buyer)
        for cycle in (2, 3):
            self._answer(claim)
            claim.action_close()
            self._post(f"/my/claims/{claim.id}/reopen", reason="Again wet")
            self.assertEqual(claim.cycle, cycle)
        self._answer(claim)
        claim.action_close()
        page = self._post(f"/my/claims/{claim.id}/reopen", reason="And again")
        self.assertRecordValues(claim, [{"state": "closed", "cycle": 3}])
        self.assertIn("several claims within the hour", page.text)
        self.assertIn("And again</textarea>", page.text)
        with self.subTest("an hour later"):
            self._age("export_crm_claim_event")
            self._post(f"/my/claims/{claim.id}/reopen", reason="And again")
            self.assertEqual(claim.cycle, 4)

    def _age(self, table):
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {table} SET create_date = create_date - interval '61 minutes'"
        )
        self.env.invalidate_all()

    def test_flood_of_messages(self):
        """Over all claims of the customer, colleagues and links included."""
        self.company.export_claim_hour_messages = 3
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        other = self._claim(partner_id=self.customer.id)
        stranger = self._claim(partner_id=self.stranger.partner_id.id)
        for one in claim | other | stranger:
            one._portal_ensure_token()
        self._login(self.buyer)
        self._message(claim, claim.access_token)
        self._message(claim, claim.access_token)
        self.logout()
        self.assertNotIn("error", self._message(other, other.access_token))
        with mute_logger("odoo.http"):
            for one in claim | other:
                answer = self._message(one, one.access_token)
                self.assertIn("was not sent", answer["error"]["data"]["message"])
        self.assertEqual(self._said(claim) + self._said(other), 3)
        self.assertNotIn("error", self._message(stranger, stranger.access_token))
        self._login(self.agent_login())
        self.assertNotIn("error", self._message(claim, ""), "employees have no limit")
        self._age("mail_message")
        self._login(self.buyer)
        self.assertNotIn("error", self._message(claim, claim.access_token))

    def agent_login(self):
        self.agent.password = self.agent.login
        return self.agent

    def _said(self, claim):
        return len(
            claim.message_ids.filtered(
                lambda m: "the photo" in (m.body or "")
                and m.author_id.commercial_partner_id == self.customer
            )
        )

    def _upload(self, claim, content, token="", **values):
        return self.url_open(
            "/mail/attachment/upload",
            data={
                "csrf_token": http_token(self),
                "thread_id": claim.id,
                "thread_model": claim._name,
                "is_pending": "true",
                "token": token,
                **values,
            },
            files={"ufile": ("wet.png", io.BytesIO(content), "image/png")},
        )

    def test_files_of_messages_are_limited_like_those_of_claims(self):
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        claim._portal_ensure_token()
        self._login(self.buyer)
        photo = base64.b64decode(PNG)
        for content, text in (
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
                "short videos or PDF",
            ),
            (b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        ):
            answer = self._upload(claim, content, claim.access_token).json()
            self.assertIn(text, answer["error"]["message"])
        with patch("odoo.addons.export_crm.models.claim.claim_flood.FILES", 2):
            for _n in range(2):
                answer = self._upload(claim, photo, claim.access_token).json()
                self.assertTrue(answer["data"]["attachment_id"])
            answer = self._upload(claim, photo, claim.access_token).json()
            self.assertIn("many files within the hour", answer["error"]["message"])
        stored = self.env["ir.attachment"].browse(
            self._upload(claim, photo, claim.access_token).json()["data"][
                "attachment_id"
            ]
        )
        self.assertEqual(stored.raw, photo)
        self._login(self.stranger)
        self.assertEqual(self._upload(claim, photo, "no").status_code, 404)

    def test_number_of_a_duplicate_leads_on(self):
        """By login and by link; to nobody who could not read the duplicate."""
        one, two = self._claim(title="Wet"), self._claim(title="Also wet")
        link = two.get_portal_url()
        (one | two)._merge_into(one)
        self._login(self.buyer)
        page = self.url_open(f"/my/claims/{two.id}")
        self.assertIn(one.name, page.text)
        self.assertIn(f"/my/claims/{one.id}", page.url)
        self.logout()
        self.assertIn(one.name, self.url_open(link).text)
        self.assertEqual(self.url_open(f"/my/claims/{two.id}").status_code, 404)
        self._login(self.stranger)
        self.assertEqual(self.url_open(f"/my/claims/{two.id}").status_code, 404)

    def test_link_in_a_mail(self):
        """The token opens the one claim, without a login."""
        claim = self._claim(partner_id=self.buyer.partner_id.id)
        other = self._claim(partner_id=self.buyer.partner_id.id)
        self._answer(claim)
        claim.action_close()
        url = claim.get_portal_url()
        self.assertIn(claim.name, self.url_open(url).text)
        token = claim.access_token
        self.assertEqual(
            self.url_open(f"/my/claims/{other.id}?access_token={token}").status_code,
            404,
        )
        page = self.url_open(url).text
        csrf = page.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(
            f"/my/claims/{claim.id}/rate",
            data={"csrf_token": csrf, "access_token": token, "rating": "4"},
        )
        self.assertEqual(claim.sudo().rating_ids.rating, 4)
        self.assertEqual(claim.sudo().rating_ids.partner_id, self.buyer.partner_id)


@tagged("post_install", "-at_install")
class TestClaimPortalAttack(ClaimPortalCase):
    """A portal user of another company, and nobody at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._claim(
            partner_id=cls.buyer.partner_id.id, order_id=cls.order.id
        )
        cls.claim._portal_ensure_token()
        cls.secret = cls.env["ir.attachment"].create(
            {
                "name": "secret.png",
                "raw": base64.b64decode(PNG),
                "res_model": "export.crm.claim",
                "res_id": cls.claim.id,
            }
        )

    def test_page(self):
        for user in (self.stranger, None):
            if user:
                self._login(user)
            else:
                self.authenticate(None, None)
            for url in (
                f"/my/claims/{self.claim.id}",
                f"/my/claims/{self.claim.id}?access_token=wrong",
                f"/my/claims/{self.claim.id}?access_token=",
            ):
                response = self.url_open(url)
                self.assertEqual(response.status_code, 404, url)
                self.assertNotIn(self.claim.title, response.text)

    def test_list(self):
        self._login(self.stranger)
        self.assertNotIn(self.claim.name, self.url_open("/my/claims?filterby=all").text)

    def test_actions(self):
        self._login(self.stranger)
        for action in ("close", "reopen", "rate"):
            response = self._post(f"/my/claims/{self.claim.id}/{action}", rating="1")
            self.assertEqual(response.status_code, 404)
        self.assertRecordValues(self.claim, [{"state": "new", "cycle": 1}])
        self.assertFalse(self.claim.sudo().rating_ids)

    def test_changes_by_post_with_a_csrf_token_only(self):
        self._login(self.buyer)
        for action in ("close", "reopen", "rate"):
            url = f"/my/claims/{self.claim.id}/{action}"
            self.assertIn(self.url_open(url).status_code, (404, 405))
            with mute_logger("odoo.http"):
                response = self.url_open(url, data={"rating": "1"})
            self.assertEqual(response.status_code, 400)
        self.assertEqual(self.claim.state, "new")

    def test_foreign_ids_in_the_form(self):
        self._login(self.stranger)
        mine = self._delivered(5.0, partner=self.stranger_firm)
        base = {"order_id": mine.order_id.id, f"quantity_{self.line.id}": ""}
        for values in (
            {**base, f"quantity_{self.line.id}": "1"},
            {"order_id": self.order.id},
            {**base, "picking_id": self.order.picking_ids.id},
            {**base, "category_id": 10**8},
        ):
            with mute_logger("odoo.http"):
                response, claim = self._file(**values)
            self.assertEqual(response.status_code, 400, values)
            self.assertFalse(claim)
        response, claim = self._file(**base, **{f"quantity_{mine.id}": "1"})
        self.assertEqual(claim.commercial_partner_id, self.stranger_firm)

    def test_order_of_another_in_the_url(self):
        self._login(self.stranger)
        page = self.url_open(
            f"/my/claims/new?order_id={self.order.id}&category_id={self._category().id}"
        ).text
        self.assertNotIn(self.order.name, page)
        self.assertNotIn(f"quantity_{self.line.id}", page)

    def test_attachment(self):
        for user in (self.stranger, self.buyer):
            self._login(user)
            with mute_logger("odoo.http"):
                response = self.url_open(f"/web/content/{self.secret.id}")
            self.assertIn(response.status_code, (403, 404))

    def test_messages(self):
        self._login(self.stranger)
        for token in (None, "wrong"):
            for route, params in (
                (
                    "/mail/message/post",
                    {"post_data": {"body": "I was here", "message_type": "comment"}},
                ),
                ("/mail/chatter_fetch", {}),
            ):
                with mute_logger("odoo.http"):
                    answer = self.url_open(
                        route,
                        data=json.dumps(
                            {
                                "params": {
                                    "thread_model": "export.crm.claim",
                                    "thread_id": self.claim.id,
                                    "token": token,
                                    **params,
                                }
                            }
                        ),
                        headers={"Content-Type": "application/json"},
                    ).json()
                messages = answer.get("result", {}).get("messages", [])
                self.assertFalse(messages, (route, token))
        self.assertNotIn("I was here", str(self.claim.message_ids.mapped("body")))

    def test_rpc_and_export(self):
        """Not even the customer's own user has rights on the model."""
        models = [
            "export.crm.claim",
            "export.crm.claim.line",
            "export.crm.claim.clock",
            "export.crm.claim.event",
            "export.crm.claim.escalation",
            "export.crm.claim.policy",
            "export.crm.claim.category",
            "export.crm.claim.reply",
        ]
        for user in (self.stranger, self.buyer):
            for model in models:
                records = self.env[model].with_user(user)
                with self.assertRaises(AccessError):
                    records.search_read([], ["id"])
                with self.assertRaises(AccessError):
                    records.create([{}])
            claim = self.claim.with_user(user)
            with self.assertRaises(UserError):
                claim.export_data(["name", "severity_id"])
            with self.assertRaises(AccessError):
                claim.write({"title": "Hacked"})
        with self.assertRaises(AccessError):
            self.claim.with_user(self.stranger).message_post(body="Hacked")

    def test_rpc_by_http(self):
        self._login(self.stranger)
        with mute_logger("odoo.http", "odoo.addons.rpc.controllers.jsonrpc"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps(
                    {
                        "params": {
                            "model": "export.crm.claim",
                            "method": "read",
                            "args": [self.claim.ids, ["title"]],
                            "kwargs": {},
                        }
                    }
                ),
                headers={"Content-Type": "application/json"},
            ).json()
        self.assertIn("error", answer)

    def test_action_of_another_by_rpc(self):
        for name in (
            "action_close",
            "action_cancel",
            "action_reopen",
            "action_dispute",
        ):
            with self.assertRaises(AccessError):
                getattr(self.claim.with_user(self.stranger), name)()

    def test_employee_does_not_rate_for_the_customer(self):
        self._answer(self.claim)
        self.claim.action_close()
        self._login(self.agent)
        self.assertEqual(self.url_open(f"/my/claims/{self.claim.id}").status_code, 200)
        response = self._post(f"/my/claims/{self.claim.id}/rate", rating="5")
        self.assertEqual(response.status_code, 404)
        self.assertFalse(self.claim.sudo().rating_ids)

    def test_employee_without_rights(self):
        intern = self._user("portal_intern", "intern")
        self._login(intern)
        response = self.url_open(f"/my/claims/{self.claim.id}")
        self.assertEqual(response.status_code, 404)

    def test_archived_colleague_has_no_way_in(self):
        colleague = self._portal("colleague", self.customer)
        self._login(colleague)
        page = self.url_open(f"/my/claims/{self.claim.id}")
        self.assertEqual(page.status_code, 200, "of the same company")
        colleague.partner_id.parent_id = self.stranger_firm
        page = self.url_open(f"/my/claims/{self.claim.id}")
        self.assertEqual(page.status_code, 404, "changed to another company")
