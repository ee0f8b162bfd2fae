"""The tables of ./dev bench: each with rows, whatever was measured."""

import os
import sys
import unittest
from pathlib import Path
from unittest import mock

BENCH = str(Path(__file__).parent.parent.parent / "bench")
RUN = {
    "machine": {
        "date": "2026-03-11",
        "cores": 2,
        "ram_gb": 8,
        "postgresql": "18.4",
        "python": "3.11.7",
    },
    "customers": 1000,
    "documents": 10,
    "load_before": 0.1,
    "load_after": 0.2,
    "generate_first_s": 3.0,
    "small": {"customers": 1000},
}
ROW = {"ms": 60.5, "percent": 1.0, "queries": 50, "more_queries": 1}
CONFIRM = {
    "odoo": ROW,
    "guard": ROW,
    "pairs": 200,
    "customers": 1000,
    "aa_noise_percent": 0.1,
    "load": 0.3,
}
CHECK = {
    "customers": 1000,
    "s": 1.0,
    "per_20000_s": 20.0,
    "hold_ms": 9.0,
    "hold_statements": 30,
}


class TestTables(unittest.TestCase):
    def table(self, **measured):
        """Return the lines of the section for a run."""
        with mock.patch.object(sys, "path", [BENCH, *sys.path]):
            import report
        return report.table({**RUN, **measured}).splitlines()

    def rows(self, lines):
        """Return {first cell of the head: number of rows} of each table."""
        found = {}
        for number, line in enumerate(lines):
            if line.startswith("|---"):
                rest = lines[number + 1 :]
                size = next(n for n, row in enumerate([*rest, ""]) if not row)
                found[lines[number - 1]] = size
        return found

    def test_no_table_without_rows(self):
        for measured, tables in (
            ({"confirm": CONFIRM}, 1),
            ({"check": CHECK}, 1),
            ({"check": CHECK, "confirm": CONFIRM}, 2),
            ({"generate_s": 5.0, "confirm": CONFIRM}, 2),
            ({}, 0),
        ):
            with self.subTest(measured=list(measured)):
                rows = self.rows(self.table(**measured))
                self.assertEqual(len(rows), tables, rows)
                self.assertTrue(all(rows.values()), rows)

    def test_a_run_tells_the_day_it_was_measured(self):
        """Not the date that the benchmarks are at."""
        with mock.patch.object(sys, "path", [BENCH, *sys.path]):
            import report
        with (
            mock.patch.dict(os.environ, {"EXPORT_CRM_DATE": "2026-11-26"}),
            mock.patch("report.psycopg2.connect") as connect,
        ):
            connect.return_value.server_version = 180004
            self.assertEqual(report.machine()["date"], "2026-11-26")
