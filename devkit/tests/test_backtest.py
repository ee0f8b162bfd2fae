"""./dev backtest on files of one's own: reading, odd data, the rows it writes."""

import contextlib
import datetime
import io
import json
import random
import sys
import tempfile
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


# In place of rivals.py: its own main with models that print, fail, die.
PROGRAM = """
import os, sys
sys.path.insert(0, {inside!r})
import rivals

def good(x, tx, t, weeks):
    print("fitting")
    sys.stdout.flush()
    os.write(1, b"Optimization terminated successfully.\\n")
    return [0.5 for _one in x], [weeks for _one in x]

def fails(*_args):
    print("fitting")
    raise {error}

def dies(*_args):
    sys.stderr.write("MemoryError: too much\\n")
    os._exit(3)

rivals.MODELS = {models}
rivals.main(*sys.argv[1:])
"""


class TestRivals(unittest.TestCase):
    """Whatever a rival prints, and however it fails, the others go on."""

    def forecasts(self, models, error="ValueError()"):
        """Return (forecasts, warnings) of two customers, who print and fail."""
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        program = folder / "program.py"
        inside = str(backtest.INSIDE)
        program.write_text(PROGRAM.format(inside=inside, models=models, error=error))
        places = SimpleNamespace(logs=folder)
        said = []
        with (
            mock.patch.object(backtest, "RIVALS", program),
            mock.patch.object(backtest, "warn", said.append),
        ):
            found = backtest.rival_forecasts(
                places, folder, sys.executable, [(1, 7, 70, 10.0), (0, 0, 7, 5.0)], 14
            )
        for line in said:
            self.assertNotIn("\n", line)
        return found, said

    def test_what_they_print_is_no_answer(self):
        found, said = self.forecasts("{'bgnbd': good, 'paretonbd': good}")
        self.assertEqual(said, [])
        for scores, chances, orders, values, _seconds in found.values():
            self.assertEqual(scores, [2.0, 2.0])
            self.assertEqual(chances, [0.5, 0.5])
            self.assertEqual(orders, [2.0, 2.0])
            self.assertEqual(values, [10.0, 10.0])
        self.assertEqual(list(found), ["bgnbd", "paretonbd"])

    def test_a_failure_is_one_line(self):
        for error, reason in (
            ("ValueError()", "ValueError()"),
            ("ValueError('\\\\n  did not converge.\\\\n Try another')", "did not conv"),
            ("ModuleNotFoundError('No module named scipy')", "No module named"),
        ):
            with self.subTest(error=error):
                models = "{'bgnbd': fails, 'paretonbd': good}"
                found, said = self.forecasts(models, error)
                self.assertEqual(list(found), ["paretonbd"])
                [line] = said
                self.assertTrue(line.startswith("bgnbd of lifetimes found no answer"))
                self.assertIn(reason, line)

    def test_no_number_is_no_answer(self):
        models = "{'bgnbd': lambda x, *_: ([1.0] * 2, [float('nan')] * 2)}"
        found, said = self.forecasts(models)
        self.assertEqual(found, {})
        self.assertIn("no finite forecast", said[0])
        self.assertIn("it ended with 0", said[1])

    def test_one_that_dies_leaves_the_answers_before(self):
        found, said = self.forecasts("{'bgnbd': good, 'paretonbd': dies}")
        self.assertEqual(list(found), ["bgnbd"])
        [line] = said
        self.assertIn("it ended with 3: MemoryError: too much", line)
