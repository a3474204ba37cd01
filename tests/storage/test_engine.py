"""One transaction a call, whole or not at all, on both engines; and what people are told when the database fails."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from sqlalchemy import Connection, exc, insert, select, text

from bot.storage.engine import Database
from bot.storage.tables import communities, guilds
from bot.telemetry import REFERENCE

SECRET = "hunter2-in-the-url"
PATIENCE = 10


def add(tx: Connection, name: str = "c") -> None:
    tx.execute(insert(communities).values(id=name))


def names(tx: Connection) -> list[str]:
    return list(tx.scalars(select(communities.c.id).order_by(communities.c.id)))


class Held:
    """A work that stops in its middle until it is let go on."""

    def __init__(self, *adds: str, error: Exception | None = None) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()
        self.adds, self.error = adds, error

    def __call__(self, tx: Connection) -> None:
        add(tx, self.adds[0])
        self.began.set()
        assert self.go_on.wait(PATIENCE)
        for name in self.adds[1:]:
            add(tx, name)
        if self.error:
            raise self.error


async def started(database: Database, held: Held) -> asyncio.Task[None]:
    task = asyncio.create_task(database.write(held))
    assert await asyncio.to_thread(held.began.wait, PATIENCE)
    return task


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


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


async def test_a_statement_of_ours_that_is_wrong_is_no_failure_of_the_database(database: Database) -> None:
    with pytest.raises(exc.DBAPIError):
        await database.read(lambda tx: tx.execute(text("SELECT * FROM nowhere")))
    await database.write(add)


async def test_what_reads_can_not_write(database: Database) -> None:
    with pytest.raises(exc.DBAPIError):
        await database.read(add)
    await database.write(lambda tx: add(tx, "written"))
    assert await database.read(names) == ["written"]


async def test_a_work_can_not_end_its_transaction(database: Database) -> None:
    def ends(tx: Connection) -> None:
        add(tx, "a")
        tx.commit()
        add(tx, "b")

    with pytest.raises(exc.InvalidRequestError):
        await database.write(ends)


async def test_a_value_is_in_no_error(database: Database) -> None:
    await database.write(lambda tx: add(tx, SECRET))
    with pytest.raises(exc.IntegrityError) as caught:
        await database.write(lambda tx: add(tx, SECRET))
    assert SECRET not in str(caught.value) + repr(caught.value) + str(caught.value.orig)


async def test_many_writers_at_once_lose_nothing(database: Database) -> None:
    await asyncio.gather(*(database.write(lambda tx, n=n: add(tx, f"{n:03}")) for n in range(50)))  # type: ignore[misc]
    assert len(await database.read(names)) == 50


async def test_two_that_change_the_same_row_take_turns(database: Database, url: str) -> None:
    other = Database(url)
    await database.write(lambda tx: tx.execute(insert(communities).values(id="c", name="")))
    more = text("UPDATE communities SET name = name || 'x'")
    await asyncio.gather(*(one.write(lambda tx: tx.execute(more)) for one in (database, other) * 10))
    await other.close()
    assert await database.read(lambda tx: tx.scalar(select(communities.c.name))) == "x" * 20


async def test_a_reader_sees_the_state_before_while_somebody_writes(database: Database) -> None:
    held = Held("c")
    writing = await started(database, held)
    assert await database.read(names) == []
    held.go_on.set()
    await writing
    assert await database.read(names) == ["c"]


async def test_a_reader_sees_one_state_all_along(database: Database) -> None:
    seen, written = threading.Event(), threading.Event()

    def twice(tx: Connection) -> tuple[list[str], list[str]]:
        first = names(tx)
        seen.set()
        assert written.wait(PATIENCE)
        return first, names(tx)

    reading = asyncio.create_task(database.read(twice))
    assert await asyncio.to_thread(seen.wait, PATIENCE)
    await database.write(add)
    written.set()
    assert await reading == ([], [])


async def test_a_write_goes_on_when_its_caller_is_cancelled(database: Database, url: str) -> None:
    held = Held("a", "b")
    await cancelled(await started(database, held))
    held.go_on.set()
    await database.close()
    assert await stored(url) == ["a", "b"]


async def test_so_does_one_that_waits_for_its_turn(database: Database, url: str) -> None:
    held = [Held(str(n)) for n in range(8 if database.shared else 1)]
    running = [await started(database, one) for one in held]
    waiting = asyncio.create_task(database.write(lambda tx: add(tx, "waited")))
    await asyncio.sleep(0)
    await cancelled(waiting)
    for one in held:
        one.go_on.set()
    await asyncio.gather(*running)
    await database.close()
    assert "waited" in await stored(url)


async def test_how_a_write_failed_that_nobody_waits_for_is_logged(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held("a", error=LookupError("with a secret"))
    await cancelled(await started(database, held))
    held.go_on.set()
    await database.close()
    await asyncio.sleep(0)
    assert "whose caller was cancelled: LookupError" in caplog.text
    assert "with a secret" not in caplog.text
    assert await stored(url) == []


async def test_a_reader_that_is_cancelled_is_not_waited_for(database: Database) -> None:
    go_on = threading.Event()
    reading = asyncio.create_task(database.read(lambda _: go_on.wait(PATIENCE)))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    go_on.set()


async def test_log_lines_of_a_work_carry_the_reference(database: Database) -> None:
    token = REFERENCE.set("the-reference")
    try:
        assert await database.read(lambda _: REFERENCE.get()) == "the-reference"
        assert await database.write(lambda _: REFERENCE.get()) == "the-reference"
    finally:
        REFERENCE.reset(token)


async def test_closing_waits_and_may_be_repeated(database: Database) -> None:
    held = Held("a")
    writing = await started(database, held)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    assert not closing.done()
    held.go_on.set()
    await closing
    await writing
    await database.close()
    with pytest.raises(RuntimeError):
        await database.write(add)


async def test_nothing_is_echoed(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await database.write(lambda tx: add(tx, SECRET))
    assert SECRET not in caplog.text


async def test_in_memory_the_same_holds() -> None:
    database = Database("sqlite://")
    assert await database.migrate()
    await asyncio.gather(*(database.write(lambda tx, n=n: add(tx, str(n))) for n in range(9)))  # type: ignore[misc]
    assert len(await database.read(names)) == 9
    with pytest.raises(exc.DBAPIError):
        await database.read(add)
    await database.write(add)
    await database.close()


async def stored(url: str) -> list[str]:
    """Read with a new process's eyes."""
    opened = Database(url)
    try:
        return await opened.read(names)
    finally:
        await opened.close()
