"""How each engine is connected to: SQLite's pragmas, PostgreSQL's limits, when a transaction takes its lock.

Nothing is echoed, and what a driver says never quotes a stored value.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

# Loaded late with DBOS, it would be half there for a statement that runs in another thread meanwhile.
import sqlalchemy.orm  # noqa: F401
from sqlalchemy import URL, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from bot.storage.address import SQLITE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine import ExceptionContext

T = TypeVar("T")

log = logging.getLogger(__name__)

BUSY_SECONDS: Final = 5.0
"""How long SQLite waits for another process's lock."""

SQLITE_READERS: Final = 2
POSTGRESQL_CONNECTIONS: Final = 8

PRAGMAS: Final = ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON")
"""References hold, a commit is on the disk, and what was erased is overwritten."""

POSTGRESQL_DEFAULTS: Final[dict[str, Any]] = {
    "application_name": "charlink",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""What holds unless the URL says otherwise, so that a dead network is noticed. In seconds; the last in ms."""

POSTGRESQL_LIMITS: Final = (
    "SET statement_timeout = '15s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'"
)


def sqlite_engines(file: Path | None) -> tuple[Engine, Engine]:
    """Return the engines to write and to read with; both use one connection where the database is in memory.

    A writer's transactions take the write lock when they begin: none can find out in its middle that another process
    was faster. A reader sees one state from its first statement on, and can't write.
    """
    if file is None:
        both = _sqlite(URL.create(SQLITE), poolclass=StaticPool)
        return both, both.execution_options(reading=True)
    url = URL.create(SQLITE, database=str(file))
    pool: dict[str, Any] = {"poolclass": QueuePool, "max_overflow": 0}
    writer = _sqlite(url, pool_size=1, **pool)
    reader = _sqlite(url, pool_size=SQLITE_READERS, **pool)
    for engine in (writer, reader):
        event.listen(engine, "connect", _write_ahead, insert=True)
    return writer, reader.execution_options(reading=True)


def postgresql_engine(url: URL) -> Engine:
    """Return a pool that checks a connection before it is used, so that a server's restart costs nobody anything.

    No statement is prepared: what stands between (PgBouncer and its kind) need not know of any.
    """
    given = {name: value for name, value in POSTGRESQL_DEFAULTS.items() if name not in url.query}
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={**given, "prepare_threshold": None},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:  # noqa: ANN401 - psycopg is imported only where it is used
        connection.autocommit = True
        connection.execute(POSTGRESQL_LIMITS)
        connection.autocommit = False

    event.listen(engine, "handle_error", _without_values)
    return engine


def reading_only(engine: Engine) -> Engine:
    """Return PostgreSQL's pool for transactions that see one state from their first statement on, and can't write."""
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


@contextmanager
def references_unchecked(tx: Connection) -> Iterator[None]:
    """Let a SQLite table be rebuilt: dropping the old one would take along every row that refers to it.

    That is no part of a transaction, so it must be said before one begins.
    """
    connection = tx.connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def committed_later(work: Callable[[Connection], T]) -> Callable[[Connection], T]:
    """Return a work for PostgreSQL whose commit does not wait for the disk."""

    def unwaited(tx: Connection) -> T:
        tx.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
        return work(tx)

    return unwaited


@contextmanager
def unsynced(tx: Connection) -> Iterator[None]:
    """Let the transaction's commit not wait for the disk: it survives the process, perhaps not a loss of power."""
    connection = tx.connection.driver_connection
    if not isinstance(connection, sqlite3.Connection):
        yield
        return
    connection.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")


def _sqlite(url: URL, **pool: Any) -> Engine:  # noqa: ANN401 - the engine's own
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False},
        pool_reset_on_return=None,  # every transaction is ended by who began it
        **pool,
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:  # the sqlite3 module would begin by its own guess, and later
        reading = bool(connection.get_execution_options().get("reading"))
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA query_only = {reading:d}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection, _: object) -> None:
    """Switch to WAL, which the file then keeps. SQLite does not wait for others by itself here."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.02)
    if mode != "wal":
        log.warning("DATABASE_URL: this disk can't hold SQLite's write-ahead log, so readers and writers wait")


def _without_values(context: ExceptionContext) -> None:
    """Keep the server's first sentence only: its details quote whole rows."""
    cause, shown = context.original_exception, context.sqlalchemy_exception
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    if primary and shown is not None:
        cause.args = (primary,)
        shown.args = (f"({type(cause).__name__}) {primary}",)
