"""The database behind an executor: synchronous SQLAlchemy Core in threads, one transaction a call. (interim)"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from bot.storage.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

T = TypeVar("T")


class Database:
    """Interim: SQLite in one thread."""

    def __init__(self, url: str) -> None:
        more = {"poolclass": StaticPool} if url == "sqlite://" else {}
        self._engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False}, **more)
        self._executor = ThreadPoolExecutor(1)

        @event.listens_for(self._engine, "connect")
        def _pragmas(connection, _):  # noqa
            connection.execute("PRAGMA foreign_keys=ON")

    @property
    def shared(self) -> bool:
        return False

    async def migrate(self) -> tuple[str, str]:
        await self.write(metadata.create_all)
        return "", "interim"

    async def current(self) -> bool:
        return True

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.write(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._engine.begin() as tx:
                return work(tx)

        return await asyncio.get_running_loop().run_in_executor(self._executor, run)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._executor, self._engine.dispose)
        self._executor.shutdown()
