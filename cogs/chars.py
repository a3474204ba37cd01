"""`/chars`: see, select, edit and remove the characters of an account, one's own or, for staff, anyone's."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.errors import Expired
from bot.services.characters import HINT_VALUE, CharacterIntent, RemoveIntent, RosterIntent, SelectIntent
from bot.services.drafting import DraftIntent
from bot.services.editing import EditIntent
from bot.services.tickets import DRAFT_SECONDS
from bot.ui.drafts import draft_reply, open_page, page_place, whole_number
from bot.ui.modals import chosen, submitted
from bot.ui.reply import Button, Reply, Tone
from bot.ui.roster import (
    character_choices,
    character_reply,
    edited_reply,
    removed_reply,
    roster_reply,
    selected_reply,
)

if TYPE_CHECKING:
    from bot.client import CharlinkBot
    from bot.services.characters import Characters
    from bot.services.drafts import Draft
    from bot.services.editing import Editing
    from bot.ui.desk import Desk
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

CHARACTER = "Which one: start typing its name, record id or sync ID"
MEMBER = "Whose character (staff); yours if left out"
CHANGING = frozenset({"edit", "remove"})


class Chars(commands.Cog):
    """The commands, their autocomplete, and where their buttons and forms lead."""

    chars = app_commands.Group(name="chars", description="See, select, edit or remove your characters in the CAD")

    def __init__(
        self, bot: CharlinkBot, desk: Desk, router: Router, *, characters: Characters, editing: Editing
    ) -> None:
        self.bot = bot
        self.desk = desk
        self.characters = characters
        self.editing = editing
        self.menu = app_commands.ContextMenu(
            name="CAD characters", callback=self.of_member, extras={ACCESS: CommandAccess(Action.VIEW)}
        )
        router.add("chars", RosterIntent, self.roster)
        router.add("character", CharacterIntent, self.character)
        router.add("select", SelectIntent, self.select)
        router.add("remove", RemoveIntent, self.remove)
        router.add("edit", EditIntent, self.edit)
        router.add("edit-page", DraftIntent, self.submit)
        router.add("edit-draft", DraftIntent, self.go_on)
        router.add("save", DraftIntent, self.save)

    async def cog_load(self) -> None:
        """Add the right-click command, which belongs to no class."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take it out again."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)

    @chars.command(name="list", extras={ACCESS: CommandAccess(Action.VIEW)})
    @app_commands.describe(member=MEMBER)
    async def list_characters(self, interaction: discord.Interaction, member: discord.User | None = None) -> None:
        """See your characters, which one is selected, and the linked sync IDs."""
        visit = self.desk.visit(interaction)
        await self.roster(visit, RosterIntent(subject=visit.subject(member, None)), "")

    @chars.command(name="select", extras={ACCESS: CommandAccess(Action.SELECT)})
    @app_commands.describe(character=CHARACTER, member=MEMBER)
    async def select_character(
        self,
        interaction: discord.Interaction,
        character: app_commands.Range[str, 1, 300],
        member: discord.User | None = None,
    ) -> None:
        """Choose which of your characters the CAD shows you as."""
        visit = self.desk.visit(interaction)
        await self.select(visit, SelectIntent(subject=visit.subject(member, None), character=character), "")

    @chars.command(name="edit", extras={ACCESS: CommandAccess(Action.EDIT)})
    @app_commands.describe(character=CHARACTER, member=MEMBER)
    async def edit_character(
        self,
        interaction: discord.Interaction,
        character: app_commands.Range[str, 1, 300],
        member: discord.User | None = None,
    ) -> None:
        """Change what one of your characters says, in your community's own form."""
        visit = self.desk.visit(interaction)
        await self.edit(visit, EditIntent(subject=visit.subject(member, None), character=character), "")

    @chars.command(name="remove", extras={ACCESS: CommandAccess(Action.REMOVE)})
    @app_commands.describe(character=CHARACTER, member=MEMBER)
    async def remove_character(
        self,
        interaction: discord.Interaction,
        character: app_commands.Range[str, 1, 300],
        member: discord.User | None = None,
    ) -> None:
        """Delete one of your characters from the CAD, for ever."""
        visit = self.desk.visit(interaction)
        await self.remove(visit, RemoveIntent(subject=visit.subject(member, None), character=character), "")

    @select_character.autocomplete("character")
    @edit_character.autocomplete("character")
    @remove_character.autocomplete("character")
    async def complete(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer what the bot remembers of this account; never a CAD call."""
        visit = self.desk.visit(interaction)
        command = interaction.command
        changes = command is not None and command.name in CHANGING
        subject = visit.named(interaction.namespace.member, None)
        known = await self.characters.suggest(visit.turn, subject, typed, changes=changes)
        return character_choices(visit.words, known, typed, hint=HINT_VALUE)

    async def of_member(self, interaction: discord.Interaction, member: discord.User) -> None:
        """Show a member's characters: the right-click command."""
        visit = self.desk.visit(interaction)
        await self.roster(visit, RosterIntent(subject=visit.subject(member, None)), "")

    async def roster(self, visit: Visit, intent: RosterIntent, _: str) -> None:
        """Show the list of an account's characters."""
        visit.doing("chars", intent)
        await visit.acknowledge()
        await visit.show(roster_reply(visit, await self.characters.roster(visit.turn, intent)))

    async def character(self, visit: Visit, intent: CharacterIntent, _: str) -> None:
        """Show the character that was chosen in the list."""
        picked = chosen(visit.interaction)
        if not picked and not intent.character:
            raise Expired("button-unknown")
        intent = replace(intent, character=picked[0]) if picked else intent
        visit.doing("character", intent)
        await visit.acknowledge()
        await visit.show(character_reply(visit, intent, await self.characters.character(visit.turn, intent)))

    async def select(self, visit: Visit, intent: SelectIntent, _: str) -> None:
        """Make a character the selected one, or take that back."""
        visit.doing("select", intent)
        await visit.acknowledge()
        await visit.show(selected_reply(visit, await self.characters.select(visit.turn, intent)))

    async def remove(self, visit: Visit, intent: RemoveIntent, _: str) -> None:
        """Delete a character, after a yes."""
        visit.doing("remove", intent)
        await visit.acknowledge()
        await visit.show(removed_reply(visit, intent, await self.characters.remove(visit.turn, intent)))

    async def edit(self, visit: Visit, intent: EditIntent, _: str) -> None:
        """Open the form at once where the list is known, else after reading it."""
        visit.doing("edit", intent)
        draft = await self.editing.at_once(visit.turn, intent)
        at_once = draft is not None and not draft.begun
        if draft is None:
            await visit.acknowledge()
            draft = await self.editing.open(visit.turn, intent)
        about = DraftIntent(draft_id=draft.id, confirmed=intent.confirmed)
        if at_once:
            await self._open(visit, about, draft, 0)
        else:
            await self._show(visit, about, draft, offered=draft.begun)

    async def submit(self, visit: Visit, intent: DraftIntent, page: str) -> None:
        """Keep what was typed and show what it changes."""
        number, version = page_place(page)
        draft = await self.editing.find(visit.turn, intent.draft_id)
        draft.submit(number, submitted(visit.interaction), version=version)
        await self._show(visit, intent, draft)

    async def go_on(self, visit: Visit, intent: DraftIntent, step: str) -> None:
        """Do what a button under the changes says: next page, an earlier page, throw away, start over, or save."""
        name, _, number = step.partition("-")
        if name == "create":
            await self.save(visit, intent, "")
            return
        draft = await self.editing.find(visit.turn, intent.draft_id)
        if name == "over":
            await self.editing.cancel(draft)
            await self.edit(visit, EditIntent(subject=draft.subject, record_id=_record_id(draft)), "")
        elif name == "cancel":
            certain = await self.editing.cancel(draft)
            await visit.show(Reply.of(visit.words("edit-cancelled" if certain else "edit-cancelled-unsure"), Tone.INFO))
        elif name == "edit":
            await self._open(visit, intent, draft, whole_number(number))
        elif name == "continue":
            await self._open(visit, intent, draft, len(draft.pages))
        else:
            await self._show(visit, intent, draft)

    async def save(self, visit: Visit, intent: DraftIntent, _: str) -> None:
        """Send the changes, after a last look whether the template is still the same."""
        visit.doing("save", intent)
        draft = await self.editing.find(visit.turn, intent.draft_id)
        self.editing.require_sendable(visit.turn, draft)
        if self.editing.outdated(visit.turn, draft):
            await self._show(visit, intent, draft, note="draft-template-changed")
            return
        visit.back = Button(visit.words.plain("button-back", 80), self._custom_id(visit, intent) + "show")
        outcome = await self.editing.save(visit.turn, intent, draft, visit.acknowledge)
        await visit.show(edited_reply(visit, draft.subject, outcome))

    async def _open(self, visit: Visit, intent: DraftIntent, draft: Draft, number: int) -> None:
        if await open_page(visit, "edit-page", intent, draft, number):
            await self.editing.keep(draft)  # so that the page finds its draft also after a stop
        else:
            await self._show(visit, intent, draft)

    async def _show(
        self, visit: Visit, intent: DraftIntent, draft: Draft, *, note: str = "", offered: bool = False
    ) -> None:
        await visit.acknowledge()
        await self.editing.keep(draft)
        await visit.show(draft_reply(visit.words, draft, self._custom_id(visit, intent), note=note, offered=offered))

    @staticmethod
    def _custom_id(visit: Visit, intent: DraftIntent) -> str:
        return visit.custom_id("edit-draft", intent, once=False, lifetime=DRAFT_SECONDS)


def _record_id(draft: Draft) -> int | None:
    return draft.edited.record_id if draft.edited else None
