"""Statements that both engines have, with what they say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage import history
from bot.storage.statements import insert_once
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
