"""One line about a long loop: how much is done, how fast, how much longer."""

import sys
import time

EVERY = 5  # seconds between two lines where the output is no terminal


def duration(seconds):
    """Return a time for people.

    >>> duration(59.6), duration(75), duration(3700)
    ('60 s', '1 min 15 s', '1 h 01 min')
    """
    seconds = round(seconds)
    if seconds <= 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60:02d} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min"


class Progress:
    """Shows one line that is written anew, or a line now and then in a log.

    ``before``: how many an earlier call has done; they do not count for the
    rate.
    """

    def __init__(self, title, total, before=0, out=sys.stdout, clock=time.monotonic):
        self.title, self.total, self.before = title, total, before
        self.out, self.clock = out, clock
        self.done = before
        self.start = self.shown = clock()

    def text(self):
        """Return the line."""
        new, took = self.done - self.before, self.clock() - self.start
        share = 100 * self.done // self.total if self.total else 100
        line = f"   {self.title}: {self.done:,} of {self.total:,} ({share} %)"
        if new and took > 0:
            rate = new / took
            line += f", {rate:.1f}/s, "
            line += f"{duration((self.total - self.done) / rate)} to go"
        return line

    def add(self, number):
        """Count ``number`` more as done and show it."""
        self.done += number
        if self.out.isatty():
            self.out.write(f"\r\x1b[2K{self.text()}")
        elif self.clock() - self.shown >= EVERY:
            self.out.write(f"{self.text()}\n")
            self.shown = self.clock()
        self.out.flush()

    def finish(self):
        """Leave a line that says how many were done in what time."""
        new, took = self.done - self.before, self.clock() - self.start
        line = f"   {self.title}: {self.done:,} of {self.total:,}"
        if new:
            line += f"; {new:,} now, in {duration(took)}"
            line += f" ({new / took:.1f}/s)" if took > 0 else ""
        self.out.write(f"\r\x1b[2K{line}\n" if self.out.isatty() else f"{line}\n")
        self.out.flush()
