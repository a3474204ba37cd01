"""A bulk file with the outcome of each row beside it: opened by people, and fed again where something failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.bulk.columns import WHOSE, field_column
from bot.domain.bulk.rows import BulkKind, LinkRow, NewRow, Row
from bot.domain.bulk.sheet import RESULT_COLUMNS
from bot.domain.cells import BYTE_ORDER_MARK, csv_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.domain.bulk.rows import Whose
    from bot.domain.bulk.sheet import Sheet
    from bot.domain.bulk.verdicts import CheckedRow

DONE = "done"
"""What `result` says of a row that was carried out: a file that is fed again leaves it out."""

_CELLS = {
    BulkKind.LINK: ("sync_id", "old_sync_id", "action"),
    BulkKind.NEW: (),
    BulkKind.OWNERS: ("sync_id", "owner_id"),
}


def write_results(kind: BulkKind, results: Sequence[tuple[Row, str, str]]) -> bytes:
    """Return a file of (row, result, reason in words): the columns that any row uses, then these two.

    Member ids are written as mentions, which no spreadsheet rounds.
    """
    filled = {name for row, _, _ in results for name, cell in _cells(row) if cell}
    fields = dict.fromkeys(uid for row, _, _ in results if isinstance(row, NewRow) for uid in row.values)
    ours = (*(WHOSE if kind is not BulkKind.OWNERS else ()), *_CELLS[kind])
    names = [*(name for name in ours if name in filled), *map(field_column, fields)]

    def lines() -> Iterator[Sequence[str]]:
        yield (*names, *RESULT_COLUMNS)
        for row, result, reason in results:
            cells = dict(_cells(row))
            yield (*(cells.get(name, "") for name in names), result, reason)

    return _file(lines())


def write_checked(sheet: Sheet, rows: Iterable[CheckedRow], say: Callable[[CheckedRow], str]) -> bytes:
    """Return the file as it came, with each row's verdict and what `say` gives of its reasons in words.

    Columns that were called `result` and `reason` before are replaced.
    """
    kept = [place for place, name in enumerate(sheet.header) if name.strip().casefold() not in RESULT_COLUMNS]
    said = {row.number: row for row in rows}

    def lines() -> Iterator[Sequence[str]]:
        yield (*(sheet.header[place] for place in kept), *RESULT_COLUMNS)
        for line in sheet.lines():
            cells = [line.cells[place] if place < len(line.cells) else "" for place in kept]
            row = said[line.number]
            yield (*cells, row.verdict.value, say(row))

    return _file(lines())


def _file(lines: Iterable[Sequence[str]]) -> bytes:
    content = bytearray(BYTE_ORDER_MARK)
    for line in lines:
        content += csv_line(line)
    return bytes(content)


def _cells(row: Row) -> Iterator[tuple[str, str]]:
    if isinstance(row, LinkRow | NewRow):
        yield from _whose(row.whose)
    if isinstance(row, NewRow):
        yield from ((field_column(uid), value) for uid, value in row.values.items())
        return
    yield "sync_id", row.sync_id
    if isinstance(row, LinkRow):
        yield "old_sync_id", row.old_sync_id
        yield "action", "remove" if row.remove else ""
    else:
        yield "owner_id", row.owner_id


def _whose(whose: Whose) -> Iterator[tuple[str, str]]:
    yield "member", f"<@{whose.member_id}>" if whose.member_id is not None else ""
    yield "api_id", whose.api_id or ""
    yield "username", whose.username or ""
