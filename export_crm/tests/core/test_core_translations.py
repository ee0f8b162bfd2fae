import re
from collections import Counter
from pathlib import Path

import polib

from odoo.tests import BaseCase, tagged

FOLDER = Path(__file__).parents[2] / "i18n"
# What must be the same in both languages: tags with their directives, placeholders.
FIXED = re.compile(r"<[^>]*>|\{\{.*?\}\}|%\(\w+\)[sd]|%[sd]")


@tagged("post_install", "-at_install")
class TestTranslations(BaseCase):
    """Translations that Odoo would refuse, or send out broken."""

    def test_tags_and_placeholders_stay(self):
        for path in sorted(FOLDER.glob("*.po")):
            for entry in polib.pofile(str(path)):
                if not entry.msgstr:
                    continue
                with self.subTest(path.name, text=entry.msgid[:60]):
                    self.assertEqual(
                        Counter(FIXED.findall(entry.msgid)),
                        Counter(FIXED.findall(entry.msgstr)),
                    )

    def test_each_entry_names_its_module(self):
        """Odoo's reader gives an entry without it to no module, and fails."""
        for path in sorted(FOLDER.glob("*.po")):
            for entry in polib.pofile(str(path)):
                with self.subTest(path.name, text=entry.msgid[:60]):
                    self.assertIn("module: export_crm", entry.comment)
