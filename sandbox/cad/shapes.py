"""The documented form of what a request may carry: which keys, of which kind, and nothing else.

A check raises Malformed with the reason. `true` is no integer here, and an unknown key is a mistake.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.cad import records
from sandbox.cad.refusals import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.templates import Json

MAX_ID = 255
MAX_PAGE = 100
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
SNOWFLAKE = re.compile(r"[0-9]{15,20}", re.ASCII)
COMMUNITY_ID = re.compile(r"[A-Za-z0-9_-]{1,50}", re.ASCII)
DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what to call it when it is missing, and which values are of it."""

    name: str
    accepts: Callable[[object], bool]


def is_integer(value: object) -> bool:
    """Whether `value` is a JSON integer (a boolean is not)."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_id(value: object) -> bool:
    """Whether `value` may be an API ID, a communityUserId or a user name."""
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID and value == value.strip() and value.isprintable()


def is_sync_id(value: object) -> bool:
    """Whether `value` may be a sync ID: one safe path segment (cad-api.md 2.4)."""
    return is_id(value) and value not in {".", ".."} and not set(str(value)) & {"/", "\\"}


def matches(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    """Return a check for strings that match `pattern` whole."""
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def one_of(*allowed: object) -> Callable[[object], bool]:
    """Return a check for exactly these values, types included."""
    return lambda value: any(type(value) is type(each) and value == each for each in allowed)


def is_values(value: object) -> bool:
    """Whether `value` maps field uids to strings (cad-api.md 4.3: every value is a string)."""
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def is_record(value: object) -> bool:
    """Whether `value` is a whole character record: type 7, sections with fields, values as strings."""
    if not isinstance(value, dict) or not isinstance(value.get("sections"), list):
        return False
    typed = one_of(7)(value.get("type")) and one_of(7)(value.get("recordTypeId", 7))
    return typed and all(_is_section(each) for each in value["sections"])


def _is_section(value: object) -> bool:
    return (
        isinstance(value, dict)
        and is_integer(value.get("category", 0))
        and isinstance(value.get("fields"), list)
        and all(_is_field(each) for each in value["fields"])
    )


def _is_field(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("uid"), str)
        and isinstance(value.get("value"), str | None)
        and isinstance(value.get("data"), dict | None)
    )


ID = Kind("a string of 1 to 255 characters", is_id)
SYNC_ID = Kind("a sync ID", is_sync_id)
UUID_TEXT = Kind("a UUID", matches(UUID))
DISCORD_ID = Kind("a Discord id as a string", matches(SNOWFLAKE))
INTEGER = Kind("an integer", is_integer)
COUNT = Kind("an integer from 0", lambda value: is_integer(value) and int(str(value)) >= 0)
RECORD_ID = Kind("a positive integer", lambda value: is_integer(value) and int(str(value)) > 0)
NUMBER_TEXT = Kind("a number", matches(DIGITS))
BOOLEAN = Kind("true or false", lambda value: isinstance(value, bool))
STRINGS = Kind("an array of strings", lambda value: isinstance(value, list) and all(map(is_id, value)))
CHARACTER_ID = Kind("a record id or a sync ID", lambda value: is_integer(value) or is_sync_id(value))
VALUES = Kind("an object of strings", is_values)
RECORD = Kind("a whole character record", is_record)
TRUE = Kind("true", lambda value: value is True)
FALSE = Kind("false", lambda value: value is False)
PAGE = Kind("1 to 100", lambda value: is_integer(value) and 1 <= int(str(value)) <= MAX_PAGE)
PAGE_TEXT = Kind("1 to 100", lambda value: matches(DIGITS)(value) and 1 <= int(str(value)) <= MAX_PAGE)
NULL = Kind("null", one_of(None))
CHARACTER_TYPE = Kind("7", one_of(7))
LINK_ACTION = Kind("0 or 2", one_of(0, 2))


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one object. `identifiers` are alternatives: exactly one of them must be there."""

    required: Mapping[str, Kind]
    optional: Mapping[str, Kind]
    identifiers: Mapping[str, Kind]

    @classmethod
    def of(
        cls,
        required: Mapping[str, Kind] | None = None,
        optional: Mapping[str, Kind] | None = None,
        identifiers: Mapping[str, Kind] | None = None,
    ) -> Shape:
        """Return a shape; what is left out is empty."""
        return cls(required or {}, optional or {}, identifiers or {})

    def check(self, value: object, where: str) -> dict[str, Any]:
        """Return `value` if it is an object of this shape, else raise Malformed."""
        if not isinstance(value, dict):
            raise Malformed(f"{where} is not an object")
        kinds = {**self.required, **self.optional, **self.identifiers}
        if unknown := sorted(set(value) - set(kinds)):
            raise Malformed(f"{where} has unexpected {', '.join(unknown)}")
        if missing := sorted(set(self.required) - set(value)):
            raise Malformed(f"{where} lacks {', '.join(missing)}")
        if self.identifiers and len(set(self.identifiers) & set(value)) != 1:
            raise Malformed(f"{where} needs exactly one of {', '.join(self.identifiers)}")
        for key, each in value.items():
            if not kinds[key].accepts(each):
                raise Malformed(f"{where}.{key} is not {kinds[key].name}")
        return value


def check_encoding(template: Json, values: Mapping[str, str]) -> None:
    """Raise Malformed where a value for checkboxes or flags is not `{"flags": [...]}` as JSON text (4.3)."""
    for section, field in records.fields(template):
        text = values.get(str(field.get("uid")))
        if text and records.is_flags(section, field) and not _is_flags_text(text):
            raise Malformed(f"replaceValues.{field['uid']} is not a JSON object with flags")


def _is_flags_text(text: str) -> bool:
    try:
        decoded = json.loads(text)
    except ValueError:
        return False
    return (
        isinstance(decoded, dict)
        and set(decoded) == {"flags"}
        and isinstance(decoded["flags"], list)
        and all(isinstance(each, str) for each in decoded["flags"])
    )
