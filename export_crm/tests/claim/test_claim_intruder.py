"""An intruder walks every route of Odoo that takes a thread, a model or a file.

As a stranger, as whoever holds the link of a mail, as the customer, and as another
customer. What comes back is compared with what may: public comments of one's own
threads and their files, and nothing else.
"""

import io
import itertools
import json
import zipfile
from collections import namedtuple

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from . import intruder_routes as routes
from .test_claim_portal import ClaimPortalCase, http_token

HIDDEN, SHOWN = "S3CRET", "OPEN"
#: What a customer may be told of a thread, beside its number.
OF_THREAD = {"id", "model", "display_name", "module_icon", "hasReadAccess"}
OF_THREAD |= {"hasWriteAccess", "canPostOnReadonly", "can_react", "portal_partner"}
OF_THREAD |= {"selfFollower"}  # whether one follows it oneself
OF_THREAD |= {"rating_avg", "rating_count"}  # what one has given oneself
NEVER = ("mail.activity", "mail.followers", "mail.scheduled.message")
QUIET = (
    "odoo.http",
    "odoo.sql_db",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.mail.controllers.mail",
    "odoo.addons.mail.models.mail_message",
    "odoo.addons.mail.models.mail_thread",
    "odoo.addons.web.controllers.export",
    "odoo.addons.web.controllers.report",
)

Who = namedtuple(
    "Who",
    "name may record thread access token page messages files people ratings order"
    " models",
)
Planted = namedtuple("Planted", "note comment secret shown tokens")


@tagged("post_install", "-at_install")
class TestClaimIntruder(ClaimPortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._claim(
            partner_id=cls.buyer.partner_id.id,
            order_id=cls.order.id,
            title=f"{SHOWN} title",
        ).with_env(cls.env)
        cls.theirs = cls._claim(partner_id=cls.stranger.partner_id.id).with_env(cls.env)
        cls.follower = cls._user("fay", "claims_agent", name=f"Fay {HIDDEN}")
        cls.carrier = cls.env["res.partner"].create(
            {"name": f"Carrier {HIDDEN}", "email": f"{HIDDEN}@carrier.example.com"}
        )
        cls.records = [
            cls.claim,
            cls.order,
            cls.order.invoice_ids,
            cls.customer,
            cls.order.picking_ids,
        ]
        cls.planted = {record: cls._plant(record) for record in cls.records}
        cls.claim.write(
            {"priority_override": "3", "priority_reason": f"{HIDDEN} reason"}
        )
        cls.env.flush_all()
        cls.hold = cls._hold(note=f"{HIDDEN} bank called")

    @classmethod
    def _plant(cls, record):
        """Leave on a record what is for the house, and one comment with a file."""
        record.message_subscribe((cls.follower.partner_id | cls.carrier).ids)
        record.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=f"{HIDDEN} summary",
            note=f"{HIDDEN} supplier at fault",
            user_id=cls.follower.id,
        )
        cls.env["mail.scheduled.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "author_id": cls.follower.partner_id.id,
                "subject": f"{HIDDEN} planned",
                "body": f"{HIDDEN} planned",
                "scheduled_date": fields.Datetime.add(fields.Datetime.now(), days=1),
            }
        )
        secret, shown = (cls._file_of(record, word) for word in (HIDDEN, SHOWN))
        note = record.with_user(cls.follower).sudo()
        note = note.message_post(
            body=f"{HIDDEN} note", attachment_ids=secret.ids, subject=f"{HIDDEN} note"
        )
        comment = record.with_user(cls.agent).sudo()
        comment = comment.message_post(
            body=f"{SHOWN} comment",
            attachment_ids=shown.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        if "access_token" in record._fields:
            record._portal_ensure_token()
        tokens = [secret.generate_access_token()[0], secret._get_raw_access_token()]
        tokens.append(secret._get_ownership_token())
        return Planted(note, comment, secret, shown, tokens)

    @classmethod
    def _file_of(cls, record, word):
        return cls.env["ir.attachment"].create(
            {
                "name": f"{word} file.txt",
                "raw": f"{word} content".encode(),
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    # === THE LIST IS COMPLETE === #

    def test_every_route_is_tried_or_takes_nothing(self):
        """A route that Odoo adds fails here until somebody has looked at it."""
        found = set(routes.endpoints(self.env))
        tried, nothing = set(routes.CALLS), set(routes.NOTHING.split())
        self.assertFalse(tried & nothing)
        self.assertFalse(found - tried - nothing, "new: look at what they give away")
        self.assertFalse((tried | nothing) - found, "gone from Odoo")

    # === WHO COMES === #

    def test_stranger(self):
        self._walk("stranger", may=False)

    def test_holder_of_the_link(self):
        self._walk("holder", may=True)

    def test_customer(self):
        self._walk("customer", may=True, user=self.buyer)

    def test_another_customer(self):
        """With the login and the link of an own claim."""
        self._walk("other", may=False, user=self.stranger)

    def _walk(self, name, may, user=None):
        for record in self.records:
            if user:
                self._login(user)
            else:
                self.authenticate(None, None)
            who = self._who(name, may, record)
            before = self._kept(record)
            for ask, closed in self._ways().items():
                calls = ask(who)
                if closed and not user:
                    calls = itertools.islice(calls, 1)  # whatever is asked
                for call in calls:
                    with self.subTest(name, record=record._name, call=call[:3]):
                        self._judge(self._ask(call), who, call[1])
            self.assertEqual(self._kept(record), before, f"{name}: {record._name}")
            if may and "access_token" in record._fields:
                self._check_is_shown(who)

    def _ways(self):
        """Return ``{function: whether all that it calls asks for a login}``."""
        open_to = routes.endpoints(self.env)
        ways = {}
        for endpoint, ask in routes.CALLS.items():
            ways[ask] = ways.get(ask, True) and open_to[endpoint] == "user"
        return ways

    def _who(self, name, may, record):
        planted = self.planted[record]
        token = {
            "holder": "access_token" in record._fields and record.access_token,
            "customer": "access_token" in record._fields and record.access_token,
            "other": self.theirs._portal_ensure_token(),
        }.get(name) or "stolen"
        first = record == self.claim
        return Who(
            name=name,
            may=may,
            record=record,
            thread={"thread_model": record._name, "thread_id": record.id},
            access={"token": token},
            token=token,
            page="access_url" in record._fields and record.access_url,
            messages=planted.note | planted.comment | record.message_ids[-1:],
            files=planted.secret | planted.shown,
            people=self.follower.partner_id | self.carrier,
            ratings=self.env["rating.rating"],
            order=self.order,
            models=[n for n in self.registry if n.startswith("export.crm.")]
            if first
            else [],
        )

    def _ask(self, call):
        kind, url, values, *files = call
        with mute_logger(*QUIET):
            if kind == "json":
                return self.url_open(
                    url,
                    data=json.dumps({"params": values}),
                    headers={"Content-Type": "application/json"},
                    allow_redirects=False,
                )
            if kind == "get":
                return self.opener.get(
                    self.base_url() + url, params=values, allow_redirects=False
                )
            return self.url_open(
                url,
                data={"csrf_token": http_token(self), **values},
                files={
                    name: (file[0], io.BytesIO(file[1]), file[2])
                    for name, file in (files[0] or {}).items()
                },
                allow_redirects=False,
            )

    # === WHAT CAME BACK === #

    def _judge(self, answer, who, url):
        text = answer.text
        if answer.content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
                text += " ".join(archive.namelist())
                text += b" ".join(map(archive.read, archive.namelist())).decode()
        hidden = [HIDDEN, *self.planted[who.record].tokens]
        for word in hidden if who.may else [*hidden, SHOWN]:
            self.assertNotIn(word, text, f"{url}: {text[:2000]}")
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            self._judge_data(answer.json(), who)

    def _judge_data(self, data, who):
        """Compare what a client is told with what it may: records and their fields."""
        if isinstance(data, list):
            for one in data:
                self._judge_data(one, who)
        if not isinstance(data, dict):
            return
        for name in NEVER:
            own = [
                row
                for row in data.get(name) or ()
                if name != "mail.followers" or not self._is_own(row)
            ]
            self.assertFalse(own, name)
        for thread in self._rows(data.get("mail.thread")):
            if thread.get("model") == who.record._name:
                self.assertLessEqual(set(thread), OF_THREAD)
        planted = self.planted[who.record]
        messages = {row["id"] for row in self._rows(data.get("mail.message"))}
        self.assertNotIn(planted.note.id, messages)
        files = {row["id"] for row in self._rows(data.get("ir.attachment"))}
        self.assertNotIn(planted.secret.id, files)
        for value in data.values():
            self._judge_data(value, who)

    @staticmethod
    def _rows(data):
        return [row for row in data if isinstance(row, dict)] if data else []

    def _is_own(self, row):
        partner = row.get("partner_id")
        return partner in (self.buyer.partner_id.id, self.stranger.partner_id.id)

    def _kept(self, record):
        """Return what nobody from outside may have changed."""
        self.env.invalidate_all()
        planted = self.planted[record]
        house = (self.follower.partner_id | self.carrier).ids
        return {
            "messages": [
                (m.body, m.is_internal, m.attachment_ids.ids, m.subtype_id.id)
                for m in planted.note | planted.comment
            ],
            "files": [
                (f.name, f.raw, f.res_model, f.res_id)
                for f in planted.secret | planted.shown
            ],
            "followers": sorted(set(record.message_partner_ids.ids) & set(house)),
            "activities": record.activity_ids.ids,
            "people": (self.follower.partner_id | self.carrier).mapped("active"),
            "state": record["state"] if "state" in record._fields else None,
            "notes": self.env["mail.message"].search_count(
                [
                    ("model", "=", record._name),
                    ("res_id", "=", record.id),
                    ("body", "ilike", "I was here"),
                ]
            )
            if record == self.claim
            else None,
        }

    def _check_is_shown(self, who):
        """What may be read is read: the walk was no walk past closed doors."""
        params = {**who.thread, **who.access, "fetch_params": {}}
        text = self._ask(("json", "/mail/chatter_fetch", params)).text
        self.assertIn(f"{SHOWN} comment", text)
        self.assertIn(f"{SHOWN} file", text)
