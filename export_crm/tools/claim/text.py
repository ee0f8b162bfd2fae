"""What people type, as it can be kept."""

import re

# C0 and C1 but tab and line breaks, and halves of characters: no database takes NUL
# or a lone surrogate, no reader misses the others.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text):
    r"""Return a text without control characters.

    >>> plain("Cartons\x00 wet\x07\n7 to 9")
    'Cartons wet\n7 to 9'
    >>> plain("\ud83d half of a sign")
    ' half of a sign'

    :param str text: whatever came; None is no text
    """
    return _CONTROL.sub("", text or "")
