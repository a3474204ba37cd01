"""The rate budget by a clock that only the tests move."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.cad.budget import Budget
from bot.cad.caller import Caller
from bot.errors import CadErrorKind, Sent
from tests.cad.pacing import BOT, Bench, refused
from tests.cad.support import settle, v1_request, v2_request


async def test_v1_is_a_small_burst_and_then_one_a_second() -> None:
    bench = Bench()
    for number in range(12):
        bench.ask(v1_request(f"endpoint_{number % 3}"))
    await settle()
    assert bench.moments == [0.0] * 5
    await bench.time.advance(60)
    assert bench.moments == [0.0] * 5 + [5.0] * 5 + [10.0] * 2


async def test_v1_never_exceeds_a_call_a_second_over_a_minute() -> None:
    bench = Bench()
    for _ in range(100):
        bench.ask(v1_request())
    await bench.time.advance(120)
    assert len(bench.moments) == 100
    for first, sixth in zip(bench.moments, bench.moments[5:], strict=False):
        assert sixth - first >= 5


@pytest.mark.parametrize(("limit", "fits"), [(10, 9), (30, 27)])
async def test_v2_takes_nine_tenths_of_each_endpoint(limit: int, fits: int) -> None:
    bench = Bench()
    for _ in range(fits + 1):
        bench.ask(v2_request("PUT /a", limit=limit))
    bench.ask(v2_request("PUT /b", limit=limit))
    await bench.time.advance(59)
    assert bench.moments == [0.0] * (fits + 1)  # one of them is the other endpoint's
    await bench.time.advance(2)
    assert bench.moments[-1] == 60.0


async def test_a_number_is_calls_a_minute_of_each_endpoint_on_v1_too() -> None:
    bench = Bench(2)
    for _ in range(3):
        bench.ask(v1_request("a"))
        bench.ask(v1_request("b"))
    await settle()
    assert bench.moments == [0.0] * 4
    await bench.time.advance(60)
    assert bench.moments[4:] == [60.0] * 2


async def test_unlimited_limits_nobody() -> None:
    bench = Bench("unlimited")
    for _ in range(200):
        bench.ask(v2_request(), Caller(person=1))
    await settle()
    assert bench.moments == [0.0] * 200


@pytest.mark.parametrize(
    ("caller", "write", "fits"),
    [
        (Caller(person=1, deadline=1000), True, 5),
        (Caller(person=1, deadline=1000), False, 10),
        (Caller(person=1, staff=True, deadline=1000), True, 30),
        (Caller(person=1, staff=True, deadline=1000), False, 30),
        (Caller(deadline=1000), True, 40),
        (Caller(person=1, bulk=True, deadline=1000), True, 40),
    ],
    ids=["writes", "reads", "staff-writes", "staff-reads", "the-bot", "bulk"],
)
async def test_a_person_has_so_many_calls_a_minute(caller: Caller, write: bool, fits: int) -> None:  # noqa: FBT001 - a table's column
    bench = Bench(1000)
    for _ in range(40):
        bench.ask(v1_request(write=write), caller)
    await settle()
    assert bench.moments == [0.0] * fits
    await bench.time.advance(500)
    assert len(bench.moments) == 40


async def test_what_would_wait_too_long_is_refused_at_once_with_the_wait() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    await bench.time.advance(20)
    error = await refused(bench.ask(v2_request(), Caller(person=1, deadline=39)))
    assert (error.kind, error.sent, error.wait) == (CadErrorKind.RATE_LIMITED, Sent.NO, 40.0)
    assert error.params["wait"] == 40
    patient = bench.ask(v2_request(), Caller(person=2, deadline=41))
    await bench.time.advance(40)
    assert patient.done()
    assert bench.budget.waiting == 0


async def test_the_queue_ahead_counts_into_the_wait() -> None:
    bench = Bench()
    for _ in range(15):
        bench.ask(v1_request())
    await settle()
    error = await refused(bench.ask(v1_request(), Caller(deadline=14.5)))
    assert error.wait == 15.0


async def test_a_429_closes_its_endpoint_alone_for_its_wait() -> None:
    bench = Bench()
    bench.budget.limited(v1_request("a"), 60.0)
    bench.budget.limited(v1_request("a"), 5.0)  # a shorter word does not open earlier
    bench.ask(v1_request("a"), name="a")
    bench.ask(v1_request("b"), name="b")
    await settle()
    assert bench.names == "b"
    await bench.time.advance(60)
    assert bench.went[1] == ("a", 60.0)
    assert not bench.budget.shared_key  # v1 documents no limits to compare with


async def test_a_429_for_ever_is_tried_again_in_an_hour() -> None:
    bench = Bench("unlimited")
    bench.budget.limited(v2_request(), 2_000_000_000.0)
    error = await refused(bench.ask(v2_request(), Caller(person=1)))
    assert error.wait == 3600.0
    assert not bench.budget.shared_key


async def test_those_who_wait_are_refused_when_a_429_makes_it_too_long() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    await bench.time.advance(50)
    task = bench.ask(v2_request(), Caller(person=1, deadline=20))
    await settle()
    bench.budget.limited(v2_request(), 30.0)
    assert (await refused(task)).wait == 30.0


async def test_an_unexplained_429_halves_that_endpoint_for_ten_minutes() -> None:
    bench = Bench()
    bench.ask(v2_request())
    await settle()
    bench.budget.limited(v2_request(), 1.0)
    assert bench.budget.shared_key
    await bench.time.advance(61)
    bench.went.clear()
    for _ in range(9):
        bench.ask(v2_request("PUT /x"))
        bench.ask(v2_request("PUT /y"))
    await settle()
    assert len(bench.moments) == 4 + 9
    await bench.time.advance(540)
    assert not bench.budget.shared_key
    bench.went.clear()
    for _ in range(9):
        bench.ask(v2_request("PUT /x"))
    await settle()
    assert len(bench.moments) == 9


async def test_a_429_that_our_own_calls_explain_halves_nothing() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    bench.budget.limited(v2_request(), 1.0)
    assert not bench.budget.shared_key


async def test_leaving_the_queue_lets_the_next_go_earlier() -> None:
    bench = Bench()
    for _ in range(5):
        bench.ask(v1_request())
    await settle()
    blocked = [bench.ask(v1_request(), name="x") for _ in range(5)]
    last = bench.ask(v1_request(), name="y")
    await settle()
    for task in blocked:
        task.cancel()
    await bench.time.advance(5)
    assert bench.went[5:] == [("y", 5.0)]
    assert last.done()
    assert bench.budget.waiting == 0


async def test_a_turn_that_was_given_but_never_used_is_given_back() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    granted = bench.ask(v2_request(), name="x")
    heir = bench.ask(v2_request(), name="y")
    for _ in range(8):
        bench.ask(v2_request(), name="z")
    await settle()
    bench.time.now += 60
    bench.budget.limited(v2_request("PUT /other"), 0.0)  # makes the budget look at the line
    granted.cancel()
    await settle()
    assert bench.names == "y" + "z" * 8
    assert heir.done()
    assert bench.budget.waiting == 0


async def test_a_cancelled_call_is_passed_over_before_it_has_left() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    gone = bench.ask(v2_request())
    await settle()
    gone.cancel()
    bench.budget.limited(v2_request("PUT /other"), 0.0)
    await settle()
    assert bench.budget.waiting == 0


async def test_a_refusal_to_a_call_that_is_cancelled_meanwhile_is_just_dropped() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    task = bench.ask(v2_request(), Caller(person=1, deadline=60))
    await settle()
    bench.budget.limited(v2_request(), 70.0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bench.budget.waiting == 0


async def test_the_idle_are_forgotten() -> None:
    bench = Bench()
    for person in range(50):
        bench.ask(v1_request(f"endpoint_{person}"), Caller(person=person, deadline=1000))
        bench.budget.limited(v2_request(f"PUT /{person}"), 1.0)
    await bench.time.advance(1000)
    bench.ask(v1_request())
    await settle()
    sizes: list[Any] = [bench.budget._windows, bench.budget._closed_until, bench.budget._halved_until]
    assert [len(kept) for kept in sizes] == [1, 0, 0]


async def test_the_real_clock_works_too() -> None:
    budget = Budget(1)
    await budget.take(v2_request(), BOT)
    waiting = asyncio.create_task(budget.take(v2_request(), BOT))
    await asyncio.sleep(0.02)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
