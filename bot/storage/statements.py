"""Statements that both engines have, each in its own dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table
    from sqlalchemy.types import TypeEngine


def fitted(table: Table, values: Mapping[str, object]) -> dict[str, object]:
    """Return values as both engines can hold them: texts of others cut to their column, without NUL characters."""
    return {name: _fitted(table.c[name].type, value) for name, value in values.items()}


def _fitted(kind: TypeEngine[object], value: object) -> object:
    if not isinstance(value, str) or not isinstance(kind, String):
        return value
    return value.replace("\0", "")[: kind.length]


def upsert(tx: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Insert a row, or change these values of the one that has the key. `key` is a primary key or a unique set."""
    values = fitted(table, values)
    if tx.dialect.name == "postgresql":
        on_postgresql = postgresql.insert(table).values({**key, **values})
        tx.execute(on_postgresql.on_conflict_do_update(index_elements=list(key), set_=dict(values) or dict(key)))
    else:
        on_sqlite = sqlite.insert(table).values({**key, **values})
        tx.execute(on_sqlite.on_conflict_do_update(index_elements=list(key), set_=dict(values) or dict(key)))


def insert_once(tx: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless one with such a key is there already; whether it was inserted."""
    insert = postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)
    inserted = insert.values(fitted(table, values)).on_conflict_do_nothing().returning(*table.primary_key)
    return tx.execute(inserted).first() is not None  # the count of rows is not told for an insert with psycopg
