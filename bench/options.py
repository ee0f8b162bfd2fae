"""The options of ``./dev bench``, read by ``dev`` too: standard library only."""

import argparse
from pathlib import Path

EACH = ("refresh", "lateness", "scores", "night", "grading", "check")
EACH += ("one", "claims", "followups")
ALL = (*EACH, "confirm")
# Only when asked for by name: imports purchases for minutes.
EXTRA = ("cdnow",)
SMALL = 5  # the first size is the fifth part, for the growth
FULL = {"customers": 100000, "first": 5000}


def add_options(parser):
    """Add the options to an ``argparse`` parser."""
    parser.add_argument(
        "only",
        nargs="*",
        metavar="BENCHMARK",
        help=f"{', '.join((*ALL, *EXTRA))}; default: all but {', '.join(EXTRA)}",
    )
    parser.add_argument("--customers", type=int, default=5000, help="default: 5000")
    parser.add_argument("--documents", type=int, default=10, help="default: 10 each")
    parser.add_argument(
        "--first",
        type=int,
        metavar="CUSTOMERS",
        help="size of the first round, which is that of confirm; default: a fifth",
    )
    parser.add_argument(
        "--full", action="store_true", help="100,000 customers, after 5,000"
    )
    parser.add_argument(
        "--pairs", type=int, default=200, help="orders to confirm; default: 200"
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="FILE",
        help="write the figures; bench/README.md says what the keys mean",
    )
    parser.add_argument(
        "--oca", type=Path, metavar="FOLDER", help="where OCA's add-on is, or goes"
    )
    parser.add_argument("--no-oca", action="store_true", help="without OCA's add-on")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        default=Path(__file__).with_name("RESULTS.md"),
        help="append the table there; default: bench/RESULTS.md",
    )


def parse(argv):
    """Return the options in ``argv``; exits with a message if they make no sense."""
    parser = argparse.ArgumentParser(prog="dev bench")
    add_options(parser)
    options = parser.parse_args(argv)
    unknown = set(options.only) - {*ALL, *EXTRA}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    options.only = options.only or list(ALL)
    if options.full:
        options.customers, options.first = FULL["customers"], FULL["first"]
    options.first = options.first or max(options.customers // SMALL, 1)
    return options
