"""SQLite: who may read its files, what is on the disk when, and what is told when that is full, broken or locked."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, delete, insert, text

from bot.errors import SettingsError, StorageError
from bot.storage import connections
from bot.storage.engine import Database
from bot.storage.tables import communities, guilds
from bot.storage.vault import Vault
from tests.source import ROOT
from tests.storage.test_engine import add, names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = """
import asyncio, sys
from bot.storage.engine import Database
async def main():
    database = Database(sys.argv[1])
    print(*await database.migrate())
    await database.close()
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pragma(name: str) -> Callable[[Connection], object]:
    return lambda tx: tx.scalar(text(f"PRAGMA {name}"))


async def test_the_file_and_its_folder_are_the_owners_alone(nothing: Database, tmp_path: Path) -> None:
    await nothing.migrate()
    folder = tmp_path / "empty"
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in (folder, *folder.iterdir())}
    assert modes == {"empty": 0o700, "charlink.db": 0o600, "charlink.db-wal": 0o600, "charlink.db-shm": 0o600}


async def test_the_log_is_written_ahead_and_to_the_disk(nothing: Database) -> None:
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1}
    for run in (nothing.read, nothing.write):
        assert {name: await run(pragma(name)) for name in wanted} == wanted
    assert [await run(pragma("query_only")) for run in (nothing.read, nothing.write)] == [1, 0]


async def test_a_relative_path_is_relative_to_where_the_bot_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database("sqlite:///data/charlink.db")
    monkeypatch.chdir("/")
    await database.migrate()
    await database.close()
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["charlink.db"]


@pytest.mark.parametrize("place", ["a-file/charlink.db", "a-folder"])
def test_a_file_that_can_not_be_written_is_a_line_for_the_operator(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(SettingsError) as caught:
        Database(f"sqlite:///{tmp_path}/{place}")
    (line,) = caught.value.problems
    assert line.startswith(f"DATABASE_URL: can't write {tmp_path}/{place}: ")


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, f"sqlite:///{tmp_path}/data/charlink.db"]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]  # noqa: S603 - ours
    said = [one.communicate(timeout=60)[0].split() for one in running]
    assert [one.returncode for one in running] == [0, 0, 0]
    assert len({one[-1] for one in said}) == 1
    assert sorted(len(one) for one in said) == [1, 2, 2]  # to one of them it was empty


async def test_two_processes_take_turns(database: Database, url: str) -> None:
    other = Database(url)
    works = ((lambda tx, n=n: add(tx, f"{n}")) for n in range(40))
    await asyncio.gather(*((database, other)[n % 2].write(work) for n, work in enumerate(works)))
    assert len(await other.read(names)) == 40
    await other.close()


async def test_another_process_that_holds_the_lock_for_too_long(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    database = Database(url)
    other = sqlite3.connect(tmp_path / "data" / "charlink.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="database is locked") as caught:
        await database.write(add)
    assert (caught.value.key, caught.value.retryable) == ("storage-failed", True)
    assert "the database failed: database is locked" in caplog.text
    assert await database.read(names) == []
    other.execute("ROLLBACK")
    other.close()
    await database.write(add)
    assert await database.read(names) == ["c"]
    await database.close()


async def test_a_full_disk_is_told_and_harms_nothing(database: Database) -> None:
    await database.write(lambda tx: add(tx, "before"))
    pages = await database.write(pragma("page_count"))
    await database.write(pragma(f"max_page_count = {pages}"))

    def much(tx: Connection) -> None:
        for number in range(100):
            tx.execute(insert(guilds).values(id=number + 1, config={"text": "x" * 5000}, updated_at=0))

    with pytest.raises(StorageError, match="full"):
        await database.write(much)
    await database.write(pragma("max_page_count = 100000"))
    await database.write(lambda tx: add(tx, "later"))
    assert await database.read(names) == ["before", "later"]


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "charlink.db"
    file.write_bytes(b"something else altogether, and long enough to be read as a page's head" * 20)
    database = Database(f"sqlite:///{file}")
    for run in (database.read, database.write):
        with pytest.raises(StorageError, match="not a database"):
            await run(names)
    await database.close()


async def test_a_file_that_may_only_be_read_meanwhile(database: Database) -> None:
    def work(tx: Connection) -> None:
        tx.exec_driver_sql("PRAGMA query_only = ON")  # what is said is the same
        add(tx)

    with pytest.raises(StorageError, match="attempt to write a readonly database"):
        await database.write(work)
    await database.write(add)


async def test_nothing_plain_of_a_secret_and_nothing_erased_is_on_the_disk(database: Database, tmp_path: Path) -> None:
    sealed = Vault([b"k" * 32]).seal("the-cad-key", guild_id=1, purpose="cad-key")
    await database.write(lambda tx: add(tx, "somebodys-name"))
    await database.write(lambda tx: tx.execute(insert(guilds).values(id=1, key=sealed, config={}, updated_at=0)))
    assert sealed in _on_disk(tmp_path)
    assert b"somebodys-name" in _on_disk(tmp_path)
    await database.write(lambda tx: tx.execute(delete(communities)))
    await database.close()  # which empties the log
    assert b"the-cad-key" not in _on_disk(tmp_path)
    assert b"somebodys-name" not in _on_disk(tmp_path)


def _on_disk(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in (folder / "data").iterdir())
