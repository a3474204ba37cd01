"""DATABASE_URL: which engine, and where its file is. A URL that can't be right is a line for the operator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import URL

SQLITE = "sqlite+pysqlite"
POSTGRESQL = "postgresql+psycopg"
DRIVERS = {"sqlite": SQLITE, "postgresql": POSTGRESQL, "postgres": POSTGRESQL}
MEMORY = frozenset({None, "", ":memory:"})


def parse_url(text: str) -> URL:
    """Return the URL with the driver that is used for it.

    Raises SettingsError, whose lines never hold the URL: there may be a password in it.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _wrong(
            "is not a URL such as sqlite:///data/charlink.db or postgresql://user:password@host/name"
        ) from None
    driver = DRIVERS.get(url.drivername)
    if driver is None:
        raise _wrong("must begin with sqlite:/// or postgresql://")
    if driver == SQLITE and (url.host or url.query):
        raise _wrong("a file is written with three slashes and nothing behind it: sqlite:///data/charlink.db")
    if "password" in url.query:
        raise _wrong("the password belongs before the host: postgresql://user:password@host/name")
    return url.set(drivername=driver)


def sqlite_file(url: URL) -> Path | None:
    """Return the whole path of a SQLite database; None for one in memory and for PostgreSQL.

    A relative path is relative to the working directory.
    """
    if url.drivername != SQLITE or url.database is None or url.database in MEMORY:
        return None
    return Path(url.database).absolute()


def engine_url(text: str) -> str:
    """Return where the durable engine keeps its own tables: a file beside ours, or a schema of its own on PostgreSQL.

    The file is made with the mode of ours. Raises SettingsError where it can't be.
    """
    url = parse_url(text)
    if url.drivername == POSTGRESQL:
        return url.set(drivername="postgresql").render_as_string(hide_password=False)
    file = sqlite_file(url)
    if file is None:
        return "sqlite://"
    beside = file.with_name(f"{file.name}.engine")
    prepare_file(beside)
    return f"sqlite:///{beside}"


def prepare_file(file: Path) -> None:
    """Make an empty file where there is none: mode 0600, a new folder 0700. SQLite gives its other files that mode too.

    Raises SettingsError where the file can't be made, or not be written.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise _wrong(f"can't write {file}: {error.strerror}") from None


def _wrong(problem: str) -> SettingsError:
    return SettingsError([f"DATABASE_URL: {problem}"])
