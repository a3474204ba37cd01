"""How the tasks that tell things wait: until there is news, but look now and then all the same."""

from __future__ import annotations

import asyncio
from contextlib import suppress


async def woken(news: asyncio.Event, *, at_most: float) -> None:
    """Wait until there is news or so many seconds went by; what is set from now on is news again."""
    with suppress(TimeoutError):
        await asyncio.wait_for(news.wait(), at_most)
    news.clear()
