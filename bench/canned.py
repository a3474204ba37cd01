"""A CAD that only says "linked": as little work as a server can have, so that what is measured is the client.

It runs as its own process and prints its port.
"""

from __future__ import annotations

import asyncio
import json
import sys

ACCOUNT = "91de0ce8-c571-11e9-9714-5600023b2434"
LENGTH = b"content-length:"


class Canned(asyncio.Protocol):
    """Answers every request on a connection, one after the other, as v2's add-character-link does."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = self._received[:end]
            lowered = head.lower()
            at = lowered.find(LENGTH)
            length = int(lowered[at + len(LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self._received) < end + 4 + length:
                return
            self._received = self._received[end + 4 + length :]
            self._answer(head.split(b" ", 2)[1].rsplit(b"/", 1)[1].decode(), close=b"connection: close" in lowered)

    def _answer(self, sync_id: str, *, close: bool) -> None:
        body = json.dumps({"accountUuid": ACCOUNT, "syncId": sync_id, "action": "ADD"}).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.write(head.encode() + body)
            if close:
                self._transport.close()


async def serve() -> None:
    """Serve on a free port of this machine until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
