"""The database behind an executor: synchronous SQLAlchemy Core in threads, one transaction a call.

SQLite has one writer thread (and readers beside it, since its log lets them); PostgreSQL a pool of both.
"""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import URL, create_engine, event, exc, make_url, text
from sqlalchemy.pool import StaticPool

from bot.errors import StorageError
from bot.storage.migrations import is_newest, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

log = logging.getLogger(__name__)

T = TypeVar("T")

THREADS: Final = 4
"""Connections to PostgreSQL, or readers of a SQLite file, and the threads that use them."""

SECONDS: Final = 5
"""How long a connection, or a lock of another process, is waited for."""

MIGRATION_LOCK: Final = 0x63_68_61_72
"""The number under which two processes that start at once take turns in PostgreSQL."""

_UNAVAILABLE = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


class Database:
    """One database. `url` is `sqlite:///path`, `sqlite://` (in memory), or `postgresql://...`.

    A SQLite file and its folder are made for their owner alone. Nothing of a statement's parameters is ever in an
    error or log.
    """

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is connected yet. Raises StorageError where a file can't be made."""
        parsed = make_url(url)
        self.shared = parsed.get_backend_name() != "sqlite"
        if self.shared:
            self._engine = _postgresql(parsed)
            self._writers = self._readers = ThreadPoolExecutor(THREADS, "database")
        else:
            in_memory = parsed.database in {None, "", ":memory:"}
            self._engine = _sqlite(parsed, in_memory=in_memory)
            self._writers = ThreadPoolExecutor(1, "database-writer")
            self._readers = self._writers if in_memory else ThreadPoolExecutor(THREADS, "database-reader")

    async def migrate(self) -> tuple[str, str]:
        """Bring the schema up to date and return the revisions before and after, "" for an empty database."""

        def work(tx: Connection) -> tuple[str, str]:
            if self.shared:
                tx.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATION_LOCK})
            return upgrade(tx)

        return await self.write(work)

    async def current(self) -> bool:
        """Whether the schema is the newest; where not, it must be migrated first."""
        return await self.read(is_newest)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a work that only reads, in a thread and in one transaction. Raises StorageError."""
        return await self._run(self._readers, work, writing=False)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run a work in a thread and in one transaction, which is committed when it returns, else rolled back.

        Raises StorageError where the database fails, and whatever the work raises. A caller that is cancelled does not
        stop the work: it goes on to its end, and may be committed.
        """
        return await self._run(self._writers, work, writing=True)

    async def close(self) -> None:
        """Wait for what is under way, and close every connection."""
        for executor in {self._writers, self._readers}:
            await asyncio.to_thread(executor.shutdown)
        self._engine.dispose()

    async def _run(self, executor: ThreadPoolExecutor, work: Callable[[Connection], T], *, writing: bool) -> T:
        def run() -> T:
            try:
                with self._engine.connect().execution_options(writing=writing) as connection, connection.begin():
                    return work(connection)
            except _UNAVAILABLE as error:
                raise _failed(error) from None
            except exc.DBAPIError as error:
                if error.connection_invalidated:
                    raise _failed(error) from None
                raise

        return await asyncio.get_running_loop().run_in_executor(executor, run)


def _failed(error: exc.SQLAlchemyError) -> StorageError:
    """Log what the driver says, without statement and parameters, and return the error that people are told."""
    cause = getattr(error, "orig", None) or error
    log.error("the database failed: %s: %s", type(cause).__name__, str(cause).partition("\n")[0][:200])
    return StorageError()


def _sqlite(url: URL, *, in_memory: bool) -> Engine:
    more: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {"pool_size": THREADS + 1, "max_overflow": 0}
    if not in_memory:
        _make_private(Path(url.database or ""))
    engine = create_engine(
        url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": SECONDS}, **more
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", True)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _make_private(path: Path) -> None:
    """Make the file, and its folder, for their owner alone; what is there already is left as it is."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        log.error("the database file can't be made: %s", error.strerror)  # noqa: TRY400 - one line for operators
        raise StorageError from None


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        pool_size=THREADS,
        max_overflow=0,
        pool_timeout=SECONDS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": SECONDS},
    )
