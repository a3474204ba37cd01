"""The rate budget over a ledger that other processes use as well: by a ledger in memory, and a clock of the tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cad.budget import UNCOUNTED, Budget
from bot.cad.caller import Caller
from bot.errors import CadErrorKind, Sent, StorageError
from bot.storage.calls import Counted
from tests.cad.pacing import BOT, refused
from tests.cad.support import FakeTime, settle, v1_request, v2_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.cad.pace import Rate
    from bot.cad.protocol import Request


@dataclass
class Book:
    """A ledger in memory, which fails while `error` is set and answers once `gate` is open."""

    time: FakeTime
    rows: dict[int, tuple[str, float, int]] = field(default_factory=dict)
    until: Counter[str] = field(default_factory=Counter)
    ever: list[tuple[str, float]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    error: Exception | None = None
    gate: asyncio.Event | None = None

    async def count(
        self, window: str, endpoint: str, people: Sequence[int], *, limit: int, halved: int, seconds: float
    ) -> Counted:
        self.asked.append((endpoint, len(people)))
        now = self.time.now
        if self.error is not None:
            raise self.error
        self.rows = {number: row for number, row in self.rows.items() if row[0] != window or row[1] > now - seconds}
        earlier = tuple((now - at, person) for scope, at, person in self.rows.values() if scope == window)
        fit = halved if self.until[f"halved {window}"] > now else limit
        free = fit - len(earlier) if self.until[f"closed {endpoint}"] <= now else 0
        granted = tuple(self._add(window, now, person) for person in people[: max(0, free)])
        if self.gate is not None:
            await self.gate.wait()
        ends = (f"closed {endpoint}", f"halved {window}")
        return Counted(granted, earlier, *(max(0.0, self.until[end] - now) for end in ends))

    async def close(self, window: str, endpoint: str, *, closed: float, halved: float) -> None:
        for end, seconds in ((f"closed {endpoint}", closed), (f"halved {window}", halved)):
            self.until[end] = max(self.until[end], self.time.now + seconds)  # type: ignore[assignment]

    async def give_back(self, number: int) -> None:
        if self.error is not None:
            raise self.error
        del self.rows[number]

    def _add(self, window: str, now: float, person: int) -> int:
        self.ever.append((window, now))
        self.rows[len(self.ever)] = (window, now, person)
        return len(self.ever)


class Bench:
    """Two processes over one ledger, and who went when, in which of them."""

    def __init__(self, rate: Rate = "documented") -> None:
        self.time = FakeTime()
        self.book = Book(self.time)
        self.here, self.there = (
            Budget(rate, ledger=self.book, clock=self.time.clock, sleep=self.time.sleep) for _ in range(2)
        )
        self.went: list[tuple[str, float]] = []

    def ask(
        self, budget: Budget, request: Request | None = None, caller: Caller = BOT, name: str = ""
    ) -> asyncio.Task[None]:
        return asyncio.create_task(self._take(budget, request or v2_request(), caller, name))

    async def _take(self, budget: Budget, request: Request, caller: Caller, name: str) -> None:
        await budget.take(request, caller)
        self.went.append((name, self.time.now - 1000.0))

    @property
    def names(self) -> str:
        return "".join(name for name, _ in self.went)

    @property
    def moments(self) -> list[float]:
        return [at for _, at in self.went]


async def test_two_processes_have_one_window() -> None:
    bench = Bench()
    for _ in range(6):
        bench.ask(bench.here)
        bench.ask(bench.there)
    await settle()
    assert bench.moments == [0.0] * 9
    await bench.time.advance(61)
    assert bench.moments == [0.0] * 9 + [60.0] * 3
    assert bench.here.waiting == bench.there.waiting == 0


async def test_calls_that_come_together_are_counted_together() -> None:
    bench = Bench()
    for _ in range(8):
        bench.ask(bench.here)
    await settle()
    assert bench.book.asked == [("PUT /x", 1), ("PUT /x", 7)]


async def test_while_one_claim_is_under_way_the_next_ones_gather() -> None:
    bench = Bench()
    bench.book.gate = asyncio.Event()
    for _ in range(5):
        bench.ask(bench.here)
        await settle()
    assert bench.book.asked == [("PUT /x", 1)]
    assert bench.went == []
    bench.book.gate.set()
    await settle()
    assert bench.book.asked == [("PUT /x", 1), ("PUT /x", 4)]
    assert len(bench.went) == 5


async def test_v1_keeps_the_order_over_its_endpoints() -> None:
    bench = Bench()
    bulk = Caller(bulk=True, deadline=1000)
    for name in "ab":
        bench.ask(bench.here, v1_request(name), bulk, "-")
        bench.ask(bench.here, v1_request(name), BOT, name)
    await settle()
    assert bench.names == "-ab-", "the first one was alone when it came"
    assert bench.book.asked == [("a", 1), ("a", 1), ("b", 2)]


async def test_what_others_took_is_in_the_wait_that_is_told() -> None:
    bench = Bench()
    told: list[tuple[int, float]] = []

    async def on_wait(place: int, seconds: float) -> None:
        told.append((place, seconds))

    for _ in range(9):
        bench.ask(bench.there)
    await settle()
    await bench.time.advance(20)
    bench.ask(bench.here, None, Caller(person=1, deadline=100, on_wait=on_wait))
    await settle()
    assert told == [(1, 40.0)]
    error = await refused(bench.ask(bench.here, None, Caller(person=2, deadline=39)))
    assert (error.kind, error.sent, error.wait) == (CadErrorKind.RATE_LIMITED, Sent.NO, 40.0)


async def test_people_of_another_process_go_before_bulk_work() -> None:
    bench = Bench()
    for _ in range(12):
        bench.ask(bench.here, None, Caller(bulk=True, deadline=1000), "-")
    await settle()
    bench.ask(bench.there, None, Caller(person=1, deadline=1000), "a")
    await bench.time.advance(61)
    assert bench.names == "-" * 9 + "a" + "-" * 3
    assert bench.moments[9:] == pytest.approx([60.0, 60.1, 60.1, 60.1])


async def test_a_cancelled_call_gives_its_row_back() -> None:
    bench = Bench()
    bench.book.gate = asyncio.Event()
    leaving = bench.ask(bench.here)
    await settle()
    leaving.cancel()
    await settle()
    assert len(bench.book.rows) == 1, "it is being counted"
    bench.book.gate.set()
    await settle()
    assert bench.book.rows == {}


async def test_a_turn_that_was_given_and_never_used_is_given_back() -> None:
    bench = Bench()
    task = bench.ask(bench.here)
    for _ in range(20):
        await asyncio.sleep(0)
        if bench.book.rows and bench.here.waiting == 0:
            break
    assert not task.done()
    task.cancel()
    await settle()
    assert bench.went == []
    assert bench.book.rows == {}


async def test_a_row_that_cannot_be_given_back_stays_counted(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.book.gate = asyncio.Event()
    task = bench.ask(bench.here)
    await settle()
    task.cancel()
    bench.book.error = StorageError("gone")
    bench.book.gate.set()
    await settle()
    assert len(bench.book.rows) == 1
    assert "stays counted" in caplog.text


async def test_where_nothing_can_be_counted_nothing_goes(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.book.error = StorageError("gone")
    patient = bench.ask(bench.here, None, Caller(deadline=100))
    error = await refused(bench.ask(bench.here, None, Caller(person=1, deadline=1)))
    assert (error.kind, error.sent, error.wait) == (CadErrorKind.RATE_LIMITED, Sent.NO, UNCOUNTED)
    await bench.time.advance(12)
    assert len(bench.book.asked) == 3, "tried every five seconds"
    assert caplog.text.count("can't be counted") == 3
    bench.book.error = None
    await bench.time.advance(5)
    assert patient.done()
    assert len(bench.book.rows) == 1


async def test_in_the_end_it_is_refused_and_was_not_sent() -> None:
    bench = Bench()
    bench.book.error = StorageError("gone")
    task = bench.ask(bench.here, None, Caller(person=1, deadline=20))
    await bench.time.advance(21)
    assert (await refused(task)).sent is Sent.NO
    assert bench.here.waiting == 0


async def test_what_nobody_foresaw_reaches_who_waits() -> None:
    bench = Bench()
    bench.book.error = RuntimeError("odd")
    tasks = [bench.ask(bench.here) for _ in range(2)]
    await settle()
    for task in tasks:
        with pytest.raises(RuntimeError, match="odd"):
            await task
    assert bench.here.waiting == 0


async def test_a_429_closes_the_endpoint_for_every_process_and_halves_it() -> None:
    bench = Bench()
    bench.ask(bench.here)
    await settle()
    bench.here.limited(v2_request(), 60.0)
    await settle()
    error = await refused(bench.ask(bench.there, None, Caller(person=1)))
    assert error.wait == 60.0
    assert bench.there.shared_key
    assert bench.here.shared_key
    bench.went.clear()
    for _ in range(9):
        bench.ask(bench.there)
    await bench.time.advance(61)
    assert bench.moments == [60.0] * 4


async def test_calls_of_all_processes_explain_a_429() -> None:
    bench = Bench()
    for _ in range(5):
        bench.ask(bench.here)
    for _ in range(4):
        bench.ask(bench.there)
    await settle()
    bench.here.limited(v2_request(), 1.0)
    await settle()
    assert not bench.here.shared_key
    assert bench.book.until["halved PUT /x"] <= bench.time.now


async def test_a_429_that_cannot_be_shared_still_holds_here(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.book.error = StorageError("gone")
    bench.here.limited(v2_request(), 30.0)
    await settle()
    assert "do not hear" in caplog.text
    bench.book.error = None
    bench.ask(bench.here)
    await bench.time.advance(31)
    assert bench.moments == [30.0]


async def test_unlimited_asks_nobody() -> None:
    bench = Bench("unlimited")
    for _ in range(50):
        bench.ask(bench.here)
    bench.here.limited(v2_request("PUT /y"), 1.0)
    await settle()
    assert len(bench.went) == 50
    assert bench.book.asked == []


async def test_a_person_has_his_own_limits_beside() -> None:
    bench = Bench(1000)
    for _ in range(8):
        bench.ask(bench.here, None, Caller(person=1, deadline=1000))
    await settle()
    assert len(bench.went) == 5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 5), st.booleans(), st.booleans(), st.integers(1, 4), st.booleans()), max_size=60)
)
def test_however_it_comes_no_window_holds_more_and_nobody_is_forgotten(
    asked: list[tuple[float, bool, bool, int, bool]],
) -> None:
    async def story() -> None:
        bench = Bench()
        tasks = []
        for pause, elsewhere, bulk, person, leaves in asked:
            await bench.time.advance(pause)
            caller = Caller(person=person, guild=person % 2, staff=True, bulk=bulk, deadline=10_000)
            tasks.append(bench.ask(bench.there if elsewhere else bench.here, None, caller))
            if leaves:
                await asyncio.sleep(0)
                tasks[-1].cancel()
        await bench.time.advance(2000)
        assert all(task.done() for task in tasks)
        assert len(bench.went) == sum(not task.cancelled() for task in tasks)
        moments = sorted(bench.moments)
        for first, tenth in zip(moments, moments[9:], strict=False):
            assert tenth - first >= 60 - 1e-6
        assert bench.here.waiting == bench.there.waiting == 0

    asyncio.run(story())
