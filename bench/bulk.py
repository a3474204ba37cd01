"""Bulk files in the running bot: how long a dry run takes, and how near a job comes to the time its budget dictates."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bench.arena import ANSWER_SECONDS, Arena
from bench.contestant import BOT
from bench.figures import Bar, Figure
from sandbox.discord import Upload

if TYPE_CHECKING:
    from pathlib import Path

    from bench.plan import Plan
    from sandbox.discord import Exchange

WINDOW_CALLS, WINDOW_SECONDS = 5, 5.0
"""v1's budget: so many calls in any so many seconds (product.md: one call a second)."""

WARM_RUNS = 2
"""Dry runs until everything that is loaded once was loaded."""

LOOK_SECONDS = 0.05
PATIENCE = 3.0
"""A job may take so many times as long as its budget before it counts as stuck."""


async def measure_dry_run(plan: Plan, directory: Path) -> list[Figure]:
    """Return the time from the command to the shown verdicts of a large file, and what each further one leaves."""
    async with AsyncExitStack() as stack:
        arena = await Arena.open(stack, BOT, directory)
        await arena.warm()
        seconds, held = [], []
        for _ in range(plan.rounds + WARM_RUNS):
            seconds.append((await _checked(arena, plan.rows)).answered_after[-1])
            await asyncio.sleep(plan.settle)
            held.append(arena.running.memory().rss)
    grown = tuple(after / held[WARM_RUNS - 1] for after in held[WARM_RUNS:])
    name = f"dry run of {plan.rows:,} rows"
    return [
        Figure(
            name,
            "s",
            tuple(seconds[WARM_RUNS:]),
            bar=Bar(2),
            note="the whole command, the download of the file included",
        ),
        Figure(f"{name}: memory after it", "", grown, bar=Bar(1.05), note="over the memory after the second one"),
    ]


async def measure_pacing(plan: Plan, directory: Path) -> list[Figure]:
    """Return how long a job's calls took over the time that the documented rate dictates for so many."""
    async with AsyncExitStack() as stack:
        arena = await Arena.open(stack, BOT, directory, SONORAN_RATE="documented")
        await asyncio.sleep(WINDOW_SECONDS)  # what the start itself asked is out of the window
        arena.cad.ledger.clear()
        checked = await _checked(arena, plan.paced)
        start = next(button for button in checked.shown.buttons if button.style.name in {"PRIMARY", "SUCCESS"})
        await (await arena.discord.press(arena.staff, checked.shown, start.label)).settled(ANSWER_SECONDS)
        await _done(arena, plan.paced)
        times = [entry.at for entry in arena.cad.ledger.entries]
    dictated = dictated_seconds(len(times))
    note = f"{len(times)} calls for {plan.paced} rows, by the times at which the CAD received them"
    return [Figure("bulk, rate-limited", "s", (times[-1] - times[0],), "budget", (dictated,), Bar(1.05), note)]


def dictated_seconds(calls: int) -> float:
    """Return the seconds from the first to the last of so many calls, none of which waits longer than it must."""
    return (calls - 1) // WINDOW_CALLS * WINDOW_SECONDS


async def _checked(arena: Arena, rows: int) -> Exchange:
    """Attach a file that links fresh sync IDs to everybody's account in turns, and wait for the verdicts."""
    lines = ["api_id,sync_id"]
    for _ in range(rows):
        number = next(arena.numbers)
        lines.append(f"{arena.members[number % len(arena.members)].id},BULK-{number}")
    file = Upload("links.csv", "\n".join(lines).encode())
    exchange = await arena.discord.command(arena.staff, "bulk link", {"file": file})
    return await exchange.settled(ANSWER_SECONDS)


async def _done(arena: Arena, rows: int) -> None:
    """Wait until the CAD has every link. Raises TimeoutError with the bot's last words."""
    until = time.monotonic() + 10 + PATIENCE * dictated_seconds(4 * rows)
    while len(arena.cad.ledger.of("link")) < rows or not all(entry.status for entry in arena.cad.ledger.of("link")):
        if time.monotonic() > until:
            raise TimeoutError(f"{len(arena.cad.ledger.of('link'))} of {rows} rows\n{arena.running.complaint()}")
        await asyncio.sleep(LOOK_SECONDS)
