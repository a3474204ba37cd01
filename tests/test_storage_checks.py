"""`check` looks at database and key as the next start will find them, and never shows a secret."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from bot.checks.storage import storage_findings
from bot.domain.findings import Verdict
from bot.settings import load_settings
from bot.storage.engine import Database
from bot.storage.guilds import GuildRow, save_community, save_guild

if TYPE_CHECKING:
    from pathlib import Path

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def found(**more: str) -> dict[str, Verdict]:
    settings = load_settings({"DISCORD_TOKEN": "t", **more}, None)
    return {one.key: one.verdict async for one in storage_findings(settings)}


async def test_before_the_first_start() -> None:
    assert await found() == {"finding-database": Verdict.OK, "finding-key-file-new": Verdict.OK}


async def test_a_key_file_for_its_owner_alone(folder: Path) -> None:
    path = folder / "keys" / "charlink.key"
    path.parent.mkdir()
    path.write_text(KEY)
    path.chmod(0o600)
    assert (await found())["finding-key-file"] is Verdict.OK
    path.chmod(0o640)
    assert (await found())["finding-key-file-open"] is Verdict.WARN


async def test_a_key_that_is_gone_while_something_needs_it() -> None:
    database = Database("sqlite:///data/charlink.db")
    await database.migrate()
    row = GuildRow(1, "c", b"sealed", {})
    await database.write(lambda tx: save_community(tx, "c", name="C"))
    await database.write(lambda tx: save_guild(tx, row, now=1.0))
    await database.close()
    assert (await found())["finding-key-missing"] is Verdict.FAIL
    assert "finding-key-missing" not in await found(ENCRYPTION_KEYS=KEY)


async def test_one_folder_for_both_is_warned_of() -> None:
    assert (await found(ENCRYPTION_KEY_FILE="data/charlink.key"))["finding-one-backup"] is Verdict.WARN


async def test_a_database_that_is_not_there() -> None:
    away = await found(DATABASE_URL="postgresql://bot:hunter2@127.0.0.1:1/charlink", ENCRYPTION_KEYS=KEY)
    assert away == {"finding-database-down": Verdict.FAIL}
