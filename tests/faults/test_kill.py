"""Killed at one chosen point: what was done is told, what was promised is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sandbox.discord.rest import Fault
from tests.e2e.reading import headline
from tests.e2e.world import V2, labels, poll, text, world_of
from tests.faults.scenes import held

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.scenes import Scene

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def what_was_done_but_not_shown_is_shown_after_the_restart(place: Path) -> None:
    async with world_of(V2, place) as world:
        player, presser = world.player(), world.player()
        world.cad.state.link(presser.account, "OLD1")
        asked = await world.command(presser, "linkchar", sync_id="OLD1", action="remove")
        world.discord.fail(Fault("PATCH", "/messages/@original", 503, times=1000))
        answers = [
            await world.discord.command(player.member, "linkchar", {"sync_id": "NEW1"}),
            await world.discord.press(presser.member, asked.shown, "Unlink"),
        ]
        await poll(lambda: player.account.links == ["NEW1"] and presser.account.links == [])
        await poll(lambda: sum(call.injected for call in world.discord.ledger) >= 2)
        await world.kill()
        world.discord.heal()
        await world.restart(kill=True)
        await poll(lambda: all(headline(answer).startswith("Done") for answer in answers))
        for answer in answers:
            assert not answer.followups
        assert [call.endpoint for call in world.calls].count("link") == 1


async def what_was_shown_stays_as_it_is(place: Path) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        await world.command(player, "linkchar", sync_id="SHOWN1")
        asked = await world.command(player, "linkchar", sync_id="SHOWN1", action="remove")
        gone = await world.press(player, asked, "Unlink")
        before = text(gone)
        await asyncio.sleep(0.5)  # the bot has read that Discord took it
        await world.restart(kill=True)
        await world.command(player, "linkchar", sync_id="SHOWN2")
        assert text(gone) == before
        assert "Undo" in labels(gone)


async def who_was_not_told_that_it_is_kept_is_told_after_the_restart(place: Path) -> None:
    async with world_of(V2, place) as world:
        player = world.player()
        world.cad.faults.add("503", "link", calls=1000)
        world.cad.faults.add("503", "links", calls=1000)
        world.discord.fail(Fault("PATCH", "/messages/@original", 503, times=1000))
        answer = await world.discord.command(player.member, "linkchar", {"sync_id": "KEPT1"})
        await poll(lambda: any(call.injected for call in world.discord.ledger))
        await world.kill()
        world.discord.heal()
        await world.restart(kill=True)
        await poll(lambda: headline(answer).startswith("Kept") if not answer.interaction.loading else False)
        world.cad.faults.clear()
        await poll(lambda: headline(answer).startswith("Done"))
        assert player.account.links == ["KEPT1"]


SCENES: dict[str, Scene] = {
    "done, not shown": what_was_done_but_not_shown_is_shown_after_the_restart,
    "shown": what_was_shown_stays_as_it_is,
    "kept, not told": who_was_not_told_that_it_is_kept_is_told_after_the_restart,
}


@pytest.mark.parametrize("scene", SCENES)
async def test_it_holds(ended: dict[str, BaseException | None], scene: str) -> None:
    held(ended, scene)
