"""A town together with its bot, from the start of both to their end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

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
    """What a town has beside its sandboxes: the bot, everything that was said to it, and props for later scenes."""

    def __init__(self, plan: Plan, directory: Path) -> None:
        self.town = Town(plan)
        self.exchanges: list[Exchange] = []
        self.props: dict[str, Screen] = {}
        self.bot = BotProcess(directory)
        self.stopped: Stopped | None = None

    async def start(self) -> None:
        """Start all and wait until the bot is ready for people. Raises BotFailed."""
        await self.town.start()
        await self.bot.start(self.town.environment())
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self.while_alive(self._ready())
        except TimeoutError:
            raise self.bot.failure(f"the bot was not ready within {READY_SECONDS:.0f} s") from None

    async def _ready(self) -> None:
        """Wait until the bot is connected, has registered its commands, and has the template."""
        await self.town.discord.wait_ready(READY_SECONDS)
        await self.town.cad_gets("template", "templates", answered=True)

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
