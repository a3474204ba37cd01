"""Requests on both engines: one statement a step, one winner, in whatever process."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Rule
from bot.errors import CharlinkError, Refused
from bot.services.approvals import Approvals, AskIntent, RequestIntent
from bot.services.history import History
from bot.services.linking import Linking
from bot.settings import SelfLink
from bot.storage import requests as rows
from bot.storage.engine import Database
from bot.storage.guilds import save_community
from bot.storage.requests import STALE_SECONDS, Request, RequestState
from tests.community import COMMUNITY, GUILD, OTTO, PIA, PLAYER_ROLE, SAM, Town, town

if TYPE_CHECKING:
    from sqlalchemy import Connection

ASKED = Request("r1", GUILD, COMMUNITY, PIA, "ABC", "Jane Doe", "en-US", 700, "REF", 1000.0)


async def add(database: Database, *requests: Request) -> list[bool]:
    def work(tx: Connection) -> list[bool]:
        save_community(tx, COMMUNITY, name="Sandbox")
        return [rows.add(tx, one) for one in requests]

    return await database.write(work)


async def found(database: Database, request_id: str = "r1") -> Request:
    request = await database.read(lambda tx: rows.find(tx, GUILD, request_id))
    assert request is not None
    return request


async def claim(database: Database, by: int, now: float = 1001.0) -> bool:
    return await database.write(lambda tx: rows.claim(tx, GUILD, "r1", by=by, now=now))


async def test_what_is_stored_comes_back(database: Database) -> None:
    assert await add(database, ASKED) == [True]
    assert await found(database) == ASKED
    assert await database.read(lambda tx: rows.find(tx, GUILD + 1, "r1")) is None


async def test_the_same_is_pending_once(database: Database) -> None:
    again = replace(ASKED, id="r2")
    assert await add(database, ASKED, again, replace(again, id="r3", guild_id=1)) == [True, False, True]
    await database.write(lambda tx: rows.close(tx, GUILD, "r1", RequestState.DENIED, by=SAM, now=1002.0, reason="No"))
    assert await add(database, again) == [True]
    assert await database.read(lambda tx: rows.count_pending(tx, GUILD, PIA)) == 1
    assert await database.read(lambda tx: rows.denied_after(tx, GUILD, PIA, "ABC", 1001.0)) == 1002.0
    assert await database.read(lambda tx: rows.denied_after(tx, GUILD, PIA, "ABC", 1002.0)) is None


async def test_of_many_processes_one_gets_it(database: Database, url: str) -> None:
    await add(database, ASKED)
    async with AsyncExitStack() as stack:
        others = [Database(url) for _ in range(3)]
        for one in others:
            stack.push_async_callback(one.close)
        got = await asyncio.gather(*(claim(one, by) for by, one in enumerate(others * 3, start=1)))
    assert got.count(True) == 1
    request = await found(database)
    assert (request.state, request.decided_by) == (RequestState.DECIDING, got.index(True) + 1)


async def test_what_is_being_decided_cannot_be_ended(database: Database) -> None:
    await add(database, ASKED)
    assert await claim(database, SAM)
    for state in (RequestState.DENIED, RequestState.WITHDRAWN):
        ended = await database.write(
            lambda tx, state=state: rows.close(tx, GUILD, "r1", state, by=OTTO, now=1002.0)  # type: ignore[misc]
        )
        assert not ended
    assert not await database.write(lambda tx: rows.release(tx, ASKED, by=OTTO, problem="x"))
    assert await database.write(lambda tx: rows.release(tx, ASKED, by=SAM, problem="cad-timeout"))
    assert await found(database) == replace(ASKED, problem="cad-timeout")


async def test_what_nobody_can_be_deciding_any_more_is_free(database: Database) -> None:
    await add(database, ASKED)
    assert await claim(database, SAM, 1000.0)
    assert not await claim(database, OTTO, 1000.0 + STALE_SECONDS)
    assert await claim(database, OTTO, 1001.0 + STALE_SECONDS)
    assert not await database.write(lambda tx: rows.approve(tx, ASKED, by=SAM, now=1400.0))
    assert await database.write(lambda tx: rows.approve(tx, ASKED, by=OTTO, now=1400.0))
    assert not await claim(database, SAM, 9000.0)


async def test_lists(database: Database) -> None:
    otto = replace(ASKED, id="r2", requester_id=OTTO, asked_at=1001.0)
    older = replace(ASKED, id="r0", sync_id="OLD", asked_at=900.0, state=RequestState.APPROVED, decided_at=950.0)
    newer = replace(ASKED, id="r4", sync_id="NEW", asked_at=1100.0, state=RequestState.WITHDRAWN)
    await add(database, ASKED, otto, older, newer, replace(otto, id="r5", guild_id=1))
    mine = await database.read(lambda tx: rows.of_member(tx, GUILD, PIA, limit=9))
    assert [one.id for one in mine] == ["r1", "r4", "r0"]
    rivals = await database.read(lambda tx: rows.rivals(tx, ASKED, limit=9))
    assert [one.id for one in rivals] == ["r2"]
    untold = await database.read(lambda tx: rows.untold(tx, after=900.0))
    assert [one.id for one in untold] == ["r0"]
    await database.write(lambda tx: rows.note_told(tx, older))
    assert await database.read(lambda tx: rows.untold(tx, after=900.0)) == ()
    await database.write(lambda tx: rows.place(tx, ASKED, channel_id=7, message_id=8))
    cardless = await database.read(rows.without_card)
    assert sorted(one.id for one in cardless) == ["r2", "r5"]


class Members:
    """Everybody is a player still."""

    async def roles(self, guild_id: int, member_id: int) -> frozenset[int] | None:
        assert (guild_id, member_id) == (GUILD, PIA)
        await asyncio.sleep(0)
        return frozenset({PLAYER_ROLE})


@pytest.fixture
def place() -> Town:
    place = town()
    place.policy = replace(place.policy, self_link=SelfLink.APPROVAL)
    place.resident("Pia", PIA)
    return place


def process(place: Town, database: Database) -> Approvals:
    """The use cases as one process has them."""
    place.database = database
    history = History(database, place.vault, place.engine, clock=place.clock)
    ids = iter(f"id{number}" for number in range(99))
    return Approvals(database, history, Linking(place.accounts, history), new_id=lambda: next(ids), clock=place.clock)


async def test_two_processes_link_once(database: Database, url: str, place: Town) -> None:
    first = process(place, database)
    request, new = await first.ask(place.turn(PIA, Rule.APPROVAL), AskIntent(sync_id="ABC", character="Jane"))
    assert new
    other_database = Database(url)
    second = process(place, other_database)
    intent = RequestIntent(request=request.id)
    outcomes = await asyncio.gather(
        first.approve(place.turn(SAM, Rule.APPROVER), intent, Members()),
        second.approve(place.turn(OTTO, Rule.APPROVER), intent, Members()),
        return_exceptions=True,
    )
    await other_database.close()
    refused = [one for one in outcomes if isinstance(one, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], Refused)
    assert refused[0].key in {"request-being-decided", "request-over"}
    assert place.asked == ["link"]
    assert (await found(database, request.id)).state is RequestState.APPROVED


async def test_a_denial_and_an_approval_at_once(database: Database, place: Town) -> None:
    approvals = process(place, database)
    request, _ = await approvals.ask(place.turn(PIA, Rule.APPROVAL), AskIntent(sync_id="ABC", character="Jane"))
    intent = RequestIntent(request=request.id)
    outcomes = await asyncio.gather(
        approvals.deny(place.turn(SAM, Rule.APPROVER), intent),
        approvals.approve(place.turn(OTTO, Rule.APPROVER), intent, Members()),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CharlinkError) for one in outcomes) == 1
    state = (await found(database, request.id)).state
    assert place.asked == (["link"] if state is RequestState.APPROVED else [])


async def test_asked_four_times_at_once(database: Database, place: Town) -> None:
    approvals = process(place, database)
    asked = await asyncio.gather(
        *(
            approvals.ask(place.turn(PIA, Rule.APPROVAL), AskIntent(sync_id=f"ID{number}", character="Jane"))
            for number in range(4)
        ),
        return_exceptions=True,
    )
    refused = [one for one in asked if isinstance(one, BaseException)]
    assert [str(one) for one in refused] == ["request-too-many"]
    assert await database.read(lambda tx: rows.count_pending(tx, GUILD, PIA)) == 3
