"""The revisions lead to exactly the tables that the code uses, on both engines, however often they are applied."""

from __future__ import annotations

import asyncio
import shutil
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from bot.errors import SettingsError
from bot.storage import engine as engine_module
from bot.storage.connections import references_unchecked
from bot.storage.engine import Database
from bot.storage.migrations import HERE, revision, upgrade
from bot.storage.tables import metadata

if TYPE_CHECKING:
    from pathlib import Path

REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "{number}", {before!r}
def upgrade():
{body}
"""
PARENT_AND_CHILD = """
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "child",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")),
    )
    op.execute("INSERT INTO parent (id) VALUES (1)")
    op.execute("INSERT INTO child (id, parent_id) VALUES (1, 1)")
"""
REBUILT = """
    with op.batch_alter_table("parent", recreate="always") as parent:
        parent.add_column(sa.Column("name", sa.String(10), server_default="x", nullable=False))
"""
DANGLING = """
    op.execute("DELETE FROM parent")
"""
FAILING = """
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    raise LookupError
"""


def config() -> Config:
    found = Config()
    found.set_main_option("script_location", str(HERE))
    return found


def difference(tx: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(tx, opts={"compare_type": True}), metadata))


def tables(tx: Connection) -> set[str]:
    return set(inspect(tx).get_table_names())


def revisions(folder: Path, *bodies: str) -> Path:
    """Write revisions 0001, 0002 ... into a folder as ours are."""
    (folder / "versions").mkdir(parents=True)
    shutil.copy(HERE / "env.py", folder)
    for number, body in enumerate(bodies, 1):
        before = f"{number - 1:04}" if number > 1 else None
        (folder / "versions" / f"{number:04}_it.py").write_text(
            REVISION.format(number=f"{number:04}", before=before, body=body)
        )
    return folder


def applied(database: Database, folder: Path) -> tuple[str, str]:
    work = partial(upgrade, place=folder)
    return database._transaction(database._writing, work, around=references_unchecked)


async def test_from_nothing_to_the_newest(nothing: Database) -> None:
    assert not await nothing.current()
    before, after = await nothing.migrate()
    assert before == ""
    assert after
    assert await nothing.current()
    assert await nothing.read(difference) == []


async def test_again_is_nothing_to_do(database: Database) -> None:
    before, after = await database.migrate()
    assert before == after != ""
    assert await database.current()


async def test_two_processes_that_start_at_once(nothing: Database, empty_url: str) -> None:
    other = Database(empty_url)
    results = await asyncio.gather(nothing.migrate(), other.migrate())
    await other.close()
    assert min(before for before, _ in results) == ""
    assert len({after for _, after in results}) == 1
    assert await nothing.read(difference) == []


async def test_what_a_newer_version_changed_is_left_alone(nothing: Database) -> None:
    await nothing.migrate()
    await nothing.write(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    assert not await nothing.current()
    with pytest.raises(SettingsError) as caught:
        await nothing.migrate()
    (line,) = caught.value.problems
    assert line.startswith("DATABASE_URL: a newer version of Charlink has changed this database (its schema is 9999")


async def test_back_and_forth(nothing: Database) -> None:
    def back(tx: Connection) -> None:
        backwards = config()
        backwards.attributes["connection"] = tx
        command.downgrade(backwards, "base")

    await nothing.migrate()
    await nothing.write(back)
    assert await nothing.read(tables) == {"alembic_version"}
    assert (await nothing.migrate())[0] == ""
    assert await nothing.read(difference) == []


async def test_a_revision_that_fails_changes_nothing(nothing: Database, tmp_path: Path) -> None:
    folder = revisions(tmp_path / "failing", PARENT_AND_CHILD, FAILING)
    with pytest.raises(LookupError):
        await asyncio.to_thread(applied, nothing, folder)
    assert await nothing.read(tables) == set()
    assert await nothing.read(revision) == ""


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_table_can_be_rebuilt_without_losing_what_refers_to_it(nothing: Database, tmp_path: Path) -> None:
    folder = revisions(tmp_path / "100% rebuilt", PARENT_AND_CHILD, REBUILT)
    assert await asyncio.to_thread(applied, nothing, folder) == ("", "0002")
    rows = await nothing.read(lambda tx: tx.execute(text("SELECT parent_id, name FROM child, parent")).all())
    assert [tuple(row) for row in rows] == [(1, "x")]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_references_hold_again_afterwards(nothing: Database, tmp_path: Path) -> None:
    await asyncio.to_thread(applied, nothing, revisions(tmp_path / "first", PARENT_AND_CHILD))
    with pytest.raises(RuntimeError, match="refer to nothing"):
        await asyncio.to_thread(applied, nothing, revisions(tmp_path / "second", PARENT_AND_CHILD, DANGLING))
    assert await nothing.read(revision) == "0001"
    await nothing.write(lambda tx: tx.execute(text("DELETE FROM parent")))
    assert await nothing.read(lambda tx: tx.scalar(text("SELECT count(*) FROM child"))) == 0


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_migrating_is_what_leaves_references_unchecked(
    nothing: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked(tx: Connection) -> tuple[str, str]:
        return "", str(tx.scalar(text("PRAGMA foreign_keys")))

    monkeypatch.setattr(engine_module, "upgrade", checked)
    assert await nothing.migrate() == ("", "0")
    assert await nothing.write(checked) == ("", "1")


def test_the_files_names_say_what_alembic_knows() -> None:
    script = ScriptDirectory.from_config(config())
    line = [one.revision for one in script.walk_revisions()]
    files = sorted(file.name[:4] for file in (HERE / "versions").glob("[0-9]*.py"))
    assert line == files[::-1]
    assert script.get_heads() == [files[-1]]


async def test_what_is_current_is_opened_without_alembic(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alembic", None)  # importing it would fail now
    assert await database.current()
    before, after = await database.migrate()
    assert before == after
