"""Staff link and unlink for others: one call each, told in words, taken back by Undo or Unlink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e import wire
from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V1, V2, form, labels, text

if TYPE_CHECKING:
    from tests.e2e.world import World

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [V1, V2], ids=["v1", "v2"], indirect=True),
]


async def test_staff_link_by_api_id_with_one_call(world: World) -> None:
    player = world.player()
    answer = await world.command(world.staff, "linkchar", sync_id="FIRST1", api_id=wire.api_id(world, player))
    assert world.wire == [wire.link(world, player, "FIRST1")]
    assert player.account.links == ["FIRST1"]
    assert headline(answer).startswith("Linked `FIRST1`")
    # The state before was not read, so there is nothing to go back to, only something to remove.
    assert "Unlink" in labels(answer)
    assert "Undo" not in labels(answer)


async def test_staff_unlink_asks_first_and_then_removes_once(world: World) -> None:
    player = world.player(links=["OLD1", "OLD2"])
    asked = await world.command(
        world.staff, "linkchar", sync_id="OLD1", action="remove", api_id=wire.api_id(world, player)
    )
    assert world.calls == []
    assert "OLD1" in headline(asked)
    assert headline(asked).endswith("?")
    answer = await world.press(world.staff, asked, "Unlink")
    assert headline(answer).startswith("Unlinked `OLD1`")
    assert [call for call in world.wire if call == wire.unlink(world, player, "OLD1")] == [
        wire.unlink(world, player, "OLD1")
    ]
    assert all(call in (wire.links(world, player), wire.unlink(world, player, "OLD1")) for call in world.wire)
    assert player.account.links == ["OLD2"]
    assert "Undo" in labels(answer)


async def test_a_question_answered_with_no_leaves_everything_as_it_is(world: World) -> None:
    player = world.player(links=["KEEP1"])
    asked = await world.command(
        world.staff, "linkchar", sync_id="KEEP1", action="remove", api_id=wire.api_id(world, player)
    )
    answer = await world.press(world.staff, asked, "No")
    assert says_unchanged(answer)
    assert world.calls == []
    assert player.account.links == ["KEEP1"]


async def test_unlink_for_a_member_by_his_discord_id(world: World) -> None:
    player = world.player(links=["MEM1"])
    asked = await world.command(world.staff, "linkchar", sync_id="MEM1", action="remove", member=player.member)
    answer = await world.press(world.staff, asked, "Unlink") if labels(asked) else asked
    if not world.v2:  # v1 has no name for a member's account
        assert_refused(answer, "api_id")
        assert world.calls == []
        return
    assert headline(answer).startswith("Unlinked `MEM1`")
    identifier = {"discord": str(player.member.id)}
    assert world.wire == [wire.v2_links(**identifier), wire.v2_link("MEM1", "DELETE", **identifier)]
    assert f"<@{player.member.id}>" in text(answer)


async def test_link_for_a_member(world: World) -> None:
    player = world.player()
    answer = await world.command(world.staff, "linkchar", sync_id="MEM2", member=player.member)
    if not world.v2:
        assert_refused(answer, "api_id")
        assert world.calls == []
        return
    assert world.wire == [wire.v2_link("MEM2", discord=str(player.member.id))]
    assert player.account.links == ["MEM2"]


async def test_a_member_whose_discord_is_not_linked_is_told_the_step(world: World) -> None:
    player = world.player(linked=False)
    answer = await world.command(world.staff, "linkchar", sync_id="MEM3", member=player.member)
    assert_refused(answer, "nothing was changed", "Discord" if world.v2 else "api_id")
    assert player.account.links == []


async def test_a_member_with_somebody_elses_api_id_is_refused(world: World) -> None:
    player, other = world.player(), world.player()
    answer = await world.command(
        world.staff, "linkchar", sync_id="MIX1", member=player.member, api_id=wire.api_id(world, other)
    )
    if world.v2:
        assert_refused(answer, "nothing was changed")
        assert {call.endpoint for call in world.calls} == {"account"}
        assert (player.account.links, other.account.links) == ([], [])
    else:  # v1 can't tell whose API id it is, and staff's word is the first rule
        assert other.account.links == ["MIX1"]


async def test_a_member_with_his_own_api_id_is_linked_by_it(world: World) -> None:
    player = world.player()
    await world.command(
        world.staff, "linkchar", sync_id="MIX2", member=player.member, api_id=wire.api_id(world, player)
    )
    assert world.wire[-1] == wire.link(world, player, "MIX2")
    assert player.account.links == ["MIX2"]


async def test_an_unknown_api_id_is_explained(world: World) -> None:
    answer = await world.command(world.staff, "linkchar", sync_id="NOBODY1", api_id="steam:none")
    assert_refused(answer, "nothing was changed", "`steam:none`")
    assert world.calls[0].endpoint == "link"


async def test_linking_twice_says_so_and_changes_nothing(world: World) -> None:
    player = world.player()
    named = {"sync_id": "TWICE1", "api_id": wire.api_id(world, player)}
    await world.command(world.staff, "linkchar", **named)
    again = await world.command(world.staff, "linkchar", **named)
    assert headline(again).startswith("Already linked")
    assert player.account.links == ["TWICE1"]
    assert not {"Undo", "Unlink"} & set(labels(again))


async def test_removing_what_was_not_linked_says_so(world: World) -> None:
    player = world.player()
    named = {"sync_id": "NEVER1", "action": "remove", "api_id": wire.api_id(world, player)}
    asked = await world.command(world.staff, "linkchar", **named)
    answer = await world.press(world.staff, asked, "Unlink")
    assert "was not linked" in headline(answer)
    assert world.cad.ledger.changes == []


async def test_unlink_button_takes_a_link_back(world: World) -> None:
    player = world.player()
    done = await world.command(world.staff, "linkchar", sync_id="BACK1", api_id=wire.api_id(world, player))
    asked = await world.press(world.staff, done, "Unlink")
    answer = await world.press(world.staff, asked, "Unlink") if headline(asked).endswith("?") else asked
    assert headline(answer).startswith("Unlinked `BACK1`")
    assert player.account.links == []


async def test_the_character_behind_a_link_is_shown_by_one_call(world: World) -> None:
    player = world.player()
    record = world.cad.state.add_record(player.account, {"first": "SHOWN", "last": "PERSON"})
    record["syncId"] = "SHOW1"
    for sync_id, expected in (("SHOW1", "SHOWN"), ("SHOW2", "`SHOW2`")):
        linked = await world.command(world.staff, "linkchar", sync_id=sync_id, api_id=wire.api_id(world, player))
        world.forget()
        answer = await world.press(world.staff, linked, "Show character")
        assert expected in text(answer)
        assert ("PERSON" in text(answer)) is (sync_id == "SHOW1")
        assert len(world.calls) <= 1
        assert {call.endpoint for call in world.calls} <= {"characters"}


async def test_undo_puts_a_removed_link_back(world: World) -> None:
    player = world.player(links=["UNDO1"])
    asked = await world.command(
        world.staff, "linkchar", sync_id="UNDO1", action="remove", api_id=wire.api_id(world, player)
    )
    done = await world.press(world.staff, asked, "Unlink")
    assert player.account.links == []
    answer = await world.press(world.staff, done, "Undo")
    assert headline(answer).startswith(("Linked `UNDO1`", "Undone: `UNDO1`"))
    assert player.account.links == ["UNDO1"]


async def test_undo_is_refused_after_somebody_changed_the_link(world: World) -> None:
    player = world.player(links=["UNDO2"])
    asked = await world.command(
        world.staff, "linkchar", sync_id="UNDO2", action="remove", api_id=wire.api_id(world, player)
    )
    done = await world.press(world.staff, asked, "Unlink")
    world.cad.state.link(player.account, "UNDO2")  # in the CAD itself
    before = list(world.cad.state.changes)
    answer = await world.press(world.staff, done, "Undo")
    assert_refused(answer, "changed")
    assert says_unchanged(answer)
    assert world.cad.state.changes == before


async def test_links_are_listed_without_a_sync_id_and_one_may_be_entered(world: World) -> None:
    player = world.player(links=["LIST1", "char7:list"])
    named = {"api_id": wire.api_id(world, player)}
    listed = await world.command(world.staff, "linkchar", **named)
    assert world.wire == [wire.links(world, player)]
    assert "`LIST1`" in text(listed)
    assert "`char7:list`" in text(listed)
    asked = await world.press(world.staff, listed, "Enter")
    (only,) = form(asked).fields
    answer = await world.fill(world.staff, asked, {only.label: "LIST2"})
    assert headline(answer).startswith("Linked `LIST2`")
    assert world.wire[1:] == [wire.link(world, player, "LIST2")]
    assert player.account.links == ["LIST1", "char7:list", "LIST2"]


async def test_the_list_to_remove_from_leads_to_a_removal(world: World) -> None:
    player = world.player(links=["LIST3"])
    listed = await world.command(world.staff, "linkchar", action="remove", api_id=wire.api_id(world, player))
    opened = await world.press(world.staff, listed, "Enter")
    asked = await world.fill(world.staff, opened, {form(opened).fields[0].label: "LIST3"})
    assert headline(asked).endswith("?")
    answer = await world.press(world.staff, asked, "Unlink")
    assert headline(answer).startswith("Unlinked `LIST3`")
    assert player.account.links == []


async def test_what_is_held_by_another_account_needs_staffs_yes(world: World) -> None:
    holder, other = world.player(), world.player()
    await world.command(world.staff, "linkchar", sync_id="HELD1", api_id=wire.api_id(world, holder))
    await world.command(world.staff, "linkchar", sync_id="OTHER1", api_id=wire.api_id(world, other))
    asked = await world.command(world.staff, "linkchar", sync_id="HELD1", api_id=wire.api_id(world, other))
    assert "another" in headline(asked)
    assert other.account.links == ["OTHER1"]
    answer = await world.press(world.staff, asked, "Yes")
    assert headline(answer).startswith("Linked `HELD1`")
    assert other.account.links == ["OTHER1", "HELD1"]
