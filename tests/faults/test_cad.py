"""Every fault of the CAD, before and after each write was carried out: done once in the end, and told truly.

All worlds go through them at once, since what hangs costs its time-out, and what is kept its pauses.
"""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from sandbox.cad import FaultKind
from tests.e2e.reading import headline
from tests.e2e.world import V1, V2, poll, world_of
from tests.faults.asking import FORMS, introduce, wanted
from tests.faults.storm import NEVER_APPLIED, Storm
from tests.faults.verdict import Verdict, judge

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import Config, World
    from tests.faults.asking import Asked

pytestmark = pytest.mark.asyncio(loop_scope="session")

KINDS = (
    FaultKind.ERROR_500,
    FaultKind.PLAIN_500,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.NOT_UTF8,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.RATE_LIMITED,
    FaultKind.EMPTY,
    FaultKind.TRAP,
    FaultKind.HTML,
    FaultKind.TRUNCATED,
    FaultKind.WRONG_SHAPE,
    FaultKind.OVERSIZED,
    FaultKind.DROP,
    FaultKind.HANG,
)
FAULTS = [(kind, applied) for kind in KINDS for applied in (False, True) if not (applied and kind in NEVER_APPLIED)]
WITHOUT_WAIT = [(kind, applied) for kind, applied in FAULTS if kind is not FaultKind.RATE_LIMITED]
"""The first generation names no time in a 429, so the bot leaves that call alone for a minute."""

WORLDS = [(config, kinds) for config in (V1, V2) for kinds in (("link", "unlink"), FORMS)]
MET_SECONDS = 15.0


async def trouble(config: Config, kinds: tuple[str, ...], directory: Path) -> Verdict:
    """Let each write meet each fault in a world, wait until everything is settled, and judge."""
    async with world_of(config.but(), directory) as world:
        faults = FAULTS if world.v2 else WITHOUT_WAIT
        storm = Storm(world, kinds, operations=len(kinds) * len(faults), kills=0, rng=random.Random(0))  # noqa: S311 - unused
        if not world.v2:
            await introduce(world, storm.asked)
        waiting = []
        for number, one in enumerate(storm.asked):
            kind, applied = faults[number // len(kinds)]
            waiting.append(await meet(world, one, kind, applied=applied))
        await asyncio.gather(*waiting)
        await storm._calm()
        return judge(storm)


async def meet(world: World, one: Asked, kind: FaultKind, *, applied: bool) -> asyncio.Task[None]:
    """Have something asked for meet a fault; return once it did."""
    world.cad.faults.add(kind, one.kind, applied=applied, retry_after="1" if kind is FaultKind.RATE_LIMITED else None)
    asking = asyncio.create_task(one.ask(world))
    try:
        async with asyncio.timeout(MET_SECONDS):
            await poll(lambda: not world.cad.faults.waiting or asking.done())
            if world.cad.faults.waiting:
                await asking  # says why
    except TimeoutError:
        read = [each.message.text for each in one.attempts if each.message]
        raise AssertionError(f"{one.kind} did not meet {kind}: {read} {world.bot.output[-3000:]}") from None
    if kind is not FaultKind.HANG:
        await asking
    return asking


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def verdicts(tmp_path_factory: pytest.TempPathFactory) -> list[Verdict]:
    """Go through all of it, in all worlds at once."""
    doing = [trouble(config, kinds, tmp_path_factory.mktemp("bot")) for config, kinds in WORLDS]
    return await asyncio.gather(*doing)


@pytest.mark.parametrize("number", range(len(WORLDS)), ids=["v1-links", "v1-forms", "v2-links", "v2-forms"])
async def test_each_write_is_done_once_or_not_and_that_is_told(verdicts: list[Verdict], number: int) -> None:
    verdict = verdicts[number]
    assert verdict.good, verdict.table()
    assert verdict.counts["asked"] == verdict.counts["accepted"] > 0
    assert verdict.counts["refused"] == 0
    assert verdict.counts["done"] >= 0.9 * verdict.counts["asked"], verdict.table()


async def test_a_limit_without_a_time_is_waited_for(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        (one,) = wanted(world, ("link",), 1)
        world.cad.faults.add(FaultKind.RATE_LIMITED, "link")
        await one.ask(world)
        assert one.attempts[0].shown.content.startswith("Waiting")
        assert one.times(world) == 0
        await poll(lambda: headline(one.attempts[0]).startswith("Linked"))
        assert one.times(world) == 1
