"""Processes that work in one database at the same moment, as Odoo's workers do.

A worker is forked from a process that has the registry loaded and no connection
open, so that each has its own copy of the registry and its own cursors, in
REPEATABLE READ. Transactions run in Odoo's own retry loop.
"""

import multiprocessing
import random
import re
import traceback
import types
from dataclasses import dataclass, field

from odoo import api, sql_db
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service import model

FORK = multiprocessing.get_context("fork")
PATIENCE = 600  # seconds for all that is done at once, on a busy machine, too
HASTE = 0.02  # of the time that Odoo waits before it tries again: up to 0.04 s first


@dataclass
class Outcome:
    """How one transaction ended.

    ``value`` what its work returned; ``refusal`` the message of a UserError, then
    nothing was written; ``xid`` the transaction's id; ``conflicts`` the names of
    the exceptions for which it was begun anew.
    """

    value: object = None
    refusal: str = ""
    xid: int = 0
    conflicts: list = field(default_factory=list)


@dataclass
class Worker:
    """What a job gets: the database, and the others that work at the same time.

    ``board.value`` is a number that all of them read and write.
    """

    db: str
    barrier: object
    board: object

    def meet(self):
        """Wait until all workers are here."""
        self.barrier.wait(PATIENCE)

    def transact(self, uid, work, *args, meet=False):
        """Return the Outcome of ``work(env, *args)`` in a transaction of its own.

        :param bool meet: wait for the others when the snapshot is taken, the first
            time, so that nobody can see what another is about to do
        """
        outcome = Outcome()

        def attempt():
            env.cr.execute("SELECT pg_current_xact_id()::text::bigint")
            [outcome.xid] = env.cr.fetchone()
            if meet and not outcome.conflicts:
                self.meet()
            try:
                value = work(env, *args)
                env.cr.flush()
                return value
            except model.PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                outcome.conflicts.append(type(error).__name__)
                raise

        with Registry(self.db).cursor() as cr:
            env = api.Environment(cr, uid, {})
            try:
                outcome.value = model.retrying(attempt, env)
            except UserError as error:
                outcome.refusal = str(error)
                cr.rollback()
        return outcome

    def snapshot(self):
        """Return which transactions have ended at this moment."""
        with Registry(self.db).cursor() as cr:
            cr.execute("SELECT pg_current_snapshot()::text")
            return Snapshot.parse(cr.fetchone()[0])


@dataclass
class Snapshot:
    """A moment in the database's life, exact where clocks are not.

    ``xmax``: transactions from this id on had not ended; ``running``: nor had these.
    """

    xmax: int
    running: frozenset

    @classmethod
    def parse(cls, text):
        """Read PostgreSQL's ``xmin:xmax:xip_list``."""
        _xmin, xmax, *running = re.findall(r"\d+", text)
        return cls(int(xmax), frozenset(map(int, running)))

    def knows(self, xid):
        """Tell whether the transaction ``xid``, committed by now, was so then."""
        return xid < self.xmax and xid not in self.running


def at_once(db, *jobs):
    """Run each ``(function, *args)`` as ``function(Worker, *args)`` in a process.

    :return: what the functions returned, in order
    :raise AssertionError: a process failed (its traceback) or did not end in time
    """
    sql_db.close_all()  # a connection must not be shared
    barrier, board = FORK.Barrier(len(jobs)), FORK.Value("q", 0)
    pipes, processes = [], []
    for job in jobs:
        ours, theirs = FORK.Pipe(duplex=False)
        args = (theirs, Worker(db, barrier, board), *job)
        process = FORK.Process(target=_work, args=args)
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)
    try:
        answers = [_answer(pipe) for pipe in pipes]
    finally:
        for process in processes:
            process.join(1)
            process.kill()
    failures = [text for text, _value in answers if text]
    if failures:
        raise AssertionError("\n".join(failures))
    return [value for _text, value in answers]


def _answer(pipe):
    """Return (traceback or empty, what the job returned)."""
    try:
        return pipe.recv() if pipe.poll(PATIENCE) else ("a process hangs", None)
    except EOFError:
        return "a process ended without an answer", None


def _work(pipe, worker, function, *args):
    """Do one job: run in the forked process."""
    random.seed()
    uniform = random.uniform
    # Only how long Odoo waits between its tries; the loop is its own.
    model.random = types.SimpleNamespace(
        uniform=lambda low, high: HASTE * uniform(low, high)
    )
    try:
        answer = ("", function(worker, *args))
    except BaseException:
        worker.barrier.abort()
        answer = (traceback.format_exc(), None)
    pipe.send(answer)
    sql_db.close_all()
