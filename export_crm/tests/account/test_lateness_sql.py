from odoo import Command
from odoo.tests import tagged

from .lateness_common import LatenessCommon


@tagged("post_install", "-at_install")
class TestLatenessVerdict(LatenessCommon):
    """The verdict of one instalment, from documents made as people make them."""

    def test_not_due_then_overdue(self):
        move = self._bill()
        self.assertEqual(self._verdict(self._after(5)), "pending")
        row = self._row(self._after(6))
        self.assertEqual(row["verdict"], "overdue")
        self.assertEqual(row["days_late"], 6)
        self.assertEqual(row["open_amount"], 1000)
        self.assertEqual(row["deadline"], self._after(5))
        self.assertEqual(row["move_id"], move.id)
        self.assertEqual(row["run"], 1)

    def test_paid_within_grace(self):
        self._pay_on(self._bill(), self._after(5))
        row = self._row(self._after(40))
        self.assertEqual(row["verdict"], "on_time")
        self.assertEqual(row["settled_on"], self._after(5))
        self.assertEqual(row["days_late"], 5)
        self.assertFalse(row["in_run"])

    def test_paid_after_grace(self):
        self._pay_on(self._bill(), self._after(6))
        row = self._row(self._after(40))
        self.assertEqual(row["verdict"], "late")
        self.assertEqual(row["days_late"], 6)

    def test_payment_after_the_day_is_unknown(self):
        self._pay_on(self._bill(), self._after(10))
        self.assertEqual(self._verdict(self._after(9)), "overdue")
        self.assertEqual(self._verdict(self._after(10)), "late")

    def test_due_is_never_before_the_invoice_date(self):
        self._bill(invoice_date=self._after(-3), invoice_date_due=self.DUE)
        line = self.env["account.move.line"].search(
            [("partner_id", "=", self.customer.id), ("date_maturity", "=", self.DUE)]
        )
        line.date_maturity = self._after(-10)
        self.assertEqual(self._row(self._after(60))["due_date"], self._after(-3))

    def test_each_instalment_is_judged_on_its_own_line(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "30/70",
                "line_ids": [
                    Command.create({"value_amount": 30, "nb_days": 0}),
                    Command.create({"value_amount": 70, "nb_days": 60}),
                ],
            }
        )
        move = self._bill(
            invoice_date=self.DUE,
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self._pay_on(move, self._after(20), 300)
        rows = self._rows(self._after(65))
        self.assertEqual(
            [(r["due_date"], r["verdict"], r["amount"]) for r in rows],
            [(self.DUE, "late", 300), (self._after(60), "pending", 700)],
        )

    def test_partial_payments_settle_when_they_are_enough(self):
        move = self._bill()
        self._pay_on(move, self._after(2), 600)
        self.assertEqual(self._row(self._after(7))["open_amount"], 400)
        self._pay_on(move, self._after(9), 350)
        row = self._row(self._after(60))
        self.assertEqual((row["verdict"], row["settled_on"]), ("late", self._after(9)))
        self.assertEqual(row["open_amount"], 50)

    def test_tolerance_boundary(self):
        self._pay_on(self._bill(), self.DUE, 950)
        self.assertEqual(self._verdict(self._after(60)), "on_time")
        other = self._customer("Other")
        self._pay_on(self._bill(partner=other), self.DUE, 949.99)
        self.assertEqual(self._rows(self._after(60), other)[0]["verdict"], "overdue")

    def test_tolerance_of_a_tiny_invoice_is_its_share(self):
        for paid, verdict in ((9.5, "on_time"), (9.49, "overdue")):
            partner = self._customer(f"Tiny {paid}")
            self._pay_on(self._bill(10, partner=partner), self.DUE, paid)
            rows = self._rows(self._after(60), partner)
            self.assertEqual(rows[0]["verdict"], verdict, paid)

    def test_tolerance_is_in_company_currency_at_the_invoice_rate(self):
        # 2 CHF to 1 of the company: 10,000 CHF are 5,000, of which 50 may be missing.
        for paid, verdict in ((9900, "on_time"), (9899, "overdue")):
            partner = self._customer(f"Swiss {paid}")
            move = self._bill(
                10000, partner=partner, currency_id=self.other_currency.id
            )
            self._pay_on(move, self.DUE, paid, currency_id=self.other_currency.id)
            row = self._rows(self._after(60), partner)[0]
            self.assertEqual(row["verdict"], verdict, paid)
            self.assertEqual(row["amount"], 5000)
            self.assertEqual(row["amount_currency"], 10000)
            self.assertEqual(row["currency_id"], self.other_currency.id)
        self.assertEqual(row["open_amount"], 50.5)
        self.assertEqual(row["open_amount_currency"], 101)

    def test_credit_note_before_due_reduces_what_is_to_be_paid(self):
        move = self._bill()
        self._credit(move, self._after(-5), 400)
        self._pay_on(move, self.DUE, 600)
        self.assertEqual(self._verdict(self._after(60)), "on_time")

    def test_credit_note_after_due_reduces_it_too(self):
        move = self._bill()
        self._pay_on(move, self.DUE, 600)
        self._credit(move, self._after(30), 400)
        self.assertEqual(self._verdict(self._after(29)), "overdue")
        row = self._row(self._after(30))
        self.assertEqual((row["verdict"], row["settled_on"]), ("on_time", self.DUE))

    def test_fully_credited_is_no_fact(self):
        move = self._bill()
        self._credit(move, self._after(30), 1000)
        self.assertEqual(self._verdict(self._after(29)), "overdue")
        self.assertIsNone(self._row(self._after(30)))

    def test_write_off_inside_a_payment_settles(self):
        move = self._bill()
        self._pay_on(
            move,
            self._after(3),
            800,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        row = self._row(self._after(60))
        self.assertEqual(
            (row["verdict"], row["settled_on"]), ("on_time", self._after(3))
        )

    def test_write_off_of_its_own_is_late(self):
        move = self._bill()
        self._entry(
            move, self._after(2), self.company_data["default_account_expense"], 1000
        )
        row = self._row(self._after(60))
        self.assertEqual(
            (row["verdict"], row["settled_on"], row["open_amount"]), ("late", None, 0)
        )
        self.assertEqual(self._summary(self._after(60))["overdue_amount"], 0)

    def test_cash_discount_settles_on_the_payment_date(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "20 % within 10 days",
                "early_discount": True,
                "discount_percentage": 20,
                "discount_days": 10,
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
            }
        )
        move = self._bill(
            invoice_date=self._after(-30),
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        payment = self._pay_on(move, self._after(-25))
        self.assertEqual(payment.amount, 800)
        row = self._row(self._after(60))
        self.assertEqual(
            (row["verdict"], row["settled_on"]), ("on_time", self._after(-25))
        )

    def test_exchange_difference_is_no_payment(self):
        move = self._bill(currency_id=self.other_currency.id)
        self._pay_on(move, self._after(15), 600, currency_id=self.other_currency.id)
        exchange = move.line_ids.matched_credit_ids.exchange_move_id
        self.assertTrue(exchange, "The rate changed: Odoo books the difference")
        row = self._row(self._after(60))
        self.assertEqual(
            (row["verdict"], row["open_amount_currency"]), ("overdue", 400)
        )
        self._pay_on(move, self._after(16), 400, currency_id=self.other_currency.id)
        row = self._row(self._after(60))
        self.assertEqual((row["verdict"], row["settled_on"]), ("late", self._after(16)))

    def test_exchange_residue_comes_in_with_its_payment(self):
        """1,000 CHF were 500; 500 now buy 2,000: no franc is missing, nor paid late."""
        move = self._bill(due=self._after(30), currency_id=self.other_currency.id)
        line = move.line_ids.filtered(lambda x: x.display_type == "payment_term")
        cheap = self.other_currency
        self.assertEqual(line.balance, 500)
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 500,
                "date": self._after(28),
                "currency_id": self.company.currency_id.id,
            }
        )
        payment.action_post()
        self._match(move, payment.move_id)
        row = self._row(self._after(90))
        self.assertEqual(
            (row["verdict"], row["settled_on"]), ("on_time", self._after(28)), cheap
        )

    def test_payment_date_is_the_payment_lines_own(self):
        """A later accounting date of the invoice moves max_date, not the payment."""
        move = self._bill()
        self._pay_on(move, self.DUE)
        line = move.line_ids.filtered(lambda x: x.display_type == "payment_term")
        self.env.cr.execute(
            "UPDATE account_partial_reconcile SET max_date = %s"
            " WHERE debit_move_id = %s",
            (self._after(40), line.id),
        )
        row = self._row(self._after(60))
        self.assertEqual((row["verdict"], row["settled_on"]), ("on_time", self.DUE))

    def test_entry_that_moves_money_is_a_payment(self):
        data = self.company_data
        cases = {
            "bank account in the general journal": (
                data["default_journal_bank"].default_account_id,
                {},
            ),
            "bank journal": (
                data["default_account_expense"],
                {"journal": data["default_journal_bank"]},
            ),
            "set off": (
                data["default_account_payable"],
                {"partner_id": self.customer.id},
            ),
            "point of sale": (data["default_account_receivable"].copy(), {}),
        }
        for name, (account, values) in cases.items():
            with self.subTest(name):
                move = self._bill()
                self._entry(move, self._after(3), account, 1000, **values)
                row = self._row(self._after(60), move)
                self.assertEqual(
                    (row["verdict"], row["settled_on"]), ("on_time", self._after(3))
                )

    def test_set_off_against_another_customers_debt_is_none(self):
        move = self._bill()
        self._entry(
            move,
            self._after(3),
            self.company_data["default_account_payable"],
            1000,
            partner_id=self._customer("Third").id,
        )
        self.assertEqual(self._verdict(self._after(60)), "late")

    def test_undone_payment_is_none(self):
        move = self._bill()
        payment = self._pay_on(move, self.DUE)
        self.assertEqual(self._verdict(self._after(60)), "on_time")
        payment.action_draft()
        self.assertEqual(self._verdict(self._after(60)), "overdue")

    def test_draft_and_supplier_documents_are_none(self):
        self._bill().button_draft()
        self._bill(move_type="in_invoice")
        self._bill(move_type="out_refund")
        self.assertEqual(self._rows(self._after(60)), [])

    def test_receipt_counts(self):
        self._bill(move_type="out_receipt")
        self.assertEqual(self._verdict(self._after(60)), "overdue")

    def test_opening_balances_never_count(self):
        self._bill().payment_state = "invoicing_legacy"
        opening = self._bill()
        self.company.account_opening_move_id = opening
        self.assertEqual(self._rows(self._after(60)), [])

    def test_blocked_and_no_follow_up_are_neutral(self):
        blocked, unfollowed = self._bill(), self._bill()
        blocked.action_toggle_block_payment()
        unfollowed.no_followup = True
        rows = self._rows(self._after(60))
        self.assertEqual([row["verdict"] for row in rows], ["neutral", "neutral"])
        self.assertEqual([row["in_run"] for row in rows], [False, False])
        blocked.action_toggle_block_payment()
        self.assertEqual(self._row(self._after(60), blocked)["verdict"], "overdue")

    def test_past_day_is_the_same_after_later_postings(self):
        paid, credited, open_ = self._bill(), self._bill(), self._bill()
        self._pay_on(paid, self._after(2))
        early, late = self._after(20), self._after(80)
        before = self._rows(early), self._summary(early)
        self._credit(credited, self._after(30), 1000)
        self._pay_on(open_, self._after(21))
        unpaid = self._bill(due=self._after(60))
        self.assertEqual((self._rows(early), self._summary(early)), before)
        self.assertNotEqual(self._rows(late), before[0])
        # Also for a day whose window is long past: only open debt is older than it.
        self.company.export_late_window_months = 1
        self.assertEqual(self._rows(early), before[0])
        rows = self._rows(self._after(400))
        self.assertEqual([row["move_id"] for row in rows], unpaid.ids)

    def test_back_dated_invoice_is_unknown_before_its_accounting_date(self):
        move = self._bill()
        move.line_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move_line SET date = %s WHERE move_id = %s",
            (self._after(20), move.id),
        )
        self.assertIsNone(self._row(self._after(19)))
        self.assertEqual(self._verdict(self._after(20)), "overdue")


@tagged("post_install", "-at_install")
class TestLatenessWire(LatenessCommon):
    """A payment registered in time that the ledger does not have."""

    @classmethod
    def _wire(cls, moves, day, amount, **values):
        """Register a payment without journal entry, as with a bank feed."""
        payment = cls.env["account.payment"].create(
            {
                "partner_id": cls.customer.id,
                "amount": amount,
                "date": day,
                "invoice_ids": [Command.set(moves.ids)],
                **values,
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        assert not payment.move_id and payment.state in ("in_process", "paid")
        return payment

    def test_wire_excuses_for_seven_days(self):
        self._wire(self._bill(), self._after(5), 1000)
        self.assertEqual(self._verdict(self._after(12)), "pending")
        row = self._row(self._after(13))
        self.assertEqual((row["verdict"], row["days_late"]), ("overdue", 13))

    def test_wire_after_the_deadline_excuses_nothing(self):
        self._wire(self._bill(), self._after(6), 1000)
        self.assertEqual(self._verdict(self._after(6)), "overdue")

    def test_wire_has_to_be_enough_within_the_tolerance(self):
        short = self._wire(self._bill(), self._after(5), 949)
        self.assertEqual(self._verdict(self._after(6)), "overdue")
        short.amount = 950
        self.assertEqual(self._verdict(self._after(6)), "pending")

    def test_cancelled_wire_excuses_nothing(self):
        self._wire(self._bill(), self._after(5), 1000).action_cancel()
        self.assertEqual(self._verdict(self._after(6)), "overdue")

    def test_booked_but_unmatched_payment_is_a_wire(self):
        move = self._bill()
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "amount": 1000,
                "date": self._after(5),
                "invoice_ids": [Command.set(move.ids)],
            }
        )
        payment.action_post()
        self.assertTrue(payment.move_id)
        self.assertEqual(self._verdict(self._after(6)), "pending")
        # Once it is matched with another invoice nothing of it is left for this one.
        self._match(self._bill(due=self._after(90)), payment.move_id)
        self.assertEqual(self._row(self._after(6), move)["verdict"], "overdue")

    def test_wire_goes_to_the_oldest_invoice_first(self):
        old, new = self._bill(), self._bill(due=self._after(1))
        self._wire(old + new, self._after(5), 1100)
        day = self._after(8)
        self.assertEqual(self._row(day, old)["verdict"], "pending")
        self.assertEqual(self._row(day, new)["verdict"], "overdue")

    def test_two_wires_for_two_instalments(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "50/50",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 0}),
                    Command.create({"value_amount": 50, "nb_days": 1}),
                ],
            }
        )
        move = self._bill(
            invoice_date=self.DUE,
            invoice_date_due=False,
            invoice_payment_term_id=term.id,
        )
        self._wire(move, self._after(4), 500)
        verdicts = [row["verdict"] for row in self._rows(self._after(7))]
        self.assertEqual(verdicts, ["pending", "overdue"])
        self._wire(move, self._after(5), 500)
        verdicts = [row["verdict"] for row in self._rows(self._after(7))]
        self.assertEqual(verdicts, ["pending", "pending"])

    def test_wire_in_another_currency(self):
        # 1,000 of the company are 2,000 CHF then.
        wire = self._wire(
            self._bill(), self._after(5), 2000, currency_id=self.other_currency.id
        )
        wire.amount = 4000 if wire.amount_company_currency_signed == 500 else 2000
        self.assertEqual(wire.amount_company_currency_signed, 1000)
        self.assertEqual(self._verdict(self._after(6)), "pending")
        wire.amount = wire.amount * 0.9
        self.assertEqual(self._verdict(self._after(6)), "overdue")


@tagged("post_install", "-at_install")
class TestLatenessOwner(LatenessCommon):
    """Whose instalment it is: customer and company."""

    def test_contacts_documents_are_the_customers(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id}
        )
        self._bill(partner=contact)
        self.assertEqual(self._verdict(self._after(60)), "overdue")
        self.assertEqual(self._rows(self._after(60), contact), [])

    def test_contact_that_moved_takes_its_documents_along(self):
        loner = self._customer("Loner")
        self._bill(partner=loner)
        self.assertEqual(self._rows(self._after(60)), [])
        loner.write({"is_company": False, "parent_id": self.customer.id})
        self.assertEqual(self._verdict(self._after(60)), "overdue")
        self.assertEqual(self._rows(self._after(60), loner), [])

    def test_two_companies_share_a_customer(self):
        other = self.setup_other_company()
        company = other["company"]
        company.export_late_grace_days = 0
        mine = self._bill()
        theirs = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "invoice_date": self._after(-30),
                    "invoice_date_due": self._after(1),
                    "invoice_payment_term_id": False,
                    "journal_id": other["default_journal_sale"].id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "x",
                                "price_unit": 70,
                                "tax_ids": [],
                                "account_id": other["default_account_revenue"].id,
                            }
                        )
                    ],
                }
            )
        )
        theirs.line_ids.filtered(
            lambda x: x.display_type == "payment_term"
        ).account_id = other["default_account_receivable"]
        theirs.action_post()
        day = self._after(4)
        self.assertEqual(
            [(r["move_id"], r["verdict"]) for r in self._rows(day)],
            [(mine.id, "pending")],
        )
        self.assertEqual(
            [
                (r["move_id"], r["verdict"], r["amount"])
                for r in self._rows(day, company=company)
            ],
            [(theirs.id, "overdue", 70)],
        )

    def test_batch_and_all_customers_agree(self):
        other = self._customer("Other")
        for partner in (self.customer, other):
            self._bill(partner=partner)
        day = self._after(60)
        batch = self.account._lateness_rows(self.company, day, self.customer + other)
        everything = self.env.execute_query_dict(
            self.account._lateness_sql(self.company, day)
        )
        ids = {row["move_line_id"] for row in everything}
        self.assertLessEqual({row["move_line_id"] for row in batch}, ids)
        self.assertEqual(len(batch), 2)
        nobody = self.account._lateness_sql(self.company, day, [])
        self.assertEqual(self.env.execute_query(nobody), [])

    def test_down_payment_invoices_count_only_if_set(self):
        order = self._quotation()
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 30})
        )
        wizard.create_invoices()
        deposit = order.invoice_ids
        deposit.write(
            {
                "invoice_date": self._after(-30),
                "invoice_payment_term_id": False,
                "invoice_date_due": self.DUE,
            }
        )
        deposit.action_post()
        self.assertEqual(self._rows(self._after(60)), [])
        self.company.export_late_down_payments = True
        self.assertEqual(self._verdict(self._after(60), deposit), "overdue")
        self.company.export_late_down_payments = False
        # The final invoice, which deducts the deposit, is an invoice like another.
        self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        ).create({"advance_payment_method": "delivered"}).create_invoices()
        final = order.invoice_ids - deposit
        final.write(
            {
                "invoice_date": self._after(-30),
                "invoice_payment_term_id": False,
                "invoice_date_due": self.DUE,
            }
        )
        final.action_post()
        self.assertEqual(
            [row["move_id"] for row in self._rows(self._after(60))], final.ids
        )
