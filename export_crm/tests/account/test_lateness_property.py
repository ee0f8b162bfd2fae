import os
from collections import Counter
from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ...tools.account import lateness
from ..common import ExportCrmCommon
from .lateness_ledger import AS_OF, Ledger

# A long search: EXPORT_CRM_EXAMPLES=500, with new cases every time.
EXAMPLES = int(os.environ.get("EXPORT_CRM_EXAMPLES", 0))
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


def instalment(due_ago, **changes):
    """One plain instalment of 1,000.00, due ``due_ago`` days before the as-of day."""
    due = AS_OF - timedelta(days=due_ago)
    return {
        "due": due,
        "invoice_date": due - timedelta(days=30),
        "posted_later": 0,
        "amount": Decimal(1000),
        "foreign": False,
        "balance": Decimal(1000),
        "matches": [],
        "left": Decimal(1000),
        "wires": [],
        "promises": [],
        "disputes": [],
        "mark": None,
        "legacy": False,
        "consumed": False,
        **changes,
    }


def settled(due_ago, kind, days):
    """One that an entry of ``kind`` settles, ``days`` after its due date."""
    day = AS_OF - timedelta(days=due_ago - days)
    paid = [(kind, day, Decimal(1000))]
    return instalment(due_ago, matches=paid, left=Decimal(0))


#: What becomes of an instalment, by the reason that the judge gives: one of each.
REASONS = {
    "not_due": instalment(-10),
    "in_transit": instalment(8, wires=[(4, 100)]),
    "settled": settled(60, "payment", 20),
    "unpaid": instalment(40),
    "written_off": settled(60, "write_off", 20),
    "blocked": instalment(40, mark="blocked"),
    "disputed": instalment(40, disputes=[(100, 10, None)]),
    "nothing": settled(60, "credit", 20),
}


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
        """Chance looks for a disagreement; what must be covered is in the tables."""
        self.seen = Counter()
        self._search()

    def test_every_reason(self):
        """Each reason there is, built and not left to chance, is judged alike."""
        for reason, one in REASONS.items():
            with self.subTest(reason):
                self.assertEqual(self._judge([one]), {reason: 1})

    def test_runs(self):
        """One on-time payment ends a run; pending and neutral ones are passed over."""
        late, good = settled(90, "payment", 20), settled(120, "payment", 0)
        unpaid = instalment(40)
        for length, instalments_ in (
            (0, [good]),
            (1, [late, good]),
            (2, [unpaid, late, good]),
            (2, [instalment(-10), unpaid, late, good]),
            (2, [instalment(30, mark="blocked"), unpaid, late, good]),
            (1, [settled(20, "payment", 0), unpaid]),
        ):
            with self.subTest(length=length, number=len(instalments_)):
                self._judge(instalments_)
                self.assertEqual(self.runs, [length])

    def _judge(self, instalments_):
        """Compare both on one customer; return how often each reason was given."""
        self.seen = Counter()
        savepoint = self.env.cr.savepoint(flush=False)
        try:
            policy = lateness.Policy()
            ledger = [(None, instalments_)]
            self._check_example(ledger, policy, frozenset(), frozenset())
        finally:
            savepoint.close(rollback=True)
        return self.seen

    def _check_example(self, ledger, policy, days, local):
        self.runs = []
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
        self.runs.append(row["run"])
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
