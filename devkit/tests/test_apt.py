"""Reading apt's settings as machines really have them."""

import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from devkit import apt, aptsources
from devkit.ui import Failure

DEB822 = """\
Types: deb
# a comment in between
URIs: http://mirror.example:8080/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example:8080/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
INLINE_KEY = """\
Types: deb deb-src
URIs: https://mirror.example/debian/
Suites: trixie
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
"""
VENDOR = """\
deb [arch=amd64 signed-by=/etc/apt/keyrings/vendor.gpg] https://vendor.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example/apt bookworm stable
deb https://other.example/apt cloud-bookworm main
"""  # noqa: E501
UBUNTU = """\
Types: deb
URIs: http://mirror.example/ubuntu
Suites: noble noble-updates
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
"""


class TestSources(unittest.TestCase):
    def find(self, **files):
        """Return debian_source() of an /etc/apt with these files."""
        with tempfile.TemporaryDirectory() as etc:
            parts = Path(etc, "sources.list.d")
            parts.mkdir()
            for name, text in files.items():
                stem, kind = name.rsplit("_", 1)
                folder = Path(etc) if stem == "sources" else parts
                (folder / f"{stem}.{kind}").write_text(text)
            with mock.patch.dict(os.environ):
                os.environ.pop("EXPORT_CRM_DEBIAN_URI", None)
                return aptsources.debian_source(etc)

    def test_deb822(self):
        source = self.find(debian_sources=DEB822)
        self.assertEqual(source.uri, "http://mirror.example:8080/debian")
        self.assertIn("debian-archive-keyring", source.keyring)

    def test_inline_key_means_debians_keyring(self):
        source = self.find(debian_sources=INLINE_KEY)
        self.assertEqual(source.uri, "https://mirror.example/debian/")
        self.assertEqual(source.keyring, "")

    def test_one_line(self):
        text = "# deb http://old.example/debian sid main\n"
        text += "deb [ arch=amd64  trusted=yes ] http://m.example/x trixie main # x\n"
        source = self.find(sources_list=text)
        self.assertEqual(source.uri, "http://m.example/x")
        self.assertTrue(source.trusted)

    def test_vendors_are_passed_over(self):
        self.assertIsNone(self.find(vendor_list=VENDOR))
        source = self.find(a_list=VENDOR, debian_sources=DEB822)
        self.assertEqual(source.uri, "http://mirror.example:8080/debian")

    def test_security_alone_will_not_do(self):
        self.assertIsNone(self.find(debian_sources=DEB822.split("\n\n")[1]))

    def test_disabled(self):
        text = "Enabled: no\n" + INLINE_KEY
        self.assertIsNone(self.find(debian_sources=text))

    def test_ubuntu_names_no_debian(self):
        self.assertIsNone(self.find(ubuntu_sources=UBUNTU))
        self.assertIsNone(self.find())

    def test_other_endings_are_ignored(self):
        self.assertIsNone(self.find(debian_disabled=DEB822))

    def test_environment_wins(self):
        with mock.patch.dict(os.environ, EXPORT_CRM_DEBIAN_URI="http://x.example/d"):
            self.assertEqual(aptsources.debian_source().uri, "http://x.example/d")


class TestLines(unittest.TestCase):
    def test_trusted(self):
        source = aptsources.Source("http://x.example/d", (), (), trusted=True)
        lines = apt.source_lines(source, ["sid", "bookworm"])
        first = "deb [trusted=yes] http://x.example/d sid main"
        self.assertEqual(lines.splitlines()[0], first)
        self.assertEqual(len(lines.splitlines()), 2)

    def test_no_keyring(self):
        source = aptsources.Source("http://x.example/d", (), ())
        with mock.patch.object(aptsources, "KEYRINGS", ()):
            with self.assertRaisesRegex(Failure, "debian-archive-keyring"):
                apt.source_lines(source, ["sid"])
