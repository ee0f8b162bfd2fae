from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ...tools.account import lateness
from ..common import ExportCrmCommon
from ..search import searched
from .lateness_ledger import AS_OF, Ledger

WEEKENDS = {"first": "56", "second": "45"}
POLICY = lateness.Policy()

DECIDED = ("overdue", "late", "on_time", "pending", "neutral", "credited")

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
        "decided": draw(
            st.just([])
            | st.lists(
                st.tuples(st.integers(0, 1), st.sampled_from(DECIDED)),
                max_size=2,
                unique_by=lambda decision: decision[0],
            )
        ),
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


def instalment(days, *matches, **values):
    """Return an instalment of 1,000 that fell due ``days`` before the day.

    :param matches: reconciliations (kind, days after the due date, amount)
    """
    due = AS_OF - timedelta(days=days)
    matches = [
        (kind, due + timedelta(days=late), Decimal(amount))
        for kind, late, amount in matches
    ]
    return {
        "due": due,
        "invoice_date": due - timedelta(days=30),
        "posted_later": 0,
        "amount": Decimal(1000),
        "foreign": False,
        "balance": Decimal(1000),
        "matches": matches,
        "left": Decimal(1000) - sum(amount for _kind, _day, amount in matches),
        "wires": [],
        "promises": [],
        "disputes": [],
        "mark": None,
        "legacy": False,
        "decided": [],
        **values,
    }


PAID, LATE = ("payment", 2, 1000), ("payment", 20, 1000)
# Every reason there is, with what it makes of the instalment: (kind, reason).
REASONS = (
    ((lateness.PENDING, "not_due"), instalment(5)),
    ((lateness.OVERDUE, "unpaid"), instalment(6)),
    ((lateness.OVERDUE, "unpaid"), instalment(40, ("payment", 2, 900))),
    ((lateness.PENDING, "in_transit"), instalment(10, wires=[(6, 100)])),
    ((lateness.PENDING, "in_transit"), instalment(10, wires=[(5, 50), (7, 45)])),
    # Too little, registered after the deadline, and too long on its way.
    ((lateness.OVERDUE, "unpaid"), instalment(10, wires=[(6, 50)])),
    ((lateness.OVERDUE, "unpaid"), instalment(10, wires=[(4, 100)])),
    ((lateness.OVERDUE, "unpaid"), instalment(20, wires=[(8, 100)])),
    ((lateness.ON_TIME, "settled"), instalment(40, ("payment", 5, 950))),
    ((lateness.LATE, "settled"), instalment(40, ("payment", 6, 950))),
    ((lateness.LATE, "written_off"), instalment(40, ("write_off", 20, 1000))),
    ((lateness.NEUTRAL, "blocked"), instalment(40, mark="blocked")),
    ((lateness.NEUTRAL, "blocked"), instalment(40, mark="no_followup")),
    ((lateness.NEUTRAL, "disputed"), instalment(40, disputes=[(100, 10, None)])),
    # Closed again; promised for later, and the promise broken.
    ((lateness.OVERDUE, "unpaid"), instalment(40, disputes=[(100, 10, 5)])),
    ((lateness.PENDING, "not_due"), instalment(40, promises=[(36, 30, None)])),
    ((lateness.OVERDUE, "unpaid"), instalment(40, promises=[(30, 38, None)])),
    # No fact: credited, of before the books, not there yet.
    (None, instalment(40, ("credit", 30, 1000))),
    (None, instalment(40, legacy=True)),
    (None, instalment(-40, invoice_date=AS_OF + timedelta(days=1))),
)
# Customers by the length of their run.
RUNS = (
    (0, [instalment(40, PAID)]),
    (1, [instalment(40, LATE), instalment(70, PAID), instalment(90, LATE)]),
    (2, [instalment(40, LATE), instalment(70, LATE), instalment(90, PAID)]),
    (2, [instalment(20), instalment(40, LATE), instalment(70, PAID)]),
    # Older and unpaid goes before newer and paid.
    (1, [instalment(40, PAID), instalment(70)]),
    # Two of a day count once; one that a hold has used up does not count.
    (1, [instalment(40, LATE), instalment(40, LATE), instalment(70, PAID)]),
    (
        2,
        [instalment(40, LATE, decided=[(0, "late")]), *([instalment(60, LATE)] * 2)]
        + [instalment(70, LATE)],
    ),
    # Decided when it was paid, and open again: the other one of that hold counts, too,
    # the one of another hold does not.
    (
        2,
        [
            instalment(40, decided=[(0, "late")]),
            instalment(60, LATE, decided=[(0, "late")]),
            instalment(70, LATE, decided=[(1, "late")]),
        ],
    ),
    # Decided when it was open: paid late since it is no worse.
    (0, [instalment(40, LATE, decided=[(0, "overdue")])]),
    (1, [instalment(40, LATE, decided=[(0, "pending")])]),
    # The last decision counts.
    (0, [instalment(40, decided=[(0, "late"), (1, "overdue")])]),
    # What isn't due yet and what is blocked are passed over.
    (2, [instalment(-10), instalment(20), instalment(40, LATE), instalment(70, PAID)]),
    (
        2,
        [instalment(15, mark="blocked"), instalment(20), instalment(40, LATE)]
        + [instalment(70, PAID)],
    ),
    # Outside the window.
    (1, [instalment(40, LATE), instalment(800, LATE)]),
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
        cls.hold_ids = [cls._hold().id, cls._hold(cls._customer("Second")).id]
        cls.evidence_defaults = {
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

    @searched(25)
    @given(ledger=ledgers, policy=policies, days=free_days, local=free_days)
    def _search(self, ledger, policy, days, local):
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            self._check_example(ledger, policy, days, local)
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)

    def test_sql_equals_pure(self):
        """What the examples happen to contain is no matter: see the tables."""
        self._search()

    def test_every_reason(self):
        ledger = [(None, [drawn]) for _wanted, drawn in REASONS]
        found = self._check_example(ledger, POLICY, frozenset(), frozenset())
        self.assertEqual(
            [(v.kind, v.reason) if v else None for [v] in found],
            [wanted for wanted, _drawn in REASONS],
        )

    def test_runs(self):
        ledger = [(None, drawn) for _length, drawn in RUNS]
        found = self._check_example(ledger, POLICY, frozenset(), frozenset())
        self.assertEqual(
            [lateness.aggregate(verdicts, POLICY).run.length for verdicts in found],
            [length for length, _drawn in RUNS],
        )

    def _check_example(self, ledger, policy, days, local):
        """Write and judge a ledger; return the verdicts of each customer."""
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
        return self._compare(writer.items, policy)

    def _compare(self, items, policy):
        """Compare both for all customers; return the verdicts of each."""
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
        judged = []
        for row in rows:
            found[row["partner_id"]][row["move_line_id"]] = row
        for partner_id, instalments_ in items.items():
            verdicts = lateness.consume(
                [lateness.judge(item, AS_OF, policy) for item in instalments_]
            )
            judged.append(verdicts)
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
        return judged

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
            bool(verdict.decision) and not verdict.consumed,
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
            row["revived"],
            row["in_window"],
        )

    def _compare_summary(self, wanted, row, rows, context):
        if row is None:
            self.assertEqual((wanted.judged, wanted.overdue_amount), (0, 0))
            return
        self.assertEqual(wanted.run.length, row["run"], context)
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
