"""What was measured, as a table for people and as JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.figures import Figure

FORMAT = 1
"""The version of the JSON's form."""

MEASURED_WITH = ("charlink", "discord.py", "aiohttp", "SQLAlchemy")


def table(figures: Sequence[Figure]) -> Table:
    """Return the figures as a table: medians, in brackets the lowest and highest round; notes below."""
    made = Table(title="Charlink beside the floor", title_justify="left", caption_justify="left")
    made.add_column("what", no_wrap=True)
    for heading in ("bot", "compared with", "ratio", "bar"):
        made.add_column(heading, justify="right", no_wrap=True)
    made.add_column("", no_wrap=True)
    for figure in figures:
        ours = f"{_spread(figure.bot)} {figure.unit}".strip()
        theirs = f"{figure.against} {_spread(figure.other)} {figure.unit}".strip() if figure.other else ""
        bar = str(figure.bar) if figure.bar is not None else ""
        made.add_row(figure.name, ours, theirs, _spread(figure.ratios), bar, _verdict(figure))
    made.caption = "\n".join(f"{figure.name}: {figure.note}" for figure in figures if figure.note)
    return made


def write(path: Path, figures: Sequence[Figure], *, quick: bool, seconds: float) -> None:
    """Write the figures and where they were measured as JSON; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(as_json(figures, quick=quick, seconds=seconds), indent=2) + "\n", encoding="utf-8")


def as_json(figures: Sequence[Figure], *, quick: bool, seconds: float) -> dict[str, object]:
    """Return what is written: every round of every figure, and the machine without its name."""
    return {
        "format": FORMAT,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "seconds": round(seconds, 1),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "processor": platform.machine(),
            "python": platform.python_version(),
            **{name: version(name) for name in MEASURED_WITH},
        },
        "figures": [_figure(figure) for figure in figures],
    }


def _figure(figure: Figure) -> dict[str, object]:
    bar = figure.bar
    return {
        "name": figure.name,
        "unit": figure.unit,
        "bot": list(figure.bot),
        "against": figure.against,
        "other": list(figure.other),
        "ratios": list(figure.ratios),
        "judged": figure.judged,
        "bar": None if bar is None else {"limit": bar.limit, "least": bar.least},
        "met": figure.met,
        "note": figure.note,
    }


def _verdict(figure: Figure) -> str:
    return {None: "", True: "[green]met[/green]", False: "[bold red]missed[/bold red]"}[figure.met]


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle, low, high = (_number(value) for value in (median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def _number(value: float) -> str:
    """Return three significant digits, and no decimals for what is over a hundred."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - see above
