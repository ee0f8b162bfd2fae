import itertools
import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from ..tools import lateness
from .common import ExportCrmCommon

# A long search: EXPORT_CRM_EXAMPLES=500, with new cases every time.
EXAMPLES = int(os.environ.get("EXPORT_CRM_EXAMPLES", 0))
AS_OF = date(2025, 6, 30)
WEEKENDS = {"first": "56", "second": "45"}

near = st.integers(-12, 45)
cents = st.integers(1, 300_000).map(lambda n: Decimal(n) / 100)
days_ago = st.one_of(
    st.integers(-20, 90), st.integers(0, 760), st.sampled_from((729, 730, 731, 1100))
)
MATCHES = (
    "payment",
    "bank_entry",
    "cash_entry",
    "netting",
    "netting_other",
    "till",
    "credit",
    "write_off",
    "exchange",
    "payment_and_exchange",
    "credit_and_exchange",
)
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


@st.composite
def instalments(draw):
    """One instalment, as plain values: days count from the due date."""
    due = AS_OF - timedelta(days=draw(days_ago))
    amount = draw(st.one_of(cents, st.sampled_from((Decimal(1000), Decimal(20)))))
    parts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(MATCHES),
                near,
                st.sampled_from((1, 2, 5, 10, 50, 90, 95, 96, 100)),
            ),
            max_size=4,
        )
    )
    matches, left = [], amount
    for kind, days, percent in parts:
        part = min(left, (amount * percent / 100).quantize(Decimal("0.01")))
        if part > 0:
            matches.append((kind, due + timedelta(days=days), part))
            left -= part
    foreign = draw(st.booleans())
    return {
        "due": due,
        "invoice_date": due - timedelta(days=draw(st.sampled_from((30, 1, 0, -3)))),
        "posted_later": draw(st.sampled_from((0, 0, 0, 4))),
        "amount": amount,
        "foreign": foreign,
        "balance": draw(cents) if foreign else amount,
        "matches": matches,
        "left": left,
        "wires": draw(
            st.lists(
                st.tuples(st.integers(0, 12), st.sampled_from((10, 50, 95, 100, 120))),
                max_size=2,
            )
        ),
        "promises": draw(
            st.lists(
                st.tuples(near, st.integers(-10, 30), st.none() | st.integers(0, 30)),
                max_size=2,
            )
        ),
        "disputes": draw(
            st.lists(
                st.tuples(
                    st.sampled_from((1, 30, 100)),
                    st.integers(-10, 30),
                    st.none() | st.integers(0, 30),
                ),
                max_size=2,
            )
        ),
        "mark": draw(st.sampled_from((None,) * 8 + ("blocked", "no_followup"))),
        "legacy": draw(st.sampled_from((False,) * 9 + (True,))),
        "consumed": draw(st.sampled_from((False, False, False, True))),
    }


customers = st.tuples(
    st.sampled_from((None, "first", "second", "state")),
    st.lists(instalments(), min_size=1, max_size=5),
)
ledgers = st.lists(customers, min_size=5, max_size=25)
free_days = st.frozensets(
    st.integers(-30, 120).map(lambda n: AS_OF - timedelta(days=n)), max_size=20
)
policies = st.builds(
    lateness.Policy,
    grace_days=st.sampled_from((0, 1, 5, 9)),
    grace_business_days=st.booleans(),
    tolerance_amount=st.sampled_from((Decimal(0), Decimal(1), Decimal(50))),
    tolerance_percent=st.sampled_from((Decimal(0), Decimal("2.5"), Decimal(5))),
    wire_days=st.sampled_from((0, 7)),
    bucket=st.sampled_from(("date", "instalment")),
    window_months=st.sampled_from((3, 24)),
)


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
            consumed=drawn["consumed"],
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
        if item.consumed:
            self.add(
                "export_crm_credit_evidence",
                move_line_id=item.id,
                consumed=True,
                **self.case.evidence_defaults,
            )
        return replace(
            item,
            promises=tuple(promises),
            disputes=tuple(disputes),
        )


@tagged("post_install", "-at_install")
class TestLatenessProperty(ExportCrmCommon):
    """On random ledgers the SQL and the plain rules agree, row by row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.company_data
        cls.foreign = cls.setup_other_currency("CHF")
        cls.accounts = {
            "receivable": data["default_account_receivable"],
            "payable": data["default_account_payable"],
            "expense": data["default_account_expense"],
            "cash": data["default_journal_bank"].default_account_id,
        }
        cls.journals = {
            "sale": data["default_journal_sale"],
            "general": data["default_journal_misc"],
            "bank": data["default_journal_bank"],
            "exchange": cls.company.currency_exchange_journal_id,
        }
        countries = cls.env["res.country"].create(
            [
                {"name": f"Country {name}", "code": code, "export_weekend": weekend}
                for (name, weekend), code in zip(
                    WEEKENDS.items(), ("X1", "X2"), strict=True
                )
            ]
        )
        state = cls.env["res.country.state"].create(
            {"name": "State", "code": "S", "country_id": countries[0].id}
        )
        cls.places = {
            None: (None, None),
            "first": (countries[0].id, None),
            "second": (countries[1].id, None),
            "state": (countries[0].id, state.id),
        }
        hold = cls._hold()
        cls.evidence_defaults = {
            "hold_id": hold.id,
            "company_id": cls.company.id,
            "invoice_name": "x",
            "due_date": AS_OF,
            "verdict": "late",
            "as_of": AS_OF,
            "currency_id": cls.company.currency_id.id,
        }
        cls.partner_defaults = cls._required_partner_columns()
        cls.env.flush_all()

    @classmethod
    def _required_partner_columns(cls):
        """Whatever NOT NULL columns the installed add-ons gave partners."""
        cls.env.cr.execute(
            """SELECT column_name FROM information_schema.columns
                WHERE table_name = 'res_partner' AND is_nullable = 'NO'
                  AND column_name NOT IN ('id', 'name', 'active')"""
        )
        names = [name for (name,) in cls.env.cr.fetchall()]
        values = cls.customer.read(names)[0] if names else {}
        return {name: values[name] for name in names}

    @settings(
        max_examples=EXAMPLES or 25,
        deadline=None,
        database=None,
        derandomize=not EXAMPLES,
        # Shrinking a failure takes minutes; the assertion names the case anyway.
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(ledger=ledgers, policy=policies, days=free_days, local=free_days)
    def _search(self, ledger, policy, days, local):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._check_example(ledger, policy, days, local)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)

    def test_sql_equals_pure(self):
        self.seen = Counter()
        self._search()
        wanted = {
            "not_due",
            "in_transit",
            "settled",
            "unpaid",
            "written_off",
            "blocked",
            "disputed",
            "nothing",
        }
        self.assertEqual(wanted - self.seen.keys(), set(), self.seen)
        self.assertGreater(self.seen["run of 2 or more"], 10)

    def _check_example(self, ledger, policy, days, local):
        writer = Ledger(self)
        first, state = self.places["state"]
        for place, off in ((None, days), (state, local)):
            for day in off:
                writer.add(
                    "export_crm_nonworking_day",
                    country_id=first,
                    state_id=place,
                    date=day,
                    name="x",
                )
        weekend = {
            name: frozenset(int(digit) for digit in digits)
            for name, digits in WEEKENDS.items()
        }
        self.nonworking = {
            None: lateness.NonWorking(),
            "first": lateness.NonWorking(weekend["first"], days),
            "second": lateness.NonWorking(weekend["second"]),
            "state": lateness.NonWorking(weekend["first"], days | local),
        }
        for place, drawn in ledger:
            writer.customer(place, drawn)
        writer.flush()
        self.patch(
            type(self.env["export.crm.account"]),
            "_lateness_policy",
            lambda model, company: policy,
        )
        self._compare(writer.items, policy)

    def _compare(self, items, policy):
        account = self.env["export.crm.account"]
        partner_ids = list(items)
        rows = self.env.execute_query_dict(
            account._lateness_sql(self.company, AS_OF, partner_ids)
        )
        summaries = {
            row["partner_id"]: row
            for row in self.env.execute_query_dict(
                account._lateness_summary_sql(self.company, AS_OF, partner_ids)
            )
        }
        found = {partner_id: {} for partner_id in partner_ids}
        for row in rows:
            found[row["partner_id"]][row["move_line_id"]] = row
        for partner_id, instalments_ in items.items():
            verdicts = [lateness.judge(item, AS_OF, policy) for item in instalments_]
            self.seen.update(v.reason if v else "nothing" for v in verdicts)
            shown = [
                v
                for v in verdicts
                if v and (v.in_window or v.kind in (lateness.OVERDUE, lateness.PENDING))
            ]
            self.assertEqual(
                {v.id: self._of_verdict(v) for v in shown},
                {i: self._of_row(row) for i, row in found[partner_id].items()},
                instalments_,
            )
            self._compare_summary(
                lateness.aggregate(shown, policy),
                summaries.get(partner_id),
                found[partner_id].values(),
                verdicts,
            )

    def _of_verdict(self, verdict):
        return (
            verdict.kind,
            verdict.due,
            verdict.original_due,
            verdict.deadline,
            verdict.settled_on,
            verdict.days_late,
            float(verdict.open_amount),
            verdict.consumed,
            verdict.in_window,
        )

    def _of_row(self, row):
        return (
            row["verdict"],
            row["due_date"],
            row["original_due_date"],
            row["deadline"],
            row["settled_on"],
            row["days_late"],
            row["open_amount_currency"],
            row["consumed"],
            row["in_window"],
        )

    def _compare_summary(self, wanted, row, rows, context):
        if row is None:
            self.assertEqual((wanted.judged, wanted.overdue_amount), (0, 0))
            return
        self.assertEqual(wanted.run.length, row["run"], context)
        self.seen["run of 2 or more"] += row["run"] >= 2
        self.assertEqual(list(wanted.run.evidence), row["run_line_ids"] or [], context)
        self.assertEqual(
            {r["run"] for r in rows if r["in_run"]} or {0}, {row["run"]}, context
        )
        self.assertEqual(
            (
                wanted.judged,
                wanted.on_time,
                wanted.late,
                wanted.overdue,
                wanted.oldest_overdue_days,
                wanted.last_verdict,
            ),
            (
                row["judged"],
                row["on_time"],
                row["late"],
                row["overdue"],
                row["oldest_overdue_days"],
                row["last_verdict"],
            ),
            context,
        )
        self.assertAlmostEqual(float(wanted.overdue_amount), row["overdue_amount"], 4)
        for mine, theirs in (
            (wanted.on_time_rate, row["on_time_rate"]),
            (wanted.days_late_weighted, row["days_late_weighted"]),
        ):
            if mine is None:
                self.assertIsNone(theirs)
            else:
                self.assertAlmostEqual(float(mine), theirs, 3)
