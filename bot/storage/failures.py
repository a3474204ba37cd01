"""What a driver's error means: that the database can't serve just now, or that a statement of ours was refused."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import OperationalError

from bot.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

SQLITE_UNUSABLE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
PRIMARY_CODE = 0xFF
"""SQLite's codes carry a finer one in their upper bits."""

STATE_CLASSES = frozenset({"08", "28", "3D", "40", "53", "57", "58"})
"""SQLSTATE classes: connection, login, no such database, rolled back by the server, resources, operator, system."""

STATES = frozenset({"25P03", "55P03", "XX001", "XX002"})
"""Idle for too long, lock not to be had in time, damaged data, damaged index."""

ROLLED_BACK = frozenset({"40001", "40P01"})
READ_ONLY_STATE = "25006"


def storage_error(error: DBAPIError, *, writing: bool, committing: bool) -> StorageError | None:
    """Return what the error is to those who wait; None where it is about our statement and not about the database."""
    if not _unusable(error, writing=writing):
        return None
    reason = " ".join(str(error.orig).split())
    return StorageError(reason, outcome_unknown=committing and error.connection_invalidated)


def rolled_back(error: DBAPIError) -> bool:
    """Whether PostgreSQL undid the transaction only because another one was in its way (a deadlock)."""
    return _state(error) in ROLLED_BACK


def _state(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    return state if isinstance(state, str) else None


def _unusable(error: DBAPIError, *, writing: bool) -> bool:
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & PRIMARY_CODE
        return code in SQLITE_UNUSABLE or (writing and code == sqlite3.SQLITE_READONLY)
    state = _state(error)
    if state is None:  # nobody answered
        return isinstance(error, OperationalError)
    return state[:2] in STATE_CLASSES or state in STATES or (writing and state == READ_ONLY_STATE)
