"""Reading the history on both engines: searched within one guild, paged, posted once, and deleted when it is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from bot.storage import audit, history
from bot.storage.audit import Wanted
from bot.storage.history import State
from tests.cogs.entries import BEGAN, PIA, SAM, entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from bot.storage.engine import Database
    from bot.storage.history import Entry

HERE, THERE = 2**62, 2**62 + 1


async def write(database: Database, *entries: Entry) -> None:
    await database.write(lambda tx: [history.add(tx, one) for one in entries])


def told(entries: Iterable[Entry]) -> list[str]:
    return [one.reference for one in entries]


async def test_a_guild_finds_its_own_rows_only(database: Database) -> None:
    await write(database, entry(HERE, 1), entry(THERE, 2))
    found = await database.read(lambda tx: audit.search(tx, Wanted(HERE), size=10))
    assert told(found.entries) == ["REF00001"]
    assert found.total == 1
    elsewhere = Wanted(HERE, reference="REF00002")
    assert not (await database.read(lambda tx: audit.search(tx, elsewhere, size=10))).entries
    assert await database.read(lambda tx: audit.export(tx, elsewhere, limit=10)) == ()


@pytest.mark.parametrize(
    ("wanted", "references"),
    [
        (Wanted(HERE), ["REF00004", "REF00003", "REF00002", "REF00001"]),
        (Wanted(HERE, member_id=SAM), ["REF00003", "REF00002", "REF00001"]),
        (Wanted(HERE, member_id=77), ["REF00004", "REF00003"]),
        (Wanted(HERE, subject="CHAR1"), ["REF00001"]),
        (Wanted(HERE, subject="char1"), []),
        (Wanted(HERE, subject="CHAR%"), []),
        (Wanted(HERE, member_id=77, reference="REF00003"), ["REF00003"]),
        (Wanted(HERE, member_id=PIA, reference="REF00004"), []),
    ],
)
async def test_everything_that_is_looked_for_must_hold(
    database: Database, wanted: Wanted, references: list[str]
) -> None:
    by_other = entry(HERE, 4, actor_id=77, member_id=None)
    await write(database, entry(HERE, 1), entry(HERE, 2), entry(HERE, 3, member_id=77), by_other)
    found = await database.read(lambda tx: audit.search(tx, wanted, size=10))
    assert told(found.entries) == references
    assert found.total == len(references)
    assert told(await database.read(lambda tx: audit.export(tx, wanted, limit=10))) == references


async def test_pages_meet_without_gap_or_overlap(database: Database) -> None:
    await write(database, *(entry(HERE, number) for number in range(7)))
    wanted = Wanted(HERE)
    first = await database.read(lambda tx: audit.search(tx, wanted, size=3))
    assert (told(first.entries), first.newer, first.older) == (["REF00006", "REF00005", "REF00004"], False, True)
    last = first.entries[-1].number or 0
    second = await database.read(lambda tx: audit.search(tx, wanted, size=3, older_than=last))
    assert (told(second.entries), second.newer, second.older) == (["REF00003", "REF00002", "REF00001"], True, True)
    top = second.entries[0].number or 0
    back = await database.read(lambda tx: audit.search(tx, wanted, size=3, newer_than=top))
    assert (back.entries, back.newer, back.older) == (first.entries, False, True)
    await write(database, entry(HERE, 7))
    nearest = await database.read(lambda tx: audit.search(tx, wanted, size=3, newer_than=top))
    assert (nearest.entries, nearest.newer) == (first.entries, True)


async def test_what_is_settled_and_new_waits_to_be_posted(database: Database) -> None:
    await write(
        database,
        entry(HERE, 1),
        entry(HERE, 2, state=State.SENDING, ended_at=None),
        entry(HERE, 3, state=State.REFUSED, ended_at=None),
        entry(HERE, 4, began_at=BEGAN - 100, ended_at=BEGAN - 50),
        entry(THERE, 5),
    )
    assert await database.read(lambda tx: audit.waiting_guilds(tx, since=BEGAN)) == (HERE, THERE)
    news = await database.read(lambda tx: audit.unposted(tx, HERE, since=BEGAN, limit=9))
    assert told(news) == ["REF00001", "REF00003"]
    await database.write(lambda tx: audit.mark_posted(tx, [one.number or 0 for one in news]))
    assert await database.read(lambda tx: audit.unposted(tx, HERE, since=BEGAN, limit=9)) == ()
    assert await database.read(lambda tx: audit.waiting_guilds(tx, since=BEGAN)) == (THERE,)


async def test_what_waits_is_found_by_its_index(database: Database) -> None:
    await write(database, *(entry(HERE, number) for number in range(9)))
    query = audit.waiting_query(since=BEGAN)

    def plan(tx: Connection) -> str:
        if tx.dialect.name == "postgresql":
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        sql = query.compile(tx, compile_kwargs={"literal_binds": True})
        how = "EXPLAIN" if tx.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return str(tx.execute(text(f"{how} {sql}")).all())

    assert "ix_history_unposted" in await database.read(plan)


async def test_what_was_passed_over_is_not_posted_and_stays_in_the_history(database: Database) -> None:
    open_row = entry(HERE, 2, state=State.SENDING, ended_at=None)
    await write(database, entry(HERE, 1), open_row, entry(THERE, 3))
    await database.write(lambda tx: audit.pass_over(tx, [HERE]))
    assert await database.read(lambda tx: audit.waiting_guilds(tx, since=0.0)) == (THERE,)
    settled = entry(HERE, 2, operation=open_row.operation, ended_at=BEGAN + 9)
    await database.write(lambda tx: history.settle(tx, settled))
    assert told(await database.read(lambda tx: audit.unposted(tx, HERE, since=0.0, limit=9))) == ["REF00002"]
    assert (await database.read(lambda tx: audit.search(tx, Wanted(HERE), size=9))).total == 2


async def test_what_is_no_news_any_more_is_given_up(database: Database) -> None:
    await write(database, entry(HERE, 1), entry(HERE, 9))
    await database.write(lambda tx: audit.give_up(tx, before=BEGAN + 5))
    assert told(await database.read(lambda tx: audit.unposted(tx, HERE, since=0.0, limit=9))) == ["REF00009"]


async def test_old_rows_are_deleted_some_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)
    await write(database, *(entry(HERE, number) for number in range(5)))
    gone = [await database.write(lambda tx: audit.expire(tx, before=BEGAN + 3)) for _ in range(3)]
    assert gone == [2, 1, 0]
    left = await database.read(lambda tx: audit.export(tx, Wanted(HERE), limit=9))
    assert told(left) == ["REF00004", "REF00003"]
