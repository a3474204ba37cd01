"""Attached files come from Discord's own places only, whole, and never larger than wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.domain.attachment import MAX_BYTES
from bot.errors import InvalidInput
from bot.services.attachments import AttachmentReader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp.typedefs import Handler

Refusal = tuple[str, dict[str, str | int]]

LARGE: Refusal = ("record-large", {"max": 256})
UNREADABLE: Refusal = ("attachment-unreadable", {})
FOREIGN: Refusal = ("attachment-foreign", {})


class Files:
    """A place for files that counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        app = web.Application(middlewares=[self.count])
        app.router.add_get("/size/{bytes}", self.sized)
        app.router.add_get("/moved", self.moved)
        self.server = TestServer(app)

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.asked += 1
        return await handler(request)

    async def sized(self, request: web.Request) -> web.Response:
        return web.Response(body=b"x" * int(request.match_info["bytes"]))

    async def moved(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("/size/5")

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))


@pytest.fixture
async def files() -> AsyncIterator[Files]:
    place = Files()
    async with place.server:
        yield place


@pytest.fixture
async def reader(files: Files) -> AsyncIterator[AttachmentReader]:
    async with aiohttp.ClientSession() as session:
        yield AttachmentReader(session, [files.url("/api/v10")], seconds=5)


async def refusal(reader: AttachmentReader, url: str, size: int = 5) -> Refusal:
    with pytest.raises(InvalidInput) as caught:
        await reader.read(url, size)
    return caught.value.key, caught.value.params


@pytest.mark.parametrize("size", [1, 5, MAX_BYTES])
async def test_reads_the_whole_file(reader: AttachmentReader, files: Files, size: int) -> None:
    assert await reader.read(files.url(f"/size/{size}"), size) == b"x" * size


async def test_a_file_that_says_it_is_too_large_is_not_fetched(reader: AttachmentReader, files: Files) -> None:
    assert await refusal(reader, files.url("/size/5"), MAX_BYTES + 1) == LARGE
    assert files.asked == 0


@pytest.mark.parametrize("size", [MAX_BYTES + 1, 4 * MAX_BYTES])
async def test_a_file_that_lies_about_its_size_is_cut_off(reader: AttachmentReader, files: Files, size: int) -> None:
    assert await refusal(reader, files.url(f"/size/{size}"), 5) == LARGE


async def test_a_limit_of_ones_own(reader: AttachmentReader, files: Files) -> None:
    size = 3 * MAX_BYTES
    assert len(await reader.read(files.url(f"/size/{size}"), size, limit=size)) == size
    for stated in (5, size + 1):
        with pytest.raises(InvalidInput) as caught:
            await reader.read(files.url(f"/size/{size + 1}"), stated, limit=size, large="bulk-file-large")
        assert (caught.value.key, caught.value.params) == ("bulk-file-large", {"max": 768})


@pytest.mark.parametrize("path", ["/size/0", "/nothing", "/moved"])
async def test_what_discord_does_not_deliver_is_unreadable(reader: AttachmentReader, files: Files, path: str) -> None:
    assert await refusal(reader, files.url(path)) == UNREADABLE
    assert files.asked == 1


async def test_a_place_that_is_down_is_unreadable(reader: AttachmentReader, files: Files) -> None:
    url = files.url("/size/5")
    await files.server.close()
    assert await refusal(reader, url) == UNREADABLE


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://cdn.discordapp.com.evil.example/x",
        "https://cdn.discordapp.com@evil.example/x",
        "https://evil.example/https://cdn.discordapp.com/x",
        "http://cdn.discordapp.com/x",
        "https://cdn.discordapp.com:444/x",
        "file:///etc/passwd",
        "//cdn.discordapp.com/x",
        "",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(reader: AttachmentReader, url: str) -> None:
    assert await refusal(reader, url) == FOREIGN
