"""Every fault of the CAD around a link, before and after it was carried out: told truly, done in the end, and once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from tests.e2e import wire
from tests.e2e.faults import (
    ACTS,
    AFTER,
    BEFORE,
    TRANSIENT,
    again,
    assert_true,
    done_times,
    doubtful,
    meets_fault,
    prepare,
    settled,
)
from tests.e2e.reading import assert_refused, says_done, says_kept, says_unchanged
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("worlds", [(V1, V2)], ids=["v1-v2"], indirect=True),
]
LINKS = ("link", "unlink")


@pytest.mark.parametrize("kind", BEFORE)
async def test_a_fault_before_the_call_is_carried_out(worlds: tuple[World, ...], kind: FaultKind) -> None:
    await asyncio.gather(*(meets_fault(world, act, kind) for world in worlds for act in LINKS))


@pytest.mark.parametrize("kind", AFTER)
async def test_a_fault_after_the_call_was_carried_out(worlds: tuple[World, ...], kind: FaultKind) -> None:
    await asyncio.gather(*(meets_fault(world, act, kind, applied=True) for world in worlds for act in LINKS))


async def test_when_the_list_can_not_be_read_either_it_is_found_out_later(worlds: tuple[World, ...]) -> None:
    async def in_one(world: World) -> None:
        kept = [
            (act, await doubtful(world, act, "links", applied=applied)) for act in LINKS for applied in (False, True)
        ]
        for act, (player, answer) in kept:  # all at once: the bot waits until the CAD can't be at it any more
            await settled(world, answer)
            assert_true(world, player, act, answer)
            assert says_done(answer), text(answer)
            assert done_times(world, player, act) == 1
        assert [[call.endpoint for call in world.calls].count(act) for act in LINKS] == [3, 3]

    await asyncio.gather(*(in_one(world) for world in worlds))


@pytest.mark.parametrize("act", LINKS)
async def test_an_empty_answer_is_a_success_on_v2_alone(worlds: tuple[World, ...], act: str) -> None:
    v1, v2 = worlds
    player = prepare(v2, act)
    v2.cad.faults.add("empty", act, applied=True)
    answer = await ACTS[act](v2, player)
    assert says_done(answer), text(answer)
    assert_true(v2, player, act, answer)
    await meets_fault(v1, act, FaultKind.EMPTY)


@pytest.mark.parametrize("kind", sorted(TRANSIENT - {FaultKind.DROP}))  # a read that was cut is read again at once
async def test_a_list_that_can_not_be_read_is_no_operation_and_is_asked_for_again(
    worlds: tuple[World, ...], kind: FaultKind
) -> None:
    async def in_one(world: World) -> None:
        player = prepare(world, "unlink")
        world.cad.faults.add(kind, "links")
        answer = await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))
        assert_refused(answer)
        assert not says_kept(answer)
        assert says_unchanged(answer), text(answer)
        assert again(answer) == "Try again"
        answer = await world.press(world.staff, answer, again(answer))
        assert "linked" in text(answer)
        assert done_times(world, player, "unlink") == 0

    await asyncio.gather(*(in_one(world) for world in worlds))
