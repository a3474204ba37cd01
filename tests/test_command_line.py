"""The command line refuses what can't run: every problem on its own line, exit code 78, no secret."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from typer.testing import CliRunner

import bot.__main__ as main
from bot.__main__ import EX_CONFIG, Parts, app, build, cad_session
from bot.services.tenants import Guilds
from bot.settings import NAMES, load_settings

if TYPE_CHECKING:
    from pathlib import Path

HOME = {"DISCORD_TOKEN": "t", "DISCORD_GUILD_IDS": "1", "SONORAN_COMMUNITY_ID": "c", "SONORAN_API_KEY": "k"}


@pytest.fixture
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a `.env`, and without settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in (*NAMES, "PORT"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("command", ["run", "check", "sync"])
def test_wrong_settings_stop_every_command(command: str) -> None:
    wrong = {"MAX_LINKS": "many", "SONORAN_API_KEY": "made-up-key"}
    done = CliRunner().invoke(app, [command], env=wrong)
    assert done.exit_code == EX_CONFIG == 78
    named = {line.partition(":")[0] for line in done.stderr.splitlines()}
    assert {"DISCORD_TOKEN", "MAX_LINKS", "DISCORD_GUILD_IDS"} <= named
    assert "made-up-key" not in done.output


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "postgresql://u:made-up-pass@[x"), ("DISCORD_TOKEN", "made-up-pass\nmore")],
)
def test_a_value_that_can_not_be_used_is_a_line_and_no_traceback(name: str, value: str) -> None:
    done = CliRunner().invoke(app, ["check"], env={**HOME, name: value})
    assert done.exit_code == EX_CONFIG
    assert done.stderr.startswith(f"{name}: ")
    assert len(done.stderr.splitlines()) == 1
    assert "made-up-pass" not in done.output


def test_the_commands_explain_themselves() -> None:
    done = CliRunner().invoke(app, ["--help"])
    for command in ("run", "check", "sync"):
        assert command in done.stdout


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_everything_is_put_together_without_any_call(version: str) -> None:
    seen: list[Parts] = []

    async def after_setup(parts: Parts) -> None:
        seen.append(parts)

    async with cad_session() as session:
        parts = build(load_settings({**HOME, "SONORAN_API_VERSION": version}, None), session, after_setup)
        assert seen == []
        await parts.bot.setup_hook()
    assert seen == [parts]
    assert {command.name for command in parts.bot.tree.get_commands()} == {"linkchar", "newchar"}
    (tenant,) = parts.guilds.tenants
    assert tenant.version == version


async def test_shards_are_those_of_the_settings() -> None:
    async def after_setup(_: Parts) -> None:
        """Nothing."""

    sharded = load_settings({**HOME, "SHARD_COUNT": "4", "SHARD_IDS": "1-2"}, None)
    async with aiohttp.ClientSession() as session:
        parts = build(sharded, session, after_setup)
    assert (parts.bot.shard_count, parts.bot.shard_ids) == (4, [1, 2])


async def test_without_a_key_no_guild_reaches_a_cad() -> None:
    async def after_setup(_: Parts) -> None:
        """Nothing."""

    async with aiohttp.ClientSession() as session:
        parts = build(load_settings({"DISCORD_TOKEN": "t"}, None), session, after_setup)
    assert isinstance(parts.guilds, Guilds)
    assert parts.guilds.tenants == ()


async def test_the_session_keeps_no_cookies() -> None:
    async with cad_session() as session:
        assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)


async def test_a_gateway_that_says_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def after_setup(_: Parts) -> None:
        """Nothing is connected."""

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(main, "CLOSE_SECONDS", 0.05)
    async with cad_session() as session:
        parts = build(load_settings(HOME, None), session, after_setup)
        monkeypatch.setattr(type(parts.bot), "close", never)
        await asyncio.wait_for(main._close(parts.bot), 2)
