"""`/bulk`: files of many rows, checked first, then carried out as jobs that admins watch, hold up and take back."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import ACCESS
from bot.domain.access import Action, CommandAccess
from bot.domain.bulk.rows import BulkKind
from bot.services.checking import BulkIntent
from bot.services.jobs.control import RunIntent
from bot.services.jobs.ledger import Look
from bot.ui.bulk import (
    BULK,
    RUN,
    cancelled_reply,
    checked_file,
    checked_reply,
    choice_of,
    result_reply,
    started_reply,
    status_reply,
    undo_reply,
)
from bot.ui.progress import CANCEL, JOB, PAUSE, RESULT, RESUME, RETRY, UNDO

if TYPE_CHECKING:
    from bot.services.jobs.control import Jobs
    from bot.ui.desk import Desk
    from bot.ui.progress import Progress
    from bot.ui.router import Router
    from bot.ui.visit import Visit

log = logging.getLogger(__name__)

BULK_ACCESS = CommandAccess(Action.BULK)
CHOICES = 25
REFERENCE = 30
"""The most characters of a reference."""


class Bulk(commands.Cog):
    """The commands, and where the buttons of dry runs and of jobs lead."""

    bulk = app_commands.Group(name="bulk", description="Carry out a CSV file of many rows, after a dry run")

    def __init__(self, desk: Desk, jobs: Jobs, progress: Progress, router: Router) -> None:
        self.desk = desk
        self.jobs = jobs
        self.progress = progress
        router.add(BULK, BulkIntent, self.check)
        router.add(RUN, RunIntent, self.start)
        router.add_shared(JOB, dict.fromkeys((PAUSE, RESUME, CANCEL, RESULT, RETRY, UNDO), Action.BULK), self.press)

    @bulk.command(name="link", extras={ACCESS: BULK_ACCESS})
    @app_commands.describe(file="CSV with member, api_id or username, and sync_id; also old_sync_id, action")
    async def link(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        """Link, unlink or move many characters from a CSV file; shows first what it would do."""
        await self.check(self.desk.visit(interaction), _intent(BulkKind.LINK, file), "")

    @bulk.command(name="new", extras={ACCESS: BULK_ACCESS})
    @app_commands.describe(file="CSV with member, api_id or username, and a column for each field of the form")
    async def new(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        """Create many characters from a CSV file; shows first what it would do."""
        await self.check(self.desk.visit(interaction), _intent(BulkKind.NEW, file), "")

    @bulk.command(name="owners", extras={ACCESS: BULK_ACCESS})
    @app_commands.describe(file="CSV with sync_id and owner_id, from the game database")
    async def owners(self, interaction: discord.Interaction, file: discord.Attachment) -> None:
        """Say which player owns which character, so that owners can link without staff."""
        await self.check(self.desk.visit(interaction), _intent(BulkKind.OWNERS, file), "")

    @bulk.command(name="status", extras={ACCESS: BULK_ACCESS})
    async def status(self, interaction: discord.Interaction) -> None:
        """See the bulk jobs, and what still waits for the CAD."""
        visit = self.desk.visit(interaction)
        await visit.acknowledge()
        await visit.show(status_reply(visit.words, await self.jobs.status(visit.turn)))

    @bulk.command(name="cancel", extras={ACCESS: BULK_ACCESS})
    @app_commands.describe(reference="The reference of a job, or of an action that was not sent yet")
    async def cancel(self, interaction: discord.Interaction, reference: app_commands.Range[str, 1, REFERENCE]) -> None:
        """Cancel a bulk job, or a single action that the CAD could not take yet."""
        visit = self.desk.visit(interaction)
        await visit.acknowledge()
        cancelled = await self.jobs.cancel_reference(visit.turn, reference)
        if isinstance(cancelled, Look):
            self.progress.changed(cancelled.job.id)
        await visit.show(cancelled_reply(visit.words, cancelled))

    @cancel.autocomplete("reference")
    async def complete(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer what can be cancelled."""
        visit = self.desk.visit(interaction)
        found = await self.jobs.cancellable(visit.turn)
        wanted = typed.strip().casefold()
        names = {choice_of(visit.words, one): one.reference for one in found}
        offered = {name: value for name, value in names.items() if wanted in name.casefold()}
        if not offered:
            offered = {visit.words.plain("bulk-choice-none", 100): typed or "-"}
        return [app_commands.Choice(name=name, value=value[:100]) for name, value in [*offered.items()][:CHOICES]]

    async def check(self, visit: Visit, intent: BulkIntent, _: str) -> None:
        """Show what a file would do."""
        visit.doing(BULK, intent)
        await visit.acknowledge()
        checked, job = await self.jobs.check(visit.turn, intent)
        file = await asyncio.to_thread(checked_file, visit.words, checked)
        await visit.show(checked_reply(visit, intent, checked, job, file=file))

    async def start(self, visit: Visit, intent: RunIntent, _: str) -> None:
        """Start what was checked, and post the message that shows it."""
        visit.doing(RUN, intent)
        await visit.acknowledge()
        await self._started(visit, await self.jobs.start(visit.turn, intent))

    async def press(self, visit: Visit, job_id: str, arg: str) -> None:
        """Do what a button of a job's message says."""
        if arg in {PAUSE, RESUME, CANCEL}:
            await visit.acknowledge(in_place=True)
            bring = {PAUSE: self.jobs.pause, RESUME: self.jobs.resume, CANCEL: self.jobs.cancel}[arg]
            look = await bring(visit.turn, job_id)
            await visit.replace(self.progress.reply(look))
            self.progress.changed(job_id)
            return
        await visit.acknowledge()
        if arg == RETRY:
            await self._started(visit, await self.jobs.retry(visit.turn, job_id))
        elif arg == UNDO:
            await visit.show(undo_reply(visit, await self.jobs.plan_undo(visit.turn, job_id)))
        else:
            await visit.show(result_reply(visit.words, *await self.jobs.results(visit.turn, job_id)))

    async def _started(self, visit: Visit, look: Look) -> None:
        posted = await self.progress.post(look)
        await visit.show(started_reply(visit.words, look, posted=posted))


def _intent(kind: BulkKind, file: discord.Attachment) -> BulkIntent:
    return BulkIntent(kind=kind, url=file.url, size=file.size, file_name=file.filename)
