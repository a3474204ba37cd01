"""Players link themselves, as far as the server's policy lets them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.e2e import wire
from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V1, V2, form, labels, text

if TYPE_CHECKING:
    from tests.e2e.world import Player, World

OFF = V2.but(SELF_LINK="off")
PATTERN = V2.but(SELF_LINK="approval", SELF_LINK_PATTERN="char#:{api_id}")
LIMITED = V2.but(MAX_LINKS="2")
NO_UNLINK = V2.but(PLAYER_MAY="link,create")

pytestmark = pytest.mark.asyncio(loop_scope="session")
over = pytest.mark.parametrize


def by_discord(player: Player) -> dict[str, str]:
    """Return how a player's account is named on v2 without anything but Discord."""
    return {"discord": str(player.member.id)}


@over("world", [V2], indirect=True)
async def test_open_a_player_links_himself_with_one_call(world: World) -> None:
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="MINE1")
    assert world.wire == [wire.v2_link("MINE1", **by_discord(player))]
    assert headline(answer).startswith("Linked `MINE1`")
    assert "your CAD account" in text(answer)
    assert "API ID" not in text(answer)  # a word for staff


@over("world", [V2], indirect=True)
async def test_open_a_player_unlinks_himself_and_takes_it_back(world: World) -> None:
    player = world.player(links=["MINE2"])
    asked = await world.command(player, "linkchar", sync_id="MINE2", action="remove")
    assert world.calls == []
    done = await world.press(player, asked, "Unlink")
    assert player.account.links == []
    answer = await world.press(player, done, "Undo")
    assert headline(answer).startswith(("Linked `MINE2`", "Undone"))
    assert player.account.links == ["MINE2"]


@over("world", [V2], indirect=True)
async def test_open_a_player_enters_a_sync_id_in_the_form(world: World) -> None:
    player = world.player()
    listed = await world.command(player, "linkchar")
    assert world.wire == [wire.v2_links(**by_discord(player))]
    opened = await world.press(player, listed, "Enter")
    answer = await world.fill(player, opened, {form(opened).fields[0].label: "MINE3"})
    assert headline(answer).startswith("Linked `MINE3`")
    assert world.wire[1:] == [wire.v2_link("MINE3", **by_discord(player))]


@over("world", [V2], indirect=True)
async def test_open_the_next_command_knows_what_is_linked_already(world: World) -> None:
    player = world.player()
    await world.command(player, "linkchar", sync_id="MINE4")
    again = await world.command(player, "linkchar", sync_id="MINE4")
    assert headline(again).startswith("Already linked")
    assert not {"Undo", "Unlink"} & set(labels(again))


@over("world", [V2], indirect=True)
async def test_open_a_player_may_not_take_what_is_known_to_be_anothers(world: World) -> None:
    holder, taker = world.player(name="Hilda Holder"), world.player()
    await world.command(holder, "linkchar", sync_id="TAKEN1")
    answer = await world.command(taker, "linkchar", sync_id="TAKEN1")
    assert_refused(answer, "TAKEN1", "staff")
    assert says_unchanged(answer)
    assert "Hilda" not in text(answer)
    assert str(holder.member.id) not in text(answer)
    assert taker.account.links == []


@over("world", [V2], indirect=True)
async def test_open_an_account_unknown_to_the_cad_is_told_the_steps_in_order(world: World) -> None:
    answer = await world.command(world.member("Newcomer", "player"), "linkchar", sync_id="MINE5")
    assert_refused(answer, "Discord", "join")
    words = text(answer).casefold()
    assert words.index("link discord") < words.index("join")
    assert says_unchanged(answer)


@over("world", [OFF], indirect=True)
async def test_off_players_are_told_that_staff_links(world: World) -> None:
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="OFF1")
    assert_refused(answer, "staff", "/setup")
    assert world.calls == []


@over("world", [OFF], indirect=True)
async def test_off_players_may_still_unlink(world: World) -> None:
    player = world.player(links=["OFF2"])
    asked = await world.command(player, "linkchar", sync_id="OFF2", action="remove")
    answer = await world.press(player, asked, "Unlink")
    assert headline(answer).startswith("Unlinked `OFF2`")
    assert player.account.links == []


@over("world", [OFF], indirect=True)
async def test_off_a_player_can_neither_enter_nor_undo_his_way_around_the_rule(world: World) -> None:
    player = world.player()
    listed = await world.command(player, "linkchar")
    answer = await world.press(player, listed, "Enter")
    if answer.modal is not None:
        answer = await world.fill(player, answer, {form(answer).fields[0].label: "OFF3"})
    assert_refused(answer, "staff")
    assert player.account.links == []


@over("world", [OFF], indirect=True)
async def test_off_staff_linking_themselves_follow_the_players_rule_and_admins_do_not(world: World) -> None:
    staff = world.player("staff")
    answer = await world.command(staff, "linkchar", sync_id="OFF4")
    assert_refused(answer, "/setup")
    admin = world.player("admin")
    answer = await world.command(admin, "linkchar", sync_id="OFF5")
    assert headline(answer).startswith("Linked `OFF5`")


@over("world", [PATTERN], indirect=True)
async def test_approval_players_are_told_that_staff_must_do_it(world: World) -> None:
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="APP1")
    assert_refused(answer, "staff", "`APP1`")
    assert says_unchanged(answer)
    assert "link" not in {call.endpoint for call in world.calls}


@over("world", [PATTERN], indirect=True)
@over(
    ("sync_id", "links"),
    [
        ("char1:{id}", True),
        ("char9:{id}", True),
        ("Char1:{id}", False),
        ("char:{id}", False),
        ("char12:{id}", False),
        ("charx:{id}", False),
        ("char1:{id}9", False),
        ("xchar1:{id}", False),
        ("char1:LICENSE-0001", False),
        ("char\N{ARABIC-INDIC DIGIT ONE}:{id}", False),
    ],
)
async def test_pattern_what_follows_from_the_proven_id_needs_no_approval(
    world: World, sync_id: str, *, links: bool
) -> None:
    player = world.player()
    wanted = sync_id.format(id=player.account.community_user_id)
    answer = await world.command(player, "linkchar", sync_id=wanted)
    read = wire.v2_account(**by_discord(player))
    if links:
        assert world.wire == [read, wire.v2_link(wanted, **by_discord(player))]
        assert headline(answer).startswith(f"Linked `{wanted}`")
    else:
        assert world.wire in ([], [read])
        assert_refused(answer, "staff")
    assert player.account.links == ([wanted] if links else [])


@over("world", [PATTERN], indirect=True)
async def test_pattern_an_account_without_an_id_proves_nothing(world: World) -> None:
    player = world.player(community_user_id=None)
    for sync_id in ("char1:", "char1:None"):
        answer = await world.command(player, "linkchar", sync_id=sync_id)
        assert_refused(answer, "staff")
    assert player.account.links == []


@over("world", [LIMITED], indirect=True)
async def test_limit_the_next_character_is_refused_with_the_numbers(world: World) -> None:
    player = world.player(links=["LIM1"])
    answer = await world.command(player, "linkchar", sync_id="LIM2")
    assert world.wire == [wire.v2_links(**by_discord(player)), wire.v2_link("LIM2", **by_discord(player))]
    assert headline(answer).startswith("Linked `LIM2`")
    answer = await world.command(player, "linkchar", sync_id="LIM3")
    assert_refused(answer, "2")
    assert says_unchanged(answer)
    again = await world.command(player, "linkchar", sync_id="LIM2")
    assert headline(again).startswith("Already linked")
    assert player.account.links == ["LIM1", "LIM2"]


@over("world", [LIMITED], indirect=True)
async def test_limit_holds_for_two_commands_at_once_and_not_for_staff(world: World) -> None:
    player = world.player(links=["LIM4"])
    answers = await asyncio.gather(
        world.command(player, "linkchar", sync_id="LIM5"), world.command(player, "linkchar", sync_id="LIM6")
    )
    assert sorted(headline(answer).partition(" ")[0] for answer in answers) == ["Linked", "Not"]
    assert len(player.account.links) == 2
    answer = await world.command(world.staff, "linkchar", sync_id="LIM7", member=player.member)
    assert headline(answer).startswith("Linked `LIM7`")


@over("world", [LIMITED], indirect=True)
async def test_limit_an_undo_cannot_go_beyond_it(world: World) -> None:
    player = world.player(links=["LIM8", "LIM9"])
    asked = await world.command(player, "linkchar", sync_id="LIM8", action="remove")
    done = await world.press(player, asked, "Unlink")
    await world.command(player, "linkchar", sync_id="LIM10")
    await world.press(player, done, "Undo")
    assert len(player.account.links) == 2


@over("world", [NO_UNLINK], indirect=True)
async def test_what_players_may_not_do_is_refused_with_the_rule(world: World) -> None:
    player = world.player(links=["MAY1"])
    answer = await world.command(player, "linkchar", sync_id="MAY1", action="remove")
    assert_refused(answer, "/setup")
    done = await world.command(player, "linkchar", sync_id="MAY2")
    if "Unlink" in labels(done):
        answer = await world.press(player, done, "Unlink")
        assert_refused(answer, "/setup")
    assert player.account.links == ["MAY1", "MAY2"]


@over("world", [V1], indirect=True)
async def test_v1_has_no_name_for_a_players_account(world: World) -> None:
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="V1ME")
    assert_refused(answer, "staff")
    assert says_unchanged(answer)
    assert world.calls == []
