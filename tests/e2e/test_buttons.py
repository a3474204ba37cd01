"""Buttons and forms: one effect for one press, only for whom they were made, only while he may."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.discord import Exchange, MessageState
from tests.e2e.reading import assert_refused, headline
from tests.e2e.world import V2, form, labels, shown, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.world import Player, World

pytestmark = pytest.mark.asyncio(loop_scope="session")
shared = pytest.mark.parametrize("world", [V2], ids=["v2"], indirect=True)

FORGED = [
    "x",
    "cl0:link:AAAA:",
    "cl1",
    "cl1:",
    "cl1:link",
    "cl1:link:AAAAAAAAAAAA:",
    "cl1:nosuch:AAAA:",
    "cl1:create:AAAA:",
    "cl1:draft:AAAA:create",
    "cl1:page:AAAA:-1",
    "cl1:link:../../etc:",
    "cl1:" + ":" * 90,
    "c" * 100,
    "\N{GRINNING FACE}",
    "undo:1234",
]


async def asked_to_unlink(world: World, player: Player, sync_id: str) -> Exchange:
    """Let a player be asked whether to unlink; the answer has the buttons."""
    world.cad.state.link(player.account, sync_id)
    return await world.command(player, "linkchar", sync_id=sync_id, action="remove")


def id_of(exchange: Exchange, label: str) -> str:
    """Return the custom id of the button whose label begins so."""
    return next(button.custom_id for button in shown(exchange).buttons if button.label.startswith(label))


@shared
async def test_two_presses_at_once_have_one_effect_and_two_answers(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "DOUBLE1")
    pressed = id_of(asked, "Unlink")
    first, second = await asyncio.gather(*(world.press_id(player, asked, pressed) for _ in range(2)))
    assert [call.endpoint for call in world.calls].count("unlink") == 1
    assert player.account.links == []
    told = [text(each) for each in (first, second)]
    assert any("Unlinked `DOUBLE1`" in each for each in told)
    assert any("already" in each for each in told)


@shared
async def test_a_button_pressed_again_later_says_so(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "LATER1")
    pressed = id_of(asked, "Unlink")
    await world.press_id(player, asked, pressed)
    world.cad.state.link(player.account, "LATER1")
    world.forget()
    answer = await world.press_id(player, asked, pressed)
    assert_refused(answer, "already")
    assert world.calls == []


@shared
async def test_somebody_elses_button_does_nothing(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "YOURS1")
    for other in (world.player().member, world.staff, world.admin, world.member("Stranger")):
        answer = await world.press(other, asked, "Unlink", force=True)
        assert_refused(answer, "somebody else")
        assert shown(answer).viewer is other.person
    assert world.calls == []
    answer = await world.press(player, asked, "Unlink")  # and it still works for him
    assert headline(answer).startswith("Unlinked `YOURS1`")


@shared
async def test_somebody_elses_form_does_nothing(world: World) -> None:
    player, other = world.player(), world.player()
    mine = await world.press(player, await world.command(player, "linkchar"), "Enter")
    theirs = await world.press(other, await world.command(other, "linkchar"), "Enter")
    world.forget()
    forged = replace(form(mine), custom_id=form(theirs).custom_id)
    answer = await world._answered(await world.discord.submit(player.member, forged, {forged.fields[0].label: "F1"}))
    assert_refused(answer, "somebody else")
    assert world.calls == []
    assert (player.account.links, other.account.links) == ([], [])


@shared
@pytest.mark.parametrize("custom_id", FORGED)
async def test_forged_ids_are_answered_politely(world: World, custom_id: str) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "FORGED1")
    answer = await world.press_id(player, asked, custom_id)
    assert_refused(answer, "again")
    assert world.calls == []
    assert "Unlink" in labels(asked)  # what was on the screen stays usable


@shared
@pytest.mark.parametrize("route", ["create", "draft", "page", "start", "record", "enter", "entered", "links"])
async def test_a_ticket_is_good_only_for_what_it_was_issued_for(world: World, route: str) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "ROUTE1")
    prefix, _, ticket, arg = id_of(asked, "Unlink").split(":", 3)
    answer = await world.press_id(player, asked, f"{prefix}:{route}:{ticket}:{arg}")
    assert_refused(answer)
    assert world.calls == []
    assert player.account.links == ["ROUTE1"]


@shared
async def test_whoever_lost_his_role_meanwhile_is_refused(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "ROLE1")
    player.member.take(world.roles["player"])
    answer = await world.press(player, asked, "Unlink")
    assert_refused(answer, "role", f"<@&{world.roles['player'].id}>")
    assert world.calls == []
    player.member.give(world.roles["player"])
    answer = await world.press(player, asked, "Unlink")
    assert headline(answer).startswith("Unlinked `ROLE1`")


@shared
async def test_whoever_was_blocked_meanwhile_is_refused(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "BLOCK1")
    player.member.give(world.roles["blocked"])
    answer = await world.press(player, asked, "Unlink")
    assert_refused(answer, "blocked")
    assert world.calls == []


@shared
async def test_staff_without_the_role_any_more_can_submit_no_form(world: World) -> None:
    staff, player = world.player("staff"), world.player()
    listed = await world.command(staff, "linkchar", api_id=player.account.community_user_id)
    opened = await world.press(staff, listed, "Enter")
    world.forget()
    staff.member.take(world.roles["staff"])
    answer = await world.fill(staff, opened, {form(opened).fields[0].label: "STAFF1"})
    assert_refused(answer, "staff")
    assert world.calls == []
    assert player.account.links == []


@shared
async def test_a_button_is_no_good_in_another_server(world: World) -> None:
    player = world.player()
    asked = await asked_to_unlink(world, player, "GUILD1")
    elsewhere = world.discord.add_guild("Elsewhere RP")
    same = elsewhere.add_member(player.member.person, [])
    same.role_ids = list(player.member.role_ids)  # a forged payload could not, Discord's own ids are unique
    channel = next(iter(elsewhere.channels.values()))
    bait = world.discord.world.messages.create(channel, world.discord.world.bot, MessageState("Press me"))
    exchange = await world.discord.press_id(same, bait, id_of(asked, "Unlink"))
    answer = await world._answered(exchange)
    assert_refused(answer)
    assert world.calls == []
    assert player.account.links == ["GUILD1"]


async def test_two_home_guilds_keep_their_buttons_apart(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        second = world.discord.add_guild("Liberty City RP")
        role = second.add_role("Player there")
        await world.run(
            DISCORD_GUILD_IDS=f"{world.guild.id},{second.id}",
            PLAYER_ROLE_IDS=f"{world.roles['player'].id},{role.id}",
        )
        player = world.player()
        there = second.add_member(player.member.person, [role])
        here_asked = await asked_to_unlink(world, player, "HOME1")
        there_asked = await world.command(there, "linkchar", sync_id="HOME1", action="remove")
        world.forget()
        answer = await world.press_id(there, there_asked, id_of(here_asked, "Unlink"))
        assert_refused(answer)
        assert world.calls == []
        answer = await world.press(there, there_asked, "Unlink")
        assert headline(answer).startswith("Unlinked `HOME1`")
