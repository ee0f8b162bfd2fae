"""The files of translations: Odoo's export, merged, and what may be wrong in them.

Used by the tests and by ``./dev translate``, so that both mean the same by "current".
"""

import io
import re
from collections import Counter
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

MODULE = "export_crm"
FOLDER = Path(__file__).parents[1] / "i18n"
TEMPLATE = FOLDER / f"{MODULE}.pot"
# Languages of those who work with the add-on. The others are their customers': such a
# file has the texts that a customer reads, and an empty entry would be no news there.
COMPLETE = ("zh_CN",)
# What must be the same in both languages: tags with their directives, expressions,
# placeholders and the doubled percent sign.
FIXED = re.compile(
    r"<[^>]*>|\{\{.*?\}\}|\{\w*\}|%\(\w+\)(?:\.\d+)?[a-z]|%(?:\.\d+)?[sdf](?![A-Za-z])|%%"
)
BARE = re.compile(r"%(?:\.\d+)?[sdf](?![A-Za-z])")
# Attributes that are read and not run: their words may differ, the rest may not.
READ = re.compile(
    r"""\s(?:alt|aria-label|placeholder|title|data-tooltip|string)=(?:"[^"]*"|'[^']*')"""
)
HEADER = "Translation of Export CRM."


def exported(env):
    """Return the template as Odoo exports it now, without what differs by the day."""
    buffer = io.BytesIO()
    trans_export(None, [MODULE], buffer, "po", env)
    odoo = polib.pofile(buffer.getvalue().decode())
    return written(odoo, {})


def written(template, texts, language=None, complete=True):
    """Return ``template`` as a file of ``language`` with ``texts`` {msgid: msgstr}.

    Terms that ``template`` has no longer are left out; without ``complete`` also those
    without a text.
    """
    po = polib.POFile()
    po.header = HEADER
    po.metadata = {"Project-Id-Version": "Export CRM 19.0"}
    if language:
        po.metadata["Language"] = language
    po.metadata.update(
        {
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
        }
    )
    for entry in sorted(template, key=lambda entry: entry.msgid):
        text = texts.get(entry.msgid, "")
        if text or complete:
            po.append(
                polib.POEntry(
                    msgid=entry.msgid,
                    msgstr=text,
                    comment=entry.comment,
                    occurrences=sorted(set(entry.occurrences)),
                )
            )
    return po


def languages():
    """Return {code: path} of the files of translations."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.po"))}


def merged(template, path):
    """Return the file ``path`` brought up to date with ``template``."""
    texts = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))}
    return written(template, texts, path.stem, path.stem in COMPLETE)


def difference(ours, theirs):
    """Return the msgids that two files have not in common, or not alike."""

    def lines(po):
        return {entry.msgid: str(entry) for entry in po}

    ours, theirs = lines(ours), lines(theirs)
    return sorted(
        msgid
        for msgid in ours.keys() | theirs.keys()
        if ours.get(msgid) != theirs.get(msgid)
    )


def fixed(text):
    """Return a Counter of what a translation must keep of ``text``.

    >>> sorted(fixed('<a title="Go" t-att-href="x">50%% of %(all)s</a>'))
    ['%%', '%(all)s', '</a>', '<a t-att-href="x">']
    """
    return Counter(READ.sub("", part) for part in FIXED.findall(text))


def problem(source, text):
    """Return what is wrong with ``text`` as the translation of ``source``, or None."""
    if fixed(source) != fixed(text):
        lost = fixed(source) - fixed(text)
        more = fixed(text) - fixed(source)
        return f"lost {sorted(lost)}, added {sorted(more)}"
    if BARE.findall(source) != BARE.findall(text):
        return "placeholders without a name must keep their order"
    if source[:1] == "\n" != text[:1] or source[-1:] == "\n" != text[-1:]:
        return "begins or ends with another line"
    return None
