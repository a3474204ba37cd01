"""Which member has which CAD account: proven with its secret, said by staff, or confirmed by the member himself.

In a guild holds its own row of a member, else his row for every guild, unless there that account is another member's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, or_, select, update

from bot.storage.guilds import save_community
from bot.storage.statements import upsert
from bot.storage.tables import bindings

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Result

EVERYWHERE = 0
"""The guild id of a row that holds in every guild of its community."""


_HIS = select(bindings).where(
    bindings.c.community_id == bindparam("community"),
    bindings.c.member_id == bindparam("member"),
    or_(bindings.c.guild_id == EVERYWHERE, bindings.c.guild_id == bindparam("guild")),
)
"""Asked for every command, so it is built once."""


class Source(StrEnum):
    """How it came to be known. The values are stored."""

    SECRET = "secret"  # noqa: S105 - proven with the account's secret
    STAFF = "staff"  # said by staff
    CONFIRMED = "confirmed"  # "Is this you?"


@dataclass(frozen=True, slots=True)
class Binding:
    """One row. `account` is the CAD's UUID; `api_id`: the one to use on v1, `api_id_proven` where staff said it."""

    community_id: str
    guild_id: int
    member_id: int
    account: str
    source: Source
    bound_by: int
    bound_at: float
    username: str = ""
    api_id: str | None = None
    api_id_proven: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it holds in every guild of the community."""
        return self.guild_id == EVERYWHERE


def effective(tx: Connection, community_id: str, guild_id: int, member_id: int) -> Binding | None:
    """Return the binding that holds for a member in a guild."""
    rows = tx.execute(_HIS, {"community": community_id, "member": member_id, "guild": guild_id})
    found = {row.guild_id: row for row in _bindings(rows)}
    if guild_id in found or not found:
        return found.get(guild_id)
    everywhere = found[EVERYWHERE]
    taken = any(row.guild_id == guild_id for row in of_account(tx, community_id, everywhere.account))
    return None if taken else everywhere


def all_effective(tx: Connection, community_id: str, guild_id: int) -> dict[int, Binding]:
    """Return the binding that holds in a guild of each member who has one there."""
    rows = _select(tx, (bindings.c.community_id == community_id) & bindings.c.guild_id.in_((EVERYWHERE, guild_id)))
    taken = {row.account for row in rows if row.guild_id == guild_id}
    found = {row.member_id: row for row in rows if row.everywhere and row.account not in taken}
    return found | {row.member_id: row for row in rows if row.guild_id == guild_id}


def holder(tx: Connection, community_id: str, guild_id: int, account: str) -> Binding | None:
    """Return the binding by which an account is somebody's in a guild."""
    found = {row.guild_id: row for row in of_account(tx, community_id, account)}
    here, everywhere = found.get(guild_id), found.get(EVERYWHERE)
    if here is not None or everywhere is None:
        return here
    return everywhere if effective(tx, community_id, guild_id, everywhere.member_id) == everywhere else None


def of_member(tx: Connection, community_id: str | None, member_id: int) -> tuple[Binding, ...]:
    """Return every row of a member, in one community or in all (None)."""
    his = bindings.c.member_id == member_id
    return _select(tx, his if community_id is None else his & (bindings.c.community_id == community_id))


def of_account(tx: Connection, community_id: str, account: str) -> tuple[Binding, ...]:
    """Return every row of an account, whoever's."""
    return _select(tx, (bindings.c.community_id == community_id) & (bindings.c.account == account))


def put(tx: Connection, row: Binding) -> None:
    """Store a binding in place of the member's earlier one there. Nobody else may have a row of the account there."""
    save_community(tx, row.community_id)
    values = {name: getattr(row, name) for name in Binding.__dataclass_fields__}
    key = {name: values.pop(name) for name in ("community_id", "guild_id", "member_id")}
    upsert(tx, bindings, key, values)


def remove(tx: Connection, *rows: Binding) -> None:
    """Remove these rows."""
    for row in rows:
        tx.execute(delete(bindings).where(_same(row)))


def erase(tx: Connection, community_id: str, guild_id: int, member_id: int) -> tuple[Binding, ...]:
    """Remove what binds a member in a guild, also what holds everywhere, and return it. Other guilds' rows stay."""
    gone = tuple(row for row in of_member(tx, community_id, member_id) if row.guild_id in {EVERYWHERE, guild_id})
    remove(tx, *gone)
    return gone


def use_api_id(tx: Connection, row: Binding, api_id: str | None) -> None:
    """Remember which of the account's API ids is used, which proves nothing; None: it is not known any more."""
    still = _same(row) & (bindings.c.account == row.account)
    tx.execute(update(bindings).where(still).values(api_id=api_id, api_id_proven=False))


def _same(row: Binding) -> ColumnElement[bool]:
    there = (bindings.c.community_id == row.community_id) & (bindings.c.guild_id == row.guild_id)
    return there & (bindings.c.member_id == row.member_id)


def _select(tx: Connection, condition: ColumnElement[bool]) -> tuple[Binding, ...]:
    return _bindings(tx.execute(select(bindings).where(condition).order_by(bindings.c.guild_id, bindings.c.member_id)))


def _bindings(rows: Result[Any]) -> tuple[Binding, ...]:
    return tuple(Binding(**{**row._mapping, "source": Source(row.source)}) for row in rows)  # noqa: SLF001 - a Row's public name
