"""What the operator gets wrong is told at once and in full, with no secret in it; `.env` is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.process import BotProcess
from tests.e2e.reading import headline
from tests.e2e.world import KEY, V1, V2, world_of

if TYPE_CHECKING:
    from pathlib import Path

EX_CONFIG = 78
TOKEN = "MTE.made-up.bot-token-that-nobody-may-read"
GOOD = {"DISCORD_TOKEN": TOKEN, "DISCORD_GUILD_IDS": "1442131175496744963", "SONORAN_COMMUNITY_ID": "sandbox"}

pytestmark = pytest.mark.asyncio

EVERYTHING_WRONG = {
    "DISCORD_GUILD_IDS": "my server",
    "DISCORD_API_URL": "http://discord.example/api",
    "DISCORD_GATEWAY_URL": "http://127.0.0.1:1",
    "SONORAN_API_URL": "ftp://api.sonorancad.com",
    "SONORAN_COMMUNITY_ID": "my community!",
    "SONORAN_API_VERSION": "v3",
    "SONORAN_NEW_CHARACTER_FORM": "paper",
    "SONORAN_RATE": "fast",
    "SONORAN_DB_SYNC": "maybe",
    "API_ID_IS_DISCORD_ID": "perhaps",
    "STAFF_ROLE_IDS": "Staff",
    "PLAYER_ROLE_IDS": "nobody",
    "APPROVER_ROLE_IDS": "-1",
    "ADMIN_ROLE_IDS": "1;2",
    "BLOCKED_ROLE_IDS": "0",
    "PLAYER_MAY": "fly",
    "SELF_LINK": "always",
    "MAX_LINKS": "-1",
    "APPROVAL_CHANNEL_ID": "#approvals",
    "AUDIT_CHANNEL_ID": "audit",
    "HISTORY_DAYS": "0",
    "HTTP_PORT": "70000",
    "LOG_LEVEL": "LOUD",
    "LOG_FORMAT": "xml",
    "SHARD_COUNT": "0",
    "SHARD_IDS": "a-b",
}
TOGETHER = [
    ({"SONORAN_API_KEY": KEY, "DISCORD_GUILD_IDS": ""}, {"DISCORD_GUILD_IDS"}, "check"),
    (
        {
            "SONORAN_API_KEY": KEY,
            "SONORAN_RATE": "unlimited",
            "SELF_LINK_PATTERN": "char#",
            "STAFF_ROLE_IDS": GOOD["DISCORD_GUILD_IDS"],
        },
        {"SONORAN_RATE", "SELF_LINK_PATTERN", "STAFF_ROLE_IDS"},
        "sync",
    ),
]


async def refused(settings: dict[str, str], directory: Path, command: str = "run") -> list[str]:
    """Start a bot that must not start, and return the lines that it said instead."""
    bot = await BotProcess.start(command, settings, directory)
    assert await bot.ended(20) == EX_CONFIG, bot.output
    assert "Traceback" not in bot.output
    for secret in (TOKEN, KEY):
        assert secret not in bot.output
    return bot.output.splitlines()


async def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    lines = await refused({**EVERYTHING_WRONG, "SONORAN_API_KEY": KEY}, tmp_path)
    told = {line.partition(":")[0] for line in lines}
    assert {"DISCORD_TOKEN", *EVERYTHING_WRONG} <= told


@pytest.mark.parametrize(("settings", "wrong", "command"), TOGETHER, ids=["key", "others"])
async def test_what_contradicts_is_told_by_every_command(
    tmp_path: Path, settings: dict[str, str], wrong: set[str], command: str
) -> None:
    given = {name: value for name, value in {**GOOD, **settings}.items() if value}
    lines = await refused(given, tmp_path, command)
    assert {line.partition(":")[0].partition(",")[0] for line in lines} == wrong


@pytest.mark.parametrize("command", ["run", "check"])
async def test_a_token_that_discord_refuses_is_told_plainly(tmp_path: Path, command: str) -> None:
    async with world_of(V2, tmp_path, running=False) as world:
        bot = await world.start(command, DISCORD_TOKEN=TOKEN)
        assert await bot.ended(20) != 0
        assert "DISCORD_TOKEN" in bot.output
        assert "Traceback" not in bot.output
        assert TOKEN not in bot.output
        assert {refusal.status for refusal in world.discord.refusals} == {401}
        world.discord.refusals.clear()


async def test_dotenv_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    async with world_of(V1, tmp_path, running=False) as world:
        written = {**world.environment, "DISCORD_TOKEN": TOKEN, "SONORAN_API_VERSION": "v2"}
        lines = [f"{name}={value}" for name, value in written.items()]
        (tmp_path / ".env").write_text("\n".join(["# a comment", *lines]))
        bot = await BotProcess.start("run", {"DISCORD_TOKEN": world.discord.token}, tmp_path)
        world.bots.append(bot)
        await bot.unless_ended(world.discord.wait_ready())
        player = world.player()
        answer = await world.command(player, "linkchar", sync_id="ENV1")
        assert headline(answer).startswith("Linked `ENV1`")
        assert TOKEN not in bot.output
