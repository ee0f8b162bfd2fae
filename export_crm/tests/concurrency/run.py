"""Run the concurrency tests: CONF DB, a database with export_crm to write into.

``./dev test`` does it, on a clone of the database that it tested. These tests
commit, so they are no ``TransactionCase`` and Odoo must not load them.
"""

import logging
import sys
import threading
import unittest
from pathlib import Path

from odoo import service
from odoo.modules.registry import Registry
from odoo.tools import config


def main(conf, db, *names):
    """Run the tests, or those named (``test_x.TestX.test_y``); return the exit code."""
    config.parse_config(["-c", conf, "-d", db, "--no-http", "--log-level=warn"])
    # What met another transaction is tried again; the tests count it.
    logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)
    service.server.load_server_wide_modules()
    threading.current_thread().dbname = db
    Registry(db)
    loader = unittest.TestLoader()
    if names:
        suite = loader.loadTestsFromNames(names)
    else:
        suite = loader.discover(Path(__file__).parent)
    return not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
