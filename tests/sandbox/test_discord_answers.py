"""When and how an interaction may be answered: the emulated Discord refuses the rest with Discord's codes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import ButtonStyle, NoAnswer

if TYPE_CHECKING:
    from sandbox.discord import Guild, Member, SandboxDiscord
    from tests.sandbox.discord_wire import WireBot

EPHEMERAL = 64
ROW = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}]
MODAL = {
    "title": "Form",
    "custom_id": "form",
    "components": [{"type": 18, "label": "Name", "component": {"type": 4, "style": 1, "custom_id": "name"}}],
}


async def started(emulated: SandboxDiscord, wire: WireBot, who: Member) -> tuple[Any, Any]:
    """A slash command that waits for its answer: the exchange and what the bot received."""
    exchange = await emulated.command(who, "link", {"sync_id": "A"})
    return exchange, (await wire.event())["d"]


async def test_payload_of_a_command(emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member) -> None:
    await emulated.command(player, "link", {"sync_id": "A", "member": guild.owner}, locale="de")
    got = (await wire.event())["d"]
    assert got["type"] == 2
    assert got["data"]["options"] == [
        {"name": "sync_id", "type": 3, "value": "A"},
        {"name": "member", "type": 6, "value": str(guild.owner_id)},
    ]
    assert list(got["data"]["resolved"]["users"]) == [str(guild.owner_id)]
    assert got["member"]["roles"] == [str(role_id) for role_id in player.role_ids]
    assert got["locale"] == "de"
    assert got["guild_id"] == str(guild.id)
    assert int(got["app_permissions"]) & 1 << 11


async def test_late_first_response(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    emulated.clock.advance(3.1)
    reply = await wire.respond(got, 5)
    assert reply.refusal == (404, 10062)
    assert reply.headers["Content-Type"] == "application/json"
    assert [refusal.code for refusal in emulated.refusals] == [10062]
    with pytest.raises(NoAnswer, match="did not respond"):
        await exchange.first(0.05)


async def test_second_first_response(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    _, got = await started(emulated, wire, player)
    assert (await wire.respond(got, 5)).status == 200
    for kind, data in ((5, None), (4, {"content": "x"}), (9, MODAL)):
        assert (await wire.respond(got, kind, data)).refusal == (400, 40060)


async def test_forged_token(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    _, got = await started(emulated, wire, player)
    assert (await wire.respond({**got, "token": "forged"}, 5)).refusal == (404, 10062)
    assert (await wire.respond({**got, "id": "1"}, 5)).refusal == (404, 10062)


@pytest.mark.parametrize(
    ("method", "rest"), [("POST", ""), ("PATCH", "/messages/@original"), ("GET", "/messages/@original")]
)
async def test_webhook_before_the_acknowledgement(
    emulated: SandboxDiscord, wire: WireBot, player: Member, method: str, rest: str
) -> None:
    _, got = await started(emulated, wire, player)
    assert (await wire.webhook(got, method, rest, {"content": "x"})).refusal == (404, 10015)


async def test_token_lives_fifteen_minutes(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    await wire.respond(got, 5, {"flags": EPHEMERAL})
    emulated.clock.advance(899)
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": "in time"})).status == 200
    emulated.clock.advance(2)
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": "late"})).refusal == (401, 50027)
    assert (await wire.webhook(got, "POST", "", {"content": "late"})).refusal == (401, 50027)
    assert exchange.shown.content == "in time"


async def test_deferral_fixes_who_sees_it(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    response = (await wire.respond(got, 5, {"flags": EPHEMERAL})).body["interaction"]
    assert response["response_message_loading"] is True
    assert response["response_message_ephemeral"] is True
    with pytest.raises(NoAnswer, match="still thinking"):
        await exchange.settled(0.05)
    first = (await wire.webhook(got, "POST", "?wait=1", {"content": "done", "flags": 0})).body
    assert first["id"] == response["response_message_id"]
    await exchange.settled(0)
    assert exchange.ephemeral
    assert exchange.followups == []
    second = (await wire.webhook(got, "POST", "?wait=1", {"content": "for all"})).body
    assert second["flags"] == 0
    assert [message.content for message in exchange.followups] == ["for all"]
    edited = await wire.webhook(got, "PATCH", f"/messages/{second['id']}", {"content": "for everybody"})
    assert edited.status == 200
    assert (await wire.webhook(got, "DELETE", f"/messages/{second['id']}")).status == 204
    assert (await wire.webhook(got, "GET", f"/messages/{second['id']}")).refusal == (404, 10008)


async def test_a_deferral_takes_only_ephemeral(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    _, got = await started(emulated, wire, player)
    reply = await wire.respond(got, 5, {"flags": 1 << 15})
    assert reply.refusal == (400, 50035)
    assert "flags" in reply.body["errors"]["data"]


async def test_only_choices_answer_an_autocomplete(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    with pytest.raises(NoAnswer, match="Loading options failed"):
        await emulated.autocomplete(player, "link", focused="sync_id", typed="A", timeout=0.05)
    got = (await wire.event())["d"]
    assert got["data"]["options"] == [{"name": "sync_id", "type": 3, "value": "A", "focused": True}]
    assert "resolved" not in got["data"]
    assert (await wire.respond(got, 4, {"content": "x"})).refusal == (400, 50035)
    assert (await wire.respond(got, 5)).refusal == (400, 50035)
    assert (await wire.respond(got, 8, {"choices": []})).status == 200
    assert (await wire.webhook(got, "POST", "", {"content": "x"})).refusal == (404, 10015)


async def test_choices_do_not_answer_a_command(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    _, got = await started(emulated, wire, player)
    for kind in (1, 6, 7, 8, "4", None):
        assert (await wire.respond(got, kind, {})).refusal == (400, 50035)  # type: ignore[arg-type]  # on purpose


async def test_modal_does_not_answer_a_modal(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    assert (await wire.respond(got, 9, MODAL)).status == 200
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": "x"})).refusal == (404, 10008)
    await emulated.submit(player, exchange.modal, {"Name": "Bea"})
    submitted = (await wire.event())["d"]
    assert submitted["data"]["components"][0]["component"]["value"] == "Bea"
    assert "message" not in submitted
    for kind in (6, 7, 9):
        assert (await wire.respond(submitted, kind, MODAL)).refusal == (400, 50035)
    assert (await wire.respond(submitted, 5)).status == 200


async def test_components_edit_their_message(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    await wire.respond(got, 4, {"content": "panel", "components": ROW, "flags": EPHEMERAL})
    button = exchange.shown.buttons[0]
    assert (button.label, button.style, button.disabled) == ("Go", ButtonStyle.PRIMARY, False)

    silent = await emulated.press(player, exchange.shown, "Go")
    pressed = (await wire.event())["d"]
    assert pressed["message"]["id"] == str(exchange.shown.id)
    assert pressed["message"]["flags"] == EPHEMERAL
    await wire.respond(pressed, 6)
    assert not silent.settled_now
    await wire.webhook(pressed, "PATCH", "/messages/@original", {"content": "edited"})
    await silent.settled(0)
    assert silent.shown is exchange.shown
    assert [state.content for state in silent.history] == ["edited"]
    assert list(exchange.shown.buttons) == [button]

    opened = await emulated.press(player, exchange.shown, "Go")
    opener = (await wire.event())["d"]
    await wire.respond(opener, 9, MODAL)
    await emulated.submit(player, opened.modal, {"Name": "Bea"})
    submitted = (await wire.event())["d"]
    assert (await wire.respond(submitted, 7, {"content": "by modal", "components": []})).status == 200
    assert exchange.shown.content == "by modal"
    assert not exchange.shown.buttons


async def test_forged_press_reaches_the_bot(
    emulated: SandboxDiscord, wire: WireBot, guild: Guild, player: Member
) -> None:
    exchange, got = await started(emulated, wire, player)
    await wire.respond(got, 4, {"content": "mine", "components": ROW, "flags": EPHEMERAL})
    await emulated.press(guild.owner, exchange.shown, "Go", force=True)
    assert (await wire.event())["d"]["member"]["user"]["id"] == str(guild.owner_id)
    await emulated.press_id(guild.owner, exchange.shown, "other")
    assert (await wire.event())["d"]["data"]["custom_id"] == "other"


@pytest.mark.parametrize("body", [{}, {"content": "  "}, {"embeds": []}, {"embeds": [{}]}])
async def test_empty_message(emulated: SandboxDiscord, wire: WireBot, player: Member, body: dict[str, Any]) -> None:
    exchange, got = await started(emulated, wire, player)
    assert (await wire.respond(got, 4, body)).refusal == (400, 50006)
    assert exchange.acknowledged_after is None
    assert (await wire.respond(got, 4, {"content": "second try"})).status == 200


async def test_the_arrival_of_each_answer_is_timed(emulated: SandboxDiscord, wire: WireBot, player: Member) -> None:
    exchange, got = await started(emulated, wire, player)
    assert exchange.answered_after == ()
    await wire.respond(got, 5)
    await asyncio.sleep(0.05)
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": "done"})).status == 200
    assert (await wire.webhook(got, "PATCH", "/messages/@original", {"content": ""})).status == 400
    first, last = exchange.answered_after  # what was refused counts for nothing
    assert 0 < first < 0.05 < last
