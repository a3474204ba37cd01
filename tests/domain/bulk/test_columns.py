"""What columns mean: names in any spelling, the template's fields, and every problem at once."""

from __future__ import annotations

import pytest

from bot.domain.bulk.columns import Columns, field_column, read_columns
from bot.domain.bulk.rows import BulkKind
from bot.domain.bulk.sheet import Line
from tests.domain.templates import field, form


def problems(columns: Columns) -> list[tuple[str, str]]:
    return [(one.key, one.column) for one in columns.problems]


@pytest.mark.parametrize(
    "header",
    [
        ("member", "sync_id", "old_sync_id", "action"),
        ("Member", "Sync ID", "OLD-SYNC-ID", " Action "),
        ("MEMBER", "syncid", "Old sync_Id", "action"),
    ],
)
def test_names_in_any_spelling(header: tuple[str, ...]) -> None:
    assert read_columns(BulkKind.LINK, header) == Columns(("member", "sync_id", "old_sync_id", "action"))


def test_what_a_result_file_adds_is_known() -> None:
    columns = read_columns(BulkKind.OWNERS, ("sync_id", "owner_id", "Result", "reason"))
    assert columns == Columns(("sync_id", "owner_id", "result", "reason"))


def test_every_problem_is_named_at_once() -> None:
    columns = read_columns(BulkKind.LINK, ("citizenid", "action", "Action", "owner_id"))
    assert problems(columns) == [
        ("bulk-file-column-unknown", "citizenid"),
        ("bulk-file-column-unknown", "owner_id"),
        ("bulk-file-column-twice", "action"),
        ("bulk-file-whose", ""),
        ("bulk-file-column-missing", "sync_id"),
    ]
    assert problems(read_columns(BulkKind.OWNERS, ("x",))) == [
        ("bulk-file-column-unknown", "x"),
        ("bulk-file-column-missing", "sync_id"),
        ("bulk-file-column-missing", "owner_id"),
    ]


class TestFields:
    FORM = form(
        field("first", label="First Name"),
        field("uid-2", label="Hair"),
        field("uid-3", label="hair"),
        field("member", label="Member of"),
        field("locked", label="Locked", readOnly=True),
        staff=True,
    )

    def read(self, *header: str) -> Columns:
        return read_columns(BulkKind.NEW, header, self.FORM)

    def test_by_uid_or_label(self) -> None:
        assert self.read("member", "FIRST", "uid 2") == Columns(("member", "field:first", "field:uid-2"))
        assert self.read("api_id", "first name", "Field: Member") == Columns(("api_id", "field:first", "field:member"))

    def test_one_name_for_several_is_a_problem(self) -> None:
        columns = self.read("member", "Hair")
        assert problems(columns) == [("bulk-file-column-ambiguous", "Hair")]
        assert columns.problems[0].params == {"uids": "uid-2, uid-3"}

    def test_what_nobody_may_fill_in_is_no_column(self) -> None:
        assert problems(self.read("member", "Locked")) == [("bulk-file-column-unknown", "Locked")]

    def test_one_field_twice(self) -> None:
        assert problems(self.read("member", "first", "First name")) == [("bulk-file-column-twice", "first")]

    def test_no_field_at_all(self) -> None:
        assert problems(self.read("member", "result")) == [("bulk-file-fields", "")]

    @pytest.mark.parametrize(
        ("uid", "name"), [("first", "first"), ("member", "field:member"), ("Re-Sult", "field:Re-Sult")]
    )
    def test_what_we_write_is_what_we_read(self, uid: str, name: str) -> None:
        assert field_column(uid) == name
        known = form(field(uid), staff=True)
        assert read_columns(BulkKind.NEW, ("api_id", name), known).names == ("api_id", f"field:{uid}")


@pytest.mark.parametrize(
    ("cells", "ragged"),
    [
        (("1", "", "2"), False),
        (("1", "", "2", "", " "), False),
        (("1", ""), True),
        (("1",), True),
        (("1", "x", "2"), True),
        (("1", "", "2", "x"), True),
    ],
)
def test_a_row_has_the_cells_of_the_header(cells: tuple[str, ...], *, ragged: bool) -> None:
    columns = read_columns(BulkKind.OWNERS, ("sync_id", "", "owner_id"))
    read, reason = columns.of(Line(7, cells))
    assert read["sync_id"] == "1"
    assert (reason is not None) is ragged
    if reason is not None:
        assert (reason.key, reason.params) == ("bulk-row-ragged", {"cells": len(cells), "columns": 3})
