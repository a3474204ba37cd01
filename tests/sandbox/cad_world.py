"""A running sandbox CAD with two accounts, and a bare client that sends whatever a test wants sent."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession, ClientTimeout
from yarl import URL

from sandbox.cad import CadState, Community, SandboxCad

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

KEY = "the-api-key"
BRIAN = "91de0ce8-c571-11e9-9714-5600023b2434"
AMY = "11111111-2222-4333-8444-555555555555"
SECRET = "41d2169d-3079-4a05-b92d-df2af78e8b3e"
API_ID = "STEAM:1234"
DISCORD = "123456789012345678"


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class World:
    cad: SandboxCad
    session: ClientSession

    async def send(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send `body` as JSON (bytes as they are) without touching the path."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        typed = {} if data is None else {"Content-Type": "application/json"}
        url = URL(self.cad.url + path, encoded=True)
        request = self.session.request(
            method, url, data=data, headers={**typed, **(headers or {})}, allow_redirects=False
        )
        async with request as response:
            return Answer(
                response.status, response.headers.get("Content-Type", ""), response.headers, await response.read()
            )

    async def v1(self, group: str, kind: str, *items: object, **envelope: object) -> Answer:
        """Call v1 by its path rule; `envelope` replaces or adds keys, None removes one."""
        body = {"id": "sandbox", "key": KEY, "type": kind, "data": list(items), **envelope}
        kept = {name: value for name, value in body.items() if value is not None}
        return await self.send("POST", f"/{group}/{kind.lower()}", kept)

    async def civilian(self, kind: str, **item: object) -> Answer:
        return await self.v1("civilian", kind, item)

    async def general(self, kind: str, **item: object) -> Answer:
        return await self.v1("general", kind, item)

    async def v2(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        return await self.send(method, f"/v2/{path}", body, headers={"Authorization": f"Bearer {KEY}", **headers})


def populate(state: CadState) -> None:
    state.add_account(
        "SonoranBrian",
        uuid=BRIAN,
        api_ids=[API_ID, "license:b"],
        discord=DISCORD,
        roblox=77,
        community_user_id="b1",
        secret=SECRET,
    )
    state.add_account("O'Neil", uuid=AMY, api_ids=["STEAM:9"], discord="223456789012345678")
    state.add_game_character("char1:abc", {"first": "Gina", "last": "Game"})


@asynccontextmanager
async def running(*, community: Mapping[str, Any] | None = None, **settings: Any) -> AsyncIterator[World]:
    """Run a CAD; `community` sets fields of Community, `settings` are SandboxCad's own."""
    cad = SandboxCad(Community(key=KEY, **(community or {})), populate=populate, **settings)
    async with cad, ClientSession(timeout=ClientTimeout(total=5)) as session:
        yield World(cad, session)
