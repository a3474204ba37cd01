"""Whose turn it is at a budget, and what those who wait are told."""

from __future__ import annotations

import asyncio

import pytest

from bot.cad.caller import Caller
from tests.cad.pacing import Bench
from tests.cad.support import settle, v1_request, v2_request


async def test_a_wait_tells_its_place_once_when_it_is_long() -> None:
    told: list[tuple[int, float]] = []

    async def on_wait(place: int, seconds: float) -> None:
        told.append((place, seconds))

    bench = Bench()
    for number in range(18):
        bench.ask(v1_request(), Caller(person=100 + number, deadline=100, on_wait=on_wait))
    await settle()
    # The first five go, the next five wait for just five seconds: not worth telling.
    assert told == [(6, 10.0), (7, 10.0), (8, 10.0), (9, 10.0), (10, 10.0), (11, 15.0), (12, 15.0), (13, 15.0)]
    await bench.time.advance(60)
    assert len(told) == 8


async def test_a_caller_who_cannot_be_told_leaves_the_queue() -> None:
    async def on_wait(_place: int, _seconds: float) -> None:
        raise ConnectionError

    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    task = bench.ask(v2_request(), Caller(person=1, deadline=100, on_wait=on_wait))
    with pytest.raises(ConnectionError):
        await task
    assert bench.budget.waiting == 0


async def test_people_go_before_bulk_and_the_least_served_first() -> None:
    bench = Bench()
    for _ in range(5):
        bench.ask(v1_request(), Caller(person=1, deadline=1000), "a")
    await settle()
    await bench.time.advance(1)
    bench.ask(v1_request(), Caller(person=9, bulk=True, deadline=1000), "z")
    for _ in range(3):
        bench.ask(v1_request(write=False), Caller(person=1, deadline=1000), "a")
    for name in "bcd":
        bench.ask(v1_request(), Caller(person=ord(name), deadline=1000), name)
    await bench.time.advance(30)
    assert bench.names == "aaaaa" + "abcda" + "az"


async def test_nobody_holds_more_than_his_share_while_others_wait() -> None:
    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    for name in "abcd":
        for _ in range(5):
            bench.ask(v2_request(), Caller(person=ord(name), deadline=1000), name)
    await bench.time.advance(61)
    assert bench.names[:8] == "abcdabcd"
    assert all(bench.names.count(name) <= 3 for name in "abcd")


async def test_guilds_that_share_a_key_take_turns_and_so_do_their_people() -> None:
    bench = Bench()
    for _ in range(5):
        bench.ask(v1_request(), Caller(person=1, guild=100, deadline=1000), "a")
    await settle()
    for name in "aabcd":  # four people of one guild
        bench.ask(v1_request(write=False), Caller(person="abcd".index(name) + 1, guild=100, deadline=1000), name)
    for _ in range(4):
        bench.ask(v1_request(), Caller(person=9, guild=200, deadline=1000), "z")
    bench.ask(v1_request(), Caller(person=2, guild=100, bulk=True, deadline=1000), "-")
    await bench.time.advance(60)
    assert bench.names == "aaaaa" + "azbzc" + "azdz-"


async def test_a_crowd_of_one_guild_does_not_starve_another() -> None:
    bench = Bench()
    for person in range(40):
        bench.ask(v2_request(), Caller(person=person, guild=100, deadline=1000), "a")
    await settle()
    bench.ask(v2_request(), Caller(person=999, guild=200, deadline=1000), "z")
    await bench.time.advance(61)
    assert bench.names == "a" * 9 + "az" + "a" * 7


async def test_a_guild_that_used_the_window_waits_for_one_that_did_not() -> None:
    bench = Bench(4)
    bench.ask(v1_request(), Caller(person=9, guild=200, deadline=1000), "z")
    await settle()
    await bench.time.advance(30)
    for person in range(3):
        bench.ask(v1_request(), Caller(person=person, guild=100, deadline=1000), "a")
    await settle()
    for person in range(3, 6):
        bench.ask(v1_request(), Caller(person=person, guild=100, deadline=1000), "a")
    bench.ask(v1_request(), Caller(person=9, guild=200, deadline=1000), "z")
    await bench.time.advance(31)
    assert bench.names == "z" + "aaa" + "z"


async def test_a_wait_that_grows_while_it_lasts_is_told_then_and_once() -> None:
    told: list[tuple[float, int, float]] = []
    bench = Bench()

    async def on_wait(place: int, seconds: float) -> None:
        told.append((bench.time.now - 1000.0, place, seconds))

    for _ in range(5):
        bench.ask(v1_request())
    await settle()
    await bench.time.advance(1)
    bench.ask(v1_request(), Caller(person=1, deadline=100, on_wait=on_wait))
    await settle()
    assert told == [], "four seconds are not worth telling"
    bench.budget.limited(v1_request(), 12.0)
    await settle()
    assert told == [(1.0, 1, 12.0)]
    bench.budget.limited(v1_request(), 17.0)
    await bench.time.advance(30)
    assert len(told) == 1
    assert bench.moments[5:] == [18.0]


async def test_others_who_come_first_make_a_wait_worth_telling() -> None:
    told: list[tuple[int, float]] = []

    async def on_wait(place: int, seconds: float) -> None:
        told.append((place, seconds))

    bench = Bench()
    for _ in range(5):
        bench.ask(v1_request(), Caller(person=1, guild=1, deadline=100))
    await settle()
    bench.ask(v1_request(write=False), Caller(person=1, guild=1, deadline=100, on_wait=on_wait))
    await settle()
    assert told == []
    for person in range(10, 15):
        bench.ask(v1_request(), Caller(person=person, guild=1, deadline=100))
    await settle()
    assert told == [(6, 10.0)]


async def test_a_call_that_is_cancelled_while_it_is_told_leaves_the_queue() -> None:
    telling = asyncio.Event()

    async def on_wait(_place: int, _seconds: float) -> None:
        telling.set()
        await asyncio.Event().wait()

    bench = Bench()
    for _ in range(9):
        bench.ask(v2_request())
    await settle()
    task = bench.ask(v2_request(), Caller(person=1, deadline=100, on_wait=on_wait))
    await telling.wait()
    task.cancel()
    await settle()
    assert bench.budget.waiting == 0
