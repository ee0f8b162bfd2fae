"""What customers read, in the nine languages that are shipped."""

from html import unescape
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged

from .customer_terms import customer_terms
from .test_claim_portal import ClaimPortalCase

FOLDER = Path(__file__).parents[2] / "i18n"
#: File and language of Odoo; English is the source.
LANGUAGES = {
    "ar": "ar_001",
    "de": "de_DE",
    "es": "es_ES",
    "fr": "fr_FR",
    "ja": "ja_JP",
    "pt": "pt_PT",
    "pt_BR": "pt_BR",
    "ru": "ru_RU",
    "zh_CN": "zh_CN",
}


def words_of(language):
    """Return ``{term: translation}`` of a shipped file."""
    return {entry.msgid: entry.msgstr for entry in _entries(language)}


def places_of(language):
    """Return ``{(term, where)}`` that Odoo finds a translation for: terms of records
    and pages by their places, those of Python by their mark."""
    places = set()
    for entry in _entries(language):
        python = "odoo-python" in entry.comment
        for place in entry.occurrences if entry.msgstr else ():
            where = ":".join(filter(None, place))
            if python or not where.startswith("code:"):
                places.add((entry.msgid, where))
    return places


def _entries(language):
    return [
        entry
        for entry in polib.pofile(str(FOLDER / f"{language}.po"))
        if not entry.obsolete and "fuzzy" not in entry.flags
    ]


@tagged("post_install", "-at_install")
class TestClaimLanguages(TransactionCase):
    def test_every_term_of_customers(self):
        """A new term on a customer's page or mail fails until all have it."""
        terms = customer_terms(self.env)
        for language in LANGUAGES:
            known = places_of(language)
            missing = [
                (term, where)
                for term, places in terms.items()
                for where in places
                if (term, where) not in known
            ]
            with self.subTest(language):
                self.assertFalse(missing, f"{language}: {missing}")


@tagged("post_install", "-at_install")
class TestClaimPagesAbroad(ClaimPortalCase):
    """Pages, choices and a refusal, as a customer of each language gets them."""

    SHOWN = (
        "What is wrong?",
        "Which order?",
        "Logistics & delivery",
        "Shipment late",
        "Continue",
    )
    FORM = (
        "What happened?",
        "Replacement",
        "The problem in one line",
        "Late or missing",
    )
    LATE = "export_crm.claim_category_logistics_late"

    def test_pages(self):
        languages = list(LANGUAGES.values())
        for language in languages:
            self.env["res.lang"]._activate_lang(language)
        self.env["ir.module.module"]._load_module_terms(["export_crm"], languages)
        for name, language in LANGUAGES.items():
            self.buyer.lang = language
            self._login(self.buyer)
            words = words_of(name)
            with self.subTest(language):
                self._check("/my/claims/new", words, self.SHOWN)
                url = f"/my/claims/new?order_id={self.order.id}"
                url += f"&category_id={self.env.ref(self.LATE).id}"
                page = self._check(url, words, self.FORM)
                self.assertEqual("o_rtl" in page, name == "ar")
                response, claim = self._file(title="")
                self.assertFalse(claim)
                refused = words["Please say what is wrong."]
                self.assertIn(refused, unescape(response.text))
                claim = self._claim(partner_id=self.buyer.partner_id.id)
                told = ("Our first answer", "Messages and photos", "Received")
                self._check(f"/my/claims/{claim.id}", words, told)

    def _check(self, url, words, terms):
        page = unescape(self.url_open(url).text)
        for term in terms:
            self.assertIn(words[term], page, (url, term))
        return page
