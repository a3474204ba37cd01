"""What is kept of reads, and how reads at the same time are shared."""

from __future__ import annotations

import asyncio

import pytest

from bot.cad.cache import ReadCache
from bot.errors import CadError, CadErrorKind, Sent
from tests.cad.support import FakeTime, cad_error, settle


class Source:
    """A read that tests finish by hand, and how often it was made."""

    def __init__(self) -> None:
        self.calls: list[asyncio.Future[str]] = []

    async def load(self) -> str:
        self.calls.append(asyncio.get_running_loop().create_future())
        return await self.calls[-1]


class Bench:
    def __init__(self, size: int = 100) -> None:
        self.time = FakeTime()
        self.cache: ReadCache[str, str] = ReadCache(ttl=30.0, size=size, clock=self.time.clock)
        self.source = Source()

    def read(self, key: str = "k", *, fresh: bool = False, bulk: bool = False) -> asyncio.Task[str]:
        return asyncio.create_task(self.cache.get(key, self.source.load, fresh=fresh, bulk=bulk))

    async def fill(self, key: str, value: str) -> None:
        task = self.read(key, fresh=True)
        await settle()
        self.source.calls[-1].set_result(value)
        assert await task == value


async def test_a_result_is_kept_until_it_is_too_old() -> None:
    bench = Bench()
    await bench.fill("k", "v")
    bench.time.now += 29.9
    assert await bench.read() == "v"
    bench.time.now += 0.1
    again = bench.read()
    await settle()
    assert len(bench.source.calls) == 2
    bench.source.calls[1].set_result("w")
    assert await again == "w"
    assert bench.cache.peek("k") == ("w", 0.0)


async def test_fresh_passes_over_what_is_kept() -> None:
    bench = Bench()
    await bench.fill("k", "v")
    await bench.fill("k", "w")
    assert len(bench.source.calls) == 2
    assert await bench.read() == "w"


async def test_reads_at_the_same_time_share_one_call() -> None:
    bench = Bench()
    tasks = [bench.read(fresh=number % 2 == 0) for number in range(10)]
    other = bench.read("other")
    await settle()
    assert len(bench.source.calls) == 2
    bench.source.calls[0].set_result("v")
    bench.source.calls[1].set_result("o")
    assert await asyncio.gather(*tasks) == ["v"] * 10
    assert await other == "o"


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    bench = Bench()
    first, second = bench.read(), bench.read()
    await settle()
    first.cancel()
    await settle()
    bench.source.calls[0].set_result("v")
    assert await second == "v"


async def test_when_all_have_left_the_read_is_called_off_and_never_joined() -> None:
    bench = Bench()
    first = bench.read()
    await settle()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = bench.read()
    await settle()
    assert bench.source.calls[0].cancelled()
    bench.source.calls[1].set_result("v")
    assert await second == "v"
    assert bench.cache.peek("k") == ("v", 0.0)


async def test_an_error_reaches_everybody_and_is_not_kept() -> None:
    bench = Bench()
    tasks = [bench.read(), bench.read()]
    await settle()
    bench.source.calls[0].set_exception(cad_error(CadErrorKind.SERVER))
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, CadError) for result in results)
    assert bench.cache.peek("k") is None


async def test_the_first_ones_own_limit_is_not_the_others() -> None:
    bench = Bench()
    first, second, third = bench.read(), bench.read(), bench.read()
    await settle()
    bench.source.calls[0].set_exception(cad_error(CadErrorKind.RATE_LIMITED, sent=Sent.NO))
    with pytest.raises(CadError):
        await first
    await settle()
    assert len(bench.source.calls) == 2
    bench.source.calls[1].set_result("v")
    assert (await second, await third) == ("v", "v")


async def test_people_do_not_join_a_bulk_read() -> None:
    bench = Bench()
    bulk, person = bench.read(bulk=True), bench.read()
    await settle()
    assert len(bench.source.calls) == 2
    bench.source.calls[1].set_result("v")
    assert await person == "v"
    bench.source.calls[0].set_result("w")
    assert await bulk == "w"


@pytest.mark.parametrize("change", ["drop", "update", "ground"])
async def test_a_read_under_way_when_its_subject_changed_is_not_kept(change: str) -> None:
    bench = Bench()
    task = bench.read()
    await settle()
    if change == "drop":
        bench.cache.drop("k")
    elif change == "update":
        bench.cache.update("k", str.upper)
    else:
        bench.cache.ground()
    later = bench.read()
    await settle()
    bench.source.calls[0].set_result("old")
    assert await task == "old"
    assert bench.cache.peek("k") is None
    bench.source.calls[1].set_result("new")
    assert await later == "new"
    assert bench.cache.peek("k") == ("new", 0.0)


async def test_an_update_changes_what_is_kept_and_leaves_its_age() -> None:
    bench = Bench()
    await bench.fill("k", "v")
    bench.time.now += 10
    bench.cache.update("k", str.upper)
    assert bench.cache.peek("k") == ("V", 10.0)
    bench.cache.drop("k")
    assert bench.cache.peek("k") is None


async def test_peeking_may_ask_for_an_age() -> None:
    bench = Bench()
    await bench.fill("k", "v")
    bench.time.now += 1000
    assert bench.cache.peek("k") == ("v", 1000.0)
    assert bench.cache.peek("k", max_age=1000) is None
    assert list(bench.cache.items()) == [("k", "v")]


async def test_the_longest_unused_goes_first() -> None:
    bench = Bench(size=2)
    await bench.fill("a", "1")
    await bench.fill("b", "2")
    assert bench.cache.peek("a") is not None
    await bench.fill("c", "3")
    assert [key for key, _ in bench.cache.items()] == ["a", "c"]
