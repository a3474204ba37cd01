"""What one row of a job carries out, and how it is stored: sealed, since it holds what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter, ValidationError

from bot.domain.bulk.rows import Row
from bot.domain.models import Target  # noqa: TC001 - pydantic reads the rows
from bot.errors import VaultError

if TYPE_CHECKING:
    from bot.storage.vault import Vault

LINE_PURPOSE = "job-row"


@dataclass(frozen=True, slots=True)
class BackRow:
    """Take back what a row of another job did, which is kept for showing.

    `add` is a sync ID to link again, `remove` one to unlink after that; `record_id` a character to remove instead.
    """

    of: Row
    target: Target
    member_id: int | None = None
    add: str = ""
    remove: str = ""
    record_id: int | None = None
    kind: Literal["back"] = "back"


Line = Row | BackRow
_LINE: TypeAdapter[Line] = TypeAdapter(Line)


def seal(vault: Vault, line: Line, *, guild_id: int) -> bytes:
    """Return a line as it is stored."""
    return vault.seal(_LINE.dump_json(line).decode(), guild_id=guild_id, purpose=LINE_PURPOSE)


def unseal(vault: Vault, sealed: bytes, *, guild_id: int) -> Line:
    """Return a stored line. Raises VaultError where it can't be opened or read."""
    try:
        return _LINE.validate_json(vault.open(sealed, guild_id=guild_id, purpose=LINE_PURPOSE))
    except ValidationError as error:
        raise VaultError("vault-tampered") from error
