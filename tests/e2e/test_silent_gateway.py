"""A gateway whose connection stands but says nothing any more must not hold up the end of the process."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from tests.e2e.world import V2, world_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Line:
    """A TCP line to a port of this machine that can fall silent without breaking."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = asyncio.Event()
        self._open.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen, and return the port."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1")
        return int(self._server.sockets[0].getsockname()[1])

    def fall_silent(self) -> None:
        """Keep every connection, and pass nothing on."""
        self._open.clear()

    async def stop(self) -> None:
        """Let go of everything."""
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        for source, sink in ((reader, back), (there, writer)):
            self._tasks.add(asyncio.create_task(self._pass(source, sink)))

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65_536):
                await self._open.wait()
                sink.write(data)
                await sink.drain()
        finally:
            sink.close()


async def test_sigterm_ends_the_process_while_the_gateway_is_silent(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        line = Line(int(world.discord.gateway_url.rpartition(":")[2].partition("/")[0]))
        port = await line.start()
        await world.run(DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{port}/gateway")
        line.fall_silent()
        started = time.monotonic()
        await world.stop()
        assert time.monotonic() - started < 5
        await line.stop()
