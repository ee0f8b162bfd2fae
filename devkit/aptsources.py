"""Read from apt's own settings where this machine gets Debian packages."""

import os
import re
from pathlib import Path
from typing import NamedTuple

SUITES = {"stable", "testing", "unstable", "sid", "oldstable", "bullseye"}
SUITES |= {"bookworm", "trixie", "forky"}
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)


class Source(NamedTuple):
    """One line of apt's settings: an archive, its suites, how it is trusted."""

    uri: str
    suites: tuple
    components: tuple
    keyring: str = ""
    trusted: bool = False


def parse_list(text):
    """Yield the Sources of a one-line-style ``.list`` file."""
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        match = re.match(r"deb\s+(?:\[([^]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)$", line)
        if not match:
            continue
        options, uri, suite, components = match.groups()
        pairs = dict(
            part.split("=", 1) for part in (options or "").split() if "=" in part
        )
        yield Source(
            uri,
            (suite,),
            tuple(components.split()),
            pairs.get("signed-by", "").split(",")[0],
            pairs.get("trusted", "no") == "yes",
        )


def parse_deb822(text):
    """Yield the Sources of a deb822-style ``.sources`` file."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        fields = deb822_fields(paragraph)
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").lower() in ("no", "false", "0"):
            continue
        keyring = fields.get("signed-by", "").strip()
        for uri in fields.get("uris", "").split():
            yield Source(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                # A key may stand in the file itself: then take Debian's keyring.
                keyring.split()[0] if keyring.startswith("/") else "",
                fields.get("trusted", "no").lower() == "yes",
            )


def deb822_fields(paragraph):
    """Return the fields of one deb822 paragraph, names in lower case."""
    fields, name = {}, None
    for line in paragraph.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] in " \t" and name:
            fields[name] += " " + line.strip()
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def read_sources(etc="/etc/apt"):
    """Return the Sources of all of apt's settings under the folder ``etc``."""
    etc, found = Path(etc), []
    files = [etc / "sources.list"]
    files += sorted((etc / "sources.list.d").glob("*"))
    for path in files:
        parse = {".list": parse_list, ".sources": parse_deb822}.get(path.suffix)
        if parse and path.is_file():
            try:
                found += parse(path.read_text(errors="replace"))
            except OSError:
                continue  # not readable for this user: others may be
    return found


def score(source):
    """Say how surely ``source`` is the Debian archive; None: it is not.

    Other vendors use Debian's suite names as well, but have a key of their
    own; the security archive does not carry what is needed here.
    """
    if not SUITES.intersection(source.suites) or "main" not in source.components:
        return None
    path = source.uri.rstrip("/")
    if path.endswith("-security") or path.startswith("cdrom:"):
        return None
    if source.keyring and "debian-archive" not in source.keyring:
        return None
    return 2 * bool(source.keyring) + path.endswith("/debian")


def debian_source(etc="/etc/apt"):
    """Return the Source of Debian's archive, or None.

    ``EXPORT_CRM_DEBIAN_URI`` in the environment wins.
    """
    uri = os.environ.get("EXPORT_CRM_DEBIAN_URI", "").strip()
    if uri:
        return Source(uri, (), ("main",))
    scored = [(score(source), source) for source in read_sources(etc)]
    scored = [(points, source) for points, source in scored if points is not None]
    # max() keeps the first of equals: the order of the files counts.
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def keyring_of(source):
    """Return the path of the keyring that vouches for ``source``, or None."""
    for path in (source.keyring, *KEYRINGS):
        if path and os.path.exists(path):
            return path
    return None
