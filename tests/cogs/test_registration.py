"""Commands are registered where they belong, once, and only when they changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.client import CharlinkBot
from bot.registration import ADDED_BY_DISCORD, clear_former_homes, digest, sync_commands
from tests.command_names import COMMANDS

if TYPE_CHECKING:
    from tests.cogs.stage import Stage


def writes(stage: Stage) -> int:
    return sum(call.method == "PUT" and call.path.endswith("/commands") for call in stage.env.http_requests)


async def held(stage: Stage, *, globally: bool) -> set[str]:
    commands = await stage.bot.tree.fetch_commands(guild=None if globally else discord.Object(stage.guild.id))
    return {command.name for command in commands}


async def test_without_home_guilds_they_are_global(stage: Stage) -> None:
    assert await held(stage, globally=True) == COMMANDS
    assert await held(stage, globally=False) == set()


async def test_nothing_is_written_where_nothing_changed(stage: Stage) -> None:
    before = writes(stage)
    assert await sync_commands(stage.bot, []) == 0
    assert writes(stage) == before
    assert await sync_commands(stage.bot, [], force=True) == 1
    assert writes(stage) == before + 1


async def test_home_guilds_have_them_alone(stage: Stage) -> None:
    assert await sync_commands(stage.bot, [stage.guild.id]) == 2
    assert await held(stage, globally=True) == set()
    assert await held(stage, globally=False) == COMMANDS
    assert await sync_commands(stage.bot, [stage.guild.id]) == 0
    assert await sync_commands(stage.bot, [stage.guild.id], force=True) == 1


@pytest.fixture
def _present(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the bot know its guild, as it does by READY."""
    monkeypatch.setattr(CharlinkBot, "guilds", [stage.env.backend.get_guild(stage.guild.id)])


@pytest.mark.usefixtures("_present")
async def test_a_guild_that_is_no_home_any_more_loses_them(stage: Stage) -> None:
    await sync_commands(stage.bot, [stage.guild.id])
    await sync_commands(stage.bot, [])
    await clear_former_homes(stage.bot, [])
    assert await held(stage, globally=False) == set()
    assert await held(stage, globally=True) == COMMANDS


@pytest.mark.usefixtures("_present")
async def test_back_to_global_leaves_none_in_the_former_home(stage: Stage) -> None:
    await sync_commands(stage.bot, [stage.guild.id])
    await sync_commands(stage.bot, [])
    stage.bot._cleared = False  # as in a new process
    await stage.bot.on_ready()
    assert await held(stage, globally=False) == set()
    assert await held(stage, globally=True) == COMMANDS


@pytest.mark.usefixtures("_present")
async def test_a_home_is_not_cleared(stage: Stage) -> None:
    await sync_commands(stage.bot, [stage.guild.id])
    await clear_former_homes(stage.bot, [stage.guild.id])
    assert await held(stage, globally=False) == COMMANDS


async def test_a_home_that_refuses_does_not_stop_the_others(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.env.inject_error("GET", f"/applications/*/guilds/{stage.guild.id}/commands", status=403)
    assert await sync_commands(stage.bot, [stage.guild.id]) == 1
    assert "applications.commands" in caplog.text
    assert await held(stage, globally=True) == set()


async def test_hundreds_of_guilds_are_not_asked_one_by_one(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CharlinkBot, "guilds", [discord.Object(number) for number in range(1, 1000)])
    before = len(stage.env.http_requests)
    await clear_former_homes(stage.bot, [])
    assert len(stage.env.http_requests) == before


async def test_a_changed_command_is_written(stage: Stage) -> None:
    command: Any = stage.bot.tree.get_command("linkchar")
    command.description = "Another text"
    assert await sync_commands(stage.bot, []) == 1
    assert await sync_commands(stage.bot, []) == 0


def test_the_hash_is_over_what_matters() -> None:
    ours: dict[str, Any] = {"name": "a", "description": "x", "options": [], "nsfw": False, "contexts": [0]}
    theirs = {**ours, **dict.fromkeys(ADDED_BY_DISCORD, "1"), "name_localizations": None, "default_permission": None}
    theirs.pop("options")
    assert digest([ours]) == digest([theirs])
    assert digest([ours, {"name": "b"}]) == digest([{"name": "b"}, theirs])
    assert digest([ours]) != digest([{**ours, "description": "y"}])
    assert digest([ours]) != digest([{**ours, "default_member_permissions": "32"}])
    assert digest([{**ours, "default_member_permissions": 32}]) == digest(
        [{**ours, "default_member_permissions": "32"}]
    )
    assert digest([{**ours, "default_member_permissions": 0}]) != digest([ours])
    assert digest([]) != digest([ours])
