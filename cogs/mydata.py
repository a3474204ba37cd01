"""`/mydata`: what is stored about whoever asks, and its erasure. For everybody, and about oneself only."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.services.own_data import OwnDataIntent
from bot.ui.own_data import erased_reply, own_data_reply

if TYPE_CHECKING:
    from bot.services.own_data import OwnData
    from bot.ui.board import Board
    from bot.ui.desk import Desk
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

OWN_DATA_ACCESS = CommandAccess(Action.OWN_DATA)


class MyData(commands.Cog):
    """The command, and where its buttons lead."""

    def __init__(self, desk: Desk, own_data: OwnData, board: Board, router: Router) -> None:
        self.desk = desk
        self.own_data = own_data
        self.board = board
        router.add("mydata", OwnDataIntent, self.go_on)

    @app_commands.command(name="mydata", extras={ACCESS: OWN_DATA_ACCESS})
    @app_commands.describe(erase="Erase it; you are asked first")
    async def mydata(
        self,
        interaction: discord.Interaction,
        erase: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """See what this bot stores about you, or erase it."""
        await self.go_on(self.desk.visit(interaction), OwnDataIntent(erase=erase), "")

    async def go_on(self, visit: Visit, intent: OwnDataIntent, _: str) -> None:
        """Show what there is, or erase it after a yes."""
        visit.doing("mydata", intent)
        await visit.acknowledge()
        if intent.erase:
            asked = await self.board.requests_of(visit)
            erased = await self.own_data.erase(visit.turn, intent)
            await visit.show(erased_reply(visit.words, erased, days=self.own_data.history_days))
            await self.board.strike(asked)
        else:
            rows = await self.own_data.show(visit.turn)
            await visit.show(own_data_reply(visit, rows, days=self.own_data.history_days))
