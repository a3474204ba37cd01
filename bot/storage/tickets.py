"""Tickets: what a button or form stands for, kept until it expires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from bot.storage.tables import tickets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A stored ticket. `payload` is JSON of the type that its route was registered with."""

    id: str
    route: str
    owner_id: int
    guild_id: int
    actions: tuple[str, ...]
    target: int | None
    payload: Any
    once: bool
    expires_at: float
    spent: bool = False


_INSERT = insert(tickets)


def save(tx: Connection, issued: Sequence[TicketRow]) -> None:
    """Store tickets that were just issued."""
    values = [
        {**{name: getattr(row, name) for name in TicketRow.__dataclass_fields__}, "actions": list(row.actions)}
        for row in issued
    ]
    if values:
        tx.execute(_INSERT, values)


def find(tx: Connection, ticket_id: str) -> TicketRow | None:
    """Return a ticket, expired or spent ones too."""
    row = tx.execute(select(tickets).where(tickets.c.id == ticket_id)).one_or_none()
    if row is None:
        return None
    return TicketRow(**{**row._mapping, "actions": tuple(row.actions)})  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def spend(tx: Connection, ticket_id: str) -> bool:
    """Use up a ticket; False if it was used up before."""
    unspent = (tickets.c.id == ticket_id) & tickets.c.spent.is_(False)
    return tx.execute(update(tickets).where(unspent).values(spent=True)).rowcount == 1


def expire(tx: Connection, *, before: float) -> int:
    """Forget what expired before a time; returns how many."""
    return tx.execute(delete(tickets).where(tickets.c.expires_at < before)).rowcount


def erase(tx: Connection, guild_id: int, owner_id: int) -> int:
    """Forget a person's tickets in a guild; returns how many."""
    own = (tickets.c.guild_id == guild_id) & (tickets.c.owner_id == owner_id)
    return tx.execute(delete(tickets).where(own)).rowcount
