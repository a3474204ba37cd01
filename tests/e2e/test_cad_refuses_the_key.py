"""After a refusal of the key, the plan or the pace the bot sends nothing for a while, and says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from tests.e2e import wire
from tests.e2e.faults import ACTS, assert_true, done_times, prepare
from tests.e2e.reading import assert_refused, headline, says_kept, says_unchanged
from tests.e2e.world import V1, V2, labels, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import Config, Player, World

pytestmark = pytest.mark.asyncio
both = pytest.mark.parametrize("config", [V1, V2], ids=["v1", "v2"])


async def refused(world: World, act: str, *words: str) -> None:
    """Let an act be refused by the fault that waits, or by the bot itself: told, true, nothing changed."""
    player = prepare(world, act)
    answer = await ACTS[act](world, player)
    assert_refused(answer, *words)
    assert not says_kept(answer), text(answer)  # somebody has to act first
    assert says_unchanged(answer), text(answer)
    assert_true(world, player, act, answer)
    assert done_times(world, player, act) == 0


@pytest.mark.parametrize(
    ("config", "first"), [(V1, "link"), (V1, "unlink"), (V2, "create")], ids=["v1-link", "v1-unlink", "v2"]
)
async def test_a_refused_key_stops_every_call(tmp_path: Path, config: Config, first: str) -> None:
    async with world_of(config, tmp_path) as world:
        player = world.player(links=["BEFORE1"])
        world.cad.faults.add(FaultKind.UNAUTHORIZED, first, calls=None)
        await refused(world, first, "key")
        world.cad.faults.clear()
        world.forget()
        for act in ("link",) if first == "unlink" else ("create", "link"):  # unlinking told of Database Sync
            await refused(world, act, "paused")
        answer = await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))
        assert_refused(answer, "paused")
        assert world.calls == []


@both
async def test_a_plan_that_lacks_the_call_is_told(tmp_path: Path, config: Config) -> None:
    async with world_of(config, tmp_path) as world:
        for act in ("create", "link"):
            world.cad.faults.add(FaultKind.PAYMENT_REQUIRED, act)
            await refused(world, act, "plan")
            world.forget()
            await refused(world, act, "paused")
            assert world.calls == []


async def test_a_community_whose_api_is_off_is_told(tmp_path: Path) -> None:
    async with world_of(replace(V1, community={"api_enabled": False}), tmp_path) as world:
        await refused(world, "link")


async def test_a_wrong_community_id_is_told(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path, running=False) as world:
        await world.run(SONORAN_COMMUNITY_ID="somebody-elses")
        await refused(world, "link")


@both
async def test_the_key_of_another_community_is_never_shown(tmp_path: Path, config: Config) -> None:
    wrong = "e2e-the-wrong-community-key"
    async with world_of(config, tmp_path, running=False) as world:
        bot = await world.run(SONORAN_API_KEY=wrong)
        await refused(world, "link")
        assert wrong not in bot.output
        assert wrong not in world.news()


async def test_v2_waits_a_429_out_when_that_fits_and_keeps_it_otherwise(tmp_path: Path) -> None:
    async def waited_out(world: World, act: str) -> None:
        player = prepare(world, act)
        world.cad.faults.add(FaultKind.RATE_LIMITED, act, retry_after="1")
        answer = await ACTS[act](world, player)
        assert headline(answer).startswith(("Linked", "Unlinked", "Created"))
        assert done_times(world, player, act) == 1
        first, second = [call.at for call in world.calls if call.endpoint == act]
        assert second - first >= 0.99

    async with world_of(V2, tmp_path) as world:
        await waited_out(world, "create")  # before a link shows that the community uses Database Sync
        await asyncio.gather(*(waited_out(world, act) for act in ("link", "unlink")))
        for act in ("link", "unlink"):
            await too_long(world, act)


async def test_v1_stays_away_for_as_long_as_a_429_says_or_a_minute(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path) as world:
        await too_long(world, "create")
        world.cad.faults.add(FaultKind.RATE_LIMITED, "link", calls=None)
        await kept_unsent(world, "link", "60 second")


async def kept_unsent(world: World, act: str, *words: str) -> tuple[Player, Exchange]:
    """Let an act be put off by the fault that waits, or by the bot itself: kept, told, and nothing changed so far."""
    player = prepare(world, act)
    answer = await ACTS[act](world, player)
    assert headline(answer) == "Kept: the CAD can't take this right now."
    assert_refused(answer, "Nothing was changed yet", *words)
    assert labels(answer) == ["Take it back"]
    assert done_times(world, player, act) == 0
    return player, answer


async def too_long(world: World, act: str) -> None:
    """Let the CAD ask for more patience than anybody has: kept, told with the time, and nothing is sent before."""
    world.cad.faults.add(FaultKind.RATE_LIMITED, act, retry_after="119")
    player, answer = await kept_unsent(world, act)
    assert any(f"{seconds} second" in text(answer) for seconds in (117, 118, 119)), text(answer)
    world.forget()
    await kept_unsent(world, act, "second")
    assert headline(await world.press(world.staff, answer, "Take it back")).startswith("Taken back")
    assert act not in {call.endpoint for call in world.calls}
    assert done_times(world, player, act) == 0
