"""Every fault of the CAD around a create: told truly, what was typed is kept, and no character is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.faults import AFTER, BEFORE, TRANSIENT, again, assert_true, create, done_times, prepare, settled
from tests.e2e.reading import says_done, says_uncertain
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from sandbox.cad import FaultKind
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V1.but(), V2.but()], ids=["v1", "v2"], indirect=True),  # no link tells here
]


@pytest.mark.parametrize("kind", BEFORE)
async def test_a_fault_before_the_call_is_carried_out(world: World, kind: FaultKind) -> None:
    player = prepare(world, "create")
    world.cad.faults.add(kind, "create")
    answer = await create(world, player)
    assert world.cad.faults.waiting == []
    await settled(world, answer)
    assert_true(world, player, "create", answer)
    assert not says_uncertain(answer), text(answer)  # the list of characters tells


@pytest.mark.parametrize("kind", AFTER)
async def test_a_fault_after_the_call_was_carried_out(world: World, kind: FaultKind) -> None:
    player = prepare(world, "create")
    world.cad.faults.add(kind, "create", applied=True)
    answer = await create(world, player)
    assert done_times(world, player, "create") == 1
    await settled(world, answer)
    assert_true(world, player, "create", answer)
    if again(answer):
        await world.press(world.staff, answer, again(answer))
    assert [call.endpoint for call in world.calls].count("create") == 1  # never sent again
    assert done_times(world, player, "create") == 1


@pytest.mark.parametrize("kind", sorted(TRANSIENT))
async def test_after_a_fault_that_passes_it_is_sent_again_by_itself(world: World, kind: FaultKind) -> None:
    player = prepare(world, "create")
    world.cad.faults.add(kind, "create")
    answer = await create(world, player)
    await settled(world, answer)
    assert says_done(answer), text(answer)
    assert done_times(world, player, "create") == 1


@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
async def test_when_the_list_can_not_be_read_either_it_is_found_out_later(world: World, *, applied: bool) -> None:
    player = prepare(world, "create")
    world.cad.faults.add("500", "create", applied=applied)
    world.cad.faults.add("500", "characters")
    answer = await create(world, player)
    await settled(world, answer)
    assert_true(world, player, "create", answer)
    assert says_done(answer), text(answer)
    assert done_times(world, player, "create") == 1
    assert [call.endpoint for call in world.calls].count("create") == (1 if applied else 2)


async def test_a_unique_value_that_is_taken_is_named_and_the_draft_kept(world: World) -> None:
    player = prepare(world, "create")
    world.cad.faults.add("409", "create")
    answer = await create(world, player)
    assert "taken" in text(answer) or "unique" in text(answer) or not world.v2
    assert_true(world, player, "create", answer)
    assert again(answer), text(answer)
