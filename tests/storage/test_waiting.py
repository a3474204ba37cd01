"""Who waits for an answer is written down at once, and forgotten once he was answered."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from bot.storage.waiting import LARGEST, Waiting, WaitingList, sealed_bytes, sealed_text, waiting_path

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def one(number: int) -> Waiting:
    return Waiting(number, 500, f"REF{number}", "en-US", sealed_text(b"\x00sealed"), 1000.0)


def begun(file: Path) -> WaitingList:
    waiting = WaitingList(file)
    assert waiting.left() == ()
    return waiting


def test_a_killed_process_leaves_who_was_not_answered(tmp_path: Path) -> None:
    file = tmp_path / "charlink.db.waiting"
    waiting = begun(file)
    for number in (1, 2, 3):
        waiting.enter(one(number))
    waiting.leave(2)
    waiting.leave(9)
    left = WaitingList(file).left()
    assert left == (one(1), one(3))
    assert sealed_bytes(left[0].token) == b"\x00sealed"
    assert WaitingList(file).left() == ()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nobody_waiting_is_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "waiting"
    waiting = begun(file)
    waiting.enter(one(1))
    waiting.leave(1)
    assert file.read_bytes() == b""
    waiting.close()


def test_a_file_that_grows_is_written_anew_with_who_waits_still(tmp_path: Path) -> None:
    file = tmp_path / "waiting"
    waiting = begun(file)
    waiting.enter(one(0))
    for number in range(1, 4000):
        waiting.enter(one(number))
        waiting.leave(number)
        assert file.stat().st_size < LARGEST + 1000
    assert WaitingList(file).left() == (one(0),)


def test_a_line_that_was_cut_short_hides_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "waiting"
    begun(file).enter(one(1))
    with file.open("a") as lines:
        lines.write('{"interaction_id": 2, "gui\n[]\n')
    assert WaitingList(file).left() == (one(1),)
    assert "can't be read" in caplog.text


def test_a_folder_that_takes_no_file_costs_the_list_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    waiting = WaitingList(tmp_path / "file" / "waiting")
    assert waiting.left() == ()
    waiting.enter(one(1))
    waiting.leave(1)
    assert "not kept over a kill" in caplog.text


def test_where_it_is(tmp_path: Path) -> None:
    assert waiting_path(f"sqlite:///{tmp_path}/charlink.db", "0") == tmp_path / "charlink.db.waiting"
    assert waiting_path("sqlite://", "0") is None
    beside = waiting_path("postgresql://host/name", "0-1")
    assert beside is not None
    assert beside.parts[-2:] == ("data", "charlink-0-1.waiting")


def test_no_token_in_its_repr() -> None:
    assert "sealed" not in repr(one(1)).lower()
