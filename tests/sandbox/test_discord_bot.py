"""A real discord.py client against the emulated Discord: the whole round trip of each kind of interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.discord import NotAllowed, SandboxDiscord, Upload
from tests.sandbox.discord_bot import SampleBot, running, schema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.discord import Guild, Member


@pytest.fixture
async def server() -> AsyncIterator[SandboxDiscord]:
    async with SandboxDiscord(schema=schema()) as started:
        yield started


@pytest.fixture
def guild(server: SandboxDiscord) -> Guild:
    return server.add_guild("Los Santos")


@pytest.fixture
def player(guild: Guild) -> Member:
    return guild.add_member("Paula Player", [guild.add_role("player")])


@pytest.fixture
async def bot(server: SandboxDiscord, guild: Guild, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    sample = SampleBot(guild.id)
    async with running(sample, server, monkeypatch):
        yield sample
    assert sample.errors == []
    assert server.refusals == []


async def test_deferred_answer(bot: SampleBot, server: SandboxDiscord, guild: Guild, player: Member) -> None:
    other = guild.add_member("Otto Other")
    exchange = await server.command(player, "link", {"sync_id": "ABC", "member": other}, locale="fi")
    await exchange.settled()
    assert exchange.deferred
    assert exchange.ephemeral
    assert exchange.acknowledged_after is not None
    assert exchange.acknowledged_after < 3
    assert [state.thinking for state in exchange.history] == [True, False]
    assert exchange.message is not None
    assert exchange.message.embeds[0].description == "ABC add otto_other fi"
    await server.until(lambda: len(exchange.followups) == 1)
    assert exchange.followups[0].content == "and more"
    channel = exchange.message.channel
    assert server.messages(channel) == []
    assert server.messages(channel, player) == [exchange.message, *exchange.followups]
    assert bot.shard_count == 1


async def test_panel_modal(bot: SampleBot, server: SandboxDiscord, guild: Guild, player: Member) -> None:
    shown = await (await server.command(guild.owner, "panel")).settled()
    assert shown.message is not None
    opened = await (await server.press(guild.owner, shown.message, "Form")).first()
    assert opened.modal is not None
    assert [field.label for field in opened.modal.fields] == ["First name", "Sex", "Flags", "Notes"]
    answer = await (await server.submit(guild.owner, opened.modal, {"First": "Bea", "Sex": "Male"})).settled()
    assert answer.message is not None
    assert answer.message.content == "['Bea', ['1'], ['1'], '']"
    continued = await (await server.press(guild.owner, shown.message, "Continue")).settled()
    assert continued.message is shown.message
    assert shown.message.content == "continued"
    with pytest.raises(NotAllowed, match="disabled"):
        await server.press(guild.owner, shown.message, "Continue")
    with pytest.raises(NotAllowed, match="does not see"):
        await server.press(player, shown.message, "Later")
    picked = await (await server.choose(guild.owner, shown.message, "Pick", "Blue")).settled()
    assert picked.message is not None
    assert picked.message.content == "b"
    later = await (await server.press(guild.owner, shown.message, "Later")).settled()
    assert later.deferred
    assert shown.message.content == "later"
    assert shown.message.buttons == ()
    assert bot.errors == []


async def test_autocomplete(bot: SampleBot, server: SandboxDiscord, player: Member) -> None:
    choices = await server.autocomplete(player, "link", focused="sync_id", typed="AB", options={"action": "cut"})
    assert [(choice.name, choice.value) for choice in choices] == [(f"AB{n} cut", f"AB{n}") for n in range(3)]
    assert bot.errors == []


async def test_files_both_ways(bot: SampleBot, server: SandboxDiscord, player: Member) -> None:
    exchange = await (await server.command(player, "file", {"upload": Upload("a.txt", b"hello")})).settled()
    assert exchange.message is not None
    assert exchange.message.content == "hello"
    attachment = exchange.message.attachments[0]
    assert attachment.upload.filename == "copy.py"
    assert attachment.upload.description == "a copy"
    assert attachment.upload.content == b"hello again"
    assert bot.errors == []
