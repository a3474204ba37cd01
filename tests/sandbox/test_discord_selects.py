"""Selects of people, roles and channels: what the client offers in them, in messages and in modals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import NotAllowed, Permission

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, Message, SandboxDiscord
    from tests.sandbox.discord_wire import WireBot

VOICE = 2


def row(kind: int, name: str, **more: Any) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": kind, "custom_id": name.lower(), "placeholder": name, **more}]}


async def panel(emulated: SandboxDiscord, wire: WireBot, guild: Guild, *rows: dict[str, Any]) -> Message:
    """A message of the bot in #general with these selects."""
    channel = next(iter(guild.channels.values()))
    body = {"content": "Setup", "components": list(rows)}
    reply = await wire.call("POST", f"/channels/{channel.id}/messages", body)
    assert reply.status == 200, reply.text
    return emulated.messages(channel)[-1]


async def chosen(wire: WireBot, who: Member, message: Message, which: str, values: Any) -> Any:
    await wire.server.choose(who, message, which, values)
    return (await wire.event())["d"]["data"]


async def test_roles_are_chosen_with_what_they_are(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    message = await panel(emulated, wire, guild, row(6, "Staff", min_values=0, max_values=3))
    staff, helper = guild.add_role("Staff"), guild.add_role("Helper")
    managed = next(role for role in guild.roles.values() if role.managed)
    data = await chosen(wire, player, message, "Staff", [staff, managed, guild.everyone])
    assert (data["component_type"], data["values"]) == (6, [str(staff.id), str(managed.id), str(guild.id)])
    resolved = data["resolved"]["roles"]
    assert resolved[str(managed.id)]["managed"] is True
    assert resolved[str(managed.id)]["tags"] == {"bot_id": str(emulated.world.bot.id)}
    assert (await chosen(wire, player, message, "Staff", helper))["values"] == [str(helper.id)]
    assert (await chosen(wire, player, message, "Staff", []))["values"] == []
    guild.remove_role(helper)
    for wrong in (helper, emulated.add_guild("Paleto Bay").everyone):
        with pytest.raises(NotAllowed, match="does not offer"):
            await emulated.choose(player, message, "Staff", wrong)
    with pytest.raises(NotAllowed, match="chosen already"):
        await emulated.choose(player, message, "Staff", [staff, staff])
    with pytest.raises(NotAllowed, match="does not take"):
        await emulated.choose(player, message, "Staff", [player])


async def test_channels_tell_what_the_bot_may_do_there(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    message = await panel(emulated, wire, guild, row(8, "Approvals", channel_types=[0]))
    approvals, voice, secret = guild.add_channel("approvals"), guild.add_channel("voice", VOICE), guild.add_channel("s")
    approvals.deny(emulated.world.bot_member(guild), Permission.SEND_MESSAGES)
    secret.deny(guild.everyone, Permission.VIEW_CHANNEL)
    data = await chosen(wire, player, message, "Approvals", approvals)
    resolved = data["resolved"]["channels"][str(approvals.id)]
    assert not int(resolved["app_permissions"]) & Permission.SEND_MESSAGES
    assert int(resolved["permissions"]) & Permission.SEND_MESSAGES
    assert (resolved["name"], resolved["type"]) == ("approvals", 0)
    for hidden in (voice, secret):
        with pytest.raises(NotAllowed, match="does not offer"):
            await emulated.choose(player, message, "Approvals", hidden)
    assert (await chosen(wire, guild.owner, message, "Approvals", secret))["values"] == [str(secret.id)]
    guild.remove_channel(secret)
    with pytest.raises(NotAllowed, match="does not offer"):
        await emulated.choose(guild.owner, message, "Approvals", secret)


async def test_people_and_anybody(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    message = await panel(emulated, wire, guild, row(5, "Who"), row(7, "Anyone", max_values=2))
    data = await chosen(wire, player, message, "Who", guild.owner)
    assert list(data["resolved"]["members"]) == list(data["resolved"]["users"]) == [str(guild.owner_id)]
    data = await chosen(wire, player, message, "Anyone", [player, guild.everyone])
    assert set(data["resolved"]) == {"members", "users", "roles"}
    left = guild.add_member("Lara Left")
    guild.remove_member(left)
    with pytest.raises(NotAllowed, match="does not offer"):
        await emulated.choose(player, message, "Who", left)


async def test_what_was_chosen_before_is_shown(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    defaults = [{"id": str(role_id), "type": "role"} for role_id in player.role_ids]
    message = await panel(emulated, wire, guild, row(6, "Players", max_values=2, default_values=defaults))
    (select,) = message.selects
    assert [(default.id, default.type) for default in select.defaults] == [(player.role_ids[0], "role")]
    assert (select.min_values, select.max_values, select.channel_types) == (1, 2, ())


@pytest.mark.parametrize(
    ("component", "at"),
    [
        (row(6, "R", default_values=[{"id": "5", "type": "user"}]), ["0"]),
        (row(6, "R", default_values=[{"id": "x", "type": "role"}]), ["0"]),
        (row(6, "R", default_values=[{"id": "5", "type": "role"}, {"id": "6", "type": "role"}]), []),
        (row(6, "R", min_values=2, max_values=3, default_values=[{"id": "5", "type": "role"}]), []),
        (row(8, "C", default_values=[{"id": "5", "type": "role"}]), ["0"]),
        (
            row(
                3,
                "S",
                options=[{"label": "a", "value": "a"}],
                default_values=[{"id": "5", "type": "role"}],
            ),
            ["0"],
        ),
    ],
)
async def test_bad_default_values(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, component: dict[str, Any], at: list[str]
) -> None:
    channel = next(iter(guild.channels.values()))
    body = {"content": "x", "components": [component]}
    reply = await wire.call("POST", f"/channels/{channel.id}/messages", body)
    assert reply.refusal == (400, 50035)
    tree = reply.body["errors"]["components"]["0"]["components"]["0"]["default_values"]
    assert "_errors" in (tree[at[0]] if at else tree)
    assert len(emulated.refusals) == 1


async def test_a_modal_keeps_what_was_chosen_before(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    gone = guild.add_role("Gone")
    log = guild.add_channel("log")
    roles = [{"id": str(role_id), "type": "role"} for role_id in (*player.role_ids, gone.id)]
    fields = {
        "Staff": {"type": 6, "custom_id": "r", "max_values": 5, "default_values": roles},
        "Log": {
            "type": 8,
            "custom_id": "c",
            "channel_types": [0],
            "default_values": [{"id": log.id, "type": "channel"}],
        },
        "Boss": {"type": 5, "custom_id": "u", "required": False},
    }
    labels = [{"type": 18, "label": name, "component": component} for name, component in fields.items()]
    exchange = await emulated.command(player, "link", {"sync_id": "A"})
    opened = await wire.respond((await wire.event())["d"], 9, {"custom_id": "m", "title": "T", "components": labels})
    assert opened.status == 200, opened.text
    guild.remove_role(gone)
    assert exchange.modal is not None
    assert exchange.modal.field("Staff").defaults[0].id == player.role_ids[0]
    await emulated.submit(player, exchange.modal)
    data = (await wire.event())["d"]["data"]
    sent = [component["component"]["values"] for component in data["components"]]
    assert sent == [[str(player.role_ids[0])], [str(log.id)], []]
    assert "app_permissions" in data["resolved"]["channels"][str(log.id)]
    with pytest.raises(NotAllowed, match="'Log' takes 1 to 1 choices"):
        await emulated.submit(player, exchange.modal, {"Log": None})
    await emulated.submit(player, exchange.modal, {"Staff": [guild.everyone], "Log": log, "Boss": guild.owner})
