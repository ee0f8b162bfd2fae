"""Where things lie: the cache, the state, this checkout; and their locks.

As an ordinary user everything is under the XDG folders.  As root it is under
/var, because PostgreSQL refuses to run as root and the user that runs it in
root's place may not enter root's home.  ``EXPORT_CRM_HOME`` puts both parts
into one folder of your choice.
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from .ui import Failure, say

NAME = "export-crm"
NEEDED_BYTES = 3 * 1024**3  # Odoo, the Python packages and two templates
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432") - 1  # bytes, see sun_path in unix(7)


class Places:
    """Paths of one user and one checkout; folders are made when first used."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        self.key = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:8]
        self.cache, self.state = base_folders()
        self.addon = self.root / "export_crm"
        self.lock_file = self.root / "requirements.lock"

    @property
    def logs(self):
        """Logs of this checkout's commands."""
        return made(self.root / ".dev" / "logs")

    @property
    def shots(self):
        """Screenshots of browser tests."""
        return made(self.root / ".dev" / "screenshots")

    @property
    def own(self):
        """State that belongs to this checkout (data folder, server record)."""
        return made(self.state / "checkouts" / self.key)

    def lock(self, name):
        """Path of the lock for the artefact ``name``."""
        return made(self.cache / "locks") / f"{name}.lock"


def base_folders():
    """Return (cache, state): Paths that are writable, made if missing."""
    home = os.environ.get("EXPORT_CRM_HOME")
    if home:
        home = Path(home).absolute()
        return writable(home / "cache"), writable(home / "state")
    if os.geteuid() == 0:
        return root_folders()
    cache = xdg("XDG_CACHE_HOME", ".cache")
    state = xdg("XDG_STATE_HOME", ".local/state")
    return writable(cache / NAME), writable(state / NAME)


def root_folders():
    """Return (cache, state) for root: other users must be able to enter."""
    os.umask(0o022)
    choices = [("/var/cache", "/var/lib"), ("/opt", "/opt"), ("/var/tmp", "/var/tmp")]
    for cache, state in choices:
        if all(
            open_to_all(part) and os.access(part, os.W_OK) for part in (cache, state)
        ):
            return (
                writable(Path(cache) / NAME / "cache"),
                writable(Path(state) / NAME / "state"),
            )
    raise Failure(
        "none of /var/cache, /opt, /var/tmp is writable: set EXPORT_CRM_HOME "
        "to a folder outside /root"
    )


def xdg(variable, default):
    """Return the XDG folder ``variable``; relative values do not count."""
    value = Path(os.environ.get(variable) or "")
    if value.is_absolute():
        return value
    home = Path(os.environ.get("HOME") or os.path.expanduser("~"))
    if not home.is_dir():
        raise Failure(f"the home folder {home} does not exist: set EXPORT_CRM_HOME")
    return home / default


def open_to_all(path):
    """True if every user may enter ``path`` and all its parents."""
    path = Path(path).resolve()
    try:
        return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents))
    except OSError:
        return False


def writable(path):
    """Make the folder ``path`` and return it, or fail in one line."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(
            f"cannot make {path}: {error.strerror}: set EXPORT_CRM_HOME to a "
            "folder that you may write"
        ) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise Failure(f"{path} is not writable: set EXPORT_CRM_HOME to another folder")
    return path


def made(path):
    """Return ``path`` after making it a folder."""
    path.mkdir(parents=True, exist_ok=True)
    return path


def socket_folder(wanted):
    """Return ``wanted`` or, where it is too long for a socket, a short one.

    The short one is in /tmp, private to this user; anybody else's folder of
    that name is refused.
    """
    if len(os.fsencode(wanted)) <= SOCKET_LIMIT:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:10]
    folder = Path("/tmp") / f"{NAME}-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() and folder.lstat().st_uid != os.geteuid():
        raise Failure(f"{folder} belongs to somebody else: set EXPORT_CRM_HOME")
    return folder


def check_space(path, needed=NEEDED_BYTES):
    """Fail in one line if less than ``needed`` bytes are free at ``path``."""
    free = shutil.disk_usage(path).free
    if free < needed:
        raise Failure(
            f"{path} has {free / 1024**3:.1f} GB free and "
            f"{needed / 1024**3:.0f} GB are needed: free some, or set "
            "EXPORT_CRM_HOME to a folder on a larger disk"
        )


@contextlib.contextmanager
def locked(path, shared=False):
    """Hold a lock on the file ``path``; say so when waiting for another."""
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with open(path, "a") as handle:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            say(f"   waiting for another ./dev that is busy with {path.stem} …")
            fcntl.flock(handle, kind)
        yield handle


@contextlib.contextmanager
def built(target, places):
    """Make the folder ``target`` whole or not at all.

    Yields a temporary folder beside it, which takes the name ``target`` when
    the block ends without an error; yields None if ``target`` is there.  What
    a killed call left behind is removed first: the lock says nobody uses it.
    """
    with locked(places.lock(target.name)):
        made(target.parent)
        for left in target.parent.glob(f"{target.name}.part-*"):
            remove(left)
        if target.exists():
            yield None
            return
        part = Path(tempfile.mkdtemp(prefix=f"{target.name}.part-", dir=target.parent))
        part.chmod(0o755)
        try:
            yield part
            os.rename(part, target)
        finally:
            if part.exists():
                remove(part)


def sweep(places):
    """Remove what killed calls left half-made and nobody is making now."""
    for left in places.cache.glob("*.part-*"):
        name = left.name.split(".part-")[0]
        with open(places.lock(name), "a") as handle, contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(left)


def remove(path):
    """Delete a folder tree, also when a dying process still writes in it."""
    for _attempt in range(3):
        shutil.rmtree(path, ignore_errors=True)
        if not os.path.lexists(path):
            return
