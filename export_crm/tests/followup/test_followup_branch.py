from odoo import Command
from odoo.tests import tagged

from ..common import BranchCase
from .common import FollowupCommon


@tagged("post_install", "-at_install")
class TestFollowupBranch(BranchCase, FollowupCommon):
    """The ledger of follow-ups is the root company's, whichever branch delivers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        warehouses = cls.env["stock.warehouse"]
        if not warehouses.search([("company_id", "=", cls.branch.id)]):
            warehouses.create(
                {"name": "Quay", "code": "QUAY", "company_id": cls.branch.id}
            )

    def test_delivered_by_a_branch_is_followed_up_once(self):
        order = self._sold(company_id=self.branch.id)
        picking = self._deliver(order, self.monday)
        self.assertEqual(picking.company_id, self.branch)
        for _again in range(2):
            self._run()
        rows = self.ledger.search([("partner_id", "=", self.customer.id)])
        self.assertEqual(rows.company_id, self.company)
        self.assertEqual(
            sorted(rows.mapped("step")), ["delivery_1m", "delivery_1w", "delivery_3m"]
        )

    def test_rhythm_of_a_customer_of_two_branches_is_one(self):
        tier = self.env.ref("export_crm.export_crm_tier_a")
        self.delivery_plan.active = False
        self._plan("tier_a")
        for place in self.tree:
            self._quotation(company_id=place.id).action_confirm()
        accounts = self.env["export.crm.account"].sudo()
        accounts._refresh_facts_of(self.customer).tier_id = tier
        self._run(contacts=False)
        rows = self.ledger.search([("partner_id", "=", self.customer.id)])
        self.assertTrue(rows)
        self.assertEqual(rows.company_id, self.company)
        self.assertEqual(len(rows), len(set(rows.mapped("step"))))

    def test_inquiry_of_a_branch(self):
        self._plan("inquiry")
        lead = self.env["crm.lead"].create(
            {
                "name": "Pumps?",
                "partner_id": self.customer.id,
                "type": "opportunity",
                "user_id": self.clerk.id,
                "company_id": self.branch.id,
            }
        )
        rows = self.ledger.search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertTrue(rows)
        self.assertEqual(rows.company_id, self.company)
        self.assertEqual(rows.user_id, self.clerk, "who works in the branch does it")

    def test_who_may_enter_the_branch_alone_does_and_reads_it(self):
        self.customer.user_id = self.clerk
        order = self._sold(company_id=self.branch.id, user_id=self.clerk.id)
        self._deliver(order, self.monday)
        self._run(as_of=self.monday + self.monday.resolution * 7)
        row = self._rows(step="delivery_1w")
        self.assertEqual((row.state, row.user_id), ("scheduled", self.clerk))
        env = self._in(self.branch, self.clerk)
        mine = env["export.crm.followup"].search(
            [("partner_id", "=", self.customer.id)]
        )
        self.assertIn(row.id, mine.ids)
        self.assertEqual(
            mine.filtered(lambda r: r.id == row.id).read()[0]["id"], row.id
        )

    def test_an_order_in_a_branch_is_an_effect_of_the_contact(self):
        order = self._sold()
        self._deliver(order, self.monday)
        self._run(contacts=False)
        row = self._rows(step="delivery_1w")
        row.write({"state": "done", "done_at": self._at(self._day(-3))})
        order.date_order = self._at(self._day(-10))
        for place, effect in ((self.stranger, 0), (self.twig, 1)):
            later = self._quotation(company_id=place.id)
            later.action_confirm()
            later.date_order = self._at(self._day(-1))
            self.ledger._measure_orders_after(self.company)
            # Its days are not over: without an order it is not known yet.
            self.assertEqual(row.ordered_after or 0, effect, place.name)

    def test_an_answer_to_a_branch_is_one(self):
        row = self.ledger.create(
            {
                "partner_id": self.customer.id,
                "contact_id": self.customer.id,
                "company_id": self.company.id,
                "res_model": "res.partner",
                "res_id": self.customer.id,
                "step": "news",
                "trigger": "order_progress",
                "cycle": 1,
                "planned_date": self._day(-10),
                "due_at": self._at(self._day(-10)),
                "state": "done",
                "done_at": self._at(self._day(-10)),
            }
        )
        row.done_at = self._at(self._day(-10))
        message = {
            "author_id": self.customer.id,
            "message_type": "email",
            "model": "sale.order",
            "date": self._at(self._day(-9)),
        }
        for place, effect in ((self.stranger, 0), (self.branch, 1)):
            order = self._quotation(company_id=place.id)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE export_crm_followup SET replied = NULL WHERE id = %s", [row.id]
            )
            self.env["mail.message"].create(
                {**message, "res_id": order.id, "record_company_id": place.id}
            )
            self.ledger._measure_replies(self.company)
            self.assertEqual(row.replied, effect, place.name)

    def test_plans_of_a_branch_are_the_roots(self):
        plan = self.delivery_plan.copy({"company_id": self.branch.id})
        self.assertEqual(plan.company_id, self.company)
        plan.company_id = self.twig
        self.assertEqual(plan.company_id, self.company)
        # A plan that somebody launches by hand is Odoo's own business.
        native = self.env["mail.activity.plan"].create(
            {
                "name": "By hand",
                "res_model": "res.partner",
                "company_id": self.branch.id,
                "template_ids": [
                    Command.create(
                        {
                            "summary": "Call",
                            "activity_type_id": self.env.ref(
                                "mail.mail_activity_data_call"
                            ).id,
                        }
                    )
                ],
            }
        )
        self.assertEqual(native.company_id, self.branch)
