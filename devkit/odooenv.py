"""Run Odoo: its configuration, its environment, its programs."""

import ast
import configparser
import hashlib
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from . import postgres
from .odootree import Tree, find_tree
from .places import Places, sweep
from .proc import run_logged, spawn, stop
from .ui import Failure
from .venv import find_python

ADDON = "export_crm"
SHARED_CONF = "docker/odoo.conf"  # also mounted into the Docker image
INSIDE = Path(__file__).parent / "inside"


class Kit(NamedTuple):
    """Everything that a command needs to run Odoo for this checkout."""

    places: Places
    python: Path
    tree: Tree


def prepare(places):
    """Return the Kit, after fetching what is missing."""
    read_manifest(places)
    postgres.check_home(places)
    sweep(places)
    tree = find_tree(places)
    return Kit(places, find_python(places), tree)


def read_manifest(places):
    """Return the add-on's manifest as a dict."""
    path = places.addon / "__manifest__.py"
    try:
        return ast.literal_eval(path.read_text())
    except (OSError, ValueError, SyntaxError) as error:
        raise Failure(f"{path} cannot be read: {error}") from error


def addon_hash(places):
    """Return a hash of the add-on's files, without what Python leaves there."""
    digest = hashlib.sha256()
    for path in sorted(places.addon.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(os.fsencode(path.relative_to(places.addon)) + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def write_conf(kit, name, data_dir, **options):
    """Write the configuration file ``name`` and return its Path.

    It is the shared file, plus what is different on this machine.
    """
    conf = configparser.RawConfigParser()
    if not conf.read(kit.places.root / SHARED_CONF):
        raise Failure(f"{SHARED_CONF} is missing: git checkout {SHARED_CONF}")
    values = {"addons_path": addons_path(kit), "data_dir": data_dir, **options}
    for option, value in values.items():
        conf.set("options", option, str(value))
    path = kit.places.own / f"{name}.conf"
    part = path.with_suffix(f".{os.getpid()}")
    with open(part, "w") as handle:
        conf.write(handle)
    os.replace(part, path)
    return path


def addons_path(kit):
    """Return Odoo's addons_path: its own add-ons, then the add-on's folder.

    Odoo takes every folder with a manifest for an add-on, so the checkout
    itself is on the path.
    """
    return ",".join(str(path) for path in (*kit.tree.addons, kit.places.root))


def environment(kit, server, **extra):
    """Return the environment in which Odoo's programs run."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    env.update(server.env)
    env.update(
        PYTHONPATH=python_path(kit, server.env),
        PYTHONUNBUFFERED="1",
        PYTHONDONTWRITEBYTECODE=os.environ.get("PYTHONDONTWRITEBYTECODE", ""),
        PATH=os.pathsep.join(
            [str(kit.python.parent), str(server.binaries), os.environ.get("PATH", "")]
        ),
    )
    env.update({name: str(value) for name, value in extra.items()})
    return env


def python_path(kit, clock):
    """Return PYTHONPATH with Odoo and, at another date, what Python needs there."""
    paths = [str(kit.tree.python_path), clock.get("PYTHONPATH", "")]
    return os.pathsep.join(filter(None, paths))


def odoo_command(kit, conf, *args):
    """Return the command line of Odoo, started with our hooks."""
    return [kit.python, INSIDE / "odoo_main.py", *args, "-c", conf]


def odoo_logged(kit, server, conf, args, log, failure, **extra):
    """Run Odoo to its end with its log in a file; Failure if it fails."""
    run_logged(
        odoo_command(kit, conf, *args),
        log,
        failure,
        env=environment(kit, server, **extra),
        cwd=kit.places.root,
    )


def run_in_odoo_shell(kit, server, conf, db, script_path, args=()):
    """Run the Python file ``script_path`` with ``env`` in the database ``db``.

    ``env`` is the superuser's environment; ``args`` are in ``sys.argv``. The
    transaction is committed at the end and rolled back on an error. The output
    goes to the terminal as it comes. Return the exit code; 130 when interrupted
    with Ctrl-C, which the script gets as KeyboardInterrupt.
    """
    command = [kit.python, INSIDE / "script_main.py", conf, db, script_path, *args]
    child = spawn(command, env=environment(kit, server), cwd=kit.places.root)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            # The terminal sent it to the script as well: let that one finish.
            continue
        except BaseException:
            stop(child)
            raise


def drop_folder(path):
    """Remove a folder tree if it is there."""
    shutil.rmtree(path, ignore_errors=True)
