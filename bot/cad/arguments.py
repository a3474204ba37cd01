"""What a dialect refuses to send, and how it writes what it sends.

Every check raises ValueError: what comes from people is checked before, so that one here is a programming error.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from bot.domain.models import CHARACTER_TYPE, Target, TargetKind
from bot.domain.sync_id import check_sync_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cad.protocol import NewCharacter

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_SNOWFLAKE = re.compile(r"[0-9]{1,20}", re.ASCII)


def compact(body: Mapping[str, object]) -> bytes:
    """Return the JSON of a body: no blanks, keys in the order given, UTF-8. NaN is refused."""
    return _COMPACT.encode(body).encode()


def is_uuid(text: str) -> bool:
    """Whether the text is a UUID in its usual spelling."""
    return _UUID.fullmatch(text) is not None


def uuid(text: str) -> str:
    """Return the UUID unchanged."""
    if not is_uuid(text):
        raise ValueError("not a UUID")
    return text


def identity(target: Target, names: Mapping[TargetKind, str]) -> tuple[str, str]:
    """Return the key and value that name the account, out of the names that the call knows."""
    if target.kind not in names:
        raise ValueError(f"this call can't name an account by {target.kind}")
    if target.kind is TargetKind.ACCOUNT:
        uuid(target.value)
    if target.kind is TargetKind.DISCORD and not _SNOWFLAKE.fullmatch(target.value):
        raise ValueError("a Discord id is digits")
    return names[target.kind], target.value


def sync_id(text: str) -> str:
    """Return the sync ID unchanged; an unsafe one could reach another route (cad-api.md 2.4)."""
    problem = check_sync_id(text)
    if problem is not None:
        raise ValueError(f"unsafe sync ID: {problem}")
    return text


def record_id(number: int) -> int:
    """Return the number of an existing record; -1 is the CAD's word for a new one."""
    if type(number) is not int or number < 1:  # True is an int too
        raise ValueError("a record id is a positive whole number")
    return number


def values(replace: Mapping[str, str]) -> dict[str, str]:
    """Return `replaceValues`: field uids to strings, as the CAD wants every value (cad-api.md 4.3)."""
    if not all(uid and type(value) is str for uid, value in replace.items()):
        raise ValueError("replaceValues maps field uids to strings")
    return dict(replace)


def whole_record(record: Mapping[str, object]) -> dict[str, object]:
    """Return a whole record to create; the same call would make a warrant of another type."""
    if record.get("type", CHARACTER_TYPE) != CHARACTER_TYPE:
        raise ValueError("only records of type 7 are characters")
    return dict(record)


def lifetime(new: NewCharacter) -> dict[str, object]:
    """Return `deleteAfterMinutes` where one is asked for, after checking that exactly one content is given."""
    if (new.values is None) == (new.record is None):
        raise ValueError("a new character is either values or a whole record")
    minutes = new.delete_after
    if minutes is None:
        return {}
    if type(minutes) is not int or minutes < 1:
        raise ValueError("delete_after is a positive whole number of minutes")
    return {"deleteAfterMinutes": minutes}
