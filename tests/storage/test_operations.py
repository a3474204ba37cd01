"""Operations that are still open, on both engines: of two who try one succeeds, and a settled one stays as it is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.storage import history, operations
from bot.storage.history import SETTLED, State
from tests.cogs.entries import entry

if TYPE_CHECKING:
    from bot.storage.engine import Database
    from bot.storage.history import Entry

NOW = 1_800_000_000.0


async def kept(database: Database, state: State = State.ACCEPTED, **more: Any) -> str:
    """Write an operation, and return its id."""
    ended = {"ended_at": None} if state not in SETTLED else {}
    made = entry(more.pop("guild_id", 1), **{"state": state, "token": b"sealed", "sealed_order": b"o", **ended, **more})
    await database.write(lambda tx: history.add(tx, made))
    return made.operation


async def found(database: Database, operation: str) -> Entry:
    row = await database.read(lambda tx: operations.find(tx, operation))
    assert row is not None
    return row


async def claimed(database: Database, operation: str) -> bool:
    return await database.write(lambda tx: operations.claim(tx, operation, now=NOW))


async def test_of_many_who_claim_it_at_once_one_has_it(database: Database) -> None:
    for _ in range(10):
        operation = await kept(database)
        won = await asyncio.gather(*(claimed(database, operation) for _ in range(8)))
        assert sum(won) == 1
        row = await found(database, operation)
        assert (row.state, row.sent_at) == (State.SENDING, NOW)


async def test_two_processes_that_claim_it_in_overlapping_transactions(database: Database, url: str) -> None:
    """The second one waits for the first, and then finds it taken."""
    other = type(database)(url)
    try:
        for _ in range(5):
            operation = await kept(database)
            won = await asyncio.gather(claimed(database, operation), claimed(other, operation))
            assert sorted(won) == [False, True]
    finally:
        await other.close()


@pytest.mark.parametrize("state", [one for one in State if one is not State.ACCEPTED])
async def test_only_what_is_accepted_can_be_claimed(database: Database, state: State) -> None:
    operation = await kept(database, state)
    before = await found(database, operation)
    assert not await claimed(database, operation)
    assert await found(database, operation) == before
    assert not await claimed(database, "none")


async def test_what_is_put_back_can_be_claimed_again(database: Database) -> None:
    operation = await kept(database)
    for _ in range(2):
        assert await claimed(database, operation)
        await database.write(lambda tx: operations.release(tx, operation))
        assert (await found(database, operation)).state is State.ACCEPTED


@pytest.mark.parametrize("state", sorted(SETTLED))
async def test_what_is_settled_stays_so(database: Database, state: State) -> None:
    operation = await kept(database, state)
    before = await found(database, operation)
    await database.write(lambda tx: operations.release(tx, operation))
    await database.write(lambda tx: operations.promise(tx, operation, State.ACCEPTED))
    assert not await database.write(lambda tx: history.settle(tx, before))
    assert await found(database, operation) == before


async def test_a_promise_is_owed_and_paid_when_it_was_told(database: Database) -> None:
    operation = await kept(database, State.SENDING)
    await database.write(lambda tx: operations.promise(tx, operation, State.ACCEPTED))
    row = await found(database, operation)
    assert (row.state, row.owed) == (State.ACCEPTED, True)
    assert await database.read(operations.owing) == (), "not before it is settled"
    await claimed(database, operation)
    await database.write(lambda tx: history.settle(tx, entry(1, operation=operation, owed=True)))
    (owed,) = await database.read(operations.owing)
    assert (owed.operation, owed.token, owed.sealed_order) == (operation, b"sealed", None)
    await database.write(lambda tx: operations.told(tx, operation))
    assert await database.read(operations.owing) == ()
    assert (await found(database, operation)).token is None


async def test_whose_answer_was_not_shown_is_owed_all_that_it_was_about(database: Database) -> None:
    mine = [await kept(database, State.DONE, interaction_id=7, action=action) for action in ("link", "unlink")]
    await kept(database, State.DONE, interaction_id=8)
    await database.write(lambda tx: operations.owe_answer(tx, 7))
    assert [one.operation for one in await database.read(operations.owing)] == mine


async def test_lists_have_what_is_open_the_oldest_first(database: Database) -> None:
    first = await kept(database, State.SENDING, reference="SAME")
    settled = await kept(database, State.DONE, reference="SAME")
    of_job = await kept(database, job_id="job")
    elsewhere = await kept(database, guild_id=2, reference="SAME")
    last = await kept(database)
    names = {
        "unsettled": await database.read(operations.unsettled),
        "guild": await database.read(lambda tx: operations.of_guild(tx, 1, limit=9)),
        "one": await database.read(lambda tx: operations.of_guild(tx, 1, limit=1)),
        "reference": await database.read(lambda tx: operations.by_reference(tx, 1, "SAME")),
    }
    assert {name: [one.operation for one in rows] for name, rows in names.items()} == {
        "unsettled": [first, of_job, elsewhere, last],
        "guild": [first, last],
        "one": [first],
        "reference": [first, settled],
    }
    assert await database.read(lambda tx: operations.kept(tx, 1)) == 2


async def test_one_is_found_by_its_number_in_its_own_guild(database: Database) -> None:
    row = await found(database, await kept(database))
    assert row.number is not None
    number = row.number
    assert await database.read(lambda tx: operations.by_number(tx, 1, number)) == row
    assert await database.read(lambda tx: operations.by_number(tx, 2, number)) is None
    assert await database.read(lambda tx: operations.by_number(tx, 1, 9 * 10**17)) is None


async def test_a_draft_is_being_sent_while_an_operation_of_it_is_open(database: Database) -> None:
    operation = await kept(database, draft_id="d1")
    await kept(database, State.FAILED, draft_id="d2")
    assert await database.read(lambda tx: operations.of_draft(tx, "d1"))
    assert not await database.read(lambda tx: operations.of_draft(tx, "d2"))
    await database.write(lambda tx: history.settle(tx, entry(1, operation=operation)))
    assert not await database.read(lambda tx: operations.of_draft(tx, "d1"))


async def test_tokens_that_did_their_duty_are_wiped_and_what_was_perhaps_not_shown_is_found(
    database: Database,
) -> None:
    done = await kept(database, State.DONE, began_at=NOW)
    unshown = await kept(database, State.DONE, began_at=NOW)
    owed = await kept(database, State.DONE, began_at=NOW, owed=True)
    still_open = await kept(database, began_at=NOW)
    await kept(database, State.DONE, began_at=NOW - 901)
    await database.write(lambda tx: operations.wipe_tokens(tx, [done, owed, still_open]))
    tokens = {one: (await found(database, one)).token for one in (done, owed, still_open)}
    assert tokens == {done: None, owed: b"sealed", still_open: b"sealed"}
    untold = await database.read(lambda tx: operations.untold(tx, since=NOW - 900))
    assert [one.operation for one in untold] == [unshown]
