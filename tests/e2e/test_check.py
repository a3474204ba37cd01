"""`python -m bot check`: one line for each thing with its remedy, an exit code by the outcome, and no secret."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sandbox.discord import Permission
from tests.e2e.world import KEY, V1, V2, world_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.world import Config, World

    Settings = dict[str, str]

pytestmark = pytest.mark.asyncio
WRONG_KEY = "e2e-a-key-that-the-cad-refuses"
NOBODY = "1442131175496744963"  # an id that nothing has
NO_ROLES = {f"{name}_ROLE_IDS": "" for name in ("STAFF", "PLAYER", "ADMIN", "BLOCKED")}


async def checked(
    config: Config, directory: Path, settings: Settings, prepare: Callable[[World], Settings] | None = None
) -> tuple[int, list[str]]:
    """Return the exit code and the lines of a check. Nothing may be changed by it, and no secret shown."""
    async with world_of(config, directory, running=False) as world:
        bot = await world.start("check", **{**settings, **(prepare(world) if prepare else {})})
        code = await bot.ended(25)
        assert "Traceback" not in bot.output
        for secret in (KEY, WRONG_KEY, world.discord.token):
            assert secret not in bot.output
        assert world.cad.state.changes == []
        assert not world.discord.registry
        world.discord.refusals.clear()  # looking for what is not there is refused
        return code, bot.output.splitlines()


@pytest.mark.parametrize("config", [V1.but(SELF_LINK="approval"), V2], ids=["v1", "v2"])
async def test_a_good_deployment_passes(tmp_path: Path, config: Config) -> None:
    code, lines = await checked(config, tmp_path, {})
    assert code == 0, lines
    assert not any(line.startswith("FAIL") for line in lines)
    told = "\n".join(lines).casefold()
    for each in ("token", "gateway", "Los Santos RP", "Staff", "Player", "/linkchar", "plan", "template"):
        assert each.casefold() in told, told
    if config is not V2:
        assert "approval_channel_id" in told  # an approval policy without a channel
        assert "v2" in next(line for line in lines if "SONORAN_NEW_CHARACTER_FORM" in line)


def silent_channel(world: World) -> Settings:
    """Give the audit lines a channel in which the bot may not write."""
    channel = world.guild.add_channel("audit")
    role = next(role for role in world.guild.roles.values() if "bot_id" in role.tags)
    channel.deny(role, Permission.SEND_MESSAGES)
    world.roles["staff"] = world.guild.add_role("Booster", managed=True)
    return {"AUDIT_CHANNEL_ID": str(channel.id), "STAFF_ROLE_IDS": str(world.roles["staff"].id)}


def no_template(world: World) -> Settings:
    """Let the community have no character template."""
    world.cad.state.templates.clear()
    return {}


Case = tuple["Config", "Settings", "Callable[[World], Settings] | None", tuple[str, ...]]
BAD: dict[str, Case] = {
    "missing role": (V2, {"STAFF_ROLE_IDS": NOBODY}, None, ("STAFF_ROLE_IDS",)),
    "v1 key, missing channel and player role": (
        V1,
        {"SONORAN_API_KEY": WRONG_KEY, "AUDIT_CHANNEL_ID": NOBODY, "PLAYER_ROLE_IDS": NOBODY},
        None,
        ("SONORAN_API_KEY", "AUDIT_CHANNEL_ID", "PLAYER_ROLE_IDS"),
    ),
    "v2 key, nobody can use it": (V2, {"SONORAN_API_KEY": WRONG_KEY, **NO_ROLES}, None, ("SONORAN_API_KEY", "nobody")),
    "v1 community, no such server": (
        V1,
        {"SONORAN_COMMUNITY_ID": "somebody-elses", "DISCORD_GUILD_IDS": NOBODY},
        None,
        ("SONORAN_COMMUNITY_ID", NOBODY),
    ),
    "v2 community, no template": (
        V2,
        {"SONORAN_COMMUNITY_ID": "somebody-elses"},
        no_template,
        ("SONORAN_COMMUNITY_ID", "template"),
    ),
    "plan, silent channel, managed role": (
        replace(V2, community={"plan": 1}),
        {},
        silent_channel,
        ("plan", "AUDIT_CHANNEL_ID", "Booster"),
    ),
    "nothing reachable": (
        V2,
        {"DISCORD_API_URL": "http://127.0.0.1:1/api/v10", "SONORAN_API_URL": "http://127.0.0.1:1"},
        None,
        ("Discord", "CAD"),
    ),
}


@pytest.mark.parametrize(("config", "settings", "prepare", "named"), BAD.values(), ids=BAD.keys())
async def test_what_is_wrong_fails_and_is_named(
    tmp_path: Path,
    config: Config,
    settings: Settings,
    prepare: Callable[[World], Settings] | None,
    named: tuple[str, ...],
) -> None:
    code, lines = await checked(config, tmp_path, settings, prepare)
    assert code != 0, lines
    failures = [line for line in lines if line.startswith("FAIL")]
    assert all("->" in line for line in failures)
    for each in named:
        assert any(each in line for line in failures), (each, lines)
