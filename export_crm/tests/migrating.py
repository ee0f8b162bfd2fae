"""Running a migration script as Odoo does when the module is updated."""

import importlib.util
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "migrations"


def migrate(env, script, version):
    """Run ``migrate`` of one script in the test's transaction.

    :param str script: below ``migrations``, e.g. ``"19.0.1.2.0/post-offers.py"``
    :param str version: that was installed before
    """
    spec = importlib.util.spec_from_file_location("migration", FOLDER / script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    env.flush_all()
    module.migrate(env.cr, version)
    env.invalidate_all()
