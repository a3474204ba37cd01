"""`/audit`: this guild's history; `/access`: whether somebody would be allowed, and why. Both are staff's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.errors import Expired
from bot.services.auditing import AuditIntent
from bot.services.explaining import Usage, usage_named
from bot.ui.access import deleted_roles, explanation_reply, member_roles
from bot.ui.audit import NEWER, OLDER, export_reply, page_reply

if TYPE_CHECKING:
    from bot.client import CharlinkBot
    from bot.services.auditing import Auditing
    from bot.services.explaining import Explaining
    from bot.ui.desk import Desk
    from bot.ui.post import PostOffice
    from bot.ui.premises import Premises
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

AUDIT_ACCESS = CommandAccess(Action.AUDIT)
EXPLAIN_ACCESS = CommandAccess(Action.EXPLAIN)
CHOICES = 25
DIGITS = 18
"""The most digits of an entry's number that a database takes."""


class Audit(commands.Cog):
    """Searching the history, and explaining decisions."""

    def __init__(
        self,
        bot: CharlinkBot,
        desk: Desk,
        router: Router,
        *,
        auditing: Auditing,
        explaining: Explaining,
        office: PostOffice,
        premises: Premises,
    ) -> None:
        self.bot, self.desk = bot, desk
        self.auditing, self.explaining = auditing, explaining
        self.office, self.premises = office, premises
        router.add("audit", AuditIntent, self.turn_page)

    @app_commands.command(name="audit", extras={ACCESS: AUDIT_ACCESS})
    @app_commands.describe(
        member="What this member did, or what was done for him",
        sync_id="What was done with this sync ID, exactly as it is",
        reference="The reference under an answer",
        export="Everything that matches, as a CSV file",
    )
    async def audit(
        self,
        interaction: discord.Interaction,
        member: discord.User | None = None,
        sync_id: app_commands.Range[str, 1, 255] | None = None,
        reference: app_commands.Range[str, 1, 30] | None = None,
        export: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Search this server's history: who did what, for whom, and what became of it."""
        visit = self.desk.visit(interaction)
        intent = AuditIntent(member_id=member.id if member else None, sync_id=sync_id or "", reference=reference or "")
        await visit.acknowledge()
        if export:
            await visit.show(export_reply(visit.words, await self.auditing.export(visit.turn, intent)))
        else:
            await self.turn_page(visit, intent, "")

    async def turn_page(self, visit: Visit, intent: AuditIntent, arg: str) -> None:
        """Show the newest page, or the one beside an entry's number."""
        visit.doing("audit", intent)
        await visit.acknowledge()
        direction, number = _place(arg)
        older, newer = number if direction == OLDER else 0, number if direction == NEWER else 0
        found = await self.auditing.search(visit.turn, intent, older_than=older, newer_than=newer)
        await visit.show(page_reply(visit, intent, found, days=self.auditing.history_days))

    @app_commands.command(name="access", extras={ACCESS: EXPLAIN_ACCESS})
    @app_commands.describe(
        command="The command, for example linkchar or chars edit",
        member="The member; yourself if left out",
    )
    async def access(
        self,
        interaction: discord.Interaction,
        command: app_commands.Range[str, 1, 100],
        member: discord.User | None = None,
    ) -> None:
        """Explain whether a member would be allowed to use a command, and why."""
        visit = self.desk.visit(interaction)
        await visit.acknowledge()
        usage = usage_named(command, self.usages())
        about = member or interaction.user
        roles, manages = await member_roles(interaction, about, self.office)
        explained = await self.explaining.explain(visit.turn, usage, about.id, roles, manages=manages)
        deleted = await deleted_roles(self.premises, visit.turn.policy)
        await visit.show(explanation_reply(visit.words, explained, deleted))

    @access.autocomplete("command")
    async def complete(self, _: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the commands there are."""
        wanted = typed.strip().casefold().removeprefix("/")
        usages = self.usages()
        names = [usage.name for name, usage in usages.items() if wanted in name] or [
            one.name for one in usages.values()
        ]
        return [app_commands.Choice(name=name, value=name) for name in sorted(names)[:CHOICES]]

    def usages(self) -> dict[str, Usage]:
        """Return every command by its name in small letters, with what its options allow for."""
        found: dict[str, Usage] = {}
        for command in self.bot.tree.walk_commands():
            access = command.extras.get(ACCESS)
            if isinstance(command, app_commands.Command) and isinstance(access, CommandAccess):
                named = any(option.name == "member" for option in command.parameters)
                found[command.qualified_name] = Usage(command.qualified_name, access, on_others=named)
        for menu in self.bot.tree.get_commands(type=discord.AppCommandType.user):
            access = menu.extras.get(ACCESS)
            if isinstance(access, CommandAccess):
                found[menu.name.casefold()] = Usage(menu.name, access, only_others=True)
        return found


def _place(arg: str) -> tuple[str, int]:
    """Read which page a button leads to out of a custom id, which anybody can forge."""
    direction, _, number = arg.partition("-")
    if not arg:
        return OLDER, 0
    if direction not in {OLDER, NEWER} or not (number.isascii() and number.isdecimal()) or len(number) > DIGITS:
        raise Expired("button-unknown")
    return direction, int(number)
