"""Players ask, approvers decide, over the wire: the card, the direct message, and a kill in between."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.e2e.reading import headline
from tests.e2e.world import V2, labels, poll, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import Player, World

APPROVAL = V2.but(SELF_LINK="approval").with_channels(approvals=True)
UNSET = V2.but(SELF_LINK="approval")

pytestmark = pytest.mark.asyncio(loop_scope="session")
over = pytest.mark.parametrize


async def ask(world: World, player: Player, sync_id: str, name: str = "Jane Doe") -> Exchange:
    refused = await world.command(player, "linkchar", sync_id=sync_id)
    return await world.submit(player, await world.press(player, refused, "Ask staff"), The=name)


@over("world", [APPROVAL], indirect=True)
async def test_asked_approved_and_told(world: World) -> None:
    player = world.player()
    assert headline(await ask(world, player, "ASK1")) == "Asked: staff will decide about `ASK1`."
    assert world.calls == []
    card = await world.card("ASK1")
    assert labels(card) == ["Look up", "Approve", "Deny"]
    answer = await world.press_on(world.approver, card, "Approve")
    assert headline(answer).startswith("Approved: `ASK1`")
    assert player.account.links == ["ASK1"]
    assert len(world.calls) == 1
    assert labels(await world.card("Approved", "ASK1")) == []
    await world.dm(player, "Approved", "ASK1")


@over("world", [APPROVAL], indirect=True)
async def test_a_card_and_its_reason_survive_a_kill(world: World) -> None:
    player = world.player()
    await ask(world, player, "ASK2")
    await world.restart(kill=True)
    card = await world.card("ASK2")
    form = await world.press_on(world.approver, card, "Deny")
    answer = await world.submit(world.approver, form, Reason="Ask in game")
    assert headline(answer).startswith("Denied: `ASK2`")
    await world.card("Denied", "ASK2", "Ask in game")
    await world.dm(player, "Denied", "ASK2", "Ask in game")
    assert player.account.links == []


async def test_a_kill_in_the_middle_of_an_approval_is_offered_again(tmp_path: Path) -> None:
    async with world_of(APPROVAL, tmp_path) as world:
        player = world.player()
        await ask(world, player, "ASK4")
        world.cad.faults.add("hang", "link", applied=True)
        pressing = asyncio.ensure_future(world.press_on(world.approver, await world.card("ASK4"), "Approve"))
        await poll(lambda: bool(world.calls))
        await world.restart(kill=True)
        await pressing
        card = await world.card("ASK4", "restarted in the middle")
        assert labels(card) == ["Look up", "Retry", "Deny"]
        assert headline(await world.press_on(world.approver, card, "Retry")).startswith("Approved: `ASK4`")
        assert player.account.links == ["ASK4"]
        await world.dm(player, "Approved", "ASK4")


@over("world", [UNSET], indirect=True)
async def test_without_a_channel_nothing_is_lost(world: World) -> None:
    player = world.player()
    answer = await ask(world, player, "ASK3")
    assert "no channel for requests is set" in headline(answer)
    assert "/setup" in text(answer)
    assert labels(answer) == ["Show it to staff", "Withdraw ASK3"]
