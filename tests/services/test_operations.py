"""Kept operations: whatever happens to the call, it is carried out exactly once, and the row says what is true."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from bot.cad.caller import Caller
from bot.errors import CadError, CadErrorKind, Sent, StorageError
from bot.services.operations import KEEP_SECONDS, QUIET_SECONDS
from bot.services.performing import perform
from bot.storage.history import State
from bot.storage.tables import history, links
from tests.community import Fault
from tests.engine import drive
from tests.services.keeping import JANE, KINDS, V1, V2, Kept, create, edit, link, remove, unlink
from tests.services.keeping import select as selection

if TYPE_CHECKING:
    from bot.storage.engine import Database

ME = Caller()
LOST = {CadErrorKind.TIMEOUT: Sent.UNKNOWN, CadErrorKind.TRANSPORT: Sent.UNKNOWN}


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest) -> Kept:
    return KINDS[request.param]()


async def finished(kept: Kept, operation: str) -> None:
    """Drive it to its end; assert that it was done exactly once and that everything says so."""
    await drive(kept.place.operations.attempt, operation, kept.place.clock)
    assert len(kept.changes) == 1, kept.changes
    row = await kept.row(operation)
    assert (row.state, row.cause, row.sealed_order) == (State.DONE, "", None)
    assert row.after is not None
    assert row.ended_at == kept.place.clock()
    if kept.draft is not None:
        assert await kept.draft_state() == "done"
    if kept.endpoint == "create":
        (number,) = kept.place.state.held
        listed = row.subject or str(number)  # v1's answer does not name it
        assert listed == str(number)
    assert await kept.place.operations.attempt(operation) is None
    assert len(kept.changes) == 1


@pytest.mark.parametrize("kind", [CadErrorKind.TRANSPORT, CadErrorKind.RATE_LIMITED])
async def test_not_sent_it_is_sent_later(kept: Kept, kind: CadErrorKind) -> None:
    for _ in range(5):
        kept.place.cad.break_(kept.endpoint, kind, Sent.NO)
    await finished(kept, await kept.accepted())


@pytest.mark.parametrize("kind", [CadErrorKind.SERVER, *LOST])
@pytest.mark.parametrize("applied", [True, False])
async def test_a_lost_answer_is_looked_up(kept: Kept, kind: CadErrorKind, *, applied: bool) -> None:
    error = CadError(kind, sent=Sent.UNKNOWN, endpoint=kept.endpoint)
    kept.place.cad.faults.append(Fault(kept.endpoint, error if kind in LOST else None, applied=applied))
    await finished(kept, await kept.accepted())
    assert kept.place.asked.count(kept.endpoint) == (1 if applied else 2)


@pytest.mark.parametrize("applied", [True, False])
async def test_nothing_is_sent_again_before_it_can_be_read(kept: Kept, *, applied: bool) -> None:
    """Also where what must be read before the write fails: then it was not sent."""
    place, operation = kept.place, await kept.sending()
    if applied:
        await perform(place.tenant, ME, kept.order)
    place.asked.clear()
    place.cad.lose(kept.read, applied=False, times=3)
    place.cad.break_(kept.read, CadErrorKind.TRANSPORT)
    place.cad.break_(kept.read, CadErrorKind.TIMEOUT)
    await finished(kept, operation)
    asked = place.asked
    assert asked[:6] == [kept.read] * 6
    assert asked.count(kept.endpoint) == (0 if applied else 1)


async def test_a_read_before_the_write_that_fails_only_puts_it_off(kept: Kept) -> None:
    operation = await kept.accepted()
    kept.place.cad.lose(kept.read, applied=False, times=2)
    await finished(kept, operation)


@pytest.mark.parametrize("applied", [True, False])
async def test_killed_while_sending_it_is_looked_up_once_the_cad_is_quiet(kept: Kept, *, applied: bool) -> None:
    place, operation = kept.place, await kept.sending()
    if applied:
        await perform(place.tenant, ME, kept.order)
    place.asked.clear()
    place.clock.now += 1
    assert await place.operations.attempt(operation) == QUIET_SECONDS - 1
    assert place.asked == []
    place.clock.now += QUIET_SECONDS - 1
    await finished(kept, operation)


async def test_a_call_that_took_its_whole_time_is_left_alone_as_long_again(kept: Kept) -> None:
    operation = await kept.accepted()
    kept.place.cad.break_(kept.endpoint, CadErrorKind.TIMEOUT, Sent.UNKNOWN)
    assert await kept.place.operations.attempt(operation) == QUIET_SECONDS
    assert (await kept.row(operation)).state is State.SENDING


async def test_what_the_cad_refuses_failed_and_nothing_was_changed(kept: Kept) -> None:
    operation = await kept.accepted()
    kept.place.cad.break_(kept.endpoint, CadErrorKind.REJECTED, Sent.ANSWERED)
    assert await kept.place.operations.attempt(operation) is None
    row = await kept.row(operation)
    assert (row.state, row.cause, row.after, row.sealed_order) == (State.FAILED, "cad-rejected", None, None)
    assert kept.changes == []
    assert await kept.draft_state() == ("open" if kept.draft else "")


async def test_after_a_day_what_was_not_sent_is_given_up(kept: Kept) -> None:
    place, operation = kept.place, await kept.accepted()
    place.clock.now += KEEP_SECONDS + 1
    assert await place.operations.attempt(operation) is None
    row = await kept.row(operation)
    assert (row.state, row.cause, place.asked) == (State.FAILED, "kept-too-long", [])
    assert await kept.draft_state() == ("open" if kept.draft else "")


@pytest.mark.parametrize("readable", [True, False])
async def test_after_a_day_what_may_have_been_sent_is_looked_up_a_last_time(kept: Kept, *, readable: bool) -> None:
    place, operation = kept.place, await kept.sending()
    place.clock.now += KEEP_SECONDS + 1
    if not readable:
        place.cad.lose(kept.read, applied=False)
    assert await place.operations.attempt(operation) is None
    row = await kept.row(operation)
    assert (row.state, row.cause) == (State.FAILED if readable else State.UNKNOWN, "kept-too-long")
    assert kept.endpoint not in place.asked
    if kept.draft is not None:
        assert await kept.draft_state() == ("open" if readable else "unsure")


async def stored_links(database: Database) -> set[tuple[str, bool]]:
    found = await database.read(lambda tx: tx.execute(select(links.c.sync_id, links.c.linked)).all())
    return {(sync_id, bool(linked)) for sync_id, linked in found}


@pytest.mark.parametrize("version", [V1, V2])
async def test_what_is_learnt_of_links_is_stored_with_the_row(version: str) -> None:
    for kept, linked in ((link(version), True), (unlink(version), False)):  # type: ignore[arg-type]
        await finished(kept, await kept.accepted())
        assert await stored_links(kept.place.database) == {("ABC", linked)}
        assert kept.place.tenant.memory.state(kept.order.target, "ABC") is linked
        assert kept.place.tenant.synced


async def test_a_create_that_cannot_be_told_apart_is_unknown_and_never_sent_twice() -> None:
    kept = create(known=None)
    kept.place.state.add_record(kept.pia, {**JANE, "dob": "01/02/1990", "last": "Doe"})
    kept.place.state.add_record(kept.pia, JANE)
    operation = await kept.accepted()
    kept.place.cad.lose("create", applied=False)
    assert await kept.place.operations.attempt(operation) is None
    row = await kept.row(operation)
    assert (row.state, row.cause) == (State.UNKNOWN, "kept-unsure")
    assert await kept.draft_state() == "unsure"
    assert kept.place.asked.count("create") == 1
    assert kept.changes == []


async def test_under_database_sync_a_create_is_not_listed_so_it_is_unknown() -> None:
    kept = create()
    kept.place.tenant.met_sync()
    operation = await kept.accepted()
    kept.place.cad.lose("create", applied=True)
    assert await kept.place.operations.attempt(operation) is None
    assert (await kept.row(operation)).state is State.UNKNOWN
    assert kept.place.asked == ["create"]


@pytest.mark.parametrize("make", [edit, remove])
async def test_what_is_another_accounts_by_now_is_left_alone(make: object) -> None:
    """The API changes any record by its bare id, and an edit takes it over."""
    kept: Kept = make()  # type: ignore[operator]
    number = getattr(kept.order, "record_id")  # noqa: B009 - both orders have it
    sam = kept.place.resident("Sam")
    kept.place.state.held[number].owner = sam.uuid
    operation = await kept.accepted()
    assert await kept.place.operations.attempt(operation) is None
    assert kept.changes == []
    assert kept.place.state.held[number].owner == sam.uuid
    if make is edit:
        row = await kept.row(operation)
        assert (row.state, row.cause) == (State.FAILED, "character-unknown")


async def test_v1_agrees_without_doing_it_and_that_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    for kept, method, cause in (
        (selection(V1), "select", "select-not-applied"),
        (unlink(V1), "unlink", "unlink-not-applied"),
    ):
        real = getattr(kept.place.state, method)
        record = next(iter(kept.place.state.held.values()), None)
        monkeypatch.setattr(kept.place.state, method, lambda *_, record=record: record.record if record else None)
        operation = await kept.accepted()
        assert await kept.place.operations.attempt(operation) is None
        row = await kept.row(operation)
        assert (row.state, row.cause) == (State.FAILED, cause)
        monkeypatch.setattr(kept.place.state, method, real)


@pytest.mark.parametrize("make", [selection, unlink])
async def test_what_v1_agreed_to_and_cannot_be_read_stays_perhaps_sent(make: object) -> None:
    kept: Kept = make(V1)  # type: ignore[operator]
    operation = await kept.accepted()
    kept.place.cad.break_(kept.read, CadErrorKind.TRANSPORT)
    assert await kept.place.operations.attempt(operation) == QUIET_SECONDS
    assert (await kept.row(operation)).state is State.SENDING, "it can't be taken back any more"
    kept.place.clock.now += QUIET_SECONDS
    await finished(kept, operation)
    assert kept.place.asked.count(kept.endpoint) == 1


async def test_an_order_that_was_tampered_with_is_not_sent() -> None:
    kept = link()
    for sent, state in ((False, State.FAILED), (True, State.UNKNOWN)):
        operation = await (kept.sending() if sent else kept.accepted())
        mine = history.c.operation == operation

        def spoil(tx: object, mine: object = mine) -> None:
            tx.execute(update(history).where(mine).values(sealed_order=b"\x01" + b"x" * 60))  # type: ignore[attr-defined, arg-type]

        await kept.place.database.write(spoil)
        assert await kept.place.operations.attempt(operation) is None
        row = await kept.row(operation)
        assert row.state is state
        assert row.cause.startswith("vault-")
    assert kept.place.asked == []


async def test_an_order_of_another_guild_is_not_opened() -> None:
    kept, other = link(), link()
    operation = await kept.accepted()
    row = await kept.row(operation)
    other.place.policy = replace(other.place.policy, guild_id=501)
    moved = await other.accepted()
    mine = history.c.operation == moved
    await other.place.database.write(
        lambda tx: tx.execute(update(history).where(mine).values(sealed_order=row.sealed_order))
    )
    assert await other.place.operations.attempt(moved) is None
    assert (await other.row(moved)).state is State.FAILED
    assert other.changes == []


@pytest.mark.parametrize("when", ["before the call", "after the call"])
async def test_a_database_that_fails_in_the_middle_only_puts_it_off(
    kept: Kept, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = await kept.accepted()
    write, failures = kept.place.database.write, [StorageError("down")] * 2

    async def shaky(work: object) -> object:
        if failures and (when == "before the call") is not bool(kept.changes):
            raise failures.pop()
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(kept.place.database, "write", shaky)
    await finished(kept, operation)
    assert failures == []
