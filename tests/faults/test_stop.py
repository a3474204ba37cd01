"""SIGTERM in the middle of things: within ten seconds, with exit code 0, and the rest goes on at the next start."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest

from sandbox.discord.rest import Fault
from tests.e2e.reading import headline
from tests.e2e.world import V2, poll, text, world_of
from tests.faults.scenes import held
from tests.faults.storm import OPEN, rows

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import World
    from tests.faults.scenes import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")

EDIT = ("PATCH", "/messages/@original")


async def stop(world: World) -> float:
    """Stop the bot, which must end well; return the seconds that it took."""
    started = time.monotonic()
    await world.stop()
    return time.monotonic() - started


async def answered(exchange: Exchange, word: str) -> None:
    """Wait until an answer begins with a word."""
    await poll(lambda: exchange.settled_now and headline(exchange).startswith(word))


async def what_the_cad_leaves_hanging_goes_on_at_the_next_start(place: Path) -> None:
    async with world_of(V2, place) as world:
        hung, done = world.player(), world.player()
        world.cad.faults.add("hang", "link")
        waiting = await world.discord.command(hung.member, "linkchar", {"sync_id": "HUNG1"})
        await poll(lambda: not world.cad.faults.waiting)
        world.cad.faults.add("hang", "link", seconds=1.0, applied=True)
        finished = await world.discord.command(done.member, "linkchar", {"sync_id": "SLOW1"})
        await poll(lambda: not world.cad.faults.waiting)
        assert await stop(world) < 10
        assert headline(finished).startswith("Linked `SLOW1`")
        assert "restarted" in text(waiting)
        assert [row["state"] for row in rows(world).values()] == ["sending", "done"]
        await world.run()
        await answered(waiting, "Done")
        assert (hung.account.links, done.account.links) == (["HUNG1"], ["SLOW1"])
        await poll(lambda: not any(row["state"] in OPEN or row["owed"] for row in rows(world).values()))


async def what_discord_does_not_take_is_told_at_the_next_start(place: Path, *, status: int) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        world.discord.fail(Fault(*EDIT, status, times=1000))
        waiting = await world.discord.command(player.member, "linkchar", {"sync_id": "DEAF1"})
        await poll(lambda: any(row["state"] == "done" for row in rows(world).values()))
        assert await stop(world) < 10
        world.discord.heal()
        await world.run()
        await answered(waiting, "Done")
        assert player.account.links == ["DEAF1"]


async def a_discord_that_hangs_holds_nothing_up(place: Path) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        world.discord.fail(Fault(*EDIT, 503, times=1000, delay=60.0))
        waiting = await world.discord.command(player.member, "linkchar", {"sync_id": "MUTE1"})
        await poll(lambda: any(row["state"] == "done" for row in rows(world).values()))
        assert await stop(world) < 10
        world.discord.heal()
        await world.run()
        await answered(waiting, "Done")


async def what_is_kept_stays_and_is_taken_up(place: Path) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        world.cad.faults.add("503", "link", calls=1000)
        world.cad.faults.add("503", "links", calls=1000)
        waiting = await world.command(player, "linkchar", sync_id="KEPT1")
        assert headline(waiting).startswith("Kept")
        assert await stop(world) < 10
        assert [row["state"] in OPEN for row in rows(world).values()] == [True]
        world.cad.faults.clear()
        await world.run()
        await answered(waiting, "Done")
        assert player.account.links == ["KEPT1"]


async def an_attempt_of_the_engine_that_hangs_is_left(place: Path) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        world.cad.faults.add("503", "link")
        world.cad.faults.add("503", "links")
        world.cad.faults.add("hang", "links")
        waiting = await world.command(player, "linkchar", sync_id="KEPT2")
        assert headline(waiting).startswith("Kept")
        await poll(lambda: not world.cad.faults.waiting)
        assert await stop(world) < 10
        assert [row["state"] for row in rows(world).values()] == ["sending"]
        await world.run()
        await answered(waiting, "Done")
        assert player.account.links == ["KEPT2"]


SCENES: dict[str, Scene] = {
    "the CAD hangs": what_the_cad_leaves_hanging_goes_on_at_the_next_start,
    "Discord fails": partial(what_discord_does_not_take_is_told_at_the_next_start, status=503),
    "Discord drops": partial(what_discord_does_not_take_is_told_at_the_next_start, status=0),
    "Discord hangs": a_discord_that_hangs_holds_nothing_up,
    "kept": what_is_kept_stays_and_is_taken_up,
    "the engine is at it": an_attempt_of_the_engine_that_hangs_is_left,
}


@pytest.mark.parametrize("scene", SCENES)
async def test_it_holds(ended: dict[str, BaseException | None], scene: str) -> None:
    held(ended, scene)
