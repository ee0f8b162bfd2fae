"""Fetch Debian packages without installing them, in a private apt state."""

import shutil
import subprocess
from pathlib import Path

from . import aptsources
from .places import made
from .proc import output, reason, run_logged, spawn
from .ui import Failure

# The machine's hooks are for its own package lists, its pins for its own suite.
CONF = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Default-Release;
Dir::Etc::sourcelist "{base}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "{base}/lists";
Dir::Cache "{base}/cache";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
APT::Sandbox::User "{user}";
Acquire::Languages "none";
Acquire::Retries "3";
"""
NO_MIRROR = (
    "apt's settings name no Debian mirror: set EXPORT_CRM_DEBIAN_URI to one, "
    "or ODOO_SRC to an Odoo 19 source tree"
)


def source_lines(source, suites):
    """Return the text of a sources.list for ``source`` with these suites."""
    keyring = aptsources.keyring_of(source)
    if source.trusted:
        option = "trusted=yes"
    elif keyring:
        option = f"signed-by={keyring}"
    else:
        raise Failure(
            "Debian's archive keyring is missing: install the package "
            "debian-archive-keyring"
        )
    return "".join(f"deb [{option}] {source.uri} {suite} main\n" for suite in suites)


def download(packages, suites, base, log):
    """Fetch the .deb files of ``packages`` ("name/suite") into ``base``.

    ``base`` becomes the private apt state; the caller removes it.  Return the
    Paths of the files.
    """
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Failure(
            "apt-get and dpkg-deb are needed to fetch Odoo 19: use Debian, or set "
            "ODOO_SRC to an Odoo 19 source tree"
        )
    source = aptsources.debian_source()
    if source is None:
        raise Failure(NO_MIRROR)
    return fetch(Path(base), source_lines(source, suites), packages, log)


def fetch(base, lines, packages, log):
    """Run apt-get in the private state ``base``; return the files it left."""
    for part in ("lists/partial", "cache/archives/partial", "debs"):
        (base / part).mkdir(parents=True)
    (base / "sources.list").write_text(lines)
    conf = base / "apt.conf"
    # apt's own sandbox user could not write here.
    conf.write_text(CONF.format(base=base, user="root"))
    apt = ["apt-get", "-q", "-c", conf]
    advice = "check the network and EXPORT_CRM_DEBIAN_URI"
    failure = f"apt could not read the Debian mirror: {advice}"
    said = run_logged([*apt, "update"], log, failure)
    # apt-get is content when a mirror does not answer: a warning, and exit 0.
    if "W: Failed to fetch" in said:
        raise Failure(f"{failure}{reason(said)} (log: {log})")
    failure = f"apt could not fetch {packages[0].split('/')[0]}: {advice}"
    run_logged([*apt, "download", *packages], log, failure, cwd=base / "debs")
    return sorted((base / "debs").glob("*.deb"))


def unpack(debs, prefix, log):
    """Unpack the .deb files into the folder ``prefix``.

    ``dpkg-deb -x`` would do it with children of its own, which live on and
    write when this process is killed.
    """
    made(Path(prefix))
    for deb in debs:
        with open(log, "a") as out:
            pack = spawn(
                ["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE, stderr=out
            )
            try:
                command = ["tar", "-x", "-p", "--no-same-owner", "-C", prefix]
                run_logged(command, log, f"cannot unpack {deb.name}", stdin=pack.stdout)
            finally:
                pack.stdout.close()
                pack.wait()
        if pack.returncode:
            raise Failure(f"cannot unpack {deb.name}: it is damaged (log: {log})")


def machine_suite():
    """Return this Debian's own suite, e.g. "bookworm"; "sid" when unknown."""
    code, text = output(["sh", "-c", '. /etc/os-release; echo "$VERSION_CODENAME"'])
    suite = text.strip()
    return suite if code == 0 and suite in aptsources.SUITES else "sid"
