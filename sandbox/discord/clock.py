"""Time and identity: a clock that tests can move, snowflakes drawn from it, and a way to wait for a change."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DISCORD_EPOCH_MS = 1_420_070_400_000


class Clock:
    """Unix seconds, ahead of the real time by whatever was added with `advance`."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._ahead = 0.0

    def now(self) -> float:
        """Return the sandbox's time in Unix seconds."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._ahead += seconds

    def iso(self) -> str:
        """Return the sandbox's time as Discord writes timestamps."""
        return datetime.fromtimestamp(self.now(), UTC).isoformat()


class Snowflakes:
    """Unique ids that carry their time of creation in the upper 42 bits (Discord: reference, Snowflakes)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self, age: float = 0.0) -> int:
        """Return a fresh id, of something created `age` seconds ago."""
        made = (int((self._clock.now() - age) * 1000) - DISCORD_EPOCH_MS) << 22
        if not age:
            made = self._last = max(made, self._last + 1)
            return made
        self._last += 1
        return made | (self._last & 0x3FFFFF)


class Changes:
    """Wakes whoever waits for a condition, each time something has changed."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def notify(self) -> None:
        """Say that something changed."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, holds: Callable[[], bool], timeout: float) -> bool:  # noqa: ASYNC109  # one limit over many waits
        """Wait until the condition holds; False when it doesn't within `timeout` real seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        while not holds():
            try:
                async with asyncio.timeout_at(end):  # `wait_for` swallows a cancellation that comes with the change
                    await self._changed.wait()
            except TimeoutError:
                return holds()
        return True
