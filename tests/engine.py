"""An engine that drives nothing by itself: a test says when, and moves the clock by what is waited."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.community import Clock


@dataclass
class HandedOver:
    """What was handed over, in order."""

    operations: list[str] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)

    async def operation(self, operation: str) -> None:
        self.operations.append(operation)

    async def job(self, job_id: str) -> None:
        self.jobs.append(job_id)


async def drive(attempt: Callable[[str], Awaitable[float | None]], key: str, clock: Clock, *, most: int = 100) -> int:
    """Call again until there is nothing left to do, as the engine does; returns how often it was called."""
    for count in range(1, most + 1):
        pause = await attempt(key)
        if pause is None:
            return count
        clock.now += pause
    raise AssertionError(f"{key} is not settled after {most} attempts")
