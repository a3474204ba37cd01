"""What one line of a bulk file asks for, complete enough to be carried out later."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the rows
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class BulkKind(StrEnum):
    """What a file is for: the names of the subcommands of `/bulk`. The values are stored."""

    LINK = "link"
    NEW = "new"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose CAD account a row is about: exactly one of the three is given."""

    member_id: int | None = None
    api_id: str | None = None
    username: str | None = None

    def __str__(self) -> str:
        if self.member_id is not None:
            return f"member:{self.member_id}"
        return f"api_id:{self.api_id}" if self.api_id is not None else f"username:{self.username}"


@dataclass(frozen=True, slots=True)
class LinkRow:
    """Set a link, remove it (`remove`), or move it: with `old_sync_id` the new one is set and verified first.

    `number` is the line of the file, from 1. `held`: somebody said yes to its being known as another account's.
    """

    number: int
    whose: Whose
    sync_id: str
    old_sync_id: str = ""
    remove: bool = False
    held: bool = False
    kind: Literal[BulkKind.LINK] = BulkKind.LINK


@dataclass(frozen=True, slots=True)
class NewRow:
    """Create a character. `values` has what the cells say, as written, by field uid; blank cells are left out."""

    number: int
    whose: Whose
    values: Mapping[str, str] = field(repr=False)
    kind: Literal[BulkKind.NEW] = BulkKind.NEW


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Say which player the game database has as the owner of a sync ID. Both are exact and case-sensitive."""

    number: int
    sync_id: str
    owner_id: str
    kind: Literal[BulkKind.OWNERS] = BulkKind.OWNERS


Row = LinkRow | NewRow | OwnerRow
