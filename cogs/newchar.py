"""`/newchar`: create a character from the community's own template, page by page, or from a record file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.services.creation import DraftIntent, RecordIntent, StartIntent
from bot.services.tickets import DRAFT_SECONDS
from bot.ui.characters import created_reply
from bot.ui.drafts import draft_reply, open_page, page_place, whole_number
from bot.ui.modals import submitted
from bot.ui.reply import Button, Reply, Tone

if TYPE_CHECKING:
    from bot.services.creation import Creation
    from bot.services.drafts import Draft
    from bot.ui.desk import Desk
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

CREATE_ACCESS = CommandAccess(Action.CREATE, staff_options=frozenset({"api_id", "delete_after", "record"}))


class NewChar(commands.Cog):
    """The command, and where its forms and buttons lead."""

    def __init__(self, desk: Desk, creation: Creation, router: Router) -> None:
        self.desk = desk
        self.creation = creation
        router.add("start", StartIntent, self.start)
        router.add("page", DraftIntent, self.submit)
        router.add("draft", DraftIntent, self.go_on)
        router.add("create", DraftIntent, self.create)
        router.add("record", RecordIntent, self.create_record)

    @app_commands.command(name="newchar", extras={ACCESS: CREATE_ACCESS})
    @app_commands.describe(
        member="Whose character (staff); yours if left out",
        api_id="The account's API ID in the CAD (staff)",
        delete_after="Delete the character again after so many minutes (staff)",
        record="A whole character record as a JSON file, instead of the form (staff)",
    )
    async def newchar(
        self,
        interaction: discord.Interaction,
        member: discord.User | None = None,
        api_id: app_commands.Range[str, 1, 255] | None = None,
        delete_after: app_commands.Range[int, 1, 525_600] | None = None,
        record: discord.Attachment | None = None,
    ) -> None:
        """Create a character in the CAD with your community's own form."""
        visit = self.desk.visit(interaction)
        subject = visit.subject(member, api_id)
        if record is None:
            await self.start(visit, StartIntent(subject=subject, delete_after=delete_after), "")
        else:
            intent = RecordIntent(subject=subject, url=record.url, size=record.size, delete_after=delete_after)
            await self.create_record(visit, intent, "")

    async def start(self, visit: Visit, intent: StartIntent, _: str) -> None:
        """Open the first page at once, or offer the draft he left; while the template is not at hand, get it."""
        visit.doing("start", intent)
        draft = await self.creation.begin(visit.turn, intent)
        if draft is None:
            await visit.acknowledge()
            await self.creation.warm(visit.turn.tenant)
            start = Button(visit.words.plain("button-start", 80), visit.custom_id("start", intent, once=False))
            await visit.show(Reply.of(visit.words("newchar-start"), Tone.INFO).with_buttons(start))
        elif draft.begun:
            await self._show(visit, DraftIntent(draft_id=draft.id, confirmed=intent.confirmed), draft, offered=True)
        else:
            await self._open(visit, DraftIntent(draft_id=draft.id, confirmed=intent.confirmed), draft, 0)

    async def submit(self, visit: Visit, intent: DraftIntent, page: str) -> None:
        """Keep what was typed and show where the draft stands."""
        number, version = page_place(page)
        draft = await self.creation.find(visit.turn, intent.draft_id)
        draft.submit(number, submitted(visit.interaction), version=version)
        await self._show(visit, intent, draft)

    async def go_on(self, visit: Visit, intent: DraftIntent, step: str) -> None:
        """Do what a button under the draft says: next page, an earlier page, throw away, start over, or create."""
        name, _, number = step.partition("-")
        if name == "create":
            await self.create(visit, intent, "")
            return
        draft = await self.creation.find(visit.turn, intent.draft_id)
        if name == "cancel":
            certain = await self.creation.cancel(draft)
            text = visit.words("draft-cancelled" if certain else "draft-cancelled-unsure")
            await visit.show(Reply.of(text, Tone.INFO))
        elif name == "over":
            new = await self.creation.start_over(visit.turn, draft)
            await self._open(visit, DraftIntent(draft_id=new.id, confirmed=intent.confirmed), new, 0)
        elif name == "edit":
            await self._open(visit, intent, draft, whole_number(number))
        elif name == "continue":
            await self._open(visit, intent, draft, len(draft.pages))
        else:
            await self._show(visit, intent, draft)

    async def create(self, visit: Visit, intent: DraftIntent, _: str) -> None:
        """Create the character, after a last look whether the template is still the same."""
        visit.doing("create", intent)
        draft = await self.creation.find(visit.turn, intent.draft_id)
        self.creation.require_sendable(visit.turn, intent, draft)
        if self.creation.outdated(visit.turn, draft):
            await self._show(visit, intent, draft, note="draft-template-changed")
            return
        once = intent.without_yes("again")  # a yes to sending again is good for one time
        visit.doing("create", once)
        visit.back = Button(visit.words.plain("button-back", 80), self._custom_id(visit, once) + "show")
        outcome = await self.creation.create(visit.turn, intent, draft, visit.acknowledge)
        await visit.show(created_reply(visit.words, outcome))

    async def create_record(self, visit: Visit, intent: RecordIntent, _: str) -> None:
        """Create a character from an attached record."""
        visit.doing("record", intent)
        await visit.acknowledge()
        await visit.show(created_reply(visit.words, await self.creation.create_record(visit.turn, intent)))

    async def _open(self, visit: Visit, intent: DraftIntent, draft: Draft, number: int) -> None:
        if await open_page(visit, "page", intent, draft, number):
            await self.creation.keep(draft)  # so that the page finds its draft also after a stop
        else:
            await self._show(visit, intent, draft)

    async def _show(
        self, visit: Visit, intent: DraftIntent, draft: Draft, *, note: str = "", offered: bool = False
    ) -> None:
        await visit.acknowledge()
        await self.creation.keep(draft)
        custom_id = self._custom_id(visit, intent)
        await visit.show(draft_reply(visit.words, draft, custom_id, note=note, offered=offered))

    @staticmethod
    def _custom_id(visit: Visit, intent: DraftIntent) -> str:
        return visit.custom_id("draft", intent, once=False, lifetime=DRAFT_SECONDS)
