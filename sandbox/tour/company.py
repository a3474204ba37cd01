"""A town together with its bot, from the start of both to their end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from sandbox.leaks import Disk

from .process import BotProcess
from .town import Town

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from sandbox.discord import Exchange

    from .process import Stopped
    from .screen import Screen
    from .town import Plan

T = TypeVar("T")

READY_SECONDS = 30.0


class Company:
    """What a town has beside its sandboxes: the bot, everything that was said to it, and props for later scenes.

    The bot's own files lie in `directory`, over all its starts. `opening` is what it asks the CAD at each of these.
    """

    def __init__(self, plan: Plan, directory: Path) -> None:
        self.town = Town(plan)
        self.exchanges: list[Exchange] = []
        self.props: dict[str, Screen] = {}
        self.bot = BotProcess(directory)
        self.disk = Disk(directory)
        self.opening: frozenset[str] = frozenset()
        self.stopped: Stopped | None = None
        self.stopped_before: list[Stopped] = []

    async def start(self) -> None:
        """Start all and wait until the bot is ready for people. Raises BotFailed."""
        await self.town.start()
        await self.resume()
        self.opening = frozenset(entry.endpoint for entry in self.town.cad.ledger.entries)

    async def halt(self, *, kill: bool = False) -> None:
        """Stop or kill the bot alone, for it to be started again."""
        if kill:
            await self.bot.kill()
        else:
            self.stopped_before.append(await self.bot.stop())

    async def resume(self) -> None:
        """Start the bot and wait until it is ready for people. Raises BotFailed."""
        ready = self._ready(self.town.discord.gateway.identified, len(self.town.cad.ledger.entries))
        await self.bot.start(self.town.environment())
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.while_alive(ready)
        except TimeoutError:
            raise self.bot.failure(f"the bot was not ready within {READY_SECONDS:.0f} s") from None

    async def _ready(self, identified: int, asked: int) -> None:
        """Wait until the bot is connected anew, has registered its commands, and has the template of a home guild."""
        discord = self.town.discord
        await discord.until(lambda: discord.gateway.identified > identified and bool(discord.registry), READY_SECONDS)
        if self.town.plan.home:
            await self.town.cad_gets("template", "templates", since=asked, answered=True)

    async def while_alive(self, doing: Coroutine[object, object, T]) -> T:
        """Return what `doing` returns. Raises BotFailed as soon as the bot's process ends by itself."""
        act, death = asyncio.create_task(doing), asyncio.create_task(self.bot.died())
        try:
            await asyncio.wait({act, death}, return_when=asyncio.FIRST_COMPLETED)
            if death.done():
                await death
            return await act
        finally:
            act.cancel()
            death.cancel()
            await asyncio.wait({act, death})

    async def stop(self) -> None:
        """Stop the CAD, which lets go of calls that hang, then the bot, then Discord. Stopping twice is harmless."""
        await self.town.cad.stop()
        if self.bot.running:
            self.stopped = await self.bot.stop()
        await self.town.stop()
