"""``./dev translate``: the template of translations, merged into each language."""

import tempfile

from . import databases, odooenv, postgres
from .odooenv import ADDON, INSIDE
from .proc import new_log
from .testing import scratch_database
from .ui import step


def translate(places):
    """Export the terms of the add-on and bring every language's file up to date."""
    kit = odooenv.prepare(places)
    with (
        postgres.serving(places, kit.python, "test") as server,
        scratch_database(kit, server, "test") as db,
        tempfile.TemporaryDirectory(dir=places.own) as data,
    ):
        conf = odooenv.write_conf(kit, "translate", data, with_demo=False)
        with step(f"{ADDON} in a database without demo data"):
            install = ["-d", db, "-i", ADDON, "--stop-after-init", "--no-http"]
            log = new_log(places.logs, "translate.log")
            failure = f"{ADDON} does not install"
            odooenv.odoo_logged(kit, server, conf, install, log, failure)
        databases.disconnect(server, db)
        return odooenv.run_in_odoo_shell(
            kit, server, conf, db, INSIDE / "write_translations.py"
        )
