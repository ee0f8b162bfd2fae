"""Environment variables, the shared configuration, the lock file, the lint."""

import configparser
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from devkit import cli, lint, odooenv, odootree, postgres
from devkit.ui import Failure

ROOT = Path(__file__).resolve().parents[2]


class TestPostgres(unittest.TestCase):
    def test_nothing_given(self):
        self.assertIsNone(postgres.given_env({"PATH": "x", "PGDATABASE": "y"}))

    def test_given(self):
        env = postgres.given_env({"PGHOST": "db", "PGDATABASE": "y", "HOME": "/"})
        self.assertEqual(env["PGHOST"], "db")
        self.assertEqual(env["PGUSER"], "odoo")
        self.assertNotIn("PGDATABASE", env)
        self.assertNotIn("HOME", env)

    def test_url(self):
        url = "postgresql://me:p%40ss@db.example:5433/x?sslmode=require"
        env = postgres.parse_url(url)
        self.assertEqual(env["PGPASSWORD"], "p@ss")
        self.assertEqual(env["PGPORT"], "5433")
        self.assertEqual(env["PGSSLMODE"], "require")

    def test_url_with_a_socket(self):
        env = postgres.parse_url("postgresql:///x?host=%2Frun%2Fpg")
        self.assertEqual(env, {"PGHOST": "/run/pg"})

    def test_bad_url(self):
        for url in ("mysql://x", "postgresql://x:port/"):
            with self.assertRaisesRegex(Failure, "DATABASE_URL"):
                postgres.parse_url(url)


class TestConfiguration(unittest.TestCase):
    def kit(self, folder):
        """Return a Kit whose paths are in ``folder``."""
        places = mock.Mock(root=ROOT, own=folder)
        tree = odootree.Tree(folder, (folder / "addons",), "")
        return odooenv.Kit(places, folder / "bin" / "python", tree)

    def test_shared_options_reach_odoo(self):
        shared = configparser.RawConfigParser()
        shared.read(ROOT / odooenv.SHARED_CONF)
        with tempfile.TemporaryDirectory() as folder:
            path = odooenv.write_conf(self.kit(Path(folder)), "x", "/data", db_name="d")
            written = configparser.RawConfigParser()
            written.read(path)
        for name, value in shared["options"].items():
            self.assertEqual(written["options"][name], value)
        self.assertEqual(written["options"]["db_name"], "d")
        self.assertIn(str(ROOT), written["options"]["addons_path"])

    def test_docker_uses_the_same_file(self):
        text = (ROOT / "docker-compose.yml").read_text()
        self.assertIn(f"./{odooenv.SHARED_CONF}:/etc/odoo/odoo.conf:ro", text)

    def test_lock_pins_every_package(self):
        for line in (ROOT / "requirements.lock").read_text().splitlines():
            if line and not line.startswith("#"):
                self.assertRegex(line, r"^[\w.-]+==[\w.]+( ; python_version .+)?$")


class TestTree(unittest.TestCase):
    def tree(self, folder, series="19, 0"):
        """Make a folder that looks like an Odoo source tree."""
        (folder / "odoo" / "addons" / "base").mkdir(parents=True)
        (folder / "addons" / "web").mkdir(parents=True)
        release = f"version_info = ({series}, 0, FINAL, 0, '')\n"
        (folder / "odoo" / "release.py").write_text(release)

    def test_git_checkout(self):
        with tempfile.TemporaryDirectory() as folder:
            self.tree(Path(folder))
            found = odootree.given_tree(Path(folder))
            self.assertEqual([path.name for path in found.addons], ["addons"] * 2)

    def test_no_tree(self):
        with self.assertRaisesRegex(Failure, "no Odoo source tree"):
            odootree.given_tree(Path("/nowhere"))

    def test_other_series(self):
        with tempfile.TemporaryDirectory() as folder:
            self.tree(Path(folder), "18, 0")
            with self.assertRaisesRegex(Failure, "is Odoo 18.0: 19.0 is needed"):
                odootree.given_tree(Path(folder))

    def test_dead_links(self):
        with tempfile.TemporaryDirectory() as folder:
            odootree.check_links(Path(folder))
            Path(folder, "x.js").symlink_to("nowhere.js")
            with self.assertRaisesRegex(Failure, "x.js"):
                odootree.check_links(Path(folder))


class TestLint(unittest.TestCase):
    def test_private_paths(self):
        text = "see /ro" + "ot/x\nand http://py" + "pi.org/simple\nand docs/work/x\n"
        found = list(lint.private_findings("x", text))
        self.assertEqual([line.split(":")[1] for line in found], ["1", "2"])

    def test_long_function(self):
        text = "def f():\n" + "    x = 1\n" * 80
        self.assertEqual(len(list(lint.length_findings("x.py", text))), 1)

    def test_xml(self):
        self.assertEqual(list(lint.xml_findings("x", "<odoo/>")), [])
        self.assertEqual(len(list(lint.xml_findings("x", "<odoo>"))), 1)


class TestCommandLine(unittest.TestCase):
    def test_every_command_has_help(self):
        parser = cli.make_parser()
        for name in cli.COMMANDS:
            with self.assertRaises(SystemExit) as leaves, mock.patch("sys.stdout"):
                parser.parse_args([name, "--help"])
            self.assertEqual(leaves.exception.code, 0)

    def test_bench_gets_its_own_options(self):
        options = cli.parse(["bench", "--size", "9", "x"])
        self.assertEqual(options.rest, ["--size", "9", "x"])

    def test_bad_port(self):
        with self.assertRaises(SystemExit), mock.patch("sys.stderr"):
            cli.make_parser().parse_args(["run", "--port", "99999"])

    def test_dev_is_readable_by_old_pythons(self):
        text = (ROOT / "dev").read_text()
        self.assertIsNone(re.search(r"\bf\"|:=|\bmatch \w+:", text))
