"""Databases: templates, clones of them, and the marks that say they are whole.

A database is made under a temporary name and renamed when it is complete, so a
name without the ending ``__part`` is a database that works.
"""

import contextlib
import json

from .ui import Failure

MARK = "export_crm "  # begins the comment on a database of ours
PART = "__part"
KEPT_TEMPLATES = 3  # of one kind, the newest


def quoted(text):
    """Return ``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def exists(server, name):
    """True if the database ``name`` is there."""
    sql = f"SELECT 1 FROM pg_database WHERE datname={quoted(name)}"
    return bool(server.query(sql))


def drop(server, name):
    """Drop the database ``name`` if it is there, connections and all."""
    server.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def create(server, name, template="template0"):
    """Create the database ``name``; a clone of another, or an empty one."""
    extra = "ENCODING 'UTF8'" if template == "template0" else ""
    server.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {extra}')


def rename(server, old, new):
    """Rename a database that nobody is connected to."""
    disconnect(server, old)
    server.query(f'ALTER DATABASE "{old}" RENAME TO "{new}"')


def disconnect(server, name):
    """End every connection to the database ``name``."""
    server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname={quoted(name)} AND pid <> pg_backend_pid()"
    )


def mark(server, name, **facts):
    """Write ``facts`` (JSON values) onto the database ``name``."""
    text = MARK + json.dumps(facts, sort_keys=True)
    server.query(f'COMMENT ON DATABASE "{name}" IS {quoted(text)}')


def facts(server, name):
    """Return what ``mark`` wrote onto the database ``name``, else {}."""
    sql = "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
    text = server.query(f"{sql} WHERE datname={quoted(name)}")
    if not text.startswith(MARK):
        return {}
    try:
        return json.loads(text[len(MARK) :])
    except ValueError:
        return {}


def names(server, prefix):
    """Return the names of the databases that begin with ``prefix``, newest
    first.
    """
    sql = "SELECT datname FROM pg_database WHERE starts_with(datname::text, "
    return server.query(f"{sql}{quoted(prefix)}) ORDER BY oid DESC").split()


@contextlib.contextmanager
def made_whole(server, name):
    """Make the database ``name``: yields a temporary name to work under.

    It takes its name when the block ends well, and is dropped when not.
    """
    part = name + PART
    drop(server, part)
    try:
        yield part
    except BaseException:
        with contextlib.suppress(Failure):
            drop(server, part)
        raise
    rename(server, part, name)


def prune(server, prefix):
    """Drop the templates of a kind beyond the newest few."""
    for name in names(server, prefix)[KEPT_TEMPLATES:]:
        with contextlib.suppress(Failure):  # somebody may just be cloning it
            server.query(f'DROP DATABASE "{name}"')
