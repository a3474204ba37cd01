"""An emulated Discord on loopback: REST and gateway for the bot, and the hands of the people who use it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Self

from aiohttp import web

from .clock import Clock
from .commands import Registry
from .directory import Directory
from .driver import Driver
from .gateway import Gateway
from .interactions import Interactions
from .people import Member
from .registration import Registration
from .replies import Replies
from .rest import API_PREFIX, Fault, Records
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from .messages import Message
    from .people import Channel, Guild, Person
    from .schema import BodySchema
    from .wire import Call, Refusal

BODY_LIMIT = 32 * 1024 * 1024


class SandboxDiscord(Driver):
    """Start it, point a bot's REST and gateway addresses at it, and act as the people of its guilds."""

    def __init__(
        self, *, clock: Clock | None = None, app_name: str = "Charlink", schema: BodySchema | None = None
    ) -> None:
        self.clock = clock or Clock()
        self.world = World(self.clock, app_name=app_name)
        self.token = f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"
        self._records = Records(self.clock, self.token)
        self.gateway = Gateway(self.world, self.token, self._records.refusals)
        self.registry = Registry(self.world.ids, self.world.app_id)
        interactions = Interactions(
            clock=self.clock,
            ids=self.world.ids,
            messages=self.world.messages,
            bot=self.world.bot,
            app_id=self.world.app_id,
        )
        super().__init__(self.world, self.registry, interactions, self.gateway)
        self._parts = (
            Directory(self.world, self.gateway),
            Registration(self.world, self.registry, schema),
            Replies(self.world, interactions, schema),
        )
        self._runner: web.AppRunner | None = None
        self.base_url = ""

    @property
    def api_url(self) -> str:
        """The REST base, for DISCORD_API_URL."""
        return self.base_url + API_PREFIX

    @property
    def gateway_url(self) -> str:
        """The gateway, for DISCORD_GATEWAY_URL."""
        return self.gateway.url

    @property
    def refusals(self) -> list[Refusal]:
        """Every request of the bot that was refused, gateway closes included; a faultless bot leaves it empty."""
        return self._records.refusals

    @property
    def ledger(self) -> list[Call]:
        """Every REST call, in the order of the answers."""
        return self._records.ledger

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; port 0 takes a free one."""
        app = web.Application(middlewares=[self._records.middleware], client_max_size=BODY_LIMIT)
        for part in self._parts:
            app.add_routes(part.routes())
        app.router.add_get("/gateway", self.gateway.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0][1]
        self.base_url = self.world.messages.base_url = f"http://{host}:{bound}"
        self.gateway.url = f"ws://{host}:{bound}/gateway"

    async def stop(self) -> None:
        """Break the bots' connections and stop listening."""
        self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def add_guild(self, name: str, *, owner: str | Person = "Olivia Owner", locale: str = "en-US") -> Guild:
        """Make a guild that the bot is in."""
        return self.world.add_guild(name, owner=owner, locale=locale)

    def fail(self, fault: Fault) -> None:
        """Let calls of the bot fail."""
        self._records.faults.append(fault)

    @property
    def failing(self) -> list[Fault]:
        """The faults that calls are still to meet."""
        return [fault for fault in self._records.faults if fault.times > 0]

    def heal(self) -> None:
        """Let nothing fail any more."""
        self._records.faults.clear()

    def messages(self, channel: Channel, viewer: Member | Person | None = None) -> list[Message]:
        """Return a channel's messages, oldest first; ephemeral ones only for the `viewer` who sees them."""
        return self.world.messages.listed(channel, _account(viewer) if viewer else None)

    def direct_messages(self, who: Member | Person) -> list[Message]:
        """Return what the bot wrote to a person directly, oldest first."""
        person = _account(who)
        return self.world.messages.listed(self.world.direct_channel(person), person)

    async def until(self, holds: Callable[[], bool], timeout: float = 5.0) -> None:  # noqa: ASYNC109  # over many waits
        """Wait until something is so; TimeoutError when it is not within `timeout` real seconds."""
        if not await self.world.changes.until(holds, timeout):
            raise TimeoutError(f"not so within {timeout:g} s")

    async def wait_ready(self, timeout: float = 15.0) -> None:  # noqa: ASYNC109  # over many waits
        """Wait until a bot is connected and its commands are registered."""
        await self.until(lambda: bool(self.gateway.connected) and bool(self.registry), timeout)


def _account(who: Member | Person) -> Person:
    return who.person if isinstance(who, Member) else who
