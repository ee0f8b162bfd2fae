"""Folders, locks, and things that are made whole or not at all."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from devkit import places
from devkit.ui import Failure


class TestPlaces(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        patch = mock.patch.dict(os.environ, EXPORT_CRM_HOME=str(self.home / "home"))
        patch.start()
        self.addCleanup(patch.stop)
        self.places = places.Places(self.home / "checkout")

    def test_two_checkouts_differ(self):
        other = places.Places(self.home / "other")
        self.assertNotEqual(self.places.key, other.key)
        self.assertEqual(self.places.cache, other.cache)

    def test_built(self):
        target = self.home / "thing"
        with places.built(target, self.places) as part:
            (part / "file").write_text("x")
            self.assertFalse(target.exists())
        self.assertTrue((target / "file").exists())
        with places.built(target, self.places) as part:
            self.assertIsNone(part)

    def test_built_half(self):
        target = self.home / "thing"
        with self.assertRaises(ValueError):
            with places.built(target, self.places):
                raise ValueError
        self.assertEqual(list(self.home.glob("thing*")), [])

    def test_built_after_a_kill(self):
        left = self.home / "thing.part-old"
        left.mkdir()
        with places.built(self.home / "thing", self.places):
            self.assertFalse(left.exists())

    def test_socket_path_limit(self):
        deep = self.home / ("x" * 120)
        short = places.socket_folder(deep)
        self.addCleanup(lambda: short.rmdir())
        self.assertLess(len(str(short)) + len("/.s.PGSQL.5432"), 107)
        self.assertEqual(short.stat().st_mode & 0o777, 0o700)

    def test_space(self):
        places.check_space(self.home, needed=1)
        with self.assertRaisesRegex(Failure, "GB free"):
            places.check_space(self.home, needed=2**60)

    def test_relative_xdg_folders_do_not_count(self):
        with mock.patch.dict(os.environ, XDG_CACHE_HOME="x", HOME=str(self.home)):
            folder = places.xdg("XDG_CACHE_HOME", ".cache")
        self.assertEqual(folder, self.home / ".cache")
