"""The gateway: identify, heartbeats, events, resume with replay, and connections that break on request.

(topics/gateway; close codes and opcodes from topics/opcodes-and-status-codes.)
"""

from __future__ import annotations

import json
import secrets
import time
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from .wire import Refusal

if TYPE_CHECKING:
    from .people import Channel
    from .wire import Json
    from .world import World

HEARTBEAT_MS = 41_250
GUILDS_INTENT = 1 << 0
PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)  # members, presences, message content
REPLAYED_EVENTS = 2000


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseConnection(Exception):
    """The connection must be closed with one of Discord's codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Connection:
    """One web socket, compressed as one zlib stream when the client asked for that."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self._request = request
        asked = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if asked else None  # plain text is what every client accepts

    async def send(self, payload: Json) -> float:
        """Send one payload; a connection that is gone gets nothing, its session keeps the event.

        Returns when it was ready to go out, in seconds of `time.perf_counter`.
        """
        if self.socket.closed:
            return time.perf_counter()
        data = json.dumps(payload).encode()
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        ready_at = time.perf_counter()
        try:
            await self.socket.send_frame(data, WSMsgType.TEXT if self._deflate is None else WSMsgType.BINARY)
        except ConnectionError:
            self.abort()
        return ready_at

    def abort(self) -> None:
        """Break the connection without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()


@dataclass(eq=False)
class Session:
    """A bot's session on one shard. It outlives its connection and keeps the events for a resume."""

    id: str
    shard: tuple[int, int]
    intents: int
    connection: Connection | None
    sequence: int = 0
    sent: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=REPLAYED_EVENTS))

    @property
    def connected(self) -> bool:
        """Whether a bot is listening right now."""
        return self.connection is not None

    async def dispatch(self, event: str, data: Json) -> float:
        """Send an event, and keep it for a resume. Returns when it went out, in seconds of `time.perf_counter`."""
        self.sequence += 1
        payload: Json = {"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.sent.append((self.sequence, payload))
        if self.connection is not None:
            return await self.connection.send(payload)
        return time.perf_counter()

    def missed(self, sequence: int) -> list[Json] | None:
        """Return the events after `sequence`, or None when they are not all known any more."""
        oldest = self.sent[0][0] if self.sent else self.sequence + 1
        if not oldest - 1 <= sequence <= self.sequence:
            return None
        return [payload for number, payload in self.sent if number > sequence]

    def covers(self, guild_id: int) -> bool:
        """Whether the events of a guild (0: direct messages) come to this shard."""
        shard_id, count = self.shard
        return (guild_id >> 22) % count == shard_id


class Gateway:
    """All sessions. Events go to every session of the shard, as Discord's do."""

    def __init__(self, world: World, token: str, refusals: list[Refusal]) -> None:
        self._world = world
        self._token = token
        self._refusals = refusals
        self.sessions: dict[str, Session] = {}
        self.url = ""
        self.identified = 0
        self.resumed = 0

    @property
    def connected(self) -> list[Session]:
        """The sessions that a bot is listening on."""
        return [session for session in self.sessions.values() if session.connected]

    async def dispatch(self, event: str, data: Json, channel: Channel) -> float:
        """Send an event of a channel to whom it concerns. Returns when it last went out, as a session does."""
        sent_at = time.perf_counter()
        for session in list(self.sessions.values()):
            if session.covers(channel.guild_id):
                sent_at = await session.dispatch(event, data)
        return sent_at

    def drop(self) -> None:
        """Break every connection abruptly. Sessions stay, so that bots can resume."""
        for session in self.connected:
            if session.connection is not None:
                session.connection.abort()
                session.connection = None

    async def replay(self, events: int = 1) -> None:
        """Send the last events once more, as a resume does where the bot's last sequence number got lost."""
        for session in self.connected:
            for _, payload in list(session.sent)[-events:]:
                if session.connection is not None:
                    await session.connection.send(payload)

    async def ask_to_reconnect(self) -> None:
        """Send RECONNECT on every connection."""
        await self._send_all({"op": Op.RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION on every connection; sessions are forgotten unless `resumable`."""
        connections = [session.connection for session in self.connected]
        if not resumable:
            self.sessions.clear()
        for connection in connections:
            if connection is not None:
                await connection.send({"op": Op.INVALID_SESSION, "d": resumable})

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection from HELLO to its end."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=4096 * 4)
        await socket.prepare(request)
        connection = Connection(socket, request)
        await connection.send({"op": Op.HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS, "_trace": []}})
        session: Session | None = None
        try:
            async for frame in socket:
                session = await self._receive(connection, session, frame.type, frame.data)
        except CloseConnection as closing:
            self._refusals.append(Refusal("GET", "/gateway", closing.code, 0, closing.reason))
            await socket.close(code=closing.code, message=closing.reason.encode())
        self._ended(connection, session)
        return socket

    async def _receive(
        self, connection: Connection, session: Session | None, kind: WSMsgType, data: str
    ) -> Session | None:
        if kind is not WSMsgType.TEXT:
            raise CloseConnection(4002, "Error while decoding payload.")
        try:
            payload = json.loads(data)
            op = Op(payload["op"])
        except (ValueError, KeyError, TypeError) as error:
            raise CloseConnection(4002, "Error while decoding payload.") from error
        if op in (Op.IDENTIFY, Op.RESUME) and not isinstance(payload.get("d"), dict):
            raise CloseConnection(4002, "Error while decoding payload.")
        if op is Op.HEARTBEAT:
            await connection.send({"op": Op.HEARTBEAT_ACK, "d": None})
            return session
        if op is Op.IDENTIFY and session is None:
            return await self._identify(connection, payload["d"])
        if op is Op.RESUME and session is None:
            return await self._resume(connection, payload["d"])
        if op in (Op.IDENTIFY, Op.RESUME):
            raise CloseConnection(4005, "Already authenticated.")
        if session is None:
            raise CloseConnection(4003, "Not authenticated.")
        if op not in (Op.PRESENCE, Op.VOICE_STATE, Op.REQUEST_MEMBERS):
            raise CloseConnection(4001, "Unknown opcode.")
        return session

    async def _identify(self, connection: Connection, data: Json) -> Session:
        self._authenticate(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or not 0 <= intents < 1 << 32:
            raise CloseConnection(4013, "Invalid intent(s).")
        if intents & PRIVILEGED:
            raise CloseConnection(4014, "Disallowed intent(s).")
        shard_id, count = data.get("shard") or (0, 1)
        if not 0 <= shard_id < count:
            raise CloseConnection(4010, "Invalid shard.")
        session = Session(secrets.token_hex(16), (shard_id, count), intents, connection)
        self.sessions[session.id] = session
        self.identified += 1
        await self._ready(session)
        self._world.changes.notify()
        return session

    async def _ready(self, session: Session) -> None:
        guilds = [guild for guild in self._world.guilds.values() if session.covers(guild.id)]
        ready: Json = {
            "v": 10,
            "user": {**self._world.bot.payload(), "verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {"id": str(self._world.app_id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
        }
        await session.dispatch("READY", ready)
        if session.intents & GUILDS_INTENT:
            for guild in guilds:
                await session.dispatch("GUILD_CREATE", guild.gateway_payload(self._world.bot_member(guild)))

    async def _resume(self, connection: Connection, data: Json) -> Session | None:
        self._authenticate(data)
        session = self.sessions.get(str(data.get("session_id")))
        sequence = int(data.get("seq") or 0)
        if session is None or session.missed(sequence) is None:
            await connection.send({"op": Op.INVALID_SESSION, "d": False})
            return None
        if session.connection is not None:
            session.connection.abort()
            session.connection = None
        while missed := session.missed(sequence):  # events may come in while older ones are replayed
            for payload in missed:
                await connection.send(payload)
                sequence = payload["s"]
        session.connection = connection
        await session.dispatch("RESUMED", {})
        self.resumed += 1
        self._world.changes.notify()
        return session

    def _authenticate(self, data: Json) -> None:
        if data.get("token") != self._token:
            raise CloseConnection(4004, "Authentication failed.")

    def _ended(self, connection: Connection, session: Session | None) -> None:
        """Forget the session when the bot closed it for good (1000, 1001); otherwise wait for a resume."""
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if connection.socket.close_code in (1000, 1001):
            self.sessions.pop(session.id, None)
        self._world.changes.notify()

    async def _send_all(self, payload: Json) -> None:
        for session in self.connected:
            if session.connection is not None:
                await session.connection.send(payload)
