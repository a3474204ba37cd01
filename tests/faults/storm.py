"""A storm: people ask, the CAD and Discord fail, and the bot is killed again and again at random, seeded points."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sandbox.cad import FaultKind
from sandbox.discord import NoAnswer
from sandbox.discord.rest import Fault
from tests.e2e.process import BotProcess
from tests.faults.asking import FORMS, LINKING, Cut, introduce, wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from sqlalchemy import Engine

    from tests.e2e.world import World
    from tests.faults.asking import Asked

BURST = 8
"""How many people ask in one life of the process."""

DURING_START = 0.15
"""The share of kills that hit a process before it is connected."""

LIFE_SECONDS = 1.0
MORE_LIVES = 40
"""After the last kill that was asked for: whoever is not served by then is lost."""

AT_A_TIME = 4
"""How many faults wait for a call on either side: were there more, nothing would get through them to the end."""

CALM_SECONDS = 180.0
START_SECONDS = 30.0
KINDS = [
    FaultKind.ERROR_500,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.EMPTY,
    FaultKind.TRAP,
    FaultKind.HTML,
    FaultKind.TRUNCATED,
    FaultKind.WRONG_SHAPE,
    FaultKind.DROP,
    FaultKind.HANG,
    FaultKind.RATE_LIMITED,
]
NEVER_APPLIED = {FaultKind.TRAP, FaultKind.RATE_LIMITED}
"""By what they say nothing was carried out."""

ENDPOINTS = ("link", "unlink", "create", "edit", "remove", "select", "links", "characters")
ROUTES = (("POST", "/callback"), ("PATCH", "/messages/@original"), ("POST", "/channels/"))


@dataclass
class Told:
    """What the storm itself counted. `cut`: acknowledged, but killed before anything was kept."""

    kills: int = 0
    faults: int = 0
    unheard: int = 0
    cut: int = 0
    begun: list[str] = field(default_factory=list)


class Storm:
    """Has things asked for in a world until everything is accepted and the process was killed often enough."""

    def __init__(self, world: World, kinds: tuple[str, ...], *, operations: int, kills: int, rng: Random) -> None:
        self.world = world
        self.asked = wanted(world, kinds, operations)
        self.told = Told()
        self._kills = kills
        self._rng = rng
        self._waiting = list(self.asked)
        self._mixed = [name for name in ENDPOINTS if name in {*kinds, "links" if kinds is LINKING else "characters"}]

    async def rage(self) -> Told:
        """Let it go on to its end; then a process runs undisturbed until everything has settled, and stops."""
        if "DATABASE_URL" in self.world.environment:
            migrated = await self.world.start("migrate")
            assert await migrated.ended(START_SECONDS) == 0, migrated.output
        if not self.world.v2:
            process = await self._start()
            await self._connected(process)
            await introduce(self.world, self.asked)
            await process.stop()
        weather = asyncio.create_task(self._weather())
        try:
            while self.told.kills < self._kills or (self._waiting and self.told.kills < self._kills + MORE_LIVES):
                await self._life(last=self.told.kills >= self._kills)
        finally:
            weather.cancel()
        self.world.cad.faults.clear()
        self.world.discord.heal()
        await self._calm()
        await self.world.stop()
        return self.told

    async def _life(self, *, last: bool) -> None:
        """Start the process, have a few people ask, and kill it (unless it is the last) whatever it is at."""
        process = await self._start()
        if not last and self._rng.random() < DURING_START:
            await asyncio.sleep(self._rng.uniform(0.2, 1.0))
            await self._kill(process)
            return
        await self._connected(process)
        share = max(1, -(-len(self._waiting) // max(1, self._kills - self.told.kills)))
        asking = [
            asyncio.create_task(self._ask(one)) for one in self._waiting[: min(share, BURST) if not last else BURST]
        ]
        if last:
            await asyncio.gather(*asking)
            await self._kill(process) if self._waiting else None
        else:
            await asyncio.sleep(self._rng.uniform(0.02, LIFE_SECONDS))
            await self._kill(process)
            for one in asking:
                one.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        self._sort_out()

    async def _ask(self, asked: Asked) -> None:
        await asyncio.sleep(self._rng.uniform(0.0, LIFE_SECONDS / 3))
        with suppress(Cut, NoAnswer):
            await asked.ask(self.world)

    def _sort_out(self) -> None:
        """Let those ask again of whose request nothing was kept, and who have no answer."""
        kept = set(rows(self.world))
        waiting = []
        for one in self._waiting:
            last = one.attempts[-1] if one.attempts else None
            if last is None:
                waiting.append(one)
            elif last.interaction.id in kept or last.settled_now:
                continue
            else:
                self.told.cut += last.interaction.response is not None
                self.told.unheard += last.interaction.response is None
                waiting.append(one)
        self._waiting = waiting

    async def _start(self) -> BotProcess:
        world = self.world
        process = await BotProcess.start("run", world.environment, world.directory)
        world.bots.append(process)
        return process

    async def _connected(self, process: BotProcess) -> None:
        gateway = self.world.discord.gateway
        await process.unless_ended(self.world.discord.until(lambda: bool(gateway.connected), START_SECONDS))

    async def _kill(self, process: BotProcess) -> None:
        await process.kill()
        self.told.kills += 1
        self.world.discord.gateway.sessions.clear()  # nobody resumes them

    async def _weather(self) -> None:
        """Let something fail every now and then, on either side, before or after it took effect."""
        rng, world = self._rng, self.world
        while True:
            await asyncio.sleep(rng.uniform(0.05, 0.5))
            if rng.random() < 0.6 and len(world.cad.faults.waiting) < AT_A_TIME:
                kind = rng.choice(KINDS)
                world.cad.faults.add(
                    kind,
                    rng.choice(self._mixed),
                    calls=rng.randint(1, 2),
                    applied=kind not in NEVER_APPLIED and rng.random() < 0.5,
                    seconds=rng.uniform(0.1, 1.5) if kind is FaultKind.HANG else None,
                    retry_after="1" if kind is FaultKind.RATE_LIMITED else None,
                )
                self.told.faults += 1
            elif rng.random() < 0.5 and len(world.discord.failing) < AT_A_TIME:
                method, route = rng.choice(ROUTES)
                status = rng.choice((500, 502, 503, 429, 0))
                world.discord.fail(
                    Fault(method, route, status, times=rng.randint(1, 3), applied=status != 429 and rng.random() < 0.5)
                )
                self.told.faults += 1

    async def _calm(self) -> None:
        """Wait until every row is settled and told. Whatever is not by then is the verdict's business."""
        process = self.world.bot
        if not process.running:
            process = await self._start()
            await self._connected(process)
        until = asyncio.get_running_loop().time() + CALM_SECONDS
        while asyncio.get_running_loop().time() < until:
            answered = all(each.settled_now for one in self.asked for each in one.attempts if each.interaction.response)
            if answered and not any(row["state"] in OPEN or row["owed"] for row in rows(self.world).values()):
                return
            await asyncio.sleep(0.2)


OPEN = ("accepted", "sending")


def rows(world: World) -> dict[int, Mapping[str, object]]:
    """Return the history's rows that carry out something, by the interaction that asked for it."""
    kinds = ", ".join(f"'{kind}'" for kind in {*LINKING, *FORMS})
    with _database(world).connect() as connection:
        found = connection.execute(
            text(f"SELECT * FROM history WHERE action IN ({kinds}) AND operation NOT LIKE '%\\:refused'")  # noqa: S608 - of our own words
        ).mappings()
        return {int(row["interaction_id"]): dict(row) for row in found if row["interaction_id"]}


def _database(world: World) -> Engine:
    url = world.environment.get("DATABASE_URL", "").replace("postgresql://", "postgresql+psycopg://", 1)
    file = world.directory / "data" / "charlink.db"
    return create_engine(url or f"sqlite:///file:{file}?mode=ro&timeout=10&uri=true", poolclass=NullPool)
