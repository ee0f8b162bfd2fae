from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ClaimCase


@tagged("post_install", "-at_install")
class TestClaimApi(ClaimCase, HttpCase):
    """Another system files claims by HTTP, with a key of its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.line = cls._delivered(10.0)
        cls.key = (
            cls.env["res.users.apikeys"]
            .with_user(cls.agent)
            ._generate("rpc", "ERP", fields.Datetime.now() + timedelta(days=1))
        )

    def _call(self, method, **arguments):
        return self.url_open(
            f"/json/2/export.crm.claim/{method}",
            json=arguments,
            headers={"Authorization": f"Bearer {self.key}"},
        )

    def _file(self, reference, quantity):
        return self._call(
            "create",
            vals_list=[
                {
                    "title": "Three tubes broken",
                    "channel": "api",
                    "external_ref": reference,
                    "partner_id": self.customer.id,
                    "order_id": self.line.order_id.id,
                    "line_ids": [
                        [0, 0, {"sale_line_id": self.line.id, "quantity": quantity}]
                    ],
                }
            ],
        )

    def test_filed_like_every_other(self):
        """Number, agent, clocks and acknowledgement; the limit holds, once is once."""
        [claim_id] = self._file("ERP-7", 6).json()
        claim = self.env["export.crm.claim"].browse(claim_id)
        self.assertRegex(claim.name, r"^CL/\d{4}/\d{5}$")
        self.assertRecordValues(
            claim, [{"channel": "api", "user_id": self.agent.id, "state": "new"}]
        )
        self.assertEqual(self._states(claim)["response"], "running")
        self.assertEqual(self._states(claim)["ack"], "met")
        self.assertTrue(
            claim.message_ids.filtered(lambda m: m.message_type == "auto_comment")
        )
        with mute_logger("odoo.http", "odoo.sql_db"):
            too_much = self._file("ERP-8", 5)
            twice = self._file("ERP-7", 1)
        self.assertGreaterEqual(too_much.status_code, 400)
        self.assertIn("were delivered", too_much.text)
        self.assertGreaterEqual(twice.status_code, 400)
        self.assertIn("external reference exists already", twice.text)
        self.assertEqual(
            self.env["export.crm.claim"].search_count(
                [("external_ref", "in", ("ERP-7", "ERP-8"))]
            ),
            1,
        )

    def test_gates_and_engine_fields_hold(self):
        [claim_id] = self._file("ERP-9", 1).json()
        claim = self.env["export.crm.claim"].browse(claim_id)
        closed = self.env.ref("export_crm.claim_stage_closed").id
        with mute_logger("odoo.http"):
            for values, text in (
                ({"stage_id": closed}, "be closed yet"),
                ({"late": False}, "kept by the system"),
                ({"priority_override": "3"}, "needs a reason"),
                ({"line_ids": [[1, claim.line_ids.id, {"quantity": 11}]]}, "delivered"),
            ):
                answer = self._call("write", ids=[claim_id], vals=values)
                self.assertGreaterEqual(answer.status_code, 400, values)
                self.assertIn(text, answer.text)
        self.assertRecordValues(claim, [{"state": "new", "priority_override": False}])
