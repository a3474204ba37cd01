"""The schema's history: each revision leads from one version of the tables to the next, on both engines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection


def upgrade(tx: Connection) -> tuple[str, str]:
    """Apply every revision that is missing, in the transaction given; return the revisions before and after."""
    before = _revision(tx)
    config = _config()
    config.attributes["connection"] = tx
    command.upgrade(config, "head")
    return before, _revision(tx)


def is_newest(tx: Connection) -> bool:
    """Whether the database has every revision."""
    return _revision(tx) == ScriptDirectory.from_config(_config()).get_current_head()


def _revision(tx: Connection) -> str:
    return MigrationContext.configure(tx).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
