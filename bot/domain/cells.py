"""Cells of CSV files: written so that no spreadsheet runs one, and read back as they were."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
"""What spreadsheets expect at the start of a file in UTF-8."""

_BEGIN, _SIGN = r'((?:^|;)"*)', r"(?=[=+\-@\t\r'\uff1d\uff0b\uff0d\uff20])"
_FORMULA = re.compile(_BEGIN + _SIGN)
"""Where a spreadsheet would begin to run a cell: at its start, and where a semicolon parts cells, as it does in many
languages, also within quotes that it then takes for its own. Signs of full width count in some. Before an apostrophe
too, so that taking one off in each of these places reads any cell."""

_HARMLESS = re.compile(_BEGIN + "'" + _SIGN)


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    One apostrophe off the front, and off behind each semicolon, gives back what it was.
    """
    return _FORMULA.sub(r"\1'", cell)


def as_written(cell: str) -> str:
    """Return what `harmless` was given. An apostrophe that protects nothing, as in `'tis`, stays."""
    return _HARMLESS.sub(r"\1", cell) if "'" in cell else cell


def csv_line(cells: Iterable[str]) -> bytes:
    """Return one line of a CSV file: commas, quoted where needed, each cell harmless."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return text.getvalue().encode(errors="replace")
