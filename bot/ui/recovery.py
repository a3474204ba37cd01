"""After a restart: whoever waited for an answer when the process died is told that the outcome is not certain.

What was begun and never completed is not known to be done or not; saying so beats a message that "thinks" for ever.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import discord

from bot.errors import CharlinkError
from bot.services.history import TOKEN_PURPOSE
from bot.storage import history as rows
from bot.storage.history import State
from bot.ui.reply import Reply, Tone
from bot.ui.visit import BROKEN
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.i18n import Catalogues
    from bot.storage.engine import Database
    from bot.storage.history import Entry
    from bot.storage.vault import Vault

log = logging.getLogger(__name__)


class Recovery:
    """Settles what an earlier process left open. `serves` says which guilds are this process's."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        catalogues: Catalogues,
        *,
        serves: Callable[[int], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._vault = vault
        self._words = Words(catalogues, "en-US")
        self._serves = serves
        self._clock = clock

    async def run(self, application_id: int, client: discord.Client) -> int:
        """Tell everybody whose interaction can still be answered, and settle the rows as unknown; returns how many.

        To be called before the gateway connects: what is open then can't be this process's own.
        """
        left = [entry for entry in await self._database.read(rows.unsettled) if self._serves(entry.guild_id)]
        for entry in left:
            if entry.token is not None and self._clock() - entry.began_at < rows.TOKEN_SECONDS:
                await self._tell(entry, application_id, client)
            settled = replace(entry, state=State.UNKNOWN, cause="interrupted", after=None, ended_at=self._clock())
            await self._database.write(lambda tx, one=settled: rows.settle(tx, one))  # type: ignore[misc]
        if left:
            log.warning("%d operation(s) were cut short when the last process ended; outcome unknown", len(left))
        return len(left)

    async def _tell(self, entry: Entry, application_id: int, client: discord.Client) -> None:
        words = self._words
        text = f"{words('interrupted')}\n\n{words('reference', reference=entry.reference)}"
        reply = Reply.of(text, Tone.FAILED)
        try:
            token = self._vault.open(entry.token or b"", guild_id=entry.guild_id, purpose=TOKEN_PURPOSE)
            webhook = discord.Webhook.partial(application_id, token, client=client)
            await webhook.edit_message("@original", content=reply.headline, embed=reply.embed(), view=None)  # type: ignore[call-overload]  # discord.py takes it, its stub wants an int
        except (discord.HTTPException, CharlinkError, *BROKEN) as error:
            log.warning("could not tell that %s was cut short: %s", entry.reference, type(error).__name__)
