"""`/linkchar`: link and unlink Database Sync characters, one's own or, for staff, anyone's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.errors import Expired
from bot.services.linking import HINT_VALUE, LinkIntent, ShowIntent, ViewIntent
from bot.ui.characters import shown_reply
from bot.ui.links import choices, link_modal, link_reply, links_reply
from bot.ui.modals import submitted

if TYPE_CHECKING:
    from bot.services.linking import Linking
    from bot.ui.desk import Desk
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

LINK_ACCESS = CommandAccess(
    Action.LINK,
    by_value={("action", "remove"): Action.UNLINK},
    if_absent={"sync_id": Action.VIEW},
    staff_options=frozenset({"api_id"}),
)


class LinkChar(commands.Cog):
    """The command, its autocomplete, and where its buttons and its form lead."""

    def __init__(self, desk: Desk, linking: Linking, router: Router) -> None:
        self.desk = desk
        self.linking = linking
        router.add("link", LinkIntent, self.change)
        router.add("links", ViewIntent, self.view)
        router.add("show", ShowIntent, self.show)
        router.add("enter", ViewIntent, self.enter)
        router.add("entered", ViewIntent, self.entered)

    @app_commands.command(name="linkchar", extras={ACCESS: LINK_ACCESS})
    @app_commands.describe(
        sync_id="The character's id in the game database; leave it out to see what is linked",
        action="Link the character, or unlink it",
        member="Whose CAD account (staff); yourself if left out",
        api_id="The account's API ID in the CAD (staff)",
    )
    async def linkchar(
        self,
        interaction: discord.Interaction,
        sync_id: str | None = None,
        action: Literal["add", "remove"] = "add",
        member: discord.User | None = None,
        api_id: app_commands.Range[str, 1, 255] | None = None,
    ) -> None:
        """Link your game character to your CAD account, or see what is linked."""
        visit = self.desk.visit(interaction)
        subject, remove = visit.subject(member, api_id), _removes(action)
        if sync_id is None:
            await self.view(visit, ViewIntent(subject=subject, remove=remove), "")
        else:
            await self.change(visit, LinkIntent(sync_id=sync_id, subject=subject, remove=remove), "")

    @linkchar.autocomplete("sync_id")
    async def complete(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer what the bot remembers of this account; never a CAD call."""
        visit = self.desk.visit(interaction)
        options = interaction.namespace
        subject = visit.named(options.member, options.api_id)
        known = await self.linking.suggest(visit.turn, subject, typed, remove=options.action == "remove")
        return choices(visit.words, known, typed, hint=HINT_VALUE, framework=visit.turn.config.framework)

    async def change(self, visit: Visit, intent: LinkIntent, _: str) -> None:
        """Set or remove a link, whether typed, confirmed, undone or tried again."""
        visit.doing("link", intent)
        await visit.acknowledge()
        outcome = await self.linking.change(visit.turn, intent)
        await visit.show(link_reply(visit, outcome))

    async def view(self, visit: Visit, intent: ViewIntent, _: str) -> None:
        """Show what is linked, and offer to enter a sync ID."""
        visit.doing("links", intent)
        await visit.acknowledge()
        found = await self.linking.view(visit.turn, intent)
        await visit.show(links_reply(visit, intent, found))

    async def show(self, visit: Visit, intent: ShowIntent, _: str) -> None:
        """Show the character behind a link, as a message of its own."""
        visit.doing("show", intent)
        await visit.acknowledge(anew=True)
        await visit.show(shown_reply(visit.words, intent.sync_id, await self.linking.show(visit.turn, intent)))

    async def enter(self, visit: Visit, intent: ViewIntent, _: str) -> None:
        """Ask for a sync ID."""
        await visit.open_modal(link_modal(visit, intent))

    async def entered(self, visit: Visit, intent: ViewIntent, _: str) -> None:
        """Go on with the sync ID that was entered."""
        typed = submitted(visit.interaction).get(0, "")
        await self.change(visit, LinkIntent(sync_id=str(typed), subject=intent.subject, remove=intent.remove), "")


def _removes(action: str) -> bool:
    """Whether the link is to be removed. What Discord sends is not confined to the choices it shows."""
    if action not in {"add", "remove"}:
        raise Expired("command-outdated")
    return action == "remove"
