"""Odoo on one database of the benchmark, and the clock."""

import contextlib
import os
import statistics
import threading
import time


def load(db, addons="", before=None):
    """Return Odoo's registry of the database ``db``.

    :param str addons: a further folder of add-ons
    :param before: function to be called before the registry is built
    """
    from odoo import service
    from odoo.modules.registry import Registry
    from odoo.tools import config

    args = ["-c", os.environ["ODOO_RC"], "-d", db, "--no-http", "--log-level=error"]
    config.parse_config(args)
    if addons:
        paths = [*config["addons_path"], str(addons)]
        config.parse_config([*args, "--addons-path", ",".join(map(str, paths))])
    service.server.load_server_wide_modules()
    threading.current_thread().dbname = db
    if before:
        before()
    return Registry(db)


@contextlib.contextmanager
def environment(registry, uid=1):
    """Yield an environment in a transaction that is rolled back unless committed."""
    from odoo import api

    with contextlib.closing(registry.cursor()) as cr:
        env = api.Environment(cr, uid, {})
        yield env(context=env["res.users"].context_get())


class Watch:
    """Seconds and statements of a block: ``with Watch(cr) as watch: …``."""

    def __init__(self, cr=None):
        self.cr = cr
        self.seconds = self.statements = 0

    def __enter__(self):
        self.before = self.cr.sql_log_count if self.cr else 0
        self.begin = time.perf_counter()
        return self

    def __exit__(self, *_error):
        self.seconds = time.perf_counter() - self.begin
        self.statements = (self.cr.sql_log_count if self.cr else 0) - self.before


def median_ms(seconds):
    """Return the median of ``seconds`` in milliseconds, to two decimals."""
    return round(statistics.median(seconds) * 1000, 2)
