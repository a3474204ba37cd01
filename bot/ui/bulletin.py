"""The audit channels: what was settled is told there, many lines in one message, without anybody being mentioned by it.

At least once: a row counts as posted when Discord took it, so a process that dies between may tell it twice. Nobody
waits for it, and a channel that takes nothing only delays its own rows.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import StorageError, Undelivered
from bot.i18n import DEFAULT_LOCALE
from bot.ui.audit import line_of
from bot.ui.reply import Reply, Tone
from bot.ui.waking import woken
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.i18n import Catalogues
    from bot.services.auditing import Auditing
    from bot.services.guilds import Guilds
    from bot.storage.history import Entry
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)

PAUSE_SECONDS = 2.0
"""How long a guild's next message waits at least."""
POLL_SECONDS = 60.0
"""How often is looked without being woken: for what another process wrote, and for channels that work again."""
POST_SECONDS = 20.0
RETRY_SECONDS = 60.0
RETRY_AT_MOST = 900.0
"""How long a channel that takes nothing is left alone: longer each time, since Discord counts what it refuses."""
LANES = 20
"""Guilds that are posted to at the same time."""
TEXT = 3800
"""The most characters of lines in one message; an embed's text takes 4,096."""


@dataclass(frozen=True, slots=True)
class _Stuck:
    """A channel that took nothing, how long it is left alone for that, and until when."""

    channel: int
    wait: float
    until: float


class Bulletin:
    """Posts what is new. `serves` says whether this process serves a guild; `settled` is set when there is news.

    `clock` gives seconds, from whenever.
    """

    def __init__(
        self,
        *,
        auditing: Auditing,
        guilds: Guilds,
        office: PostOffice,
        catalogues: Catalogues,
        serves: Callable[[int], bool],
        settled: asyncio.Event,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._auditing = auditing
        self._guilds = guilds
        self._office = office
        self._words = Words(catalogues, DEFAULT_LOCALE)
        self._serves = serves
        self._settled = settled
        self._clock = clock
        self._pause = pause
        self._lanes = asyncio.Semaphore(LANES)
        self._stuck: dict[int, _Stuck] = {}

    def stuck(self, guild_id: int) -> int | None:
        """Return the audit channel of a guild that did not take the last message, None where all is well."""
        known = self._stuck.get(guild_id)
        return known.channel if known is not None and known.channel == self._channel(guild_id) else None

    async def run(self) -> None:
        """Post until cancelled, whenever something was settled, at most every two seconds."""
        while True:
            await woken(self._settled, at_most=POLL_SECONDS)
            try:
                if await self.post():
                    self._settled.set()
            except Exception:
                log.exception("audit lines failed unexpectedly; they are tried again")
            await self._pause(PAUSE_SECONDS)

    async def post(self) -> bool:
        """Post one message to each guild that has news; whether some did not fit and are still to be posted."""
        try:
            waiting = [guild_id for guild_id in await self._auditing.waiting() if self._serves(guild_id)]
            silent = [guild_id for guild_id in waiting if self._channel(guild_id) is None]
            if silent:
                await self._auditing.pass_over(silent)
        except StorageError as error:
            log.warning("audit lines are put off: %s", error)
            return False
        told = await asyncio.gather(*(self._tell(one) for one in waiting if one not in silent))
        return any(told)

    def _channel(self, guild_id: int) -> int | None:
        guild = self._guilds.find(guild_id)
        return guild.config.audit_channel if guild is not None else None

    async def _tell(self, guild_id: int) -> bool:
        """Post a guild's next message; whether there is more. What is not taken stays for a later round."""
        channel, known = self._channel(guild_id), self._stuck.get(guild_id)
        if channel is None or (known is not None and known.channel == channel and self._clock() < known.until):
            return False
        async with self._lanes:
            try:
                news = await self._auditing.news(guild_id)
                told, reply = self._message(news)
                await asyncio.wait_for(self._office.send(channel, reply), POST_SECONDS)
                await self._auditing.posted(told)
            except (Undelivered, TimeoutError) as error:
                self._leave_alone(guild_id, channel, error)
                return False
            except StorageError as error:
                log.warning("audit lines of guild %s are put off: %s", guild_id, error)
                return False
        self._stuck.pop(guild_id, None)
        return len(told) < len(news)

    def _leave_alone(self, guild_id: int, channel: int, error: Exception) -> None:
        """Remember that a channel took nothing, and log it once."""
        known = self._stuck.get(guild_id)
        again = known is not None and known.channel == channel
        wait = min(known.wait * 2, RETRY_AT_MOST) if known is not None and again else RETRY_SECONDS
        if not again:
            log.warning("the audit channel of guild %s takes no messages: %s", guild_id, type(error).__name__)
        self._stuck[guild_id] = _Stuck(channel, wait, self._clock() + wait)

    def _message(self, news: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], Reply]:
        """Return as many entries as fit into one message, the oldest first, and the message."""
        text, count = "", 0
        for entry in news:
            line = f"- {line_of(self._words, entry)}\n"
            if count and len(text) + len(line) > TEXT:
                break
            text += line
            count += 1
        return news[:count], Reply.of(f"{self._words('bulletin-headline', count=count)}\n{text}", Tone.INFO)
