"""What `check` looks at of the storage: the database, the key that encrypts in it, and that no copy holds both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.checks.guild import OPERATOR
from bot.errors import StorageError
from bot.storage.engine import Database
from bot.storage.guilds import sealed_rows
from bot.storage.keys import backup_holds_both, readable_by_others

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.domain.findings import Finding
    from bot.settings import Settings


async def storage_findings(settings: Settings) -> AsyncIterator[Finding]:
    """Look at database and key as the next start will find them; a SQLite file is made and brought up to date."""
    sealed = False
    try:
        database = Database(settings.database_url)
        try:
            if not database.shared:
                await database.migrate()
            current = await database.current()
            sealed = current and await database.read(sealed_rows)
        finally:
            await database.close()
    except StorageError:
        yield OPERATOR.fail("finding-database-down", "remedy-database-down")
    else:
        if current:
            yield OPERATOR.ok("finding-database")
        else:
            yield OPERATOR.fail("finding-database-old", "remedy-database-old")
    if settings.encryption_keys is None:
        yield _key_file(settings, sealed=sealed)
    if backup_holds_both(settings):
        yield OPERATOR.warn("finding-one-backup", "remedy-one-backup")


def _key_file(settings: Settings, *, sealed: bool) -> Finding:
    path = settings.encryption_key_file
    if not path.exists():
        if sealed:
            return OPERATOR.fail("finding-key-missing", "remedy-key-missing")
        return OPERATOR.ok("finding-key-file-new")
    if readable_by_others(path):
        return OPERATOR.warn("finding-key-file-open", "remedy-key-file-open", value=str(path))
    return OPERATOR.ok("finding-key-file", value=str(path))
