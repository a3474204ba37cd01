"""Every fault of the CAD around a create: told truly, what was typed is kept, and one character is made in the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from tests.e2e.faults import AFTER, BEFORE, again, assert_true, done_times, doubtful, meets_fault, settled
from tests.e2e.reading import says_done
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("worlds", [(V1.but(), V2.but())], ids=["v1-v2"], indirect=True),  # no link tells here
]


@pytest.mark.parametrize("kind", BEFORE)
async def test_a_fault_before_the_call_is_carried_out(worlds: tuple[World, ...], kind: FaultKind) -> None:
    await asyncio.gather(*(meets_fault(world, "create", kind) for world in worlds))


@pytest.mark.parametrize("kind", AFTER)
async def test_a_fault_after_the_call_was_carried_out(worlds: tuple[World, ...], kind: FaultKind) -> None:
    met = await asyncio.gather(*(meets_fault(world, "create", kind, applied=True) for world in worlds))
    for world, (player, answer) in zip(worlds, met, strict=True):
        if again(answer):
            await world.press(world.staff, answer, again(answer))
        assert [call.endpoint for call in world.calls].count("create") == 1  # never sent again
        assert done_times(world, player, "create") == 1


async def test_when_the_list_can_not_be_read_either_it_is_found_out_later(worlds: tuple[World, ...]) -> None:
    async def in_one(world: World) -> None:
        kept = [await doubtful(world, "create", "characters", applied=applied) for applied in (False, True)]
        for player, answer in kept:  # both at once: the bot waits until the CAD can't be at it any more
            await settled(world, answer)
            assert_true(world, player, "create", answer)
            assert says_done(answer), text(answer)
            assert done_times(world, player, "create") == 1
        assert [call.endpoint for call in world.calls].count("create") == 3

    await asyncio.gather(*(in_one(world) for world in worlds))


async def test_a_unique_value_that_is_taken_is_named_and_the_draft_kept(worlds: tuple[World, ...]) -> None:
    for world in worlds:
        _, answer = await meets_fault(world, "create", FaultKind.CONFLICT)
        assert "taken" in text(answer) or "unique" in text(answer) or not world.v2
        assert again(answer), text(answer)
