import base64
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import ClaimCase

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAZAAAAABAQAAAADYicUzAAAADElEQVR4nGNg"
    "IBkAAAAzAAGHXpxVAAAAAElFTkSuQmCC"
)


@tagged("post_install", "-at_install")
class TestClaimMoves(ClaimCase):
    """Gates, reopening, rating."""

    def _photo(self, claim):
        return self.env["ir.attachment"].create(
            {
                "name": "damage.png",
                "res_model": claim._name,
                "res_id": claim.id,
                "raw": base64.b64decode(PNG),
            }
        )

    # === GATES === #

    def test_photos_on_every_road(self):
        """By button, by writing the stage (kanban, RPC) and by import."""
        category = self.env.ref("export_crm.claim_category_logistics_damaged")
        closed = self.env.ref("export_crm.claim_stage_closed")
        claim = self._claim(category_id=category.id)
        self._answer(claim)
        self.assertIn("photos needed 1", claim.missing_text)
        with self.assertRaisesRegex(ValidationError, "photos"), self.cr.savepoint():
            claim.action_close()
        with self.assertRaisesRegex(ValidationError, "photos"), self.cr.savepoint():
            claim.stage_id = closed
        with self.assertRaisesRegex(ValidationError, "photos"), self.cr.savepoint():
            claim.sudo().web_save({"stage_id": closed.id}, {"stage_id": {}})
        loaded = self.claims.load(
            ["title", "partner_id/.id", "category_id/.id", "stage_id/.id"],
            [["Imported", str(self.customer.id), str(category.id), str(closed.id)]],
        )
        self.assertFalse(loaded["ids"])
        self.assertIn("photos", loaded["messages"][0]["message"])
        self._photo(claim)
        claim.action_close()
        self.assertEqual(claim.state, "closed")

    def test_claim_is_not_born_closed(self):
        """Not even without photos required: nobody has answered the customer."""
        closed = self.env.ref("export_crm.claim_stage_closed")
        with self.assertRaisesRegex(ValidationError, "Nobody has answered"):
            self._claim(stage_id=closed.id)

    def test_born_waiting_stands_still(self):
        claim = self._claim(stage_id=self.env.ref("export_crm.claim_stage_waiting").id)
        self.assertEqual(self._states(claim)["plan"], "paused")

    def test_photos_of_the_category_above(self):
        top = self.env.ref("export_crm.claim_category_quality")
        child = top.child_ids.filtered(lambda c: c.code == "quality_unusable")
        child.photos_required = 0
        top.photos_required = 2
        claim = self._claim(category_id=child.id)
        self._answer(claim)
        self._photo(claim)
        with self.assertRaisesRegex(ValidationError, "photos needed 2, there 1"):
            claim.action_close()

    def test_customer_must_have_an_answer(self):
        claim = self._claim()
        with self.assertRaisesRegex(ValidationError, "Nobody has answered"):
            claim.action_close()

    def test_cancelling_needs_nothing(self):
        claim = self._claim(
            category_id=self.env.ref("export_crm.claim_category_logistics_damaged").id
        )
        claim.action_cancel()
        self.assertEqual(claim.state, "cancelled")

    def test_waiting_needs_a_reason(self):
        stage = self.env.ref("export_crm.claim_stage_waiting")
        stage.pause_reason_id = False
        claim = self._claim()
        with self.assertRaisesRegex(ValidationError, "waiting for"):
            claim.stage_id = stage

    # === REOPENING === #

    def _closed(self, days=0):
        claim = self._claim()
        self._answer(claim)
        with freeze_time(fields.Datetime.now() - timedelta(days=days)):
            claim.action_close()
        return claim

    def test_waiting_for_something_else(self):
        """Dragged on, or another reason: what the clocks and the customer go by."""
        claim = self._claim(stage_id=self.env.ref("export_crm.claim_stage_waiting").id)
        customer = self.env.ref("export_crm.claim_pause_customer")
        third = self.env.ref("export_crm.claim_pause_third")
        third.pause_plan = False
        self.assertEqual(claim.pause_reason_id, customer)
        claim.stage_id = self.env.ref("export_crm.claim_stage_external")
        self.assertEqual(claim.pause_reason_id, third)
        states = self._states(claim)
        self.assertEqual((states["plan"], states["resolution"]), ("running", "paused"))
        claim.message_post(
            body="Any news?",
            author_id=self.customer.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self.assertEqual(claim.state, "waiting", "not for the customer")
        claim.pause_reason_id = customer
        self.assertEqual(self._states(claim)["plan"], "paused")
        log = claim.sudo().event_ids.filtered(lambda e: e.milestone == "resolution")
        self.assertEqual(
            log.mapped(lambda e: (e.kind, e.reason_id.code)),
            [
                ("start", False),
                ("pause", "customer"),
                ("resume", False),
                ("pause", "third"),
                ("resume", False),
                ("pause", "customer"),
            ],
        )
        claim.action_start()
        self.assertEqual(self._states(claim)["resolution"], "running")

    def test_drag_out_of_closed_begins_a_cycle(self):
        claim = self._closed()
        claim.stage_id = self.env.ref("export_crm.claim_stage_progress")
        self.assertEqual(claim.cycle, 2)
        self.assertEqual(
            {s for m, s in self._states(claim).items() if m not in ("ack", "update")},
            {"running"},
        )

    def test_grace(self):
        self.company.export_claim_grace_days = 5
        inside, outside = self._closed(days=4), self._closed(days=6)
        inside.action_reopen()
        self.assertEqual(inside.state, "progress")
        with self.assertRaisesRegex(UserError, "too long ago"):
            outside.action_reopen()

    def test_closed_claim_is_found_to_be_a_duplicate(self):
        """Cancelled, even late: nothing begins anew."""
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        claim.sudo().closed_at = self._ago(days=40)
        claim.action_cancel()
        self.assertRecordValues(
            claim, [{"state": "cancelled", "cycle": 1, "counted": False}]
        )
        self.assertNotIn("reopened", claim.sudo().event_ids.mapped("kind"))

    def test_meaning_of_a_stage_in_use_stays(self):
        """Else its claims would be closed past their gates, with running clocks."""
        stage = self._claim().stage_id.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "claims in this stage"):
            stage.state = "closed"
        stage.write({"name": "Just in", "state": "new"})
        stage.copy().state = "progress"

    def test_only_a_closed_claim_is_reopened(self):
        with self.assertRaisesRegex(UserError, "Only a solved or a closed"):
            self._claim().action_reopen()

    def test_back_from_solved_stays_met(self):
        claim = self._claim()
        claim.action_solve()
        claim.action_start()
        self.assertEqual(claim.cycle, 1)
        self.assertEqual(self._states(claim)["resolution"], "met")

    # === RATING === #

    def _asked(self, claim):
        return claim.message_ids.filtered(
            lambda m: "are you satisfied" in (m.subject or "")
        )

    def test_asked_and_given_once_per_cycle(self):
        claim = self._closed()
        self.assertEqual(len(self._asked(claim)), 1)
        claim._rate(4, "Quick.", self.customer)
        with self.assertRaisesRegex(UserError, "rated already"):
            claim._rate(5, "", self.customer)
        self.assertEqual(claim.sudo().rating_last_value, 4)
        claim.action_reopen()
        self._answer(claim)
        claim.action_close()
        self.assertEqual(len(self._asked(claim)), 2)
        claim._rate(5, "", self.customer)
        self.assertEqual(len(claim.sudo().rating_ids), 2)

    def test_rating_is_one_to_five_of_a_solved_claim(self):
        claim = self._claim()
        with self.assertRaisesRegex(UserError, "when it is solved"):
            claim._rate(5, "", self.customer)
        claim.action_solve()
        for value in (0, 6):
            with self.assertRaisesRegex(ValidationError, "1 to 5"):
                claim._rate(value, "", self.customer)

    def test_employee_rates_no_claim(self):
        """Neither a new rating nor the customer's, by RPC."""
        claim = self._claim()
        self._answer(claim)
        claim.action_close()
        claim._rate(1, "Bad", self.customer)
        ratings = self.env["rating.rating"].with_user(self.agent)
        with self.assertRaises(AccessError), self.cr.savepoint():
            ratings.create(
                {
                    "res_model_id": self.env["ir.model"]._get_id(claim._name),
                    "res_id": claim.id,
                    "rating": 5,
                    "consumed": True,
                }
            )
        rating = claim.sudo().rating_ids.with_user(self.agent)
        with self.assertRaises(AccessError):
            rating.rating = 5
        rating.publisher_comment = "We are sorry."

    def test_bad_rating_asks_for_an_apology(self):
        claim = self._closed()
        claim._rate(2, "Nobody called.", self.customer)
        activity = claim.activity_ids.filtered(lambda a: "Apologise" in a.summary)
        self.assertEqual(activity.user_id, self.agent)

    # === WHO MAY === #

    def test_department_sees_its_own_claims(self):
        worker = self._user("worker", "claims_department")
        logistics = self.env.ref("export_crm.claim_department_logistics")
        logistics.member_ids += worker
        late = self.env.ref("export_crm.claim_category_logistics_late")
        ours, theirs = self._claim(category_id=late.id), self._claim()
        seen = self.env["export.crm.claim"].with_user(worker)
        found = seen.search([("id", "in", (ours | theirs).ids)])
        self.assertEqual(found.ids, ours.ids)
        ours.with_user(worker).action_start()
        with self.assertRaises(AccessError):
            theirs.with_user(worker).action_start()
        self.assertFalse(
            self.env["export.crm.claim.event"]
            .with_user(worker)
            .search([("claim_id", "=", theirs.id)])
        )

    def test_salesperson_sees_own_customers(self):
        other = self._user("other_sales", "user")
        claim = self._claim()
        self.assertEqual(claim.with_user(self.salesperson).title, claim.title)
        with self.assertRaises(AccessError):
            claim.with_user(other).check_access("read")

    def test_intern_sees_nothing(self):
        intern = self._user("claim_intern", "intern")
        with self.assertRaises(AccessError):
            self.env["export.crm.claim"].with_user(intern).search([])

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user(
            "claims_other", "claims_manager", company_id=other.id, company_ids=other.ids
        )
        claim = self._claim()
        for model, ids in (
            ("export.crm.claim", claim.ids),
            ("export.crm.claim.clock", claim.sudo().clock_ids.ids),
            ("export.crm.claim.event", claim.sudo().event_ids.ids),
        ):
            records = self.env[model].with_user(stranger)
            self.assertFalse(records.search([("id", "in", ids)]), model)

    def test_agent_changes_no_rule(self):
        policy = self.env.ref("export_crm.claim_policy_major_c")
        with self.assertRaises(AccessError):
            policy.with_user(self.agent).response_hours = 1
        policy.with_user(self.manager).response_hours = 3

    def test_smart_buttons(self):
        line = self._delivered()
        order, picking = line.order_id, line.order_id.picking_ids
        claim = self._claim(
            order_id=order.id,
            picking_id=picking.id,
            invoice_id=order.invoice_ids.id,
            line_ids=[(0, 0, {"sale_line_id": line.id, "quantity": 1})],
        )
        template = line.product_id.product_tmpl_id
        documents = (order, picking, order.invoice_ids, self.customer, template)
        for document in documents:
            document = document.sudo()
            self.assertEqual(document.export_claim_count, 1, document)
            action = document.action_export_claims()
            found = self.env["export.crm.claim"].search(action["domain"])
            self.assertEqual(found.ids, claim.ids, document)

    def test_breaching_today(self):
        self.company.partner_id.tz = "UTC"
        with freeze_time("2026-03-06 16:00:00"):
            today = self._claim(category_id=self._severity("major").id)
            later = self._claim(category_id=self._severity("medium").id)
            found = self.env["export.crm.claim"].search(
                [("breach_today", "=", True), ("id", "in", (today | later).ids)]
            )
            self.assertEqual(found.ids, today.ids)
            self.assertTrue(today.breach_today)
            self.assertFalse(later.breach_today)
        with freeze_time("2026-03-06 20:00:01"):
            self.env.invalidate_all()
            self.assertFalse(today.breach_today, "it is late")
