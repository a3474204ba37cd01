"""Drafts: half-filled forms, kept for a day so that nothing typed is lost with the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from bot.storage.guilds import save_community
from bot.storage.statements import upsert
from bot.storage.tables import drafts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A stored draft. `about` says whose character it is, and which one when it is edited; `body` is the service's."""

    id: str
    guild_id: int
    owner_id: int
    community_id: str
    about: str
    state: str
    body: Mapping[str, Any] = field(repr=False)
    started_at: float


def save(tx: Connection, row: DraftRow) -> None:
    """Store a draft as it is now."""
    save_community(tx, row.community_id)
    values = {name: getattr(row, name) for name in DraftRow.__dataclass_fields__}
    upsert(tx, drafts, {"id": values.pop("id")}, values)


def find(tx: Connection, draft_id: str) -> DraftRow | None:
    """Return a draft by its id, however old."""
    row = tx.execute(select(drafts).where(drafts.c.id == draft_id)).one_or_none()
    return _row(row) if row is not None else None


def latest(
    tx: Connection, guild_id: int, owner_id: int, about: str, *, states: Collection[str], since: float
) -> DraftRow | None:
    """Return a person's newest draft of one form in one of these states, begun at `since` or later."""
    mine = (drafts.c.guild_id == guild_id) & (drafts.c.owner_id == owner_id) & (drafts.c.about == about)
    fresh = drafts.c.state.in_(list(states)) & (drafts.c.started_at >= since)
    row = tx.execute(select(drafts).where(mine & fresh).order_by(drafts.c.started_at.desc()).limit(1)).one_or_none()
    return _row(row) if row is not None else None


def move(tx: Connection, draft_id: str, *, states: Collection[str], to: str) -> bool:
    """Change the state of a draft that is in one of these; whether it was. Only one of two who try succeeds."""
    there = (drafts.c.id == draft_id) & drafts.c.state.in_(list(states))
    return tx.execute(update(drafts).where(there).values(state=to)).rowcount == 1


def conclude(tx: Connection, draft_id: str, *, state: str, wipe: bool) -> None:
    """Change the state of a draft that was being sent, and `wipe` what was typed."""
    row = find(tx, draft_id)
    if row is None or row.state not in {"sending", "unsure"}:
        return
    typed: dict[str, Any] = {"answers": {}, "typed": {}, "problems": {}, "pages": []} if wipe else {}
    values = {"state": state, "body": {**row.body, **typed}}
    tx.execute(update(drafts).where(drafts.c.id == draft_id).values(values))


def erase(tx: Connection, guild_id: int, owner_id: int) -> int:
    """Erase a person's drafts in a guild; returns how many."""
    mine = (drafts.c.guild_id == guild_id) & (drafts.c.owner_id == owner_id)
    return tx.execute(delete(drafts).where(mine)).rowcount


def expire(tx: Connection, *, before: float) -> int:
    """Erase what was begun before a time; returns how many."""
    return tx.execute(delete(drafts).where(drafts.c.started_at < before)).rowcount


def _row(row: Any) -> DraftRow:  # noqa: ANN401 - a Row of the table
    return DraftRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
