"""Driving jobs: row by row, a few seconds at a time, over restarts; who started one must still be allowed to.

A job that may not go on pauses or stops and says why. Whoever ends a job hands the guild's next one to the engine.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.domain.access import Action, Actor, Decision, Rule, decide
from bot.domain.bulk.rows import BulkKind, OwnerRow
from bot.errors import StorageError, Undelivered, VaultError
from bot.services.history import Deed
from bot.services.jobs.carrying import JobTurn, Outcome, Run, Waits
from bot.services.tenants import Guild
from bot.services.turn import Origin, Turn
from bot.storage import jobs as rows
from bot.storage import owners
from bot.storage.jobs import DRIVEN, FAILURES, JobState, RowState

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.services.engine import Engine
    from bot.services.history import History
    from bot.services.jobs.carrying import Carrier
    from bot.services.jobs.ledger import Ledger
    from bot.services.jobs.lines import Line
    from bot.services.roles import RoleSource
    from bot.storage.jobs import Job, JobRow

log = logging.getLogger(__name__)

SLICE_SECONDS = 5.0
"""How long one call goes on; a row that was begun comes to its end or its pause."""
ROLE_SECONDS = 60.0
"""How old what is known of the starter's roles may be."""
ROLE_WAIT = 30.0
STORAGE_WAIT = 5.0
SURPRISE_WAIT = 30.0
OWNERS_AT_ONCE = 500

LOST_ROLE, LEFT, DISCONNECTED, SHUT_OUT = (
    "job-stopped-role",
    "job-stopped-left",
    "job-stopped-community",
    "job-stopped-discord",
)


@dataclass(frozen=True, slots=True)
class _Known:
    roles: frozenset[int]
    at: float


class Runner:
    """Drives jobs. `find` returns a guild by its id; `clock` gives Unix seconds.

    What Discord knows and shows is attached once that side is built.
    """

    def __init__(
        self,
        ledger: Ledger,
        carrier: Carrier,
        history: History,
        engine: Engine,
        *,
        find: Callable[[int], Guild | None],
        clock: Callable[[], float] = time.time,
        slice_seconds: float = SLICE_SECONDS,
    ) -> None:
        self._ledger = ledger
        self._carrier = carrier
        self._history = history
        self._engine = engine
        self._find = find
        self._clock = clock
        self._slice = slice_seconds
        self._known: dict[str, _Known] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._roster: RoleSource | None = None
        self._changed: Callable[[str, float], None] = lambda _, __: None

    def attach(self, roster: RoleSource, changed: Callable[[str, float], None]) -> None:
        """Say who knows roles, and who is told the id of a job that stands differently, and for how long it waits."""
        self._roster, self._changed = roster, changed

    async def advance(self, job_id: str) -> float | None:
        """Go on with a job for a few seconds; return the seconds until the next call, None where none is needed."""
        async with self._locks.setdefault(job_id, asyncio.Lock()):
            try:
                pause = await self._advance(job_id)
            except StorageError as error:
                log.warning("a job waits for the database: %s", error)
                return STORAGE_WAIT
            except Exception:
                log.exception("a job failed unexpectedly; it goes on later")
                return SURPRISE_WAIT
        self._changed(job_id, pause or 0.0)
        return pause

    async def take_up(self, serves: Callable[[int], bool]) -> int:
        """Hand over every job that an earlier process left unfinished, and show how all stand; returns how many."""
        left = [job for job in await self._ledger.left_over() if serves(job.guild_id)]
        for job in left:
            if job.state in DRIVEN:
                await self._engine.job(job.id)
            self._changed(job.id, 0.0)
        return len(left)

    async def _advance(self, job_id: str) -> float | None:
        job = await self._ledger.find(job_id)
        if job is None:
            return None
        if job.ended:
            await self._follow(job)
            return None
        if job.state is JobState.PAUSED:
            return await self._settle_sent(job)
        if job.state in {JobState.CANCELLING, JobState.STOPPING}:
            return await self._wind_up(job)
        first = await self._ledger.first(job.guild_id)
        mine = job.state in DRIVEN and first is not None and first.id == job.id
        return await self._go_on(job) if mine else None

    async def _go_on(self, job: Job) -> float | None:
        """Carry out what is next of a job whose turn it is, if who started it still may."""
        turn = await self._admit(job)
        if isinstance(turn, float):
            return turn
        if isinstance(turn, str):
            await self._ledger.write(lambda tx: rows.move(tx, job.id, DRIVEN, JobState.STOPPING, cause=turn))
            return 0.0
        if job.state is JobState.QUEUED:
            since = job.started_at or self._clock()
            await self._ledger.write(
                lambda tx: rows.move(tx, job.id, {JobState.QUEUED}, JobState.RUNNING, started_at=since)
            )
        if job.kind != BulkKind.OWNERS:
            return await self._run(job, turn)
        return await self._store_owners(job)

    async def _run(self, job: Job, turn: Turn) -> float | None:
        """Carry out rows until the time is up, one has to wait, or somebody or too many failures hold the job up."""
        until = self._clock() + self._slice
        while True:
            state, row = await self._ledger.next(job.id)
            if state is not JobState.RUNNING:
                return 0.0
            if row is None:
                await self._end(job, JobState.DONE)
                return None
            try:
                outcome = await self._carry(job, turn, row)
            except Waits as wait:
                return wait.seconds
            await self._ledger.settle(job.id, row.number, outcome.state, outcome.cause)
            self._changed(job.id, 0.0)
            if outcome.state in FAILURES and await self._pause_for_trouble(job):
                return None
            if self._clock() >= until:
                return 0.0

    async def _carry(self, job: Job, turn: Turn, row: JobRow) -> Outcome:
        line = self._line(job, row)
        if isinstance(line, Outcome):
            return line
        return await self._carrier.carry(Run(turn, job.id, row.number), line)

    def _line(self, job: Job, row: JobRow) -> Line | Outcome:
        try:
            return self._ledger.line(job.guild_id, row)
        except VaultError as error:
            return Outcome(RowState.FAILED, error.key)

    async def _store_owners(self, job: Job) -> float | None:
        """Store what a file says of owners, some rows at a time: nothing is asked of the CAD for it.

        Returns what `_run` does: somebody may hold it up or end it between two parts.
        """
        while True:
            waiting = await self._ledger.rows(job, (RowState.WAITING,), limit=OWNERS_AT_ONCE)
            if not waiting:
                await self._end(job, JobState.DONE)
                return None
            lines = [self._line(job, row) for row in waiting]
            owned = {line.sync_id: line.owner_id for line in lines if isinstance(line, OwnerRow)}
            unread = {row.number: line for row, line in zip(waiting, lines, strict=True) if isinstance(line, Outcome)}
            last, now = waiting[-1].number, self._clock()

            def work(
                tx: Connection,
                owned: dict[str, str] = owned,
                unread: dict[int, Outcome] = unread,
                last: int = last,
                now: float = now,
            ) -> bool:
                found = rows.find(tx, job.id)
                if found is None or found.state is not JobState.RUNNING:
                    return False
                owners.put(tx, job.guild_id, owned, job_id=job.id, now=now)
                for number, outcome in unread.items():
                    rows.settle_row(tx, job.id, number, outcome.state, outcome.cause)
                rows.settle_rows(tx, job.id, RowState.DONE, up_to=last)
                return True

            if not await self._ledger.write(work):
                return 0.0

    async def _settle_sent(self, job: Job) -> float | None:
        """While a job is paused, find out what became of the call that was under way."""
        _, row = await self._ledger.next(job.id)
        if row is None:
            return None
        try:
            await self._carrier.settle_sent(Run(self._bare_turn(job), job.id, row.number))
        except Waits as wait:
            return wait.seconds
        return None

    async def _wind_up(self, job: Job) -> float | None:
        """End a job early: what was sent comes to its outcome, what was not is cancelled."""
        _, row = await self._ledger.next(job.id)
        line = self._line(job, row) if row is not None else None
        if row is not None and line is not None and not isinstance(line, Outcome):
            try:
                outcome = await self._carrier.withdraw(Run(self._bare_turn(job), job.id, row.number), line)
            except Waits as wait:
                return wait.seconds
            await self._ledger.settle(job.id, row.number, outcome.state, outcome.cause)
        after = JobState.CANCELLED if job.state is JobState.CANCELLING else JobState.STOPPED
        await self._end(job, after)
        return None

    async def _end(self, job: Job, state: JobState) -> None:
        """Write that a job is over, once, and hand over the guild's next one."""
        look = await self._ledger.look(job.id)
        if look is None:
            return
        now = self._clock()
        rest = look.count(RowState.WAITING)
        deed = Deed(
            "bulk-end",
            subject=job.file_name,
            operation=f"j:{job.id}:end",
            after={
                "job": job.id,
                "state": state.value,
                "done": look.count(RowState.DONE),
                "failed": look.count(*FAILURES),
                "cancelled": look.count(RowState.CANCELLED) + rest,
            },
        )
        noting = self._history.noting(self._bare_turn(job), deed)

        def work(tx: Connection) -> None:
            if rows.move(tx, job.id, DRIVEN, state, ended_at=now):
                rows.settle_rows(tx, job.id, RowState.CANCELLED)
                noting(tx)

        await self._ledger.write(work)
        self._history.settled.set()
        self._known.pop(job.id, None)
        log.info("job %s is over: %s", job.reference, state.value)
        await self._follow(job)

    async def _follow(self, job: Job) -> None:
        """Hand over what comes after a job that is over; once more where that failed before."""
        following = await self._ledger.first(job.guild_id)
        if following is not None:
            self._changed(following.id, 0.0)
            if following.state in DRIVEN:
                await self._engine.job(following.id)

    async def _pause_for_trouble(self, job: Job) -> bool:
        """Pause a job whose rows fail one like the other; whether it was."""
        cause = await self._ledger.trouble(job)
        if cause is None:
            return False
        deed = Deed("bulk-pause", job.actor_id, subject=job.file_name, after={"job": job.id, "cause": cause})
        deed.operation = f"j:{job.id}:pause:{job.counted_from}"
        noting = self._history.noting(self._bare_turn(job, by_itself=True), deed)

        def work(tx: Connection) -> bool:
            paused = rows.move(tx, job.id, {JobState.RUNNING}, JobState.PAUSED, cause=cause)
            if paused:
                noting(tx)
            return paused

        paused = await self._ledger.write(work)
        if paused:
            self._history.settled.set()
            log.info("job %s pauses: %s", job.reference, cause)
        return paused

    async def _admit(self, job: Job) -> Turn | str | float:
        """Return the turn of who started a job; else why it stops (a message key), or the seconds until it is known.

        The guild's rules are those of this moment, his roles at most a minute old.
        """
        guild = self._find(job.guild_id)
        if guild is None or guild.tenant is None or guild.tenant.id != job.community_id:
            return DISCONNECTED
        known = self._known.get(job.id)
        if known is None or self._clock() - known.at >= ROLE_SECONDS:
            try:
                held = await self._require_roster().roles(job.guild_id, job.actor_id)
            except Undelivered as error:
                return ROLE_WAIT if error.retryable else SHUT_OUT
            if held is None:
                return LEFT
            known = self._known[job.id] = _Known(held, self._clock())
        actor = Actor(job.actor_id, job.guild_id, known.roles)
        decision = decide(actor, guild.policy, Action.BULK, None)
        if not decision.allowed:
            return LOST_ROLE
        return JobTurn(guild, actor, decision, _origin(job))

    def _bare_turn(self, job: Job, *, by_itself: bool = False) -> Turn:
        """Return a turn for ending what was begun, whoever may do what by now; `by_itself`: as the bot's own doing."""
        guild = self._find(job.guild_id) or Guild(job.guild_id)
        actor = Actor(0 if by_itself else job.actor_id, job.guild_id, frozenset())
        return JobTurn(guild, actor, Decision(allowed=True, rule=Rule.ADMIN), _origin(job))

    def _require_roster(self) -> RoleSource:
        if self._roster is None:
            raise RuntimeError("nobody tells who has which role")
        return self._roster


def _origin(job: Job) -> Origin:
    return Origin(0, job.reference, job.channel_id, job.locale)
