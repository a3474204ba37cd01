"""People come and go, are in several guilds, hold different permissions, read channels and files, and press there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from sandbox.discord import NotAllowed, Permission
from tests.sandbox.discord_wire import LINK, SETUP, WireBot

if TYPE_CHECKING:
    from sandbox.discord import Channel, Exchange, Guild, Member, Message, SandboxDiscord

ROW = [{"type": 1, "components": [{"type": 2, "style": 3, "label": "Approve", "custom_id": "cl1:card:1:approve"}]}]
EPHEMERAL = 64


async def card(emulated: SandboxDiscord, wire: WireBot, channel: Channel, **more: Any) -> Message:
    body = {"content": "Pia asks for ABC12345", "components": ROW, **more}
    assert (await wire.call("POST", f"/channels/{channel.id}/messages", body)).status == 200
    return emulated.messages(channel)[-1]


async def received(wire: WireBot) -> dict[str, Any]:
    got: dict[str, Any] = (await wire.event())["d"]
    return got


async def test_a_card_is_pressed_by_those_who_see_its_channel(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    approver = guild.add_role("Approver")
    ava = guild.add_member("Ava", [approver])
    channel = guild.add_channel("approvals")
    channel.deny(guild.everyone, Permission.VIEW_CHANNEL)
    for who in (approver, emulated.world.bot_member(guild)):
        channel.allow(who, Permission.VIEW_CHANNEL)
    message = await card(emulated, wire, channel)
    assert emulated.look(ava, channel) == [message]
    with pytest.raises(NotAllowed, match="does not see #approvals"):
        emulated.look(player, channel)
    with pytest.raises(NotAllowed, match="does not see #approvals"):
        await emulated.press(player, message, "Approve")
    exchange = await emulated.press(ava, message, "Approve")
    got = await received(wire)
    assert (got["message"]["id"], got["channel_id"]) == (str(message.id), str(channel.id))
    assert got["member"]["roles"] == [str(approver.id)]
    assert (await wire.respond(got, 6)).status == 200
    assert (
        await wire.webhook(got, "PATCH", "/messages/@original", {"content": "Approved", "components": []})
    ).status == 200
    told = {"content": "Only you see this", "flags": EPHEMERAL}
    assert (await wire.webhook(got, "POST", "?wait=1", told)).status == 200
    await exchange.settled(0)
    assert exchange.message is message
    assert (message.content, message.buttons) == ("Approved", ())
    assert [followup.ephemeral for followup in exchange.followups] == [True]
    assert exchange.public == []
    assert [each.content for each in emulated.look(ava, channel)] == ["Approved", "Only you see this"]
    assert [each.content for each in emulated.look(guild.owner, channel)] == ["Approved"]
    assert emulated.refusals == []


async def test_an_answer_that_others_see_is_public(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await emulated.command(player, "link", {"sync_id": "A"})
    await wire.respond(await received(wire), 4, {"content": "for all"})
    assert exchange.public == [exchange.shown]


async def test_a_deleted_card_is_gone_and_its_channel_too(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    channel = guild.add_channel("approvals")
    message = await card(emulated, wire, channel)
    path = f"/channels/{channel.id}/messages/{message.id}"
    assert (await wire.call("GET", path)).body["content"] == message.content
    with pytest.raises(NotAllowed, match="may not delete"):
        emulated.delete(player, message)
    emulated.delete(guild.owner, message)
    for method, body in (("GET", None), ("PATCH", {"content": "x"}), ("DELETE", None)):
        assert (await wire.call(method, path, body)).refusal == (404, 10008)
    assert emulated.look(player, channel) == []
    assert message in emulated.world.messages.everything()
    guild.remove_channel(channel)
    assert (await wire.call("POST", f"/channels/{channel.id}/messages", {"content": "x"})).refusal == (404, 10003)
    assert (await wire.call("GET", f"/channels/{channel.id}")).refusal == (404, 10003)


async def test_a_nonce_posts_once(emulated: SandboxDiscord, wire: WireBot, guild: Guild) -> None:
    channel = guild.add_channel("approvals")
    once = {"content": "card", "nonce": "request-7", "enforce_nonce": True}
    path = f"/channels/{channel.id}/messages"
    first, second = [(await wire.call("POST", path, once)).body for _ in range(2)]
    assert (first["id"], first["nonce"]) == (second["id"], "request-7")
    assert len(emulated.messages(channel)) == 1
    await wire.call("POST", path, {**once, "enforce_nonce": False})
    assert len(emulated.messages(channel)) == 2
    emulated.clock.advance(301)
    await wire.call("POST", path, {**once, "nonce": 5})
    await wire.call("POST", path, once)
    assert len(emulated.messages(channel)) == 4
    assert (await wire.call("POST", path, {**once, "nonce": "x" * 26})).refusal == (400, 50035)


async def test_who_left_is_known_no_more_until_he_is_back(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    path = f"/guilds/{guild.id}/members/{player.id}"
    message = await card(emulated, wire, guild.add_channel("panel"))
    assert (await wire.call("GET", path)).body["roles"] == [str(role_id) for role_id in player.role_ids]
    guild.remove_member(player)
    assert (await wire.call("GET", path)).refusal == (404, 10007)
    assert (await wire.call("GET", f"/users/{player.id}")).status == 200
    with pytest.raises(NotAllowed, match="has left"):
        await emulated.press(player, message, "Approve")
    with pytest.raises(NotAllowed, match="has left"):
        emulated.look(player, message.channel)
    await emulated.user_command(guild.owner, "CAD characters", player)  # from an old message of his
    data = (await received(wire))["data"]
    assert data["target_id"] == str(player.id)
    assert set(data["resolved"]) == {"users"}
    back = guild.add_member(player.person)
    assert back.present
    assert not player.present
    assert (await wire.call("GET", path)).body["roles"] == []
    await emulated.press(back, message, "Approve")
    assert (await received(wire))["member"]["user"]["id"] == str(player.id)


async def test_one_person_in_two_guilds(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    other = emulated.add_guild("Paleto Bay", owner=player.person)
    assert {item["id"] for item in (await wire.call("GET", "/users/@me/guilds")).body} == {str(guild.id), str(other.id)}
    for member in (player, other.owner):
        await emulated.command(member, "link", {"sync_id": "A"})
        got = await received(wire)
        assert got["guild_id"] == str(member.guild.id)
        assert got["member"]["user"]["id"] == str(player.id)
        assert got["member"]["roles"] == [str(role_id) for role_id in member.role_ids]
    assert emulated.direct_messages(player) == emulated.direct_messages(other.owner) == []
    guild.remove_member(player)
    opened = await wire.call("POST", "/users/@me/channels", {"recipient_id": str(player.id)})
    sent = await wire.call("POST", f"/channels/{opened.body['id']}/messages", {"content": "decided"})
    assert sent.status == 200  # the other guild is still shared
    assert [message.content for message in emulated.direct_messages(other.owner)] == ["decided"]
    assert emulated.look(other.owner, emulated.world.direct_channel(player.person)) == emulated.direct_messages(player)


async def test_what_somebody_may_do_comes_with_the_interaction(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    manager = guild.add_member("Mia", [guild.add_role("Manager", Permission.MANAGE_GUILD)])
    admin = guild.add_member("Adam", [guild.add_role("Admin", Permission.ADMINISTRATOR)])
    seen = {}
    for who in (player, manager, admin, guild.owner):
        await emulated.command(who, "link", {"sync_id": "A"})
        got = await received(wire)
        granted = Permission(int(got["member"]["permissions"]))
        seen[who.name] = [flag in granted for flag in (Permission.MANAGE_GUILD, Permission.ADMINISTRATOR)]
        assert got["channel"]["permissions"] == got["member"]["permissions"]
    assert list(seen.values()) == [[False, False], [True, False], [True, True], [True, True]]
    channel = guild.add_channel("quiet")
    channel.deny(emulated.world.bot_member(guild), Permission.SEND_MESSAGES)
    await emulated.command(player, "link", {"sync_id": "A"}, channel=channel)
    assert not int((await received(wire))["app_permissions"]) & Permission.SEND_MESSAGES


async def test_the_picker_hides_what_a_person_may_not_use(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    nobody = {**SETUP, "name": "wipe", "default_member_permissions": 0}
    assert (await wire.register(LINK, SETUP, nobody)).status == 200
    manager = guild.add_member("Mia", [guild.add_role("Manager", Permission.MANAGE_GUILD)])
    channel = next(iter(guild.channels.values()))
    picker = {
        who.name: [c["name"] for c in emulated.registry.visible(who, channel)] for who in (player, manager, guild.owner)
    }
    assert picker == {
        "Paula Player": ["link"],
        "Mia": ["link", "setup"],
        "Olivia Owner": ["link", "setup", "wipe"],
    }
    with pytest.raises(NotAllowed, match="does not see the command 'setup'"):
        await emulated.command(player, "setup")
    with pytest.raises(NotAllowed, match="does not see the command 'wipe'"):
        await emulated.command(manager, "wipe")


async def test_direct_messages_offer_what_is_meant_for_them(
    emulated: SandboxDiscord, wire: WireBot, player: Member
) -> None:
    direct = emulated.world.direct_channel(player.person)
    told = {"name": "help", "description": "Help", "contexts": [1]}
    await wire.register({**LINK, "contexts": [0]}, {**SETUP, "dm_permission": False}, told)
    assert [command["name"] for command in emulated.registry.visible(player, direct)] == ["help"]
    with pytest.raises(NotAllowed, match="registered: help"):
        await emulated.command(player, "link", {"sync_id": "A"}, channel=direct)
    await emulated.command(player, "help", channel=direct)
    assert (await received(wire))["context"] == 1
    with pytest.raises(NotAllowed, match="no command 'help'"):
        await emulated.command(player, "help")


async def test_files_of_the_bot_can_be_downloaded(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    channel = guild.add_channel("log")
    posted = await wire.call("POST", f"/channels/{channel.id}/messages", data=_form("report.csv", b"1,2"))
    exchange = await answered_with_file(emulated, wire, player)
    for url, content in (
        (posted.body["attachments"][0]["url"], b"1,2"),
        (exchange.shown.attachments[0].url, b"3,4"),
    ):
        async with aiohttp.ClientSession() as person, person.get(url) as response:  # without the bot's token
            assert (response.status, await response.read()) == (200, content)
            assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    patch = f"/channels/{channel.id}/messages/{posted.body['id']}"
    edited = await wire.call("PATCH", patch, data=_form("final.csv", b"5"))
    assert [attachment["filename"] for attachment in edited.body["attachments"]] == ["final.csv"]


async def answered_with_file(emulated: SandboxDiscord, wire: WireBot, who: Member) -> Exchange:
    exchange = await emulated.command(who, "link", {"sync_id": "A"})
    got = await received(wire)
    await wire.respond(got, 5, {"flags": EPHEMERAL})
    form = _form("export.csv", b"3,4")
    assert (
        await wire.call("PATCH", f"/webhooks/{got['application_id']}/{got['token']}/messages/@original", data=form)
    ).status == 200
    return await exchange.settled(0)


def _form(name: str, content: bytes) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"content": "file", "attachments": [{"id": 0}]}')
    form.add_field("files[0]", content, filename=name)
    return form
