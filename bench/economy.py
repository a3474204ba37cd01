"""How many CAD calls a command makes once the bot is warm."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bench.arena import ANSWER_SECONDS, Arena
from bench.contestant import BOT
from bench.figures import Bar, Figure

if TYPE_CHECKING:
    from pathlib import Path

    from bench.plan import Plan

TIMES = 5


async def measure_economy(_: Plan, directory: Path) -> list[Figure]:
    """Return the CAD calls of each command, several times each: a bar is for the most that one of them made."""
    async with AsyncExitStack() as stack:
        plain = await Arena.open(stack, BOT, directory / "plain")
        limited = await Arena.open(stack, BOT, directory / "limited", MAX_LINKS="1000")
        making = await Arena.open(stack, BOT, directory / "making", SONORAN_DB_SYNC="off")
        await plain.warm()
        await limited.warm()
        await making.bind()
        return [
            _figure("/linkchar", [await _link(plain) for _ in range(TIMES)], 1),
            _figure("/linkchar with MAX_LINKS", [await _link(limited) for _ in range(TIMES)], 2),
            _figure("/newchar", [await _create(making) for _ in range(TIMES)], 1),
            _figure("autocomplete", [await _complete(plain) for _ in range(TIMES)], 0),
        ]


def _figure(command: str, calls: list[int], most: int) -> Figure:
    return Figure(f"CAD calls, {command}", "", (float(max(calls)),), bar=Bar(most))


async def _link(arena: Arena) -> int:
    arena.cad.ledger.clear()
    await arena.link()
    return len(arena.cad.ledger.entries)


async def _create(arena: Arena) -> int:
    """Open the form, fill it in and press Create."""
    arena.cad.ledger.clear()
    who = arena.members[0]
    opened = await (await arena.discord.command(who, "newchar")).settled(ANSWER_SECONDS)
    typed = {"First": "Ann", "Last": f"Nr{next(arena.numbers)}"}
    summary = await (await arena.discord.submit(who, opened.modal, typed)).settled(ANSWER_SECONDS)
    created = await (await arena.discord.press(who, summary.shown, "Create")).settled(ANSWER_SECONDS)
    if not arena.cad.ledger.of("create"):
        raise RuntimeError(f"no character was created: {created.shown.text}")
    return len(arena.cad.ledger.entries)


async def _complete(arena: Arena) -> int:
    arena.cad.ledger.clear()
    await arena.discord.autocomplete(arena.members[0], "linkchar", focused="sync_id", typed="BENCH")
    return len(arena.cad.ledger.entries)
