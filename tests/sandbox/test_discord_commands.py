"""Registration of commands, and what the client lets a person do with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Channel, NotAllowed, Permission
from tests.sandbox.discord_wire import LINK
from tests.sandbox.test_discord_limits import places

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, SandboxDiscord, Value
    from tests.sandbox.discord_wire import WireBot


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "do", "description": "Do it", **changes}


def option(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "name": "what", "description": "What", **changes}


def with_option(**changes: Any) -> dict[str, Any]:
    return command(options=[option(**changes)])


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [option(name=f"o{number}", **changes) for number in range(count)]


def choices(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"name": f"c{number}", "value": f"c{number}", **changes} for number in range(count)]


GROUP = option(type=2, name="group", options=[option(type=1, name="sub", options=[option()])])
BAD = [
    (command(name=""), "0.name"),
    (command(name="x" * 33), "0.name"),
    (command(name="Do"), "0.name"),
    (command(name="do it"), "0.name"),
    (command(name_localizations={"fi": "TEE"}), "0.name_localizations.fi"),
    (command(description=""), "0.description"),
    (command(description="x" * 101), "0.description"),
    (command(description_localizations={"fi": "x" * 101}), "0.description_localizations.fi"),
    (command(type=9), "0.type"),
    (command(type=2, name="About"), "0.description"),
    (command(options=many(26)), "0.options"),
    (command(options=[option(), option()]), "0.options.1.name"),
    (command(options=[option(), option(name="must", required=True)]), "0.options.1"),
    (command(options=[option(), option(type=1, name="sub")]), "0.options"),
    (with_option(type=12), "0.options.0.type"),
    (with_option(description=""), "0.options.0.description"),
    (with_option(choices=choices(26)), "0.options.0.choices"),
    (with_option(choices=choices(1, name="x" * 101)), "0.options.0.choices.0.name"),
    (with_option(choices=choices(1, value="x" * 101)), "0.options.0.choices.0.value"),
    (with_option(choices=choices(1), autocomplete=True), "0.options.0"),
    (with_option(type=6, autocomplete=True), "0.options.0"),
    (with_option(max_length=6001), "0.options.0.max_length"),
    (command(options=[option(type=1, name="sub", options=[GROUP])]), "0.options.0.options.0.type"),
    (command(options=many(25, choices=choices(25, name="x" * 50, value="y" * 50))), "0"),
    (command(contexts=[]), "0.contexts"),
]
GOOD = [
    command(name="x" * 32, description="x" * 100),
    command(name="ääkkönen", name_localizations={"fi": "tee"}, default_member_permissions=32, contexts=[0]),
    command(options=[option(required=True), *many(24, autocomplete=True, min_length=0, max_length=6000)]),
    command(options=[GROUP, option(type=1, name="sub")]),
    with_option(choices=choices(25)),
    with_option(type=4, choices=choices(2, value=3)),
    {"name": "CAD characters", "type": 2},
]


@pytest.mark.parametrize(("body", "place"), BAD)
async def test_bad_command(emulated: SandboxDiscord, wire: WireBot, body: dict[str, Any], place: str) -> None:
    reply = await wire.register(body)
    assert reply.refusal == (400, 50035)
    assert place in places(reply.body["errors"])
    assert [stored["name"] for stored in emulated.registry.listed(0)][:1] == ["link"]


@pytest.mark.parametrize("body", GOOD)
async def test_good_command(wire: WireBot, body: dict[str, Any]) -> None:
    reply = await wire.register(body)
    assert reply.status == 200
    assert [stored["name"] for stored in reply.body] == [body["name"]]


async def test_names_are_unique_per_type(wire: WireBot) -> None:
    assert (await wire.register(LINK, LINK)).refusal == (400, 50035)
    assert (await wire.register(LINK, {"name": "link", "type": 2})).status == 200


async def test_too_many_context_menus(wire: WireBot) -> None:
    menus = [{"name": f"Menu {number}", "type": 2} for number in range(16)]
    assert (await wire.register(*menus)).refusal == (400, 50035)
    assert (await wire.register(*menus[:15])).status == 200


async def test_single_commands(emulated: SandboxDiscord, wire: WireBot, guild: Guild) -> None:
    path = f"/applications/{emulated.world.app_id}/guilds/{guild.id}/commands"
    made = await wire.call("POST", path, command())
    assert made.status == 201
    one = f"{path}/{made.body['id']}"
    assert (await wire.call("POST", path, command(description="Again"))).body["id"] == made.body["id"]
    assert (await wire.call("PATCH", one, {"description": "Third"})).body["description"] == "Third"
    assert (await wire.call("PATCH", one, {"description": ""})).refusal == (400, 50035)
    assert (await wire.call("GET", one)).body["guild_id"] == str(guild.id)
    assert (await wire.call("GET", path)).body == [(await wire.call("GET", one)).body]
    assert (await wire.call("DELETE", one)).status == 204
    assert (await wire.call("GET", one)).refusal == (404, 10063)


async def test_foreign_application_or_guild(emulated: SandboxDiscord, wire: WireBot) -> None:
    assert (await wire.call("PUT", "/applications/5/commands", [])).refusal == (403, 20012)
    path = f"/applications/{emulated.world.app_id}/guilds/5/commands"
    assert (await wire.call("PUT", path, [])).refusal == (403, 50001)
    assert (await wire.call("PUT", f"/applications/{emulated.world.app_id}/commands", {})).refusal == (400, 50035)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("unlink", {}, "no command 'unlink'"),
        ("link", {}, "missing: sync_id"),
        ("link", {"sync_id": "A", "extra": 1}, "no option extra"),
        ("link", {"sync_id": 5}, "takes a string"),
        ("link", {"sync_id": ""}, "1 to 8 characters"),
        ("link", {"sync_id": "x" * 9}, "1 to 8 characters"),
        ("link", {"sync_id": "A", "action": "cut"}, "offers"),
        ("link", {"sync_id": "A", "minutes": 10}, "from 1 to 9"),
        ("link", {"sync_id": "A", "minutes": True}, "takes a integer"),
        ("link", {"sync_id": "A", "sure": 1}, "takes a boolean"),
        ("link", {"sync_id": "A", "member": "Otto"}, "takes a user"),
        ("link", {"sync_id": "A", "place": Channel(5, "voice", kind=2)}, "this type of channel"),
        ("chars", {}, "needs a subcommand"),
        ("chars cut", {}, "no subcommand 'cut'"),
        ("setup", {}, "does not see"),
    ],
)
@pytest.mark.usefixtures("wire")
async def test_what_the_client_refuses(
    emulated: SandboxDiscord, player: Member, name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(NotAllowed, match=said):
        await emulated.command(player, name, options)


async def test_every_kind_of_option(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    channel = guild.add_channel("log")
    role = guild.add_role("staff")
    left = guild.add_member("Lara Left")
    guild.remove_member(left)
    values: dict[str, Value] = {
        "sync_id": "A",
        "member": left.person,
        "minutes": 3,
        "sure": False,
        "place": channel,
        "role": role,
        "whom": role,
    }
    await emulated.command(player, "link", {**values, "action": None})
    data = (await wire.event())["d"]["data"]
    assert {item["name"] for item in data["options"]} == set(values)
    assert list(data["resolved"]["users"]) == [str(left.id)]
    assert "members" not in data["resolved"]
    assert list(data["resolved"]["roles"]) == [str(role.id)]
    resolved = data["resolved"]["channels"][str(channel.id)]
    assert int(resolved["app_permissions"]) & Permission.SEND_MESSAGES


async def test_subcommands_nest(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    await emulated.command(player, "chars more edit")
    options = (await wire.event())["d"]["data"]["options"]
    assert options == [{"name": "more", "type": 2, "options": [{"name": "edit", "type": 1, "options": []}]}]


@pytest.mark.usefixtures("wire")
async def test_who_sees_a_command(emulated: SandboxDiscord, guild: Guild, player: Member) -> None:
    channel = next(iter(guild.channels.values()))
    assert {c["name"] for c in emulated.registry.visible(player, channel)} == {"link", "chars", "CAD characters"}
    player.give(guild.add_role("manager", Permission.MANAGE_GUILD))
    assert "setup" in {c["name"] for c in emulated.registry.visible(player, channel)}
    await emulated.command(player, "setup")
    channel.deny(guild.everyone, Permission.USE_APPLICATION_COMMANDS)
    with pytest.raises(NotAllowed, match="may not use commands in #general"):
        await emulated.command(player, "link", {"sync_id": "A"})
    guild.remove_member(player)
    with pytest.raises(NotAllowed, match="has left"):
        await emulated.command(player, "link", {"sync_id": "A"})


@pytest.mark.usefixtures("wire")
async def test_autocomplete_only_where_offered(emulated: SandboxDiscord, player: Member) -> None:
    with pytest.raises(NotAllowed, match="offers no autocomplete"):
        await emulated.autocomplete(player, "link", focused="action")
    with pytest.raises(NotAllowed, match="no option other"):
        await emulated.autocomplete(player, "link", focused="other")
