"""`/bulk`: what admins do with jobs. A checked file is kept, and runs exactly as it was shown after a yes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.domain.bulk.rows import BulkKind
from bot.errors import Expired, Refused, VaultError
from bot.services.history import Deed
from bot.services.jobs.ledger import Look
from bot.services.jobs.planning import NO_RECORD, UndoPlan, plan_of, planned_rows, retried, shown, taken_back
from bot.services.turn import Intent
from bot.storage import jobs as rows
from bot.storage.history import State
from bot.storage.jobs import FAILURES, Job, JobState, RowState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Connection

    from bot.domain.bulk.rows import Row
    from bot.services.checking import BulkIntent, Checked, Checking
    from bot.services.engine import Engine
    from bot.services.history import History
    from bot.services.jobs.ledger import Ledger, Planned
    from bot.services.jobs.lines import Line
    from bot.services.operations import Operations
    from bot.services.turn import Turn
    from bot.storage.history import Entry
    from bot.storage.jobs import JobRow

YES_SECONDS = 3600.0
"""How long a checked file waits for its yes."""
LISTED = 10

BEFORE = {
    JobState.PAUSED: (JobState.QUEUED, JobState.RUNNING),
    JobState.QUEUED: (JobState.PAUSED,),
    JobState.CANCELLING: (JobState.QUEUED, JobState.RUNNING, JobState.PAUSED),
}
"""From where somebody may bring a job into a state."""


@dataclass(frozen=True, kw_only=True)
class RunIntent(Intent):
    """Run a job that was shown and kept."""

    job: str


@dataclass(frozen=True, slots=True)
class Status:
    """What is under way in a guild: its jobs, and single operations that did not finish at once."""

    jobs: tuple[Look, ...]
    operations: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One row's outcome. `cause` is a message key."""

    row: Row
    state: RowState
    cause: str


class Jobs:
    """The use cases of jobs. `clock` gives Unix seconds; `new_id` a new job's id."""

    def __init__(
        self,
        ledger: Ledger,
        history: History,
        engine: Engine,
        *,
        operations: Operations,
        checking: Checking,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._history = history
        self._operations = operations
        self._checking = checking
        self._engine = engine
        self._new_id = new_id
        self._clock = clock

    async def check(self, turn: Turn, intent: BulkIntent) -> tuple[Checked, Job | None]:
        """Judge a file, and keep what can be carried out of it, so that a yes runs exactly that; None: nothing can.

        Raises what `Checking.check` does.
        """
        checked = await self._checking.check(turn, intent)
        rows_to_run = len(checked.to_run)
        if not rows_to_run:
            return checked, None
        pace = checked.seconds / rows_to_run
        return checked, await self.keep(turn, checked.kind, intent.file_name, planned_rows(checked), pace=pace)

    async def keep(
        self, turn: Turn, kind: BulkKind, file_name: str, planned: Sequence[Planned], *, pace: float | None
    ) -> Job:
        """Store the rows of a file until somebody says yes. `pace`: the seconds that the budget makes a row take."""
        job = self._job(turn, kind, file_name, pace)
        await self._ledger.add(job, planned)
        return job

    async def start(self, turn: Turn, intent: RunIntent) -> Look:
        """Run a kept job, or queue it behind the guild's others. Of two presses one starts it.

        Raises Expired where it is not known or was shown over an hour ago, and Refused where it is under way already.
        """
        job = await self._ledger.find(intent.job)
        now = self._clock()
        mine = job is not None and (job.guild_id, job.actor_id) == (turn.guild.id, turn.actor.user_id)
        if job is None or not mine or (job.state is JobState.CHECKED and now - job.made_at > YES_SECONDS):
            raise Expired("job-check-expired")
        if job.community_id != turn.tenant.id:
            raise Refused("job-other-community")
        noting = self._history.noting(turn, _deed("bulk-start", job, operation=f"j:{job.id}:start"))

        def work(tx: Connection) -> None:
            values = {"made_at": now, "channel_id": turn.origin.channel_id}
            if not rows.move(tx, job.id, {JobState.CHECKED}, JobState.QUEUED, **values):
                raise Refused("job-started-already", reference=job.reference)
            noting(tx)

        await self._ledger.write(work)
        return await self._handed_over(job)

    async def pause(self, turn: Turn, job_id: str) -> Look:
        """Hold a job up; what was sent still comes to its outcome."""
        return await self._bring(turn, job_id, JobState.PAUSED, "bulk-pause")

    async def resume(self, turn: Turn, job_id: str) -> Look:
        """Let a paused job go on; failures in a row are counted anew."""
        return await self._bring(turn, job_id, JobState.QUEUED, "bulk-resume")

    async def cancel(self, turn: Turn, job_id: str) -> Look:
        """End a job; what was sent still comes to its outcome, what was done stays."""
        return await self._bring(turn, job_id, JobState.CANCELLING, "bulk-cancel")

    async def cancel_reference(self, turn: Turn, reference: str) -> Look | Entry:
        """Cancel what a reference names: a job, or a single operation that was not sent yet."""
        job = await self._ledger.by_reference(turn.guild.id, reference.strip().strip("`").upper())
        if job is not None:
            return await self.cancel(turn, job.id)
        return await self._operations.cancel_reference(turn, reference)

    async def retry(self, turn: Turn, job_id: str) -> Look:
        """Run what failed or was not carried out in a job that is over, as a new job; once for each job."""
        job = await self._over(turn, job_id)
        found = await self._ledger.rows(job, (*FAILURES, RowState.CANCELLED))
        planned = retried(self._opened(job, found))
        if all(one.cause for one in planned):
            raise Refused("job-nothing-to-retry")
        new = self._job(
            turn, job.kind, job.file_name, job.pace, parent_id=job.id, state=JobState.QUEUED, undoes=job.undoes
        )
        noting = self._history.noting(turn, _deed("bulk-start", new, operation=f"j:{new.id}:start"))
        if not await self._ledger.add(new, planned, noting):
            raise await self._taken(job, "job-retried-already", undoes=job.undoes)
        return await self._handed_over(new)

    async def plan_undo(self, turn: Turn, job_id: str) -> UndoPlan:
        """Keep a job that takes another one back, and say what it would do. It runs by `start`."""
        job = await self._over(turn, job_id)
        if job.undoes or job.kind == BulkKind.OWNERS:
            raise Refused("undo-not-this")
        opened = self._opened(job, await self._ledger.rows(job))
        planned = taken_back(opened, await self._ledger.carried_out(job.id))
        if all(one.cause for one in planned):
            raise Refused("undo-no-records" if any(one.cause == NO_RECORD for one in planned) else "undo-nothing")
        new = self._job(turn, job.kind, job.file_name, job.pace, parent_id=job.id, undoes=True)
        if not await self._ledger.add(new, planned):
            raise await self._taken(job, "job-undone-already", undoes=True)
        return plan_of(new, planned)

    async def status(self, turn: Turn) -> Status:
        """Return what is under way in this guild, and the newest jobs."""
        looks = await self._ledger.latest(turn.guild.id, limit=LISTED)
        return Status(looks, await self._operations.of_guild(turn.guild.id))

    async def cancellable(self, turn: Turn) -> tuple[Job | Entry, ...]:
        """Return what a reference may be given for to cancel it: from the database alone."""
        jobs = await self._ledger.unfinished(turn.guild.id)
        kept = await self._operations.of_guild(turn.guild.id)
        return (*jobs, *(one for one in kept if one.state is State.ACCEPTED))

    async def look(self, job_id: str) -> Look | None:
        """Return how a job stands."""
        return await self._ledger.look(job_id)

    async def results(self, turn: Turn, job_id: str) -> tuple[Look, tuple[Result, ...]]:
        """Return the outcome of each row by now, in the order of the file."""
        job = await self._ledger.of_guild(turn.guild.id, job_id)
        opened = self._opened(job, await self._ledger.rows(job))
        results = [Result(shown(line), row.state, row.cause) for row, line in opened]
        look = await self._ledger.look(job_id) or Look(job)
        return look, tuple(sorted(results, key=lambda one: one.row.number))

    async def placed(self, job_id: str, message_id: int | None) -> None:
        """Remember which message shows a job."""
        await self._ledger.change(job_id, message_id=message_id)

    async def told(self, job_id: str) -> None:
        """Remember that a job's end was shown."""
        await self._ledger.change(job_id, told=True)

    async def _bring(self, turn: Turn, job_id: str, state: JobState, action: str) -> Look:
        """Bring a job into a state, as somebody asks, and note who. Raises Refused from where that can't be."""
        job = await self._ledger.of_guild(turn.guild.id, job_id)
        _, row = await self._ledger.next(job.id)
        values: dict[str, object] = {"cause": ""}
        if state is JobState.QUEUED and row is not None:
            values["counted_from"] = row.number
        noting = self._history.noting(turn, _deed(action, job))

        def work(tx: Connection) -> None:
            if not rows.move(tx, job.id, BEFORE[state], state, **values):
                now = rows.find(tx, job.id)
                raise Refused("job-is-not-so", state=(now or job).state.value, reference=job.reference)
            noting(tx)

        await self._ledger.write(work)
        return await self._handed_over(job)

    async def _handed_over(self, job: Job) -> Look:
        self._history.settled.set()
        await self._engine.job(job.id)
        return await self._ledger.look(job.id) or Look(job)

    async def _over(self, turn: Turn, job_id: str) -> Job:
        job = await self._ledger.of_guild(turn.guild.id, job_id)
        if not job.ended:
            raise Refused("job-not-over", reference=job.reference)
        if job.community_id != turn.tenant.id:
            raise Refused("job-other-community")
        return job

    async def _taken(self, job: Job, key: str, *, undoes: bool) -> Refused:
        child = await self._ledger.child(job.id, undoes=undoes)
        return Refused(key, reference=child.reference if child is not None else job.reference)

    def _opened(self, job: Job, found: Collection[JobRow]) -> list[tuple[JobRow, Line]]:
        """Return rows with what they say; one that can't be opened any more is left out."""
        opened = []
        for row in found:
            try:
                opened.append((row, self._ledger.line(job.guild_id, row)))
            except VaultError:
                continue
        return opened

    def _job(
        self,
        turn: Turn,
        kind: str,
        file_name: str,
        pace: float | None,
        *,
        parent_id: str | None = None,
        undoes: bool = False,
        state: JobState = JobState.CHECKED,
    ) -> Job:
        return Job(
            id=self._new_id(),
            guild_id=turn.guild.id,
            community_id=turn.tenant.id,
            actor_id=turn.actor.user_id,
            kind=str(kind),
            state=state,
            locale=turn.origin.locale[:16],
            reference=turn.origin.reference,
            channel_id=turn.origin.channel_id,
            made_at=self._clock(),
            file_name=file_name[:200],
            parent_id=parent_id,
            undoes=undoes,
            pace=pace,
        )


def _deed(action: str, job: Job, *, operation: str = "") -> Deed:
    return Deed(action, subject=job.file_name, after={"job": job.id, "kind": job.kind}, operation=operation)
