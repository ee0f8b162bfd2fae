"""./dev backtest on files of one's own: reading, odd data, the rows it writes."""

import contextlib
import datetime
import io
import json
import random
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from devkit import backtest, cli
from devkit.ui import Failure

ROOT = Path(__file__).parent.parent.parent
PLACES = SimpleNamespace(addon=ROOT / "export_crm", root=ROOT)


def transactions(customers, orders=8, seed=1):
    """Return a CSV text: customers who order at a pace of their own for a year."""
    dice = random.Random(seed)
    lines = ["Customer,Date,Amount"]
    for number in range(customers):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(dice.randrange(90))
        pace = dice.randrange(5, 120)
        for _order in range(dice.randrange(1, orders)):
            lines.append(f"c{number},{day},{dice.randrange(10, 500)}.50")
            day += datetime.timedelta(dice.randrange(1, 2 * pace))
    lines.append(f"last,{datetime.date(2024, 3, 1)},1.0")
    lines.append(f"last,{datetime.date(2023, 3, 1)},1.0")
    return "\n".join(lines)


ANSWER = {
    "scores": [0.5],
    "chances": [0.4],
    "orders": [0.5],
    "values": [9.0],
    "seconds": 0.1,
}


class TestRivals(unittest.TestCase):
    """Whatever the other models print, and however they end, ours is measured."""

    def forecasts(self, script):
        """Return (what was found, what was printed) with ``script`` as the models'."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        begin = "import json, os, pathlib, sys\nfile = pathlib.Path(sys.argv[1])\n"
        (Path(folder) / "rivals.py").write_text(begin + textwrap.dedent(script))
        printed = io.StringIO()
        with (
            mock.patch.object(backtest, "INSIDE", Path(folder)),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            found = backtest.rival_forecasts(folder, sys.executable, [(1, 2, 3, 4)], 7)
        return found, printed.getvalue()

    def test_what_they_print_is_no_answer(self):
        found, printed = self.forecasts(f"""
            json.load(sys.stdin)
            print("Optimization terminated. [[", flush=True)
            answer = {ANSWER!r}
            file.write_text(json.dumps({{"bgnbd": answer, "paretonbd": answer}}))
        """)
        self.assertEqual(set(found), {"bgnbd", "paretonbd"})
        self.assertEqual(found["bgnbd"], ([0.5], [0.4], [0.5], [9.0], 0.1))
        self.assertEqual(printed, "")

    def test_one_fails_in_a_line(self):
        found, printed = self.forecasts(f"""
            answer = {ANSWER!r}
            error = {{"error": "no convergence"}}
            file.write_text(json.dumps({{"bgnbd": error, "paretonbd": answer}}))
        """)
        self.assertEqual(set(found), {"paretonbd"})
        self.assertEqual(len(printed.splitlines()), 1)
        self.assertIn("bgnbd of lifetimes found no answer: no convergence", printed)

    def test_one_brings_the_process_down(self):
        found, printed = self.forecasts(f"""
            file.write_text(json.dumps({{"bgnbd": {ANSWER!r}}}))
            os._exit(9)
        """)
        self.assertEqual(set(found), {"bgnbd"})
        self.assertIn("paretonbd of lifetimes found no answer: ended with 9", printed)

    def test_one_never_ends(self):
        with mock.patch.object(backtest, "RIVAL_SECONDS", 1):
            found, printed = self.forecasts(f"""
                file.write_text(json.dumps({{"bgnbd": {ANSWER!r}}}))
                while True: pass
            """)
        self.assertEqual(set(found), {"bgnbd"})
        self.assertIn("paretonbd of lifetimes found no answer: not done", printed)

    def test_none_can_be_loaded(self):
        found, printed = self.forecasts("import no_such_package")
        self.assertEqual(found, {})
        self.assertEqual(len(printed.splitlines()), 2)
        self.assertIn("No module named 'no_such_package'", printed)
        self.assertNotIn("Traceback", printed)


class TestCsv(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.path = Path(folder) / "own.csv"
        self.out = Path(folder) / "out.json"

    def run_on(self, text, calibration=26, holdout=26):
        """Return the rows of the file ``text``."""
        self.path.write_text(text)
        argv = ["backtest", "--csv", str(self.path), "--json", str(self.out)]
        argv += ["--calibration", str(calibration), "--holdout", str(holdout)]
        options = cli.parse([*argv, "--without-lifetimes"])
        with (
            mock.patch("devkit.venv.find_python"),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            self.assertEqual(backtest.backtest(PLACES, options), 0)
        return json.loads(self.out.read_text())

    def test_forty_customers_never_fail(self):
        for seed in range(5):
            rows = self.run_on(transactions(40, seed=seed))
            self.assertEqual(
                [row["model"] for row in rows], ["export_crm", "recency", "rfm"]
            )
            self.assertEqual({row["split"] for row in rows}, {"26/26"})
            self.assertTrue(0 <= rows[0]["brier"] <= 1)
            self.assertTrue(0 <= rows[0]["auc"] <= 1)

    def test_keys_of_the_rows(self):
        row = self.run_on(transactions(50))[0]
        wanted = {"data", "split", "model", "auc", "brier", "rmse", "spearman"}
        self.assertLessEqual(wanted | {"seconds"}, set(row))
        self.assertEqual(row["data"], "own")

    def test_one_customer_and_nobody_comes_back(self):
        lines = ["customer,date,amount", "a,2023-01-01,5", "b,2023-12-01,5"]
        row = self.run_on("\n".join(lines))[0]
        self.assertIsNone(row["auc"])
        self.assertLess(row["brier"], 0.5)

    def test_the_hold_out_is_not_looked_at(self):
        text = transactions(400)
        later = [
            line
            for line in text.splitlines()
            if line[:1] == "C" or line.split(",")[1] <= "2023-07-02"
        ]
        chances = []
        tools = backtest.tools(PLACES, "demand_model")
        for part in (text, "\n".join(later)):
            self.path.write_text(part)
            histories = backtest.read_csv(PLACES, self.path)
            as_of = datetime.date(2023, 7, 2).toordinal()
            chances.append(tools.fit_model(histories, as_of, 182))
        self.assertIsNotNone(chances[0].logit)
        self.assertEqual(chances[0], chances[1])

    def test_bad_files(self):
        for text, reason in (
            ("customer,date\na,2023-01-01", "no column amount"),
            ("customer,date,amount\na,01/02/2023,3", "line 2"),
            ("customer,date,amount\na,2023-01-01,x", "line 2"),
            ("customer,date,amount\n,2023-01-01,5", "line 2"),
            ("customer,date,amount\na,2023-01-01,nan", "line 2"),
            ("customer,date,amount", "no purchase"),
            ("customer,date,amount\na,2023-01-01,5", "ends before"),
        ):
            with self.subTest(text=text):
                with self.assertRaisesRegex(Failure, reason):
                    self.run_on(text)

    def test_options_go_together(self):
        options = cli.parse(["backtest", "--csv", "x.csv", "--holdout", "9"])
        with self.assertRaisesRegex(Failure, "go together"):
            backtest.check_options(options)
