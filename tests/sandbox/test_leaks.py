"""A secret on the disk is found wherever it lies, except where the operator keeps it."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

import pytest

from sandbox.leaks import Disk

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "41d2169d-3079-4a05-b92d-df2af78e8b3e"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("data/charlink.db", True),
        ("data/export/rows.csv", True),
        ("crash.log", True),
        ("keys/charlink.key", False),
        (".env", False),
        ("data/keys", True),
    ],
)
def test_where_secrets_may_lie(tmp_path: Path, name: str, found: bool) -> None:  # noqa: FBT001 - a table
    disk = Disk(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x00\xff" + SECRET.upper().encode())
    assert disk.leaks([SECRET, ""]) == ([name] if found else [])
    assert disk.leaks([]) == disk.leaks([""]) == disk.leaks(["another"]) == []


def test_a_database_is_read_while_it_is_open(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    with sqlite3.connect(tmp_path / "charlink.db") as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (secret TEXT)")
        database.commit()
        assert disk.leaks([SECRET]) == []
        database.execute("INSERT INTO t VALUES (?)", (SECRET,))
        database.commit()
        assert disk.leaks([SECRET]) == ["charlink.db-wal"]
    database.close()
    assert disk.leaks([SECRET]) == ["charlink.db"]


def test_a_file_that_did_not_change_is_asked_for_new_secrets_only(tmp_path: Path) -> None:
    path = tmp_path / "charlink.db"
    path.write_text("first second", "utf-8")
    disk = Disk(tmp_path)
    assert disk.leaks(["third"]) == []
    assert disk.leaks(["third", "second"]) == ["charlink.db"]
    before = path.stat()
    path.write_text("first thirdx", "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert disk.leaks(["third"]) == ["charlink.db"]
