"""What a sync ID may look like: an opaque, case-sensitive text that is safe as one path segment.

cad-api.md 2.4: an unsafe one can turn "remove this link" into "remove this character".
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from bot.errors import InvalidInput

MAX_LENGTH = 255
"""The most characters a sync ID has (cad-api.md 2.4)."""

_WRAPPING = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}  # noqa: RUF001 - phones type curly quotes
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format, surrogate, line and paragraph separator


class SyncIdProblem(StrEnum):
    """Why a text can't be a sync ID. The message key is `sync-id-<value>`."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    CHARACTERS = "characters"  # control, format or separator characters
    PATH = "path"  # a slash, a backslash, or nothing but one or two dots


def check_sync_id(sync_id: str) -> SyncIdProblem | None:
    """Return what makes the text unsafe as a sync ID, None where it is safe. Plain spaces are safe."""
    if not sync_id.strip():
        return SyncIdProblem.EMPTY
    if len(sync_id) > MAX_LENGTH:
        return SyncIdProblem.TOO_LONG
    if any(_unsafe(character) for character in sync_id):
        return SyncIdProblem.CHARACTERS
    if sync_id in {".", ".."} or "/" in sync_id or "\\" in sync_id:
        return SyncIdProblem.PATH
    return None


def parse_sync_id(text: str) -> str:
    """Return the sync ID that somebody typed: ends trimmed, one pair of wrapping quotes or backticks removed.

    Case and inner spaces are kept. Raises InvalidInput `sync-id-<problem>` (parameter: limit, in characters).
    """
    sync_id = text.strip()
    if len(sync_id) > 1 and _WRAPPING.get(sync_id[0]) == sync_id[-1]:
        sync_id = sync_id[1:-1].strip()
    problem = check_sync_id(sync_id)
    if problem is not None:
        raise InvalidInput(f"sync-id-{problem}", limit=MAX_LENGTH)
    return sync_id


def _unsafe(character: str) -> bool:
    category = unicodedata.category(character)
    return category in _UNSAFE or (category == "Zs" and character != " ")
