"""The panel's buttons: they lead where the commands do, under the same rules, for whoever presses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.services.characters import RosterIntent
from bot.services.creation import StartIntent
from bot.services.linking import ViewIntent
from bot.services.turn import Subject
from bot.ui.panel import ACTIONS, ROUTE, help_reply

if TYPE_CHECKING:
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)


class Panel(commands.Cog):
    """Where the buttons lead."""

    def __init__(self, router: Router) -> None:
        self.router = router
        router.add_shared(ROUTE, ACTIONS, self.press)

    async def press(self, visit: Visit, _: str, arg: str) -> None:
        """Go on with what the button stands for, for the person who pressed it."""
        own = Subject(member_id=visit.interaction.user.id)
        if arg == "link":
            await self.router.go(visit, "links", ViewIntent(subject=own))
        elif arg == "create":
            await self.router.go(visit, "start", StartIntent(subject=own))
        elif arg == "characters":
            await self.router.go(visit, "chars", RosterIntent(subject=own))
        else:
            await visit.show(help_reply(visit.words, visit.turn))
