"""``./dev run`` and ``./dev update``: one server per checkout, and its record."""

import contextlib
import errno
import fcntl
import http.client
import json
import os
import re
import signal
import socket
import time

from . import databases, odooenv, postgres
from .proc import new_log, reason, spawn, stop, tail
from .rundb import ensure_run_db, run_conf, run_db_name, update_run_db
from .testing import free_port
from .ui import Failure, say, seconds, warn

READY_SECONDS = 180  # for a server to answer, on a slow machine
POLL = 0.3  # seconds


class Record:
    """What the running server of this checkout says about itself.

    The lock tells whether it runs, also after a kill; the file tells how to
    reach it.
    """

    def __init__(self, places):
        self.path = places.own / "server.json"
        self.lock_path = places.own / "server.lock"

    def read(self):
        """Return the facts, {} if there are none."""
        try:
            return json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}

    def write(self, **facts):
        """Replace the facts at once."""
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps({"pid": os.getpid(), **facts}))
        os.replace(part, self.path)

    @contextlib.contextmanager
    def held(self):
        """Yield True while holding the lock, False if a server holds it."""
        with open(self.lock_path, "a") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True


def run(places, port, host, warm, show_log, check=False):
    """Set everything up and serve until interrupted; return the exit code.

    ``check``: only until the login page and all its files have come, on any free port.
    """
    if check:
        port = free_port()
    record = Record(places)
    with record.held() as ours:
        if not ours:
            return tell_running(record)
        check_port(host, port, patient=record.read().get("port") == port)
        record.write(state="setting up", port=port)
        try:
            kit = odooenv.prepare(places)
            with postgres.serving(places, kit.python, "run") as server:
                serving = Supervisor(kit, server, record, port, host, show_log)
                return serving.run(warm, check)
        finally:
            record.write(state="stopped", port=port)


def tell_running(record):
    """Say where the server that runs already is; wait if it is not ready."""
    facts = record.read()
    if facts.get("state") != "ready":
        say(f"./dev run is busy already (process {facts.get('pid')}); waiting …")
    while facts.get("state") != "ready":
        time.sleep(POLL)
        facts = record.read()
        with record.held() as free:
            if free or facts.get("state") in ("stopped", "failed"):
                raise Failure("the other ./dev run did not start; see its output")
    say("Odoo is running already.")
    print_address(facts)
    return 0


def print_address(facts):
    """Print how to reach and enter the server."""
    say("")
    say(f"   URL       {facts['url']}")
    say(f"   Database  {facts['db']}")
    say("   Login     admin / admin")
    say("   One each  sales, credit, lead, director, claims, intern (password = login)")
    say("")


def check_port(host, port, patient=False):
    """Fail in one line if the port is taken.

    ``patient``: a server of this checkout had it and may just be dying.
    """
    for attempt in range(10 if patient else 1):
        if attempt:
            time.sleep(POLL)
        if port_is_free(host, port):
            return
    raise Failure(f"port {port} is in use; ./dev run --port N")


def port_is_free(host, port):
    """True if a server may listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As Odoo's server does, or a connection in TIME_WAIT would count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise Failure(
                f"cannot listen on {host} port {port}: {error.strerror}; "
                "./dev run --port N"
            ) from error
    return True


class Supervisor:
    """Keeps Odoo running, and updates the add-on when ``./dev update`` asks."""

    def __init__(self, kit, server, record, port, host, show_log):
        self.kit, self.server, self.record = kit, server, record
        self.port, self.host, self.show_log = port, host, show_log
        self.child = None
        self.asked = False
        self.generation = 0
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.facts = {
            "url": f"http://{shown}:{port}",
            "db": run_db_name(kit.places),
            "port": port,
        }

    def run(self, warm, check=False):
        """Serve until a signal ends it; return the exit code.

        ``check``: only until the login page and its files have come.
        """
        conf = run_conf(self.kit)
        ensure_run_db(self.kit, self.server, conf, warm)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_quit)
        signal.signal(signal.SIGUSR1, self.on_update)
        try:
            self.start(conf)
            say("Odoo is running; Ctrl-C stops it.")
            print_address(self.facts)
            say(f"   Log       {self.log}")
            if check:
                self.check_login()
            else:
                self.watch(conf)
        except KeyboardInterrupt:
            say("\nStopping Odoo …")
        finally:
            self.stop_child()
        return 0

    @property
    def log(self):
        """Path of the server's log."""
        return self.kit.places.logs / "server.log"

    def on_quit(self, *_signal):
        """End as Ctrl-C does."""
        raise KeyboardInterrupt

    def on_update(self, *_signal):
        """Remember that ``./dev update`` asked."""
        self.asked = True

    def say_state(self, state, note=""):
        """Tell the other commands."""
        self.record.write(
            state=state, note=note, generation=self.generation, **self.facts
        )

    def start(self, conf):
        """Start Odoo and wait until it answers."""
        self.say_state("starting")
        args = ["--http-interface", self.host, "--http-port", str(self.port)]
        out = (
            None
            if self.show_log
            else open(new_log(self.kit.places.logs, "server.log"), "a")
        )
        begin = time.monotonic()
        self.child = spawn(
            odooenv.odoo_command(self.kit, conf, *args),
            stdout=out,
            stderr=out,
            env=odooenv.environment(self.kit, self.server),
            cwd=self.kit.places.root,
        )
        while not self.answers():
            if self.child.poll() is not None:
                raise Failure(f"Odoo stopped{reason(tail(self.log))} (log: {self.log})")
            if time.monotonic() - begin > READY_SECONDS:
                raise Failure(f"Odoo does not answer (log: {self.log})")
            time.sleep(POLL)
        say(f"   Odoo answered after {seconds(begin)}")
        self.say_state("ready")

    def answers(self):
        """True if the login page comes."""
        try:
            return self.get("/web/login")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def get(self, path):
        """Return (status, body) of the answer to a request."""
        address = self.facts["url"].removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=60)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def check_login(self):
        """Fail unless the login page comes with all its scripts and styles."""
        page = self.get("/web/login")[1].decode()
        files = re.findall(r'(?:src|href)="(/web/assets/[^"]+)"', page)
        if not files:
            raise Failure(f"the login page names no scripts (log: {self.log})")
        for path in files:
            status = self.get(path)[0]
            if status != 200:
                raise Failure(f"{path} answers {status} (log: {self.log})")
        say(f"   the login page and its {len(files)} files have come")

    def watch(self, conf):
        """Wait for the end of Odoo, or for ``./dev update``."""
        while True:
            time.sleep(POLL)
            if self.asked:
                self.asked = False
                self.update(conf)
            elif self.child and self.child.poll() is not None:
                raise Failure(f"Odoo stopped{reason(tail(self.log))} (log: {self.log})")

    def update(self, conf):
        """Update the add-on between a stop and a start.

        After an update that failed Odoo stays stopped: the next one may mend it.
        """
        self.say_state("updating")
        self.stop_child()
        self.generation += 1
        try:
            update_run_db(self.kit, self.server, conf, self.facts["db"])
            self.start(conf)
        except Failure as error:
            self.stop_child()
            warn(f"{error}\nOdoo stays stopped until ./dev update succeeds.")
            self.say_state("failed", str(error))

    def stop_child(self):
        """Stop Odoo if it runs."""
        if self.child:
            stop(self.child)
            self.child = None


def update(places):
    """Update the add-on in this checkout's database; return the exit code."""
    record = Record(places)
    with record.held() as ours:
        if not ours:
            return ask_supervisor(record)
        kit = odooenv.prepare(places)
        with postgres.serving(places, kit.python, "run") as server:
            name = run_db_name(places)
            if not databases.exists(server, name):
                raise Failure("there is no database yet: ./dev run")
            update_run_db(kit, server, run_conf(kit), name)
    return 0


def ask_supervisor(record):
    """Let the running ``./dev run`` do the update; wait for its answer."""
    before = record.read()
    if before.get("state") not in ("ready", "failed"):
        raise Failure("./dev run is still starting: try again when it is ready")
    os.kill(before["pid"], signal.SIGUSR1)
    say("-> ./dev run updates the add-on and restarts")
    while True:
        time.sleep(POLL)
        facts = record.read()
        done = facts.get("generation", 0) > before.get("generation", 0)
        if done and facts.get("state") == "ready":
            say(f"   done: {facts['url']}")
            return 0
        if done and facts.get("state") == "failed":
            raise Failure(facts.get("note") or "the update failed")
        with record.held() as gone:
            if gone:
                raise Failure("./dev run ended during the update; see its output")
