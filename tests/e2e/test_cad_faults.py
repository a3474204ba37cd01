"""Every fault of the CAD around a link, before and after it was carried out: told truly, and never done twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import wire
from tests.e2e.faults import ACTS, AFTER, BEFORE, TRANSIENT, again, assert_true, done_times, prepare, settled
from tests.e2e.reading import says_done, says_uncertain
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from sandbox.cad import FaultKind
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V1, V2], ids=["v1", "v2"], indirect=True),
    pytest.mark.parametrize("act", ["link", "unlink"]),
]


@pytest.mark.parametrize("kind", BEFORE)
async def test_a_fault_before_the_call_is_carried_out(world: World, act: str, kind: FaultKind) -> None:
    player = prepare(world, act)
    world.cad.faults.add(kind, act)
    answer = await ACTS[act](world, player)
    assert world.cad.faults.waiting == []
    await settled(world, answer)
    assert_true(world, player, act, answer)
    assert not says_uncertain(answer), text(answer)  # the list of links tells


@pytest.mark.parametrize("kind", AFTER)
async def test_a_fault_after_the_call_was_carried_out(world: World, act: str, kind: FaultKind) -> None:
    player = prepare(world, act)
    world.cad.faults.add(kind, act, applied=True)
    answer = await ACTS[act](world, player)
    assert [call.endpoint for call in world.calls].count(act) == 1  # never sent again
    assert done_times(world, player, act) == 1
    await settled(world, answer)
    assert_true(world, player, act, answer)
    assert says_done(answer), text(answer)


@pytest.mark.parametrize("kind", sorted(TRANSIENT))
async def test_after_a_fault_that_passes_it_is_sent_again_by_itself(world: World, act: str, kind: FaultKind) -> None:
    player = prepare(world, act)
    world.cad.faults.add(kind, act)
    answer = await ACTS[act](world, player)
    await settled(world, answer)
    assert says_done(answer), text(answer)
    assert done_times(world, player, act) == 1


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
async def test_when_the_list_can_not_be_read_either_it_is_found_out_later(
    world: World, act: str, *, applied: bool
) -> None:
    player = prepare(world, act)
    await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))  # so that unlinking need not read
    world.cad.faults.add("500", act, applied=applied)
    world.cad.faults.add("500", "links")
    answer = await ACTS[act](world, player)
    assert world.cad.faults.waiting == []
    await settled(world, answer)
    assert_true(world, player, act, answer)
    assert says_done(answer), text(answer)
    assert done_times(world, player, act) == 1
    assert [call.endpoint for call in world.calls].count(act) == (1 if applied else 2)


async def test_an_empty_answer_is_a_success_on_v2_alone(world: World, act: str) -> None:
    player = prepare(world, act)
    world.cad.faults.add("empty", act, applied=world.v2)
    answer = await ACTS[act](world, player)
    assert says_done(answer) is world.v2, text(answer)
    assert_true(world, player, act, answer)


async def test_while_the_list_can_not_be_read_nothing_is_removed(world: World, act: str) -> None:
    player = prepare(world, act)
    world.cad.faults.add("503", "links")
    answer = await world.command(world.staff, "linkchar", api_id=wire.api_id(world, player))
    assert_true(world, player, act, answer)
    assert again(answer)
    answer = await world.press(world.staff, answer, again(answer))
    assert "linked" in text(answer)
