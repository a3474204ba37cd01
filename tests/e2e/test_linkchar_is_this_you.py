"""API_ID_IS_DISCORD_ID: the first use shows whose account it is and asks; later ones go on without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import wire
from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V1, labels, text

if TYPE_CHECKING:
    from tests.e2e.world import Player, World

OWN_ID = V1.but(API_ID_IS_DISCORD_ID="true")
PROVES_NOTHING = OWN_ID.but(SELF_LINK="approval", SELF_LINK_PATTERN="char#:{api_id}")

pytestmark = pytest.mark.asyncio(loop_scope="session")


def own_id_player(world: World, **account: Any) -> Player:
    """Let a player join whose API ID in the CAD is his Discord id."""
    player = world.player(**account)
    player.account.api_ids = [str(player.member.id)]
    return player


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
async def test_yes_links_and_is_not_asked_again(world: World) -> None:
    player = own_id_player(world)
    own = player.api_id
    asked = await world.command(player, "linkchar", sync_id="YOU1")
    assert world.wire == [wire.v1_account(own)]
    assert "Is this you?" in text(asked)
    assert player.account.username in text(asked)
    answer = await world.press(player, asked, "Yes")
    assert headline(answer).startswith("Linked `YOU1`")
    world.forget()
    answer = await world.command(player, "linkchar", sync_id="YOU2")
    # Anybody can type a member's Discord id as his own API ID, so whose it is now is read every time.
    assert world.wire == [wire.v1("general", "GET_ACCOUNT", {"apiId": own}), wire.v1_link(own, "YOU2")]
    assert player.account.links == ["YOU1", "YOU2"]


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
async def test_no_links_nothing_and_asks_again_next_time(world: World) -> None:
    player = own_id_player(world)
    asked = await world.command(player, "linkchar", sync_id="YOU3")
    answer = await world.press(player, asked, "No")
    assert says_unchanged(answer)
    asked = await world.command(player, "linkchar", sync_id="YOU3")
    assert "Is this you?" in text(asked)
    assert player.account.links == []


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
@pytest.mark.parametrize(("status", "words"), [(0, "approv"), (2, "expired"), (3, "removed"), (4, "banned")])
async def test_an_account_that_may_not_act_is_refused_with_the_step(world: World, status: int, words: str) -> None:
    player = own_id_player(world, status=status)
    answer = await world.command(player, "linkchar", sync_id="YOU4")
    assert_refused(answer, words)
    assert says_unchanged(answer)
    assert player.account.links == []


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
async def test_a_player_whose_id_no_account_has_is_told_the_step(world: World) -> None:
    player = world.player()
    answer = await world.command(player, "linkchar", sync_id="YOU5")
    assert_refused(answer, f"`{player.member.id}`")
    assert says_unchanged(answer)


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
async def test_a_later_change_of_account_stops(world: World) -> None:
    player, thief = own_id_player(world), world.player()
    asked = await world.command(player, "linkchar", sync_id="YOU6")
    await world.press(player, asked, "Yes")
    thief.account.api_ids, player.account.api_ids = player.account.api_ids, []
    answer = await world.command(player, "linkchar", sync_id="YOU7")
    assert_refused(answer, "another")
    assert thief.account.links == []


@pytest.mark.parametrize("world", [OWN_ID], indirect=True)
async def test_staff_naming_the_member_use_the_same_id(world: World) -> None:
    player = own_id_player(world)
    answer = await world.command(world.staff, "linkchar", sync_id="YOU8", member=player.member)
    assert world.wire == [wire.v1_link(player.api_id, "YOU8")]
    assert headline(answer).startswith("Linked `YOU8`")


@pytest.mark.parametrize("world", [PROVES_NOTHING], indirect=True)
async def test_an_id_that_its_owner_typed_proves_nothing(world: World) -> None:
    player = own_id_player(world)
    answer = await world.command(player, "linkchar", sync_id=f"char1:{player.api_id}")
    while any(label.startswith("Yes") for label in labels(answer)):
        answer = await world.press(player, answer, "Yes")
    assert headline(answer) == "Not linked yet: staff must approve it."
    assert player.account.links == []
