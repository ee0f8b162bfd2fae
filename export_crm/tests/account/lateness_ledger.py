import itertools
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from odoo.tools import SQL

from ...tools.account import lateness

AS_OF = date(2025, 6, 30)
SETTLES_AS = {
    "payment": "payment",
    "bank_entry": "payment",
    "cash_entry": "payment",
    "netting": "payment",
    "till": "payment",
    "payment_and_exchange": "payment",
    "credit": "credit",
    "credit_and_exchange": "credit",
}


class Ledger:
    """Writes a drawn ledger as rows, and builds the same for the pure judge."""

    def __init__(self, case):
        self.case = case
        self.ids = itertools.count(100_000_000)
        self.rows = {}
        self.items = {}

    def add(self, table, **values):
        values.setdefault("id", next(self.ids))
        self.rows.setdefault((table, tuple(values)), []).append(tuple(values.values()))
        return values["id"]

    def flush(self):
        """Insert what was added, one statement per table, parents first."""
        order = (
            "res_partner account_payment account_move account_move_line "
            "account_move__account_payment account_partial_reconcile "
            "export_crm_credit_promise export_crm_credit_dispute "
            "export_crm_credit_evidence export_crm_nonworking_day"
        ).split()
        for (table, columns), rows in sorted(
            self.rows.items(), key=lambda item: order.index(item[0][0])
        ):
            self.case.env.cr.execute(
                SQL(
                    "INSERT INTO %s (%s) VALUES %s",
                    SQL.identifier(table),
                    SQL(", ").join(SQL.identifier(name) for name in columns),
                    SQL(", ").join(SQL("%s", row) for row in rows),
                )
            )

    def customer(self, place, drawn):
        case = self.case
        partner = next(self.ids)
        self.add(
            "res_partner",
            id=partner,
            name="x",
            commercial_partner_id=partner,
            country_id=case.places[place][0],
            state_id=case.places[place][1],
            active=True,
            **case.partner_defaults,
        )
        self.items[partner] = [
            self.instalment(partner, place, values) for values in drawn
        ]

    def move(self, day, journal, move_type="entry", **values):
        return self.add(
            "account_move",
            **{
                "name": "/",
                "state": "posted",
                "auto_post": "no",
                "currency_id": self.case.company.currency_id.id,
                "company_id": self.case.company.id,
                "journal_id": journal.id,
                "move_type": move_type,
                "date": day,
                "invoice_date": None,
                "payment_state": None,
                "origin_payment_id": None,
                **values,
            },
        )

    def line(self, move, partner, account, day, balance, **values):
        return self.add(
            "account_move_line",
            **{
                "move_id": move,
                "company_id": self.case.company.id,
                "account_id": account.id,
                "partner_id": partner,
                "currency_id": self.case.company.currency_id.id,
                "display_type": "product",
                "parent_state": "posted",
                "date": day,
                "date_maturity": None,
                "balance": balance,
                "amount_currency": balance,
                "debit": max(balance, 0),
                "credit": max(-balance, 0),
                "reconciled": False,
                "no_followup": False,
                "amount_residual_currency": 0,
                **values,
            },
        )

    def instalment(self, partner, place, drawn):
        case = self.case
        posted = drawn["invoice_date"] + timedelta(days=drawn["posted_later"])
        currency = case.foreign if drawn["foreign"] else case.company.currency_id
        move = self.move(
            posted,
            case.journals["sale"],
            "out_invoice",
            invoice_date=drawn["invoice_date"],
            currency_id=currency.id,
            payment_state="invoicing_legacy"
            if drawn["legacy"]
            else "blocked"
            if drawn["mark"] == "blocked"
            else "not_paid",
        )
        line = self.line(
            move,
            partner,
            case.accounts["receivable"],
            posted,
            drawn["balance"],
            amount_currency=drawn["amount"],
            currency_id=currency.id,
            display_type="payment_term",
            date_maturity=drawn["due"],
            reconciled=drawn["left"] == 0,
            amount_residual_currency=drawn["left"],
            no_followup=drawn["mark"] == "no_followup",
        )
        item = lateness.Instalment(
            id=line,
            due=drawn["due"],
            invoice_date=drawn["invoice_date"],
            accounting_date=posted,
            amount=drawn["amount"],
            balance=drawn["balance"],
            neutral=bool(drawn["mark"]),
            opening_balance=drawn["legacy"],
            decision=lateness.Decision(*drawn["decided"][-1])
            if drawn["decided"]
            else None,
            nonworking=case.nonworking[place],
            events=tuple(
                event
                for match in drawn["matches"]
                for event in self.match(partner, line, posted, *match)
            ),
            wires=tuple(
                self.wire(move, currency, drawn, days, percent)
                for days, percent in drawn["wires"]
            ),
        )
        return self.marks(item, drawn)

    def match(self, partner, line, posted, kind, day, amount):
        """Write one reconciliation; return the events it is for the pure judge."""
        if kind.endswith("_and_exchange"):
            # The exchange entry comes much later and takes a part along.
            residue = (amount / 10).quantize(Decimal("0.01"))
            exchange = self.other(partner, "exchange", day + timedelta(days=40))
            if residue:
                self.partial(line, posted, exchange, residue)
            base = self.other(partner, kind.split("_")[0], day)
            self.partial(line, posted, base, amount - residue, exchange["move"])
        else:
            self.partial(line, posted, self.other(partner, kind, day), amount)
        yield lateness.Event(day, amount, SETTLES_AS.get(kind, "other"))

    def other(self, partner, kind, day):
        """Write the entry on the other side of a reconciliation."""
        case = self.case
        journal = case.journals["general"]
        values = {}
        counterpart, owner = case.accounts["expense"], partner
        if kind == "payment":
            values["origin_payment_id"] = self.payment(day, Decimal(1), state="paid")
        elif kind == "bank_entry":
            journal = case.journals["bank"]
        elif kind == "credit":
            values["move_type"] = "out_refund"
        elif kind == "cash_entry":
            counterpart = case.accounts["cash"]
        elif kind in ("netting", "netting_other"):
            counterpart = case.accounts["payable"]
            owner = partner if kind == "netting" else case.customer.id
        elif kind == "till":
            counterpart, owner = case.accounts["receivable"], None
        elif kind == "exchange":
            journal = case.journals["exchange"]
        move = self.move(day, journal, **values)
        receivable = case.accounts["receivable"]
        self.line(move, owner, counterpart, day, Decimal(1))
        line = self.line(move, partner, receivable, day, Decimal(-1), reconciled=True)
        return {"move": move, "line": line, "date": day}

    def partial(self, line, posted, other, amount, exchange=None):
        self.add(
            "account_partial_reconcile",
            debit_move_id=line,
            credit_move_id=other["line"],
            exchange_move_id=exchange,
            max_date=max(posted, other["date"]),
            amount=Decimal(1),
            debit_amount_currency=amount,
            credit_amount_currency=Decimal(1),
        )

    def payment(self, day, amount, **values):
        case = self.case
        return self.add(
            "account_payment",
            **{
                "company_id": case.company.id,
                "journal_id": case.journals["bank"].id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "state": "in_process",
                "date": day,
                "amount": amount,
                "amount_company_currency_signed": amount,
                "currency_id": case.company.currency_id.id,
                **values,
            },
        )

    def wire(self, move, currency, drawn, days, percent):
        """Register a payment of the invoice that has no journal entry yet."""
        day = AS_OF - timedelta(days=days)
        amount = (drawn["amount"] * percent / 100).quantize(Decimal("0.01"))
        payment = self.payment(day, amount, currency_id=currency.id)
        columns = ("invoice_id", "payment_id")
        self.rows.setdefault(("account_move__account_payment", columns), []).append(
            (move, payment)
        )
        return lateness.Wire(day, amount)

    def marks(self, item, drawn):
        """Write promises, disputes and evidence of the instalment."""
        promises, disputes = [], []
        for promised, decided, cancelled in drawn["promises"]:
            decided_on = AS_OF - timedelta(days=decided)
            cancelled_on = decided_on + timedelta(days=cancelled) if cancelled else None
            promise = lateness.Promise(
                item.due + timedelta(days=promised), decided_on, cancelled_on
            )
            promises.append(promise)
            self.add(
                "export_crm_credit_promise",
                move_line_id=item.id,
                state="cancelled" if cancelled_on else "approved",
                promised_date=promise.promised,
                decided_on=decided_on,
                decided_by_id=self.case.env.uid,
                cancelled_on=cancelled_on,
                asked_by_id=self.case.env.uid,
                asked_on=decided_on,
                reason="x",
            )
        for percent, accepted, closed in drawn["disputes"]:
            accepted_on = AS_OF - timedelta(days=accepted)
            closed_on = accepted_on + timedelta(days=closed) if closed else None
            amount = (item.amount * percent / 100).quantize(Decimal("0.01"))
            if not amount:
                continue
            disputes.append(lateness.Dispute(amount, accepted_on, closed_on))
            self.add(
                "export_crm_credit_dispute",
                move_line_id=item.id,
                state="closed" if closed_on else "accepted",
                amount=amount,
                accepted_on=accepted_on,
                accepted_by_id=self.case.env.uid,
                closed_on=closed_on,
                opened_by_id=self.case.env.uid,
                opened_on=accepted_on,
                reason="x",
            )
        for hold, kind in drawn["decided"]:
            self.add(
                "export_crm_credit_evidence",
                move_line_id=item.id,
                hold_id=self.case.hold_ids[hold],
                consumed=True,
                decided_as=kind,
                **self.case.evidence_defaults,
            )
        return replace(
            item,
            promises=tuple(promises),
            disputes=tuple(disputes),
        )
