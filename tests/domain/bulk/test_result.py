"""Result files: fed again they mean the same, whatever the cells hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.bulk.columns import read_columns
from bot.domain.bulk.reading import LinkReader, NewReader, OwnerReader, Reader
from bot.domain.bulk.reasons import Reason
from bot.domain.bulk.result import write_checked, write_results
from bot.domain.bulk.rows import BulkKind, LinkRow, NewRow, OwnerRow, Row, Whose
from bot.domain.bulk.sheet import read_sheet
from bot.domain.bulk.verdicts import CheckedRow, RowVerdict
from tests.domain.templates import field, form

if TYPE_CHECKING:
    from bot.domain.forms import Form

FORM = form(field("first", "textarea"), field("member"), field("=cmd"), staff=True)
NAMES = st.from_regex(r"[=+@'a-z:;,\"-][A-Z0-9;,'\"=@ -]{0,12}[A-Z0-9]", fullmatch=True)
WHOSE = st.one_of(
    st.integers(10**17, 2**63 - 1).map(lambda one: Whose(member_id=one)),
    NAMES.map(lambda one: Whose(api_id=one)),
    NAMES.map(lambda one: Whose(username=one)),
)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


def read(kind: BulkKind, data: bytes, reader: Reader, known: Form | None = None) -> list[tuple[Row, str, str]]:
    """Read a file back: each row with its number taken from where it was, its result and its reason."""
    sheet = read_sheet(data)
    columns = read_columns(kind, sheet.header, known)
    assert (sheet.problems, columns.problems) == ((), ())
    found = []
    for number, line in enumerate(sheet.lines(), 1):
        cells, ragged = columns.of(line)
        row, reasons = reader.read(number, cells)
        assert (ragged, reasons) == (None, [])
        assert row is not None
        found.append((row, cells["result"], cells["reason"]))
    return found


@given(st.lists(st.tuples(WHOSE, NAMES, st.sampled_from(["", "OLD=1", "-"])), min_size=1, max_size=4))
def test_links(some: list[tuple[Whose, str, str]]) -> None:
    rows = [
        LinkRow(number, whose, sync_id, old.removeprefix("-"), old == "-")
        for number, (whose, sync_id, old) in enumerate(some, 1)
    ]
    results = [(row, "failed", "=why; -not") for row in rows]
    assert read(BulkKind.LINK, write_results(BulkKind.LINK, results), LinkReader(None)) == results


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=4))
def test_owners(some: list[tuple[str, str]]) -> None:
    results = [(OwnerRow(number, *row), "done", "") for number, row in enumerate(some, 1)]
    assert read(BulkKind.OWNERS, write_results(BulkKind.OWNERS, results), OwnerReader()) == results


@given(st.lists(st.dictionaries(st.sampled_from(["first", "member", "=cmd"]), VALUES), min_size=1, max_size=3))
def test_characters(some: list[dict[str, str]]) -> None:
    kept = [{uid: value.strip() for uid, value in one.items() if value.strip()} for one in some]
    results = [(NewRow(number, Whose(api_id="x"), one), "failed", "?") for number, one in enumerate(kept, 1)]
    if any(kept):  # a file without a column of a field is refused
        assert read(BulkKind.NEW, write_results(BulkKind.NEW, results), NewReader(FORM), FORM) == results


def test_columns_that_no_row_uses_are_left_out_and_ids_are_not_rounded() -> None:
    row = LinkRow(9, Whose(member_id=200_000_000_000_000_020), "=ABC")
    data = write_results(BulkKind.LINK, [(row, "failed", "-why")])
    assert data.decode("utf-8-sig") == "member,sync_id,result,reason\r\n<@200000000000000020>,'=ABC,failed,'-why\r\n"


def test_a_checked_file_is_as_it_came_with_its_verdicts() -> None:
    sheet = read_sheet(b"Owner ID;Result;Sync-ID;Note\n'=1;done;A;n\n\n2;;B\n")
    rows = [
        CheckedRow(2, RowVerdict.DONE),
        CheckedRow(4, RowVerdict.WRONG, None, (Reason("bulk-row-ragged"), Reason("bulk-row-blank"))),
    ]
    written = write_checked(sheet, rows, lambda row: " ".join(why.key for why in row.reasons))
    assert written.decode("utf-8-sig") == (
        "Owner ID,Sync-ID,Note,result,reason\r\n'=1,A,n,done,\r\n2,B,,wrong,bulk-row-ragged bulk-row-blank\r\n"
    )
    assert [line.cells[:2] for line in read_sheet(written).lines()] == [("=1", "A"), ("2", "B")]
