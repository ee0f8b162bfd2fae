from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import BranchCase
from .today_common import TodayCommon


@tagged("post_install", "-at_install")
class TestCreditFigures(TodayCommon):
    """The customer's figures today stand on the hold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.hold = cls._check_payments()

    def test_today(self):
        hold = self.hold.with_user(self.controller)
        zero = {
            "exposure": 2000.0,
            "open_today": 2000.0,
            "overdue_today": 2000.0,
            "unapplied_payments": 0.0,
            "unapplied_credits": 0.0,
            "exposure_today": 2000.0,
            "limit_today": 0.0,
            "promise_count": 0,
            "dispute_count": 0,
            "unapplied_hint": False,
            "order_count": 0,
        }
        self.assertRecordValues(hold, [zero])
        self._invoice(self.customer, 700.0, due=10)
        self._deposit(500.0)
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": self.customer.id,
                "invoice_date": self.today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "price_unit": 300.0,
                            "tax_ids": [],
                        }
                    )
                ],
            }
        )
        note.action_post()
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 1500.0
        self._quotation()
        hold.invalidate_recordset()
        self.assertRecordValues(
            hold,
            [
                {
                    "exposure": 2000.0,
                    "open_today": 2700.0,
                    "overdue_today": 2000.0,
                    "unapplied_payments": 500.0,
                    "unapplied_credits": 300.0,
                    "exposure_today": 1900.0,
                    "limit_today": 1500.0,
                    "promise_count": 0,
                    "dispute_count": 0,
                    "unapplied_hint": "$\N{NO-BREAK SPACE}800.00 unapplied would pay a "
                    "part of this.",
                    "order_count": 1,
                }
            ],
        )
        self._deposit(1200.0)
        self.assertEqual(
            hold.unapplied_hint,
            "$\N{NO-BREAK SPACE}2,000.00 unapplied would pay this.",
        )
        accounts = self.env["export.crm.account"].sudo()
        self.assertEqual(
            hold.exposure_today,
            accounts._live_exposure(self.company, self.customer.ids)[self.customer.id],
        )

    def test_promises_and_disputes(self):
        self._promise()
        hold = self.hold.with_user(self.controller)
        self.assertEqual((hold.promise_count, hold.overdue_today), (2, 0.0))
        action = hold.action_view_promises()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.move_line_id, self._lines())
        self._take_back_promises()
        self._dispute()
        self.assertEqual((hold.promise_count, hold.dispute_count), (0, 2))
        action = hold.action_view_disputes()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.move_line_id, self._lines())

    def test_money_of_a_draft_invoice_is_unapplied(self):
        self._pay_late()
        self.invoices[0].button_draft()
        self.assertEqual(self.hold.unapplied_payments, 1000.0)

    def test_salespeople_see_states_and_no_amounts(self):
        hold = self.hold.with_user(self.salesperson)
        lines = hold.evidence_ids
        self.assertEqual(lines.mapped("status_now"), ["overdue"] * 2)
        self.assertEqual(sorted(lines.mapped("days_late_now")), [30, 40])
        self.assertEqual((hold.standing, hold.worst_days_now), ("stands", 40))
        for records, names in (
            (lines, ["open_now"]),
            (hold, ["open_today", "overdue_today", "unapplied_payments"]),
            (hold, ["exposure_today", "limit_today", "unapplied_hint"]),
            (hold, ["promise_count", "dispute_count"]),
        ):
            for name in names:
                self.assertNotIn(name, records.fields_get())
                with self.assertRaises(AccessError):
                    records.read([name])

    def test_many_holds_ask_no_more_than_few(self):
        customers = self.customer
        for number in range(7):
            customer = self._customer(f"Late {number}")
            for due in (-60, -50):
                self._invoice(customer, due=due)
            customers |= customer
        holds = self._check_payments(*(customers - self.customer)) + self.hold
        names = ["worst_days_now", "overdue_today", "limit_today", "unapplied_hint"]
        shown = {
            "evidence_ids": {"fields": dict.fromkeys(("status_now", "open_now"), {})},
            **dict.fromkeys(("standing", "standing_text", *names), {}),
        }

        def statements(read, *args):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            read(*args)
            return self.cr.sql_log_count - before

        for read in (
            lambda some: some.with_user(self.controller).web_read(shown),
            lambda some: some.partner_id.mapped("export_credit_reason"),
            lambda some: self.env["export.crm.credit.hold"]
            .sudo()
            ._step_settled(self.company, some.partner_id.ids, self.today),
        ):
            statements(read, holds)
            few, many = statements(read, holds[:2]), statements(read, holds)
            self.assertEqual(few, many)


@tagged("post_install", "-at_install")
class TestCreditTodayBranch(BranchCase):
    """In a branch, in another currency, in another company."""

    def test_branch_and_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2000-01-01", 0.5)])
        invoices = self.env["account.move"]
        for due in (-40, -30):
            invoices += self._invoice(
                self.customer,
                due=due,
                company_id=self.branch.id,
                currency_id=currency.id,
            )
        there = self._invoice(self.customer, due=-20, company_id=self.stranger.id)
        hold = self._check_payments()
        lines = hold.evidence_ids
        self.assertEqual(lines.move_id, invoices)
        self.assertEqual(lines.mapped("amount_currency"), [1000.0] * 2)
        self.assertEqual(lines.mapped("open_now"), [2000.0] * 2)
        self.assertRecordValues(hold, [{"open_today": 4000.0, "overdue_today": 4000.0}])
        clerk = hold.with_env(self._in(self.branch, self.clerk))
        clerk.partner_id.with_env(self.env).user_id = self.clerk
        self.assertEqual(clerk.evidence_ids.mapped("status_now"), ["overdue"] * 2)
        note = invoices[0]._reverse_moves([{"invoice_date": self.today}])
        note.invoice_line_ids.price_unit = 400.0
        note.action_post()
        line = lines.filtered(lambda line: line.move_id == invoices[0])
        self.assertEqual((line.status_now, line.open_now), ("overdue", 1200.0))
        for move in invoices:
            self._pay(move)
        self.assertEqual(lines.mapped("status_now"), ["late"] * 2)
        self.env["export.crm.credit.hold"].sudo()._step_settled(
            self.company, self.customer.ids, self.today
        )
        # What is owed to another company is another matter.
        self.assertEqual(there.payment_state, "not_paid")
        self.assertEqual(hold.standing, "settled")

    def test_each_company_judges_its_own(self):
        foreign = self.env["export.crm.credit.hold"].sudo()
        for company in (self.company, self.stranger):
            for due in (-40, -30):
                self._invoice(self.customer, due=due, company_id=company.id)
        foreign = foreign._step_payment_behaviour(
            self.stranger, self.customer.ids, self.stranger._export_today()
        )
        here = self._check_payments()
        for move in here.evidence_ids.move_id:
            self._pay(move)
        both = (here + foreign).evidence_ids
        self.assertEqual(
            {line: line.status_now for line in both},
            dict.fromkeys(here.evidence_ids, "late")
            | dict.fromkeys(foreign.evidence_ids, "overdue"),
        )
        self.assertEqual((here + foreign).sudo().mapped("overdue_today"), [0.0, 2000.0])
