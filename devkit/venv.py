"""The virtual environment with the Python packages of requirements.lock."""

import glob
import hashlib
import os
import shutil
import sys

from . import apt
from .places import built, check_space
from .proc import new_log, output, run_logged
from .ui import Failure, step


def lock_key(places):
    """Return what names the environment: the Python, and the lock's content."""
    try:
        digest = hashlib.sha256(places.lock_file.read_bytes()).hexdigest()[:10]
    except OSError as error:
        raise Failure(f"requirements.lock cannot be read: {error}") from error
    return f"{sys.version_info[0]}.{sys.version_info[1]}-{digest}"


def find_python(places):
    """Return the Path of the environment's Python; made on the first call."""
    target = places.cache / f"venv-{lock_key(places)}"
    python = target / "bin" / "python"
    if target.exists() and not works(python):
        # The interpreter it was made with was removed or upgraded away.
        shutil.rmtree(target, ignore_errors=True)
    if not target.exists():
        make_venv(target, places)
    return python


def works(python):
    """True if the environment's Python starts."""
    return output([python, "-c", "import psycopg2"])[0] == 0


def make_venv(target, places):
    """Make the environment and install the locked packages."""
    log = new_log(places.logs, "venv.log")
    title = "Python packages of requirements.lock"
    with step(title), built(target, places) as part:
        if part is None:
            return
        check_space(part)
        failure = "cannot make a virtual environment: install the package python3-venv"
        make = [sys.executable, "-m", "venv", "--without-pip", part]
        run_logged(make, log, failure)
        pip = pip_wheel(part, log)
        python = part / "bin" / "python"
        # A wheel is a zip file that Python can run from.
        run_logged(
            [python, f"{pip}/pip", "install", "--no-index", "--no-deps", pip],
            log,
            "pip could not install itself",
        )
        run_logged(
            [python, "-m", "pip", "install", "-r", places.lock_file],
            log,
            "pip could not install the packages: check the network and pip's settings",
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        )
        settle(part, target)


def settle(part, target):
    """Write the final name where venv and pip wrote the temporary one."""
    for path in (part / "bin").iterdir():
        if path.is_file() and not path.is_symlink():
            replace_in(path, str(part), str(target))
    replace_in(part / "pyvenv.cfg", str(part), str(target))


def replace_in(path, old, new):
    """Replace ``old`` in the text file ``path``; leave binaries alone."""
    try:
        text = path.read_text()
    except UnicodeDecodeError:
        return
    if old in text:
        path.write_text(text.replace(old, new))


def pip_wheel(part, log):
    """Return the path of a wheel of pip, from where this machine has one.

    Debian's own Python comes without ensurepip unless python3-venv is
    installed: then take the wheel out of the package python3-pip-whl.
    """
    for folder in wheel_folders():
        wheels = sorted(glob.glob(os.path.join(folder, "pip-*.whl")))
        if wheels:
            return wheels[-1]
    try:
        return wheel_from_debian(part, log)
    except Failure as error:
        raise Failure(
            "this Python has no pip: install the package python3-venv\n" + str(error)
        ) from error


def wheel_folders():
    """Return the folders in which a Python keeps the wheel of pip."""
    folders = ["/usr/share/python-wheels"]
    try:
        import ensurepip
    except ImportError:
        return folders
    return [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), *folders]


def wheel_from_debian(part, log):
    """Fetch python3-pip-whl and return the path of the wheel in it."""
    suite, base = apt.machine_suite(), part / ".apt"
    debs = apt.download([f"python3-pip-whl/{suite}"], [suite], base, log)
    apt.unpack(debs, base / "tree", log)
    wheel = next((base / "tree").rglob("pip-*.whl"))
    kept = shutil.copy(wheel, part)
    shutil.rmtree(base)
    return kept
