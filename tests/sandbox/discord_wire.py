"""A bot of bare requests, for saying to the emulated Discord what a well-behaved library would not say."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import aiohttp

if TYPE_CHECKING:
    from types import TracebackType

    from sandbox.discord import SandboxDiscord

LINK = {
    "name": "link",
    "description": "Link",
    "options": [
        {"type": 3, "name": "sync_id", "description": "Id", "required": True, "autocomplete": True, "max_length": 8},
        {"type": 6, "name": "member", "description": "Who"},
        {"type": 3, "name": "action", "description": "What", "choices": [{"name": "Add", "value": "add"}]},
        {"type": 4, "name": "minutes", "description": "When", "min_value": 1, "max_value": 9},
        {"type": 5, "name": "sure", "description": "Really"},
        {"type": 7, "name": "place", "description": "Where", "channel_types": [0]},
        {"type": 8, "name": "role", "description": "Role"},
        {"type": 9, "name": "whom", "description": "Anyone"},
    ],
}
CHARS = {
    "name": "chars",
    "description": "Characters",
    "options": [
        {"type": 1, "name": "list", "description": "List", "options": []},
        {
            "type": 2,
            "name": "more",
            "description": "More",
            "options": [{"type": 1, "name": "edit", "description": "Edit"}],
        },
    ],
}
SETUP = {"name": "setup", "description": "Set up", "default_member_permissions": 1 << 5}
ABOUT = {"name": "CAD characters", "type": 2}


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> tuple[int, int]:
        return self.status, self.body["code"]


@dataclass
class WireBot:
    """Speaks to one server. Payloads come from `event`."""

    server: SandboxDiscord
    compress: bool = False
    session: aiohttp.ClientSession = field(default_factory=aiohttp.ClientSession)
    inflate: Any = None
    socket: aiohttp.ClientWebSocketResponse | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.socket is not None:
            await self.socket.close()
        await self.session.close()

    async def connect(self) -> dict[str, Any]:
        query = "?v=10&encoding=json" + ("&compress=zlib-stream" if self.compress else "")
        self.inflate = zlib.decompressobj()
        self.socket = await self.session.ws_connect(self.server.gateway_url + query)
        return await self.event()

    async def identify(self, **changes: Any) -> dict[str, Any]:
        await self.connect()
        await self.send(2, {"token": self.server.token, "intents": 0, "properties": {}, **changes})
        return await self.event()

    async def send(self, op: int, data: Any) -> None:
        assert self.socket is not None
        await self.socket.send_json({"op": op, "d": data})

    async def event(self) -> dict[str, Any]:
        assert self.socket is not None
        frame = await self.socket.receive(timeout=2)
        if frame.type is aiohttp.WSMsgType.BINARY:
            return dict(json.loads(self.inflate.decompress(frame.data)))
        if frame.type is aiohttp.WSMsgType.TEXT:
            return dict(json.loads(frame.data))
        return {"closed": self.socket.close_code}

    async def call(self, method: str, path: str, body: Any = None, **changes: Any) -> Reply:
        headers = {"Authorization": f"Bot {self.server.token}", **changes.pop("headers", {})}
        url = self.server.api_url + path
        async with self.session.request(method, url, json=body, headers=headers, **changes) as response:
            return Reply(response.status, dict(response.headers), await response.text())

    async def register(self, *commands: Any) -> Reply:
        return await self.call("PUT", f"/applications/{self.server.world.app_id}/commands", list(commands))

    async def ready(self) -> None:
        """Register the sample commands and identify."""
        registered = await self.register(LINK, CHARS, SETUP, ABOUT)
        assert registered.status == 200
        await self.identify()

    async def respond(self, interaction: dict[str, Any], kind: int, data: Any = None) -> Reply:
        body = {"type": kind} if data is None else {"type": kind, "data": data}
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback?with_response=1"
        return await self.call("POST", path, body)

    async def webhook(self, interaction: dict[str, Any], method: str, rest: str = "", body: Any = None) -> Reply:
        return await self.call(method, f"/webhooks/{interaction['application_id']}/{interaction['token']}{rest}", body)
