"""Numbers and days in texts, as the reader's language writes them."""

from babel.dates import format_skeleton

from odoo.tools import formatLang
from odoo.tools.misc import babel_locale_parse, get_lang


def number(env, value, digits=None):
    """Return ``value`` as text.

    :param int digits: decimals; None: what three significant places need
    """
    if digits is None:
        short = f"{value:.3g}"
        digits = 0 if "e" in short else len(short.partition(".")[2])
    return formatLang(env, value, digits=digits)


def percent(env, share, digits=0):
    """Return a share (1 is all) as a percentage."""
    return f"{number(env, 100.0 * share, digits)} %"


def labelled(env, label, value):
    """Return what something is called, and what it is."""
    return env._("%(label)s: %(value)s", label=label, value=value)


def weekday(env, day):
    """Return a day near by with its weekday and without its year."""
    locale = babel_locale_parse(get_lang(env).code)
    return format_skeleton("MMMEd", day, locale=locale)
