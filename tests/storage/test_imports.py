"""Outside of the storage, databases are known by name only: for annotations, never at runtime."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from tests.source import modules

ONLY_STORED = {"sqlalchemy", "alembic", "psycopg", "cryptography"}


def test_only_the_storage_imports_what_it_stores_with() -> None:
    found = {
        str(path): imported
        for path, tree in modules("bot", "cogs", "sandbox").items()
        if not path.is_relative_to(Path("bot/storage")) and (imported := _at_runtime(tree) & ONLY_STORED)
    }
    assert not found


def _at_runtime(tree: ast.Module) -> set[str]:
    annotating = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and node not in annotating:
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node not in annotating and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_all_of_sqlalchemy_is_loaded_before_any_thread_runs_statements() -> None:
    code = "import sys, bot.storage.engine; sys.exit('sqlalchemy.orm' not in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own words
