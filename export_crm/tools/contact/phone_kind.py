"""What can be done with a telephone number, by what kind of number it is."""

import phonenumbers
from phonenumbers import PhoneNumberType as Kind

# Numbers at which nobody reads a chat: fixed lines, and those of services.
_SILENT = frozenset(
    (
        Kind.FIXED_LINE,
        Kind.TOLL_FREE,
        Kind.PREMIUM_RATE,
        Kind.SHARED_COST,
        Kind.UAN,
        Kind.PAGER,
        Kind.VOICEMAIL,
    )
)


def takes_chats(number: str | None) -> bool:
    """Tell whether a chat can reach a number (E.164).

    Where a country's numbers don't tell mobiles from fixed lines (USA, Canada), and
    where the kind isn't known, it can.

    >>> takes_chats("+491711234567"), takes_chats("+493012345678")
    (True, False)
    >>> takes_chats("+12125550123"), takes_chats("+18005550123")
    (True, False)
    >>> takes_chats("+443030900900"), takes_chats(""), takes_chats("12")
    (False, False, False)
    """
    try:
        parsed = phonenumbers.parse(number or "")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.number_type(parsed) not in _SILENT
