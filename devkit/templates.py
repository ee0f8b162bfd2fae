"""Template databases: the add-on's dependencies installed, ready to clone."""

import hashlib
import tempfile

from . import databases
from .odooenv import (
    ADDON,
    INSIDE,
    environment,
    odoo_logged,
    read_manifest,
    write_conf,
)
from .places import check_space, locked
from .proc import new_log, run_logged
from .ui import step

VERSION = "2"  # raise it when templates are made in another way
# The bundles that a first login needs; the tests take all there are.
RUN_BUNDLES = ["web.assets_web", "web.assets_frontend_minimal", "web.assets_frontend"]


def template_name(kit, kind):
    """Return the name of the template: another one for other ingredients."""
    depends = sorted(read_manifest(kit.places)["depends"])
    parts = [VERSION, kit.tree.identity, str(depends)]
    parts.append(kit.places.lock_file.read_text())
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]
    return f"tpl_{kind}_{digest}"


def template(kit, server, kind):
    """Return the name of the template ``kind`` ("test" or "demo").

    It is made on the first call, in one to three minutes.
    """
    name = template_name(kit, kind)
    with locked(kit.places.lock(name)):
        if not databases.exists(server, name):
            with step(f"template database for ./dev {kind_use(kind)}"):
                make_template(kit, server, kind, name)
            databases.prune(server, f"tpl_{kind}_")
    return name


def kind_use(kind):
    """Return the command that the template is for."""
    return {"test": "test", "demo": "run"}[kind]


def make_template(kit, server, kind, name):
    """Install the add-on's dependencies into a new template ``name``."""
    check_space(kit.places.state, 1024**3)
    log = new_log(kit.places.logs, f"template-{kind}.log")
    with tempfile.TemporaryDirectory(dir=kit.places.own) as data:
        conf = write_conf(
            kit, f"template-{kind}", data, with_demo=kind == "demo", log_level="info"
        )
        with databases.made_whole(server, name) as part:
            install(kit, server, conf, part, kind, log)


def install(kit, server, conf, part, kind, log):
    """Fill the empty database ``part``."""
    databases.create(server, part)
    modules = ",".join(sorted(read_manifest(kit.places)["depends"]))
    args = ["-d", part, "-i", modules, "--stop-after-init", "--no-http"]
    failure = f"Odoo could not install what {ADDON} depends on"
    odoo_logged(kit, server, conf, args, log, failure)
    bundles = ["all"] if kind == "test" else RUN_BUNDLES
    finish(kit, server, conf, part, bundles, log)
    server.query("VACUUM ANALYZE", database=part)


def finish(kit, server, conf, db, args, log):
    """Run inside/finish_template.py in the database ``db``."""
    script = [INSIDE / "script_main.py", conf, db, INSIDE / "finish_template.py"]
    run_logged(
        [kit.python, *script, *args],
        log,
        "Odoo could not build the web client's files",
        env=environment(kit, server),
        cwd=kit.places.root,
    )
