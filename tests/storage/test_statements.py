"""Statements that both engines have, with what they say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.storage import history
from bot.storage.statements import insert_once, upsert
from bot.storage.tables import communities
from tests.cogs.entries import entry

if TYPE_CHECKING:
    from bot.storage.engine import Database


async def test_only_the_first_of_two_inserts_is_one(database: Database) -> None:
    said = [await database.write(lambda tx: insert_once(tx, communities, {"id": "x", "name": ""})) for _ in range(2)]
    assert said == [True, False]


async def test_an_operation_is_begun_once(database: Database) -> None:
    begun = entry(1)
    assert [await database.write(lambda tx: history.add(tx, begun)) for _ in range(2)] == [True, False]


async def test_texts_of_others_fit_on_both_engines(database: Database) -> None:
    long = "n\0" * 300
    await database.write(lambda tx: upsert(tx, communities, {"id": "x"}, {"name": long}))
    assert await database.read(lambda tx: tx.scalar(select(communities.c.name))) == "n" * 200
    await database.write(lambda tx: upsert(tx, communities, {"id": "x"}, {"name": "short"}))
    assert await database.read(lambda tx: tx.scalar(select(communities.c.name))) == "short"
