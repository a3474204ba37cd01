"""Owners of sync IDs on both engines: exact, per guild, and the newest file counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.storage import owners

if TYPE_CHECKING:
    from bot.storage.engine import Database

GUILD = 2**62


async def put(database: Database, owned: dict[str, str], job_id: str = "first", guild: int = GUILD) -> None:
    await database.write(lambda tx: owners.put(tx, guild, owned, job_id=job_id, now=1.0))


async def owner(database: Database, sync_id: str, guild: int = GUILD) -> str | None:
    return await database.read(lambda tx: owners.owner_of(tx, guild, sync_id))


async def test_an_owner_is_exact_and_the_guilds_own(database: Database) -> None:
    await put(database, {"char1:ABC": "license:x"})
    await put(database, {"char1:ABC": "license:y"}, guild=GUILD + 1)
    assert await owner(database, "char1:ABC") == "license:x"
    assert await owner(database, "char1:abc") is None
    assert await owner(database, "ABC") is None
    assert await owner(database, "char1:ABC", GUILD + 1) == "license:y"


async def test_many_are_stored_and_the_newest_counts(database: Database) -> None:
    many = {f"id{number}": "old" for number in range(owners.BATCH * 2 + 1)}
    await put(database, many)
    await put(database, {"id7": "new", "more": "new"}, "second")
    assert await database.read(lambda tx: owners.of_guild(tx, GUILD)) == many | {"id7": "new", "more": "new"}


@pytest.mark.parametrize("owned", [{}, {"A": "1"}])
async def test_nothing_stored_is_nothing_said(database: Database, owned: dict[str, str]) -> None:
    await put(database, owned)
    assert await owner(database, "B") is None
