"""The calls that several processes count together: never more than fit into the window, whoever asks and how."""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text, update

from bot.cad import pace
from bot.cad.budget import Budget
from bot.cad.caller import Caller
from bot.errors import CadError, CadErrorKind, Sent, StorageError
from bot.storage.calls import SharedCalls
from bot.storage.engine import Database
from bot.storage.tables import calls
from tests.cad.support import v1_request, v2_request

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.cad.protocol import Request


MINUTE: Any = {"limit": 3, "halved": 1, "seconds": 60.0}
BOT = Caller(deadline=60)


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest_asyncio.fixture
async def ledger(database: Database) -> SharedCalls:
    return SharedCalls(database, "community")


@pytest_asyncio.fixture
async def elsewhere(url: str, ledger: SharedCalls) -> AsyncIterator[SharedCalls]:
    """The ledger of another process."""
    del ledger  # it emptied the database
    other = Database(url)
    yield SharedCalls(other, "community")
    await other.close()


async def rows(database: Database) -> int:
    return await database.read(lambda tx: tx.execute(select(func.count()).select_from(calls)).scalar_one())


async def aged(database: Database, seconds: float) -> None:
    await database.write(lambda tx: tx.execute(update(calls).values(at=calls.c.at - seconds)))


async def test_the_first_ones_fit_and_the_others_are_told_how_it_stands(
    ledger: SharedCalls, elsewhere: SharedCalls
) -> None:
    first = await ledger.count("w", "w", (7, 8), **MINUTE)
    assert (len(first.granted), first.earlier, first.closed, first.halved) == (2, (), 0.0, 0.0)
    second = await elsewhere.count("w", "w", (9, 10), **MINUTE)
    assert len(second.granted) == 1
    assert [person for _, person in second.earlier] == [7, 8]
    assert all(0 <= age < 5 for age, _ in second.earlier)
    third = await ledger.count("w", "w", (11,), **MINUTE)
    assert third.granted == ()
    assert sorted(person for _, person in third.earlier) == [7, 8, 9]


async def test_windows_endpoints_and_communities_are_apart(database: Database, ledger: SharedCalls) -> None:
    await ledger.count("w", "w", (1, 1, 1), **MINUTE)
    assert len((await ledger.count("x", "x", (1,), **MINUTE)).granted) == 1
    assert len((await SharedCalls(database, "another").count("w", "w", (1,), **MINUTE)).granted) == 1


async def test_what_is_over_is_deleted_and_fits_again(database: Database, ledger: SharedCalls) -> None:
    await ledger.count("w", "w", (1, 1, 1), **MINUTE)
    await aged(database, 59)
    assert not (await ledger.count("w", "w", (1,), **MINUTE)).granted
    await aged(database, 1)
    again = await ledger.count("w", "w", (2,), **MINUTE)
    assert (len(again.granted), again.earlier) == (1, ())
    assert await rows(database) == 1


async def test_looking_counts_nobody(database: Database, ledger: SharedCalls) -> None:
    assert (await ledger.count("w", "w", (), **MINUTE)).granted == ()
    assert await rows(database) == 0


async def test_a_call_that_was_not_made_is_given_back(ledger: SharedCalls) -> None:
    numbers = (await ledger.count("w", "w", (1, 2, 3), **MINUTE)).granted
    await ledger.give_back(numbers[1])
    left = await ledger.count("w", "w", (4,), **MINUTE)
    assert len(left.granted) == 1
    assert sorted(person for _, person in left.earlier) == [1, 3]


async def test_a_closed_endpoint_is_closed_to_everybody_and_alone(ledger: SharedCalls, elsewhere: SharedCalls) -> None:
    await ledger.close("", "a", closed=60.0, halved=0.0)
    await ledger.close("", "a", closed=5.0, halved=0.0)  # a shorter word does not open earlier
    closed = await elsewhere.count("", "a", (1,), **MINUTE)
    assert closed.granted == ()
    assert 55 < closed.closed <= 60
    assert len((await elsewhere.count("", "b", (1,), **MINUTE)).granted) == 1


async def test_a_halved_window_is_halved_for_everybody_until_it_ends(
    database: Database, ledger: SharedCalls, elsewhere: SharedCalls
) -> None:
    await ledger.close("w", "w", closed=0.0, halved=600.0)
    seen = await elsewhere.count("w", "w", (1, 2), **MINUTE)
    assert len(seen.granted) == 1
    assert 590 < seen.halved <= 600
    await aged(database, 600)
    after = await elsewhere.count("w", "w", (1, 2, 3), **MINUTE)
    assert (len(after.granted), after.halved) == (3, 0.0)


async def test_a_clock_that_was_set_back_stops_a_window_for_its_length_only(
    database: Database, ledger: SharedCalls
) -> None:
    await ledger.count("w", "w", (1, 1, 1), **MINUTE)
    await aged(database, -3600)
    seen = await ledger.count("w", "w", (1,), **MINUTE)
    assert seen.granted == ()
    assert [age for age, _ in seen.earlier] == [0.0, 0.0, 0.0]
    await aged(database, 60)
    assert len((await ledger.count("w", "w", (1,), **MINUTE)).granted) == 1


async def test_only_a_digest_of_the_community_is_stored(database: Database, ledger: SharedCalls) -> None:
    await ledger.count("w", "w", (1,), **MINUTE)
    await ledger.close("w", "w", closed=1.0, halved=1.0)
    scopes = await database.read(lambda tx: tx.execute(select(calls.c.scope)).scalars().all())
    assert len(scopes) == 3
    assert not any("community" in scope for scope in scopes)


async def test_a_database_that_is_gone_says_so(postgresql_url: str) -> None:
    gone = Database(postgresql_url.replace("/charlink?", "/nowhere?"))
    with pytest.raises(StorageError):
        await SharedCalls(gone, "c").count("w", "w", (1,), **MINUTE)
    await gone.close()


def test_a_file_is_nobody_elses() -> None:
    with pytest.raises(ValueError, match="in memory"):
        SharedCalls(Database("sqlite://"), "c")


async def test_many_at_once_never_get_more_than_fits(ledger: SharedCalls, elsewhere: SharedCalls) -> None:
    asked = [one.count("w", "w", (1, 2), limit=15, halved=7, seconds=60.0) for one in (ledger, elsewhere) * 10]
    counted = await asyncio.gather(*asked)
    numbers = [number for one in counted for number in one.granted]
    assert len(numbers) == len(set(numbers)) == 15


SHORT, LIMIT, EACH = 0.5, 9, 40
"""The seconds of the window in which two processes race, the calls that fit into it, and how many each makes."""

JUDGE = """
CREATE TABLE judged (at float8);
CREATE FUNCTION judge() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO judged VALUES (NEW.at); RETURN NULL; END';
CREATE TRIGGER judge AFTER INSERT ON calls FOR EACH ROW EXECUTE FUNCTION judge();
"""
"""Keeps when every call was counted: the ledger itself forgets."""


def racing(url: str, requests: list[Request]) -> int:
    """Make calls as a process of its own, people's and bulk ones; how many went."""
    setattr(pace, "MINUTE", SHORT)  # noqa: B010 - it is Final

    async def taking() -> int:
        database = Database(url)
        budget = Budget(ledger=SharedCalls(database, "community"))

        async def one(number: int, request: Request) -> None:
            await asyncio.sleep(number % 7 * 0.03)
            await budget.take(request, Caller(deadline=60, bulk=bool(number % 2)))

        went = await asyncio.gather(*(one(*each) for each in enumerate(requests)))
        await database.close()
        return len(went)

    return asyncio.run(taking())


async def test_two_processes_never_exceed_a_window_and_use_all_of_it(nothing: Database, empty_url: str) -> None:
    await nothing.migrate()
    await nothing.write(lambda tx: tx.execute(text(JUDGE)))
    requests = [v2_request(limit=10)] * EACH
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        loop = asyncio.get_running_loop()
        racers = [loop.run_in_executor(processes, racing, empty_url, requests) for _ in range(2)]
        assert await asyncio.gather(*racers) == [EACH, EACH]
    moments = await nothing.read(lambda tx: tx.execute(text("SELECT at FROM judged ORDER BY at")).scalars().all())
    assert len(moments) == 2 * EACH
    gaps = [later - at for at, later in zip(moments, moments[LIMIT:], strict=False)]
    assert min(gaps) >= SHORT - 1e-6
    assert median(gaps) < SHORT * 1.5, "nobody waits for nothing"


async def test_v1_over_two_budgets_is_one_burst(
    database: Database, ledger: SharedCalls, elsewhere: SharedCalls
) -> None:
    budgets = [Budget(ledger=ledger), Budget(ledger=elsewhere)]
    takes = [asyncio.create_task(one.take(v1_request(name), BOT)) for one in budgets for name in "aabb"]
    await asyncio.wait(takes, timeout=1)
    assert [take.done() for take in takes].count(True) == 5
    assert await rows(database) == 5
    for take in takes:
        take.cancel()
    await asyncio.gather(*takes, return_exceptions=True)


async def test_a_429_that_one_hears_stops_the_other(ledger: SharedCalls, elsewhere: SharedCalls) -> None:
    one, other = Budget(ledger=ledger), Budget(ledger=elsewhere)
    await one.take(v2_request(), BOT)
    one.limited(v2_request(), 60.0)
    await asyncio.gather(*one._beside)
    with pytest.raises(CadError) as caught:
        await other.take(v2_request(), Caller(person=1))
    assert (caught.value.kind, caught.value.sent) == (CadErrorKind.RATE_LIMITED, Sent.NO)
    assert 55 < (caught.value.wait or 0) <= 60
    assert other.shared_key
