"""`/doctor`: the deployment's check for this server, at any time, in words."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.checks.guild import Reader, examine
from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.errors import Expired
from bot.ui.doctor import DoctorIntent, diagnosis, doctor_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.guilds import Guilds
    from bot.ui.desk import Desk
    from bot.ui.premises import Premises
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)


class Doctor(commands.Cog):
    """The command, and its pages."""

    def __init__(
        self, desk: Desk, guilds: Guilds, premises: Premises, router: Router, stuck: Callable[[int], int | None]
    ) -> None:
        self.desk = desk
        self.guilds = guilds
        self.premises = premises
        self.stuck = stuck
        router.add("doctor", DoctorIntent, self.turn_page)

    @app_commands.command(name="doctor", extras={ACCESS: CommandAccess(Action.SET_UP)})
    @app_commands.default_permissions(discord.Permissions(manage_guild=True))
    async def doctor(self, interaction: discord.Interaction) -> None:
        """Check everything this server's bot needs: CAD, roles, channels, rules."""
        await self._examine(self.desk.visit(interaction))

    async def turn_page(self, visit: Visit, intent: DoctorIntent, arg: str) -> None:
        """Show another page of what was found, or check again."""
        name, _, number = arg.partition("-")
        if name == "again":
            await self._examine(visit)
        elif name == "page" and number.isascii() and number.isdecimal():
            await visit.acknowledge()
            await visit.show(doctor_reply(visit, replace(intent, page=int(number))))
        else:
            raise Expired("button-unknown")

    async def _examine(self, visit: Visit) -> None:
        await visit.acknowledge()
        words = visit.words
        reader = Reader("setup", lambda field: words.plain(f"setting-{field.replace('_', '-')}", 80))
        found = [one async for one in examine(self.guilds, visit.turn.guild, self.premises, reader, self.stuck)]
        await visit.show(doctor_reply(visit, diagnosis(words, found)))
