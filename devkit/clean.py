"""``./dev clean``: remove what the other commands made."""

from . import databases, postgres, venv
from .places import locked, remove
from .rundb import run_db_name
from .serve import Record
from .ui import Failure, confirm, say


def clean(places, everything, yes):
    """Remove this checkout's state, or everything; return the exit code."""
    with Record(places).held() as ours:
        if not ours:
            raise Failure("./dev run is running for this checkout: stop it first")
        if not yes and not confirm(question(places, everything)):
            raise Failure("nothing removed; ./dev clean --yes does not ask")
        if everything:
            clean_all(places)
        else:
            clean_checkout(places)
    say("removed")
    return 0


def question(places, everything):
    """Return what to ask."""
    if everything:
        return (
            f"Remove {places.cache} and {places.state}, with the databases of all "
            "checkouts of this user?"
        )
    return f"Remove the database {run_db_name(places)} and this checkout's state?"


def clean_checkout(places):
    """Drop this checkout's databases, remove its state and its logs."""
    for kind in ("run", "test", "at"):
        if not has_server(places, kind):
            continue
        python = venv.find_python(places)
        with postgres.serving(places, python, kind) as server:
            for prefix in ("export_crm", "test", "demo", "bench"):
                for name in databases.names(server, f"{prefix}_{places.key}"):
                    databases.drop(server, name)
    remove(places.own)
    remove(places.root / ".dev")


def has_server(places, kind):
    """True if there is a server whose databases can be looked at."""
    return bool(postgres.given_env() or list(places.state.glob(f"pg*-{kind}/data")))


def clean_all(places):
    """Stop our servers, then remove the cache and the state of this user.

    On an existing server only this checkout's databases are known to be ours.
    """
    if postgres.given_env():
        clean_checkout(places)
    for base in places.state.glob("pg*-*"):
        with locked(places.lock(f"start-{base.name}")):
            stop_cluster(places, base)
    remove(places.state)
    remove(places.cache)
    remove(places.root / ".dev")


def stop_cluster(places, base):
    """Stop the cluster in the folder ``base``, whoever uses it."""
    if not (base / "data" / "postmaster.pid").exists():
        return
    python = venv.find_python(places)
    cluster = postgres.Cluster(
        places, postgres.find_binaries(python), base.name.rsplit("-", 1)[1]
    )
    cluster.stop()
