"""PostgreSQL: connections that are killed, locks of others, a server that is not there, and what is never shown."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection, event, exc, insert, text, update

from bot.errors import StorageError
from bot.storage.engine import Database
from bot.storage.tables import communities
from tests.storage.test_engine import SECRET, add, names

if TYPE_CHECKING:
    from tests.storage.server import Server


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def backend(tx: Connection) -> int:
    return int(tx.execute(text("SELECT pg_backend_pid()")).scalar_one())


def kill(server: Server, *pids: int) -> None:
    for pid in pids:
        server.run(f"SELECT pg_terminate_backend({pid}, 5000)")


async def test_both_schemes_mean_the_same(postgresql_url: str) -> None:
    database = Database(postgresql_url.replace("postgresql://", "postgres://"))
    assert database.shared
    assert repr(database) == "Database(postgresql)"
    assert await database.current()
    await database.close()


async def test_a_connection_that_was_killed_meanwhile_costs_nobody_anything(
    database: Database, postgresql: Server
) -> None:
    kill(postgresql, await database.write(backend))
    await database.write(add)
    assert await database.read(names) == ["c"]


async def test_one_killed_in_the_middle_is_told_and_leaves_nothing(
    database: Database, postgresql: Server, caplog: pytest.LogCaptureFixture
) -> None:
    def killed(tx: Connection) -> None:
        add(tx, SECRET)
        kill(postgresql, backend(tx))
        add(tx, "b")

    with pytest.raises(StorageError) as caught:
        await database.write(killed)
    assert (caught.value.key, caught.value.retryable, caught.value.outcome_unknown) == ("storage-failed", True, False)
    assert "the database failed: " in caplog.text
    assert SECRET not in caplog.text
    await database.write(add)
    assert await database.read(names) == ["c"]


async def test_one_killed_while_committing_may_have_stored_it(database: Database, postgresql: Server) -> None:
    def committing(tx: Connection) -> None:
        kill(postgresql, int(tx.info["pid"]))

    def work(tx: Connection) -> None:
        tx.info["pid"] = backend(tx)
        add(tx)

    event.listen(database._writing, "commit", committing)
    with pytest.raises(StorageError) as caught:
        await database.write(work)
    assert (caught.value.key, caught.value.retryable, caught.value.outcome_unknown) == ("storage-unknown", False, True)
    event.remove(database._writing, "commit", committing)
    await database.write(add)


def change(tx: Connection, name: str, *, by: str) -> None:
    tx.execute(update(communities).where(communities.c.id == name).values(name=communities.c.name + by))


async def test_two_in_each_others_way_are_both_done(database: Database) -> None:
    for name in ("a", "b"):
        await database.write(lambda tx, name=name: add(tx, name))  # type: ignore[misc]
    barrier = threading.Barrier(2)
    runs: list[str] = []

    def patient(tx: Connection, first: str, second: str) -> None:
        runs.append(first)
        change(tx, first, by=first)
        if len(runs) <= 2:
            barrier.wait(10)
        change(tx, second, by=first)

    await asyncio.gather(
        database.write(lambda tx: patient(tx, "a", "b")), database.write(lambda tx: patient(tx, "b", "a"))
    )
    assert len(runs) >= 3  # one of them at least was run again
    changed = await database.read(lambda tx: tx.scalars(text("SELECT name FROM communities")).all())
    assert [sorted(one) for one in changed] == [["a", "b"]] * 2


@pytest.mark.parametrize(
    ("limit", "statement"),
    [("statement_timeout", "SELECT pg_sleep(10)"), ("lock_timeout", "LOCK TABLE communities")],
)
async def test_what_takes_too_long_is_given_up(database: Database, limit: str, statement: str) -> None:
    locked, go_on = threading.Event(), threading.Event()

    def holds(tx: Connection) -> None:
        tx.execute(text("LOCK TABLE communities"))
        locked.set()
        assert go_on.wait(10)

    holding = asyncio.create_task(database.write(holds))
    assert await asyncio.to_thread(locked.wait, 10)
    with pytest.raises(StorageError, match="timeout"):
        await database.write(lambda tx: (tx.execute(text(f"SET LOCAL {limit} = 20")), tx.execute(text(statement))))
    go_on.set()
    await holding
    await database.write(add)


async def test_every_connection_has_its_limits(database: Database) -> None:
    wanted = {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "1min"}
    for run in (database.read, database.write):
        found = {name: await run(lambda tx, name=name: tx.scalar(text(f"SHOW {name}"))) for name in wanted}  # type: ignore[misc]
        assert found == wanted


async def test_more_callers_than_connections_wait_their_turn(database: Database) -> None:
    began = time.monotonic()
    await asyncio.gather(*(database.read(lambda tx: tx.execute(text("SELECT pg_sleep(0.01)"))) for _ in range(24)))
    assert time.monotonic() - began < 5


async def test_a_server_that_only_lets_read(database: Database) -> None:
    def work(tx: Connection) -> None:
        tx.execute(text("SET TRANSACTION READ ONLY"))
        add(tx)

    with pytest.raises(StorageError, match="read-only"):
        await database.write(work)


async def test_the_constraint_is_told_without_the_row(database: Database) -> None:
    await database.write(lambda tx: add(tx, SECRET))
    with pytest.raises(exc.IntegrityError) as caught:
        await database.write(lambda tx: add(tx, SECRET))
    assert caught.value.orig is not None
    assert caught.value.orig.diag.constraint_name == "pk_communities"  # type: ignore[attr-defined]
    with pytest.raises(exc.IntegrityError) as caught:
        await database.write(lambda tx: tx.execute(insert(communities).values(id=SECRET + "2", name=None)))
    assert SECRET not in str(caught.value)


async def test_a_database_that_does_not_exist(postgresql: Server) -> None:
    database = Database(postgresql.url("nowhere"))
    with pytest.raises(StorageError, match='database "nowhere" does not exist'):
        await database.current()
    await database.close()


async def test_a_server_that_is_not_there_is_told_in_one_line_without_the_password(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = Database(f"postgres://bot:{SECRET}@127.0.0.1:1/charlink")
    for run in (away.current, away.migrate):
        with pytest.raises(StorageError) as caught:
            await run()
        assert caught.value.retryable
        assert "\n" not in str(caught.value)
        assert SECRET not in str(caught.value)
    await away.close()
    assert [record.getMessage().count("\n") for record in caplog.records if record.name == "bot.storage.engine"] == [
        0,
        0,
    ]
    assert "127.0.0.1" in caplog.text
    assert SECRET not in caplog.text + repr(away)
