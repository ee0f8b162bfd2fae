"""Which files a customer may send: told by their first bytes, never by their name."""

MAX_FILE_BYTES = 10 * 1024 * 1024
#: So many files go with one claim or message.
MAX_FILES = 10
#: So much of a file tells what it is.
HEAD = 64

_STARTS = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"%PDF-": "application/pdf",
}
# Photos of phones, and what phones film: boxes of ISO/IEC 14496-12 with a brand.
_PHOTO_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_FILM_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"}
_FILM_BRANDS |= {b"M4V ", b"MSNV", b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"dash", b"mmp4"}
#: For the file dialog of a browser; names matter where it knows no type.
ACCEPTED = (
    "image/jpeg,image/png,image/gif,image/webp,image/heic,image/heif,.heic,.heif,"
    "video/mp4,video/quicktime,video/3gpp,video/webm,.mp4,.mov,.3gp,.webm,"
    "application/pdf"
)


def kind_of(head):
    r"""Return the kind of a file that customers may send, or None for all others.

    No SVG, which can carry scripts, no program, whatever it is called.

    >>> kind_of(b"\x89PNG\r\n\x1a\n....")
    'image/png'
    >>> kind_of(b"\x00\x00\x00\x18ftypheic")
    'image/heic'
    >>> kind_of(b"\x00\x00\x00\x14ftypqt  ")
    'video/quicktime'
    >>> kind_of(b"\x00\x00\x00\x20ftypisom")
    'video/mp4'
    >>> kind_of(b"MZ\x90\x00") is None
    True

    :param bytes head: at least the first :data:`HEAD` bytes
    """
    for start, kind in _STARTS.items():
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:HEAD]:
        return "video/webm"
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _PHOTO_BRANDS:
            return "image/heic"
        if brand == b"qt  ":
            return "video/quicktime"
        if brand in _FILM_BRANDS:
            return "video/mp4"
    return None
