"""Enter CDNOW's purchases through Odoo's ORM: WHEEL FILE CUSTOMERS LOG.

Runs in Odoo's process, started by ``devkit/cdnow.py`` with ``env``.  CUSTOMERS
is "all" or how many of the file's customers.  Each batch is one transaction
that holds whole purchases, with order, invoice and payment: killed at any
moment, the next call finds by their keys which ones are there.
"""

import logging
import pathlib
import signal
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

import cdnow_books

from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from devkit import cdnowdata
from devkit.progress import Progress
from devkit.ui import Failure, say, step, warn

ORDERS, CUSTOMERS = 100, 500  # in a transaction
TRIES = 6
LOCK = 0x43444E57  # an advisory lock's number, nothing else
LOCK_PATIENCE = 15  # seconds, for a killed call's connection to end


class Interrupted(Exception):
    """Ctrl-C was pressed, and what was begun is finished."""


class Import:
    """One call: from what is there to what the file says."""

    def __init__(self, env, records):
        self.env, self.records = env, records
        self.stop = False

    def run(self):
        """Do what is left to do, compare with the file, refresh the figures."""
        if "export.crm.account" not in self.env:
            raise Failure("export_crm is not installed in this database: ./dev run")
        with self.env.registry.cursor() as guard:
            self.keep_others_out(guard)
            signal.signal(signal.SIGINT, self.ask_to_stop)
            books = self.open_books()
            self.enter_customers(books)
            self.enter_purchases(books)
            self.check(books)
            self.refresh(books.company)

    def keep_others_out(self, guard):
        """Hold a lock until this process ends: two imports would double."""
        for _second in range(LOCK_PATIENCE):
            guard.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            [held] = guard.fetchone()
            guard.commit()  # the lock stays, it is the connection's
            if held:
                return
            time.sleep(1)
        raise Failure("another ./dev import-cdnow is busy in this database")

    def ask_to_stop(self, *_signal):
        """Stop after this batch; at the second time at once."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.stop = True

    def transaction(self, work, *args):
        """Return what ``work`` returns, in a transaction of its own.

        A server that works in the same database may be in the way: try again.
        """
        if self.stop:
            raise Interrupted
        for attempt in range(1, TRIES + 1):
            try:
                result = work(*args)
                self.env.cr.commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt == TRIES:
                    raise
                time.sleep(attempt)

    def open_books(self):
        """Return the Books, of a company that is made on the first call."""
        company = cdnow_books.find_company(self.env)
        if not company:
            with step(f"company {cdnow_books.COMPANY_NAME}"):
                company = self.transaction(cdnow_books.make_company, self.env)
        self.transaction(cdnow_books.open_to_users, self.env, company)
        return cdnow_books.Books(self.env, company)

    def enter_customers(self, books):
        """Create the customers that are missing."""
        wanted = sorted({record.customer for record in self.records})
        there = books.customers()
        missing = [c for c in wanted if cdnowdata.customer_key(c) not in there]
        before = len(wanted) - len(missing)
        self.enter("customers", missing, before, CUSTOMERS, books.add_customers)

    def enter_purchases(self, books):
        """Enter the purchases that are missing."""
        there, partner_ids = books.order_keys(), books.customers()
        missing = [record for record in self.records if record.key not in there]

        def work(records):
            with cdnow_books.without_chatter(books.env):
                books.add_purchases(records, partner_ids)

        before = len(self.records) - len(missing)
        self.enter("orders", missing, before, ORDERS, work)

    def enter(self, title, missing, before, size, work):
        """Do ``work`` batch by batch and show how far it is."""
        progress = Progress(title, before + len(missing), before)
        try:
            for start in range(0, len(missing), size):
                batch = missing[start : start + size]
                self.transaction(work, batch)
                progress.add(len(batch))
        finally:
            progress.finish()

    def check(self, books):
        """Compare every purchase, and the sums, with the file."""
        wrong = cdnowdata.differences(self.records, books.entered())
        lost = {r.customer_key for r in self.records} - books.customers().keys()
        if wrong or lost:
            names = [*sorted(lost), *(record.key for record in wrong)]
            raise Failure(
                f"{len(names)} customers or purchases are not as in the file, e.g. "
                f"{', '.join(names[:3])}: changed by hand? ./dev clean begins anew"
            )
        total = cdnowdata.totals(self.records)
        say(
            f"   as in the file: {total['customers']:,} customers, "
            f"{total['orders']:,} orders, {total['pieces']:,} CDs, "
            f"{cdnowdata.dollars(total['cents'])} invoiced and paid "
            f"({total['free']} orders at 0.00 without an invoice)"
        )

    def refresh(self, company):
        """Let the pipeline judge the company's customers now."""
        with step("facts, tiers and health of the company"):
            self.transaction(self.request, company)
            jobs = self.jobs(company)
            for attempt in range(1, TRIES + 1):
                left = {job: job._work_left() for job in jobs}
                self.env.cr.commit()
                for job in jobs:
                    job._run(left)
                if not any(left.values()):
                    break
                time.sleep(attempt)  # a server's own scheduled action is at it
        failed = jobs.filtered(lambda job: job.state == "failed")
        if failed:
            raise Failure(
                "the figures could not be computed: see Export CRM, Configuration, "
                f"{failed[0].display_name}"
            )

    def jobs(self, company):
        """Return the company's jobs: what has changed, then all figures."""
        return self.env["export.crm.job"].search(
            [("company_id", "=", company.id)], order="kind"
        )

    def request(self, company):
        """Have both jobs run in full."""
        self.env["export.crm.job"]._ensure_jobs()
        self.jobs(company).write({"run_requested": True, "retry_at": False})


def main(env, wheel, member, customers, log):
    """Run the import; return the exit code."""
    # A statement that met the server's is tried again; what fails is told below.
    logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
    try:
        records = cdnowdata.read_archive(wheel, member)
        limit = None if customers == "all" else int(customers)
        Import(env, cdnowdata.first_customers(records, limit)).run()
    except Interrupted:
        warn("interrupted; ./dev import-cdnow goes on from here")
        return 130
    except Failure as failure:
        warn(str(failure))
        return 1
    except Exception as error:
        with open(log, "w") as out:
            traceback.print_exc(file=out)
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        warn(f"{line}: nothing is half entered, call again (log: {log})")
        return 1
    return 0


if __name__ == "__main__":
    code = main(env, *sys.argv[1:])
    if code:
        sys.exit(code)
