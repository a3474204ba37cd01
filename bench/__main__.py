"""`make bench`: measures everything in one run on this machine, and says which bars are met."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from bench.bulk import measure_dry_run, measure_pacing
from bench.calls import measure_calls
from bench.economy import measure_economy
from bench.plan import FULL, QUICK
from bench.report import table, write
from bench.rest import measure_guilds, measure_rest
from bench.speed import measure_speed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bench.figures import Figure
    from bench.plan import Plan

    Measure = Callable[[Plan, Path], Awaitable[list[Figure]]]

EX_MISSED = 1
WIDTH = 170
"""Columns of the table, however narrow the terminal: a wrapped number is no number."""

OUT = Path(__file__).with_name("out")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the bench, which can be run alone by its name."""

    name: str
    measure: Measure


SECTIONS = (
    Section("speed", measure_speed),
    Section("rest", measure_rest),
    Section("guilds", measure_guilds),
    Section("calls", measure_calls),
    Section("economy", measure_economy),
    Section("dry-run", measure_dry_run),
    Section("pacing", measure_pacing),
)


@app.command(help=__doc__)
def main(
    *,
    quick: Annotated[bool, typer.Option("--quick", envvar="BENCH_QUICK", help="Fewer of everything.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 when a bar is missed.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="This section alone; may be given again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the JSON goes (default: bench/out/<time>.json).")] = None,
) -> None:
    """Run the sections and show what they measured."""
    console = Console(stderr=True)
    chosen = [section for section in SECTIONS if not only or section.name in only]
    if not chosen:
        raise typer.BadParameter(f"sections: {', '.join(section.name for section in SECTIONS)}")
    began = time.monotonic()
    figures = asyncio.run(measure(QUICK if quick else FULL, chosen, console))
    seconds = time.monotonic() - began
    path = out or OUT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"
    write(path, figures, quick=quick, seconds=seconds)
    Console(width=max(console.width, WIDTH)).print(table(figures))
    missed = [figure.name for figure in figures if figure.met is False]
    verdict = f"missed: {', '.join(missed)}" if missed else "every bar met"
    console.print(f"{seconds:.0f} s; {verdict}; {path}")
    raise typer.Exit(EX_MISSED if strict and missed else 0)


async def measure(plan: Plan, sections: Sequence[Section], console: Console) -> list[Figure]:
    """Return the figures of these sections, each measured in an empty folder of its own."""
    figures: list[Figure] = []
    for section in sections:
        console.print(f"[dim]measuring: {section.name}[/dim]")
        with tempfile.TemporaryDirectory(prefix="charlink-bench-") as directory:
            figures += await section.measure(plan, Path(directory))
    return figures


if __name__ == "__main__":
    app()
