"""Which picture addresses may be sent to the CAD: public https ones that will still be there tomorrow.

Nothing is fetched; the address alone is judged.
"""

from __future__ import annotations

from urllib.parse import urlsplit

IMAGE_LIMIT = 2000
"""The most characters of an address that is asked for or shown; an embed takes 2,048."""
_DISCORD = (".discordapp.com", ".discordapp.net")
_FORBIDDEN = frozenset('\\<>"`')


def image_problem(url: str) -> str | None:
    """Return the message key of what is wrong with `url`, or None.

    Refused: anything but https, credentials, a port, a bare address or a host without a dot, and the links of
    Discord attachments, which expire.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # an unclosed bracket in the host
        return "problem-image-address"
    if parts.scheme != "https":
        return "problem-image-https"
    host = parts.hostname or ""
    if parts.netloc.lower() != host or not _public(host) or any(_unsafe(character) for character in url):
        return "problem-image-address"
    folder = parts.path.lower().lstrip("/").partition("/")[0]
    if host.endswith(_DISCORD) and folder.endswith("attachments"):
        return "problem-image-discord"
    return None


def _public(host: str) -> bool:
    """Say whether the host is a name with a dot: no address, however written, ends in a word."""
    *labels, last = host.split(".")
    return bool(labels) and all(labels) and (last.startswith("xn--") or last.isalpha())


def _unsafe(character: str) -> bool:
    return character.isspace() or not character.isprintable() or character in _FORBIDDEN
