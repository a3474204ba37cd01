"""The database behind an executor: synchronous SQLAlchemy Core in threads, one transaction a call.

SQLite has one writer thread (and readers beside it, since its log lets them); PostgreSQL a pool for both.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import DBAPIError

from bot.storage import connections
from bot.storage.address import SQLITE, parse_url, prepare_file, sqlite_file
from bot.storage.batches import Batches
from bot.storage.failures import rolled_back, storage_error
from bot.storage.migrations import is_newest, upgrade

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often a transaction is begun that PostgreSQL keeps rolling back because another one is in its way."""


class Database:
    """One database. `url` is `sqlite:///path`, `sqlite://` (in memory), or `postgresql://...`.

    A SQLite file and its folder are made for their owner alone; a relative path is relative to the working directory.
    No value of a statement and no password is ever in an error or log.
    """

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is connected yet.

        Raises SettingsError for a URL that can't be right and a file that can't be written.
        """
        parsed = parse_url(url)
        self._shared = parsed.drivername != SQLITE
        if self._shared:
            self._writing = connections.postgresql_engine(parsed)
            self._reading = connections.reading_only(self._writing)
            self._writers = self._readers = ThreadPoolExecutor(connections.POSTGRESQL_CONNECTIONS, "database")
            return
        file = sqlite_file(parsed)
        if file is not None:
            prepare_file(file)
        self._writing, self._reading = connections.sqlite_engines(file)
        self._writers = ThreadPoolExecutor(1, "database-writer")
        self._readers = ThreadPoolExecutor(connections.SQLITE_READERS, "database-reader") if file else self._writers
        self._batches = Batches(self._writers, self._write)

    def __repr__(self) -> str:
        return f"Database({self._writing.dialect.name})"

    @property
    def shared(self) -> bool:
        """Whether other processes may write as well: PostgreSQL."""
        return self._shared

    async def migrate(self) -> tuple[str, str]:
        """Bring the schema up to date and return the revisions before and after, "" for an empty database.

        All or nothing, also where two processes start at once. Raises SettingsError where a newer version of the bot
        was here.
        """

        def run() -> tuple[str, str]:
            return self._transaction(self._writing, upgrade, around=connections.references_unchecked)

        return await self._finish(run)

    async def current(self) -> bool:
        """Whether the schema is the newest; where not, it must be migrated first."""
        return await self.read(is_newest)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a work that only reads, in a thread and in one transaction: it sees one state, and can't write.

        Raises StorageError. A caller that is cancelled does not wait for it.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._readers, copy_context().run, lambda: self._transaction(self._reading, work)
        )

    async def write(self, work: Callable[[Connection], T], *, synced: bool = True) -> T:
        """Run a work in a thread and in one transaction, which is committed when it returns, else rolled back.

        Raises StorageError where the database fails, IntegrityError where a row contradicts another, and whatever the
        work raises. Once called it goes on to its end, also if the caller is cancelled meanwhile: what was asked for
        is then stored, or its failure logged. PostgreSQL may have to roll it back and begin again, so a work changes
        nothing but the database.

        Not `synced`: it survives a kill of the process at once, a loss of power only after the next write that is. For
        what can be found out anew, or is no loss.
        """
        if not self._shared:
            return await _outcome(asyncio.wrap_future(self._batches.add(work, synced=synced)))
        return await self._finish(lambda: self._write(work if synced else connections.committed_later(work)))

    async def close(self) -> None:
        """Wait for what is under way, and close every connection."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as closer:  # of its own: whoever ends the loop's meanwhile does not hold this up
            for executor in {self._writers, self._readers}:
                await loop.run_in_executor(closer, executor.shutdown)
        for engine in {self._writing, self._reading}:
            engine.dispose()

    async def _finish(self, run: Callable[[], T]) -> T:
        return await _outcome(asyncio.get_running_loop().run_in_executor(self._writers, copy_context().run, run))

    def _write(self, work: Callable[[Connection], T], synced: bool = True) -> T:  # noqa: FBT001, FBT002 - as `Batches` calls it
        around = nullcontext if synced or self._shared else connections.unsynced
        return self._transaction(self._writing, work, around=around)  # type: ignore[arg-type]  # nullcontext takes anything

    def _transaction(
        self,
        engine: Engine,
        work: Callable[[Connection], T],
        *,
        around: Callable[[Connection], AbstractContextManager[None]] = nullcontext,  # type: ignore[assignment]
    ) -> T:
        for left in reversed(range(ATTEMPTS)):
            committing = False
            try:
                with engine.connect() as tx, around(tx), tx.begin():
                    result = work(tx)
                    committing = True
            except DBAPIError as error:
                if left and rolled_back(error):
                    continue
                failure = storage_error(error, writing=engine is self._writing, committing=committing)
                if failure is None:
                    raise
                log.error("the database failed: %s", failure.reason)  # noqa: TRY400 - one line for operators
                raise failure from None
            return result
        raise AssertionError  # the last attempt returns or raises


async def _outcome(running: asyncio.Future[T]) -> T:
    """Return what a write does, which goes on to its end also where nobody waits for it any more."""
    try:
        await asyncio.wait([running])
    except asyncio.CancelledError:
        running.add_done_callback(_unheard)
        raise
    return running.result()


def _unheard(running: asyncio.Future[T]) -> None:
    """Log how a write failed that nobody waits for any more."""
    if not running.cancelled() and (error := running.exception()) is not None:
        log.error("a write failed whose caller was cancelled: %s", type(error).__name__)
