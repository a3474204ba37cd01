"""Who was promised an answer: a line in a file for each interaction that is acknowledged, and one when it is answered.

Nothing waits for the disk: the lines have to outlive the process, not the machine, so that a kill between the
acknowledgement and the first row in the database leaves nobody "thinking" for ever. Tokens are sealed.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import SettingsError
from bot.storage.address import SQLITE, parse_url, prepare_file, sqlite_file

log = logging.getLogger(__name__)

LARGEST = 256 * 1024
"""Bytes after which the file is written anew, with those who wait still."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An interaction that is to be answered. `token` is sealed, as text; `at` is its Unix time."""

    interaction_id: int
    guild_id: int
    reference: str
    locale: str
    token: str = field(repr=False)
    at: float


class WaitingList:
    """The file of one process. Without a path nothing is written, and whoever waits is forgotten by a kill."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._waiting: dict[int, Waiting] = {}
        self._file: int | None = None
        self._size = 0

    def left(self) -> tuple[Waiting, ...]:
        """Return who an earlier process left waiting, and begin anew. To be called before anybody enters."""
        if self._path is None:
            return ()
        try:
            prepare_file(self._path)
            left = _read(self._path.read_text(encoding="utf-8"))
            self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_TRUNC)
        except (OSError, SettingsError) as error:
            log.warning("who waits for an answer is not kept over a kill: %s", error)
            return ()
        return left

    def enter(self, one: Waiting) -> None:
        """Write down that somebody waits."""
        self._waiting[one.interaction_id] = one
        self._write(_line(one))

    def leave(self, interaction_id: int) -> None:
        """Write down that he was answered; the file is empty when nobody waits."""
        if self._waiting.pop(interaction_id, None) is None:
            return
        if not self._waiting or self._size > LARGEST:
            self._begin_anew()
        else:
            self._write(json.dumps({"left": interaction_id}))

    def close(self) -> None:
        """Close the file; who still waits stays in it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _begin_anew(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            self._size = 0
            for one in self._waiting.values():
                self._write(_line(one))

    def _write(self, line: str) -> None:
        if self._file is None:
            return
        try:
            self._size += os.write(self._file, line.encode() + b"\n")
        except OSError as error:
            log.warning("who waits for an answer can't be written down: %s", error)


def waiting_path(database_url: str, slot: str) -> Path | None:
    """Return the file: beside that of a SQLite database, with PostgreSQL in `data` here, one for each process."""
    url = parse_url(database_url)
    file = sqlite_file(url)
    if file is not None:
        return file.with_name(f"{file.name}.waiting")
    if url.drivername == SQLITE:
        return None
    return Path("data", f"charlink-{slot}.waiting").absolute()


def sealed_text(sealed: bytes) -> str:
    """Return a sealed token as text for a line."""
    return base64.b64encode(sealed).decode()


def sealed_bytes(text: str) -> bytes:
    """Return what `sealed_text` was made of."""
    return base64.b64decode(text)


def _line(one: Waiting) -> str:
    return json.dumps({name: getattr(one, name) for name in Waiting.__dataclass_fields__})


def _read(text: str) -> tuple[Waiting, ...]:
    """Return who waits by these lines; a last line that was cut short is left out."""
    waiting: dict[int, Waiting] = {}
    for line in text.splitlines():
        try:
            said = json.loads(line)
            if "left" in said:
                waiting.pop(said["left"], None)
            else:
                waiting[said["interaction_id"]] = Waiting(**said)
        except (ValueError, TypeError, KeyError):
            log.warning("a line of who waits can't be read")
    return tuple(waiting.values())
