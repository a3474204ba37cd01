"""The command line refuses what can't run: every problem on its own line, exit code 78, no secret."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from typer.testing import CliRunner

import bot.__main__ as main
from bot.__main__ import EX_CONFIG, app
from bot.assembly import Parts, build, opened
from bot.settings import NAMES, Settings, load_settings
from bot.storage.vault import Vault
from tests.community import Scratch

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
@pytest.mark.parametrize("command", ["run", "check", "sync", "migrate"])
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
    for command in ("run", "check", "sync", "migrate"):
        assert command in done.stdout


async def put_together(settings: Settings, seen: list[Parts]) -> Parts:
    async def after_setup(parts: Parts) -> None:
        seen.append(parts)

    async with aiohttp.ClientSession() as session:
        return await build(settings, Scratch(), Vault([b"k" * 32]), session, after_setup)


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_everything_is_put_together_without_any_call(version: str) -> None:
    seen: list[Parts] = []

    parts = await put_together(load_settings({**HOME, "SONORAN_API_VERSION": version}, None), seen)
    assert seen == []
    await parts.bot.setup_hook()
    assert seen == [parts]
    assert {"linkchar", "newchar", "setup"} <= {command.name for command in parts.bot.tree.get_commands()}
    (tenant,) = parts.services.guilds.tenants
    assert tenant.version == version


async def test_shards_are_those_of_the_settings() -> None:
    parts = await put_together(load_settings({**HOME, "SHARD_COUNT": "4", "SHARD_IDS": "1-2"}, None), [])
    assert (parts.bot.shard_count, parts.bot.shard_ids) == (4, [1, 2])


async def test_without_a_key_no_guild_reaches_a_cad() -> None:
    parts = await put_together(load_settings({"DISCORD_TOKEN": "t"}, None), [])
    assert parts.services.guilds.tenants == ()


def names_in(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


async def test_what_is_opened_is_new_private_and_keeps_no_cookies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(load_settings(HOME, None)) as (database, _, session):
        assert isinstance(session.cookie_jar, aiohttp.DummyCookieJar)
        assert await database.current()
    assert names_in(tmp_path) == {"data", "keys"}


@pytest.mark.usefixtures("_elsewhere")
def test_migrate_says_what_it_did() -> None:
    first, again = (CliRunner().invoke(app, ["migrate"], env=HOME) for _ in range(2))
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "up to date: new ->" in first.stdout
    assert again.stdout == "Nothing to migrate.\n"


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize("command", ["run", "check", "sync", "migrate"])
def test_a_database_that_is_not_there_is_one_line_without_its_password(command: str) -> None:
    away = {**HOME, "DATABASE_URL": "postgresql://bot:hunter2@127.0.0.1:1/charlink", "ENCRYPTION_KEYS": "A" * 43}
    done = CliRunner().invoke(app, [command], env=away)
    assert done.exit_code == 1
    assert "can't be reached" in done.output
    assert "DATABASE_URL" in done.output
    assert "hunter2" not in done.output


async def test_a_gateway_that_says_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(main, "CLOSE_SECONDS", 0.05)
    parts = await put_together(load_settings(HOME, None), [])
    monkeypatch.setattr(type(parts.bot), "close", never)
    await asyncio.wait_for(main._close(parts.bot), 2)
