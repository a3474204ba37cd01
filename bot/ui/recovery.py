"""After a restart: what an earlier process left open goes on, and whoever waits for an answer is told so."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import discord

from bot.errors import VaultError
from bot.services.history import TOKEN_PURPOSE
from bot.storage.history import TOKEN_SECONDS
from bot.ui.courier import BROKEN
from bot.ui.reply import Reply, Tone
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.i18n import Catalogues
    from bot.services.operations import Operations
    from bot.storage.history import Entry
    from bot.storage.vault import Vault
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)


class Recovery:
    """Takes up what was left. `serves` says which guilds are this process's; `clock` gives Unix seconds."""

    def __init__(
        self,
        operations: Operations,
        vault: Vault,
        office: PostOffice,
        catalogues: Catalogues,
        *,
        serves: Callable[[int], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._operations = operations
        self._vault = vault
        self._office = office
        self._words = Words(catalogues, "en-US")
        self._serves = serves
        self._clock = clock

    async def run(self) -> int:
        """Hand over every operation that is not settled, and tell who waits; returns how many.

        To be called before the gateway connects: what is open then can't be this process's own.
        """
        untold = await self._operations.untold(self._serves)
        await self._operations.owe([one for one in untold if await self._unanswered(one)])
        left = await self._operations.left(self._serves)
        for entry in left:
            if not entry.owed or await self._unanswered(entry):  # otherwise he was told already
                await self._tell(entry)
        await self._operations.take_up(left)
        if left:
            log.warning("%d operation(s) that the last process left open go on", len(left))
        return len(left)

    async def _unanswered(self, entry: Entry) -> bool:
        """Whether an answer is certainly still to come. Where nobody can say, it is not: it was told, or is owed."""
        token = self._token(entry)
        if not token or entry.interaction_id is None:
            return False
        try:
            return await self._office.unanswered(token, entry.interaction_id)
        except (discord.DiscordException, *BROKEN) as error:
            log.warning("could not see whether %s was answered: %s", entry.reference, type(error).__name__)
            return False

    def _token(self, entry: Entry) -> str:
        """Return an interaction's token while it is good for anything, else nothing."""
        if entry.token is None or self._clock() - entry.began_at > TOKEN_SECONDS:
            return ""
        try:
            return self._vault.open(entry.token, guild_id=entry.guild_id, purpose=TOKEN_PURPOSE)
        except VaultError as error:
            log.warning("the token of %s can't be opened: %s", entry.reference, error)
            return ""

    async def _tell(self, entry: Entry) -> None:
        token = self._token(entry)
        if not token:
            return
        words = self._words.into(entry.locale or "en-US")
        text = f"{words('kept-after-restart')}\n\n{words('reference', reference=entry.reference)}"
        try:
            await self._office.answer(token, Reply.of(text, Tone.INFO), anew=False)
        except (discord.DiscordException, *BROKEN) as error:
            log.warning("could not tell that %s goes on: %s", entry.reference, type(error).__name__)
