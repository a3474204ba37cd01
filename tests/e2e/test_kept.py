"""What did not finish at once, with the real process and the real engine: done once, told at last, over a kill too."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from tests.e2e.faults import ACTS, done_times, prepare
from tests.e2e.reading import headline
from tests.e2e.world import V1, V2, labels, poll, world_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import Config, World

pytestmark = pytest.mark.asyncio(loop_scope="session")


def reads(exchange: Exchange) -> str:
    """Return the answer as it reads now."""
    return exchange.message.text if exchange.message is not None else ""


async def becomes(world: World, holds: Callable[[], bool], seconds: float = 40.0) -> None:
    """Wait until it holds."""
    await world.discord.until(holds, seconds)


@pytest.mark.parametrize("config", [V1, V2], ids=["v1", "v2"])
async def test_what_the_cad_did_not_take_is_sent_again_by_itself(tmp_path: Path, config: Config) -> None:
    async with world_of(config, tmp_path) as world:
        for act in ("create", "link", "unlink"):  # in this order: links say that characters come from the game
            do = ACTS[act]
            player = prepare(world, act)
            world.cad.faults.add(FaultKind.UNAVAILABLE, act)
            kept = await do(world, player)
            await becomes(world, lambda kept=kept: "Done: " in reads(kept))  # type: ignore[misc]
            assert done_times(world, player, act) == 1


async def test_an_outage_is_waited_out_and_what_was_taken_back_is_not_sent(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        port = int(world.cad.url.rpartition(":")[2])
        await world.cad.stop()
        kept = await world.command(player, "linkchar", sync_id="DOWN1")
        assert headline(kept).startswith("Kept: the CAD can't take this")
        other = await world.command(player, "linkchar", sync_id="DOWN2")
        assert labels(other) == ["Take it back"], world.bot.output
        assert headline(await world.press(player, other, "Take it back")).startswith("Taken back")
        await world.cad.start(port)
        await becomes(world, lambda: "Done: link `DOWN1`" in reads(kept))
        assert player.account.links == ["DOWN1"]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("acts", [("create",), ("link", "unlink")], ids=["create", "links"])
async def test_killed_while_sending_it_is_looked_up_and_told(
    tmp_path: Path, acts: tuple[str, ...], *, applied: bool
) -> None:
    async with world_of(V2, tmp_path) as world:
        players = {act: prepare(world, act) for act in acts}
        for act in acts:
            world.cad.faults.add(FaultKind.HANG, act, applied=applied)
        doing = {act: asyncio.ensure_future(ACTS[act](world, player)) for act, player in players.items()}
        await poll(lambda: not world.cad.faults.waiting)
        await world.restart(kill=True)
        for act, player in players.items():
            kept = await doing[act]
            await becomes(world, lambda kept=kept: "Done: " in reads(kept))  # type: ignore[misc]
            assert done_times(world, player, act) == 1
            assert [call.endpoint for call in world.calls].count(act) == (1 if applied else 2)


async def test_killed_before_anything_was_written_it_is_said_so(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        player = world.player()
        other = sqlite3.connect(tmp_path / "data" / "charlink.db")
        other.execute("BEGIN IMMEDIATE")  # the bot's first row has to wait
        exchange = await world.discord.command(player.member, "linkchar", {"sync_id": "CUT0"})
        await exchange.first()
        await asyncio.sleep(0.2)
        await world.kill()
        other.close()
        await world.restart_after_kill()
        await becomes(world, lambda: "Not done: the bot was restarted" in reads(exchange))
        assert "Nothing was sent to the CAD" in reads(exchange)
        assert player.account.links == []
