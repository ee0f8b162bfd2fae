"""The database that ``./dev run`` serves: demo data and the add-on."""

from . import databases
from .odooenv import ADDON, addon_hash, odoo_logged, write_conf
from .places import made
from .proc import new_log
from .templates import finish, template
from .ui import step


def run_db_name(places):
    """Return the name of this checkout's database."""
    return f"{ADDON}_{places.key}"


def run_conf(kit):
    """Write the configuration for this checkout's database; return its Path."""
    data = made(kit.places.own / "data")
    db = run_db_name(kit.places)
    return write_conf(kit, "run", data, db_name=db, dbfilter=f"^{db}$")


def ensure_run_db(kit, server, conf, warm=True):
    """Make this checkout's database, or bring the add-on in it up to date.

    ``warm``: build the web client's files now and not at the first login.
    """
    name = run_db_name(kit.places)
    if not databases.exists(server, name):
        make_run_db(kit, server, conf, name, warm)
    elif databases.facts(server, name).get("addon") != addon_hash(kit.places):
        update_run_db(kit, server, conf, name)
    return name


def make_run_db(kit, server, conf, name, warm):
    """Clone the template with demo data and install the add-on in it."""
    demo = template(kit, server, "demo")
    log = new_log(kit.places.logs, "install.log")
    with step(f"database {name} with demo data"):
        with databases.made_whole(server, name) as part:
            databases.create(server, part, demo)
            seen = addon_hash(kit.places)
            args = ["-d", part, "-i", ADDON, "--stop-after-init", "--no-http"]
            odoo_logged(kit, server, conf, args, log, f"{ADDON} does not install")
            if warm:
                finish(kit, server, conf, part, ["web.assets_web"], log)
            databases.mark(server, part, addon=seen)


def update_run_db(kit, server, conf, name):
    """Update the add-on in the database ``name``; nobody may be using it."""
    log = new_log(kit.places.logs, "update.log")
    with step(f"updating {ADDON} in {name}"):
        seen = addon_hash(kit.places)
        args = ["-d", name, "-u", ADDON, "--stop-after-init", "--no-http"]
        odoo_logged(kit, server, conf, args, log, f"{ADDON} does not update")
        databases.mark(server, name, addon=seen)
