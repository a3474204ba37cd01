"""Where the key ring comes from: ENCRYPTION_KEYS, or a key file that is made at the first start.

A new key is never made while something is stored that it could not open.
"""

from __future__ import annotations

import base64
import binascii
import logging
import os
import re
import stat
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.storage.address import SQLITE, parse_url, sqlite_file
from bot.storage.vault import KEY_BYTES, Vault

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings

log = logging.getLogger(__name__)


def load_vault(settings: Settings, *, sealed_rows: bool, create: bool = True) -> Vault:
    """Return the key ring. `sealed_rows`: something is stored that needs it; `create`: a key file may be made.

    Raises SettingsError with the remedy; no line of it holds any of a key.
    """
    if settings.encryption_keys is not None:
        return _vault("ENCRYPTION_KEYS", settings.encryption_keys.get_secret_value())
    if parse_url(settings.database_url).drivername != SQLITE:
        made = "python -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"
        raise SettingsError(
            [f"ENCRYPTION_KEYS: required with PostgreSQL, since every process needs the same. One: {made}"]
        )
    path = settings.encryption_key_file
    if not _is_there(path):
        if sealed_rows:
            remedy = "restore it from your backup, or set ENCRYPTION_KEYS"
            raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} is gone, but what it encrypted is stored: {remedy}"])
        if not create:
            raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} is not there yet; it is made at the first start"])
        _make(path)
    return _vault("ENCRYPTION_KEY_FILE", _text(path))


def readable_by_others(path: Path) -> bool:
    """Whether a key file that is there can be read by anybody but its owner."""
    return os.name == "posix" and _is_there(path) and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def backup_holds_both(settings: Settings) -> bool:
    """Whether one copy of the database's folder would hold the key as well."""
    file = sqlite_file(parse_url(settings.database_url))
    if settings.encryption_keys is not None or file is None:
        return False
    return settings.encryption_key_file.resolve().is_relative_to(file.resolve().parent)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} can't be reached ({error.strerror})"]) from None


def _make(path: Path) -> None:
    """Make a key file for its owner alone, whole or not at all: of two processes that start at once, one's is taken."""
    key = base64.urlsafe_b64encode(os.urandom(KEY_BYTES)) + b"\n"
    whole = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(whole, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(whole, path)
        except FileExistsError:
            return
        finally:
            whole.unlink()
        _to_disk(path.parent)
    except OSError as error:
        instead = "make it yourself, or set ENCRYPTION_KEYS"
        raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} can't be made ({error.strerror}); {instead}"]) from None
    log.warning("made the key file %s: keep a copy of it apart from the database's", path)


def _to_disk(folder: Path) -> None:
    """Wait until a new file's name is on the disk too: what the key encrypts is stored next."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _text(path: Path) -> str:
    if readable_by_others(path):
        log.warning("ENCRYPTION_KEY_FILE: %s can be read by others; set its mode to 0600", path)
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} can't be read ({error.strerror})"]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"ENCRYPTION_KEY_FILE: {path} holds no key"]) from None


def _vault(name: str, text: str) -> Vault:
    keys = [_key(name, one) for one in re.split(r"[\s,]+", text) if one]
    if not keys:
        raise SettingsError([f"{name}: holds no key"])
    return Vault(keys)


def _key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError([f"{name}: each key must be 32 bytes as URL-safe base64 (44 letters, digits, - and _)"])
    return key
