"""The command line of ``./dev``: one table of commands."""

import argparse
import runpy
import signal
import sys
from pathlib import Path

from . import (
    backtest,
    cdnow,
    clean,
    clock,
    extras,
    lint,
    serve,
    testing,
    translate,
)
from .places import Places
from .proc import DISK_FULL
from .ui import Failure, warn

EPILOG = """\
environment:
  ODOO_SRC              an Odoo 19 source tree to use in place of Debian's package
  PGHOST, PGPORT, PGUSER, PGPASSWORD, DATABASE_URL
                        a PostgreSQL server to use in place of one of our own
  EXPORT_CRM_DEBIAN_URI the Debian mirror, where apt's settings name none
  EXPORT_CRM_HOME       a folder for cache and databases in place of the usual ones
"""


def add_run(parser):
    """Add the options of ``./dev run``."""
    parser.add_argument("--port", type=port_number, default=8069, help="default: 8069")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0: everybody")
    parser.add_argument(
        "--no-browser-assets",
        action="store_true",
        help="build the web client's files at the first login and not before",
    )
    parser.add_argument("--log", action="store_true", help="show Odoo's log here")
    parser.add_argument(
        "--check",
        action="store_true",
        help="end as soon as the login page has come, on any free port",
    )


def add_test(parser):
    """Add the options of ``./dev test``."""
    parser.add_argument(
        "--tags",
        type=testing.valid_tags,
        help="only these Odoo tests, e.g. /export_crm:TestX.test_y",
    )
    parser.add_argument(
        "--fast", action="store_true", help="without browser and demo data"
    )
    parser.add_argument("--keep", action="store_true", help="keep the database")
    parser.add_argument(
        "--at",
        type=clock.moment,
        metavar="DATE",
        help="the fast part at that date, e.g. 2028-02-29 (noon UTC) or "
        "2026-12-31T23:30: all processes see it, PostgreSQL too",
    )


def add_clean(parser):
    """Add the options of ``./dev clean``."""
    parser.add_argument(
        "--all", action="store_true", help="also the cache and all databases"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def add_import_cdnow(parser):
    """Add the options of ``./dev import-cdnow``."""
    parser.add_argument(
        "--customers",
        type=at_least_one,
        metavar="N",
        help="the first N customers; default: all of the file",
    )
    parser.add_argument(
        "--master",
        action="store_true",
        help="all 23,570 customers and not the sample of 2,357",
    )
    parser.add_argument("--database", help="default: the one of ./dev run")


def add_backtest(parser):
    """Add the options of ``./dev backtest``."""
    parser.add_argument("--json", metavar="FILE", help="write the rows there too")
    parser.add_argument(
        "--csv",
        metavar="FILE",
        help="these transactions in place of CDNOW's: columns customer, date, amount",
    )
    for name, what in (
        ("calibration", "known, from the first purchase"),
        ("holdout", "to be foretold"),
    ):
        text = f"weeks {what}; with --csv"
        parser.add_argument(f"--{name}", type=at_least_one, metavar="WEEKS", help=text)
    parser.add_argument(
        "--without-lifetimes",
        action="store_true",
        help="without BG/NBD and Pareto/NBD of that package, which is fetched for it",
    )


def add_bench(parser):
    """Add the options of bench/run.py, for ``./dev bench --help``."""
    path = Path(__file__).parent.parent / "bench" / "options.py"
    if path.exists():
        runpy.run_path(str(path))["add_options"](parser)


# name: (help, what adds the options, what runs it with the Places and options)
COMMANDS = {
    "run": (
        "set up everything and serve Odoo with demo data",
        add_run,
        lambda places, o: serve.run(
            places, o.port, o.host, not o.no_browser_assets, o.log, o.check
        ),
    ),
    "test": (
        "set up everything and run all tests",
        add_test,
        lambda places, o: testing.test(places, o.tags, o.fast, o.keep, o.at),
    ),
    "pictures": (
        "tell README's stories in a browser and keep their pictures in docs/",
        None,
        lambda places, _o: testing.pictures(places),
    ),
    "update": (
        "update the add-on in the database of ./dev run",
        None,
        lambda places, o: serve.update(places),
    ),
    "shell": (
        "open Odoo's shell in the database of ./dev run",
        None,
        lambda places, o: extras.shell(places),
    ),
    "translate": (
        "export the terms for translation and merge them into each language",
        None,
        lambda places, _o: translate.translate(places),
    ),
    "lint": (
        "check the code",
        None,
        lambda places, o: lint.lint(places),
    ),
    "import-cdnow": (
        "enter the real purchases of CDNOW, 1997-1998, in a company of their own",
        add_import_cdnow,
        lambda places, o: cdnow.import_cdnow(places, o.database, o.customers, o.master),
    ),
    "backtest": (
        "measure the demand engine on real purchases, beside other models",
        add_backtest,
        backtest.backtest,
    ),
    "bench": (
        "run the benchmarks in throw-away databases",
        add_bench,
        lambda places, o: extras.bench(places, o.rest),
    ),
    "clean": (
        "remove this checkout's databases and state",
        add_clean,
        lambda places, o: clean.clean(places, o.all, o.yes),
    ),
}
PASS_ON = ("bench",)  # what these get beyond their own options is their program's


def port_number(text):
    """Return ``text`` as a TCP port, for argparse."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and 65535")
    return int(text)


def at_least_one(text):
    """Return ``text`` as a number of things, for argparse."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def make_parser():
    """Return the parser with every command of the table."""
    parser = argparse.ArgumentParser(
        prog="dev",
        description="Development commands of Export CRM.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (about, add_options, _run) in COMMANDS.items():
        sub = commands.add_parser(
            name, help=about, description=f"{about[0].upper()}{about[1:]}."
        )
        if add_options:
            add_options(sub)
    return parser


def parse(argv):
    """Return the options in ``argv``; ``rest`` is for the command's program."""
    parser = make_parser()
    if argv and argv[0] in PASS_ON and argv[1:] not in (["-h"], ["--help"]):
        return argparse.Namespace(command=argv[0], rest=argv[1:])
    return parser.parse_args(argv)


def on_terminate(*_signal):
    """Leave through every ``finally`` when asked to end."""
    sys.exit(143)


def main(root, argv):
    """Run the command in ``argv``; return the exit code."""
    options = parse(argv)
    signal.signal(signal.SIGTERM, on_terminate)
    try:
        return COMMANDS[options.command][2](Places(root), options)
    except Failure as failure:
        warn(str(failure))
    except KeyboardInterrupt:
        warn("interrupted")
        return 130
    except OSError as error:
        if DISK_FULL in str(error):
            where = error.filename or "a folder of ours"
            warn(f"the disk is full ({where}): free some space and call again")
        else:
            warn(f"{error}: call again, or ./dev clean")
    return 1
