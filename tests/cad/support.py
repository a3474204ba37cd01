"""What the tests of the CAD client share: made-up credentials, literal answers, and time that tests move."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.cad.protocol import Credentials, Request, Response
from bot.errors import CadError, CadErrorKind, Sent

KEY = "made-up-key"
CREDENTIALS = Credentials("C", SecretStr(KEY))
ACCOUNT = "91de0ce8-c571-11e9-9714-5600023b2434"
SECRET = "41d2169d-3079-4a05-b92d-df2af78e8b3e"
NOW = 1_780_000_000.0


def answer(status: int, body: str | bytes = b"", **headers: str) -> Response:
    """Return a response; underscores in header names become dashes."""
    raw = body.encode() if isinstance(body, str) else body
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw, NOW)


def refused(status: int, text: str = "") -> Response:
    return answer(status, text, content_type="text/plain")


def cad_error(kind: CadErrorKind, *, sent: Sent = Sent.ANSWERED, scope: str = "") -> CadError:
    error = CadError(kind, sent=sent, endpoint="x")
    error.params["scope"] = scope
    return error


def v1_request(endpoint: str = "link_character", *, write: bool = True) -> Request:
    return Request(endpoint, "POST", f"/civilian/{endpoint}", write=write)


def v2_request(endpoint: str = "PUT /x", *, limit: int = 10, write: bool = True) -> Request:
    return Request(endpoint, "PUT", "/x", write=write, limit=limit)


@dataclass
class FakeTime:
    """A clock that only tests move, and a sleep that goes by it."""

    now: float = 1000.0
    sleepers: list[tuple[float, asyncio.Future[None]]] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        sleeper = (self.now + seconds, asyncio.get_running_loop().create_future())
        self.sleepers.append(sleeper)
        try:
            await sleeper[1]
        finally:
            self.sleepers.remove(sleeper)

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its moment."""
        end = self.now + seconds
        await settle()
        while due := [sleeper for sleeper in self.sleepers if sleeper[0] <= end and not sleeper[1].done()]:
            at, future = min(due, key=lambda sleeper: sleeper[0])
            self.now = max(self.now, at)
            future.set_result(None)
            await settle()
        self.now = end
        await settle()


async def settle() -> None:
    """Let everything that can run, run."""
    for _ in range(20):
        await asyncio.sleep(0)
