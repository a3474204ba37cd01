"""Autocomplete answers from memory: no CAD call for a keystroke, never nothing, nobody else's characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.reading import assert_refused
from tests.e2e.world import V2, text

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V2], ids=["v2"], indirect=True),
]
LONG = "z" * 101


async def test_an_account_never_met_gets_a_hint_that_is_no_sync_id(world: World) -> None:
    player = world.player(links=["SECRET"])
    (hint,) = await world.autocomplete(player)
    assert world.calls == []
    assert "SECRET" not in hint.name
    answer = await world.command(player, "linkchar", sync_id=str(hint.value))
    assert_refused(answer, "hint")
    assert world.calls == []


async def test_what_was_typed_is_offered_as_it_is(world: World) -> None:
    offered = await world.autocomplete(world.player(), "char1:aBc")
    assert "char1:aBc" in [choice.value for choice in offered]
    assert world.calls == []


async def test_what_was_listed_is_offered_and_filtered_by_what_is_typed(world: World) -> None:
    player = world.player(links=["ALPHA1", "BETA2", "GAMMA3"])
    await world.command(player, "linkchar")
    world.forget()
    offered = await world.autocomplete(player)
    assert {"ALPHA1", "BETA2", "GAMMA3"} == {choice.value for choice in offered}
    offered = await world.autocomplete(player, "bet", action="remove")
    assert {"BETA2", "bet"} >= {choice.value for choice in offered} >= {"BETA2"}
    assert world.calls == []


async def test_to_remove_only_what_is_linked_is_offered(world: World) -> None:
    player = world.player(links=["GONE1", "STAYS1"])
    asked = await world.command(player, "linkchar", sync_id="GONE1", action="remove")
    await world.press(player, asked, "Unlink")
    offered = await world.autocomplete(player, action="remove")
    assert [choice.value for choice in offered] == ["STAYS1"]
    offered = await world.autocomplete(player)
    assert offered[0].value == "GONE1"  # the bot's own history: what may be wanted back


@pytest.mark.parametrize("typed", ["", "OTHERS", "O"])
async def test_a_player_never_sees_what_belongs_to_others(world: World, typed: str) -> None:
    other, player = world.player(links=["OTHERS1"]), world.player()
    await world.command(other, "linkchar")
    await world.command(world.staff, "linkchar", api_id=other.account.community_user_id)
    for named in ({}, {"member": other.member}, {"api_id": other.account.community_user_id}):
        offered = await world.autocomplete(player, typed, **named)
        assert offered
        assert not any("OTHERS1" in f"{choice.name}{choice.value}" for choice in offered)


async def test_staff_see_what_belongs_to_the_member(world: World) -> None:
    other = world.player(links=["THEIRS1"])
    await world.command(world.staff, "linkchar", member=other.member)
    world.forget()
    offered = await world.autocomplete(world.staff, member=other.member)
    assert [choice.value for choice in offered] == ["THEIRS1"]
    assert not any(choice.value == "THEIRS1" for choice in await world.autocomplete(world.staff))
    assert world.calls == []


async def test_a_stranger_gets_one_hint_that_does_nothing(world: World) -> None:
    stranger = world.member("Stranger")
    (hint,) = await world.autocomplete(stranger, "ABC")
    answer = await world.command(stranger, "linkchar", sync_id=str(hint.value))
    assert_refused(answer, "role")


async def test_ids_too_long_for_a_choice_are_typed_in_full(world: World) -> None:
    player = world.player(links=[LONG, "SHORT1"])
    await world.command(player, "linkchar")
    assert [choice.value for choice in await world.autocomplete(player)] == ["SHORT1"]
    (hint,) = await world.autocomplete(player, LONG)
    assert "type" in hint.name.casefold()
    answer = await world.command(player, "linkchar", sync_id=LONG)
    assert text(answer).startswith("Already linked")


async def test_never_more_than_25(world: World) -> None:
    player = world.player(links=[f"MANY{number:02}" for number in range(40)])
    await world.command(player, "linkchar")
    assert len(await world.autocomplete(player)) == 25
    offered = await world.autocomplete(player, "MANY3")
    assert {f"MANY3{number}" for number in range(10)} <= {choice.value for choice in offered}
