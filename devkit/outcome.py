"""Count what the tests did: from the events of Odoo's process, see inside/."""

import json
import os
import re
from dataclasses import dataclass, field

# Log lines of level WARNING or above that are no failure: (logger, text), both
# regular expressions that must match from the beginning.
TOLERATED = [
    # Counted as a skipped test, and as a failure under CI.
    (r"odoo\.", r"Chrome executable not found"),
    # The summary line; each failed test in it is counted by itself.
    (r"odoo\.tests\.result", r"\d+ failed, \d+ error"),
    (r"odoo\.modules\.loading", r"(Module \S+: )?\d+ failures, \d+ errors"),
]
# What the web server logs when the user of a browser test is refused something
# with a message: a test that provokes it asserts it. An AccessError is no such.
REFUSALS = ("UserError", "ValidationError", "OrderRefused")
BROWSER = re.compile(r"chrom|browser|websocket", re.IGNORECASE)
CLASS_ERROR = re.compile(r"(?:setUpClass|tearDownClass) \((.+)\)$")


@dataclass
class Tally:
    """How many tests passed, failed and were skipped, and what to say."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    browser_skips: int = 0
    notes: list = field(default_factory=list)

    def add(self, other):
        """Add another tally to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.browser_skips += other.browser_skips
        self.notes += other.notes

    def check(self, right, note):
        """Count one check; say ``note`` if it is not ``right``."""
        if right:
            self.passed += 1
        else:
            self.failed += 1
            self.notes.append(note)

    def line(self):
        """Return the line that ends the output of ``./dev test``."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def read_events(path):
    """Return the events in the file ``path``; a half-written last line of a
    killed process is left out. No file: the process never began, no events.
    """
    events = []
    if not os.path.exists(path):
        return events
    with open(path) as lines:
        for line in lines:
            try:
                events.append(json.loads(line))
            except ValueError:
                continue
    return events


def unexpected(events):
    """Return the log events that no rule tolerates."""
    return [
        event for event in events if event["kind"] == "log" and not tolerated(event)
    ]


def tolerated(event):
    """True if the log event is one of those that are no failure."""
    if event["logger"] == "odoo.http" and event.get("exception") in REFUSALS:
        return event["level"] == "WARNING"
    return any(
        re.match(logger, event["logger"]) and re.match(text, event["text"])
        for logger, text in TOLERATED
    )


def count_tests(events):
    """Return the Tally of the tests, each planned one counted once."""
    tally = Tally()
    owner = {e["test"]: e["owner"] for e in events if e["kind"] == "planned"}
    failed = details(events, "failed")
    skipped = details(events, "skipped")
    ended = {e["test"] for e in events if e["kind"] == "ended"}
    for test in owner:
        failure = failed.get(test) or class_detail(failed, owner[test])
        skip = skipped.get(test) or class_detail(skipped, owner[test])
        if failure and (test in failed or test not in ended):
            tally.check(False, f"FAIL {short(test)}: {failure}")
        elif skip is not None and (test in skipped or test not in ended):
            tally.skipped += 1
            tally.browser_skips += bool(BROWSER.search(skip))
            tally.notes.append(f"skip {short(test)}: {skip}")
        else:
            tally.check(test in ended, f"FAIL {short(test)}: it did not end")
    count_class_errors(tally, failed, owner, ended)
    return tally


def details(events, kind):
    """Return {test: detail} of the events of a kind; the first one counts."""
    found = {}
    for event in events:
        if event["kind"] == kind:
            found.setdefault(event["test"], event.get("detail") or kind)
    return found


def class_detail(found, owner):
    """Return what was reported for the set-up of the class ``owner``."""
    return found.get(f"setUpClass ({owner})")


def count_class_errors(tally, failed, owner, ended):
    """Count failures that belong to no test: of a class whose tests all ran."""
    unfinished = {owner[test] for test in owner if test not in ended}
    for test, detail in failed.items():
        match = CLASS_ERROR.match(test)
        if test in owner or (match and match.group(1) in unfinished):
            continue
        tally.check(False, f"FAIL {test}: {detail}")


def short(test):
    """Return a test's id without what all have in common."""
    return test.removeprefix("odoo.addons.")


def count_log(events, phase):
    """Return the Tally of one check: that the log of ``phase`` is clean."""
    tally = Tally()
    lines = unexpected(events)
    tally.check(not lines, f"FAIL {phase}: {len(lines)} unexpected log line(s)")
    for event in lines[:20]:
        text = event["text"].strip()[:2000]
        tally.notes.append(f"  {event['level']} {event['logger']}: {text}")
    return tally


def count_unittest(text, code):
    """Return the Tally of a ``python -m unittest`` from its output."""
    tally = Tally()
    ran = re.search(r"^Ran (\d+) tests?", text, re.MULTILINE)
    total = int(ran.group(1)) if ran else 0
    numbers = re.findall(r"(failures|errors|skipped)=(\d+)", text.rsplit("\n\n", 1)[-1])
    counts = {name: int(number) for name, number in numbers}
    tally.failed = counts.get("failures", 0) + counts.get("errors", 0)
    tally.skipped = counts.get("skipped", 0)
    tally.passed = max(0, total - tally.failed - tally.skipped)
    if (code or not total) and not tally.failed:
        tally.failed = 1
    if tally.failed:
        tally.notes.append(text.strip())
    return tally
