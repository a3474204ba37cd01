"""Bulk jobs and their rows. Every change of a state is one statement that names the states before it.

A guild's jobs run one after the other, in the order in which somebody said yes to them (`made_at`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, insert, or_, select, update

from bot.storage.history import State, entry_of
from bot.storage.statements import fitted, insert_once
from bot.storage.tables import history, job_rows, jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import ColumnElement, Connection, Select

    from bot.storage.history import Entry


class JobState(StrEnum):
    """Where a job stands."""

    CHECKED = "checked"  # shown, and waiting for a yes
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"  # the row under way is still to be settled
    STOPPING = "stopping"  # likewise, by a rule instead of a person
    DONE = "done"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


DRIVEN = (JobState.QUEUED, JobState.RUNNING, JobState.CANCELLING, JobState.STOPPING)
"""States in which something is still done by itself."""
UNFINISHED = (*DRIVEN, JobState.PAUSED)
ENDED = (JobState.DONE, JobState.CANCELLED, JobState.STOPPED)


class RowState(StrEnum):
    """Where a row stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"  # the check said no: never tried


FAILURES = (RowState.REFUSED, RowState.FAILED, RowState.UNKNOWN)
TRIED = (RowState.DONE, *FAILURES)


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `cause` is a message key: why it is paused or stopped. `reference` names it to people.

    `parent_id`: the job whose failures it retries, or that it takes back (`undoes`). `pace`: the seconds that a row
    takes by the budget. `counted_from`: the first row that counts for failures in a row. `told`: its end was shown.
    """

    id: str
    guild_id: int
    community_id: str
    actor_id: int
    kind: str
    state: JobState
    locale: str
    reference: str
    channel_id: int
    made_at: float
    cause: str = ""
    file_name: str = ""
    parent_id: str | None = None
    undoes: bool = False
    message_id: int | None = None
    started_at: float | None = None
    ended_at: float | None = None
    pace: float | None = None
    counted_from: int = 0
    told: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class JobRow:
    """One row. `number` gives the order, `body` what it says, sealed; `cause` is a message key."""

    number: int
    state: RowState
    body: bytes = field(repr=False)
    cause: str = ""


def add(tx: Connection, job: Job, rows: Iterable[JobRow]) -> bool:
    """Insert a job with its rows; False where another one does that already for the same parent."""
    if not insert_once(tx, jobs, {name: getattr(job, name) for name in Job.__dataclass_fields__}):
        return False
    values = [
        fitted(job_rows, {name: getattr(row, name) for name in JobRow.__dataclass_fields__}) | {"job_id": job.id}
        for row in rows
    ]
    if values:
        tx.execute(insert(job_rows), values)
    return True


def find(tx: Connection, job_id: str) -> Job | None:
    """Return a job."""
    return _first(tx, select(jobs).where(jobs.c.id == job_id))


def child(tx: Connection, job_id: str, *, undoes: bool) -> Job | None:
    """Return the job that retries this one's failures, or takes it back."""
    return _first(tx, select(jobs).where(jobs.c.parent_id == job_id, jobs.c.undoes.is_(undoes)))


def drop_unconfirmed(tx: Connection, parent_id: str, *, undoes: bool) -> None:
    """Forget what was planned for a job and never got its yes."""
    mine = (jobs.c.parent_id == parent_id) & jobs.c.undoes.is_(undoes) & (jobs.c.state == JobState.CHECKED)
    _delete(tx, mine)


def move(tx: Connection, job_id: str, before: Collection[JobState], after: JobState, **values: object) -> bool:
    """Change a job's state, and whatever else is given, where it is in one of these; whether it was."""
    mine = (jobs.c.id == job_id) & jobs.c.state.in_(before)
    return tx.execute(update(jobs).where(mine).values(fitted(jobs, {"state": after, **values}))).rowcount == 1


def change(tx: Connection, job_id: str, **values: object) -> None:
    """Change what is not its state."""
    tx.execute(update(jobs).where(jobs.c.id == job_id).values(fitted(jobs, values)))


def first_of_guild(tx: Connection, guild_id: int) -> Job | None:
    """Return the job whose turn it is: of the unfinished ones the earliest."""
    return _first(tx, _of_guild(guild_id, UNFINISHED).order_by(jobs.c.made_at, jobs.c.id))


def newest(tx: Connection, guild_id: int, *, limit: int) -> tuple[Job, ...]:
    """Return a guild's jobs, those that are not finished first, then the newest."""
    state = jobs.c.state
    query = select(jobs).where(jobs.c.guild_id == guild_id, state != JobState.CHECKED)
    order = (state.in_(UNFINISHED).desc(), jobs.c.made_at.desc(), jobs.c.id)
    return _all(tx, query.order_by(*order).limit(limit))


def unfinished_of(tx: Connection, guild_id: int, *, limit: int) -> tuple[Job, ...]:
    """Return a guild's unfinished jobs, in the order in which they run."""
    return _all(tx, _of_guild(guild_id, UNFINISHED).order_by(jobs.c.made_at, jobs.c.id).limit(limit))


def by_reference(tx: Connection, guild_id: int, reference: str) -> Job | None:
    """Return a guild's job by its reference, the newest of that name."""
    here = (jobs.c.guild_id == guild_id) & (jobs.c.reference == reference) & (jobs.c.state != JobState.CHECKED)
    return _first(tx, select(jobs).where(here).order_by(jobs.c.made_at.desc()))


def left_over(tx: Connection) -> tuple[Job, ...]:
    """Return every job that is not finished, or whose end nobody was shown."""
    open_still = or_(jobs.c.state.in_(UNFINISHED), and_(jobs.c.state.in_(ENDED), jobs.c.told.is_(False)))
    return _all(tx, select(jobs).where(open_still).order_by(jobs.c.made_at, jobs.c.id))


def next_row(tx: Connection, job_id: str) -> JobRow | None:
    """Return the row whose turn it is."""
    rows = _rows(tx, (job_rows.c.job_id == job_id) & (job_rows.c.state == RowState.WAITING), limit=1)
    return rows[0] if rows else None


def rows_of(
    tx: Connection, job_id: str, states: Collection[RowState] = tuple(RowState), *, limit: int | None = None
) -> tuple[JobRow, ...]:
    """Return a job's rows in these states, in their order."""
    return _rows(tx, (job_rows.c.job_id == job_id) & job_rows.c.state.in_(states), limit=limit)


def lately_tried(tx: Connection, job_id: str, *, limit: int) -> tuple[JobRow, ...]:
    """Return the rows that were tried last, the last one first."""
    tried = (job_rows.c.job_id == job_id) & job_rows.c.state.in_(TRIED)
    query = select(job_rows).where(tried).order_by(job_rows.c.number.desc()).limit(limit)
    return tuple(_row(one) for one in tx.execute(query).all())


def settle_row(tx: Connection, job_id: str, number: int, state: RowState, cause: str) -> bool:
    """Write what became of a waiting row; whether it was waiting."""
    mine = (job_rows.c.job_id == job_id) & (job_rows.c.number == number) & (job_rows.c.state == RowState.WAITING)
    return tx.execute(update(job_rows).where(mine).values(state=state, cause=cause[:64])).rowcount == 1


def settle_rows(tx: Connection, job_id: str, state: RowState, *, up_to: int | None = None) -> None:
    """Write the same of every waiting row, or of those up to a number."""
    mine = (job_rows.c.job_id == job_id) & (job_rows.c.state == RowState.WAITING)
    if up_to is not None:
        mine &= job_rows.c.number <= up_to
    tx.execute(update(job_rows).where(mine).values(state=state))


def counts(tx: Connection, job_ids: Collection[str]) -> dict[str, Mapping[RowState, int]]:
    """Return how many rows of each job are in each state."""
    query = select(job_rows.c.job_id, job_rows.c.state, func.count()).where(job_rows.c.job_id.in_(job_ids))
    found: dict[str, dict[RowState, int]] = {job_id: {} for job_id in job_ids}
    for job_id, state, count in tx.execute(query.group_by(job_rows.c.job_id, job_rows.c.state)):
        found[job_id][RowState(state)] = count
    return dict(found)


def carried_out(tx: Connection, job_id: str) -> tuple[Entry, ...]:
    """Return the operations of a job's rows that were done, the oldest first."""
    done = (history.c.job_id == job_id) & (history.c.state == State.DONE)
    query = select(history).where(done).order_by(history.c.number)
    return tuple(entry_of(row._mapping) for row in tx.execute(query))  # noqa: SLF001 - a Row's public name


def expire(tx: Connection, *, unconfirmed_before: float, ended_before: float) -> int:
    """Delete what never got its yes, and what ended long ago; returns how many jobs."""
    unconfirmed = (jobs.c.state == JobState.CHECKED) & (jobs.c.made_at < unconfirmed_before)
    ended = jobs.c.state.in_(ENDED) & (jobs.c.ended_at < ended_before)
    return _delete(tx, or_(unconfirmed, ended))


def _of_guild(guild_id: int, states: Collection[JobState]) -> Select[tuple[object, ...]]:
    return select(jobs).where(jobs.c.guild_id == guild_id, jobs.c.state.in_(states))


def _delete(tx: Connection, condition: ColumnElement[bool]) -> int:
    gone = select(jobs.c.id).where(condition).scalar_subquery()
    tx.execute(delete(job_rows).where(job_rows.c.job_id.in_(gone)))
    return tx.execute(delete(jobs).where(condition)).rowcount


def _first(tx: Connection, query: Select[tuple[object, ...]]) -> Job | None:
    found = _all(tx, query.limit(1))
    return found[0] if found else None


def _all(tx: Connection, query: Select[tuple[object, ...]]) -> tuple[Job, ...]:
    found = [dict(row._mapping) for row in tx.execute(query)]  # noqa: SLF001 - a Row's public name
    return tuple(Job(**{**one, "state": JobState(one["state"])}) for one in found)


def _rows(tx: Connection, condition: ColumnElement[bool], *, limit: int | None) -> tuple[JobRow, ...]:
    query = select(job_rows).where(condition).order_by(job_rows.c.number).limit(limit)
    return tuple(_row(one) for one in tx.execute(query).all())


def _row(row: object) -> JobRow:
    values = dict(row._mapping)  # type: ignore[attr-defined]  # noqa: SLF001 - a Row's public name
    values.pop("job_id")
    return JobRow(**{**values, "state": RowState(values["state"])})
