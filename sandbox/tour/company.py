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
        """Start all and wait until the bot has registered its commands. Raises BotDied, TimeoutError."""
        await self.town.start()
        await self.bot.start(self.town.environment())
        await self.while_alive(self.town.discord.wait_ready(READY_SECONDS))

    async def while_alive(self, doing: Coroutine[object, object, T]) -> T:
        """Return what `doing` returns. Raises BotDied as soon as the bot's process ends by itself."""
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
        """Stop the bot, then the sandboxes. Stopping twice is harmless."""
        if self.bot.running:
            self.stopped = await self.bot.stop()
        await self.town.stop()
