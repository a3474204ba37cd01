"""`python -m bot check`: one line for each thing with its remedy, an exit code by the outcome, and no secret."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Permission
from tests.e2e.world import KEY, V1, V2, World, world_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.process import BotProcess
    from tests.e2e.world import Config

pytestmark = pytest.mark.asyncio
WRONG_KEY = "e2e-a-key-that-the-cad-refuses"
NO_ROLES = {f"{name}_ROLE_IDS": "" for name in ("STAFF", "PLAYER", "ADMIN", "BLOCKED")}


async def checked(config: Config, directory: Path, **settings: str) -> tuple[int, BotProcess]:
    """Return the exit code of a check in a world of that config, and the process."""
    async with world_of(config, directory, running=False) as world:
        bot = await world.start("check", **settings)
        code = await bot.ended(25)
        assert "Traceback" not in bot.output
        assert WRONG_KEY not in bot.output
        assert not any(change for change in world.cad.state.changes)
        return code, bot


@pytest.mark.parametrize("config", [V1, V2], ids=["v1", "v2"])
async def test_a_good_deployment_passes(tmp_path: Path, config: Config) -> None:
    code, bot = await checked(config, tmp_path)
    assert code == 0, bot.output
    assert "FAIL" not in bot.output
    told = bot.output.casefold()
    for each in ("token", "gateway", "Los Santos RP", "Staff", "Player", "/linkchar", "plan", "template"):
        assert each.casefold() in told, bot.output


BAD: dict[str, tuple[Config, dict[str, str], str]] = {
    "v1 key": (V1, {"SONORAN_API_KEY": WRONG_KEY}, "SONORAN_API_KEY"),
    "v2 key": (V2, {"SONORAN_API_KEY": WRONG_KEY}, "SONORAN_API_KEY"),
    "v1 community": (V1, {"SONORAN_COMMUNITY_ID": "somebody-elses"}, "SONORAN_COMMUNITY_ID"),
    "v2 community": (V2, {"SONORAN_COMMUNITY_ID": "somebody-elses"}, "SONORAN_COMMUNITY_ID"),
    "v1 plan": (replace(V1, community={"plan": 1}), {}, "plan"),
    "v2 plan": (replace(V2, community={"plan": 1}), {}, "plan"),
    "api off": (replace(V1, community={"api_enabled": False}), {}, "CAD"),
    "missing role": (V2, {"STAFF_ROLE_IDS": "1442131175496744963"}, "STAFF_ROLE_IDS"),
    "missing player role": (V2, {"PLAYER_ROLE_IDS": "1442131175496744963"}, "PLAYER_ROLE_IDS"),
    "nobody can use it": (V2, NO_ROLES, "nobody"),
    "no such server": (V2, {"DISCORD_GUILD_IDS": "1442131175496744963"}, "1442131175496744963"),
    "no such channel": (V2, {"AUDIT_CHANNEL_ID": "1442131175496744963"}, "AUDIT_CHANNEL_ID"),
    "gateway": (V2, {"DISCORD_API_URL": "http://127.0.0.1:1/api/v10"}, "Discord"),
    "cad unreachable": (V2, {"SONORAN_API_URL": "http://127.0.0.1:1"}, "CAD"),
}


@pytest.mark.parametrize(("config", "settings", "named"), BAD.values(), ids=BAD.keys())
async def test_what_is_wrong_fails_and_is_named(
    tmp_path: Path, config: Config, settings: dict[str, str], named: str
) -> None:
    async with world_of(config, tmp_path, running=False) as world:
        bot = await world.start("check", **settings)
        code = await bot.ended(25)
        world.discord.refusals.clear()  # looking for what is not there is refused
    assert code != 0, bot.output
    failures = [line for line in bot.output.splitlines() if line.startswith("FAIL")]
    assert any(named in line for line in failures), bot.output
    assert all("->" in line for line in failures)
    assert "Traceback" not in bot.output
    assert KEY not in bot.output
    assert WRONG_KEY not in bot.output


PREPARED: dict[str, tuple[Callable[[World], Any], str, str]] = {
    "no template": (lambda world: world.cad.state.templates.clear(), "", "template"),
    "managed role": (
        lambda world: world.roles.update(staff=world.guild.add_role("Booster", managed=True)),
        "",
        "Booster",
    ),
    "silent channel": (
        lambda world: world.guild.add_channel("audit").deny(world.guild.everyone, Permission.SEND_MESSAGES),
        "AUDIT_CHANNEL_ID",
        "AUDIT_CHANNEL_ID",
    ),
}


async def test_what_is_wrong_in_the_community_or_server_fails(tmp_path: Path) -> None:
    async def one(name: str) -> tuple[str, int, str]:
        prepare, setting, _ = PREPARED[name]
        directory = tmp_path / name.replace(" ", "-")
        directory.mkdir()
        async with world_of(V2, directory, running=False) as world:
            prepare(world)
            settings = {}
            if setting == "AUDIT_CHANNEL_ID":
                channel = list(world.guild.channels.values())[-1]
                bot_role = next(role for role in world.guild.roles.values() if "bot_id" in role.tags)
                channel.deny(bot_role, Permission.SEND_MESSAGES)
                settings = {setting: str(channel.id)}
            bot = await world.start("check", **settings)
            return name, await bot.ended(25), bot.output

    for name, code, output in await asyncio.gather(*map(one, PREPARED)):
        assert code != 0, output
        failures = [line for line in output.splitlines() if line.startswith("FAIL")]
        assert any(PREPARED[name][2] in line for line in failures), output


async def test_a_policy_of_approval_is_told_what_it_lacks(tmp_path: Path) -> None:
    code, bot = await checked(V2.but(SELF_LINK="approval"), tmp_path)
    assert "APPROVAL_CHANNEL_ID" in bot.output
    assert code in {0, 1}


async def test_the_old_form_is_pointed_out(tmp_path: Path) -> None:
    code, bot = await checked(V1.but(SONORAN_NEW_CHARACTER_FORM="character"), tmp_path)
    assert code == 0
    line = next(line for line in bot.output.splitlines() if "SONORAN_NEW_CHARACTER_FORM" in line)
    assert "v2" in line
