"""The transport against a real server: nothing lost, nothing sent twice, nothing kept from what is too big."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.cad.protocol import NewCharacter, Request
from bot.cad.transport import BODY_CAP, Transport
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, Sent
from bot.settings import CreateForm
from tests.cad.support import CREDENTIALS, KEY

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Raw = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

READ = Request("GET /read", "GET", "/read")
WRITE = Request("PUT /write", "PUT", "/write", body=b"{}", write=True)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[Transport]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Transport(session, str(server.make_url("/")), user_agent="Charlink/1", wall=lambda: 5.0)


@asynccontextmanager
async def raw(answer: Raw) -> AsyncIterator[tuple[Transport, list[bytes]]]:
    """Serve bytes over bare sockets, keeping the first line of each request."""
    seen: list[bytes] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                seen.append(head.split(b"\r\n", 1)[0])
                await answer(reader, writer)
                await writer.drain()
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as session:
        yield Transport(session, f"http://127.0.0.1:{port}", user_agent="Charlink/1"), seen
    server.close()
    await server.wait_closed()


async def test_the_request_arrives_as_it_was_written() -> None:
    got: list[tuple[str, str, bytes, dict[str, str]]] = []

    async def handler(request: web.Request) -> web.Response:
        got.append((request.method, request.raw_path, await request.read(), dict(request.headers)))
        return web.Response(text="[]", content_type="text/plain", headers={"X-Trace-Id": "t"})

    target = Target.of(api_id="a b&c=ü")
    async with serving(handler) as transport:
        response = await transport.send(V2(CREDENTIALS).links(target).request)
        await transport.send(V2(CREDENTIALS).unlink(target, "char1:a b%2e").request)
        await transport.send(V1(CREDENTIALS, CreateForm.CHARACTER).links(target).request)
    assert (response.status, response.body, response.received_at) == (200, b"[]", 5.0)
    assert response.headers["x-trace-id"] == "t"
    listing, unlinking, legacy = got
    assert listing[:3] == ("GET", "/v2/civilian/character-links?communityUserId=a%20b%26c%3D%C3%BC", b"")
    assert listing[3]["User-Agent"] == "Charlink/1"
    assert listing[3]["Authorization"] == f"Bearer {KEY}"
    assert unlinking[:2] == ("DELETE", "/v2/civilian/character-links/char1%3Aa%20b%252e")  # cad-api.md 2.4
    assert unlinking[2] == '{"communityUserId":"a b&c=ü"}'.encode()
    assert legacy[:2] == ("POST", "/civilian/get_character_links")
    assert legacy[3]["Content-Type"] == "application/json"


async def test_vector_36_a_redirect_is_an_answer_and_is_not_followed() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with serving(handler) as transport:
        assert (await transport.send(WRITE)).status == 307
    assert seen == ["/write"]


async def test_every_status_is_an_answer() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=503, body=b"<html>\xff")

    async with serving(handler) as transport:
        response = await transport.send(READ)
    assert (response.status, response.body) == (503, b"<html>\xff")


@pytest.mark.parametrize("packed", [False, True], ids=["76-plain", "76-compressed"])
async def test_vector_76_a_body_over_the_cap_is_given_up(packed: bool) -> None:  # noqa: FBT001 - a table's column
    big = b" " * (BODY_CAP + 1)

    async def handler(_request: web.Request) -> web.Response:
        if packed:
            return web.Response(body=gzip.compress(big), headers={"Content-Encoding": "gzip"})
        return web.Response(body=big)

    async with serving(handler) as transport:
        with pytest.raises(CadError) as caught:
            await transport.send(WRITE)
    assert (caught.value.kind, caught.value.sent, caught.value.status) == (
        CadErrorKind.UNEXPECTED,
        Sent.UNKNOWN,
        200,
    )


@pytest.mark.parametrize(("request_", "sent"), [(READ, Sent.NO), (WRITE, Sent.UNKNOWN)], ids=["read", "write"])
async def test_vector_39_a_body_that_never_ends_times_out(request_: Request, sent: Sent) -> None:
    async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nNEW")

    async with raw(stall) as (transport, seen):
        with pytest.raises(CadError) as caught:
            await transport.send(request_, timeout=0.1)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TIMEOUT, sent)
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH"])
async def test_vector_75_a_dropped_write_is_never_sent_again(method: str) -> None:
    async def drop(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with raw(drop) as (transport, seen):
        with pytest.raises(CadError) as caught:
            await transport.send(Request("x", method, "/x", write=True))
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.UNKNOWN)
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_dropped_read_is_sent_once_more(method: str) -> None:
    answers = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", b"", b""])

    async def reply(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = next(answers)
        writer.write(data)
        if not data:
            writer.close()

    async with raw(reply) as (transport, seen):
        assert (await transport.send(Request("x", method, "/x"))).body == b"[]"
        assert len(seen) == 2
        with pytest.raises(CadError) as caught:
            await transport.send(Request("x", method, "/x"))
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.NO)
    assert len(seen) == 4


async def test_a_body_cut_short_leaves_a_write_unknown() -> None:
    async def cut(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nLin")
        writer.close()

    async with raw(cut) as (transport, _):
        with pytest.raises(CadError) as caught:
            await transport.send(WRITE)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.UNKNOWN)


async def test_what_is_no_http_is_unexpected() -> None:
    async def gibberish(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        writer.close()

    async with raw(gibberish) as (transport, _):
        with pytest.raises(CadError) as caught:
            await transport.send(WRITE)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.UNEXPECTED, Sent.UNKNOWN)


class NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        raise OSError(f"no {host}, no {port}, no {family}")

    async def close(self) -> None:
        """Nothing to close."""


async def test_vector_75_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(CadError) as caught:
            await Transport(session, f"http://127.0.0.1:{port}", user_agent="x").send(WRITE)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.NO)


async def test_vector_75_an_unknown_host_was_not_sent_to() -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoNames())) as session:
        with pytest.raises(CadError) as caught:
            await Transport(session, "http://cad.example", user_agent="x").send(WRITE)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.NO)


async def test_vector_75_a_connection_that_is_never_made_was_not_sent() -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(0.15)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", slow)
    connector = aiohttp.TCPConnector(limit=1)
    async with TestServer(app) as server, aiohttp.ClientSession(connector=connector) as session:
        transport = Transport(session, str(server.make_url("/")), user_agent="x")
        first = asyncio.create_task(transport.send(WRITE))
        await asyncio.sleep(0.02)
        with pytest.raises(CadError) as caught:
            await transport.send(WRITE, timeout=0.1)  # the only connection is busy for longer
        await first
    assert caught.value.sent is Sent.NO


async def test_vector_75_a_server_that_speaks_no_tls_was_not_sent_to() -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        transport = Transport(session, f"https://127.0.0.1:{server.port}", user_agent="x")
        with pytest.raises(CadError) as caught:
            await transport.send(WRITE)
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.TRANSPORT, Sent.NO)


async def test_one_line_per_call_without_bodies_keys_or_ids(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=409, text="private words")

    caplog.set_level(logging.DEBUG, logger="bot")
    dialect = V2(CREDENTIALS)
    target = Target.of(api_id="private-id")
    async with serving(handler) as transport:
        await transport.send(dialect.link(target, "private-sync-id").request)
        await transport.send(dialect.links(target).request)
        await transport.send(dialect.create(target, NewCharacter(values={"first": "private"})).request)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert len(lines) == 3
    assert lines[0].startswith("CAD call PUT /v2/civilian/character-links/{syncId}: status 409, ")
    assert not [line for line in lines if "private" in line or KEY in line]


async def test_a_failed_call_has_its_line_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot")
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=NoNames())) as session:
        with pytest.raises(CadError):
            await Transport(session, "http://cad.example", user_agent="x").send(READ)
    assert [record.getMessage().split(",")[0] for record in caplog.records] == ["CAD call GET /read: status transport"]
