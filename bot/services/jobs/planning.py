"""Which rows a job gets: those of a checked file, the failures of another job, or what takes another job back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.access import Action
from bot.domain.bulk.rows import NewRow
from bot.domain.bulk.verdicts import RUNS
from bot.domain.models import Target
from bot.services.jobs.carrying import ALREADY
from bot.services.jobs.ledger import Planned
from bot.services.jobs.lines import BackRow
from bot.storage.jobs import RowState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.domain.bulk.rows import Row
    from bot.domain.bulk.verdicts import CheckedRow
    from bot.services.checking import Checked
    from bot.services.jobs.lines import Line
    from bot.storage.history import Entry
    from bot.storage.jobs import Job, JobRow

LEFT_OUT = "job-row-left-out"
PERHAPS_CREATED = "job-row-perhaps-created"
OUTCOME_UNKNOWN = "undo-outcome-unknown"
BEFORE_UNKNOWN = "undo-before-unknown"
NO_RECORD = "undo-no-record"


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What taking a job back would do. `skipped` has a message key for each reason why a row stays, with a count."""

    job: Job
    unlinks: int
    links: int
    removals: int
    skipped: Mapping[str, int] = field(default_factory=dict)


def planned_rows(checked: Checked) -> list[Planned]:
    """Return the rows of a checked file: those to carry out, and those that are left out with the first reason."""
    return [
        Planned(one.number, one.row, "" if one.verdict in RUNS else _reason(one))
        for one in checked.rows
        if one.row is not None
    ]


def retried(rows: Iterable[tuple[JobRow, Line]]) -> list[Planned]:
    """Return the rows of a job that are to be tried again.

    A character that may have been created is left alone: created once more it would be there twice.
    """
    return [Planned(row.number, line, PERHAPS_CREATED if _perhaps_created(row, line) else "") for row, line in rows]


def taken_back(rows: Iterable[tuple[JobRow, Line]], done: Sequence[Entry]) -> list[Planned]:
    """Return what takes the changed rows of a job back, the last one first, by what each operation wrote down."""
    by_row: dict[int, list[Entry]] = {}
    for entry in done:
        by_row.setdefault(_row_of(entry), []).append(entry)
    planned: list[Planned] = []
    for row, line in reversed([*rows]):
        if isinstance(line, BackRow):
            continue
        entries = by_row.get(row.number, [])
        back, cause = _back(line, entries) if entries else (None, "")
        if row.state is RowState.UNKNOWN:
            back, cause = None, OUTCOME_UNKNOWN  # half of it taken back could be worse than none
        elif row.state is RowState.DONE and row.cause != ALREADY and not entries:
            cause = BEFORE_UNKNOWN  # its history is older than what is kept
        if back is not None or cause:
            planned.append(Planned(len(planned) + 1, back or line, cause))
    return planned


def plan_of(job: Job, planned: Sequence[Planned]) -> UndoPlan:
    """Return what a planned undo comes to."""
    backs = [one.line for one in planned if isinstance(one.line, BackRow) and not one.cause]
    return UndoPlan(
        job,
        unlinks=sum(bool(back.remove) for back in backs),
        links=sum(bool(back.add) for back in backs),
        removals=sum(back.record_id is not None for back in backs),
        skipped=Counter(one.cause for one in planned if one.cause),
    )


def shown(line: Line) -> Row:
    """Return the row of a file that a line stands for."""
    return line.of if isinstance(line, BackRow) else line


def _reason(one: CheckedRow) -> str:
    return one.reasons[0].key if one.reasons else LEFT_OUT


def _back(row: Row, entries: Sequence[Entry]) -> tuple[BackRow | None, str]:
    """Return what takes a row's operations back, or why that can't be (a message key)."""
    add = remove = ""
    record_id: int | None = None
    for entry in entries:
        if entry.action == Action.CREATE:
            record_id = _number(entry.after, "id")
            if record_id is None:
                return None, NO_RECORD
        elif not isinstance(entry.before, dict) or "linked" not in entry.before:
            return None, BEFORE_UNKNOWN
        elif entry.before["linked"] is False and entry.action == Action.LINK:
            remove = entry.subject
        elif entry.before["linked"] is True and entry.action == Action.UNLINK:
            add = entry.subject
    if not (add or remove or record_id is not None):
        return None, ""
    first = entries[0]
    return BackRow(row, Target.parse(first.account), first.member_id, add, remove, record_id), ""


def _row_of(entry: Entry) -> int:
    """Return the number of the row that an operation carries out: `j:<job>:<row>:<step>`."""
    return int(entry.operation.split(":")[2])


def _number(value: object, name: str) -> int | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, int) else None


def _perhaps_created(row: JobRow, line: Line) -> bool:
    return row.state is RowState.UNKNOWN and isinstance(line, NewRow)
