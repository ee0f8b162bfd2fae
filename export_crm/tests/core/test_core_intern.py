"""An intern reads the public card of customers, whatever the interface."""

import contextlib
import inspect
import json

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.core.public_card import CARD
from ..common import ExportCrmCommon, ExportCrmTourCase

SECRETS = (
    "lagos-mail",
    "+234 1 555 0101",
    "5550101",
    "Bola Buyer",
    "bola-mail",
    "12 Marina Road",
    "told-in-confidence",
    "NG-VAT-77",
    "INV/SECRET",
)


class InternCase(ExportCrmCommon, HttpCase):
    """A customer with everything that is not for an intern."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intern = cls._user("intern", "intern", name="Ivo Intern")
        cls.intern.group_ids += cls.env.ref("base.group_allow_export")
        cls.colleague = cls._user(
            "mate", "user", name="Mara Mate", email="mara@house.example.com"
        )
        cls.customer.write(
            {
                "email": "lagos-mail@example.com",
                "phone": "+234 1 555 0101",
                "street": "12 Marina Road",
                "vat": "NG-VAT-77",
                "comment": "told-in-confidence",
                "website": "https://lagos.example.com",
                "country_id": cls.env.ref("base.ng").id,
            }
        )
        cls.person = cls.env["res.partner"].create(
            {
                "name": "Bola Buyer",
                "parent_id": cls.customer.id,
                "email": "bola-mail@example.com",
            }
        )
        cls.portal = new_test_user(
            cls.env,
            login="bola-mail@example.com",
            groups="base.group_portal",
            partner_id=cls.person.id,
        )
        cls.bank = cls.env["res.partner.bank"].create(
            {"acc_number": "told-in-confidence", "partner_id": cls.customer.id}
        )
        cls.message = cls.customer.message_post(
            body="told-in-confidence",
            subtype_xmlid="mail.mt_comment",
            attachments=[("told-in-confidence.txt", b"told-in-confidence")],
        )
        cls.customer.message_subscribe(cls.person.ids)
        cls.activity = cls.customer.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="told-in-confidence",
            user_id=cls.salesperson.id,
        )
        cls.event = cls.env["calendar.event"].create(
            {
                "name": "told-in-confidence",
                "start": "2026-01-01 10:00:00",
                "stop": "2026-01-01 11:00:00",
                "partner_ids": [(6, 0, cls.person.ids)],
                "user_id": cls.salesperson.id,
            }
        )
        cls._hold()
        cls.theirs = cls.env["res.partner"].with_user(cls.intern)
        cls.card = cls.customer.with_user(cls.intern)

    def _quiet(self, answer):
        """Nothing that an intern must not know is in ``answer``."""
        text = answer if isinstance(answer, str) else json.dumps(answer, default=str)
        for secret in SECRETS:
            self.assertNotIn(secret, text)
        return answer

    def _callable(self, model):
        """Yield the public methods of a model that need no argument."""
        of_orm = set(dir(self.registry["base"]))
        for name in dir(type(model)):
            method = getattr(type(model), name)
            if name.startswith("_") or name in of_orm or not callable(method):
                continue
            if getattr(method, "_api_private", False):
                continue
            arguments = list(inspect.signature(method).parameters.values())[1:]
            if all(
                argument.default is not argument.empty
                or argument.kind in (argument.VAR_KEYWORD, argument.VAR_POSITIONAL)
                for argument in arguments
            ):
                yield name

    def _refused(self, call):
        """The call ends in a refusal; a field that can't be grouped is one, too."""
        try:
            found = call()
        except (AccessError, ValueError):
            return
        self.fail(f"answered {found}")


@tagged("post_install", "-at_install")
class TestIntern(InternCase):
    # === WHAT AN INTERN SEES === #

    def test_the_card(self):
        values = self.card.read(["name", "country_id", "industry_id", "website"])[0]
        self.assertEqual(values["name"], "Lagos Trading Ltd")
        self.assertEqual(values["country_id"][1], "Nigeria")
        self.assertEqual(values["website"], "https://lagos.example.com")
        self.assertFalse(self.card.export_tier_id)
        self.assertIn(self.customer, self.theirs.search([]))
        self.assertNotIn(self.person, self.theirs.search([]))
        names = self.theirs.name_search("Lagos")
        self.assertEqual([name for _id, name in names], ["Lagos Trading Ltd"])

    def test_everything_that_is_offered_is_quiet(self):
        fields = set(self.theirs.fields_get())
        self.assertLessEqual(fields, CARD)
        self._quiet(self.card.read())
        self._quiet(self.theirs.search_read([]))
        self.assertIn("email", self.env["res.partner"].fields_get())

    def test_views_open(self):
        for _id, kind in ((False, k) for k in ("form", "list", "kanban", "search")):
            view = (
                self.env.ref("base.view_partner_form").id if kind == "form" else False
            )
            with self.subTest(view=kind):
                answer = self.theirs.get_views([(view, kind)])
                arch = answer["views"][kind]["arch"]
                shown = set(answer["models"]["res.partner"]["fields"])
                self.assertLessEqual(shown, CARD)
                self.assertNotIn('"email"', arch)
        spec = {name: {} for name in ("name", "website", "avatar_128", "complete_name")}
        spec["export_tier_id"] = {"fields": {"display_name": {}}}
        self.assertTrue(self._quiet(self.theirs.web_search_read([], spec)["records"]))
        self.assertTrue(self._quiet(self.card.web_read(spec)))
        self.assertIn("email", self.env["res.partner"].get_view()["arch"])

    def test_colleagues_and_oneself(self):
        mate = self.colleague.partner_id.with_user(self.intern)
        self.assertEqual(mate.read(["email"])[0]["email"], "mara@house.example.com")
        self.assertEqual(
            self.theirs.search([("email", "ilike", "house.example")]), mate
        )
        me = self.intern.with_user(self.intern)
        me.write({"signature": "Ivo", "email": "ivo@house.example.com"})
        self.assertEqual(me.partner_id.email, "ivo@house.example.com")
        self.assertTrue(self.company.partner_id.with_user(self.intern).read(["email"]))
        found = self.theirs.search_for_channel_invite("Mara")
        self.assertIn(mate.id, found["partner_ids"])
        self.assertFalse(
            self.theirs.search_for_channel_invite("no@one.example")["selectable_email"]
        )
        self.theirs.get_mention_suggestions("a")

    # === WHAT AN INTERN DOES NOT === #

    def test_fields_are_refused_in_every_way(self):
        secret = ("email", "phone", "street", "vat", "comment", "child_ids", "bank_ids")
        secret += (
            "email_formatted",
            "email_normalized",
            "message_ids",
            "contact_address",
        )
        secret += ("export_credit_reason", "export_credit_hold_id", "activity_ids")
        for name in secret:
            for what in (
                lambda name=name: self.card.read([name]),
                lambda name=name: self.card.web_read({name: {}}),
                lambda name=name: self.card[name],
                lambda name=name: self.card.export_data([name]),
                lambda name=name: self.theirs.search_read([], [name]),
                lambda name=name: self.theirs.search([], order=name),
                lambda name=name: self.theirs.formatted_read_group([], [name]),
                lambda name=name: self.card.mapped(name),
                lambda name=name: self.card.write({name: False}),
            ):
                self.env.invalidate_all()
                with self.subTest(field=name):
                    self._refused(what)

    def test_searching_tells_nothing(self):
        for domain in (
            [("phone", "ilike", "555")],
            [("street", "ilike", "Marina")],
            [("vat", "!=", False)],
            [("child_ids.email", "ilike", "bola")],
            [("child_ids", "!=", False)],
            [("parent_id.phone", "ilike", "555")],
            [("message_ids.body", "ilike", "confidence")],
            [("export_credit_hold_id", "!=", False)],
            [("phone_mobile_search", "ilike", "5550101")],
            [("email_normalized", "ilike", "lagos")],
            [("parent_id.email", "ilike", "lagos-mail")],
            [("commercial_partner_id.phone_mobile_search", "ilike", "5550101")],
            [("parent_id", "any", [("phone_mobile_search", "ilike", "5550101")])],
        ):
            with self.subTest(domain=domain):
                self._refused(lambda domain=domain: self.theirs.search(domain))
        for domain in (
            [("email", "ilike", "lagos-mail")],
            [("email", "not ilike", "other"), ("id", "=", self.customer.id)],
            [("display_name", "ilike", "lagos-mail")],
            [("user_ids.login", "ilike", "bola")],
        ):
            with self.subTest(domain=domain):
                self.assertFalse(self.theirs.search(domain))
        self._refused(
            lambda: self.env["calendar.event"]
            .with_user(self.intern)
            .search([("partner_ids.phone_mobile_search", "ilike", "5550101")])
        )
        for term in ("lagos-mail", "5550101", "NG-VAT", "Bola", "bola-mail"):
            self.assertFalse(self.theirs.name_search(term))
            self.assertFalse(self.theirs.web_name_search(term, {"display_name": {}}))
            self._quiet(self.theirs.get_mention_suggestions(term))
            self._quiet(self.theirs.search_for_channel_invite(term))

    def test_no_search_method_is_left_open(self):
        """Whatever field of contacts brings its own search is refused, too."""
        for name, field in self.env["res.partner"]._fields.items():
            if field.store or not field.search or name in CARD:
                continue
            for operator, value in (("=", False), ("!=", False), (">", 1), ("in", [1])):
                with self.subTest(field=name, operator=operator):
                    self._refused(
                        lambda d=(name, operator, value): self.theirs.search([d])
                    )

    def test_people_of_customers_are_closed(self):
        person = self.person.with_user(self.intern)
        with self.assertRaises(AccessError):
            person.read(["name"])
        self.assertFalse(
            self.env["res.users"].with_user(self.intern).search([("share", "=", True)])
        )
        with self.assertRaises(AccessError):
            self.portal.with_user(self.intern).read(["login"])

    def test_names_carry_no_address(self):
        for key in ("show_email", "show_address", "show_vat"):
            named = self.card.with_context(**{key: True})
            self.assertEqual(named.display_name, "Lagos Trading Ltd")
            self.assertEqual(named.sudo().display_name, "Lagos Trading Ltd")
            self._quiet(named.read(["display_name", "commercial_partner_id"]))

    def test_what_hangs_on_customers_is_closed(self):
        for record in (
            self.message,
            self.message.attachment_ids,
            self.activity,
            self.bank,
            self.event,
            self.event.attendee_ids,
        ):
            theirs = record.with_user(self.intern)
            with self.subTest(model=record._name):
                self.assertFalse(theirs.search([("id", "in", record.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read(["display_name"])
        followers = self.env["mail.followers"].with_user(self.intern)
        self.assertFalse(followers.search([("partner_id", "=", self.person.id)]))

    def test_wizards_tell_nothing(self):
        """What Odoo lets every employee open about a contact."""
        id_ = self.customer.id
        wizards = {
            "sms.composer": {"res_model": "res.partner", "res_id": id_, "body": "x"},
            "mail.compose.message": {"model": "res.partner", "res_ids": str([id_])},
            "mail.activity.schedule": {
                "res_model": "res.partner",
                "res_ids": str([id_]),
            },
        }
        for model, values in wizards.items():
            if model not in self.env:
                continue
            wizard = self.env[model].with_user(self.intern)
            wizard = wizard.with_context(active_model="res.partner", active_id=id_)
            with self.subTest(model=model):
                try:
                    self._quiet(wizard.create(values).read())
                except AccessError:
                    self._quiet("refused")
        for spec in ("email", "street", "phone"):
            with self.subTest(onchange=spec):
                self._refused(lambda spec=spec: self.card.onchange({}, [], {spec: {}}))
                try:
                    given = {"parent_id": id_}
                    asked = self.theirs.onchange(given, ["parent_id"], {spec: {}})
                    self._quiet(asked)
                except AccessError:
                    self._quiet("refused")

    def _one_by_one(self, rows, names):
        """Return what can be read of these fields of these records."""
        found = []
        for row in rows:
            for name in names:
                try:
                    found.append(row.read([name]))
                except AccessError:  # as it should be
                    found.append(name)
        return found

    def test_no_model_tells(self):
        """Whatever an intern may read at all: every field of every model, searched
        for what must not be there."""
        tried = 0
        for name, model in sorted(self.env.registry.items()):
            if model._abstract or model._transient or not model._auto:
                continue
            records = self.env[name].with_user(self.intern)
            if not records.has_access("read"):
                continue
            shown = [
                field
                for field, about in records.fields_get().items()
                if about["type"] in ("char", "text", "html", "many2one", "many2many")
                and about.get("store")
            ]
            rows = records.with_context(show_email=True)
            rows = rows.search([], limit=200, order="id desc")
            with self.subTest(model=name):
                try:
                    self._quiet(rows.read(shown))
                except AccessError:
                    self._quiet(self._one_by_one(rows, shown))
            tried += 1
        self.assertGreater(tried, 50)


@tagged("post_install", "-at_install")
class TestInternMethods(InternCase):
    def test_no_public_method_tells(self):
        """Whatever a client may call on a contact, as Odoo and its apps bring it."""
        self.env["ir.config_parameter"].sudo().set_param(
            "auth_signup.invitation_scope", "b2c"
        )
        person = self.env["res.partner"].create(
            {"name": "Told", "parent_id": self.customer.id, "email": "bola-mail@x.com"}
        )
        self.env.flush_all()
        told, called = {}, 0
        for partner in (self.customer, self.person, person):
            card = partner.with_user(self.intern)
            for name in self._callable(card):
                answer = self._answer(card, name)
                called += answer is not None
                if any(secret in str(answer) for secret in (*SECRETS, "signup_token")):
                    told[partner.name, name] = answer
        self.assertFalse(told)
        self.assertGreater(called, 30)

    @mute_logger("odoo.sql_db", "odoo.models", "odoo.addons.mail.models.mail_thread")
    def _answer(self, card, name):
        """Return what a method answers, and undo what it did; None if it raised."""
        with contextlib.suppress(Exception), self.env.cr.savepoint() as savepoint:
            answer = getattr(card, name)()
            answer = getattr(answer, "_ids", answer)
            savepoint.close(rollback=True)
            return repr(answer)
        return None


@tagged("post_install", "-at_install")
class TestInternRoutes(InternCase):
    def setUp(self):
        super().setUp()
        self.authenticate("ec_intern", "ec_intern")

    def _rpc(self, route, **params):
        answer = self.url_open(
            route,
            data=json.dumps({"params": params}),
            headers={"Content-Type": "application/json"},
        )
        return self._quiet(answer.text)

    def test_login_and_discuss(self):
        page = self.url_open("/odoo")
        self.assertEqual(page.status_code, 200)
        params = {
            "fetch_params": [
                "init_messaging",
                "channels_as_member",
                "systray_get_activities",
            ]
        }
        answer = json.loads(self._rpc("/mail/data", **params))
        self.assertNotIn("error", answer)
        channel = (
            self.env["discuss.channel"]
            .with_user(self.intern)
            ._get_or_create_chat(partners_to=self.colleague.partner_id.ids)
        )
        channel.with_user(self.colleague).message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        answer = json.loads(
            self._rpc("/discuss/channel/messages", channel_id=channel.id)
        )
        self.assertIn("Hello", json.dumps(answer["result"]))

    @mute_logger("odoo.http")
    def test_routes_of_a_customer(self):
        thread = {"thread_model": "res.partner", "thread_id": self.customer.id}
        self._rpc("/mail/thread/messages", **thread)
        lists = [
            "activities",
            "attachments",
            "followers",
            "messages",
            "suggestedRecipients",
        ]
        self._rpc(
            "/mail/data",
            fetch_params=[["mail.thread", {**thread, "request_list": lists}]],
        )
        self._rpc("/mail/thread/recipients", **thread)
        emails = ["lagos-mail@example.com", "bola-mail@example.com"]
        for model, id_ in (
            ("res.partner", self.customer.id),
            ("res.partner", self.intern.partner_id.id),
        ):
            self.url_open(
                "/mail/partner/from_email",
                data=json.dumps(
                    {
                        "params": {
                            "thread_model": model,
                            "thread_id": id_,
                            "emails": emails,
                        }
                    }
                ),
                headers={"Content-Type": "application/json"},
            )
        for route in (
            f"/web_enterprise/partner/{self.customer.id}/vcard",
            f"/web/partner/vcard?partner_ids={self.customer.id},{self.person.id}",
            f"/web/content/{self.message.attachment_ids.id}",
            f"/json/1/contacts/{self.customer.id}",
            "/json/1/contacts?fields=email",
            f"/web/image/res.partner/{self.person.id}/avatar_128",
        ):
            with self.subTest(route=route):
                self._quiet(self.url_open(route).text)

    @mute_logger("odoo.http", "odoo.addons.web.controllers.export")
    def test_export_file(self):
        for names in (["name", "country_id"], ["name", "email"], ["child_ids/email"]):
            data = {
                "model": "res.partner",
                "fields": [{"name": n, "label": n, "type": "char"} for n in names],
                "ids": self.customer.ids,
                "domain": [],
                "groupby": [],
                "import_compat": False,
            }
            answer = self.url_open(
                "/web/export/csv",
                data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)},
            )
            self._quiet(answer.text)
        answer = self._rpc(
            "/web/export/get_fields",
            model="res.partner",
            domain=[],
            import_compat=False,
        )
        self.assertNotIn('"email"', answer)


@tagged("post_install", "-at_install")
class TestInternTour(ExportCrmTourCase, InternCase):
    """The Contacts app in an intern's browser."""

    def test_contacts(self):
        self.start_tour("/odoo/contacts", "export_crm_intern", login="ec_intern")
        self.start_tour("/odoo/discuss", "export_crm_intern_discuss", login="ec_intern")
