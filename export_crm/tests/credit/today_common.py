from odoo.tests import Form

from ..common import ExportCrmCommon


class TodayCommon(ExportCrmCommon):
    """A hold for two unpaid instalments, and what may become of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._customer("Hamburg Import GmbH")
        cls.invoices = cls._invoice(cls.customer, due=-40) + cls._invoice(
            cls.customer, due=-30
        )

    # === WHAT PEOPLE DO TO INVOICES === #

    def _lines(self, moves=None):
        return (moves or self.invoices).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )

    def _credit_all(self, amount=None):
        """Post a credit note for each invoice, which Odoo matches with it."""
        for move in self.invoices:
            note = move._reverse_moves([{"invoice_date": self.today}])
            if amount:
                note.invoice_line_ids.price_unit = amount
            note.action_post()

    def _uncredit(self):
        for note in self.env["account.move"].search(
            [("move_type", "=", "out_refund"), ("state", "=", "posted")]
        ):
            note.line_ids.remove_move_reconcile()
            note.button_draft()
            note.button_cancel()

    def _date_anew(self, *days):
        """Give the invoices other due dates, as an accountant does in the form."""
        for move, due in zip(self.invoices, days, strict=True):
            move.button_draft()
            with Form(move) as form:
                form.invoice_date_due = self._day(due)
            move.action_post()

    def _cancel(self):
        self.invoices.button_draft()
        self.invoices.button_cancel()

    def _repost(self):
        self.invoices.button_draft()
        self.invoices.action_post()

    def _pay_late(self):
        for move in self.invoices:
            self._pay(move)

    def _pay_entered_late(self):
        """The money came on the due day, the bank statement was entered today."""
        for move in self.invoices:
            self._pay(move, on=(move.invoice_date_due - self.today).days)

    def _deposit(self, amount=2000.0, days=-45, **values):
        """Book money on account, matched with nothing yet."""
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.customer.id,
                "payment_type": "inbound",
                "amount": amount,
                "date": self._day(days),
                "journal_id": self.company_data["default_journal_bank"].id,
                "payment_method_line_id": self.inbound_payment_method_line.id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def _match_deposit(self):
        money = self._deposit().move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        (money + self._lines()).reconcile()

    def _unmatch(self):
        self._lines().remove_move_reconcile()

    def _cancel_payments(self):
        payments = self.env["account.payment"].search(
            [("partner_id", "=", self.customer.id), ("state", "!=", "canceled")]
        )
        payments.action_draft()
        payments.action_cancel()

    def _promise(self, days=20):
        for line in self._lines():
            promise = (
                self.env["export.crm.credit.promise"]
                .with_user(self.salesperson)
                .create(
                    {
                        "move_line_id": line.id,
                        "promised_date": self._day(days),
                        "reason": "Their buyer said so.",
                    }
                )
            )
            promise.with_user(self.controller).action_approve()

    def _take_back_promises(self):
        self.env["export.crm.credit.promise"].search(
            [("partner_id", "=", self.customer.id)]
        ).with_user(self.controller).action_cancel()

    def _dispute(self):
        for line in self._lines():
            self.env["export.crm.credit.dispute"].with_user(self.salesperson).create(
                {"move_line_id": line.id, "amount": 1000.0, "reason": "Broken."}
            ).with_user(self.controller).action_accept()

    def _close_disputes(self):
        self.env["export.crm.credit.dispute"].search(
            [("partner_id", "=", self.customer.id)]
        ).with_user(self.controller).action_close()

    def _give_to(self, partner):
        self.invoices.button_draft()
        self.invoices.partner_id = partner
        self.invoices.action_post()

    def _block(self):
        self.invoices.payment_state = "blocked"

    # === WHAT THE SYSTEM SAYS === #

    def _pass(self):
        """Run the steps of the pipeline about holds; return what they opened."""
        holds = self.env["export.crm.credit.hold"].sudo()
        holds._step_settled(
            self.company, self.customer.ids, self.company._export_today()
        )
        return self._check_payments(self.customer)

    def _decide(self, hold, **values):
        return (
            self.env["export.crm.credit.release"]
            .with_user(self.controller)
            .create({"hold_id": hold.id, "reason": "Their bank called.", **values})
        )

    def _fresh(self, hold):
        """Return what a fresh judgement says: {instalment: values}, of rows."""
        rows = self.env["export.crm.account"]._lateness_rows(
            hold.company_id, hold.company_id._export_today(), hold.partner_id
        )
        return {
            row["move_line_id"]: (
                row["verdict"],
                row["due_date"],
                row["settled_on"] or False,
                row["days_late"],
                float(row["open_amount"]),
            )
            for row in rows
        }

    def _check_shown(self, hold):
        """Compare what the hold shows of today with a fresh judgement."""
        fresh = self._fresh(hold)
        self.env.invalidate_all()
        for line in hold.evidence_ids:
            shown = (
                line.status_now,
                line.due_now,
                line.settled_now,
                line.days_late_now,
                line.open_now,
            )
            wanted = fresh.get(line.move_line_id.id)
            if wanted:
                self.assertEqual(shown, wanted)
            else:
                self.assertIn(line.status_now, ("credited", "cancelled", "moved"))
                self.assertEqual(line.open_now, 0.0)
