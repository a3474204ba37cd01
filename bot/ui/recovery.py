"""After a restart: what an earlier process left open goes on, and whoever waits for an answer is told so."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import discord

from bot.errors import StorageError, VaultError
from bot.services.history import TOKEN_PURPOSE
from bot.storage.history import TOKEN_SECONDS
from bot.storage.waiting import sealed_bytes
from bot.ui.courier import BROKEN, passes
from bot.ui.outcomes import outcome_reply
from bot.ui.reply import Reply, Tone
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.i18n import Catalogues
    from bot.services.operations import Operations
    from bot.storage.history import Entry
    from bot.storage.vault import Vault
    from bot.storage.waiting import Waiting, WaitingList
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)

TELL_SECONDS = 10.0
"""How long those who wait are tried to be told that it goes on, while Discord fails."""


@dataclass(frozen=True, slots=True)
class _Left:
    """An interaction that can still be answered."""

    token: str = field(repr=False)
    reference: str = ""


class Recovery:
    """Takes up what was left. `serves` says which guilds are this process's; `clock` gives Unix seconds."""

    def __init__(
        self,
        operations: Operations,
        vault: Vault,
        office: PostOffice,
        catalogues: Catalogues,
        *,
        waiting: WaitingList,
        serves: Callable[[int], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._operations = operations
        self._vault = vault
        self._office = office
        self._words = Words(catalogues, "en-US")
        self._waiting = waiting
        self._serves = serves
        self._clock = clock
        self._open: tuple[Entry, ...] = ()
        self._untold: tuple[Entry, ...] = ()
        self._unheard: tuple[Waiting, ...] = ()
        self._promised: set[int] = set()

    async def find(self) -> None:
        """Look up what was left, and note that its outcomes are owed.

        To be called before the gateway connects: what is open then can't be this process's own.
        """
        self._untold = await self._operations.untold(self._serves)
        self._open = await self._operations.left(self._serves)
        await self._operations.owe(one for one in self._open if one.token is not None and not one.owed)
        known = {one.interaction_id for one in (*self._open, *self._untold)}
        waiting = [one for one in self._waiting.left() if self._serves(one.guild_id)]
        self._promised = {one.interaction_id for one in waiting}
        self._unheard = tuple(one for one in waiting if one.interaction_id not in known)
        owed = {one.interaction_id for one in self._open}
        for one in waiting:
            if one.interaction_id not in owed and self._clock() - one.at < TOKEN_SECONDS:
                self._waiting.enter(one)  # another kill may come before he is told

    async def tell(self) -> None:
        """Tell those who wait, for some seconds at most. To be done before any outcome is told."""
        telling = [
            *(self._tell(one) for one in self._open),
            *(self._make_up(one) for one in self._untold),
            *(self._answer(one) for one in self._unheard),
        ]
        if telling:
            done, late = await asyncio.wait([asyncio.create_task(one) for one in telling], timeout=TELL_SECONDS)
            for task in late:
                task.cancel()
            for error in filter(None, (task.exception() for task in done)):
                log.error("somebody who waited could not be told: %s", error, exc_info=error)

    async def go_on(self) -> None:
        """Have everything that was left driven to its end."""
        if self._open:
            log.warning("%d operation(s) that the last process left open go on", len(self._open))
        for entry in self._open:
            await self._operations.take_up(entry)

    async def _make_up(self, entry: Entry) -> None:
        """Have an outcome told that was not shown any more."""
        if await self._unanswered(entry):
            try:
                await self._operations.owe([entry])
            except StorageError as error:
                log.error("%s was not answered, which can't be stored: %s", entry.reference, error)  # noqa: TRY400 - one line for operators
                return
        self._waiting.leave(entry.interaction_id or 0)

    async def _answer(self, one: Waiting) -> None:
        """Answer an interaction that was cut before an operation, or whose row is not one."""
        left = self._able(sealed_bytes(one.token), one.guild_id, one.at, one.reference)
        if left is None or not await self._is_unanswered(left, one.interaction_id):
            self._waiting.leave(one.interaction_id)
            return
        words = self._words.into(one.locale or "en-US")
        try:
            entry = await self._operations.of_interaction(one.interaction_id)
        except StorageError as error:
            log.error("%s was not answered, and what became of it can't be read: %s", one.reference, error)  # noqa: TRY400 - one line for operators
            return
        text = f"{words('cut-short')}\n\n{words('reference', reference=one.reference)}"
        if await self._show(left, outcome_reply(words, entry) if entry is not None else Reply.of(text, Tone.FAILED)):
            self._waiting.leave(one.interaction_id)

    async def _unanswered(self, entry: Entry) -> bool:
        """Whether an answer is certainly still to come. Where nobody can say, it is not: it was told, or is owed."""
        left = self._able(entry.token, entry.guild_id, entry.began_at, entry.reference)
        if left is None or entry.interaction_id is None:
            return False
        return await self._is_unanswered(left, entry.interaction_id)

    async def _is_unanswered(self, left: _Left, interaction_id: int) -> bool:
        try:
            promised = interaction_id in self._promised
            return await self._office.unanswered(left.token, interaction_id, promised=promised)
        except (discord.DiscordException, *BROKEN) as error:
            log.warning("could not see whether %s was answered: %s", left.reference, type(error).__name__)
            return False

    def _able(self, sealed: bytes | None, guild_id: int, at: float, reference: str) -> _Left | None:
        """Return an interaction's token while it is good for anything."""
        if sealed is None or self._clock() - at > TOKEN_SECONDS:
            return None
        try:
            return _Left(self._vault.open(sealed, guild_id=guild_id, purpose=TOKEN_PURPOSE), reference)
        except VaultError as error:
            log.warning("the token of %s can't be opened: %s", reference, error)
            return None

    async def _tell(self, entry: Entry) -> None:
        left = self._able(entry.token, entry.guild_id, entry.began_at, entry.reference)
        if left is None or (entry.owed and not await self._unanswered(entry)):
            return  # nobody to be told, or he was told already
        words = self._words.into(entry.locale or "en-US")
        text = f"{words('kept-after-restart')}\n\n{words('reference', reference=entry.reference)}"
        await self._show(left, Reply.of(text, Tone.INFO))

    async def _show(self, left: _Left, reply: Reply) -> bool:
        """Answer, if that can be done; whether there is nothing more to be tried."""
        try:
            await self._office.answer(left.token, reply, anew=False)
        except (discord.DiscordException, *BROKEN) as error:
            log.warning("could not answer %s: %s", left.reference, type(error).__name__)
            return not passes(error)
        return True
