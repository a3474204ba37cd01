"""Housekeeping on both engines: each thing goes when it is due, not before, and a failure only puts it off."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.errors import StorageError
from bot.services.housekeeping import DAY_SECONDS, Housekeeping, Swept
from bot.storage import bindings, drafts, guilds, history, operations, requests, tickets
from bot.storage.bindings import Binding, Source
from bot.storage.drafts import DraftRow
from bot.storage.history import State
from bot.storage.requests import Request, RequestState
from bot.storage.tables import history as history_table
from bot.storage.tables import templates
from bot.storage.tickets import TicketRow
from tests.cogs.entries import entry
from tests.community import Clock

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from sqlalchemy import Connection

    from bot.storage.engine import Database

NOW = 1_800_000_000.0
DAYS = 30
HOUR = 3600.0


def house(database: Database, clock: Callable[[], float] = lambda: NOW) -> Housekeeping:
    return Housekeeping(database, history_days=DAYS, clock=clock)


async def references(database: Database) -> set[str]:
    return set(await database.read(lambda tx: tx.scalars(select(history_table.c.reference)).all()))


async def test_history_goes_after_its_days_settled_or_not(database: Database) -> None:
    due, young = NOW - DAYS * DAY_SECONDS - 1, NOW - DAYS * DAY_SECONDS + 1
    rows = [
        entry(1, 1, began_at=due),
        entry(1, 2, began_at=due, state=State.SENDING, ended_at=None),
        entry(1, 3, began_at=young),
    ]
    await database.write(lambda tx: [history.add(tx, one) for one in rows])
    assert (await house(database).run_once()).history == 2
    assert await references(database) == {"REF00003"}
    assert await house(database).run_once() == Swept()


async def test_tokens_are_wiped_after_fifteen_minutes(database: Database) -> None:
    rows = [
        entry(1, 1, began_at=NOW - 901, state=State.SENDING, token=b"sealed"),
        entry(1, 2, began_at=NOW - 899, state=State.SENDING, token=b"sealed"),
    ]
    await database.write(lambda tx: [history.add(tx, one) for one in rows])
    assert await house(database).wipe_tokens() == 1
    left = await database.read(operations.unsettled)
    assert [one.token for one in left] == [None, b"sealed"]


async def test_drafts_tickets_and_decided_requests_go_when_due(database: Database) -> None:
    def work(tx: Connection) -> None:
        bindings.put(tx, Binding("c1", 1, 2, "x", Source.STAFF, 1, 1.0))
        for name, started in (("old", NOW - 24 * HOUR - 1), ("new", NOW - 24 * HOUR + 1)):
            drafts.save(tx, DraftRow(name, 1, 2, "c1", "x", "open", {}, started))
        expiring = (("spent", NOW - 1), ("alive", NOW + 1))
        tickets.save(tx, [TicketRow(name, "r", 2, 1, (), None, {}, True, until) for name, until in expiring])  # noqa: FBT003
        long_ago = NOW - DAYS * DAY_SECONDS - 1
        for state, decided in (
            (RequestState.OPEN, None),
            (RequestState.DENIED, long_ago),
            (RequestState.APPROVED, NOW - 1),
            (RequestState.WITHDRAWN, long_ago),
        ):
            made = Request(state, 1, "c1", 2, state, "Jane", "en-US", 1, "REF", long_ago, state, decided_at=decided)
            assert requests.add(tx, made)

    await database.write(work)
    assert await house(database).run_once() == Swept(drafts=1, tickets=1, requests=2)
    assert await database.read(lambda tx: drafts.find(tx, "new")) is not None
    assert await database.read(lambda tx: tickets.find(tx, "alive")) is not None
    kept = await database.read(lambda tx: requests.of_member(tx, 1, 2, limit=9))
    assert {one.state for one in kept} == {RequestState.OPEN, RequestState.APPROVED}


async def test_a_template_stays_as_long_as_it_is_the_newest_or_a_draft_is_of_it(database: Database) -> None:
    def fetched(tx: Connection) -> set[float]:
        return {row.fetched_at for row in tx.execute(select(templates))}

    first, second = {"number": 1}, {"number": 2}
    versions = {"versions": [guilds.template_digest(first)]}
    long_ago, lately = NOW - 90 * DAY_SECONDS, NOW - HOUR

    def replaced(tx: Connection) -> None:
        guilds.save_template(tx, "c1", second, now=lately)
        drafts.save(tx, DraftRow("d", 1, 2, "c1", "x", "open", versions, NOW - 2 * HOUR))

    await database.write(lambda tx: guilds.save_community(tx, "c1", name=""))
    await database.write(lambda tx: guilds.save_template(tx, "c1", first, now=long_ago))
    await house(database).run_once()
    assert await database.read(fetched) == {long_ago}
    await database.write(replaced)
    await house(database).run_once()
    assert await database.read(fetched) == {long_ago, lately}
    await house(database, lambda: NOW + DAY_SECONDS).run_once()
    assert await database.read(fetched) == {lately}


async def test_it_runs_soon_then_daily_with_tokens_between_and_survives_failures(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, over = Clock(NOW), asyncio.Event()
    done: list[tuple[str, float]] = []
    failures: list[Exception] = [StorageError(), RuntimeError("odd")]

    async def pause(seconds: float) -> None:
        if clock.now > NOW + 2 * DAY_SECONDS + 200:
            over.set()
        clock.now += seconds
        await asyncio.sleep(0)

    keeper = Housekeeping(database, history_days=DAYS, clock=clock, pause=pause)

    async def whole() -> Swept:
        if failures:
            raise failures.pop(0)
        done.append(("whole", clock.now))
        return Swept()

    async def tokens() -> int:
        done.append(("tokens", clock.now))
        return 0

    monkeypatch.setattr(keeper, "run_once", whole)
    monkeypatch.setattr(keeper, "wipe_tokens", tokens)
    running = asyncio.create_task(keeper.run())
    async with asyncio.timeout(10):
        await over.wait()
    running.cancel()
    whole_at = [at for what, at in done if what == "whole"]
    assert NOW < whole_at[0] <= NOW + 300, "after two failures, still soon"
    assert {round((later - at) / DAY_SECONDS, 2) for at, later in itertools.pairwise(whole_at)} == {1.0}
    assert sum(what == "tokens" for what, _ in done) > 700
    assert "put off" in caplog.text
    assert "failed unexpectedly" in caplog.text
