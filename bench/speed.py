"""How long one command takes while nothing else is going on, and how many get through when 500 are."""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.arena import answered, arenas
from bench.contestant import BOT, FLOOR
from bench.figures import Bar, Figure, percentile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.arena import Arena
    from bench.plan import Plan

MILLISECONDS = 1000.0
BLOCK = 20
"""Commands that one side does before the other takes its turn: a disturbance of some seconds then meets both."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep this process's garbage collector out of what is timed."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


async def measure_speed(plan: Plan, directory: Path) -> list[Figure]:
    """Return latencies and throughput of the bot and the floor, measured in turns."""
    async with arenas(BOT, FLOOR, directory=directory) as (bot, floor):
        latencies = await _latencies(plan, bot, floor)
        throughput = await _throughputs(plan, bot, floor)
        bot.check()
        floor.check()
    return [*latencies, throughput]


async def _latencies(plan: Plan, bot: Arena, floor: Arena) -> list[Figure]:
    first: dict[Arena, list[list[float]]] = {bot: [], floor: []}
    whole: dict[Arena, list[list[float]]] = {bot: [], floor: []}
    for _ in range(plan.rounds):
        for arena in (bot, floor):
            first[arena].append([])
            whole[arena].append([])
        with undisturbed():
            for _ in range(plan.samples // BLOCK):
                for arena in (bot, floor):
                    for _ in range(BLOCK):
                        times = (await arena.link()).answered_after
                        first[arena][-1].append(times[0] * MILLISECONDS)
                        whole[arena][-1].append(times[-1] * MILLISECONDS)

    def figure(name: str, samples: dict[Arena, list[list[float]]], share: float, bar: Bar | None) -> Figure:
        ours, theirs = (tuple(percentile(each, share) for each in samples[arena]) for arena in (bot, floor))
        return Figure(name, "ms", ours, "floor", theirs, bar)

    return [
        figure("first response, p50", first, 0.5, Bar(1.3)),
        figure("first response, p99", first, 0.99, Bar(1.5)),
        figure("whole /linkchar, p50", whole, 0.5, Bar(2)),
        figure("whole /linkchar, p99", whole, 0.99, None),
    ]


async def _throughputs(plan: Plan, bot: Arena, floor: Arena) -> Figure:
    rates: dict[Arena, list[float]] = {bot: [], floor: []}
    lost = 0
    for _ in range(max(1, plan.rounds // 2)):
        for arena in (bot, floor):
            with undisturbed():
                rate, unanswered = await _throughput(plan, arena)
            rates[arena].append(rate)
            lost += unanswered
    return Figure(
        f"/linkchar throughput, {plan.in_flight} in flight",
        "/s",
        tuple(rates[bot]),
        "floor",
        tuple(rates[floor]),
        Bar(0.5, least=True),
        note=f"{lost} of them unanswered" if lost else "every one answered",
    )


async def _throughput(plan: Plan, arena: Arena) -> tuple[float, int]:
    """Return commands answered a second with so many open at any time, and how many were not answered."""
    in_flight = asyncio.Semaphore(plan.in_flight)
    began = time.perf_counter()
    answers = await asyncio.gather(*(answered(arena, in_flight) for _ in range(plan.throughput)))
    return sum(answers) / (time.perf_counter() - began), answers.count(False)
