"""Where the key ring comes from, what is refused, and that a key is never lost sight of."""

from __future__ import annotations

import base64
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings
from bot.storage.keys import backup_holds_both, load_vault, readable_by_others
from tests.source import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage.vault import Vault

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER = base64.urlsafe_b64encode(b"o" * 32).decode()
START = """
import sys
from bot.settings import load_settings
from bot.storage.keys import load_vault
chosen = load_settings({"DISCORD_TOKEN": "t", "ENCRYPTION_KEY_FILE": sys.argv[1]}, None)
print(load_vault(chosen, sealed_rows=False).seal("x", guild_id=1, purpose="p").hex())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "charlink.key"


def settings(path: Path, **more: str) -> Settings:
    return load_settings({"DISCORD_TOKEN": "t", "ENCRYPTION_KEY_FILE": str(path), **more}, None)


def same(one: Vault, other: Vault) -> bool:
    return other.open(one.seal("x", guild_id=1, purpose="p"), guild_id=1, purpose="p") == "x"


def problem(chosen: Settings, *, sealed_rows: bool = False, create: bool = True) -> str:
    with pytest.raises(SettingsError) as caught:
        load_vault(chosen, sealed_rows=sealed_rows, create=create)
    (line,) = caught.value.problems
    return line


def test_the_first_start_makes_a_file_for_its_owner_alone(path: Path) -> None:
    first = load_vault(settings(path), sealed_rows=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert not readable_by_others(path)
    assert same(first, load_vault(settings(path), sealed_rows=True))


def test_two_starts_at_once_agree(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        vaults = list(pool.map(lambda _: load_vault(settings(path), sealed_rows=False), range(8)))
    assert all(same(vaults[0], vault) for vault in vaults)


def test_no_new_key_while_something_is_stored_that_it_could_not_open(path: Path) -> None:
    line = problem(settings(path), sealed_rows=True)
    assert line.startswith("ENCRYPTION_KEY_FILE: ")
    assert "restore it from your backup, or set ENCRYPTION_KEYS" in line
    assert not path.exists()


def test_a_check_makes_none(path: Path) -> None:
    assert "not there yet" in problem(settings(path), create=False)
    assert not path.exists()


def test_postgresql_needs_keys_that_every_process_has(path: Path) -> None:
    line = problem(settings(path, DATABASE_URL="postgresql://u:hunter2@h/d"))
    assert line.startswith("ENCRYPTION_KEYS: required with PostgreSQL")
    assert "hunter2" not in line


@pytest.mark.parametrize("text", [KEY, KEY.rstrip("="), f"{KEY},{OTHER}", f" {KEY} , {OTHER} "])
def test_keys_by_environment_win_over_the_file(path: Path, text: str) -> None:
    found = load_vault(settings(path, ENCRYPTION_KEYS=text), sealed_rows=True)
    assert same(found, load_vault(settings(path, ENCRYPTION_KEYS=KEY), sealed_rows=True))
    assert not path.exists()


@pytest.mark.parametrize("text", ["short", "x" * 44, KEY + "!", f"{KEY},nonsense-key"])
def test_a_malformed_key_is_named_by_its_variable_and_never_shown(path: Path, text: str) -> None:
    line = problem(settings(path, ENCRYPTION_KEYS=text))
    assert line.startswith("ENCRYPTION_KEYS: each key must be 32 bytes")
    assert text not in line


def test_the_file_may_hold_several(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f"{OTHER}\n{KEY}\n")
    path.chmod(0o600)
    found = load_vault(settings(path), sealed_rows=True)
    assert same(found, load_vault(settings(path, ENCRYPTION_KEYS=OTHER), sealed_rows=True))
    assert same(load_vault(settings(path, ENCRYPTION_KEYS=KEY), sealed_rows=True), found)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"nonsense"])
def test_a_file_that_holds_no_key(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert problem(settings(path)).startswith("ENCRYPTION_KEY_FILE: ")


def test_a_file_that_others_can_read_is_warned_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_text(KEY)
    path.chmod(0o644)
    load_vault(settings(path), sealed_rows=True)
    assert readable_by_others(path)
    assert "can be read by others" in caplog.text
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    ("database", "file", "both"),
    [
        ("sqlite:///data/charlink.db", "data/charlink.key", True),
        ("sqlite:///data/charlink.db", "data/keys/charlink.key", True),
        ("sqlite:///data/charlink.db", "keys/charlink.key", False),
        ("sqlite://", "keys/charlink.key", False),
    ],
)
def test_one_backup_should_not_hold_both(database: str, file: str, *, both: bool) -> None:
    chosen = load_settings({"DISCORD_TOKEN": "t", "DATABASE_URL": database, "ENCRYPTION_KEY_FILE": file}, None)
    assert backup_holds_both(chosen) is both


@pytest.mark.parametrize("place", ["a-file/charlink.key", "a-folder"])
def test_where_no_file_can_be_it_says_why_and_what_else_to_do(tmp_path: Path, place: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    line = problem(settings(tmp_path / place))
    assert line.startswith(f"ENCRYPTION_KEY_FILE: {tmp_path}/{place} can't be ")
    assert re.search(r"exists|directory", line)


def test_a_disk_without_hard_links(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    assert "set ENCRYPTION_KEYS" in problem(settings(path))
    assert list(path.parent.iterdir()) == []


def test_processes_that_start_at_once_agree(path: Path) -> None:
    command = [sys.executable, "-c", START, str(path)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]  # noqa: S603 - ours
    sealed = [one.communicate(timeout=60)[0] for one in running]
    ring = load_vault(settings(path), sealed_rows=True)
    assert [ring.open(bytes.fromhex(one.decode()), guild_id=1, purpose="p") for one in sealed] == ["x"] * 3
