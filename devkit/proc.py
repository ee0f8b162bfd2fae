"""Child processes that never outlive the command that started them."""

import ctypes
import os
import re
import signal
import subprocess

from .ui import Failure

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
DISK_FULL = "No space left on device"
REASONS = (
    r"[\w.]+(Error|Exception|Invalid\w*): \S",  # Python
    r"W: Failed to fetch ",  # apt-get update, which does not call it an error
    r"(E|ERROR|FATAL|error|fatal|dpkg-deb: error|initdb: error): ",
)

try:
    _libc = ctypes.CDLL(None, use_errno=True)
except (OSError, TypeError):  # pragma: no cover - not Linux
    _libc = None


def die_with_parent():
    """In the child, before exec: ask the kernel to kill it with its parent.

    A killed ``./dev`` must not leave a pip, an Odoo or a browser behind that
    holds the port or writes into a folder which the next call makes anew.
    """
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def spawn(command, **options):
    """Start ``command`` (list of str or Path); see subprocess.Popen."""
    command = [str(part) for part in command]
    return subprocess.Popen(command, preexec_fn=die_with_parent, **options)


def tail(path, lines=40, begin=0):
    """Return the last lines, after ``begin`` bytes, of the file ``path``."""
    try:
        with open(path, errors="replace") as log:
            log.seek(begin)
            return "".join(log.readlines()[-lines:]).rstrip()
    except OSError:
        return ""


def new_log(folder, name):
    """Return the path of an empty log file in the Path ``folder``."""
    path = folder / name
    path.write_text("")
    return str(path)


def run_logged(command, log, failure, **options):
    """Run ``command`` with its output appended to the file ``log``.

    Return the end of the output. Raise Failure with the line ``failure`` and the
    reason from the output if the exit code is not 0.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    with open(log, "a") as out:
        begin = out.tell()
        try:
            child = spawn(command, stdout=out, stderr=subprocess.STDOUT, **options)
        except OSError as error:
            raise Failure(f"{failure}: {error}") from error
        code = wait(child)
    if code:
        raise Failure(f"{failure}{reason(tail(log, begin=begin))} (log: {log})")
    return tail(log, begin=begin)


def run_to_log(command, log, env, folder):
    """Run ``command`` with its output in ``log``; return the exit code."""
    with open(log, "w") as out:
        child = spawn(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=folder,
        )
        return wait(child)


def reason(text):
    """Return ": " and the line of a program's output that says why it failed.

    That is the last line of a Python traceback, or the last error of pip, apt
    or a database; without any the last line there is.
    """
    if DISK_FULL in text:
        return ": the disk is full"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for pattern in REASONS:
        for line in reversed(lines):
            if re.match(pattern, line):
                return f": {line[:300]}"
    return f": {lines[-1][:300]}" if lines else ""


def output(command, **options):
    """Run ``command`` and return (exit code, stdout and stderr as one str)."""
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.STDOUT)
    try:
        child = spawn(command, stdout=subprocess.PIPE, text=True, **options)
    except OSError as error:
        return 127, str(error)
    try:
        text, _none = child.communicate()
    except BaseException:
        stop(child)
        raise
    return child.returncode, text or ""


def wait(child):
    """Wait for ``child``; when interrupted, stop it first."""
    try:
        return child.wait()
    except BaseException:
        stop(child)
        raise


def stop(child, patience=15):
    """End ``child``: politely, then after ``patience`` seconds by force."""
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def alive(pid):
    """True if a process ``pid`` exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
