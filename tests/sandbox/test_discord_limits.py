"""What the emulated Discord refuses in messages and modals, and that the limits themselves are accepted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox.discord import Member, SandboxDiscord
    from tests.sandbox.discord_wire import WireBot

V2 = 1 << 15


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def select(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "pick", "options": options(3), **changes}


def options(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"label": f"L{number}", "value": str(number), **changes} for number in range(count)]


def rows(*components: Any) -> dict[str, Any]:
    return {"content": "x", "components": [{"type": 1, "components": list(components)}]}


def embed(**parts: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "t", **parts}]}


def fields(count: int, name: str = "n", value: str = "v") -> list[dict[str, str]]:
    return [{"name": name, "value": value}] * count


def layout(*components: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)}


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


def label(component: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Name", "component": component, **changes}


def box(**changes: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, "custom_id": "name", **changes}


def checks(count: int = 3, **changes: Any) -> dict[str, Any]:
    return {"type": 22, "custom_id": "c", "options": options(count), **changes}


def radio(count: int = 3, **changes: Any) -> dict[str, Any]:
    return {"type": 21, "custom_id": "r", "options": options(count), **changes}


def modal(*components: Any, **changes: Any) -> dict[str, Any]:
    return {"title": "Form", "custom_id": "form", "components": list(components), **changes}


BAD_MESSAGES = [
    ({"content": "x" * 2001}, "content"),
    ({"content": 5}, "content"),
    ({"content": "x", "flags": "all"}, "flags"),
    (embed(title="x" * 257), "embeds.0.title"),
    (embed(description="x" * 4097), "embeds.0.description"),
    (embed(fields=fields(26)), "embeds.0.fields"),
    (embed(fields=fields(1, name="x" * 257)), "embeds.0.fields.0.name"),
    (embed(fields=fields(1, value="x" * 1025)), "embeds.0.fields.0.value"),
    (embed(fields=fields(1, value=" ")), "embeds.0.fields.0.value"),
    (embed(fields=[{"name": "n"}]), "embeds.0.fields.0.value"),
    (embed(footer={"text": "x" * 2049}), "embeds.0.footer.text"),
    (embed(author={"name": "x" * 257}), "embeds.0.author.name"),
    (embed(color=0x1000000), "embeds.0.color"),
    (embed(color="red"), "embeds.0.color"),
    (embed(timestamp="yesterday"), "embeds.0.timestamp"),
    (embed(url="ftp://x"), "embeds.0.url"),
    (embed(image={"url": "nowhere"}), "embeds.0.image.url"),
    ({"embeds": [{"title": "t"}] * 11}, "embeds"),
    ({"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
    (
        {"content": "x", "components": [{"type": 1, "components": [button(custom_id=str(n))]} for n in range(6)]},
        "components",
    ),
    ({"content": "x", "components": [button()]}, "components.0.type"),
    ({"content": "x", "components": [text("no flag")]}, "components.0.type"),
    (rows(), "components.0.components"),
    (rows(*(button(custom_id=str(number)) for number in range(6))), "components.0.components"),
    (rows(button(), button()), "components"),
    (rows(button(custom_id="")), "components.0.components.0.custom_id"),
    (rows(button(custom_id="x" * 101)), "components.0.components.0.custom_id"),
    (rows(button(custom_id=None)), "components.0.components.0.custom_id"),
    (rows(button(label="x" * 81)), "components.0.components.0.label"),
    (rows(button(label="")), "components.0.components.0"),
    (rows(button(style=9)), "components.0.components.0.style"),
    (rows(button(style=5)), "components.0.components.0.url"),
    (rows(button(url="https://x")), "components.0.components.0.url"),
    (rows(button(), select()), "components.0.components"),
    (rows(box()), "components.0.components.0.type"),
    (rows(select(options=[])), "components.0.components.0.options"),
    (rows(select(options=options(26))), "components.0.components.0.options"),
    (rows(select(options=options(2, value="same"))), "components.0.components.0.options.1.value"),
    (rows(select(options=options(1, label="x" * 101))), "components.0.components.0.options.0.label"),
    (rows(select(options=options(1, value=""))), "components.0.components.0.options.0.value"),
    (rows(select(options=options(1, description="x" * 101))), "components.0.components.0.options.0.description"),
    (rows(select(placeholder="x" * 151)), "components.0.components.0.placeholder"),
    (rows(select(max_values=4)), "components.0.components.0.max_values"),
    (rows(select(min_values=2, max_values=1)), "components.0.components.0.min_values"),
    (rows(select(options=options(2, default=True))), "components.0.components.0.options"),
    (layout(text("x" * 4001)), "components.0.content"),
    (layout(text("x" * 2001), text("x" * 2000)), "components"),
    (layout(*(text("x") for _ in range(41))), "components"),
    ({**layout(text("x")), "content": "both"}, "content"),
    (layout({"type": 9, "components": [text("x")]}), "components.0.accessory"),
    (layout({"type": 12, "items": []}), "components.0.items"),
    (layout({"type": 12, "items": [{"media": {}}]}), "components.0.items.0.media.url"),
    (layout({"type": 13}), "components.0.file"),
    (layout({**text("x"), "id": 7}, {**text("y"), "id": 7}), "components"),
    (layout(*({"type": 17, "components": [text("x")]} for _ in range(21))), "components"),
    (rows(button(style=6)), "components.0.components.0.sku_id"),
    ({"content": "x", "components": "none"}, "components"),
    ({"content": "x", "components": ["none"]}, "components.0"),
    (layout({"type": 17, "components": [{"type": 17, "components": [text("x")]}]}), "components.0.components.0.type"),
    ({"content": "x", "allowed_mentions": {"parse": ["nobody"]}}, "allowed_mentions.parse"),
    ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
    ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0"),
]
GOOD_MESSAGES = [
    {"content": "x" * 2000},
    {"embeds": [{"title": "x" * 256, "description": "x" * 4096, "fields": fields(1, "x" * 256, "x" * 1024)}]},
    embed(fields=fields(25), color=0xFFFFFF, timestamp="2026-01-01T00:00:00+00:00", footer={"text": "f"}),
    {"embeds": [{"title": "t"}] * 10},
    rows(*(button(custom_id=str(number), label="x" * 80) for number in range(5))),
    rows({"type": 2, "style": 5, "label": "Help", "url": "https://example.org"}),
    rows(button(label=None, emoji={"name": "x", "id": None})),
    rows(select(options=options(25), placeholder="x" * 150, min_values=0, max_values=25)),
    rows({"type": 5, "custom_id": "who", "max_values": 25}),
    layout(text("x" * 4000)),
    layout({"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}, "description": "A map"}]}),
    layout(
        {
            "type": 9,
            "components": [text("x")],
            "accessory": {"type": 11, "media": {"url": "https://example.org/a.png"}},
        }
    ),
    layout({"type": 17, "components": [{"type": 9, "components": [text("x")], "accessory": button()}, {"type": 14}]}),
    {"content": "<@1>", "allowed_mentions": {"parse": [], "users": ["1"]}},
]
AT = "components.0.component."
BAD_MODALS = [
    (modal(), "components"),
    (modal(*(label(box(custom_id=str(number))) for number in range(6))), "components"),
    (modal(label(box()), title=""), "title"),
    (modal(label(box()), title="x" * 46), "title"),
    (modal(label(box()), custom_id="x" * 101), "custom_id"),
    (modal(label(box()), label(box())), "components"),
    (modal(box()), "components.0.type"),
    (modal(label(box(), label="x" * 46)), "components.0.label"),
    (modal(label(box(), description="x" * 101)), "components.0.description"),
    (modal(label(button())), AT + "type"),
    (modal(label(box(value="xxx", max_length=2))), AT + "value"),
    (modal(label(box(value="x", min_length=2))), AT + "value"),
    (modal(label(box(value="x" * 4001))), AT + "value"),
    (modal(label(box(max_length=4001))), AT + "max_length"),
    (modal(label(box(max_length=0))), AT + "max_length"),
    (modal(label(box(min_length=-1))), AT + "min_length"),
    (modal(label(box(min_length=3, max_length=2))), AT + "min_length"),
    (modal(label(box(placeholder="x" * 101))), AT + "placeholder"),
    (modal(label(box(style=3))), AT + "style"),
    (modal(label(box(label="twice"))), AT + "label"),
    (modal({"type": 1, "components": [box()]}), "components.0.components.0.label"),
    (modal(label(select(min_values=0))), AT + "min_values"),
    (modal(label(select(max_values=4))), AT + "max_values"),
    (modal(label(select(disabled=True))), AT + "disabled"),
    (modal(label(checks(0))), AT + "options"),
    (modal(label(checks(11))), AT + "options"),
    (modal(label(checks(min_values=0))), AT + "min_values"),
    (modal(label(checks(max_values=4))), AT + "max_values"),
    (modal(label(radio(1))), AT + "options"),
    (modal(label(radio(11))), AT + "options"),
    (modal(label({**radio(), "options": options(2, default=True)})), AT + "options"),
    (modal(label({"type": 19, "custom_id": "f", "max_values": 11})), AT + "max_values"),
]
GOOD_MODALS = [
    modal(
        text("Read this"),
        label(box(value="x" * 20, max_length=20), label="x" * 45, description="x" * 100),
        label(select(min_values=0, required=False)),
        label(checks(10, min_values=0, max_values=10, required=False)),
        label(radio(10)),
    ),
    modal(
        label({"type": 19, "custom_id": "f", "min_values": 1, "max_values": 10}),
        label({"type": 23, "custom_id": "sure"}),
        label({"type": 5, "custom_id": "who"}),
        label(box(value="", min_length=5, required=False)),
        {"type": 1, "components": [box(custom_id="old", label="Old")]},
    ),
]


async def fresh(emulated: SandboxDiscord, wire: WireBot, who: Member) -> dict[str, Any]:
    await emulated.command(who, "link", {"sync_id": "A"})
    return dict((await wire.event())["d"])


def places(tree: dict[str, Any], path: tuple[str, ...] = ()) -> list[str]:
    found = [".".join(path)] if "_errors" in tree else []
    return found + [place for key, node in tree.items() if key != "_errors" for place in places(node, (*path, key))]


@pytest.mark.parametrize(("body", "place"), BAD_MESSAGES)
async def test_bad_message(
    emulated: SandboxDiscord, wire: WireBot, player: Member, body: dict[str, Any], place: str
) -> None:
    got = await fresh(emulated, wire, player)
    for reply, prefix in (
        (await wire.respond(got, 4, body), "data."),
        (await wire.call("POST", f"/channels/{got['channel_id']}/messages", body), ""),
    ):
        assert reply.refusal == (400, 50035)
        assert prefix + place in places(reply.body["errors"])
    assert len(emulated.refusals) == 2


@pytest.mark.parametrize("body", GOOD_MESSAGES)
async def test_good_message(emulated: SandboxDiscord, wire: WireBot, player: Member, body: dict[str, Any]) -> None:
    got = await fresh(emulated, wire, player)
    assert (await wire.respond(got, 4, body)).status == 200
    assert (await wire.webhook(got, "PATCH", "/messages/@original", body)).status == 200
    assert (await wire.webhook(got, "POST", "?wait=1", body)).status == 200
    assert (await wire.call("POST", f"/channels/{got['channel_id']}/messages", body)).status == 200
    assert emulated.refusals == []


@pytest.mark.parametrize(("body", "place"), BAD_MODALS)
async def test_bad_modal(
    emulated: SandboxDiscord, wire: WireBot, player: Member, body: dict[str, Any], place: str
) -> None:
    reply = await wire.respond(await fresh(emulated, wire, player), 9, body)
    assert reply.refusal == (400, 50035)
    assert f"data.{place}" in places(reply.body["errors"])


@pytest.mark.parametrize("body", GOOD_MODALS)
async def test_good_modal(emulated: SandboxDiscord, wire: WireBot, player: Member, body: dict[str, Any]) -> None:
    assert (await wire.respond(await fresh(emulated, wire, player), 9, body)).status == 200


@pytest.mark.parametrize(
    ("choices", "good"),
    [
        ([{"name": "x" * 100, "value": "x" * 100}] * 25, True),
        ([{"name": "n", "value": 5}], True),
        ([{"name": "n", "value": "v"}] * 26, False),
        ([{"name": "x" * 101, "value": "v"}], False),
        ([{"name": "n", "value": "x" * 101}], False),
        ([{"name": "", "value": "v"}], False),
        ([{"name": "n", "value": ""}], False),
        ([{"name": "n"}], False),
        (None, False),
    ],
)
async def test_choices(
    emulated: SandboxDiscord, wire: WireBot, player: Member, choices: list[dict[str, Any]] | None, *, good: bool
) -> None:
    typing = asyncio.create_task(emulated.autocomplete(player, "link", focused="sync_id", timeout=1))
    reply = await wire.respond((await wire.event())["d"], 8, {"choices": choices})
    if good:
        assert reply.status == 200
        assert len(await typing) == len(choices or [])
        return
    assert reply.refusal == (400, 50035)
    assert any(place.startswith("data.choices") for place in places(reply.body["errors"]))
    typing.cancel()
