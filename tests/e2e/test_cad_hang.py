"""A CAD that never answers. Everything here happens at once, in one fixture, since each costs the ten seconds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.faults import ACTS, assert_true, done_times, prepare, settled
from tests.e2e.reading import says_done
from tests.e2e.world import V1, V2, poll, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import Config, Player, World

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Hung:
    """What came of acts that the CAD left hanging, and of a stop in the middle of one."""

    told: list[tuple[World, Player, str, bool, Exchange]] = field(default_factory=list)
    stopped_after: float = 0.0
    exit_code: int | None = None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hung(tmp_path_factory: pytest.TempPathFactory) -> Hung:
    """Let everything hang at once."""
    found = Hung()
    await asyncio.gather(
        _hang(found, V1, tmp_path_factory.mktemp("v1")),
        _hang(found, V2, tmp_path_factory.mktemp("v2")),
        _stop(found, tmp_path_factory.mktemp("stop")),
    )
    return found


async def _hang(found: Hung, config: Config, directory: Path) -> None:
    async with world_of(config, directory) as world:
        waiting: list[tuple[Player, str, bool, asyncio.Future[Exchange]]] = []
        for act in ("create", "link", "unlink"):
            for applied in (False, True):
                player = prepare(world, act)
                world.cad.faults.add("hang", act, applied=applied)
                doing = asyncio.ensure_future(ACTS[act](world, player))
                await poll(lambda: not world.cad.faults.waiting)
                waiting.append((player, act, applied, doing))
        told = [(world, player, act, applied, await doing) for player, act, applied, doing in waiting]
        await asyncio.gather(*(settled(world, answer) for *_, answer in told))
        found.told += told


async def _stop(found: Hung, directory: Path) -> None:
    async with world_of(V2, directory) as world:
        world.cad.faults.add("hang", "link")
        exchange = await world.discord.command(world.player().member, "linkchar", {"sync_id": "HANG1"})
        await exchange.first()
        await poll(lambda: not world.cad.faults.waiting)
        started = time.monotonic()
        try:
            found.exit_code = await world.bot.stop()
        except TimeoutError:
            world.bots.clear()  # it was killed
        found.stopped_after = time.monotonic() - started


async def test_every_answer_comes_and_is_true(hung: Hung) -> None:
    assert len(hung.told) == 12
    for world, player, act, applied, answer in hung.told:
        assert_true(world, player, act, answer)
        if act == "create":  # the links made beside it show Database Sync: then it is not listed, and never sent again
            assert done_times(world, player, act) == applied
            continue
        assert says_done(answer), f"{act} {applied}: {text(answer)}"
        assert done_times(world, player, act) == 1


async def test_what_was_applied_is_not_sent_again(hung: Hung) -> None:
    for world in {id(world): world for world, *_ in hung.told}.values():
        for act, count in (("create", 2), ("link", 3), ("unlink", 3)):  # one of each was applied, one was not
            assert [call.endpoint for call in world.calls].count(act) == count


async def test_sigterm_stops_within_ten_seconds_all_the_same(hung: Hung) -> None:
    assert hung.exit_code == 0
    assert hung.stopped_after < 10
