"""Both engines for every test of what is stored: SQLite in a file, and a real PostgreSQL that the tests start."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.storage.engine import Database
from bot.storage.tables import metadata
from tests.storage.server import Server, running_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

ENGINES = ["sqlite", "postgresql"]
"""Each worker of the run starts a PostgreSQL of its own."""

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL for the whole run."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql: Server) -> str:
    """The address of a migrated database, which holds what the last test left."""
    postgresql.run("CREATE DATABASE charlink")
    asyncio.run(_migrated(postgresql.url("charlink")))
    return postgresql.url("charlink")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy."""
    file = tmp_path_factory.mktemp("template") / "charlink.db"
    asyncio.run(_migrated(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name, so that a test runs on each."""
    return str(request.param)


@pytest.fixture
def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a migrated database. Its rows are only gone with `database`."""
    if engine == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    (tmp_path / "data").mkdir()
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "data" / "charlink.db")
    return f"sqlite:///{tmp_path}/data/charlink.db"


@pytest_asyncio.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """A migrated, empty database."""
    made = Database(url)
    if made.shared:
        await made.write(_emptied)
    yield made
    await made.close()


@pytest.fixture
def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of the test's own, without any table."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/empty/charlink.db"
        return
    server: Server = request.getfixturevalue("postgresql")
    name = f"empty{next(_numbers)}"
    server.run(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def nothing(empty_url: str) -> AsyncIterator[Database]:
    """A database of the test's own, without any table."""
    made = Database(empty_url)
    yield made
    await made.close()


async def _migrated(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


def _emptied(tx: Connection) -> None:
    for table in reversed(metadata.sorted_tables):
        tx.execute(table.delete())
