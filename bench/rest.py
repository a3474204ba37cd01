"""What a program takes while nobody uses it: the time of its start, its memory, and what further guilds add to that."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from statistics import median
from typing import TYPE_CHECKING

from bench.arena import Arena, arenas
from bench.contestant import BOT, DEFAULT_INTENTS, FLOOR
from bench.figures import Bar, Figure

if TYPE_CHECKING:
    from pathlib import Path

    from bench.contestant import Memory, Program
    from bench.plan import Plan

PER = 1000
"""Guilds that the memory of guilds is told for."""


async def measure_rest(plan: Plan, directory: Path) -> list[Figure]:
    """Return the time of warm starts and the memory after them, of bot and floor in turns."""
    async with arenas(BOT, FLOOR, directory=directory) as (bot, floor):
        seconds: dict[Arena, list[float]] = {bot: [], floor: []}
        held: dict[Arena, list[Memory]] = {bot: [], floor: []}
        for _ in range(plan.starts):
            for arena in (bot, floor):
                await arena.restart()
                seconds[arena].append(arena.running.ready_after)
                await asyncio.sleep(plan.settle)
                held[arena].append(arena.running.memory())
    rss, pss = ([tuple(getattr(one, kind) for one in held[arena]) for arena in (bot, floor)] for kind in ("rss", "pss"))
    return [
        Figure("start to ready, warm", "s", tuple(seconds[bot]), "floor", tuple(seconds[floor]), Bar(4)),
        Figure("memory, idle: RSS", "MiB", rss[0], "floor", rss[1], Bar(2.5)),
        Figure("memory, idle: PSS", "MiB", pss[0], "floor", pss[1], Bar(2.5)),
    ]


async def measure_guilds(plan: Plan, directory: Path) -> list[Figure]:
    """Return what guilds with 50 roles and 50 channels add to the memory of each program."""
    added = {
        program: tuple(
            [await _added(plan, program, directory / f"{program.name}-{turn}") for turn in range(plan.turns)]
        )
        for program in (BOT, DEFAULT_INTENTS, FLOOR)
    }
    name = f"memory per {PER:,} guilds"
    note = f"of {plan.guilds} guilds in all, each with 50 roles and 50 channels"
    return [
        Figure(name, "MiB", added[BOT], "default intents", added[DEFAULT_INTENTS], Bar(0.25), note),
        Figure(f"{name}, no intents", "MiB", added[BOT], "floor", added[FLOOR]),
    ]


async def _added(plan: Plan, program: Program, directory: Path) -> float:
    """Return the MiB for 1,000 guilds: what more of them hold over one, by RSS. Shared pages are in both."""
    held = [await _held(plan, program, directory / str(guilds), guilds) for guilds in (1, plan.guilds)]
    return (held[1] - held[0]) * PER / (plan.guilds - 1)


async def _held(plan: Plan, program: Program, directory: Path, guilds: int) -> float:
    async with AsyncExitStack() as stack:
        arena = await Arena.open(stack, program, directory, guilds=guilds)
        await asyncio.sleep(plan.settle)
        return median([arena.running.memory().rss for _ in range(3)])
