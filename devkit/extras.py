"""``./dev shell`` and ``./dev bench``, and scripts in the run database."""

import contextlib
import os
import signal
import tempfile
from datetime import date, datetime, timezone

from . import clock, databases, odooenv, postgres
from .cdnow import find_archive
from .odooenv import ADDON
from .proc import new_log, spawn, wait
from .rundb import run_conf, run_db_name
from .testing import scratch_database
from .ui import Failure, step, warn

# A Wednesday without a feast near by: what is due on a day is due in each run.
BENCH_DAY = datetime(2026, 3, 11, 9, tzinfo=timezone.utc)


@contextlib.contextmanager
def run_database(places):
    """Yield (kit, server, conf, name) of this checkout's database."""
    kit = odooenv.prepare(places)
    with postgres.serving(places, kit.python, "run") as server:
        name = run_db_name(places)
        if not databases.exists(server, name):
            raise Failure("there is no database yet: ./dev run")
        yield kit, server, run_conf(kit), name


def shell(places):
    """Open Odoo's shell in this checkout's database."""
    with run_database(places) as (kit, server, conf, name):
        command = odooenv.odoo_command(kit, conf, "-d", name, "--no-http")
        command.insert(2, "shell")
        return foreground(command, odooenv.environment(kit, server), places.root)


def foreground(command, env, folder):
    """Run a program that owns the terminal, Ctrl-C included."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return wait(spawn(command, env=env, cwd=folder))
    finally:
        signal.signal(signal.SIGINT, before)


def script(places, script_path, args):
    """Run a Python file with ``env`` in this checkout's database."""
    with run_database(places) as (kit, server, conf, name):
        return odooenv.run_in_odoo_shell(kit, server, conf, name, script_path, args)


def bench(places, args):
    """Run bench/run.py beside a throw-away database with the add-on.

    It is started with the environment's Python; EXPORT_CRM_DB names the
    database, EXPORT_CRM_BARE_DB one without the add-on, EXPORT_CRM_CACHE a folder
    for what it fetches, EXPORT_CRM_CDNOW the file of purchases where asked for,
    ODOO_RC the configuration, PGHOST and the like the server, and PYTHONPATH leads
    to Odoo, so that ``import odoo`` works. All of it is at ``BENCH_DAY``, unless on a
    server of somebody else's; EXPORT_CRM_DATE is the day on which it is measured.
    """
    program = places.root / "bench" / "run.py"
    if not program.exists():
        raise Failure("there is no bench/run.py yet")
    kit = odooenv.prepare(places)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(bench_server(kit))
        db = stack.enter_context(scratch_database(kit, server, "test"))
        bare = stack.enter_context(bare_database(server, db))
        data = stack.enter_context(tempfile.TemporaryDirectory(dir=places.own))
        conf = odooenv.write_conf(kit, "bench", data, with_demo=False, db_name=db)
        with step(f"{ADDON} in a database for the benchmark"):
            install = ["-d", db, "-i", ADDON, "--stop-after-init", "--no-http"]
            log = new_log(places.logs, "bench.log")
            failure = f"{ADDON} does not install"
            odooenv.odoo_logged(kit, server, conf, install, log, failure)
        env = odooenv.environment(
            kit,
            server,
            EXPORT_CRM_DB=db,
            EXPORT_CRM_BARE_DB=bare,
            EXPORT_CRM_CACHE=places.cache / "bench",
            EXPORT_CRM_OUT=places.root / ".dev",
            EXPORT_CRM_DATE=date.today(),
            ODOO_RC=conf,
        )
        if "cdnow" in args:
            env["EXPORT_CRM_CDNOW"] = str(find_archive(kit))
        os.makedirs(env["EXPORT_CRM_OUT"], exist_ok=True)
        return wait(spawn([kit.python, program, *args], env=env, cwd=places.root))


@contextlib.contextmanager
def bench_server(kit):
    """Yield the Server for the benchmarks: one of ours is at ``BENCH_DAY``."""
    if postgres.given_env():
        warn("the server that the environment names is at today's date: so are figures")
        with postgres.serving(kit.places, kit.python, "test") as server:
            yield server
        return
    with clock.serving(kit, BENCH_DAY) as (server, _then):
        yield server


@contextlib.contextmanager
def bare_database(server, db):
    """Yield the name of a clone of the scratch database ``db``; dropped at the end.

    The name ends in the process id, as that of ``db``, so that the clones of killed
    runs are found.
    """
    head, pid = db.rsplit("_", 1)
    name = f"{head}_bare_{pid}"
    databases.create(server, name, db)
    try:
        yield name
    finally:
        databases.drop(server, name)
