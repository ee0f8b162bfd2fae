"""The order-progress mail, by two runs at once and by one that is killed."""

import os
import signal
import sys
import time
import unittest
from collections import Counter

from followups import Followups
from processes import FORK, PATIENCE, at_once

from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.registry import Registry

CONTACTS = 10


def send(env, company_id, contact_ids):
    """Send what is due to these contacts; return how many mails were queued."""
    company = env["res.company"].browse(company_id)
    ledger = env["export.crm.followup"].with_company(company)
    return ledger._send_order_news(company, env["res.partner"].browse(contact_ids))


def send_at_once(worker, *args):
    """Send at the same moment as another run."""
    return worker.transact(SUPERUSER_ID, send, *args, meet=True)


def send_and_die(db, company_id, contact_ids, after):
    """Send, and be killed when ``after`` mails are queued and nothing is committed."""
    with Registry(db).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        model = type(env["export.crm.followup"])
        original, calls = model._mail_order_news, []

        def die(ledger, *args):
            original(ledger, *args)
            calls.append(args)
            if len(calls) == after:
                ledger.env.flush_all()
                os.kill(os.getpid(), signal.SIGKILL)

        model._mail_order_news = die
        send(env, company_id, contact_ids)


class TestOrderNewsRaces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.books = Followups()
        cls.books.do(
            lambda env: env.ref("export_crm.export_crm_plan_order_news").write(
                {"active": True}
            )
        )

    @classmethod
    def tearDownClass(cls):
        cls.books.restore_plans()

    def _with_news(self):
        """Return the ids of contacts that asked for news, and whose goods came."""
        books = self.books
        ids = books.customers(
            CONTACTS,
            country_id=books.country(),
            email="buyer@example.com",
            export_order_news=True,
        )
        books.do(books.deliver, ids, 2)
        return ids

    def _found(self, contact_ids):
        """Return (mails by contact, rows of the ledger by contact)."""

        def read(env):
            mails = env["mail.mail"].search(
                [("model", "=", "res.partner"), ("res_id", "in", contact_ids)]
            )
            rows = env["export.crm.followup"].search(
                [("step", "=", "order_progress"), ("res_id", "in", contact_ids)]
            )
            return Counter(mails.mapped("res_id")), Counter(rows.mapped("res_id"))

        return self.books.do(read)

    def _check_each_once(self, contact_ids):
        once = Counter(contact_ids)
        self.assertEqual(self._found(contact_ids), (once, once))

    def test_two_runs_at_once(self):
        books, begin = self.books, time.monotonic()
        ids = self._with_news()
        outcomes = at_once(
            books.db,
            (send_at_once, books.company, ids),
            (send_at_once, books.company, ids[::-1]),
        )
        tried = dict(Counter(name for o in outcomes for name in o.conflicts))
        took = time.monotonic() - begin
        sys.stderr.write(f"\n  {took:.1f} s, tried again: {tried} ... ")
        # Whoever came second left them to the first, or found them told.
        self.assertEqual(sum(outcome.value for outcome in outcomes), CONTACTS)
        self._check_each_once(ids)

    def test_killed_run(self):
        books = self.books
        ids = self._with_news()
        sql_db.close_all()
        process = FORK.Process(
            target=send_and_die, args=(books.db, books.company, ids, 4)
        )
        process.start()
        process.join(PATIENCE)
        self.assertEqual(process.exitcode, -signal.SIGKILL)
        self.assertEqual(self._found(ids), (Counter(), Counter()))
        for sent in (CONTACTS, 0):
            [outcome] = at_once(books.db, (send_at_once, books.company, ids))
            self.assertEqual(outcome.value, sent)
        self._check_each_once(ids)
