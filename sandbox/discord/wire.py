"""What is said on the wire: JSON objects, refusals with Discord's codes, and the `errors` tree of a bad form.

`Any` enters here and only here: a JSON object's values are looked at by the rules, not trusted by their type.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Path = tuple[str | int, ...]


class ApiError(Exception):
    """Discord says no: an HTTP status, a JSON error code and, for a bad form, the `errors` tree."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {message} ({code})")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """Return the JSON body that Discord sends."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


@dataclass(frozen=True)
class Refusal:
    """A request of the bot that was refused, with the `errors` tree when a form was bad.

    For the gateway `status` is the code that closed the connection.
    """

    method: str
    route: str
    status: int
    code: int
    message: str
    errors: Json | None = None


@dataclass(frozen=True)
class Call:
    """One REST request that was answered. `at` is in Unix seconds, `route` is a template without any token."""

    method: str
    route: str
    status: int
    at: float
    injected: bool = False


@dataclass
class Problems:
    """Collects every problem of one form, as a tree along the paths of its fields."""

    tree: Json = field(default_factory=dict)

    def add(self, path: Path, code: str, message: str) -> None:
        """Record a problem of the field at `path`."""
        node = self.tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def text(self, path: Path, value: object, least: int, most: int, *, required: bool = False) -> bool:
        """Check a string's length in characters; whether there is a usable string."""
        if value is None:
            if required:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return False
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret the value as string.")
            return False
        if not least <= len(value) <= most:
            self._bad_length(path, least, most)
            return False
        return True

    def items(self, path: Path, value: object, least: int, most: int, *, required: bool = False) -> list[Any]:
        """Check a list's length; the list, or an empty one when there is none."""
        if value is None:
            if required:
                self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
            return []
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            self._bad_length(path, least, most)
        return value

    def number(self, path: Path, value: object, least: float, most: float) -> bool:
        """Check a number's range; whether there is a usable number. None is no problem."""
        if value is None:
            return False
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.add(path, "NUMBER_TYPE_COERCE", "Value is not a number.")
            return False
        if value < least:
            self.add(path, "NUMBER_TYPE_MIN", f"Value should be greater than or equal to {least}.")
        elif value > most:
            self.add(path, "NUMBER_TYPE_MAX", f"Value should be less than or equal to {most}.")
        return least <= value <= most

    def whole(self, path: Path, value: object, least: int, most: int, default: int) -> int:
        """Check a whole number's range; it, or the default when it is not there or not usable."""
        return value if self.number(path, value, least, most) and isinstance(value, int) else default

    def mapping(self, path: Path, value: object) -> Json:
        """Check that the value is an object; it, or an empty one."""
        if isinstance(value, dict):
            return value
        self.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return {}

    def choice(self, path: Path, value: object, allowed: tuple[int, ...]) -> bool:
        """Check that the value is one of a few; whether it is."""
        if value in allowed and not isinstance(value, bool):
            return True
        listed = ", ".join(str(item) for item in allowed)
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")
        return False

    def raise_any(self) -> None:
        """Refuse the form when anything was wrong with it (400, code 50035)."""
        if self.tree:
            raise ApiError(400, 50035, "Invalid Form Body", self.tree)

    def _bad_length(self, path: Path, least: int, most: int) -> None:
        if least:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def answer(data: object, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Return a JSON response whose content type is exactly `application/json`, as Discord's is: no charset."""
    body = json.dumps(data).encode()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")
