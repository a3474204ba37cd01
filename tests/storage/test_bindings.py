"""Which of the stored bindings holds for a member in a guild, and whose an account is there."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage import bindings
from bot.storage.bindings import EVERYWHERE, Binding, Source
from tests.community import COMMUNITY, GUILD, OTTO, PIA, Scratch

if TYPE_CHECKING:
    from bot.storage.engine import Database

ROW = Binding(COMMUNITY, GUILD, PIA, "account-a", Source.STAFF, bound_by=OTTO, bound_at=5.0)
OTHER = 501


@pytest.fixture
def database() -> Database:
    return Scratch()


async def put(database: Database, **changes: Any) -> Binding:
    row = replace(ROW, **changes)
    await database.write(lambda tx: bindings.put(tx, row))
    return row


async def effective(database: Database, guild_id: int = GUILD, member_id: int = PIA) -> Binding | None:
    return await database.read(lambda tx: bindings.effective(tx, COMMUNITY, guild_id, member_id))


async def holder(database: Database, account: str = "account-a", guild_id: int = GUILD) -> int | None:
    found = await database.read(lambda tx: bindings.holder(tx, COMMUNITY, guild_id, account))
    return found.member_id if found is not None else None


async def test_comes_back_as_it_was_stored(database: Database) -> None:
    row = await put(database, username="Pia", api_id="STEAM:1", api_id_proven=True)
    assert await effective(database) == row
    assert not row.everywhere
    assert await effective(database, OTHER) is None
    assert await effective(database, member_id=OTTO) is None


async def test_replaces_the_members_earlier_one(database: Database) -> None:
    await put(database, api_id="STEAM:1", api_id_proven=True)
    assert await effective(database) != await put(database, account="account-b")
    again = await effective(database)
    assert again is not None
    assert (again.account, again.api_id, again.api_id_proven) == ("account-b", None, False)


async def test_the_guilds_own_comes_first(database: Database) -> None:
    proven = await put(database, guild_id=EVERYWHERE, account="account-b", source=Source.SECRET)
    own = await put(database)
    assert await effective(database) == own
    assert await effective(database, OTHER) == proven
    assert await holder(database, "account-b") is None, "here the member has another account"
    assert await holder(database, "account-b", OTHER) == PIA


async def test_what_holds_everywhere_gives_way_to_another_members(database: Database) -> None:
    await put(database, guild_id=EVERYWHERE)
    await put(database, member_id=OTTO)
    assert await effective(database) is None
    assert await holder(database) == OTTO
    assert await holder(database, guild_id=OTHER) == PIA


async def test_nobody_holds_what_is_nobodys(database: Database) -> None:
    assert await holder(database) is None


async def test_erasing_leaves_other_guilds_and_members(database: Database) -> None:
    gone = [await put(database, guild_id=EVERYWHERE), await put(database)]
    kept = await put(database, guild_id=OTHER)
    await put(database, member_id=OTTO, account="account-b")
    assert await database.write(lambda tx: bindings.erase(tx, COMMUNITY, GUILD, PIA)) == tuple(gone)
    assert await database.read(lambda tx: bindings.of_member(tx, None, PIA)) == (kept,)
    assert await database.read(lambda tx: bindings.of_member(tx, "another", PIA)) == ()
    assert await holder(database, "account-b") == OTTO


async def test_an_api_id_is_remembered_for_that_account_only(database: Database) -> None:
    row = await put(database, api_id="STEAM:1", api_id_proven=True)
    await database.write(lambda tx: bindings.use_api_id(tx, replace(row, account="account-b"), "STEAM:9"))
    assert await effective(database) == row
    await database.write(lambda tx: bindings.use_api_id(tx, row, "STEAM:2"))
    assert await effective(database) == replace(row, api_id="STEAM:2", api_id_proven=False)


async def test_all_that_hold_are_what_each_ones_is(database: Database) -> None:
    await put(database, guild_id=EVERYWHERE)
    await put(database, account="here")
    await put(database, guild_id=EVERYWHERE, member_id=OTTO, account="account-o")
    await put(database, guild_id=OTHER, member_id=OTTO, account="elsewhere")
    await put(database, guild_id=EVERYWHERE, member_id=1, account="taken")
    await put(database, member_id=2, account="taken")
    for guild in (GUILD, OTHER):
        found = await database.read(partial(bindings.all_effective, community_id=COMMUNITY, guild_id=guild))
        members = (PIA, OTTO, 1, 2, 3)
        assert found == {one: row for one in members if (row := await effective(database, guild, one)) is not None}
        assert len(found) == 3
