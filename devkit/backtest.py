"""``./dev backtest``: the demand engine measured on real purchases, beside others."""

import csv
import datetime
import hashlib
import importlib
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from . import cdnow, cdnowdata, venv
from .odooenv import INSIDE
from .places import built
from .proc import new_log, run_logged, spawn
from .ui import Failure, say, step, warn

LOCK_FILE = Path(__file__).with_name("backtest.lock")
SETS = {"cdnow_sample": cdnowdata.SAMPLE, "cdnow_master": cdnowdata.MASTER}
# (weeks known, weeks to come): the one of the literature, and six more.
SPLITS = ((39, 39), (20, 20), (26, 26), (26, 52), (39, 26), (52, 26), (60, 18))
KEYS = ("auc", "brier", "rmse", "spearman", "seconds")
# They take a quarter of a minute, or never end.
RIVAL_SECONDS = 60
RIVALS = ("bgnbd", "paretonbd")
MODELS = ("export_crm", "recency", "rfm", *RIVALS)


def backtest(places, options):
    """Measure; print the table; return the exit code.

    ``options.csv``: somebody's own transactions in place of CDNOW's.
    ``options.json``: write the rows there too.
    """
    check_options(options)
    python = venv.find_python(places)
    rivals = None if options.without_lifetimes else rival_path(places, python)
    rows = []
    for name, histories, splits in data_sets(places, python, options):
        for weeks, later in splits:
            rows += measured(places, python, rivals, name, histories, weeks, later)
    if options.json:
        write_json(options.json, rows)
    return 0


def check_options(options):
    """Fail in one line where options do not go together."""
    own = (options.csv, options.calibration, options.holdout)
    if any(own) and not all(own):
        raise Failure("--csv, --calibration and --holdout go together")


def data_sets(places, python, options):
    """Yield (name, histories, splits) of what is to be measured."""
    if options.csv:
        split = (options.calibration, options.holdout)
        yield Path(options.csv).stem, read_csv(places, options.csv), (split,)
        return
    archive = cdnow.find_archive(SimpleNamespace(places=places, python=python))
    for name, member in SETS.items():
        records = cdnowdata.read_archive(archive, member)
        rows = [(r.customer, r.day.toordinal(), r.cents / 100.0) for r in records]
        yield name, histories_of(places, rows), SPLITS


def tools(places, module):
    """Import a module of the add-on's tools for health, without Odoo."""
    if str(places.addon) not in sys.path:
        sys.path.insert(0, str(places.addon))
    return importlib.import_module(f"tools.health.{module}")


def histories_of(places, rows):
    """Return the histories of (customer, day number, amount)."""
    customers = {}
    for customer, day, amount in rows:
        customers.setdefault(customer, []).append((day, amount))
    history = tools(places, "demand_history").history
    return [history(purchases) for purchases in customers.values()]


def read_csv(places, path):
    """Return the histories in a file with columns customer, date, amount."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = {(name or "").strip().lower() for name in reader.fieldnames or ()}
            missing = {"customer", "date", "amount"} - names
            if missing:
                raise Failure(f"{path} has no column {', '.join(sorted(missing))}")
            rows = [read_row(path, reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Failure(f"{path} cannot be read: {error}") from error
    kept = [row for row in rows if row[2] >= 0]
    if len(kept) < len(rows):
        say(f"{len(rows) - len(kept)} rows of a negative amount left out (returns)")
    if not kept:
        raise Failure(f"{path} has no purchase")
    return histories_of(places, kept)


def read_row(path, line, row):
    """Return (customer, day number, amount) of a row of the file."""
    row = {(k or "").strip().lower(): v for k, v in row.items() if k}
    try:
        customer = (row["customer"] or "").strip()
        day = datetime.date.fromisoformat((row["date"] or "").strip()[:10])
        amount = float(row["amount"] or "")
        if not customer or not math.isfinite(amount):
            raise ValueError("a customer, a date and a number are needed")
    except ValueError as error:
        raise Failure(f"{path}, line {line}: {error}") from error
    return customer, day.toordinal(), amount


def measured(places, python, rivals, name, histories, weeks, later):
    """Return the rows of one split, and print them."""
    judge = tools(places, "backtest")
    first = min(purchases[0][0] for purchases in histories)
    last = max(purchases[-1][0] for purchases in histories)
    as_of, days = first + 7 * weeks - 1, 7 * later
    if as_of >= last:
        raise Failure(f"{name} ends before week {weeks} does: nothing is left to test")
    customers, came = judge.cut(histories, as_of, days)
    forecasts = judge.forecasts(histories, customers, as_of, days)
    if rivals:
        forecasts.update(rival_forecasts(rivals, python, customers, days))
    bought = sum(number > 0 for number, _amount in came) / len(came)
    say("")
    say(
        f"{name}, {weeks} weeks known, {later} to come: {len(customers):,} customers, "
        f"{bought:.1%} bought again"
    )
    rows = []
    for model in MODELS:
        if model in forecasts:
            row = {"data": name, "split": f"{weeks}/{later}", "model": model}
            rows.append({**row, **judge.measures(forecasts[model], came)})
    print_rows(rows)
    return rows


def rival_path(places, python):
    """Return the folder with lifetimes and what it needs, made on the first call."""
    digest = hashlib.sha256(LOCK_FILE.read_bytes()).hexdigest()[:10]
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    target = places.cache / f"backtest-{version}-{digest}"
    if target.exists():
        return target
    log = new_log(places.logs, "backtest.log")
    with step("lifetimes, to compare with"), built(target, places) as part:
        if part is not None:
            pip = [python, "-m", "pip", "--disable-pip-version-check", "install"]
            pip += ["--no-deps", "--only-binary", ":all:", "--target", part]
            run_logged(
                [*pip, "-r", LOCK_FILE],
                log,
                "pip could not install lifetimes: check the network and pip's "
                "settings, or use --without-lifetimes",
            )
    return target


def rival_forecasts(folder, python, customers, days):
    """Return {model: forecast} of the models of lifetimes that found an answer.

    What they print is passed over, and what keeps one from answering is a warning of
    one line: the others, and ours, are measured all the same.
    """
    task = json.dumps({"days": days, "customers": [list(c) for c in customers]})
    env = {**os.environ, "PYTHONPATH": str(folder)}
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "answer.json"
        child = spawn(
            [python, INSIDE / "rivals.py", file],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _none, said = child.communicate(task, timeout=RIVAL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            said = f"not done after {RIVAL_SECONDS} s"
        answers = json.loads(file.read_text()) if file.exists() else {}
    found = {}
    for model in RIVALS:
        last = (said.strip().splitlines() or [f"ended with {child.returncode}"])[-1]
        answer = answers.get(model, {"error": last})
        if "error" in answer:
            warn(f"{model} of lifetimes found no answer: {answer['error']}")
            continue
        names = ("scores", "chances", "orders", "values", "seconds")
        found[model] = tuple(answer[key] for key in names)
    return found


def print_rows(rows):
    """Print one line per model."""
    say(
        f"  {'model':<11} {'AUC':>6} {'95 %':>15} {'Brier':>7} {'RMSE':>7}"
        f" {'Spearman':>9} {'s':>7}"
    )
    for row in rows:
        interval = "–"
        if row["auc_low"] is not None:
            interval = f"{row['auc_low']:.4f}–{row['auc_high']:.4f}"
        say(
            f"  {row['model']:<11} {number(row['auc'], 4):>6} {interval:>15}"
            f" {number(row['brier'], 4):>7} {number(row['rmse'], 3):>7}"
            f" {number(row['spearman'], 4):>9} {number(row['seconds'], 2):>7}"
        )


def number(value, places):
    """Return a figure for the table.

    >>> number(0.78451, 4), number(None, 4)
    ('0.7845', '–')
    """
    return "–" if value is None else f"{value:.{places}f}"


def write_json(path, rows):
    """Write the rows, with the keys that the README lists."""
    heads = ("data", "split", "model")
    keys = (*heads, *KEYS, "auc_low", "auc_high")
    try:
        Path(path).write_text(
            json.dumps([{k: row[k] for k in keys} for row in rows], indent=1) + "\n"
        )
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror}") from error
