"""Orders and holds at the same moment, by several processes."""

import random
import sys
import time
import unittest
from collections import Counter
from dataclasses import dataclass

from books import Books, check_payments, confirm, open_hold, release
from processes import Snapshot, at_once

from odoo import SUPERUSER_ID

ORDERS, CHANGES, CUSTOMERS, SALESPEOPLE = 200, 50, 10, 3
HELD = 4  # of the customers, at most, at the same time


@dataclass
class Period:
    """A time in which a customer was on hold: after ``begin``, before ``end``."""

    partner_id: int
    hold: str
    begin: Snapshot
    end: Snapshot | None = None

    def has(self, xid):
        """Tell whether the transaction was committed within this time."""
        return not self.begin.knows(xid) and (not self.end or self.end.knows(xid))


def confirm_all(worker, uid, partner_by_order):
    """Confirm one after another, first of all orders of the customer on the board.

    :return: ``{order id: Outcome}``
    """
    left, outcomes = dict(partner_by_order), {}
    worker.meet()
    while left:
        wanted = worker.board.value
        order_id = next((o for o in left if left[o] == wanted), next(iter(left)))
        del left[order_id]
        outcomes[order_id] = worker.transact(uid, confirm, order_id)
    return outcomes


def confirm_in_step(worker, uid, order_ids):
    """Confirm each at the same moment as the others do theirs; return Outcomes."""
    return [worker.transact(uid, confirm, o, meet=True) for o in order_ids]


def confirm_late(worker, uid, order_ids):
    """Begin, and confirm when the customer is on hold already; return Outcomes."""

    def work(env, order_id):
        if worker.board.value != order_id:
            worker.board.value = order_id
            worker.meet()  # The snapshot is taken: hold_first may go on,
            worker.meet()  # and has committed.
        confirm(env, order_id)

    return [worker.transact(uid, work, order_id) for order_id in order_ids]


def hold_first(worker, uid, partner_ids):
    """Open each hold while ``confirm_late`` waits; return Outcomes."""
    outcomes = []
    for partner_id in partner_ids:
        worker.meet()
        outcomes.append(worker.transact(uid, open_hold, partner_id))
        worker.meet()
    return outcomes


def check_in_step(worker, uid, company_id, partner_ids):
    """Check each customer at the same moment as the others do; return Outcomes."""
    return [
        worker.transact(uid, check_payments, company_id, p, meet=True)
        for p in partner_ids
    ]


def hold_and_release(worker, uid, always, partner_ids):
    """Open and release holds; return ([Period], [Outcome]).

    Whoever is about to be held stands on the board: so that the orders meet it. The
    customer ``always`` is on hold before the orders begin, and stays so.
    """
    free, held = list(partner_ids), []
    outcomes = [worker.transact(uid, open_hold, always)]
    periods = [Period(always, outcomes[0].value[1], worker.snapshot())]
    worker.meet()
    for _change in range(CHANGES):
        if not held or (len(held) < HELD and random.random() < 0.6):
            partner_id = free.pop(random.randrange(len(free)))
            worker.board.value = partner_id
            outcome = worker.transact(uid, open_hold, partner_id)
            worker.board.value = 0
            hold_id, name = outcome.value
            period = Period(partner_id, name, worker.snapshot())
            held.append((hold_id, period))
            periods.append(period)
        else:
            hold_id, period = held.pop(0)
            period.end = worker.snapshot()
            outcome = worker.transact(uid, release, hold_id)
            free.append(period.partner_id)
        outcomes.append(outcome)
    return periods, outcomes


class TestCreditRaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = Books()

    def _tell(self, outcomes, begin, text=""):
        """Print figures; no transaction may have met a deadlock."""
        conflicts = Counter(name for o in outcomes for name in o.conflicts)
        took = time.monotonic() - begin
        sys.stderr.write(f"\n  {took:.1f} s, {text}tried again: {dict(conflicts)} ... ")
        self.assertNotIn("DeadlockDetected", conflicts)

    def test_no_order_is_confirmed_while_its_customer_is_on_hold(self):
        """200 orders by three processes, 50 holds and releases by a fourth."""
        books = self.books
        partner_ids = books.customers(CUSTOMERS)
        # Refused and confirmed are one each at least, whoever meets whom.
        always, *others, never = partner_ids
        partners = [always, never, *random.choices(partner_ids, k=ORDERS - 2)]
        order_ids = books.quotations(partners)
        partner_by_order = dict(zip(order_ids, partners, strict=True))
        begin = time.monotonic()
        orders = list(partner_by_order.items())
        shares = [orders[n::SALESPEOPLE] for n in range(SALESPEOPLE)]
        *results, (periods, changes) = at_once(
            books.db,
            *[(confirm_all, books.salesperson, share) for share in shares],
            (hold_and_release, books.controller, always, others),
        )
        outcomes = {order_id: o for result in results for order_id, o in result.items()}
        refused = {o for o, outcome in outcomes.items() if outcome.refusal}
        self._tell(
            [*outcomes.values(), *changes],
            begin,
            f"{len(refused)} of {len(outcomes)} refused, ",
        )
        self.assertFalse([change.refusal for change in changes if change.refusal])
        # Neither lost nor half done.
        self.assertEqual(set(outcomes), set(order_ids))
        self.assertEqual(books.confirmed(order_ids), set(order_ids) - refused)
        self.assertIn(order_ids[0], refused)
        self.assertNotIn(order_ids[1], refused)
        periods_by_partner = {p: [] for p in partner_ids}
        for period in periods:
            periods_by_partner[period.partner_id].append(period)
        unseen = []
        for order_id, outcome in outcomes.items():
            periods = periods_by_partner[partner_by_order[order_id]]
            if outcome.refusal:
                self.assertTrue(
                    any(period.hold in outcome.refusal for period in periods),
                    outcome.refusal,
                )
            elif any(period.has(outcome.xid) for period in periods):
                unseen.append(order_id)
        self.assertFalse(unseen, f"{len(unseen)} orders confirmed after a hold")

    def test_order_that_began_before_a_hold_is_refused(self):
        """The order's snapshot is older than the hold, ten times."""
        partner_ids = self.books.customers(10)
        # A gate that is there is shared only, as on all but the first order.
        for order_id in self.books.quotations(partner_ids):
            self.books.do(confirm, order_id)
        order_ids = self.books.quotations(partner_ids)
        begin = time.monotonic()
        outcomes, holds = at_once(
            self.books.db,
            (confirm_late, self.books.salesperson, order_ids),
            (hold_first, self.books.controller, partner_ids),
        )
        self._tell([*outcomes, *holds], begin)
        for outcome, hold in zip(outcomes, holds, strict=True):
            self.assertIn(hold.value[1], outcome.refusal)
        self.assertFalse(self.books.confirmed(order_ids))

    def _two_at_once(self, order_ids):
        """Confirm two by two; return the two lists of Outcomes."""
        books = self.books
        begin = time.monotonic()
        results = at_once(
            books.db,
            *[(confirm_in_step, books.salesperson, ids) for ids in order_ids],
        )
        self._tell([outcome for result in results for outcome in result], begin)
        return results

    def _one_passes(self, order_ids, message):
        first, second = self._two_at_once(order_ids)
        passed = [
            (not one.refusal) + (not two.refusal)
            for one, two in zip(first, second, strict=True)
        ]
        self.assertEqual(passed, [1] * len(passed))
        for outcome in (*first, *second):
            if outcome.refusal:
                self.assertIn(message, outcome.refusal)
        self.assertEqual(
            len(self.books.confirmed(order_ids[0] + order_ids[1])), len(passed)
        )

    def test_one_of_two_orders_that_fill_a_limit_passes(self):
        """Limit 1000, two orders of 600, twenty times.

        Customers who have ordered before: a first order makes the gate, which is a
        conflict by itself.
        """
        partner_ids = self.books.customers(20, credit_limit=1000.0)
        self.books.pass_gates(partner_ids)
        order_ids = [self.books.quotations(partner_ids, 600.0) for _n in range(2)]
        self._one_passes(order_ids, "would owe more than its credit limit")

    def test_one_of_two_orders_by_one_release_passes(self):
        """Released up to 1000, two orders of 600, ten times."""
        partner_ids = self.books.customers(10)
        order_ids = [self.books.quotations(partner_ids, 600.0) for _n in range(2)]
        self._release_up_to(partner_ids, 1000.0)
        self._one_passes(order_ids, "has been on credit hold since")

    def test_two_orders_pass_by_a_release_for_both(self):
        """Released up to 1200, two orders of 600, five times: both pass."""
        partner_ids = self.books.customers(5)
        order_ids = [self.books.quotations(partner_ids, 600.0) for _n in range(2)]
        self._release_up_to(partner_ids, 1200.0)
        for result in self._two_at_once(order_ids):
            self.assertFalse([o.refusal for o in result if o.refusal])

    def test_customers_who_pay_for_each_other_meet_no_deadlock(self):
        """Two customers with limits, each the other's payer, ten times."""
        ours = self.books.customers(10, credit_limit=1e6)
        theirs = self.books.customers(10, credit_limit=1e6)
        self.books.pass_gates([*ours, *theirs])
        order_ids = [
            self.books.quotations(ours, 600.0, theirs),
            self.books.quotations(theirs, 600.0, ours),
        ]
        for result in self._two_at_once(order_ids):
            self.assertFalse([o.refusal for o in result if o.refusal])

    def _release_up_to(self, partner_ids, amount):
        def decide(env):
            env = env(user=self.books.controller)
            for partner_id in partner_ids:
                hold_id, _name = open_hold(env, partner_id)
                release(env, hold_id, scope="amount", amount_limit=amount)

        self.books.do(decide)

    def test_two_checks_open_one_hold(self):
        """The payment-delay check in two processes at once, for ten customers."""
        books = self.books
        partner_ids = books.customers(10)
        books.owe(partner_ids)
        begin = time.monotonic()
        job = (check_in_step, SUPERUSER_ID, books.company, partner_ids)
        results = at_once(books.db, job, job)
        outcomes = [outcome for result in results for outcome in result]
        self._tell(outcomes, begin)
        self.assertFalse([o.refusal for o in outcomes if o.refusal])
        self.assertEqual(books.blocking(partner_ids), [1] * 10)
