"""Lets ``time.sleep`` work under libfaketime.

Up to version 0.9.10 it knows no absolute deadlines of the clock that it was told to
leave alone, by which Python 3.11 and later sleep: the call fails, or lasts for ever.
Python imports this module at its start where its folder is on the path.
"""

import select
import time


def sleep(seconds):
    """Wait so many seconds, as ``time.sleep`` does."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


try:
    time.sleep(1e-6)
except OSError:
    time.sleep = sleep
