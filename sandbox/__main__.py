"""The sandbox's command line: the tour of the bot in use, and the emulated Discord and CAD to connect a bot to."""

from __future__ import annotations

import asyncio
import io
import signal
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from sandbox.tour import LOS_SANTOS, PALETO, Town, run_tour
from sandbox.tour.transcript import Transcript, make_console

if TYPE_CHECKING:
    from collections.abc import Coroutine

EX_FAILED = 1
EX_STOPPED = 130
CAD_PORT = 8710
DISCORD_PORT = 8711

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)


class Generation(StrEnum):
    """The CAD's two APIs."""

    V1 = "v1"
    V2 = "v2"


PLANS = {Generation.V1: LOS_SANTOS, Generation.V2: PALETO}


@app.command()
def tour(
    *, plain: Annotated[bool, typer.Option("--plain", help="No colours and no frames, as when piped.")] = False
) -> None:
    """Watch the real bot being used: two dozen scenes, each with its promises. Exit code 0 when all were kept."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no “ must not end the tour
    plain = plain or not sys.stdout.isatty()
    transcript = Transcript(make_console(sys.stdout, plain=plain), plain=plain)
    raise typer.Exit(_run(run_tour(transcript)))


@app.command()
def serve(
    *,
    cad_port: Annotated[int, typer.Option(help="Where the emulated CAD listens.")] = CAD_PORT,
    discord_port: Annotated[int, typer.Option(help="Where the emulated Discord listens.")] = DISCORD_PORT,
    api: Annotated[Generation, typer.Option(help="Which of the CAD's APIs the bot is told to use.")] = Generation.V1,
) -> None:
    """Serve an emulated Discord and CAD on this machine until Ctrl-C; prints the lines for a bot's .env."""
    raise typer.Exit(_run(_serve(Town(PLANS[api]), cad_port, discord_port)))


async def _serve(town: Town, cad_port: int, discord_port: int) -> int:
    async with town:
        try:
            await town.start(cad_port=cad_port, discord_port=discord_port)
        except OSError as error:
            typer.echo(f"Can't listen on ports {cad_port} and {discord_port}: {error.strerror}", err=True)
            return EX_FAILED
        typer.echo(f"{town.plan.name} is open on this machine, until Ctrl-C. Lines for .env:", err=True)
        for name, value in town.environment().items():
            typer.echo(f"{name}={value}")
        sys.stdout.flush()
        await asyncio.Event().wait()
    return 0


def _run(main: Coroutine[object, object, int]) -> int:
    """Run to the end, or until Ctrl-C or SIGTERM, after which everything that was started is stopped."""

    async def until_stopped() -> int:
        running = asyncio.create_task(main)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        return await running

    try:
        return asyncio.run(until_stopped())
    except asyncio.CancelledError:
        typer.echo("Stopped.", err=True)
        return EX_STOPPED


if __name__ == "__main__":
    app()
