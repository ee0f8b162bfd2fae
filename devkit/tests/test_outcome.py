"""Counting tests from events: nothing that failed may be lost."""

import unittest

from devkit.outcome import count_log, count_tests, count_unittest

CLASS = "odoo.addons.export_crm.tests.test_x.TestX"


def planned(*names):
    """Return the events of planned tests of one class."""
    return [
        {"kind": "planned", "test": f"{CLASS}.{name}", "owner": CLASS} for name in names
    ]


def event(kind, name, detail=""):
    """Return one event of a test of the class, or of anything else."""
    test = name if "(" in name else f"{CLASS}.{name}"
    return {"kind": kind, "test": test, "detail": detail}


def log(level, logger, text):
    """Return one log event."""
    return {"kind": "log", "level": level, "logger": logger, "text": text}


class TestCount(unittest.TestCase):
    def assert_line(self, events, line):
        self.assertEqual(count_tests(events).line(), line)

    def test_passed(self):
        events = [*planned("a"), event("started", "a"), event("ended", "a")]
        self.assert_line(events, "1 passed, 0 failed, 0 skipped")

    def test_failed_twice_in_subtests_is_one(self):
        events = [*planned("a"), event("failed", "a", "x"), event("failed", "a", "y")]
        events.append(event("ended", "a"))
        self.assert_line(events, "0 passed, 1 failed, 0 skipped")

    def test_set_up_class_fails_all_of_its_tests(self):
        events = [*planned("a", "b"), event("failed", f"setUpClass ({CLASS})", "x")]
        self.assert_line(events, "0 passed, 2 failed, 0 skipped")

    def test_set_up_class_skips_all_of_its_tests(self):
        reason = "Chrome executable not found"
        events = [*planned("a", "b"), event("skipped", f"setUpClass ({CLASS})", reason)]
        self.assert_line(events, "0 passed, 0 failed, 2 skipped")
        self.assertEqual(count_tests(events).browser_skips, 2)

    def test_tear_down_class(self):
        events = [*planned("a"), event("ended", "a")]
        events.append(event("failed", f"tearDownClass ({CLASS})", "x"))
        self.assert_line(events, "1 passed, 1 failed, 0 skipped")

    def test_skipped(self):
        events = [*planned("a"), event("skipped", "a", "later"), event("ended", "a")]
        self.assert_line(events, "0 passed, 0 failed, 1 skipped")
        self.assertEqual(count_tests(events).browser_skips, 0)

    def test_killed_in_the_middle(self):
        events = [*planned("a", "b"), event("ended", "a"), event("started", "b")]
        self.assert_line(events, "1 passed, 1 failed, 0 skipped")


class TestLog(unittest.TestCase):
    def test_clean(self):
        noise = log("WARNING", "odoo.tests.common", "Chrome executable not found")
        self.assertEqual(count_log([noise], "x").failed, 0)

    def test_refusals_are_no_failure(self):
        event = log("WARNING", "odoo.http", "on hold")
        for exception, failed in (("UserError", 0), ("AccessError", 1), ("str", 1)):
            with self.subTest(exception=exception):
                tally = count_log([{**event, "exception": exception}], "x")
                self.assertEqual(tally.failed, failed)

    def test_not_clean(self):
        tally = count_log([log("ERROR", "odoo.addons.export_crm", "no")], "tests")
        self.assertEqual(tally.line(), "0 passed, 1 failed, 0 skipped")
        self.assertIn("no", tally.notes[1])


class TestUnittest(unittest.TestCase):
    def test_counts(self):
        text = "..F\n\nRan 9 tests in 1s\n\nFAILED (failures=1, errors=2, skipped=3)\n"
        line = "3 passed, 3 failed, 3 skipped"
        self.assertEqual(count_unittest(text, 1).line(), line)

    def test_no_tests_fail(self):
        self.assertEqual(count_unittest("Ran 0 tests in 0s\n\nOK\n", 0).failed, 1)
        self.assertEqual(count_unittest("ImportError: x\n", 1).failed, 1)
