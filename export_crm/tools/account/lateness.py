"""When is an instalment late, and how many are late in a row.

Pure: standard library only, the day is passed in, nothing is read or written. Money
is :class:`decimal.Decimal`, in the instalment's own currency unless a name says
``company``; no rule divides, so every comparison is exact. The SQL twin is in
``models/account/lateness_*.py``; the two are compared on random ledgers.

An instalment is a posted receivable due-date line of a customer invoice or receipt,
judged on its own line. The rules, and what was decided where they leave room:

* **Due** is the later of due date and invoice date, or a later promise to pay that
  was approved by the day and not cancelled by it (the one decided last counts; an
  earlier date than the due date changes nothing).
* **Payments** count on the date of the payment's own line. What a payment writes off
  inside its entry (charges, cash discount) came in with it. An exchange difference
  is no payment; a residue it closes in the line's own currency belongs to the
  payment it was made for. A miscellaneous entry pays nothing unless it moves money
  or sets off our own debt to the customer.
* **Credit notes** dated up to the day reduce what had to be paid, whenever they came.
  A dispute accepted by an employee takes its amount out while it is open; credit
  notes dated on or after its acceptance are taken to be its settlement, so that an
  amount never leaves twice.
* **Settled** on the first day on which payments ≥ amount − credits − tolerance. The
  tolerance is the smaller of the absolute amount, converted at the line's own rate
  (its amount to its balance), and the percentage of the whole instalment. An
  instalment of which credits alone leave no more than the tolerance is no fact; if
  an accepted dispute did it, it is neutral.
* **Deadline** is due plus grace. Settled by then: on time; later: late. Not settled:
  pending until the deadline has passed, then overdue, unless wires registered by the
  deadline cover the rest within the tolerance: pending for ``wire_days`` more days
  from their date. A rest written off by an entry of its own is late, from that
  entry's date on, and stays unpaid: its days run on.
* **Window**: instalments due before it count in no run and no rate. What is still
  open stays in the overdue amount however old: debt does not lapse by our window.
* **Consumed**: a decision about a hold uses its instalments up as they were. As soon as
  one of them is worse than then (overdue > late > anything else), all of that hold
  count again.
"""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

ON_TIME, LATE, OVERDUE = "on_time", "late", "overdue"
PENDING, NEUTRAL = "pending", "neutral"
JUDGED = (ON_TIME, LATE, OVERDUE)
_RANK = {ON_TIME: 1, LATE: 2, OVERDUE: 3}


@dataclass(frozen=True)
class Policy:
    """The company's settings; the defaults are those of a new company.

    ``tolerance_amount`` is in company currency, ``tolerance_percent`` 0–100.
    ``bucket``: "date" (instalments due on one day count once) or "instalment".
    """

    grace_days: int = 5
    grace_business_days: bool = False
    tolerance_amount: Decimal = Decimal(50)
    tolerance_percent: Decimal = Decimal(5)
    wire_days: int = 7
    bucket: str = "date"
    window_months: int = 24
    down_payments: bool = False

    @property
    def grace_slack(self):
        """Most calendar days a grace in business days can take."""
        return 2 * self.grace_days + 30


@dataclass(frozen=True)
class NonWorking:
    """Free days of one place: weekdays (Monday 0) and single dates."""

    weekend: frozenset = frozenset({5, 6})
    days: frozenset = frozenset()

    def is_open(self, day):
        """Return whether ``day`` is a business day."""
        return day.weekday() not in self.weekend and day not in self.days


@dataclass(frozen=True)
class Event:
    """A settlement: kind "payment", "credit", or "other" (pays nothing)."""

    date: date
    amount: Decimal
    kind: str = "payment"


@dataclass(frozen=True)
class Wire:
    """The part of a registered payment that would come to this instalment."""

    date: date
    amount: Decimal


@dataclass(frozen=True)
class Promise:
    """An approved promise to pay, by the days it was decided and cancelled."""

    promised: date
    decided_on: date
    cancelled_on: date | None = None


@dataclass(frozen=True)
class Dispute:
    """An amount an employee accepted as disputed, and until when."""

    amount: Decimal
    accepted_on: date
    closed_on: date | None = None


@dataclass(frozen=True)
class Decision:
    """The last decision that used an instalment up: of which hold, and as what.

    ``kind`` is a verdict, or any other word for what is no fault.
    """

    hold: int
    kind: str


@dataclass(frozen=True)
class Instalment:
    """One due-date line with what happened to it.

    ``amount`` is in the line's currency, ``balance`` the same in company currency:
    their ratio is the document's own rate. ``promises`` in the order of decision.
    ``accounting_date`` is the line's own date; later than the day, or with a later
    invoice date, the instalment does not exist yet.
    """

    id: int
    due: date
    amount: Decimal
    balance: Decimal | None = None
    invoice_date: date | None = None
    accounting_date: date | None = None
    events: tuple = ()
    wires: tuple = ()
    promises: tuple = ()
    disputes: tuple = ()
    neutral: bool = False
    is_down_payment: bool = False
    opening_balance: bool = False
    decision: "Decision | None" = None
    nonworking: NonWorking = field(default_factory=NonWorking)

    @property
    def company_amount(self):
        """The amount in company currency."""
        return self.amount if self.balance is None else self.balance


@dataclass(frozen=True)
class Verdict:
    """What an instalment is on a day; amounts in its own currency.

    ``days_late`` are calendar days after the due date (grace is no part of it; up
    to the day if unpaid), 0 if not judged. ``reason`` is a short word for why.
    """

    id: int
    kind: str
    due: date
    original_due: date
    deadline: date
    settled_on: date | None
    days_late: int
    open_amount: Decimal
    reason: str
    decision: Decision | None = None
    consumed: bool = False
    in_window: bool = True
    company_open: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    weighted_days: Decimal = Decimal(0)


@dataclass(frozen=True)
class Run:
    """How many in a row, and the ids of the instalments that are the evidence."""

    length: int
    evidence: tuple


@dataclass(frozen=True)
class Summary:
    """The facts of one customer; ``None`` where nothing was judged."""

    run: Run
    judged: int
    on_time: int
    late: int
    overdue: int
    on_time_rate: Decimal | None
    days_late_weighted: Decimal | None
    overdue_amount: Decimal
    oldest_overdue_days: int
    last_verdict: str | None


def months_before(day, months):
    """Return the day ``months`` earlier, the month's last where it has no such day.

    >>> months_before(date(2024, 3, 31), 1), months_before(date(2024, 2, 29), 24)
    (datetime.date(2024, 2, 29), datetime.date(2022, 2, 28))
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def deadline(due, policy, nonworking=None):
    """Return the last day that is still on time.

    In business days: the grace-th business day after ``due``. The calendar may not
    hold a payment up for more than twice the grace and thirty days.

    >>> deadline(date(2025, 1, 3), Policy())  # a Friday
    datetime.date(2025, 1, 8)
    >>> deadline(date(2025, 1, 3), Policy(grace_business_days=True))
    datetime.date(2025, 1, 10)
    """
    if not policy.grace_business_days:
        return due + timedelta(days=policy.grace_days)
    nonworking = nonworking or NonWorking()
    left, day, last = policy.grace_days, due, due + timedelta(policy.grace_slack)
    while left and day < last:
        day += timedelta(days=1)
        left -= nonworking.is_open(day)
    return day


def within_tolerance(short, instalment, policy):
    """Return whether ``short``, the amount missing, may be missing.

    >>> small = Instalment(1, date(2025, 1, 1), Decimal(400), balance=Decimal(200))
    >>> [within_tolerance(Decimal(x), small, Policy()) for x in ("20", "20.01")]
    [True, False]
    >>> large = Instalment(1, date(2025, 1, 1), Decimal(4000), balance=Decimal(2000))
    >>> [within_tolerance(Decimal(x), large, Policy()) for x in ("100", "100.01")]
    [True, False]
    """
    absolute = policy.tolerance_amount * instalment.amount
    percent = policy.tolerance_percent * instalment.amount
    return short * instalment.company_amount <= absolute and short * 100 <= percent


def due_dates(instalment, as_of):
    """Return ``(due, original due)`` as known on the day."""
    original = max(instalment.due, instalment.invoice_date or instalment.due)
    known = [
        p
        for p in instalment.promises
        if p.decided_on <= as_of and (not p.cancelled_on or p.cancelled_on > as_of)
    ]
    # ``max`` returns the first of equals: reversed, the one decided last of a day.
    last = max(reversed(known), key=lambda p: p.decided_on, default=None)
    return max(original, last.promised if last else original), original


def _disputed(instalment, as_of, credits):
    """Return the disputed amount that no later credit note has settled yet."""
    active = [
        d
        for d in instalment.disputes
        if d.accepted_on <= as_of and (not d.closed_on or d.closed_on > as_of)
    ]
    if not active:
        return Decimal(0), Decimal(0)
    amount = min(sum((d.amount for d in active), Decimal(0)), instalment.amount)
    since = min(d.accepted_on for d in active)
    credited = _total([e for e in credits if e.date >= since])
    return amount, max(amount - credited, Decimal(0))


def _settled_on(payments, owed, instalment, policy):
    """Return the first day on which the payments so far are enough, or None."""
    for day in sorted({payment.date for payment in payments}):
        paid = _total([payment for payment in payments if payment.date <= day])
        if within_tolerance(owed - paid, instalment, policy):
            return day
    return None


def _in_transit(instalment, open_amount, last, as_of, policy):
    """Return whether wires registered in time cover what is open."""
    coming = sum(
        (
            w.amount
            for w in instalment.wires
            if w.date <= min(as_of, last)
            and as_of <= w.date + timedelta(days=policy.wire_days)
        ),
        Decimal(0),
    )
    return coming > 0 and within_tolerance(open_amount - coming, instalment, policy)


def judge(instalment, as_of, policy):
    """Return the :class:`Verdict` on a day, or None if the instalment is no fact.

    >>> item = Instalment(1, date(2025, 1, 10), Decimal(1000))
    >>> judge(item, date(2025, 1, 15), policy=Policy()).kind
    'pending'
    >>> judge(item, date(2025, 1, 16), policy=Policy()).kind
    'overdue'
    >>> paid = Event(date(2025, 1, 16), Decimal(960))
    >>> late = Instalment(1, date(2025, 1, 10), Decimal(1000), events=(paid,))
    >>> verdict = judge(late, date(2025, 2, 1), policy=Policy())
    >>> verdict.kind, verdict.days_late, verdict.open_amount
    ('late', 6, Decimal('40'))
    """
    if not _counts(instalment, as_of, policy):
        return None
    events = [e for e in instalment.events if e.date <= as_of]
    payments, credits, others = (
        [e for e in events if e.kind == kind] for kind in ("payment", "credit", "other")
    )
    disputed, disputed_left = _disputed(instalment, as_of, credits)
    owed = instalment.amount - _total(credits) - disputed_left
    rest = owed - _total(payments) - _total(others)
    due, original = due_dates(instalment, as_of)
    last = deadline(due, policy, instalment.nonworking)
    settled_on = _settled_on(payments, owed, instalment, policy)
    open_amount = max(rest, Decimal(0))
    if instalment.neutral:
        kind, reason = NEUTRAL, "blocked"
    elif within_tolerance(owed, instalment, policy):
        if not disputed:
            return None
        kind, reason = NEUTRAL, "disputed"
    elif settled_on:
        kind, reason = (ON_TIME if settled_on <= last else LATE), "settled"
    elif within_tolerance(rest, instalment, policy):
        kind, reason = LATE, "written_off"
    elif as_of <= last:
        kind, reason = PENDING, "not_due"
    elif _in_transit(instalment, open_amount, last, as_of, policy):
        kind, reason = PENDING, "in_transit"
    else:
        kind, reason = OVERDUE, "unpaid"
    late = max(((settled_on or as_of) - due).days, 0) if kind in JUDGED else 0
    weight, weighted = _weights(payments, owed, due, settled_on, as_of)
    return Verdict(
        id=instalment.id,
        kind=kind,
        due=due,
        original_due=original,
        deadline=last,
        settled_on=settled_on,
        days_late=late,
        open_amount=open_amount,
        reason=reason,
        decision=instalment.decision,
        in_window=due >= months_before(as_of, policy.window_months),
        company_open=_in_company(open_amount, instalment),
        weight=_in_company(weight, instalment),
        weighted_days=_in_company(weighted, instalment),
    )


def _counts(instalment, as_of, policy):
    """Return whether the instalment is one, and exists on the day."""
    if instalment.opening_balance:
        return False
    if instalment.is_down_payment and not policy.down_payments:
        return False
    days = (instalment.invoice_date, instalment.accounting_date)
    return all(day <= as_of for day in days if day)


def _total(events):
    return sum((e.amount for e in events), Decimal(0))


def _in_company(amount, instalment):
    """Return ``amount`` in company currency at the line's own rate, unrounded."""
    return amount * instalment.company_amount / instalment.amount


def _weights(payments, owed, due, settled_on, as_of):
    """Return (amount, amount × days late), each part by its own date.

    What is still missing of a settled instalment is within the tolerance and
    carries no days; of another it counts up to the day.
    """
    paid = _total(payments)
    days = sum((e.amount * max((e.date - due).days, 0) for e in payments), Decimal(0))
    if settled_on:
        return paid, days
    return owed, days + max(owed - paid, Decimal(0)) * max((as_of - due).days, 0)


def consume(verdicts):
    """Return one customer's verdicts, those ``consumed`` that a decision used up.

    A decision consumes facts as they were. Once one instalment of a hold is worse than
    it was when decided, all instalments of that hold count again.

    >>> def of(number, kind, decided):
    ...     day = date(2025, 1, number)
    ...     facts = (day, day, day, None, 0, Decimal(0), "", Decision(7, decided))
    ...     return Verdict(number, kind, *facts)
    >>> [v.consumed for v in consume([of(1, LATE, LATE), of(2, ON_TIME, OVERDUE)])]
    [True, True]
    >>> [v.consumed for v in consume([of(1, LATE, LATE), of(2, OVERDUE, LATE)])]
    [False, False]
    """
    revived = {v.decision.hold for v in verdicts if v and _is_worse(v)}
    return [
        replace(v, consumed=v.decision.hold not in revived) if v and v.decision else v
        for v in verdicts
    ]


def _is_worse(verdict):
    """Return whether it is worse than when it was decided about."""
    if not verdict.decision or verdict.kind not in (LATE, OVERDUE):
        return False
    counts = verdict.in_window or verdict.kind == OVERDUE
    return counts and _RANK[verdict.kind] > _RANK.get(verdict.decision.kind, 0)


def run(verdicts, policy):
    """Return the :class:`Run`: bad ones in a row before the first on time.

    Overdue ones first, then from the newest due date. Pending, neutral, consumed and
    older ones than the window are skipped. With one count per due date the worst of
    a day speaks for it; without, of two due on one day the late one comes first.

    >>> def of(number, kind, day):
    ...     day = date(2025, 1, day)
    ...     return Verdict(number, kind, day, day, day, None, 0, Decimal(0), "")
    >>> run([of(1, LATE, 3), of(2, LATE, 2), of(3, ON_TIME, 1)], Policy())
    Run(length=2, evidence=(1, 2))
    >>> run([of(1, ON_TIME, 3), of(2, LATE, 2), of(3, OVERDUE, 1)], Policy())
    Run(length=1, evidence=(3,))
    """
    eligible = [
        v for v in verdicts if v.kind in JUDGED and v.in_window and not v.consumed
    ]
    buckets = {}
    for verdict in eligible:
        key = verdict.due if policy.bucket == "date" else verdict.id
        buckets.setdefault(key, []).append(verdict)
    ordered = sorted(
        ((max(_RANK[v.kind] for v in rows), rows) for rows in buckets.values()),
        key=lambda item: (item[0] == 3, item[1][0].due, item[0]),
        reverse=True,
    )
    length, evidence = 0, []
    for worst, rows in ordered:
        if worst == 1:
            break
        length += 1
        evidence += [v for v in rows if v.kind != ON_TIME]
    evidence.sort(key=lambda v: (v.due, v.id), reverse=True)
    return Run(length, tuple(v.id for v in evidence))


def aggregate(verdicts, policy, digits=2):
    """Return the :class:`Summary` of one customer's verdicts (None ones left out).

    :param int digits: decimals of the company currency, for the overdue amount
    """
    verdicts = [v for v in verdicts if v]
    judged = [v for v in verdicts if v.kind in JUDGED and v.in_window]
    count = {kind: sum(v.kind == kind for v in judged) for kind in JUDGED}
    overdue = [v for v in verdicts if v.kind == OVERDUE]
    weight = sum((v.weight for v in judged), Decimal(0))
    weighted = sum((v.weighted_days for v in judged), Decimal(0))
    newest = max(judged, key=lambda v: (v.due, _RANK[v.kind]), default=None)
    return Summary(
        run=run(verdicts, policy),
        judged=len(judged),
        on_time=count[ON_TIME],
        late=count[LATE],
        overdue=count[OVERDUE],
        on_time_rate=Decimal(count[ON_TIME]) / len(judged) if judged else None,
        days_late_weighted=_round(weighted / weight, 2) if weight else None,
        overdue_amount=sum(
            (_round(v.company_open, digits) for v in overdue), Decimal(0)
        ),
        oldest_overdue_days=max((v.days_late for v in overdue), default=0),
        last_verdict=newest.kind if newest else None,
    )


def _round(value, digits):
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
