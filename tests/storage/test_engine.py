"""One transaction a call, whole or not at all, on both engines; and what people are told when the database fails."""

from __future__ import annotations

import asyncio
import stat
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, exc, insert, select, text

from bot.errors import StorageError
from bot.storage.engine import Database
from bot.storage.tables import communities, guilds

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-in-the-url"


def add(tx: Connection, name: str = "c") -> None:
    tx.execute(insert(communities).values(id=name))


def names(tx: Connection) -> list[str]:
    return list(tx.scalars(select(communities.c.id).order_by(communities.c.id)))


async def test_what_is_written_is_there(database: Database) -> None:
    await database.write(add)
    assert await database.read(names) == ["c"]


async def test_a_work_that_fails_leaves_nothing(database: Database) -> None:
    def fails(tx: Connection) -> None:
        add(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(fails)
    assert await database.read(names) == []


async def test_a_row_that_is_there_already_is_for_the_repository_to_interpret(database: Database) -> None:
    await database.write(add)
    with pytest.raises(exc.IntegrityError):
        await database.write(add)


async def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(exc.IntegrityError):
        await database.write(
            lambda tx: tx.execute(insert(guilds).values(id=1, community_id="?", config={}, updated_at=0))
        )


async def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    await asyncio.gather(*(database.write(lambda tx, n=n: add(tx, f"{n:03}")) for n in range(50)))  # type: ignore[misc]
    assert len(await database.read(names)) == 50


async def test_a_reader_sees_the_state_before_while_somebody_writes(database: Database) -> None:
    written, may_commit = threading.Event(), threading.Event()

    def slow(tx: Connection) -> None:
        add(tx)
        written.set()
        assert may_commit.wait(10)

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(written.wait, 10)
    assert await database.read(names) == []
    may_commit.set()
    await writing
    assert await database.read(names) == ["c"]


async def test_a_cancelled_caller_leaves_no_half_transaction(database: Database) -> None:
    started, may_go_on = threading.Event(), threading.Event()

    def slow(tx: Connection) -> None:
        add(tx, "a")
        started.set()
        assert may_go_on.wait(10)
        add(tx, "b")

    writing = asyncio.create_task(database.write(slow))
    await asyncio.to_thread(started.wait, 10)
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    may_go_on.set()
    await database.write(lambda tx: add(tx, "c"))
    assert await database.read(names) in (["a", "b", "c"], ["c"])


async def test_a_connection_that_breaks_is_told_and_the_next_one_works(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if not database.shared:
        with pytest.raises(StorageError):
            Database("sqlite:////dev/null/x/charlink.db")
        return

    def killed(tx: Connection) -> None:
        tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StorageError):
        await database.write(killed)
    assert "the database failed" in caplog.text
    await database.write(add)
    assert await database.read(names) == ["c"]


async def test_a_server_that_is_not_there_is_told_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    away = Database(f"postgres://bot:{SECRET}@127.0.0.1:1/charlink")
    with pytest.raises(StorageError) as caught:
        await away.read(names)
    await away.close()
    assert caught.value.retryable
    assert SECRET not in caplog.text + repr(away) + str(caught.value)


class TestSqlite:
    async def test_the_file_and_its_folder_are_the_owners_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "data" / "charlink.db"
        database = Database(f"sqlite:///{path}")
        await database.migrate()
        modes = [stat.S_IMODE(one.stat().st_mode) for one in (path.parent, *path.parent.iterdir())]
        await database.close()
        assert modes[0] == 0o700
        assert set(modes[1:]) == {0o600}

    async def test_the_log_is_written_ahead_and_to_the_disk(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path}/charlink.db")
        pragmas = [
            await database.read(lambda tx, one=one: tx.scalar(text(f"PRAGMA {one}")))  # type: ignore[misc]
            for one in ("journal_mode", "foreign_keys", "synchronous")
        ]
        await database.close()
        assert pragmas == ["wal", 1, 2]

    async def test_two_processes_take_turns(self, tmp_path: Path) -> None:
        one, other = (Database(f"sqlite:///{tmp_path}/charlink.db") for _ in range(2))
        await one.migrate()
        await asyncio.gather(
            *(base.write(lambda tx, n=n: add(tx, f"{n}")) for n, base in enumerate([one, other] * 20))  # type: ignore[misc]
        )
        assert len(await other.read(names)) == 40
        await one.close()
        await other.close()

    async def test_in_memory(self) -> None:
        database = Database("sqlite://")
        await database.migrate()
        await database.write(add)
        assert await database.read(names) == ["c"]
        await database.close()
