"""The rest of the emulated REST API: who and what there is, channel and direct messages, permissions, faults."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from sandbox.discord import ApiError, Fault, NotAllowed, Permission
from tests.sandbox.discord_wire import LINK, WireBot

if TYPE_CHECKING:
    from sandbox.discord import Channel, Guild, Member, SandboxDiscord

ROW = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Approve", "custom_id": "yes"}]}]


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.add_channel("log")


async def read(wire: WireBot, path: str) -> Any:
    reply = await wire.call("GET", path)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/json"
    return reply.body


async def test_who_and_what_there_is(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    channel = guild.add_channel("log")
    assert (await read(wire, "/gateway"))["url"] == (await read(wire, "/gateway/bot"))["url"] == emulated.gateway_url
    assert (await read(wire, "/users/@me"))["bot"] is True
    assert (await read(wire, "/applications/@me"))["id"] == (await read(wire, "/oauth2/applications/@me"))["id"]
    assert [item["id"] for item in await read(wire, "/users/@me/guilds")] == [str(guild.id)]
    assert (await read(wire, f"/guilds/{guild.id}"))["owner_id"] == str(guild.owner_id)
    roles = {role["name"]: role for role in await read(wire, f"/guilds/{guild.id}/roles")}
    assert roles["@everyone"]["id"] == str(guild.id)
    assert roles["Charlink"]["managed"] is True
    assert {item["name"] for item in await read(wire, f"/guilds/{guild.id}/channels")} == {"general", "log"}
    assert (await read(wire, f"/channels/{channel.id}"))["guild_id"] == str(guild.id)
    assert (await read(wire, f"/guilds/{guild.id}/members/{player.id}"))["user"]["global_name"] == "Paula Player"
    assert (await read(wire, f"/users/{player.id}"))["id"] == str(player.id)
    assert emulated.refusals == []


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/guilds/5", (404, 10004)),
        ("/channels/5", (404, 10003)),
        ("/users/5", (404, 10013)),
        ("/guilds/{guild}/members/5", (404, 10007)),
        ("/channels/{channel}/messages/5", (404, 10008)),
        ("/no/such/route", (404, 0)),
    ],
)
async def test_what_there_is_not(
    emulated: SandboxDiscord, wire: WireBot, channel: Channel, path: str, refusal: tuple[int, int]
) -> None:
    assert (await wire.call("GET", path.format(guild=channel.guild_id, channel=channel.id))).refusal == refusal
    assert [(item.status, item.code) for item in emulated.refusals] == [refusal]


async def test_wrong_token(wire: WireBot) -> None:
    wrong = {"Authorization": "Bot wrong"}
    assert (await wire.call("GET", "/users/@me", headers=wrong)).refusal == (401, 0)
    assert (await wire.call("GET", "/gateway/bot", headers=wrong)).refusal == (401, 0)
    assert (await wire.call("GET", "/gateway", headers=wrong)).status == 200


async def test_bodies_that_are_none(wire: WireBot, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    assert (await wire.call("POST", path, data="{")).refusal == (400, 50109)
    assert (await wire.call("POST", path, [1])).refusal == (400, 50035)


async def test_channel_messages(emulated: SandboxDiscord, wire: WireBot, channel: Channel, player: Member) -> None:
    path = f"/channels/{channel.id}/messages"
    posted = (await wire.call("POST", path, {"content": "card", "components": ROW, "flags": 64})).body
    assert posted["flags"] == 0
    message = emulated.messages(channel)[0]
    exchange = await emulated.press(player, message, "Appr")
    await wire.respond((await wire.event())["d"], 6)
    edited = await wire.call("PATCH", f"{path}/{posted['id']}", {"content": "decided", "components": []})
    assert edited.body["content"] == "decided"
    await exchange.settled(0)
    assert [state.content for state in message.states] == ["card", "decided"]
    assert [item["id"] for item in (await wire.call("GET", path)).body] == [posted["id"]]
    assert (await wire.call("DELETE", f"{path}/{posted['id']}")).status == 204
    assert (await wire.call("PATCH", f"{path}/{posted['id']}", {"content": "x"})).refusal == (404, 10008)
    with pytest.raises(NotAllowed, match="0 buttons"):
        await emulated.press(player, message, "Approve")


async def test_permissions_of_the_bot(emulated: SandboxDiscord, wire: WireBot, guild: Guild, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    bot = guild.members[emulated.world.bot.id]
    for lost, body, refusal in (
        (Permission.EMBED_LINKS, {"embeds": [{"title": "t"}]}, (403, 50013)),
        (Permission.SEND_MESSAGES, {"content": "x"}, (403, 50013)),
        (Permission.VIEW_CHANNEL, {"content": "x"}, (403, 50001)),
    ):
        channel.deny(bot, lost)
        assert (await wire.call("POST", path, body)).refusal == refusal
    channel.allow(bot, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    assert (await wire.call("POST", path, {"content": "x"})).status == 200


async def test_direct_messages(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    opened = await wire.call("POST", "/users/@me/channels", {"recipient_id": player.id})
    path = f"/channels/{opened.body['id']}/messages"
    assert (await wire.call("POST", path, {"content": "hello", "components": ROW})).status == 200
    message = emulated.direct_messages(player)[0]
    assert message.content == "hello"
    with pytest.raises(NotAllowed, match="direct messages of others"):
        await emulated.press(guild.owner, message, "Approve")
    await emulated.press(player, message, "Approve")
    got = (await wire.event())["d"]
    assert got["user"]["id"] == str(player.id)
    assert "member" not in got
    player.person.dms_open = False
    assert (await wire.call("POST", path, {"content": "x"})).refusal == (403, 50007)
    player.person.dms_open = True
    guild.remove_member(player)
    assert (await wire.call("POST", path, {"content": "x"})).refusal == (403, 50007)
    for recipient in (emulated.world.bot.id, "me"):
        refused = await wire.call("POST", "/users/@me/channels", {"recipient_id": recipient})
        assert refused.refusal == (400, 50033)


async def test_ephemeral_messages_are_not_in_the_channel(
    emulated: SandboxDiscord, wire: WireBot, player: Member
) -> None:
    exchange = await emulated.command(player, "link", {"sync_id": "A"})
    await wire.respond((await wire.event())["d"], 4, {"content": "for you", "flags": 64})
    path = f"/channels/{exchange.shown.channel.id}/messages"
    assert (await wire.call("GET", path)).body == []
    assert (await wire.call("PATCH", f"{path}/{exchange.shown.id}", {"content": "x"})).refusal == (404, 10008)


async def test_who_is_notified(emulated: SandboxDiscord, wire: WireBot, channel: Channel, player: Member) -> None:
    path = f"/channels/{channel.id}/messages"
    some: list[dict[str, Any]] = [{}, {"parse": []}, {"parse": [], "users": [str(player.id)]}]
    for allowed in some:
        body = {"content": f"<@{player.id}> decided", "allowed_mentions": allowed or None}
        await wire.call("POST", path, body)
    notified = [message.state.mentions for message in emulated.messages(channel)]
    assert notified == [(player.id,), (), (player.id,)]


async def test_too_large_a_file(wire: WireBot, channel: Channel) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", "{}")
    form.add_field("files[0]", io.BytesIO(b"x" * (10 * 1024 * 1024 + 1)), filename="big.csv")
    reply = await wire.call("POST", f"/channels/{channel.id}/messages", data=form)
    assert reply.refusal == (413, 40005)


async def test_kept_and_replaced_files(emulated: SandboxDiscord, wire: WireBot, channel: Channel) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"attachments": [{"id": 0, "description": "rows"}, {"id": "1"}]}')
    form.add_field("files[0]", b"1,2", filename="a.csv")
    form.add_field("files[1]", b"3,4", filename="b.csv")
    path = f"/channels/{channel.id}/messages"
    posted = (await wire.call("POST", path, data=form)).body
    first = posted["attachments"][0]
    assert (first["filename"], first["description"], first["size"]) == ("a.csv", "rows", 3)
    edited = await wire.call("PATCH", f"{path}/{posted['id']}", {"attachments": [{"id": first["id"]}]})
    assert [item["id"] for item in edited.body["attachments"]] == [first["id"]]
    emptied = await wire.call("PATCH", f"{path}/{posted['id']}", {"attachments": []})
    assert emptied.refusal == (400, 50006)
    async with wire.session.get(f"{emulated.base_url}/attachments/1/5/none.csv") as response:
        assert response.status == 404


async def test_faults(emulated: SandboxDiscord, wire: WireBot, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    emulated.fail(Fault("POST", "/messages", 503, times=2))
    assert [(await wire.call("POST", path, {"content": "x"})).status for _ in range(3)] == [503, 503, 200]
    emulated.fail(Fault("*", "/messages", 0, applied=True))
    with pytest.raises(aiohttp.ClientError):
        await wire.call("POST", path, {"content": "kept"})
    assert [message.content for message in emulated.messages(channel)] == ["x", "kept"]
    emulated.fail(Fault("GET", "/users/@me", 429, retry_after=1.5, delay=0.05))
    before = time.monotonic()
    limited = await wire.call("GET", "/users/@me")
    assert limited.body["retry_after"] == 1.5
    assert time.monotonic() - before >= 0.05
    assert emulated.refusals == []
    assert [call.status for call in emulated.ledger if call.injected] == [503, 503, 499, 429]


async def test_the_ledger_holds_no_token(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    await emulated.command(player, "link", {"sync_id": "A"})
    await wire.respond((await wire.event())["d"], 5)
    call = emulated.ledger[-1]
    assert (call.method, call.status) == ("POST", 200)
    assert call.route == "/interactions/{interaction_id}/{token}/callback"


async def test_waiting_for_a_bot(emulated: SandboxDiscord) -> None:
    with pytest.raises(TimeoutError):
        await emulated.wait_ready(0.05)
    async with WireBot(emulated) as bot:
        await bot.register(LINK)
        await bot.identify()
        await emulated.wait_ready(0.05)


def test_permissions_of_a_member(emulated: SandboxDiscord, guild: Guild, channel: Channel, player: Member) -> None:
    assert emulated.world.channel(channel.id) is channel
    channel.deny(guild.everyone, Permission.VIEW_CHANNEL)
    with pytest.raises(ApiError, match="Missing Access"):
        emulated.world.channel(channel.id)
    staff = guild.add_role("staff")
    channel.allow(staff, Permission.VIEW_CHANNEL)
    player.give(staff)
    assert int(player.payload(channel)["permissions"]) & Permission.VIEW_CHANNEL
    guild.remove_role(staff)
    assert player.roles
    assert not int(player.payload(channel)["permissions"]) & Permission.VIEW_CHANNEL
    player.give(guild.add_role("admin", Permission.ADMINISTRATOR))
    assert int(player.payload(channel)["permissions"]) & Permission.VIEW_CHANNEL
