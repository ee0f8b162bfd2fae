import re
from collections import defaultdict

import polib

from odoo.tests import BaseCase, TransactionCase, tagged
from odoo.tools.translate import xml_translate

from .. import translating

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Names and signs that are the same in Chinese.
ALIKE = {
    "API",
    "AUC",
    "Alpha",
    "By WhatsApp",
    "Export CRM",
    "ID",
    "LINE",
    "MBG/NBD",
    "WhatsApp",
}
# What is left of a text without what is no word: tags, placeholders, expressions.
NO_WORD = re.compile(r"<[^>]*>|\{\{.*?\}\}|\{\w*\}|%\(\w+\)s|%s|[\W\d_]")


def letters(text):
    """Return the letters of ``text`` that a reader reads, without the rest."""
    return NO_WORD.sub("", text)


@tagged("post_install", "-at_install")
class TestTranslations(BaseCase):
    """Translations that Odoo would refuse, or send out broken."""

    def test_tags_and_placeholders_stay(self):
        for name, path in translating.languages().items():
            for entry in polib.pofile(str(path)):
                if entry.msgstr:
                    with self.subTest(name, text=entry.msgid[:60]):
                        problem = translating.problem(entry.msgid, entry.msgstr)
                        self.assertFalse(problem)

    def test_what_is_a_problem(self):
        for source, text in (
            ("%s of %s", "%s"),
            ("%(all)s", "%(alle)s"),
            ("5 %% of %s", "%s 的 5 %"),
            ("<b>Stop</b>", "停"),
            ('<i class="fa"/> Stop', '<i class="fb"/> 停'),
            ("Dear {customer}", "尊敬的客户"),
            ("Order {{ object.name }}", "订单 {{ object.id }}"),
            ('<t t-out="a"/> late', '<t t-out="b"/> 逾期'),
            ("Line\n", "行"),
            ("%s waits %d days", "等了 %d 天：%s"),
        ):
            with self.subTest(source):
                self.assertTrue(translating.problem(source, text))
        for source, text in (
            ("%(who)s asks %(whom)s", "%(whom)s 被 %(who)s 询问"),
            ('<i class="fa" title="Stop"/> Stop', '<i class="fa" title="停"/> 停'),
            ("%s Ended by itself.", "%s已自动结束。"),
        ):
            with self.subTest(source):
                self.assertFalse(translating.problem(source, text))

    def test_each_entry_names_its_module(self):
        """Odoo's reader gives an entry without it to no module, and fails."""
        for name, path in translating.languages().items():
            for entry in polib.pofile(str(path)):
                with self.subTest(name, text=entry.msgid[:60]):
                    self.assertIn("module: export_crm", entry.comment)

    def test_chinese_is_complete(self):
        """Every term has its Chinese, and names alone are left as they are."""
        path = translating.languages()["zh_CN"]
        texts = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
        terms = {entry.msgid for entry in polib.pofile(str(translating.TEMPLATE))}
        self.assertFalse(sorted(term for term in terms if not texts.get(term)))
        english = {
            term
            for term in terms - ALIKE
            if letters(term) not in ("", "WhatsApp", "of")
            and not CHINESE.search(texts[term])
        }
        self.assertFalse(english)

    def test_chinese_signs(self):
        """Between Chinese characters stand Chinese signs, with no space around."""
        path = translating.languages()["zh_CN"]
        wrong = re.compile(
            r"[\u4e00-\u9fff] ?[,;:!?](?!\w)|[，。；：！？、]\s*[,.;:!?，。；：！？、]"
            r"|[\u4e00-\u9fff] [，。；：！？、]"
            # A line's end is shown as a space, which Chinese doesn't have.
            r"|[\u4e00-\u9fff，。；：、]\n +[\u4e00-\u9fff]"
        )
        for entry in polib.pofile(str(path)):
            text = re.sub(r"<[^>]*>|\{\{.*?\}\}", "x", entry.msgstr)
            with self.subTest(entry.msgid[:60]):
                self.assertFalse(wrong.findall(text), text)


@tagged("post_install", "-at_install")
class TestTemplate(TransactionCase):
    """The files are what ``./dev translate`` writes."""

    def test_template_is_current(self):
        template = translating.exported(self.env)
        kept = polib.pofile(str(translating.TEMPLATE))
        self.assertFalse(translating.difference(kept, template), "call ./dev translate")
        self.assertEqual(kept.metadata, template.metadata)

    def test_languages_are_merged(self):
        """No term that is gone, none that is new; and a second run changes nothing."""
        template = polib.pofile(str(translating.TEMPLATE))
        for name, path in translating.languages().items():
            with self.subTest(name):
                merged = translating.merged(template, path)
                kept = polib.pofile(str(path))
                self.assertFalse(translating.difference(kept, merged))


@tagged("post_install", "-at_install")
class TestChineseScreens(TransactionCase):
    """What somebody with 简体中文 reads, asked of Odoo and not of the file."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.env["ir.module.module"]._load_module_terms([translating.MODULE], ["zh_CN"])
        cls.chinese = cls.env(context=dict(cls.env.context, lang="zh_CN"))

    def _assert_chinese(self, texts):
        """Check that each text but a name has Chinese in it."""
        english = {
            text
            for text in texts
            if text
            and not CHINESE.search(text)
            and text not in ALIKE
            # Odoo leaves out terms of one letter
            and len(letters(text)) > 1
            and letters(text) != "WhatsApp"
        }
        self.assertFalse(english)

    def _records(self, model):
        """Return the records of ``model`` that come with the add-on, in Chinese."""
        data = self.env["ir.model.data"].search(
            [("module", "=", translating.MODULE), ("model", "=", model)]
        )
        return self.chinese[model].browse(data.mapped("res_id")).exists()

    def test_fields(self):
        names = defaultdict(list)
        for field in self._records("ir.model.fields"):
            names[field.model].append(field.name)
        self.assertGreater(len(names), 50)
        for model, fields in names.items():
            known = self.chinese[model].fields_get(fields, ["string", "help"])
            with self.subTest(model):
                for field in known.values():
                    self._assert_chinese([field["string"], field.get("help")])

    def test_menus_actions_choices_groups_and_models(self):
        for model in (
            "ir.ui.menu",
            "ir.actions.act_window",
            "ir.actions.server",
            "ir.actions.client",
            "res.groups",
            "ir.model",
            "ir.model.fields.selection",
        ):
            records = self._records(model)
            with self.subTest(model):
                self.assertTrue(records or model == "ir.actions.client")
                self._assert_chinese(records.mapped("name"))

    def test_views(self):
        """Titles, buttons, placeholders and texts of every view and page."""
        for view in self._records("ir.ui.view"):
            with self.subTest(view.name):
                self._assert_chinese(self._terms(view))

    @staticmethod
    def _terms(view):
        """Return the terms of a view, as Odoo cuts them, without their tags."""
        found = []
        xml_translate(found.append, view.arch_db)
        return {re.sub(r"<[^>]*>", "", term).strip() for term in found}

    def test_data(self):
        """Categories, stages, plans, rules: everything with a name to translate."""
        models = set(
            self.env["ir.model.data"]
            .search([("module", "=", translating.MODULE)])
            .mapped("model")
        )
        self.assertTrue(self.env["mail.activity.plan"]._fields["name"].translate)
        for model in sorted(models):
            field = self.env[model]._fields.get("name")
            if field and field.translate is True and not model.startswith("ir."):
                with self.subTest(model):
                    self._assert_chinese(self._records(model).mapped("name"))
