"""What became of an operation that was kept, told to whoever asked: in the answer itself, by DM, or in the channel.

At least once: a row is marked as told after Discord took it. A place that takes nothing is tried again, ever more
rarely, for a day.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import discord

from bot.errors import StorageError, VaultError
from bot.services.history import TOKEN_PURPOSE
from bot.storage import operations as rows
from bot.storage.history import TOKEN_SECONDS, State
from bot.ui.audit import deed_of, told_of
from bot.ui.courier import BROKEN
from bot.ui.reply import Button, Reply, Tone, shared_id
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.i18n import Catalogues
    from bot.storage.engine import Database
    from bot.storage.history import Entry
    from bot.storage.vault import Vault
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)

LATE = "late"
READ = "read"
POLL_SECONDS = 30.0
LEAST_PAUSE = 1.0
NOTICED_SECONDS = 60.0
"""From what age on an outcome also comes as a new message: an edit notifies nobody."""
RETRY_SECONDS, RETRY_AT_MOST = 5.0, 900.0
GIVE_UP_SECONDS = 24 * 3600.0
TEXTS = {
    State.DONE: ("late-done", Tone.DONE),
    State.REFUSED: ("late-failed", Tone.FAILED),
    State.FAILED: ("late-failed", Tone.FAILED),
    State.UNKNOWN: ("late-unknown", Tone.FAILED),
    State.CANCELLED: ("late-cancelled", Tone.INFO),
}


def outcome_reply(words: Words, entry: Entry) -> Reply:
    """Return what became of an operation."""
    key, tone = TEXTS[entry.state]
    why = words("late-why", what=told_of(words, entry)) if entry.cause else ""
    when = f"<t:{int(entry.began_at)}:R>"
    text = words(key, what=deed_of(words, entry), when=when, why=why)
    return Reply.of(f"{text}\n\n{words('reference', reference=entry.reference)}", tone)


class Outcomes:
    """Tells what is owed. `serves` says which guilds are this process's; `clock` gives Unix seconds."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        office: PostOffice,
        catalogues: Catalogues,
        *,
        owing: asyncio.Event,
        serves: Callable[[int], bool],
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._vault = vault
        self._office = office
        self._words = Words(catalogues, "en-US")
        self._owing = owing
        self._serves = serves
        self._clock = clock
        self._pause = pause
        self._later: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        """Tell until cancelled, whenever something was settled."""
        while True:
            soonest = min((until - self._clock() for _, until in self._later.values()), default=POLL_SECONDS)
            try:
                await asyncio.wait_for(self._owing.wait(), max(LEAST_PAUSE, min(soonest, POLL_SECONDS)))
            except TimeoutError:
                log.debug("looking for outcomes without being woken")
            self._owing.clear()
            try:
                await self.tell()
            except StorageError as error:
                log.warning("outcomes are told later: %s", error)
                await self._pause(LEAST_PAUSE)
            except Exception:
                log.exception("telling outcomes failed unexpectedly; it is tried again")
                await self._pause(LEAST_PAUSE)

    async def tell(self) -> int:
        """Tell everything that is owed by now; returns how many were told."""
        now = self._clock()
        owing = [one for one in await self._database.read(rows.owing) if self._serves(one.guild_id)]
        due = [one for one in owing if self._later.get(one.operation, (0.0, 0.0))[1] <= now]
        # All of them come to their end before one that failed is tried again: else others would be told twice.
        told = await asyncio.gather(*(self._tell(entry) for entry in due), return_exceptions=True)
        for one in told:
            if isinstance(one, BaseException):
                raise one
        return sum(one for one in told if one is True)

    async def _tell(self, entry: Entry) -> bool:
        reply = outcome_reply(self._words.into(entry.locale or "en-US"), entry)
        if await self._answer(entry, reply) or await self._write(entry, reply) or self._too_late(entry):
            self._later.pop(entry.operation, None)
            await self._database.write(lambda tx: rows.told(tx, entry.operation))
            return True
        wait = min(self._later.get(entry.operation, (RETRY_SECONDS / 2, 0.0))[0] * 2, RETRY_AT_MOST)
        self._later[entry.operation] = wait, self._clock() + wait
        return False

    async def _answer(self, entry: Entry, reply: Reply) -> bool:
        """Put the outcome in place of the answer that said "kept", while its token lives."""
        age = self._clock() - entry.began_at
        if entry.token is None or age > TOKEN_SECONDS:
            return False
        try:
            token = self._vault.open(entry.token, guild_id=entry.guild_id, purpose=TOKEN_PURPOSE)
            await self._office.answer(token, reply, anew=age > NOTICED_SECONDS)
        except (discord.DiscordException, VaultError, TimeoutError, *BROKEN) as error:
            log.warning("the answer of %s can't be edited: %s", entry.reference, type(error).__name__)
            return False
        return True

    async def _write(self, entry: Entry, reply: Reply) -> bool:
        """Write a DM, or post a hint in the channel where it was asked: what it is about is nobody else's business."""
        if entry.actor_id == 0:
            return True
        if entry.channel_id is None:
            return await self._office.direct(entry.actor_id, reply, key=entry.operation)
        words = self._words.into(entry.locale or "en-US")
        read = Button(words.plain("button-read-outcome", 80), shared_id(LATE, str(entry.number), READ))
        hint = Reply.of(f"{words('late-hint')}\n\n{words('reference', reference=entry.reference)}", Tone.INFO)
        return await self._office.tell(
            entry.actor_id,
            reply,
            channel_id=entry.channel_id,
            instead=hint.with_buttons(read),
            key=entry.operation,
        )

    def _too_late(self, entry: Entry) -> bool:
        if self._clock() - (entry.ended_at or entry.began_at) < GIVE_UP_SECONDS:
            return False
        log.warning("the outcome of %s could not be told for a day", entry.reference)
        return True
