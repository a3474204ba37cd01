"""Jobs as they are stored: one place that seals and opens rows, and says in which order a guild's jobs run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from bot.errors import Expired
from bot.services.jobs import lines
from bot.storage import jobs as rows
from bot.storage.guilds import save_community
from bot.storage.jobs import FAILURES, TRIED, Job, JobRow, JobState, RowState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from bot.services.jobs.lines import Line
    from bot.storage.engine import Database
    from bot.storage.history import Entry
    from bot.storage.vault import Vault

    Work = Callable[[Connection], object]

T = TypeVar("T")

ALIKE = 5
"""So many failures for the same reason in a row pause a job, and so do so many rows that all fail at its beginning."""
OPEN_LISTED = 25
CANARY = "job-canary"


@dataclass(frozen=True, slots=True)
class Planned:
    """A row of a job that is to be made. With a `cause` (a message key) it is kept, but never tried."""

    number: int
    line: Line
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A job as it stands. `behind`: the job of the same guild that runs first."""

    job: Job
    counts: Mapping[RowState, int] = field(default_factory=dict)
    behind: Job | None = None

    def count(self, *states: RowState) -> int:
        """How many rows are in these states."""
        return sum(self.counts.get(state, 0) for state in states)

    @property
    def total(self) -> int:
        """How many rows the job was to carry out."""
        return self.count(*RowState) - self.count(RowState.SKIPPED)

    @property
    def tried(self) -> int:
        """How many rows have their outcome."""
        return self.count(*TRIED)


class Ledger:
    """Reads and writes jobs."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a work in one transaction: what belongs together is written together. Raises StorageError."""
        return await self._database.write(work)

    async def find(self, job_id: str) -> Job | None:
        """Return a job."""
        return await self._database.read(lambda tx: rows.find(tx, job_id))

    async def of_guild(self, guild_id: int, job_id: str) -> Job:
        """Return a job of this guild that got its yes. Raises Expired where there is none (any more)."""
        job = await self.find(job_id)
        if job is None or job.guild_id != guild_id or job.state is JobState.CHECKED:
            raise Expired("job-unknown")
        return job

    async def add(self, job: Job, planned: Sequence[Planned], *also: Work) -> bool:
        """Store a job with its rows, and whatever else belongs to it; False where its parent has such a job already.

        What was planned before for the same parent, and never got its yes, gives way.
        """

        def work(tx: Connection) -> bool:
            save_community(tx, job.community_id)  # a home guild's may not be stored yet
            if job.parent_id is not None:
                rows.drop_unconfirmed(tx, job.parent_id, undoes=job.undoes)
            added = rows.add(tx, job, (self._sealed(job.guild_id, one) for one in planned))
            for one in also if added else ():
                one(tx)
            return added

        return await self._database.write(work)

    async def child(self, job_id: str, *, undoes: bool) -> Job | None:
        """Return the job that retries this one's failures, or takes it back."""
        return await self._database.read(lambda tx: rows.child(tx, job_id, undoes=undoes))

    async def change(self, job_id: str, **values: object) -> None:
        """Change what is not a job's state."""
        await self._database.write(lambda tx: rows.change(tx, job_id, **values))

    async def look(self, job_id: str) -> Look | None:
        """Return how a job stands."""

        def work(tx: Connection) -> Look | None:
            job = rows.find(tx, job_id)
            return _looks(tx, (job,))[0] if job is not None else None

        return await self._database.read(work)

    async def latest(self, guild_id: int, *, limit: int) -> tuple[Look, ...]:
        """Return how a guild's newest jobs stand, unfinished ones first."""
        return await self._database.read(lambda tx: _looks(tx, rows.newest(tx, guild_id, limit=limit)))

    async def unfinished(self, guild_id: int) -> tuple[Job, ...]:
        """Return a guild's unfinished jobs, in the order in which they run."""
        return await self._database.read(lambda tx: rows.unfinished_of(tx, guild_id, limit=OPEN_LISTED))

    async def by_reference(self, guild_id: int, reference: str) -> Job | None:
        """Return a guild's job by its reference."""
        return await self._database.read(lambda tx: rows.by_reference(tx, guild_id, reference))

    async def left_over(self) -> tuple[Job, ...]:
        """Return every job that is not finished, or whose end nobody was shown."""
        return await self._database.read(rows.left_over)

    async def first(self, guild_id: int) -> Job | None:
        """Return the job of a guild whose turn it is."""
        return await self._database.read(lambda tx: rows.first_of_guild(tx, guild_id))

    async def next(self, job_id: str) -> tuple[JobState | None, JobRow | None]:
        """Return a job's state, and the row whose turn it is."""

        def work(tx: Connection) -> tuple[JobState | None, JobRow | None]:
            job = rows.find(tx, job_id)
            return (job.state, rows.next_row(tx, job_id)) if job is not None else (None, None)

        return await self._database.read(work)

    async def settle(self, job_id: str, number: int, state: RowState, cause: str) -> None:
        """Write what became of a row."""
        await self._database.write(lambda tx: rows.settle_row(tx, job_id, number, state, cause))

    async def trouble(self, job: Job) -> str | None:
        """Return why a job should pause (a message key): failures alike in a row, or nothing but failures at first."""
        lately = await self._database.read(lambda tx: rows.lately_tried(tx, job.id, limit=ALIKE + 1))
        last = [row for row in lately[:ALIKE] if row.state in FAILURES]
        if len(last) < ALIKE:
            return None
        counted = all(row.number >= job.counted_from for row in last)
        if counted and len({row.cause for row in last}) == 1:
            return last[0].cause
        return CANARY if counted and len(lately) == ALIKE else None

    async def rows(
        self, job: Job, states: Collection[RowState] = tuple(RowState), *, limit: int | None = None
    ) -> tuple[JobRow, ...]:
        """Return a job's rows in these states, in their order."""
        return await self._database.read(lambda tx: rows.rows_of(tx, job.id, states, limit=limit))

    async def carried_out(self, job_id: str) -> tuple[Entry, ...]:
        """Return the operations of a job's rows that were done."""
        return await self._database.read(lambda tx: rows.carried_out(tx, job_id))

    def line(self, guild_id: int, row: JobRow) -> Line:
        """Return what a row says. Raises VaultError where it can't be opened."""
        return lines.unseal(self._vault, row.body, guild_id=guild_id)

    def _sealed(self, guild_id: int, one: Planned) -> JobRow:
        state = RowState.SKIPPED if one.cause else RowState.WAITING
        return JobRow(one.number, state, lines.seal(self._vault, one.line, guild_id=guild_id), one.cause)


def _looks(tx: Connection, jobs: Sequence[Job]) -> tuple[Look, ...]:
    counted = rows.counts(tx, [job.id for job in jobs])
    firsts = {guild: rows.first_of_guild(tx, guild) for guild in {job.guild_id for job in jobs}}
    looks = []
    for job in jobs:
        first = firsts[job.guild_id]
        waits = job.state is JobState.QUEUED and first is not None and first.id != job.id
        looks.append(Look(job, counted[job.id], first if waits else None))
    return tuple(looks)
