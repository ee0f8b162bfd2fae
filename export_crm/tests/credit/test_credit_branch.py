from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import BranchCase

REFUSED = "has been on credit hold since"


@tagged("post_install", "-at_install")
class TestCreditBranch(BranchCase):
    """A hold is the root company's, and an order in any branch is judged by it."""

    def _refused(self):
        return self.assertRaisesRegex(UserError, REFUSED)

    def _holds(self):
        return (
            self.env["export.crm.credit.hold"]
            .sudo()
            .search([("partner_id", "=", self.customer.id)])
        )

    def _branch_invoices(self, company):
        """Give the customer two late instalments in the books of a branch."""
        moves = self.env["account.move"]
        for due, paid in ((-90, -70), (-60, -30)):
            move = self._invoice(self.customer, due=due, company_id=company.id)
            self.assertEqual(move.company_id, company)
            self._pay(move, on=paid)
            moves += move
        return moves

    # === THE GUARD === #

    def test_every_road_in_a_branch_is_closed(self):
        hold = self._hold()
        for place in (self.branch, self.twig):
            order = self._quotation(company_id=place.id)
            self.assertEqual(order.export_credit_hold_id, hold)
            vals = {"partner_id": self.customer.id, "company_id": place.id}
            roads = {
                "button": order.action_confirm,
                "write": lambda order=order: order.write({"state": "sale"}),
                "create": lambda vals=vals: self.env["sale.order"].create(
                    {**vals, "state": "sale"}
                ),
            }
            for name, road in roads.items():
                with self.subTest(road=name, place=place.name), self._refused():
                    with self.cr.savepoint():
                        road()
        found = self.env["sale.order"].search([("export_credit_hold_id", "=", hold.id)])
        self.assertEqual(found.company_id, self.branch | self.twig)

    def test_held_by_hand_in_the_branch_is_held_everywhere(self):
        hold = self._hold(company_id=self.twig.id)
        self.assertEqual(hold.company_id, self.company)
        for place in self.tree:
            with self._refused(), self.cr.savepoint():
                self._quotation(company_id=place.id).action_confirm()
        with self.assertRaisesRegex(UserError, "on credit hold already"):
            self._hold(company_id=self.branch.id)

    def test_who_is_on_hold_is_offered_nothing_in_a_branch(self):
        self._hold()
        accounts = self.env["export.crm.account"].sudo()
        found = [
            accounts._held_or_late(place, self.customer.ids)
            for place in self.tree | self.stranger
        ]
        held = {self.customer.id}
        self.assertEqual(found, [held, held, held, set()])
        for place, late in ((self.twig, True), (self.stranger, False)):
            order = self._quotation(company_id=place.id)
            self.assertEqual(order._export_pays_late(), late)

    def test_another_company_is_another_matter(self):
        self._hold()
        order = self._quotation(company_id=self.stranger.id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._holds().filtered(lambda h: h.company_id != self.company))

    def test_release_of_the_root_lets_the_branch_go_on(self):
        hold = self._hold()
        order = self._quotation(company_id=self.twig.id)
        other = self._quotation(company_id=self.branch.id)
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {
                "hold_id": hold.id,
                "scope": "order",
                "order_id": order.id,
                "reason": "Prepaid.",
            }
        )
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self._refused(), self.cr.savepoint():
            other.action_confirm()
        self.env["export.crm.credit.release"].with_user(self.controller).create(
            {"hold_id": hold.id, "scope": "unconditional", "reason": "Paid."}
        )
        other.action_confirm()
        self.assertEqual(other.state, "sale")

    def test_release_names_no_order_of_another_company(self):
        hold = self._hold()
        order = self._quotation(company_id=self.stranger.id)
        with self.assertRaisesRegex(UserError, "does not wait for"):
            self.env["export.crm.credit.release"].with_user(self.controller).create(
                {
                    "hold_id": hold.id,
                    "scope": "order",
                    "order_id": order.id,
                    "reason": "Wrong one.",
                }
            )

    def test_checkpoints_of_a_branch(self):
        self.company.export_credit_check_invoice = True
        self._hold()
        with self.assertRaisesRegex(UserError, "Stopped: the invoice"):
            self._invoice(self.customer, company_id=self.branch.id)

    # === WHAT OPENS IT === #

    def test_late_in_a_branch_is_late_in_the_root(self):
        invoices = self._branch_invoices(self.twig)
        self._check_payments()
        hold = self._holds()
        self.assertEqual(hold.company_id, self.company)
        self.assertEqual(hold.evidence_ids.move_id, invoices)
        with self._refused():
            self._quotation().action_confirm()

    def test_one_late_here_and_one_there_are_two_in_a_row(self):
        for due, paid, place in ((-90, -70, self.company), (-60, -30, self.branch)):
            self._pay(
                self._invoice(self.customer, due=due, company_id=place.id), on=paid
            )
        self._check_payments()
        self.assertEqual(len(self._holds().evidence_ids), 2)

    def test_late_in_a_branch_is_judged_live(self):
        """Before the check has run: the mark names the root, which the guard asks."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute("DELETE FROM export_crm_dirty")
        self._branch_invoices(self.branch)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.execute("SELECT DISTINCT company_id FROM export_crm_dirty")
        self.assertEqual(self.env.cr.fetchall(), [(self.company.id,)])
        with self.assertRaisesRegex(UserError, "Two late payments in a row"):
            self._quotation(company_id=self.twig.id).action_confirm()

    def test_promise_and_dispute_are_the_roots(self):
        line = self._invoice(
            self.customer, due=-40, company_id=self.twig.id
        ).line_ids.filtered(lambda line: line.display_type == "payment_term")
        env = self._in(self.branch, self.env.user)
        promise = env["export.crm.credit.promise"].create(
            {
                "move_line_id": line.id,
                "promised_date": self._day(20),
                "reason": "Their bank is slow.",
            }
        )
        dispute = self.env["export.crm.credit.dispute"].create(
            {"move_line_id": line.id, "amount": 10.0, "reason": "Two are broken."}
        )
        self.assertEqual(promise.sudo().company_id, self.company)
        self.assertEqual(dispute.company_id, self.company)

    # === EXPOSURE === #

    def _order(self, place, amount):
        order = self._quotation(company_id=place.id)
        order.order_line.write({"price_unit": amount, "tax_ids": [Command.clear()]})
        return order

    def _limit(self, amount):
        self.company.account_use_credit_limit = True
        self.customer.with_company(self.company).credit_limit = amount

    def test_one_limit_for_root_and_branches(self):
        self._limit(1000.0)
        self._invoice(self.customer, 300.0, due=10, company_id=self.branch.id)
        self._order(self.twig, 300.0).action_confirm()
        exposure = (
            self.env["export.crm.account"]
            .sudo()
            ._live_exposure(self.company, self.customer.ids)
        )
        self.assertEqual(exposure, {self.customer.id: 600.0})
        for place in self.tree:
            with self.assertRaisesRegex(UserError, "more than its credit limit"):
                with self.cr.savepoint():
                    self._order(place, 400.01).action_confirm()
        order = self._order(self.branch, 400.0)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_two_orders_fill_one_limit(self):
        self._limit(1000.0)
        first, second = (
            self._order(self.company, 600.0),
            self._order(self.branch, 600.0),
        )
        with self.assertRaisesRegex(UserError, "more than its credit limit"):
            with self.cr.savepoint():
                (first | second).action_confirm()
        second.action_confirm()
        with self.assertRaisesRegex(UserError, "more than its credit limit"):
            first.action_confirm()

    def _limits(self):
        self.env.invalidate_all()
        return [
            self.customer.with_company(place).sudo().credit_limit
            for place in self.tree | self.stranger
        ]

    def test_limit_written_in_the_branch_is_the_roots(self):
        self._limit(1000.0)
        self.assertEqual(self._limits(), [1000.0, 1000.0, 1000.0, 0.0])
        self.controller.write(
            {
                "company_ids": [Command.set(self.branch.ids)],
                "company_id": self.branch.id,
                "group_ids": [
                    Command.link(self.env.ref("base.group_partner_manager").id)
                ],
            }
        )
        env = self._in(self.branch, self.controller)
        self.customer.with_env(env).credit_limit = 80.0
        self.assertEqual(self._limits(), [80.0, 80.0, 80.0, 0.0])
        with self.assertRaisesRegex(UserError, "more than its credit limit"):
            self._order(self.company, 80.01).action_confirm()
        new = (
            self.env["res.partner"]
            .with_company(self.twig)
            .create({"name": "New", "credit_limit": 70.0})
        )
        self.assertEqual(new.with_company(self.company).credit_limit, 70.0)

    def test_usual_limit_and_switch_are_the_roots(self):
        self._limit(1000.0)
        env = self._in(self.twig, self.env.user)
        env["res.config.settings"].create(
            {"account_default_credit_limit": 55.0}
        ).flush_recordset()
        other = self._customer("Of the usual limit")
        places = self.tree | self.stranger
        usual = [other.with_company(place).credit_limit for place in places]
        self.assertEqual(usual, [55.0, 55.0, 55.0, 0.0])
        # As the form does when the customer is to have no limit of its own.
        self.customer.with_env(env).use_partner_credit_limit = False
        self.assertEqual(self._limits(), [55.0, 55.0, 55.0, 0.0])

        self.twig.account_use_credit_limit = False
        self.assertEqual(places.mapped("account_use_credit_limit"), [False] * 4)
        self.branch.account_use_credit_limit = True
        self.assertEqual(
            places.mapped("account_use_credit_limit"), [True, True, True, False]
        )

    def test_new_branch_has_the_limits_of_the_root(self):
        self._limit(1000.0)
        late = self.env["res.company"].create(
            {"name": "Ghent Desk", "parent_id": self.twig.id}
        )
        self.assertTrue(late.account_use_credit_limit)
        self.assertEqual(self.customer.with_company(late).credit_limit, 1000.0)

    # === WHO MAY ENTER THE BRANCH ALONE === #

    def test_the_branch_reads_what_the_root_says(self):
        self.customer.user_id = self.clerk
        hold = self._hold()
        env = self._in(self.branch, self.clerk)
        with self.assertRaises(AccessError):
            env["res.company"].browse(self.company.id).read(["name"])
        order = self._quotation(company_id=self.branch.id, user_id=self.clerk.id)
        mine = order.with_env(env)
        self.assertIn(REFUSED, mine.export_credit_reason)
        self.assertIn("Ask Anna Accountant", mine.export_credit_reason)
        self.assertEqual(mine.export_credit_hold_id.id, hold.id)
        partner = self.customer.with_env(env)
        self.assertEqual(partner.export_credit_hold_id.id, hold.id)
        self.assertEqual(
            env["res.partner"].search([("export_credit_hold_id", "=", hold.id)]),
            partner,
        )
        self.assertEqual(hold.with_env(env).read(["name", "state"])[0]["state"], "open")
        form = hold.with_env(env).web_read(
            {"company_id": {"fields": {"display_name": {}}}, "order_ids": {}}
        )
        self.assertEqual(form[0]["company_id"]["display_name"], self.company.name)
        self.assertEqual(form[0]["order_ids"], order.ids)
        with self._refused(), self.cr.savepoint():
            mine.action_confirm()
        mine.action_export_request_release()
        self.assertEqual(hold.asked_ids.order_id, order)
        self.assertTrue(mine.export_credit_requested)

    def test_the_branch_asks_where_only_the_live_judgement_stops(self):
        self._branch_invoices(self.branch)
        self.env.flush_all()
        self.env.cr.precommit.run()
        env = self._in(self.branch, self.clerk)
        order = self._quotation(company_id=self.branch.id, user_id=self.clerk.id)
        order.with_env(env).action_export_request_release()
        hold = self._holds()
        self.assertEqual(hold.company_id, self.company)
        self.assertEqual(hold.asked_ids.order_id, order)

    def test_a_controller_of_the_branch_decides(self):
        boss = self._user(
            "branch_controller",
            "credit_controller",
            company_id=self.branch.id,
            company_ids=[Command.set(self.branch.ids)],
        )
        env = self._in(self.branch, boss)
        with Form(env["export.crm.credit.hold"]) as form:
            form.partner_id = self.customer.with_env(env)
            form.note = "Their bank called."
        hold = form.record
        self.assertEqual(hold.sudo().company_id, self.company)
        self.assertEqual(hold.sudo().user_id, self.controller)
        hold.action_evaluate()
        env["export.crm.credit.release"].create(
            {"hold_id": hold.id, "scope": "unconditional", "reason": "A mistake."}
        )
        self.assertEqual(hold.state, "closed")

    def test_a_stranger_sees_nothing(self):
        hold = self._hold()
        spy = self._user(
            "spy",
            "credit_controller",
            company_id=self.stranger.id,
            company_ids=[Command.set(self.stranger.ids)],
        )
        env = self._in(self.stranger, spy)
        self.assertFalse(env["export.crm.credit.hold"].search([]))
        with self.assertRaises(AccessError):
            hold.with_env(env).read(["name"])

    # === DEPOSITS === #

    def test_deposit_of_the_same_books(self):
        def payment(company, order):
            return self.env["account.payment"].create(
                {
                    "partner_id": self.customer.id,
                    "payment_type": "inbound",
                    "amount": 100.0,
                    "company_id": company.id,
                    "export_order_id": order.id,
                }
            )

        order = self._quotation(company_id=self.branch.id)
        self.assertEqual(payment(self.company, order).export_order_id, order)
        foreign = self._quotation(company_id=self.stranger.id)
        with self.assertRaisesRegex(ValidationError, "another company"):
            payment(self.company, foreign)

    def test_confirming_in_a_branch_asks_no_more(self):
        """The roots are in memory: one query budget for root and branch."""

        def queries(order):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order._export_credit_verdicts()
            return self.cr.sql_log_count - before

        self._quotation().action_confirm()
        for place in (self.company, self.branch):
            self._quotation(company_id=place.id).action_confirm()
        counts = [
            queries(self._quotation(company_id=place.id))
            for place in (self.company, self.branch)
        ]
        self.assertEqual(*counts)
