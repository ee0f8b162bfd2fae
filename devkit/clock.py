"""Another date for what a command starts: ``./dev test --at DATE``.

libfaketime, loaded ahead of the C library, adds an offset to the clock of the day in
every process: Odoo, its children and PostgreSQL all see the same date, by whatever
call or statement they ask for it. Timeouts run by the other clock, which stays.
"""

import argparse
import contextlib
from datetime import datetime, timedelta, timezone

from . import apt, postgres
from .odooenv import INSIDE
from .places import built
from .proc import new_log, output
from .templates import template
from .ui import Failure, say, step

# Databases are older than what is done in them: the templates are made at this date.
LONG_AGO = datetime(2020, 1, 1, 12, tzinfo=timezone.utc)
LATEST = datetime(2037, 12, 31, tzinfo=timezone.utc)  # 32-bit clocks end in 2038
# Debian's suites from 13 on need a newer C library than other systems may have.
SUITES = ("bookworm", "trixie", "forky", "sid")
LIBRARY = "usr/lib/*/faketime/libfaketimeMT.so.1"
PYTHON_PATH = INSIDE / "clock"  # mends what old versions of the library break


def moment(text):
    """Return ``text``, a date (noon) or a date and time, in UTC; for argparse."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        example = "2026-12-31 or 2026-12-31T23:30"
        raise argparse.ArgumentTypeError(f"{text}: not as in {example}") from error
    if len(text) == len("2026-12-31"):
        at = at.replace(hour=12)
    at = at.astimezone(timezone.utc) if at.tzinfo else at.replace(tzinfo=timezone.utc)
    if not LONG_AGO < at < LATEST:
        raise argparse.ArgumentTypeError(f"{text}: not between 2020 and 2037")
    return at


def find_library(places):
    """Return the Path of libfaketime, fetched and unpacked on the first call."""
    own = apt.machine_suite()
    suite = own if own in SUITES and own != "sid" else SUITES[0]
    target = places.cache / f"faketime-{suite}"
    if not target.exists():
        log = new_log(places.logs, "faketime.log")
        with step("libfaketime from Debian's packages"), built(target, places) as part:
            if part is not None:
                unpack(suite, part, log)
    found = sorted(target.glob(LIBRARY))
    if not found:
        raise Failure(f"{target} has no libfaketime: remove that folder, call again")
    return found[0]


def unpack(suite, part, log):
    """Fetch the library of ``suite`` into the folder ``part``."""
    debs = apt.download([f"libfaketime/{suite}"], [suite], part / ".apt", log)
    apt.unpack(debs, part, log)


def environment(library, at, now=None):
    """Return the variables that make it ``at`` in a process started with them.

    The offset to the real clock is the same for all of them, whenever they start.
    """
    now = now or datetime.now(timezone.utc)
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{(at - now) / timedelta(seconds=1):+.0f}",
        # What waits for a second has to wait for a second.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        # Python would compile every file anew, its date being another one.
        "NO_FAKE_STAT": "1",
        # PostgreSQL runs as another user, who may not open our shared memory.
        "FAKETIME_DISABLE_SHM": "1",
        "PYTHONPATH": str(PYTHON_PATH),
    }


def check(python, variables):
    """Fail in one line unless the clock of a Python process can be set.

    :param dict variables: see :func:`environment`
    """
    code, text = output([python, "-c", "import time; print(time.time())"])
    real = float(text) if code == 0 else 0
    program = "import time; time.sleep(0.01); print(time.time())"
    code, text = output([python, "-c", program], env=variables)
    last = text.strip().splitlines()[-1] if text.strip() else "no answer"
    try:
        off = float(last) - real - float(variables["FAKETIME"])
    except ValueError:
        raise Failure(f"libfaketime does not work on this machine: {last}") from None
    if code or abs(off) > 60:
        raise Failure("libfaketime does not work on this machine: the date stays")


@contextlib.contextmanager
def serving(kit, at):
    """Yield (Server, variables): PostgreSQL at the date ``at``, and what makes it so.

    Whatever gets the server's environment, or these variables, is at that date too.
    The server has the template "test", made long ago.
    """
    library = find_library(kit.places)
    before = environment(library, LONG_AGO)
    check(kit.python, before)
    with postgres.serving(kit.places, kit.python, "at", before) as server:
        template(kit, server, "test")
    then = environment(library, at)
    say(f"-> all that follows is at {at:%A, %Y-%m-%d %H:%M} UTC")
    with postgres.serving(kit.places, kit.python, "at", then) as server:
        yield server, then
