"""Writes at the same time: each as if it were alone, few waits for the disk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, select

from bot.errors import Refused
from bot.storage.engine import Database
from bot.storage.guilds import save_community
from bot.storage.tables import communities

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection


def named(number: int) -> Callable[[Connection], int]:
    def work(tx: Connection) -> int:
        save_community(tx, f"c{number:03}", name="there")
        return number

    return work


def refused(number: int) -> Callable[[Connection], int]:
    def work(tx: Connection) -> int:
        named(number)(tx)
        raise Refused(f"number-{number}")

    return work


async def stored(database: Database) -> list[str]:
    return await database.read(lambda tx: list(tx.scalars(select(communities.c.id).order_by(communities.c.id))))


async def test_each_has_its_own_outcome(database: Database) -> None:
    works = [refused(number) if number % 10 == 3 else named(number) for number in range(100)]
    outcomes = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    for number, outcome in enumerate(outcomes):
        if number % 10 == 3:
            assert isinstance(outcome, Refused)
            assert outcome.key == f"number-{number}"
        else:
            assert outcome == number
    assert await stored(database) == [f"c{number:03}" for number in range(100) if number % 10 != 3]


async def test_they_are_committed_together_and_in_order(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/charlink.db")
    try:
        await database.migrate()
        commits: list[object] = []
        event.listen(database._writing, "commit", commits.append)
        order: list[int] = []

        def work(number: int) -> Callable[[Connection], None]:
            def run(tx: Connection) -> None:
                save_community(tx, "one", name=str(number))
                order.append(number)

            return run

        await asyncio.gather(*(database.write(work(number), synced=number % 2 == 0) for number in range(64)))
        assert len(commits) < 20
        assert order == list(range(64))
        name = await database.read(lambda tx: tx.scalar(select(communities.c.name)))
        assert name == "63"
    finally:
        await database.close()


@pytest.mark.parametrize("synced", [True, False])
async def test_what_was_written_is_there_for_the_next_connection(database: Database, *, synced: bool) -> None:
    await database.write(named(1), synced=synced)
    assert await stored(database) == ["c001"]
