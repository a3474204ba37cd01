"""The revisions lead to exactly the tables that the code uses, on both engines, however often they are applied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.storage.engine import Database
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy import Connection


def difference(tx: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata))


async def test_from_nothing_to_the_newest(nothing: Database) -> None:
    assert not await nothing.current()
    before, after = await nothing.migrate()
    assert before == ""
    assert after
    assert await nothing.current()
    assert await nothing.read(difference) == []


async def test_again_is_nothing_to_do(database: Database) -> None:
    before, after = await database.migrate()
    assert before == after


async def test_two_processes_that_start_at_once(nothing: Database, url: str) -> None:
    other = Database(url)
    results = await asyncio.gather(nothing.migrate(), other.migrate())
    await other.close()
    assert min(before for before, _ in results) == ""
    assert len({after for _, after in results}) == 1
    assert await nothing.read(difference) == []
