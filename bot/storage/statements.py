"""Statements that both engines have, each in its own dialect."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Executable, Table


def fitted(table: Table, values: Mapping[str, object]) -> dict[str, object]:
    """Return values as both engines can hold them: texts of others cut to their column, without NUL characters."""
    texts = _texts(table)
    return {
        name: value.replace("\0", "")[: texts[name]] if name in texts and isinstance(value, str) else value
        for name, value in values.items()
    }


@cache
def _texts(table: Table) -> dict[str, int | None]:
    """Return the columns that hold text, and how much of it."""
    return {column.name: column.type.length for column in table.c if isinstance(column.type, String)}


def upsert(tx: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]) -> None:
    """Insert a row, or change these values of the one that has the key. `key` is a primary key or a unique set."""
    statement = _upsert(table, tx.dialect.name, tuple(key), tuple(values))
    tx.execute(statement, {**key, **fitted(table, values)})


def upsert_all(tx: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Mapping[str, object]]) -> None:
    """Do so with many rows, which all have the same columns."""
    if rows:
        values = tuple(name for name in rows[0] if name not in key)
        tx.execute(_upsert(table, tx.dialect.name, key, values), [fitted(table, row) for row in rows])


def insert_once(tx: Connection, table: Table, values: Mapping[str, object]) -> bool:
    """Insert a row unless one with such a key is there already; whether it was inserted."""
    inserted = tx.execute(_insert_once(table, tx.dialect.name), fitted(table, values))
    return inserted.first() is not None  # the count of rows is not told for an insert with psycopg


# Building a statement takes longer than running it: what is run for every command is built once.


def _insert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _upsert(table: Table, dialect: str, key: tuple[str, ...], values: tuple[str, ...]) -> Executable:
    insert = _insert(table, dialect)
    changed = {name: insert.excluded[name] for name in values or key}
    return insert.on_conflict_do_update(index_elements=list(key), set_=changed)


@cache
def _insert_once(table: Table, dialect: str) -> Executable:
    insert = _insert(table, dialect)
    return insert.on_conflict_do_nothing().returning(*table.primary_key)
