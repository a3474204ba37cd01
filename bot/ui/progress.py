"""The message that shows how far a job is: counts only, for everybody who reads the channel, kept up to date.

A message that was deleted is posted anew; where the channel is gone, whoever started the job hears of its end by DM.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord

from bot.domain.bulk.rows import BulkKind
from bot.errors import CharlinkError, Undelivered
from bot.i18n import DEFAULT_LOCALE
from bot.services.jobs.ledger import ALIKE, CANARY
from bot.storage.jobs import FAILURES, JobState, RowState
from bot.ui.audit import cause_of
from bot.ui.reply import Button, Reply, Tone, shared_id
from bot.ui.words import Words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bot.i18n import Catalogues
    from bot.services.guilds import Guilds
    from bot.services.jobs.control import Jobs
    from bot.services.jobs.ledger import Look
    from bot.storage.jobs import Job
    from bot.ui.post import PostOffice

log = logging.getLogger(__name__)

JOB = "job"
"""The route of the buttons."""
PAUSE, RESUME, CANCEL, RESULT, RETRY, UNDO = "pause", "resume", "cancel", "result", "retry", "undo"

EDIT_SECONDS = 5.0
"""At most one edit of a message in so many seconds."""
WORTH_TELLING = 10.0
"""A row that waits for longer is told."""
NOTICED_SECONDS = 60.0
"""From what age on the end of a job is also told to who started it: an edit notifies nobody."""
MEASURED_ROWS = 5
MINUTES = 60
REASON = 300
STATES = {
    JobState.QUEUED: "job-queued-next",
    JobState.RUNNING: "job-running",
    JobState.PAUSED: "job-paused",
    JobState.CANCELLING: "job-cancelling",
    JobState.STOPPING: "job-cancelling",
    JobState.DONE: "job-done",
    JobState.CANCELLED: "job-cancelled",
    JobState.STOPPED: "job-stopped",
}
"""What is said of a job, where its state alone says it."""
TONES = {
    JobState.PAUSED: Tone.ASK,
    JobState.DONE: Tone.DONE,
    JobState.CANCELLED: Tone.REFUSED,
    JobState.STOPPED: Tone.FAILED,
}


def progress_reply(words: Words, look: Look, *, seconds_left: float | None = None, waits: float = 0.0) -> Reply:
    """Return the message of a job, with the buttons that it has in this state."""
    job = look.job
    text = state_line(words, look, seconds_left=seconds_left, waits=waits)
    counts = words(
        "job-counts",
        done=look.count(RowState.DONE),
        failed=look.count(RowState.REFUSED, RowState.FAILED),
        unknown=look.count(RowState.UNKNOWN),
        cancelled=look.count(RowState.CANCELLED),
        left=look.count(RowState.WAITING),
    )
    tone = TONES.get(job.state, Tone.INFO)
    reference = words("reference", reference=job.reference).replace("`", "")
    return Reply.of(f"{text}\n{counts}", tone, footer=reference, buttons=tuple(job_buttons(words, look)))


def state_line(words: Words, look: Look, *, seconds_left: float | None = None, waits: float = 0.0) -> str:
    """Return where a job stands, in words: a headline and what is to be known."""
    job, key = look.job, STATES[look.job.state]
    more: dict[str, str | int] = {}
    if job.state is JobState.QUEUED and look.behind is not None:
        key, more = "job-queued", {"reference": look.behind.reference}
    elif job.state is JobState.RUNNING and waits >= WORTH_TELLING:
        key = "job-waiting"
    elif job.state is JobState.RUNNING and seconds_left is not None:
        key, more = "job-running-left", {"time": duration(words, seconds_left)}
    elif job.cause == CANARY:
        key = "job-paused-canary"
    elif job.cause:
        key = "job-paused-alike" if job.state is JobState.PAUSED else key
        more = {"outcome": cause_of(words, job.cause, REASON), "count": ALIKE}
    return words(key, what=_what(words, job), part=_part(words, look), **more)


def duration(words: Words, seconds: float) -> str:
    """Return a time roughly, in minutes."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return words("bulk-time-short")
    if minutes < MINUTES:
        return words("bulk-time-minutes", minutes=minutes)
    return words("bulk-time-hours", hours=minutes // MINUTES, minutes=minutes % MINUTES)


def _what(words: Words, job: Job) -> str:
    return words("job-what", what="undo" if job.undoes else job.kind)


def _part(words: Words, look: Look) -> str:
    percent = 100 * look.tried // look.total if look.total else 100
    return words("job-part", done=look.tried, total=look.total, percent=percent)


def job_buttons(words: Words, look: Look) -> Iterator[Button]:
    """Yield what can be done with a job as it stands."""
    job = look.job

    def button(key: str, arg: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> Button:
        return Button(words.plain(key, 80), shared_id(JOB, job.id, arg), style)

    if job.state is JobState.PAUSED:
        yield button("button-resume", RESUME, discord.ButtonStyle.primary)
    elif job.state in {JobState.QUEUED, JobState.RUNNING}:
        yield button("button-pause", PAUSE)
    if job.state in {JobState.QUEUED, JobState.RUNNING, JobState.PAUSED}:
        yield button("button-cancel-job", CANCEL, discord.ButtonStyle.danger)
    if job.ended or job.state is JobState.PAUSED:
        yield button("button-result", RESULT)
    if job.ended and look.count(*FAILURES, RowState.CANCELLED):
        key = "button-run-rest" if look.count(RowState.CANCELLED) else "button-retry-failures"
        yield button(key, RETRY)
    if job.ended and look.tried and not job.undoes and job.kind != BulkKind.OWNERS:
        yield button("button-undo-job", UNDO, discord.ButtonStyle.danger)


@dataclass(frozen=True, slots=True)
class _Pace:
    """From when on, and from how many rows on, the pace of a job is measured."""

    at: float
    tried: int


class Progress:
    """Shows jobs in their channels. `clock` gives Unix seconds; `pause` waits for some."""

    def __init__(
        self,
        jobs: Jobs,
        guilds: Guilds,
        office: PostOffice,
        catalogues: Catalogues,
        *,
        clock: Callable[[], float] = time.time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._jobs = jobs
        self._guilds = guilds
        self._office = office
        self._catalogues = catalogues
        self._clock = clock
        self._pause = pause
        self._waiting: dict[str, float] = {}
        self._news = asyncio.Event()
        self._paces: dict[str, _Pace] = {}
        self._shut_out: set[str] = set()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def changed(self, job_id: str, waits: float = 0.0) -> None:
        """Have a job shown as it stands now, soon. `waits`: the seconds until its next row."""
        self._waiting[job_id] = waits
        self._news.set()

    async def run(self) -> None:
        """Show what changed until cancelled: every message at most once in five seconds."""
        while True:
            await self._news.wait()
            await self.show_news()
            await self._pause(EDIT_SECONDS)

    async def show_news(self) -> None:
        """Show every job that changed. What Discord does not take now is shown in the next round."""
        self._news.clear()
        waiting, self._waiting = self._waiting, {}
        shown = await asyncio.gather(*(self._shown(job_id, waits) for job_id, waits in waiting.items()))
        for (job_id, waits), well in zip(waiting.items(), shown, strict=True):
            if not well:
                self._waiting.setdefault(job_id, waits)
                self._news.set()

    async def post(self, look: Look) -> bool:
        """Post the message of a job; whether its channel takes it. Where Discord fails just now, it is posted later."""
        try:
            async with self._lock(look.job.id):
                return await self._send(look, 0.0)
        except CharlinkError as error:
            log.info("a job's message is put off: %s", error)
            self.changed(look.job.id)
            return True

    def reply(self, look: Look, waits: float = 0.0) -> Reply:
        """Return the message of a job in the language of the channel: it is for many readers."""
        words = Words(self._catalogues, DEFAULT_LOCALE)
        reply = progress_reply(words, look, seconds_left=self._left(look), waits=waits)
        guild = self._guilds.find(look.job.guild_id)
        if guild is not None and guild.tenant is not None and guild.tenant.staging:
            reply = replace(reply, footer=f"STAGING {reply.footer}")
        return reply

    async def _shown(self, job_id: str, waits: float) -> bool:
        """Show one job; False where that is to be tried again."""
        try:
            async with self._lock(job_id):
                look = await self._jobs.look(job_id)
                if look is None or look.job.state is JobState.CHECKED or look.job.told:
                    return True
                placed = await self._place(look, waits)
                if look.job.ended:
                    await self._tell_end(look, placed=placed)
        except Undelivered as error:
            log.info("a job's message is put off: %s", error)
            return False
        except CharlinkError as error:
            log.warning("a job's message is not up to date: %s", error)
            return False
        except Exception:
            log.exception("a job's message failed unexpectedly")
        return True

    async def _place(self, look: Look, waits: float) -> bool:
        """Edit the message of a job, or post one anew; whether the channel has it. Raises Undelivered to try again."""
        job = look.job
        if job.message_id is None:
            return await self._send(look, waits)
        try:
            await self._office.edit(job.channel_id, job.message_id, self.reply(look, waits))
        except Undelivered as error:
            if error.retryable:
                raise
            return await self._send(look, waits)
        return True

    async def _send(self, look: Look, waits: float) -> bool:
        """Post the message of a job; a channel that lets nobody in is tried once more at the end only."""
        job = look.job
        if job.id in self._shut_out and not job.ended:
            return False
        try:
            key = f"{job.id}:{job.message_id}"  # once in place of each message that was deleted, over a crash too
            message_id = await self._office.send(job.channel_id, self.reply(look, waits), key=key)
        except Undelivered as error:
            if error.retryable:
                raise
            self._shut_out.add(job.id)
            return False
        await self._jobs.placed(job.id, message_id)
        return True

    async def _tell_end(self, look: Look, *, placed: bool) -> None:
        """Remember that the end was shown; tell it by DM too where it came late, or where no channel has it."""
        job = look.job
        late = job.started_at is not None and (job.ended_at or 0.0) - job.started_at > NOTICED_SECONDS
        if late or not placed:
            words = Words(self._catalogues, job.locale)
            reply = progress_reply(words, look).with_buttons()
            told = replace(reply, detail=f"{words('job-over-told')} {reply.detail}")
            await self._office.direct(job.actor_id, told, key=f"{job.id}:end")
        await self._jobs.told(job.id)
        self._paces.pop(job.id, None)
        self._shut_out.discard(job.id)

    def _left(self, look: Look) -> float | None:
        """Return how long a running job will go on: by its pace so far, but no faster than the budget allows."""
        job = look.job
        if job.state is not JobState.RUNNING:
            self._paces.pop(job.id, None)
            return None
        since = self._paces.setdefault(job.id, _Pace(self._clock(), look.tried))
        rows, seconds = look.tried - since.tried, self._clock() - since.at
        left = look.count(RowState.WAITING)
        if rows >= MEASURED_ROWS:
            return left * max(seconds / rows, job.pace or 0.0)
        return left * job.pace if job.pace is not None else None

    def _lock(self, job_id: str) -> asyncio.Lock:
        return self._locks.setdefault(job_id, asyncio.Lock())
