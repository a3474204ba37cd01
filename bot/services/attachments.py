"""Files that people attach: fetched only from where Discord keeps them, and never more than is wanted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from bot.domain.attachment import MAX_BYTES
from bot.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection

log = logging.getLogger(__name__)

DISCORD_FILES = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})
OK = 200


class AttachmentReader:
    """Reads attachments over one shared session, without following redirects."""

    def __init__(self, session: aiohttp.ClientSession, origins: Collection[str], *, seconds: float = 10.0) -> None:
        """`origins` are the places (scheme, host, port) beside Discord's own that files may come from."""
        self._session = session
        self._origins = DISCORD_FILES | {origin_of(url) for url in origins}
        self._timeout = aiohttp.ClientTimeout(total=seconds)

    async def read(self, url: str, size: int, *, limit: int = MAX_BYTES, large: str = "record-large") -> bytes:
        """Return the file. Raises InvalidInput for a foreign address, a file that is too large, or one not there.

        `limit` is in bytes; `large` is the message key for more, which is told the limit in KiB (`max`).
        """
        if origin_of(url) not in self._origins:
            raise InvalidInput("attachment-foreign")
        if size > limit:
            raise InvalidInput(large, max=limit // 1024)
        try:
            async with self._session.get(url, allow_redirects=False, timeout=self._timeout) as response:
                data = bytearray(await response.content.read(limit + 1) if response.status == OK else b"")
                while data and len(data) <= limit and (more := await response.content.read(limit)):
                    data += more
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("an attachment could not be fetched: %s", type(error).__name__)
            data = bytearray()
        if not data:
            raise InvalidInput("attachment-unreadable")
        if len(data) > limit:
            raise InvalidInput(large, max=limit // 1024)
        return bytes(data)


def origin_of(url: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
