"""Which player the game database has as the owner of a sync ID, as one guild's admins uploaded it.

Both are exact and case-sensitive. An id of a player's is personal: it is told and erased with `/mydata`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from bot.storage.statements import upsert_all
from bot.storage.tables import owners

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import ColumnElement, Connection

BATCH = 500
"""Rows of one statement."""


def ids_of_member(member_id: int) -> frozenset[str]:
    """Return what a game database may call a member by his Discord id."""
    return frozenset({str(member_id), f"discord:{member_id}"})


def put(tx: Connection, guild_id: int, owned: Mapping[str, str], *, job_id: str, now: float) -> None:
    """Store owners by sync ID, in place of what was stored of these sync IDs."""
    key = ("guild_id", "sync_id")
    rows = [
        {"guild_id": guild_id, "sync_id": sync_id, "owner_id": owner, "job_id": job_id, "updated_at": now}
        for sync_id, owner in sorted(owned.items())  # in one order: no two processes deadlock
    ]
    for start in range(0, len(rows), BATCH):
        upsert_all(tx, owners, key, rows[start : start + BATCH])


def owner_of(tx: Connection, guild_id: int, sync_id: str) -> str | None:
    """Return the owner of a sync ID."""
    same = (owners.c.guild_id == guild_id) & (owners.c.sync_id == sync_id)
    return tx.scalar(select(owners.c.owner_id).where(same))


def of_guild(tx: Connection, guild_id: int) -> dict[str, str]:
    """Return every owner of a guild by sync ID."""
    rows = tx.execute(select(owners.c.sync_id, owners.c.owner_id).where(owners.c.guild_id == guild_id))
    return {row.sync_id: row.owner_id for row in rows}


def of_person(tx: Connection, guild_id: int, ids: Collection[str]) -> tuple[dict[str, Any], ...]:
    """Return the rows of a guild whose owner is one of these ids."""
    query = select(owners).where(_owned(guild_id, ids)).order_by(owners.c.sync_id)
    return tuple(dict(row._mapping) for row in tx.execute(query))  # noqa: SLF001 - a Row's public name


def erase(tx: Connection, guild_id: int, ids: Collection[str]) -> int:
    """Delete the rows of a guild whose owner is one of these ids; returns how many that were."""
    return tx.execute(delete(owners).where(_owned(guild_id, ids))).rowcount


def _owned(guild_id: int, ids: Collection[str]) -> ColumnElement[bool]:
    return (owners.c.guild_id == guild_id) & owners.c.owner_id.in_(list(ids))
