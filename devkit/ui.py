"""What the user sees: steps with their time, and failures in one line."""

import contextlib
import os
import sys
import threading
import time

TICK = 10  # seconds between two signs of life of a long step


class Failure(Exception):
    """A step failed; the message says in one line what, and what to do."""


def say(text=""):
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def warn(text):
    """Print one line on standard error."""
    print(f"dev: {text}", file=sys.stderr, flush=True)


def seconds(since):
    """Return the time since ``since`` (``time.monotonic()``), e.g. "12 s"."""
    return f"{time.monotonic() - since:.0f} s"


@contextlib.contextmanager
def step(title):
    """Announce a long step, show that it lives, and say how long it took."""
    start = time.monotonic()
    over = threading.Event()

    def tick():
        while not over.wait(TICK):
            say(f"   … {title}: {seconds(start)}")

    say(f"-> {title}")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
    say(f"   {title}: done in {seconds(start)}")


def confirm(question):
    """Ask a yes/no question; without a terminal the answer is no."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def in_ci():
    """True if the environment says that this is a CI run (``CI=true``)."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
