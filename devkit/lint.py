"""``./dev lint``: the checkers, and limits of this repository's own."""

import ast
import os
import re
import shutil
import subprocess
import xml.parsers.expat

from . import venv
from .proc import spawn, wait
from .ui import Failure, say

FILE_LINES, FUNCTION_LINES = 600, 80
TESTS = "export_crm/tests"
NO_TEXTS = "--disable=translation-required"
# Paths and hosts of one machine; split so that this file passes its own check.
PRIVATE = re.compile(
    r"(?<![\w.-])/(?:wo"
    r"rk|ro"
    r"ot)/\w|deb\.debi"
    r"an\.org|pypi\.or"
    r"g|"
    r"pythonhost"
    r"ed\.org|registry\.npmj"
    r"s|/opt/py"
    r"pi"
)


def lint(places):
    """Run every check; return the exit code."""
    python = venv.find_python(places)
    code = ["export_crm", "dev", "devkit", "bench"]
    code = [name for name in code if (places.root / name).exists()]
    tool = python.parent / "ruff"
    failed = [
        title
        for title, command in (
            ("ruff check", [tool, "check", "--no-fix", *code]),
            ("ruff format", [tool, "format", "--check", *code]),
            ("pylint-odoo", [*pylint_command(python), "--ignore-paths", TESTS]),
            # Nobody reads what a test posts, so it is not translated.
            ("pylint-odoo of the tests", [*pylint_command(python, TESTS), NO_TEXTS]),
        )
        if not passes(title, command, places, python)
    ]
    findings = list(own_findings(places))
    for finding in findings:
        say(finding)
    if findings:
        failed.append("house rules")
    say(f"lint: {', '.join(failed)} failed" if failed else "lint: no messages")
    return 1 if failed else 0


def pylint_command(python, folder="export_crm"):
    """Return pylint's command line, with OCA's mandatory messages."""
    command = [python, "-m", "pylint", "--rcfile=.pylintrc-mandatory", "-j", "0"]
    return [*command, folder]


def passes(title, command, places, python):
    """Run one checker; True if it has nothing to say."""
    say(f"-> {title}")
    env = {**os.environ, "PYTHONPATH": "", "PYLINTHOME": str(places.cache / "pylint")}
    child = spawn(command, cwd=places.root, env=env, stdin=subprocess.DEVNULL)
    return wait(child) == 0


def own_findings(places):
    """Yield what this repository's own rules find."""
    for name in tracked(places):
        path = places.root / name
        try:
            text = path.read_text()
        except (UnicodeDecodeError, OSError):
            continue  # a picture, or deleted and not yet committed
        yield from private_findings(name, text)
        if path.suffix in (".xml", ".svg"):
            yield from xml_findings(name, text)
        if path.suffix == ".py" or name == "dev":
            yield from length_findings(name, text)


def tracked(places):
    """Return the names of the files that are or will be in the repository."""
    if not shutil.which("git"):
        raise Failure("git is needed: install the package git")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        text = subprocess.check_output(command, cwd=places.root)
    except subprocess.CalledProcessError as error:
        raise Failure("this folder is no git checkout: ./dev lint needs one") from error
    return [os.fsdecode(name) for name in text.split(b"\0") if name]


def private_findings(name, text):
    """Yield the lines that name one machine's path or a registry's host."""
    for number, line in enumerate(text.splitlines(), 1):
        match = PRIVATE.search(line)
        if match:
            yield f"{name}:{number}: machine path or host: {match.group()}"


def xml_findings(name, text):
    """Yield why the XML in ``text`` is not well-formed."""
    try:
        xml.parsers.expat.ParserCreate().Parse(text.encode(), True)
    except xml.parsers.expat.ExpatError as error:
        yield f"{name}: not well-formed: {error}"


def length_findings(name, text):
    """Yield the files and functions that are too long."""
    lines = text.count("\n")
    if lines > FILE_LINES:
        yield f"{name}: {lines} lines, the limit is {FILE_LINES}"
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield f"{name}: {error}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            if length > FUNCTION_LINES:
                yield (
                    f"{name}:{node.lineno}: {node.name} has {length} lines, "
                    f"the limit is {FUNCTION_LINES}"
                )
