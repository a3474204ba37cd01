"""A bulk file as lines of cells: CSV in UTF-8, commas or semicolons, read line by line, so that little is held.

What is wrong with the whole file is found at once; what is wrong with one line stays with it.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.bulk.reasons import Reason
from bot.domain.cells import BYTE_ORDER_MARK, as_written

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 4 * 1024 * 1024
"""Of a file: 10,000 rows with 400 bytes each."""
MAX_ROWS = 10_000
MAX_COLUMNS = 60
"""Columns with a meaning of their own: those that a result file adds are not counted."""
MAX_CELL = 4000
"""Characters of a cell: as many as a form takes."""

RESULT_COLUMNS = ("result", "reason")
"""What our own files add; read back, only `result` means something."""

_QUOTED = re.compile(r'"[^"]*"')
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOK = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheet programs begin: .xlsx and .ods, .xls."""


class _QuotesError(Exception):
    """The quotes of the row that begins in this line do not pair."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Line:
    """One row: where it begins in the file (from 1), and its cells, as many as the header has or not."""

    number: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read. `header` has its column names as they are written, `problems` what is wrong with it."""

    data: bytes = field(repr=False)
    separator: str
    header: tuple[str, ...]
    problems: tuple[Reason, ...] = ()

    def lines(self) -> Iterator[Line]:
        """Yield the rows below the header, without those that are blank. To be asked only where nothing is wrong."""
        lines = _lines(self.data, self.separator)
        next(lines)
        yield from lines


def read_sheet(data: bytes) -> Sheet:
    """Return the file. Where its text can't be read, it has no header and says why."""
    unreadable = _unreadable(data)
    if unreadable is not None:
        return Sheet(data, ",", (), (unreadable,))
    separator = _separator(data)
    header: tuple[str, ...] = ()
    rows = -1
    try:
        for line in _lines(data, separator):
            rows += 1
            header = header or line.cells
            if rows > MAX_ROWS:
                break
    except _QuotesError as error:
        return Sheet(data, separator, header, (Reason("bulk-file-quotes", {"line": error.line}),))
    header = _trimmed(header)
    problems = tuple(_problems(header, rows))
    # Of a file that is too wide nothing is said of its columns: they may be hundreds of thousands.
    wide = any(one.key == "bulk-file-wide" for one in problems)
    return Sheet(data, separator, () if wide else header, problems)


def _problems(header: tuple[str, ...], rows: int) -> Iterator[Reason]:
    if rows > MAX_ROWS:
        yield Reason("bulk-file-rows", {"max": MAX_ROWS})
    elif rows < 1:
        yield Reason("bulk-file-empty")
    columns = sum(name.strip().casefold() not in RESULT_COLUMNS for name in header)
    if columns > MAX_COLUMNS:
        yield Reason("bulk-file-wide", {"count": columns, "max": MAX_COLUMNS})


def _unreadable(data: bytes) -> Reason | None:
    if data.startswith(_WORKBOOK):
        return Reason("bulk-file-workbook")
    if data.startswith(_UTF16):
        return Reason("bulk-file-utf16")
    try:
        data.decode()
        at = data.find(b"\0")
    except UnicodeDecodeError as error:
        at = error.start
    return Reason("bulk-file-encoding", {"line": data.count(b"\n", 0, at) + 1}) if at >= 0 else None


def _separator(data: bytes) -> str:
    """Return what parts the cells of the first line that is not blank."""
    for line in _text(data):
        if line.strip():
            names = _QUOTED.sub("", line)
            return ";" if names.count(";") > names.count(",") else ","
    return ","


def _lines(data: bytes, separator: str) -> Iterator[Line]:
    """Yield the rows with anything in them, the header first."""
    reader = csv.reader(_text(data), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield Line(begins, tuple(map(as_written, cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _QuotesError(begins) from error


def _text(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data.removeprefix(BYTE_ORDER_MARK)), "utf-8", newline="")


def _trimmed(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names without the blank ones that spreadsheets leave at the end."""
    last = max((place for place, name in enumerate(header, 1) if name.strip()), default=0)
    return header[:last]
