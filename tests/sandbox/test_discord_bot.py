"""A real discord.py client against the emulated Discord: the whole round trip of each kind of interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from sandbox.discord import Fault, NoAnswer, NotAllowed, Upload
from tests.sandbox.discord_bot import SampleBot, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.discord import Guild, Member, SandboxDiscord


@pytest.fixture
async def bot(emulated: SandboxDiscord, guild: Guild, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    sample = SampleBot(guild.id)
    async with running(sample, emulated, monkeypatch):
        yield sample
    assert sample.errors == []
    assert emulated.refusals == []


async def test_deferred_answer(bot: SampleBot, emulated: SandboxDiscord, guild: Guild, player: Member) -> None:
    other = guild.add_member("Otto Other")
    exchange = await emulated.command(player, "link", {"sync_id": "ABC", "member": other}, locale="fi")
    await exchange.settled()
    assert exchange.deferred
    assert exchange.ephemeral
    assert exchange.acknowledged_after is not None
    assert exchange.acknowledged_after < 3
    assert [state.thinking for state in exchange.history] == [True, False]
    assert exchange.shown.embeds[0].description == "ABC add otto_other fi"
    await emulated.until(lambda: len(exchange.followups) == 1)
    assert exchange.followups[0].content == "and more"
    channel = exchange.shown.channel
    assert emulated.messages(channel) == []
    assert emulated.messages(channel, player) == [exchange.shown, *exchange.followups]
    assert bot.shard_count == 1


async def test_panel_modal(bot: SampleBot, emulated: SandboxDiscord, guild: Guild, player: Member) -> None:
    shown = await (await emulated.command(guild.owner, "panel")).settled()
    opened = await (await emulated.press(guild.owner, shown.shown, "Form")).first()
    assert opened.modal is not None
    assert [field.label for field in opened.modal.fields] == ["First name", "Sex", "Flags", "Notes"]
    answer = await (await emulated.submit(guild.owner, opened.modal, {"First": "Bea", "Sex": "Male"})).settled()
    assert answer.shown.content == "['Bea', ['1'], ['1'], '']"
    continued = await (await emulated.press(guild.owner, shown.shown, "Continue")).settled()
    assert continued.shown is shown.shown
    assert shown.shown.content == "continued"
    with pytest.raises(NotAllowed, match="disabled"):
        await emulated.press(guild.owner, shown.shown, "Continue")
    with pytest.raises(NotAllowed, match="does not see"):
        await emulated.press(player, shown.shown, "Later")
    picked = await (await emulated.choose(guild.owner, shown.shown, "Pick", "Blue")).settled()
    assert picked.shown.content == "b"
    later = await (await emulated.press(guild.owner, shown.shown, "Later")).settled()
    assert later.deferred
    assert shown.shown.content == "later"
    assert shown.shown.buttons == ()
    assert bot.errors == []


async def test_autocomplete(bot: SampleBot, emulated: SandboxDiscord, player: Member) -> None:
    choices = await emulated.autocomplete(player, "link", focused="sync_id", typed="AB", options={"action": "cut"})
    assert [(choice.name, choice.value) for choice in choices] == [(f"AB{n} cut", f"AB{n}") for n in range(3)]
    assert bot.errors == []


async def test_files_both_ways(bot: SampleBot, emulated: SandboxDiscord, player: Member) -> None:
    exchange = await (await emulated.command(player, "file", {"upload": Upload("a.txt", b"hello")})).settled()
    assert exchange.shown.content == "hello"
    attachment = exchange.shown.attachments[0]
    assert attachment.upload.filename == "copy.py"
    assert attachment.upload.description == "a copy"
    assert attachment.upload.content == b"hello again"
    assert bot.errors == []


async def test_subcommand_and_context_menu(
    bot: SampleBot, emulated: SandboxDiscord, guild: Guild, player: Member
) -> None:
    listed = await (await emulated.command(player, "chars list", {"member": guild.owner})).settled()
    assert listed.shown.content == "characters of olivia_owner"
    assert not listed.ephemeral
    about = await (await emulated.user_command(player, "CAD characters", guild.owner)).settled()
    assert about.shown.content == "about olivia_owner"
    assert bot.errors == []


async def test_commands_keep_their_ids(bot: SampleBot, emulated: SandboxDiscord, guild: Guild) -> None:
    before = {command["name"]: command["id"] for command in emulated.registry.listed(guild.id)}
    synced = await bot.tree.sync(guild=guild_object(guild))
    assert {command.name: str(command.id) for command in synced} == before


async def test_resume_after_a_drop(bot: SampleBot, emulated: SandboxDiscord, player: Member) -> None:
    emulated.gateway.drop()
    exchange = await emulated.command(player, "link", {"sync_id": "MISSED"})  # sent while nobody listens
    await exchange.settled()
    assert "MISSED" in exchange.shown.text
    assert (emulated.gateway.identified, emulated.gateway.resumed) == (1, 1)
    assert not bot.is_closed()


async def test_reconnect_on_request(bot: SampleBot, emulated: SandboxDiscord, player: Member) -> None:
    await emulated.gateway.ask_to_reconnect()
    await emulated.until(lambda: emulated.gateway.resumed == 1)
    await (await emulated.command(player, "link", {"sync_id": "A"})).settled()
    assert not bot.is_closed()


async def test_rate_limit_and_broken_connection(bot: SampleBot, emulated: SandboxDiscord, player: Member) -> None:
    emulated.fail(Fault("PATCH", "/messages/@original", 429, retry_after=0.05))
    await (await emulated.command(player, "link", {"sync_id": "A"})).settled()
    assert [call.status for call in emulated.ledger if call.method == "PATCH"] == [429, 200]
    emulated.fail(Fault("POST", "/callback", 0))
    broken = await emulated.command(player, "link", {"sync_id": "B"})
    with pytest.raises(NoAnswer):
        await broken.first(0.1)
    assert [type(error).__name__ for error in bot.errors] == ["CommandInvokeError"]
    bot.errors.clear()


def guild_object(guild: Guild) -> discord.Object:
    return discord.Object(guild.id)
