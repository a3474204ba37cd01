"""What the client sends for a filled-in modal, and when it would not let the person submit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Kind, Modal, NotAllowed, Upload
from tests.sandbox.test_discord_limits import box, checks, label, modal, radio, select, text

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, SandboxDiscord
    from tests.sandbox.discord_wire import WireBot

PICKS = {"required": False, "min_values": 0}
FORM = modal(
    text("Read this first"),
    label(box(value="Ann", min_length=2, max_length=5), label="First name", description="As in the CAD"),
    label(select(**PICKS, max_values=2), label="Colours"),
    label(checks(**PICKS), label="Flags"),
    label(radio(required=False), label="Sex"),
)


async def opened(emulated: SandboxDiscord, wire: WireBot, who: Member, form: dict[str, Any] | None = None) -> Modal:
    exchange = await emulated.command(who, "link", {"sync_id": "A"})
    assert (await wire.respond((await wire.event())["d"], 9, form or FORM)).status == 200
    await exchange.settled(0)
    assert exchange.modal is not None
    return exchange.modal


async def sent(emulated: SandboxDiscord, wire: WireBot, who: Member, form: Modal, values: dict[str, Any]) -> list[Any]:
    await emulated.submit(who, form, values)
    components = (await wire.event())["d"]["data"]["components"]
    inner = [component["component"] for component in components if component["type"] == 18]
    return [component["values"] if "values" in component else component["value"] for component in inner]


async def test_a_modal_as_seen(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    form = await opened(emulated, wire, player)
    assert form.title == "Form"
    assert form.texts == ("Read this first",)
    first, colours, flags, sex = form.fields
    assert (first.description, first.value, first.min_length, first.max_length) == ("As in the CAD", "Ann", 2, 5)
    assert [option.label for option in colours.options] == ["L0", "L1", "L2"]
    assert (flags.kind, flags.max_values, sex.kind) == (Kind.CHECKBOX_GROUP, 3, Kind.RADIO_GROUP)


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({}, ["Ann", [], [], None]),
        ({"First": "Bea", "Colours": ["L0", "L2"], "Flags": ["L1"], "Sex": "L2"}, ["Bea", ["0", "2"], ["1"], "2"]),
    ],
)
async def test_filled_in(
    emulated: SandboxDiscord, wire: WireBot, player: Member, values: dict[str, Any], result: list[Any]
) -> None:
    form = await opened(emulated, wire, player)
    assert await sent(emulated, wire, player, form, values) == result


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"First": ""}, "required"),
        ({"First": "x"}, "2 to 5 characters"),
        ({"First": "x" * 6}, "2 to 5 characters"),
        ({"First": "a\nb"}, "single line"),
        ({"First": 5}, "takes text"),
        ({"Colours": ["L0", "L1", "L2"]}, "1 to 2 choices"),
        ({"Colours": ["Red"]}, "offers"),
        ({"Flags": 5}, "labels of its options"),
        ({"Sex": ["L0", "L1"]}, "1 to 1"),
        ({"Last": "x"}, "0 fields start with 'Last'"),
        ({"": "x"}, "4 fields"),
    ],
)
async def test_not_submittable(
    emulated: SandboxDiscord, wire: WireBot, player: Member, values: dict[str, Any], said: str
) -> None:
    form = await opened(emulated, wire, player)
    with pytest.raises(NotAllowed, match=said):
        await emulated.submit(player, form, values)


async def test_required_choices(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    form = await opened(emulated, wire, player, modal(label(select(), label="Colour"), label(checks(), label="Flags")))
    with pytest.raises(NotAllowed, match="'Colour' takes 1 to 1 choices, not 0"):
        await emulated.submit(player, form, {"Flags": "L0"})
    assert await sent(emulated, wire, player, form, {"Colour": "L1", "Flags": ["L0", "L1", "L2"]}) == [
        ["1"],
        ["0", "1", "2"],
    ]


async def test_people_files_and_old_inputs(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    form = await opened(
        emulated,
        wire,
        player,
        modal(
            label({"type": 5, "custom_id": "who"}, label="Who"),
            label({"type": 19, "custom_id": "file"}, label="File"),
            label({"type": 23, "custom_id": "sure", "default": True}, label="Sure"),
            {"type": 1, "components": [box(custom_id="old", label="Old", required=False)]},
        ),
    )
    with pytest.raises(NotAllowed, match="does not take"):
        await emulated.submit(player, form, {"Who": "Otto", "File": Upload("a.csv", b"1")})
    await emulated.submit(player, form, {"Who": guild.owner, "File": Upload("a.csv", b"1,2"), "Old": "text"})
    data = (await wire.event())["d"]["data"]
    who, file, sure, old = data["components"]
    assert who["component"]["values"] == [str(guild.owner_id)]
    assert sure["component"]["value"] is True
    assert old["components"][0]["value"] == "text"
    attachment = data["resolved"]["attachments"][file["component"]["values"][0]]
    assert attachment["content_type"] == "text/csv; charset=utf-8"
    async with wire.session.get(attachment["url"]) as response:
        assert await response.read() == b"1,2"


async def test_only_whose_screen_it_is_on(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    form = await opened(emulated, wire, player)
    with pytest.raises(NotAllowed, match="Paula Player's screen"):
        await emulated.submit(guild.owner, form)
    with pytest.raises(NotAllowed, match="no modal"):
        await emulated.submit(player, None)
