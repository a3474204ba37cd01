"""What a person can do with a message, and what became of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Exchange, Flag, NoAnswer, NotAllowed
from tests.sandbox.test_discord_limits import button, layout, select, text

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, SandboxDiscord
    from tests.sandbox.discord_wire import WireBot

PANEL = {
    "content": "panel",
    "components": [
        {
            "type": 1,
            "components": [
                button(label="Go on", custom_id="on"),
                button(label="Go", custom_id="go", disabled=True),
                button(label="Give up", custom_id="up", emoji={"name": "x"}),
                {"type": 2, "style": 5, "label": "Help", "url": "https://example.org"},
            ],
        },
        {"type": 1, "components": [select(placeholder="Colour", max_values=2)]},
        {"type": 1, "components": [{"type": 5, "custom_id": "who", "placeholder": "Who"}]},
        {"type": 1, "components": [select(custom_id="off", placeholder="Off", disabled=True)]},
    ],
}


async def answered(emulated: SandboxDiscord, wire: WireBot, who: Member, body: dict[str, Any]) -> Exchange:
    exchange = await emulated.command(who, "link", {"sync_id": "A"})
    assert (await wire.respond((await wire.event())["d"], 4, body)).status == 200
    return await exchange.settled(0)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("G", "3 buttons start with"),
        ("Go", "disabled"),
        ("Help", "is a link"),
        ("Stop", "'Go on', 'Go', 'Give up', 'Help'"),
    ],
)
async def test_presses_the_client_refuses(
    emulated: SandboxDiscord, wire: WireBot, player: Member, label: str, said: str
) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    with pytest.raises(NotAllowed, match=said):
        await emulated.press(player, exchange.shown, label)


async def test_a_press_names_its_component(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    assert [item.emoji for item in exchange.shown.buttons] == ["", "", "x", ""]
    await emulated.press(player, exchange.shown, "Give")
    data = (await wire.event())["d"]["data"]
    assert (data["custom_id"], data["component_type"]) == ("up", 2)
    await emulated.press(player, exchange.shown, "Go", force=True)
    assert (await wire.event())["d"]["data"]["custom_id"] == "go"


@pytest.mark.parametrize(
    ("which", "values", "said"),
    [
        ("Colour", ["L0", "L1", "L2"], "1 to 2 choices"),
        ("Colour", [], "1 to 2 choices"),
        ("Colour", "Red", "offers"),
        ("Size", "L0", "0 selects start with"),
        (9, "L0", "3 selects"),
        ("Off", "L0", "disabled"),
        ("Who", ["Otto"], "does not take"),
    ],
)
async def test_choices_the_client_refuses(
    wire: WireBot, player: Member, which: str | int, values: Any, said: str
) -> None:
    exchange = await answered(wire.server, wire, player, PANEL)
    with pytest.raises(NotAllowed, match=said):
        await wire.server.choose(player, exchange.shown, which, values)


async def test_choices_are_sent_by_value(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    await emulated.choose(player, exchange.shown, 0, ["L0", "L2"])
    assert (await wire.event())["d"]["data"]["values"] == ["0", "2"]
    await emulated.choose(player, exchange.shown, "Who", [player])
    data = (await wire.event())["d"]["data"]
    assert data["values"] == [str(player.id)]
    assert list(data["resolved"]["members"]) == [str(player.id)]
    await emulated.choose(player, exchange.shown, "Off", "L1", force=True)
    assert (await wire.event())["d"]["data"]["custom_id"] == "off"


async def test_who_sees_a_message(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    exchange.shown.channel.deny(guild.everyone, 1 << 10)
    with pytest.raises(NotAllowed, match="does not see #general"):
        await emulated.press(player, exchange.shown, "Give")
    emulated.world.messages.delete(exchange.shown)
    with pytest.raises(NotAllowed, match="deleted"):
        await emulated.press(guild.owner, exchange.shown, "Give")


async def test_a_silent_press_that_deletes(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    pressed = await emulated.press(player, exchange.shown, "Give")
    got = (await wire.event())["d"]
    assert repr(pressed) == "<Exchange COMPONENT unanswered>"
    assert pressed.history == []
    with pytest.raises(NoAnswer, match="no message"):
        _ = pressed.shown
    await wire.respond(got, 6)
    assert not pressed.settled_now
    assert (await wire.webhook(got, "DELETE", "/messages/@original")).status == 204
    await pressed.settled(0)
    assert repr(pressed) == "<Exchange COMPONENT DEFERRED_UPDATE>"
    assert emulated.messages(exchange.shown.channel) == []


async def test_all_words_of_a_message(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    parts = {"title": "Title", "fields": [{"name": "Name", "value": "Value"}], "footer": {"text": "Foot"}}
    embed = {**parts, "author": {"name": "Author"}, "description": "Text"}
    said = await answered(emulated, wire, player, {"content": "Content", "embeds": [embed]})
    assert said.shown.text == "Content\nAuthor\nTitle\nText\nName\nValue\nFoot"
    drawn = await answered(emulated, wire, player, layout({"type": 17, "components": [text("Inside")]}))
    assert drawn.shown.text == "Inside"
    assert Flag.COMPONENTS_V2 in drawn.shown.flags


async def test_the_v2_flag_stays(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await emulated.command(player, "link", {"sync_id": "A"})
    got = (await wire.event())["d"]
    await wire.respond(got, 4, layout(text("x")))
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": "y"})).refusal == (400, 50035)
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"components": [text("y")]})).status == 200
    assert exchange.shown.text == "y"


async def test_ids_of_components(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await answered(emulated, wire, player, layout({**text("a"), "id": 2}, text("b"), text("c")))
    assert [item["id"] for item in exchange.shown.state.components] == [2, 1, 3]


async def test_a_member_acts_in_the_own_guild(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange = await answered(emulated, wire, player, PANEL)
    elsewhere = emulated.add_guild("Paleto Bay").owner
    with pytest.raises(NotAllowed, match="member of Paleto Bay only"):
        await emulated.press(elsewhere, exchange.shown, "Give")
