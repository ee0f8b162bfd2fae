"""Odoo 19's source tree: from ODOO_SRC, else from Debian's package."""

import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from . import apt
from .places import built, check_space
from .proc import new_log, output
from .ui import Failure, step

SERIES = "19.0"
PACKAGE = "odoo-19/sid"
# Fonts and scripts that Odoo's web client links to, from the suite which still
# has the linked files.
LINKED = [
    "fonts-font-awesome/bookworm",
    "fonts-glyphicons-halflings/bookworm",
    "fonts-inconsolata/bookworm",
    "fonts-ocr-b/bookworm",
    "fonts-roboto-unhinted/bookworm",
    "libjs-jquery/bookworm",
    "libjs-jquery-form/bookworm",
    "libjs-underscore/bookworm",
    "fonts-montserrat/sid",
]
DEBIAN_PATH = "usr/lib/python3/dist-packages"


class Tree(NamedTuple):
    """An Odoo source tree: ``python_path`` holds the package ``odoo``."""

    python_path: Path
    addons: tuple  # Paths for --addons-path
    identity: str  # changes when another Odoo is used


def find_tree(places):
    """Return the Tree to use, fetched and unpacked on the first call."""
    given = os.environ.get("ODOO_SRC", "").strip()
    if given:
        return given_tree(Path(given).expanduser())
    target = places.cache / "odoo-19.0"
    if not target.exists():
        unpack_debian(target, places)
    return tree_at(target / DEBIAN_PATH)


def given_tree(path):
    """Return the Tree of ODOO_SRC: a git checkout or an unpacked package."""
    for folder in (path, path / DEBIAN_PATH):
        if (folder / "odoo" / "release.py").is_file():
            break
    else:
        raise Failure(
            f"ODOO_SRC={path} is no Odoo source tree (no odoo/release.py): set it "
            "to an Odoo 19 checkout or unset it"
        )
    series = release_of(folder)
    if series != SERIES:
        raise Failure(f"ODOO_SRC={path} is Odoo {series}: {SERIES} is needed")
    if not (folder / "odoo" / "addons" / "base").is_dir():
        raise Failure(f"ODOO_SRC={path} is incomplete: odoo/addons/base is missing")
    return tree_at(folder.resolve())


def release_of(folder):
    """Return the series, e.g. "19.0", that odoo/release.py says."""
    text = (folder / "odoo" / "release.py").read_text(errors="replace")
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    return ".".join(match.groups()) if match else "of an unknown version"


def tree_at(folder):
    """Return the Tree whose package ``odoo`` lies in ``folder``."""
    addons = [folder / "odoo" / "addons"]
    if (folder / "addons" / "web").is_dir():  # a git checkout
        addons.insert(0, folder / "addons")
    if not any((path / "web").is_dir() for path in addons):
        raise Failure(f"{folder} is incomplete: the add-on web is missing")
    code, head = output(["git", "-C", folder, "rev-parse", "HEAD"])
    commit = head.strip() if code == 0 and (folder / ".git").exists() else ""
    return Tree(folder, tuple(addons), f"{folder} {commit}")


def unpack_debian(target, places):
    """Fetch and unpack Odoo and what it links to into ``target``."""
    log = new_log(places.logs, "odoo-unpack.log")
    with step("Odoo 19 from Debian's packages"), built(target, places) as part:
        if part is None:
            return
        check_space(part)
        base = part / ".apt"
        debs = apt.download([PACKAGE, *LINKED], ["sid", "bookworm"], base, log)
        apt.unpack(debs, part, log)
        shutil.rmtree(base)
        check_links(part)


def check_links(prefix):
    """Fail with the names if a link below ``prefix`` leads nowhere."""
    dead = [
        str(path.relative_to(prefix))
        for path in prefix.rglob("*")
        if path.is_symlink() and not path.exists()
    ]
    if dead:
        raise Failure(
            f"Debian's packages miss {len(dead)} linked file(s), so the web client "
            f"would not work; please report it: {', '.join(sorted(dead)[:5])}"
        )
