"""What a mail says about itself: sent by a machine, forwarded, content, about what."""

import re
from email.utils import parseaddr

AUTOMATIC, NEWSLETTER, SERVER = "automatic", "newsletter", "server"

_BULK = {"bulk", "junk", "auto_reply"}
_AUTO_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")
_LIST_HEADERS = ("List-Id", "List-Unsubscribe", "List-Post")
# Mail servers that report; what comes without a return path wants no answer either.
_SERVERS = {"mailer-daemon", "postmaster"}

# "From:" of a forwarded mail, as programs in many languages write it.
_FROM = re.compile(
    r"^[\s>*|]*(?:from|von|de|da|van|od|fr[aå]n?|от|kimden|من|差出人|发件人|寄件者|보낸\s*사람)"
    r"[\s*]*[::]\s*(.+(?:\n[\s>*|]*<[^>\n]+>)?)",
    re.IGNORECASE | re.MULTILINE,
)
_TOKEN = re.compile(r"[^\s\[\](){}<>,;:#\"'「」【】()：,；]+")

# Who writes no more than this is content.
_THANKS = re.compile(
    r"\b(thanks?|thank you|thx|perfect|great|danke|vielen dank|merci|gracias|"
    r"obrigad[oa]|grazie|спасибо|благодар\w+|شكرا\w*)\b|谢谢|多谢|感谢|已收到|"
    r"ありがとう|シュクラン|شكرًا",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(but|however|still|not|no|never|again|another|problem\w*|broken|wrong|missing|"
    r"unfortunately|aber|nicht|kein\w*|noch|wieder|leider|mais|pas|encore|toujours|pero|"
    r"aún|todavía|sigue|mas|não|nao|ainda|ma|non|ancora|но|не|нет|ещ[её]|опять|снова)\b|"
    r"\w+n['’]t\b|不|没|但|还|未|又|ません|ない|まだ|しかし|لا |لم |ليس|لكن|[??؟]",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"^\s*(?:>|on .+ wrote:|am .+ schrieb|le .+ écrit|el .+ escrib)", re.IGNORECASE
)
SHORT = 160


def machine(message):
    """Return what kind of machine has sent a mail (None: a person).

    RFC 3834, RFC 2919 and older habits.

    >>> from email.message import EmailMessage
    >>> mail = EmailMessage()
    >>> machine(mail)
    >>> mail["Auto-Submitted"] = "auto-replied (vacation)"
    >>> machine(mail)
    'automatic'
    >>> news = EmailMessage()
    >>> news["List-Unsubscribe"] = "<mailto:leave@news.example.com>"
    >>> machine(news)
    'newsletter'
    >>> bounce = EmailMessage()
    >>> bounce["From"] = "Mail Delivery System <MAILER-DAEMON@mx.example.com>"
    >>> machine(bounce)
    'server'

    :param email.message.EmailMessage message: the mail
    """
    submitted = (message.get("Auto-Submitted") or "no").strip().lower()
    precedence = (message.get("Precedence") or "").strip().lower()
    sender = parseaddr(str(message.get("From") or ""))[1].lower().split("@")[0]
    if (
        sender in _SERVERS
        or (message.get("Return-Path") or "").strip() == "<>"
        or message.get_content_type() == "multipart/report"
    ):
        return SERVER
    if not submitted.startswith("no") or any(message.get(n) for n in _AUTO_HEADERS):
        return AUTOMATIC
    if precedence == "list" or any(message.get(name) for name in _LIST_HEADERS):
        return NEWSLETTER
    return AUTOMATIC if precedence in _BULK else None


def forwarded_from(text):
    """Return the addresses that a forwarded mail says it came from, outermost first.

    >>> forwarded_from("FYI\\n----\\nVon: Ann Buyer <ann@lagos.example.com>\\nAn: us")
    ['ann@lagos.example.com']
    >>> forwarded_from("> *From:* Ann Buyer\\n> <ann@lagos.example.com>")
    ['ann@lagos.example.com']
    >>> forwarded_from("Nothing here, from: nobody")
    []
    """
    return addresses("\n".join(_FROM.findall(text)))


def addresses(text):
    """Return all addresses in a text, in their order.

    >>> addresses("Call ann@lagos.example.com or (bob@lagos.example.com).")
    ['ann@lagos.example.com', 'bob@lagos.example.com']
    """
    found = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)
    return list(dict.fromkeys(one.lower() for one in found))


def possible_numbers(subject):
    """Return what in a subject may be the number of a document.

    >>> possible_numbers("VS: [CL/2026/00020] ten panels")
    ['CL/2026/00020']
    >>> possible_numbers("no number here")
    []
    """
    words = (word.rstrip(".!?") for word in _TOKEN.findall(subject or ""))
    return [word for word in words if len(word) > 3 and any(c.isdigit() for c in word)]


def is_thanks(text):
    """Tell whether a text thanks, and says nothing else; in doubt it does not.

    >>> [is_thanks(t) for t in ("Thank you, perfect!", "谢谢!", "Danke, aber defekt")]
    [True, True, False]
    >>> is_thanks("Thanks. It's broken again.")
    False
    >>> is_thanks("It flickers")
    False
    """
    lines = []
    for line in text.strip().splitlines():
        if _QUOTED.match(line):
            break
        lines.append(line)
    own = "\n".join(lines).strip()
    return bool(len(own) <= SHORT and _THANKS.search(own) and not _BUT.search(own))
