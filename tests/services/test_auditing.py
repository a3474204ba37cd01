"""The history as a file: whole or cut, runs no formula, and every cell can be read back."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cells import harmless
from bot.services import auditing
from bot.services.auditing import COLUMNS, Auditing, AuditIntent, as_csv, instant
from bot.storage import history
from tests.cogs.entries import entry
from tests.community import GUILD

if TYPE_CHECKING:
    import pytest

    from tests.community import Town


def read(content: bytes) -> list[dict[str, str]]:
    """Read a file back by the rule of the docs: one apostrophe off the front of a cell, and off behind a semicolon."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{name: re.sub(r"(^|;)'", r"\1", cell) for name, cell in row.items()} for row in rows]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_every_cell_is_harmless_and_can_be_read_back(cell: str) -> None:
    content, count = as_csv([entry(1, subject=cell, before={"x": cell})])
    assert count == 1
    assert read(content)[0]["subject"] == cell
    for part in harmless(cell).split(";"):  # many languages part cells by semicolons
        assert not part.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_no_formula_hides_behind_a_semicolon() -> None:
    content, _ = as_csv([entry(1, subject="ABC;=cmd|'/C calc'!A0;")])
    assert b";=" not in content
    assert read(content)[0]["subject"] == "ABC;=cmd|'/C calc'!A0;"


def test_nothing_is_a_file_with_its_columns() -> None:
    content, count = as_csv([])
    assert count == 0
    assert content.decode("utf-8-sig").strip() == ",".join(COLUMNS)


def test_what_is_too_large_is_cut_between_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [entry(1, number) for number in range(10)]
    whole, _ = as_csv(rows)
    monkeypatch.setattr(auditing, "EXPORT_BYTES", len(whole) - 1)
    content, count = as_csv(rows)
    assert count == 9
    assert whole.startswith(content)


def test_a_time_that_never_came_is_blank() -> None:
    assert instant(None) == ""
    assert instant(0.0) == "1970-01-01T00:00:00+00:00"


async def test_more_rows_than_a_file_takes_are_counted(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "EXPORT_ROWS", 3)
    await place.database.write(lambda tx: [history.add(tx, entry(GUILD, number)) for number in range(5)])
    export = await Auditing(place.database, history_days=1, clock=place.clock).export(place.turn(), AuditIntent())
    assert (export.count, export.total) == (3, 5)
    assert [row["reference"] for row in read(export.content)] == ["REF00004", "REF00003", "REF00002"]
