"""The schema's history: each revision leads from one version of the tables to the next, on both engines.

The files in `versions` begin with their revision. Alembic is only imported where one is missing: that takes longer than
the rest of opening a database.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, inspect, select, text

from bot.errors import SettingsError

if TYPE_CHECKING:
    from sqlalchemy import Connection

HERE: Final = Path(__file__).parent

MIGRATION_LOCK: Final = 0x63_68_61_72
"""The number under which two processes that start at once take turns in PostgreSQL."""


def upgrade(tx: Connection, place: Path = HERE) -> tuple[str, str]:
    """Apply every revision that is missing, in the transaction given; return the revisions before and after.

    Raises SettingsError for a schema that is newer than this version of the bot.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'"))
        tx.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    before, known = revision(tx), _revisions(place)
    if before and before not in known:
        problem = (
            f"DATABASE_URL: a newer version of Charlink has changed this database (its schema is {before}, this "
            f"version knows {known[-1]}); install that version again, or restore a backup from before"
        )
        raise SettingsError([problem])
    if before != known[-1]:
        _run(tx, place)
    return before, known[-1]


def is_newest(tx: Connection) -> bool:
    """Whether the database has every revision."""
    return revision(tx) == _revisions(HERE)[-1]


def revision(tx: Connection) -> str:
    """Return the schema's revision, "" for an empty database."""
    if not inspect(tx).has_table("alembic_version"):
        return ""
    return tx.scalar(text("SELECT version_num FROM alembic_version")) or ""


def _revisions(place: Path) -> list[str]:
    return sorted(file.name.partition("_")[0] for file in (place / "versions").glob("[0-9]*.py"))


def _run(tx: Connection, place: Path) -> None:
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(place).replace("%", "%%"))
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    if tx.dialect.name == "sqlite" and tx.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise RuntimeError("a revision left rows that refer to nothing; it was undone")
