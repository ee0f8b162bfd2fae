"""Claims at the same moment, by several processes; and processes that are killed."""

import os
import signal
import sys
import time
import unittest
from collections import Counter
from datetime import timedelta

from books import Books
from processes import FORK, PATIENCE, at_once

from odoo import SUPERUSER_ID, Command, api, fields, sql_db
from odoo.modules.registry import Registry

LINES = 12  # order lines of which two want the rest
CLAIMS = 40  # long overdue


def deliver(env, company_id, partner_id, number):
    """Deliver and invoice goods, 10 pieces a line; return the ids of the lines."""
    company = env["res.company"].browse(company_id)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["stock.warehouse"].create(
        {"name": company.name, "code": f"R{company.id}", "company_id": company.id}
    )
    goods = env["product.product"].create(
        {
            "name": "LED tube",
            "type": "consu",
            "invoice_policy": "order",
            "taxes_id": False,
        }
    )
    line = {"product_id": goods.id, "product_uom_qty": 10, "price_unit": 5.0}
    order = env["sale.order"].create(
        {
            "partner_id": partner_id,
            "company_id": company_id,
            "order_line": [Command.create(line) for _n in range(number)],
        }
    )
    order.action_confirm()
    moves = order.picking_ids.move_ids
    moves.picked = True
    for move in moves:
        move.quantity = 10
    order.picking_ids.button_validate()
    order._create_invoices().action_post()
    return order.order_line.ids


def claim_six(env, company_id, partner_id, line_id):
    """File a claim about six of ten pieces; return its number."""
    line = {"sale_line_id": line_id, "quantity": 6, "amount": 30.0}
    claims = env["export.crm.claim"].with_context(tracking_disable=True)
    return claims.create(
        {
            "title": "Six broken",
            "partner_id": partner_id,
            "company_id": company_id,
            "line_ids": [Command.create(line)],
        }
    ).name


def claim_in_step(worker, uid, company_id, partner_id, line_ids):
    """File each claim at the same moment as the others do; return Outcomes."""
    return [
        worker.transact(uid, claim_six, company_id, partner_id, line_id, meet=True)
        for line_id in line_ids
    ]


def escalate(worker):
    """Run the scheduled step, with its own commits; return how it ended."""
    worker.meet()
    with Registry(worker.db).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["export.crm.claim.escalation"]._cron_run()
    return "done"


def escalate_and_die(db, stage):
    """Run the scheduled step and be killed in the middle, before a commit."""
    with Registry(db).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        ledger = env["export.crm.claim.escalation"]
        model = type(ledger)
        original = getattr(model, stage)

        def die(records, *args):
            original(records, *args)
            records.env.flush_all()
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(model, stage, die)
        ledger._cron_run()


class TestClaimRaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = Books()
        cls.books.do(cls._make_people)

    @classmethod
    def _make_people(cls, env):
        company = env["res.company"].browse(cls.books.company)
        groups = ("claims_agent", "claims_agent", "claims_manager", "claims_manager")
        users = []
        for number, group in enumerate(groups):
            user = cls.books._user(env, company, group)
            user.login = f"claims_{number}_{company.id}"
            user.flush_recordset()
            users.append(user.id)
        cls.agent, cls.leader, cls.manager, cls.director = users
        cls.department = (
            env["export.crm.claim.department"]
            .create(
                {
                    "name": "Races",
                    "code": "races",
                    "company_id": company.id,
                    "member_ids": [Command.set([cls.agent])],
                    "leader_id": cls.leader,
                    "manager_id": cls.manager,
                    "director_id": cls.director,
                }
            )
            .id
        )

    def test_one_of_two_claims_about_the_rest_passes(self):
        """Ten pieces delivered, two claims about six, twelve times."""
        books = self.books
        [partner_id] = books.customers(1)
        line_ids = books.do(deliver, books.company, partner_id, LINES)
        begin = time.monotonic()
        job = (claim_in_step, self.agent, books.company, partner_id, line_ids)
        first, second = at_once(books.db, job, job)
        outcomes = [*first, *second]
        conflicts = Counter(name for o in outcomes for name in o.conflicts)
        took = time.monotonic() - begin
        sys.stderr.write(f"\n  {took:.1f} s, tried again: {dict(conflicts)} ... ")
        self.assertNotIn("DeadlockDetected", conflicts)
        for one, two in zip(first, second, strict=True):
            self.assertEqual(bool(one.refusal) + bool(two.refusal), 1)
            self.assertIn("10 Units were delivered", one.refusal or two.refusal)
        self.assertTrue(conflicts, "they never met")

        def claimed(env):
            groups = env["export.crm.claim.line"]._read_group(
                [("sale_line_id", "in", line_ids)], ["sale_line_id"], ["quantity:sum"]
            )
            return [quantity for _line, quantity in groups]

        self.assertEqual(books.do(claimed), [6.0] * LINES)

    def _late_claims(self, number):
        """File claims three days ago, of which everything is late."""
        [partner_id] = self.books.customers(1)

        def make(env):
            claims = env["export.crm.claim"].with_company(self.books.company)
            return claims.create(
                [
                    {
                        "title": f"Late {n}",
                        "partner_id": partner_id,
                        "company_id": self.books.company,
                        "department_id": self.department,
                        "category_id": False,
                        "opened_at": fields.Datetime.now() - timedelta(days=30),
                    }
                    for n in range(number)
                ]
            ).ids

        return self.books.do(make)

    def _told(self, claim_ids):
        """Return ({(claim, milestone, level): rows}, {user: messages}, activities)."""

        def read(env):
            rows = env["export.crm.claim.escalation"].search(
                [("claim_id", "in", claim_ids)]
            )
            users = env["res.users"].browse([self.leader, self.manager, self.director])
            messages = {
                user.id: env["mail.message"].search_count(
                    [
                        ("message_type", "=", "user_notification"),
                        ("partner_ids", "in", user.partner_id.ids),
                        ("subject", "ilike", "claims need you"),
                    ]
                )
                for user in users
            }
            activities = env["mail.activity"].search_count(
                [
                    ("res_model", "=", "export.crm.claim"),
                    ("res_id", "in", claim_ids),
                    ("user_id", "=", self.director),
                ]
            )
            keys = Counter((r.claim_id.id, r.milestone, r.level) for r in rows)
            untold = len(rows.filtered(lambda r: not r.told_at and not r.overtaken))
            return keys, messages, activities, untold

        return self.books.do(read)

    def _check_exactly_once(self, claim_ids, before):
        keys, messages, activities, untold = self._told(claim_ids)
        self.assertEqual(set(keys.values()), {1})
        self.assertEqual(len(keys), len(claim_ids) * 3 * 3, "milestones × levels")
        self.assertEqual(messages[self.director] - before[self.director], 1)
        self.assertEqual(messages[self.leader], before[self.leader])
        self.assertEqual(activities, len(claim_ids))
        self.assertEqual(untold, 0)

    def test_two_runs_at_once_tell_once(self):
        """Forty claims long overdue, two processes: each level once, one digest."""
        claim_ids = self._late_claims(CLAIMS)
        before = self._told(claim_ids)[1]
        begin = time.monotonic()
        answers = at_once(self.books.db, (escalate,), (escalate,))
        self.assertEqual(answers, ["done", "done"])
        # Whoever missed a turn leaves the rest to the next run.
        at_once(self.books.db, (escalate,))
        sys.stderr.write(f"\n  {time.monotonic() - begin:.1f} s ... ")
        self._check_exactly_once(claim_ids, before)

    def test_killed_runs_tell_once(self):
        """Killed while filling the ledger, then while telling: once all the same."""
        claim_ids = self._late_claims(10)
        before = self._told(claim_ids)[1]
        for stage in ("_enter_due", "_tell"):
            sql_db.close_all()
            process = FORK.Process(target=escalate_and_die, args=(self.books.db, stage))
            process.start()
            process.join(PATIENCE)
            self.assertEqual(process.exitcode, -signal.SIGKILL, stage)
        at_once(self.books.db, (escalate,))
        at_once(self.books.db, (escalate,))
        self._check_exactly_once(claim_ids, before)
