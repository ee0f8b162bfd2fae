"""A root company and its branch at the same moment: one set of books."""

import sys
import time
import unittest
from collections import Counter

from books import Books, confirm
from processes import at_once
from test_credit_races import confirm_in_step, confirm_late, hold_first


class TestBranchRaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = Books()
        cls.branch = cls.books.branch()
        cls.clerk = cls.branch[1]

    def _tell(self, outcomes, begin):
        conflicts = Counter(name for o in outcomes for name in o.conflicts)
        took = time.monotonic() - begin
        sys.stderr.write(f"\n  {took:.1f} s, tried again: {dict(conflicts)} ... ")
        self.assertNotIn("DeadlockDetected", conflicts)

    def test_one_of_two_orders_that_fill_a_limit_passes(self):
        """Limit 1000, an order of 600 in the root and one in the branch, 20 times."""
        books = self.books
        partner_ids = books.customers(20, credit_limit=1000.0)
        books.pass_gates(partner_ids)
        ours = books.quotations(partner_ids, 600.0)
        theirs = books.quotations(partner_ids, 600.0, branch=self.branch)
        begin = time.monotonic()
        first, second = at_once(
            books.db,
            (confirm_in_step, books.salesperson, ours),
            (confirm_in_step, self.clerk, theirs),
        )
        self._tell([*first, *second], begin)
        for one, two in zip(first, second, strict=True):
            self.assertEqual([bool(one.refusal), bool(two.refusal)].count(True), 1)
            self.assertIn(
                "would owe more than its credit limit", one.refusal or two.refusal
            )
        self.assertEqual(len(books.confirmed(ours + theirs)), 20)

    def test_order_that_began_before_a_hold_of_the_root_is_refused(self):
        """The branch's snapshot is older than the hold, ten times."""
        books = self.books
        partner_ids = books.customers(10)
        for order_id in books.quotations(partner_ids):
            books.do(confirm, order_id)  # a gate that is there is shared only
        order_ids = books.quotations(partner_ids, branch=self.branch)
        begin = time.monotonic()
        outcomes, holds = at_once(
            books.db,
            (confirm_late, self.clerk, order_ids),
            (hold_first, books.controller, partner_ids),
        )
        self._tell([*outcomes, *holds], begin)
        for outcome, hold in zip(outcomes, holds, strict=True):
            self.assertIn(hold.value[1], outcome.refusal)
        self.assertFalse(books.confirmed(order_ids))
