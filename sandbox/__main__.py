"""The sandbox's command line: the tour through the bot, and the emulated Discord and CAD to connect a bot to."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated

import typer

from sandbox.tour import run_tour
from sandbox.tour.transcript import Transcript, make_console

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


@app.command()
def tour(
    *, plain: Annotated[bool, typer.Option("--plain", help="No colours and no frames, as when piped.")] = False
) -> None:
    """Watch a real bot process being used; exit code 0 when every promise was kept."""
    plain = plain or not sys.stdout.isatty()
    transcript = Transcript(make_console(sys.stdout, plain=plain), plain=plain)
    raise typer.Exit(asyncio.run(run_tour(transcript)))


@app.command()
def serve() -> None:
    """Serve."""


if __name__ == "__main__":
    app()
