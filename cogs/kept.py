"""What was kept because the CAD could not take it at once: taking it back, and reading what became of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.domain.access import Action
from bot.services.operations import CancelIntent
from bot.ui.outcomes import LATE, READ, outcome_reply
from bot.ui.reply import Reply, Tone

if TYPE_CHECKING:
    from bot.services.operations import Operations
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)


class Kept(commands.Cog):
    """Where the buttons of kept operations lead; there is no command."""

    def __init__(self, operations: Operations, router: Router) -> None:
        self.operations = operations
        router.add("kept", CancelIntent, self.take_back)
        router.add_shared(LATE, {READ: Action.OWN_DATA}, self.read)

    async def take_back(self, visit: Visit, intent: CancelIntent, _: str) -> None:
        """Take back what was not sent yet."""
        visit.doing("kept", intent)
        await visit.acknowledge()
        entry = await self.operations.cancel(visit.turn, intent.operation)
        text = f"{visit.words('taken-back')}\n\n{visit.words('reference', reference=entry.reference)}"
        await visit.show(Reply.of(text, Tone.INFO))

    async def read(self, visit: Visit, number: str, _: str) -> None:
        """Say what became of it, to who asked and nobody else."""
        await visit.acknowledge()
        await visit.whisper(outcome_reply(visit.words, await self.operations.outcome(visit.turn, number)))
