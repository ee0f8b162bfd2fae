"""A browser for the tests: on the PATH, else from Debian's packages as root."""

import os
import shutil

from .proc import new_log, run_logged
from .ui import Failure, step, warn

# The names that Odoo's test runner looks for.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def find_browser():
    """Return the path of a browser on the PATH, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def ensure_browser(places):
    """Return the path of a browser, installed if need be; None without one."""
    browser = find_browser()
    if browser:
        return browser
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        warn("no browser: browser tests are skipped; install the package chromium")
        return None
    try:
        install(new_log(places.logs, "chromium.log"))
    except Failure as error:
        warn(f"{error}\nno browser: browser tests are skipped")
    return find_browser()


def install(log):
    """Install Debian's chromium with the machine's own apt settings."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    with step("Chromium from Debian's packages"):
        failure = "apt-get could not install chromium"
        run_logged(["apt-get", *options, "update"], log, failure, env=env)
        # Without the font, Chinese is rows of boxes.
        packages = ["--no-install-recommends", "chromium", "fonts-wqy-zenhei"]
        command = ["apt-get", *options, "install", *packages]
        run_logged(command, log, failure, env=env)
