"""./dev test --at: the date, the variables that make it so, what stays as it is."""

import argparse
import contextlib
import os
import runpy
import time
import unittest
from datetime import datetime, timezone
from types import SimpleNamespace
from unittest import mock

from devkit import cli, clock, extras, odooenv, postgres
from devkit.ui import Failure


def utc(*parts):
    """Return a moment in UTC."""
    return datetime(*parts, tzinfo=timezone.utc)


class TestMoment(unittest.TestCase):
    def test_dates_and_times(self):
        for text, wanted in (
            ("2028-02-29", utc(2028, 2, 29, 12)),
            ("2026-12-31T23:30", utc(2026, 12, 31, 23, 30)),
            ("2026-12-31 23:30", utc(2026, 12, 31, 23, 30)),
            ("2027-03-28T01:30+01:00", utc(2027, 3, 28, 0, 30)),
        ):
            with self.subTest(text=text):
                self.assertEqual(clock.moment(text), wanted)

    def test_no_dates(self):
        for text in ("tomorrow", "2027-02-29", "2019-12-31", "2038-01-01", ""):
            with self.subTest(text=text):
                with self.assertRaises(argparse.ArgumentTypeError):
                    clock.moment(text)

    def test_it_is_an_option_of_test(self):
        options = cli.parse(["test", "--at", "2028-02-29"])
        self.assertEqual(options.at, utc(2028, 2, 29, 12))
        self.assertIsNone(cli.parse(["test"]).at)


class TestVariables(unittest.TestCase):
    def variables(self, at, now):
        return clock.environment("/lib.so", at, now)

    def test_one_offset_for_all(self):
        """Processes that start one after the other agree on the date."""
        now = utc(2026, 11, 26, 12)
        later = self.variables(utc(2026, 11, 27, 12), now)
        earlier = self.variables(utc(2026, 11, 26, 11), now)
        self.assertEqual(later["FAKETIME"], "+86400")
        self.assertEqual(earlier["FAKETIME"], "-3600")
        self.assertEqual(later["LD_PRELOAD"], "/lib.so")

    def test_they_reach_odoo_with_its_own_path(self):
        then = self.variables(utc(2026, 11, 27), utc(2026, 11, 26))
        server = postgres.Server("/bin", {"PGHOST": "/s", **then})
        tree = SimpleNamespace(python_path="/odoo")
        kit = SimpleNamespace(tree=tree, python=odooenv.Path("/venv/bin/python"))
        seed = {"PYTHONHASHSEED": "4711"}
        with mock.patch.dict(os.environ, seed):
            env = odooenv.environment(kit, server)
        self.assertEqual(env["FAKETIME"], "+86400")
        self.assertEqual(env["PYTHONHASHSEED"], "4711")
        self.assertEqual(
            env["PYTHONPATH"].split(os.pathsep), ["/odoo", str(clock.PYTHON_PATH)]
        )
        plain = odooenv.environment(kit, postgres.Server("/bin", {"PGHOST": "/s"}))
        self.assertEqual(plain["PYTHONPATH"], "/odoo")
        self.assertEqual(plain.get("FAKETIME"), os.environ.get("FAKETIME"))


class TestServer(unittest.TestCase):
    def test_somebody_elses_keeps_its_date(self):
        with (
            mock.patch.dict(os.environ, {"PGHOST": "db.example.com"}),
            mock.patch.object(postgres, "find_binaries"),
            self.assertRaisesRegex(Failure, "unset .*PGHOST"),
            postgres.serving(None, None, "at", {"FAKETIME": "+1"}),
        ):
            self.fail("it was used")

    def test_benchmarks_have_a_date_of_their_own(self):
        asked = []

        @contextlib.contextmanager
        def serving(_kit, at):
            asked.append(at)
            yield "server", {}

        with (
            mock.patch.object(clock, "serving", serving),
            mock.patch.object(postgres, "given_env", return_value=None),
            extras.bench_server(None) as server,
        ):
            self.assertEqual(server, "server")
        self.assertEqual(asked, [extras.BENCH_DAY])


class TestSleep(unittest.TestCase):
    """Python sleeps, too, where the library's sleep fails."""

    program = str(clock.PYTHON_PATH / "sitecustomize.py")

    def test_mended_where_it_fails(self):
        def fails(_seconds):
            raise OSError(22, "Invalid argument")

        with mock.patch.object(time, "sleep", fails):
            runpy.run_path(self.program)
            self.assertIsNot(time.sleep, fails)
            begin = time.monotonic()
            time.sleep(0.02)
            self.assertGreaterEqual(time.monotonic() - begin, 0.02)
            with self.assertRaises(ValueError):
                time.sleep(-1)

    def test_left_alone_where_it_works(self):
        def works(_seconds):
            pass

        with mock.patch.object(time, "sleep", works):
            runpy.run_path(self.program)
            self.assertIs(time.sleep, works)
