"""What one row of a job carries out, and how it is stored: sealed, since it holds what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from bot.domain.bulk.rows import Row
from bot.domain.models import Target  # noqa: TC001 - pydantic reads the rows
from bot.services.sealing import Sealing


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
_SEALING: Sealing[Line] = Sealing(TypeAdapter(Line), "job-row")

seal, unseal = _SEALING.seal, _SEALING.unseal
