"""`/newchar`: create a character from the community's own template, page by page, or from a record file."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.domain.forms import page_title
from bot.errors import Expired
from bot.services.creation import DraftIntent, RecordIntent, StartIntent
from bot.services.tickets import DRAFT_SECONDS
from bot.ui.characters import created_reply, draft_reply
from bot.ui.modals import draft_modal, submitted
from bot.ui.reply import Button, Reply, Tone

if TYPE_CHECKING:
    from bot.services.creation import Creation
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
        """Open the first page at once; while the template is not at hand, offer to when it is."""
        visit.doing("start", intent)
        draft = self.creation.begin(visit.turn, intent)
        if draft is None:
            await visit.acknowledge()
            await self.creation.warm(visit.turn.tenant)
            start = Button(visit.words.plain("button-start", 80), visit.custom_id("start", intent, once=False))
            await visit.show(Reply.of(visit.words("newchar-start"), Tone.INFO).with_buttons(start))
        else:
            await self._open(visit, DraftIntent(draft=draft, confirmed=intent.confirmed), 0)

    async def submit(self, visit: Visit, intent: DraftIntent, page: str) -> None:
        """Keep what was typed and show where the draft stands."""
        number, _, version = page.partition("-")
        intent.draft.submit(_number(number), submitted(visit.interaction), version=_number(version))
        await self._show(visit, intent)

    async def go_on(self, visit: Visit, intent: DraftIntent, step: str) -> None:
        """Do what a button under the draft says: next page, an earlier page, throw away, or create."""
        draft = intent.draft
        name, _, number = step.partition("-")
        if name == "create":
            await self.create(visit, intent, "")
        elif name == "cancel":
            certain = self.creation.cancel(visit.turn, draft)
            await visit.show(
                Reply.of(visit.words("draft-cancelled" if certain else "draft-cancelled-unsure"), Tone.INFO)
            )
        elif name == "edit":
            await self._open(visit, intent, _number(number))
        elif name == "continue":
            await self._open(visit, intent, len(draft.pages))
        else:
            await self._show(visit, intent)

    async def create(self, visit: Visit, intent: DraftIntent, _: str) -> None:
        """Create the character, after a last look whether the template is still the same."""
        visit.doing("create", intent)
        self.creation.require_sendable(visit.turn, intent)
        if self.creation.outdated(visit.turn, intent.draft):
            await self._show(visit, intent, note="draft-template-changed")
            return
        once = intent.without_yes("again")  # a yes to sending again is good for one time
        visit.doing("create", once)
        visit.back = Button(visit.words.plain("button-back", 80), self._custom_id(visit, once) + "show")
        outcome = await self.creation.create(visit.turn, intent, visit.acknowledge)
        await visit.show(created_reply(visit.words, outcome))

    async def create_record(self, visit: Visit, intent: RecordIntent, _: str) -> None:
        """Create a character from an attached record."""
        visit.doing("record", intent)
        await visit.acknowledge()
        await visit.show(created_reply(visit.words, await self.creation.create_record(visit.turn, intent)))

    async def _open(self, visit: Visit, intent: DraftIntent, number: int) -> None:
        draft = intent.draft
        going_on = number >= len(draft.pages)
        fields = draft.wrong() if draft.problems and going_on else draft.page(number)
        if not fields:
            await self._show(visit, intent)
            return
        # Fields to put right belong to pages that were submitted already.
        number = 0 if draft.problems and going_on else number
        words = visit.words
        custom_id = visit.custom_id("page", intent, arg=f"{number}-{draft.version}", once=False, lifetime=DRAFT_SECONDS)
        title = page_title(fields) or words.plain("newchar-title", 45)
        await visit.open_modal(draft_modal(words, draft, fields, custom_id=custom_id, title=title))

    async def _show(self, visit: Visit, intent: DraftIntent, *, note: str = "") -> None:
        await visit.show(draft_reply(visit.words, intent.draft, self._custom_id(visit, intent), note=note))

    @staticmethod
    def _custom_id(visit: Visit, intent: DraftIntent) -> str:
        return visit.custom_id("draft", intent, once=False, lifetime=DRAFT_SECONDS)


def _number(text: str) -> int:
    """Read a page number out of a custom id, which anybody can forge."""
    if not (text.isascii() and text.isdecimal()):
        raise Expired("button-unknown")
    return int(text)
