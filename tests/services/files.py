"""Attached files without a network."""

from __future__ import annotations

from bot.services.attachments import AttachmentReader


class NoFiles(AttachmentReader):
    """For tests in which no file is read."""

    def __init__(self) -> None:
        """Need no session."""

    async def read(self, url: str, size: int, **_: object) -> bytes:
        raise AssertionError(f"{url} ({size} bytes) was read")


class OneFile(AttachmentReader):
    """Has one file at every address."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    async def read(self, url: str, size: int, **_: object) -> bytes:
        assert url
        assert size
        return self.data
