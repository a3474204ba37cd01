"""A row before the call, its outcome after it, its state with it; and what happens while the database fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.models import Target
from bot.errors import CadError, CadErrorKind, NotApplied, Refused, Sent, StorageError
from bot.services import history as module
from bot.services.history import Deed
from bot.services.orders import LinkOrder, unseal
from bot.storage.guilds import save_community
from bot.storage.operations import unsettled
from bot.storage.tables import communities, history

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.community import Town


async def rows(place: Town) -> list[dict[str, object]]:
    def work(tx: Connection) -> list[dict[str, object]]:
        return [dict(row) for row in tx.execute(select(history)).mappings()]

    return await place.database.read(work)


DEED = Deed("link", 1, account="account:x", subject="ABC", before={"linked": False}, after={"linked": True})
ORDER = LinkOrder(Target.of(api_id="x"), "ABC")


async def test_the_row_is_there_before_the_call_and_its_state_is_written_with_its_outcome(place: Town) -> None:
    kept = place.history
    async with kept.operation(place.turn(), DEED, ORDER) as operation:
        (begun,) = await rows(place)
        assert (begun["state"], begun["reference"]) == ("sending", "REF00001")
        assert begun["token"] not in (None, b"interaction-token")
        sealed = begun["sealed_order"]
        assert isinstance(sealed, bytes)
        assert b"ABC" not in sealed
        assert unseal(place.vault, sealed, guild_id=place.guild.id) == ORDER
        operation.also(lambda tx: save_community(tx, "made", name="with it"))
    (done,) = await rows(place)
    assert (done["state"], done["after"]) == ("done", {"linked": True})
    assert done["token"] == begun["token"]  # so that a start after a kill can show what was done
    assert (done["sealed_order"], done["owed"]) == (None, False)
    assert "made" in await place.database.read(lambda tx: tx.scalars(select(communities.c.id)).all())


async def test_a_token_is_wiped_once_the_answer_was_shown(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.history.WIPE_SECONDS", 0.01)
    kept, turn = place.history, place.turn()
    async with kept.operation(turn, DEED, ORDER):
        kept.shown(turn.origin)  # of what is open still, nothing is wiped
        await asyncio.sleep(0.1)
        assert (await rows(place))[0]["token"]
    kept.shown(turn.origin)  # known no more: by age
    other = replace(turn, origin=replace(turn.origin, interaction_id=77))
    async with kept.operation(other, replace(DEED, operation="other"), ORDER):
        pass
    kept.shown(other.origin)
    await asyncio.sleep(0.1)
    assert [bool(row["token"]) for row in await rows(place)] == [True, False]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused("max-links"), "refused"),
        (NotApplied("link-not-applied", None), "failed"),
        (CadError(CadErrorKind.AUTH, sent=Sent.ANSWERED), "failed"),
        (asyncio.CancelledError(), "sending"),
        (ZeroDivisionError(), "unknown"),
    ],
)
async def test_what_is_raised_is_the_outcome(place: Town, error: BaseException, state: str) -> None:
    async def fails() -> None:
        async with place.history.operation(place.turn(), DEED, ORDER) as operation:
            operation.also(lambda tx: save_community(tx, "made", name="not with it"))
            raise error

    with pytest.raises(type(error)):
        await fails()
    (row,) = await rows(place)
    assert row["state"] == state
    if state == "sending":  # as it was left: the next start goes on with it
        assert (row["ended_at"], bool(row["sealed_order"])) == (None, True)
    else:
        assert (row["after"], row["sealed_order"], row["owed"]) == (None, None, False)
    assert "made" not in await place.database.read(lambda tx: tx.scalars(select(communities.c.id)).all())


async def test_one_decision_is_carried_out_once(place: Town) -> None:
    turn = place.turn()
    async with place.history.operation(turn, DEED, ORDER):
        pass
    with pytest.raises(Refused, match="operation-repeated"):
        async with place.history.operation(turn, DEED, ORDER):
            pytest.fail("carried out twice")
    with pytest.raises(Refused, match="operation-repeated"):
        await place.history.note(turn, DEED, lambda tx: save_community(tx, "made", name="again"))
    assert len(await rows(place)) == 1


async def test_a_database_that_fails_before_the_call_stops_it(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(_: object, **__: object) -> None:
        raise StorageError

    monkeypatch.setattr(place.database, "write", fails)
    with pytest.raises(StorageError):
        async with place.history.operation(place.turn(), DEED, ORDER):
            pytest.fail("sent without a row")


async def test_one_that_fails_after_the_call_hides_no_outcome_and_the_row_is_completed_later(
    place: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept = place.history
    monkeypatch.setattr(module, "COMPLETE_AFTER", (0, 0, 0))
    write, failures = place.database.write, [True, True]

    async def shaky(work: object, **how: object) -> object:
        if kept_open and failures:
            failures.pop()
            raise StorageError
        return await write(work, **how)  # type: ignore[arg-type]

    kept_open = False
    monkeypatch.setattr(place.database, "write", shaky)
    async with kept.operation(place.turn(), DEED, ORDER):
        kept_open = True
    assert [entry.subject for entry in await place.database.read(unsettled)] == ["ABC"]
    assert "can't be completed in the history yet" in caplog.text
    await asyncio.gather(*kept._completing)
    (row,) = await rows(place)
    assert row["state"] == "done"
