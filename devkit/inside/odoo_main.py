"""Start Odoo with two ears in its process: for the tests and for the log.

Runs in Odoo's environment, in place of ``python -m odoo``.  With
``EXPORT_CRM_EVENTS`` set to a file, every test's outcome and every log record
of level WARNING or above is appended to it as one JSON object a line.  The
objects' ``kind`` is "planned", "started", "failed", "skipped", "ended", "log"
or "exit"; a test that is planned and never ended did not pass, whatever
became of the process.
"""

import json
import logging
import os
import sys
import unittest

BUNDLES = {
    "web.assets_web",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.assets_tests",
}


class Events:
    """A file of JSON lines, flushed at each line."""

    def __init__(self, path):
        self.file = open(path, "a")

    def add(self, kind, **values):
        """Append one object."""
        self.file.write(json.dumps({"kind": kind, **values}) + "\n")
        self.file.flush()


class LogEar(logging.Handler):
    """Passes on warnings and worse, except the reports of failed tests."""

    def __init__(self, events):
        super().__init__(logging.WARNING)
        self.events = events

    def emit(self, record):
        """Append ``record``, marked when a failed test's own report."""
        try:
            text = record.getMessage()
        except Exception as error:
            text = f"{record.msg} ({error})"
        if record.exc_info and record.exc_info[0]:
            text += f" [{record.exc_info[0].__name__}: {record.exc_info[1]}]"
        self.events.add(
            "log",
            level=record.levelname,
            logger=record.name,
            text=text,
            # Odoo's web server logs a refusal by passing the exception itself.
            exception=type(record.msg).__name__,
        )


def name_of(test):
    """Return the id of a test; of a subtest, the id of its test."""
    return getattr(test, "test_case", None) and test.test_case.id() or test.id()


def listen_to_tests(events):
    """Report the outcome of each test as Odoo's own result object gets it."""
    from odoo.tests import loader
    from odoo.tests.result import OdooTestResult

    def wrap(method, kind, detail=lambda *args: ""):
        original = getattr(OdooTestResult, method)

        def wrapped(self, test, *args):
            if not self._soft_fail:  # a soft failure is tried again
                events.add(kind, test=name_of(test), detail=detail(*args))
            return original(self, test, *args)

        setattr(OdooTestResult, method, wrapped)

    wrap("startTest", "started")
    wrap("stopTest", "ended")
    wrap("addError", "failed", lambda err: str(err[1])[:500])
    wrap("addFailure", "failed", lambda err: str(err[1])[:500])
    wrap("addSkip", "skipped", str)
    run_suite = loader.run_suite

    def wrapped_run_suite(suite, *args, **options):
        for test in suite:
            events.add(
                "planned", test=test.id(), owner=unittest.util.strclass(type(test))
            )
        return run_suite(suite, *args, **options)

    loader.run_suite = wrapped_run_suite


def without_reports(events):
    """Keep the text by which a test result reports a failure out of the log
    events: the failure itself is one already.
    """
    from odoo.tests.result import OdooTestResult

    original = OdooTestResult.logError

    def wrapped(self, *args):
        ear = next(h for h in logging.getLogger().handlers if isinstance(h, LogEar))
        ear.setLevel(logging.CRITICAL + 1)
        try:
            return original(self, *args)
        finally:
            ear.setLevel(logging.WARNING)

    OdooTestResult.logError = wrapped


def fewer_bundles():
    """Let Odoo build ahead of the tests only what a browser test loads.

    It would build every bundle there is, print styles and Odoo's own
    JavaScript tests among them: a quarter of a minute, each time.
    """
    from odoo.tests import loader

    make_suite = loader.make_suite

    def wrapped(*args, **options):
        # Odoo's add-ons cannot be imported before its configuration is read.
        from odoo.addons.base.models.ir_qweb import IrQweb

        IrQweb._get_bundles_to_pregenarate = lambda self: (BUNDLES, BUNDLES)
        return make_suite(*args, **options)

    loader.make_suite = wrapped


def without_browser():
    """Make Odoo find no browser, as on a machine that has none."""
    from odoo.tests import common

    BUNDLES.clear()

    def find_nothing():
        raise unittest.SkipTest("Chrome executable not found")

    common._find_executable = find_nothing


def main():
    """Install the hooks that are asked for and start Odoo."""
    import odoo.cli

    path = os.environ.get("EXPORT_CRM_EVENTS")
    if not path:
        sys.exit(odoo.cli.main())
    import odoo.tests.common

    events = Events(path)
    logging.getLogger().addHandler(LogEar(events))
    listen_to_tests(events)
    without_reports(events)
    fewer_bundles()
    if os.environ.get("EXPORT_CRM_NO_BROWSER"):
        without_browser()
    code = 1
    try:
        code = odoo.cli.main()
    except SystemExit as error:
        code = error.code
        raise
    finally:
        events.add("exit", code=code or 0)
    sys.exit(code)


if __name__ == "__main__":
    # Odoo's programs look at the name they were called by.
    sys.argv[0] = "odoo"
    main()
