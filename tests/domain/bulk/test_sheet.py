"""Bulk files as lines of cells: what spreadsheets write is read, and what can't be read is said."""

from __future__ import annotations

import csv
import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bulk import sheet as sheets
from bot.domain.bulk.sheet import Line, read_sheet
from bot.domain.cells import as_written, csv_line, harmless

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
BOM = b"\xef\xbb\xbf"


def lines(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    sheet = read_sheet(data)
    assert sheet.problems == ()
    return [(line.number, line.cells) for line in sheet.lines()]


def problems(data: bytes) -> list[tuple[str, dict[str, object]]]:
    return [(one.key, dict(one.params)) for one in read_sheet(data).problems]


@pytest.mark.parametrize("start", [b"", BOM])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("separator", [b",", b";"])
def test_what_spreadsheets_write(start: bytes, end: bytes, separator: bytes) -> None:
    rows = [separator.join(cells) for cells in ((b"a", b"b"), (b"1", b"\xc3\xa9"), (b"", b"2"))]
    data = start + end.join(rows) + end
    assert read_sheet(data).header == ("a", "b")
    assert lines(data) == [(2, ("1", "é")), (3, ("", "2"))]


def test_a_header_tells_the_separator_by_what_is_outside_of_quotes() -> None:
    assert read_sheet(b'"one, two, three";b\n1;2\n').header == ("one, two, three", "b")
    assert read_sheet(b"only\n1;2\n").header == ("only",)


def test_blank_lines_are_passed_over_and_numbers_are_those_of_the_file() -> None:
    data = b'\n , \na,b\n\n"two\nlines",1\n,,\n  ;\n3,4\n'
    assert lines(data) == [(5, ("two\nlines", "1")), (8, ("  ;",)), (9, ("3", "4"))]


def test_columns_without_a_name_at_the_end_are_none() -> None:
    sheet = read_sheet(b"a,,b,,\n1,2,3,,\n")
    assert sheet.header == ("a", "", "b")
    assert list(sheet.lines()) == [Line(2, ("1", "2", "3", "", ""))]


@pytest.mark.parametrize("line", [b"," * 400_000, b"a," * 200_000], ids=["blank", "wide"])
def test_columns_without_number_cost_no_time(line: bytes) -> None:
    began = time.process_time()
    sheet = read_sheet(b"sync_id" + line + b"\nx\n")
    assert time.process_time() - began < 2
    assert len(sheet.header) <= 1


def test_quotes_hold_separators_quotes_and_line_breaks() -> None:
    assert lines(b'a,b\n"x,""y""\r\nz",";"\n') == [(2, ('x,"y"\r\nz', ";"))]


@pytest.mark.parametrize(
    ("data", "key", "params"),
    [
        (b"", "bulk-file-empty", {}),
        (BOM, "bulk-file-empty", {}),
        (b"a,b\n\n , \n", "bulk-file-empty", {}),
        (b"PK\x03\x04rest", "bulk-file-workbook", {}),
        (b"\xd0\xcf\x11\xe0rest", "bulk-file-workbook", {}),
        ("a,b\n1,2\n".encode("utf-16"), "bulk-file-utf16", {}),
        ("a,b\n1,2\n".encode("utf-16-be"), "bulk-file-encoding", {"line": 1}),
        (b"a,b\n1,2\n3,\0\n", "bulk-file-encoding", {"line": 3}),
        ("a,b\né,2\n".encode("latin-1"), "bulk-file-encoding", {"line": 2}),
        (b'a,b\n1,2\n\n"open,2\n3,4\n', "bulk-file-quotes", {"line": 4}),
        (b'a,b\n"x"y,2\n', "bulk-file-quotes", {"line": 2}),
    ],
)
def test_what_can_not_be_read_is_said(data: bytes, key: str, params: dict[str, object]) -> None:
    assert problems(data) == [(key, params)]


def test_caps() -> None:
    full = b"a\n" + b"1\n" * sheets.MAX_ROWS
    assert problems(full) == []
    assert problems(full + b"1\n") == [("bulk-file-rows", {"max": 10_000})]
    wide = ",".join(f"c{number}" for number in range(sheets.MAX_COLUMNS))
    row = "\n" + "1," * sheets.MAX_COLUMNS + ",\n"
    assert problems((wide + ",Result,reason" + row).encode()) == []
    assert problems((wide + ",more" + row).encode()) == [("bulk-file-wide", {"count": 61, "max": 60})]


@given(TEXT)
def test_a_cell_runs_nothing_and_is_read_back(cell: str) -> None:
    written = harmless(cell)
    assert as_written(written) == cell
    for part in written.split(";"):
        assert not part.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_apostrophe_that_protects_nothing_stays() -> None:
    assert as_written("'tis; 'twas") == "'tis; 'twas"
    assert as_written("'=1+1;'-2") == "=1+1;-2"


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=4))
def test_any_cells_survive_being_written_and_read(rows: list[tuple[str, str]]) -> None:
    data = BOM + csv_line(("a", "b")) + b"".join(map(csv_line, rows))
    kept = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    sheet = read_sheet(data)
    assert [line.cells for line in sheet.lines()] == kept if kept else sheet.problems


@given(st.binary(max_size=60))
def test_no_bytes_break_it(data: bytes) -> None:
    sheet = read_sheet(data)
    if not sheet.problems:
        expected = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=sheet.separator)
        assert len(list(sheet.lines())) == sum(any(map(str.strip, row)) for row in expected) - 1
