"""``./dev test``: every test there is, and one line with their number."""

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time

from . import clock, databases, odooenv, postgres
from .chromium import ensure_browser
from .odooenv import ADDON, INSIDE
from .outcome import Tally, count_log, count_tests, count_unittest, read_events
from .places import locked, remove
from .proc import alive, output, spawn, tail, wait
from .templates import template
from .ui import in_ci, say, step

# Modules that the add-on works with where they are installed.
BESIDE = ("payment_demo", "website_sale")


def test(places, tags, fast, keep, at=None):
    """Run the tests; print their result; return the exit code.

    ``tags``: only these Odoo tests and nothing else.  ``fast``: without
    browser and demo data.  ``keep``: leave the test database.  ``at``: the fast
    part at this date (a datetime).
    """
    begin = time.monotonic()
    tally = Tally()
    kit = odooenv.prepare(places)
    remove(places.shots)
    if at:
        tally.add(tests_at(kit, at, tags, keep))
        return report(tally, places, time.monotonic() - begin)
    if not tags:
        tally.add(own_tests(kit))
        tally.add(doctests(kit))
    browser = None if fast else ensure_browser(places)
    with postgres.serving(places, kit.python, "test") as server:
        with scratch_database(kit, server, "test", keep) as db:
            tally.add(odoo_tests(kit, server, db, tags, browser))
            if not tags and not fast:
                tally.add(concurrency_tests(kit, server, db))
        if not tags and not fast:
            with scratch_database(kit, server, "test") as db:
                tally.add(shop_tests(kit, server, db))
    if not tags and not fast:
        with postgres.serving(places, kit.python, "run") as server:
            tally.add(demo_check(kit, server))
    return report(tally, places, time.monotonic() - begin)


def tests_at(kit, at, tags, keep):
    """Run the fast part at the date ``at``, PostgreSQL and all; return its Tally."""
    tally = Tally()
    with clock.serving(kit, at) as (server, then):
        if not tags:
            tally.add(own_tests(kit, then))
            tally.add(doctests(kit, then))
        with scratch_database(kit, server, "test", keep) as db:
            tally.add(odoo_tests(kit, server, db, tags, browser=None))
    return tally


def report(tally, places, took):
    """Print the notes and the last line; return the exit code."""
    say("")
    for note in tally.notes:
        say(note)
    say(f"Screenshots: {places.shots}")
    say(f"Logs:        {places.logs}")
    blind = in_ci() and tally.browser_skips
    if blind:
        say(
            f"CI: {tally.browser_skips} browser test(s) skipped: that is a failure here"
        )
    say(f"Time:        {took:.0f} s")
    say(tally.line())
    return 1 if tally.failed or blind or not tally.passed else 0


def own_tests(kit, then=()):
    """Run the unit tests of this package; ``then``: the variables of another date."""
    with step("unit tests of devkit"):
        root = kit.places.root
        command = [kit.python, "-m", "unittest", "discover", "-s", "devkit/tests"]
        env = {**os.environ, **dict(then)}
        code, text = output([*command, "-t", root], env=env, cwd=root)
    return count_unittest(text, code)


def doctests(kit, then=()):
    """Run the doctests of the add-on's tools; ``then`` as in :func:`own_tests`."""
    tally = Tally()
    folder = kit.places.addon / "tools"
    if not any(folder.rglob("*.py")):
        return tally
    with step("doctests of the add-on's tools"):
        command = [kit.python, INSIDE / "doctests.py", folder]
        then = dict(then)
        env = {**os.environ, **then, "PYTHONPATH": odooenv.python_path(kit, then)}
        code, text = output(command, env=env, cwd=kit.places.root)
    try:
        counts = json.loads(text.strip().splitlines()[-1])
    except (ValueError, IndexError):
        counts = {"passed": 0, "failed": 1}
    tally.passed, tally.failed = counts["passed"], counts["failed"]
    if code or tally.failed:
        tally.failed = tally.failed or 1
        tally.notes.append(f"FAIL doctests\n{text.strip()}")
    return tally


@contextlib.contextmanager
def scratch_database(kit, server, kind, keep=False):
    """Yield the name of a clone of the template ``kind``; dropped at the end."""
    source = template(kit, server, kind)
    lock = locked(kit.places.lock(source))
    with clone(kit, server, kind, source, lock, keep) as name:
        yield name


@contextlib.contextmanager
def clone(kit, server, kind, source, lock, keep=False):
    """Yield the name of a clone of the database ``source``; dropped at the end.

    It is made within the context ``lock``. Clones of this ``kind`` that killed runs
    left are dropped first.
    """
    prefix = f"{kind}_{kit.places.key}_"
    for left in databases.names(server, prefix):
        if not alive(int(left.rsplit("_", 1)[1])):
            databases.drop(server, left)
    name = f"{prefix}{os.getpid()}"
    with lock:
        databases.create(server, name, source)
    try:
        yield name
    finally:
        if keep:
            say(f"   kept the database {name}")
        else:
            databases.drop(server, name)


def odoo_tests(kit, server, db, tags, browser):
    """Install the add-on in the fresh database ``db`` and run its tests there."""
    with step(f"Odoo tests of {ADDON}"):
        args = ["--test-tags", tags or f"/{ADDON}"]
        extra = {} if browser else {"EXPORT_CRM_NO_BROWSER": "1"}
        events, code, log = run_install(kit, server, db, "test", args, extra)
    return counted(events, code, log, "tests")


def shop_tests(kit, server, db):
    """Run the tests for modules that the add-on works with and doesn't need."""
    with step("tests beside " + ", ".join(BESIDE)):
        events, code, log = run_install(
            kit, server, db, "shop", ["--test-tags", "export_crm_shop"], {}, BESIDE
        )
    return counted(events, code, log, "shop tests")


def counted(events, code, log, phase):
    """Return the Tally of a run of Odoo's tests."""
    tally = count_tests(events)
    ran = tally.passed + tally.failed + tally.skipped
    if not ran:
        tally.check(False, f"FAIL zero {phase} were run (log: {log})\n{tail(log, 12)}")
    elif code and not tally.failed:
        tally.check(False, f"FAIL Odoo ended with {code} (log: {log})\n{tail(log, 12)}")
    tally.add(count_log(events, phase))
    return tally


def concurrency_tests(kit, server, tested):
    """Run the tests that need several processes on a clone of ``tested``."""
    places = kit.places
    log = places.logs / "concurrency.log"
    databases.disconnect(server, tested)
    with (
        clone(kit, server, "race", tested, contextlib.nullcontext()) as db,
        tempfile.TemporaryDirectory(dir=places.own) as scratch,
        step("tests with several processes"),
    ):
        conf = odooenv.write_conf(kit, f"race-{os.getpid()}", scratch)
        script = places.addon / "tests" / "concurrency" / "run.py"
        try:
            code, text = output(
                [kit.python, script, conf, db],
                env=odooenv.environment(kit, server),
                cwd=places.root,
            )
        finally:
            conf.unlink()
    log.write_text(text)
    return count_unittest(text, code)


def demo_check(kit, server):
    """Install the add-on with its demo data over everybody else's, and walk there."""
    with scratch_database(kit, server, "demo") as db:
        with step(f"{ADDON} with demo data, every role on every page"):
            args = ["--test-tags", "export_crm_demo"]
            events, code, log = run_install(kit, server, db, "demo", args, {})
    return counted(events, code, log, "demo tests")


def pictures(places):
    """Run the stories on the demo's company; keep README's pictures; return the code.

    Nothing is kept of a run that fails.
    """
    begin = time.monotonic()
    kit = odooenv.prepare(places)
    remove(places.shots)
    ensure_browser(places)
    with postgres.serving(places, kit.python, "run") as server:
        tally = demo_check(kit, server)
    code = report(tally, places, time.monotonic() - begin)
    if not code:
        folder = places.root / "docs"
        for old in folder.glob("readme_*.png"):
            old.unlink()
        for shot in sorted(places.shots.glob("readme_*.png")):
            shutil.copyfile(shot, folder / shot.name)
            say(f"docs/{shot.name}")
    return code


def run_install(kit, server, db, kind, args, extra, beside=()):
    """Run ``odoo -i export_crm`` in ``db``; return (events, exit code, log).

    ``beside``: further modules to install.
    """
    places = kit.places
    log = places.logs / f"{kind}.log"
    with tempfile.TemporaryDirectory(dir=places.own) as scratch:
        conf = odooenv.write_conf(
            kit, f"{kind}-{os.getpid()}", scratch, with_demo=kind == "demo"
        )
        events = os.path.join(scratch, "events")
        env = odooenv.environment(
            kit,
            server,
            EXPORT_CRM_EVENTS=events,
            EXPORT_CRM_SHOTS=places.shots,
            **extra,
        )
        command = odooenv.odoo_command(kit, conf, "-d", db, *args)
        command += ["-i", ",".join([ADDON, *beside])]
        command += ["--stop-after-init", "--http-interface", "127.0.0.1"]
        command += ["--http-port", free_port(), "--screenshots", places.shots]
        try:
            code = run_to_log(command, log, env, places.root)
        finally:
            conf.unlink()
        return read_events(events), code, log


def run_to_log(command, log, env, folder):
    """Run ``command`` with its output in ``log``; return the exit code."""
    with open(log, "w") as out:
        child = spawn(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=folder,
        )
        return wait(child)


def free_port():
    """Return the number of a TCP port that is free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def valid_tags(text):
    """Return ``text`` if it looks like Odoo's --test-tags; for argparse."""
    if not re.fullmatch(r"[-+*/:.,\w\[\]|]+", text):
        raise argparse.ArgumentTypeError(f"{text}: not as in Odoo's --test-tags")
    return text
