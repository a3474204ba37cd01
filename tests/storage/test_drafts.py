"""Drafts as rows, on both engines: found again, taken once, gone after their time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.storage import drafts, guilds
from bot.storage.drafts import DraftRow

if TYPE_CHECKING:
    from bot.storage.engine import Database

OPEN = ("open", "unsure")
ROW = DraftRow("d1", 2**60, 2**61, "rp", "new:1:", "open", {"answers": {"first": "Zoë"}}, 100.0)


async def test_are_found_as_they_were_saved_last(database: Database) -> None:
    await database.write(lambda tx: drafts.save(tx, ROW))
    changed = replace(ROW, state="unsure", body={"answers": {}})
    await database.write(lambda tx: drafts.save(tx, changed))
    assert await database.read(lambda tx: drafts.find(tx, "d1")) == changed
    assert await database.read(lambda tx: drafts.find(tx, "d2")) is None


async def test_the_newest_of_a_form_is_the_one_to_go_on_with(database: Database) -> None:
    others = [
        replace(ROW, id="d2", started_at=200.0),
        replace(ROW, id="d3", started_at=300.0, state="done"),
        replace(ROW, id="d4", started_at=300.0, about="new:2:"),
        replace(ROW, id="d5", started_at=300.0, guild_id=1),
        replace(ROW, id="d6", started_at=300.0, owner_id=1),
    ]
    for row in (ROW, *others):
        await database.write(lambda tx, row=row: drafts.save(tx, row))  # type: ignore[misc]

    async def newest(since: float) -> str | None:
        found = await database.read(
            lambda tx: drafts.latest(tx, ROW.guild_id, ROW.owner_id, ROW.about, states=OPEN, since=since)
        )
        return found.id if found is not None else None

    assert await newest(0.0) == "d2"
    assert await newest(200.0) == "d2"
    assert await newest(201.0) is None


async def test_only_one_of_two_takes_it(database: Database) -> None:
    await database.write(lambda tx: drafts.save(tx, ROW))
    taken = await asyncio.gather(
        *(database.write(lambda tx: drafts.move(tx, "d1", states=OPEN, to="sending")) for _ in range(5))
    )
    assert sorted(taken) == [False, False, False, False, True]


async def test_are_erased_for_one_person_and_after_their_time(database: Database) -> None:
    for row in (ROW, replace(ROW, id="d2", owner_id=1), replace(ROW, id="d3", owner_id=1, started_at=50.0)):
        await database.write(lambda tx, row=row: drafts.save(tx, row))  # type: ignore[misc]
    assert await database.write(lambda tx: drafts.erase(tx, ROW.guild_id, ROW.owner_id)) == 1
    assert await database.write(lambda tx: drafts.expire(tx, before=100.0)) == 1
    left = [one for one in ("d1", "d2", "d3") if await database.read(lambda tx, one=one: drafts.find(tx, one))]  # type: ignore[misc]
    assert left == ["d2"]


async def test_a_template_that_is_kept_for_a_draft_is_not_the_newest(database: Database) -> None:
    digest = await database.write(lambda tx: guilds.save_template(tx, "rp", {"name": "new"}, now=5.0))
    for _ in range(2):
        await database.write(lambda tx: guilds.keep_template(tx, "rp", {"name": "old"}, now=9.0))
    (community,) = [one for one in await database.read(guilds.all_communities) if one.id == "rp"]
    assert community.template == {"name": "new"}
    old = guilds.template_digest({"name": "old"})
    assert old != digest
    assert await database.read(lambda tx: guilds.template(tx, "rp", old)) == {"name": "old"}
