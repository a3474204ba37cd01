"""Fixtures of the emulated Discord's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.discord import SandboxDiscord
from tests.sandbox.discord_bot import schema
from tests.sandbox.discord_wire import WireBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.discord import Guild, Member
    from sandbox.discord.schema import BodySchema


@pytest.fixture(scope="session")
def published() -> BodySchema | None:
    """Discord's published description, read once, when it is to be found."""
    return schema()


@pytest.fixture
async def emulated(published: BodySchema | None) -> AsyncIterator[SandboxDiscord]:
    async with SandboxDiscord(schema=published) as started:
        yield started


@pytest.fixture
def guild(emulated: SandboxDiscord) -> Guild:
    return emulated.add_guild("Los Santos")


@pytest.fixture
def player(guild: Guild) -> Member:
    return guild.add_member("Paula Player", [guild.add_role("player")])


@pytest.fixture
async def wire(emulated: SandboxDiscord, guild: Guild) -> AsyncIterator[WireBot]:
    """A bot of bare requests that is connected and has registered the sample commands."""
    async with WireBot(emulated) as bot:
        await bot.ready()
        assert guild.id in emulated.world.guilds
        yield bot
