"""The project's own source as data, for the tests about the codebase."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bot", "cogs", "sandbox", "bench", "tests")
TEXTS = ("*.md", "*.toml", "*.txt", "*.ftl", ".env.example", "Makefile", "Procfile")


@cache
def modules(*packages: str) -> dict[Path, ast.Module]:
    """Return the parsed modules of these packages (all of them if none is named), by path from the root."""
    files = sorted(file for package in packages or PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {file.relative_to(ROOT): ast.parse(file.read_text("utf-8")) for file in files}


def texts() -> dict[Path, str]:
    """Return every text that belongs to the project, by path from the root: code, pages, configuration."""
    files = [file for package in (*PACKAGES, "docs") for file in (ROOT / package).rglob("*.py")]
    files += [
        file for pattern in TEXTS for place in (ROOT, ROOT / "docs", ROOT / "bot") for file in _found(place, pattern)
    ]
    return {file.relative_to(ROOT): file.read_text("utf-8") for file in files}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Count a function's lines without blank ones, comments and its docstring."""
    first, last = function.lineno, function.end_lineno or function.lineno
    documented: set[int] = set()
    if ast.get_docstring(function) is not None:
        text = function.body[0]
        documented = set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    counted = [lines[number - 1].strip() for number in range(first, last + 1) if number not in documented]
    return sum(bool(line) and not line.startswith("#") for line in counted)


def _found(place: Path, pattern: str) -> list[Path]:
    return sorted(place.rglob(pattern) if place != ROOT else place.glob(pattern))
