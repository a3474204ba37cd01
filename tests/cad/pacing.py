"""A budget by a clock that only the tests move, and who went when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cad.budget import Budget
from bot.cad.caller import Caller
from bot.errors import CadError
from tests.cad.support import FakeTime

if TYPE_CHECKING:
    from bot.cad.pace import Rate
    from bot.cad.protocol import Request

BOT = Caller(deadline=1000)


class Bench:
    """A budget, its time, and who went when."""

    def __init__(self, rate: Rate = "documented") -> None:
        self.time = FakeTime()
        self.budget = Budget(rate, clock=self.time.clock, sleep=self.time.sleep)
        self.went: list[tuple[str, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, request: Request, caller: Caller = BOT, name: str = "") -> asyncio.Task[None]:
        task = asyncio.create_task(self._take(request, caller, name))
        self.tasks.append(task)
        return task

    async def _take(self, request: Request, caller: Caller, name: str) -> None:
        await self.budget.take(request, caller)
        self.went.append((name, self.time.now - 1000.0))

    @property
    def moments(self) -> list[float]:
        return [at for _, at in self.went]

    @property
    def names(self) -> str:
        return "".join(name for name, _ in self.went)


async def refused(task: asyncio.Task[None]) -> CadError:
    with pytest.raises(CadError) as caught:
        async with asyncio.timeout(1):
            await task
    return caught.value
