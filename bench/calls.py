"""How many CAD calls the client makes in a second of processor time, beside bare aiohttp and the official package."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from bench.caller import IN_FLIGHT
from bench.contestant import REPOSITORY
from bench.figures import Bar, Figure

if TYPE_CHECKING:
    from pathlib import Path

    from bench.plan import Plan

SECONDS = 120.0
NOT_INSTALLED = "Sonoran.py is not installed: `make bench` installs it"


async def measure_calls(plan: Plan, _: Path) -> list[Figure]:
    """Return calls a processor second, from a process of their own against a server that has next to nothing to do."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.canned"), cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    try:
        if server.stdout is None:
            raise RuntimeError("the server was started with a pipe")
        port = int(await server.stdout.readline())
        caller = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.caller", f"http://127.0.0.1:{port}", str(plan.calls), str(plan.blocks)),
            cwd=REPOSITORY,
            stdout=asyncio.subprocess.PIPE,
        )
        printed, _errors = await asyncio.wait_for(caller.communicate(), SECONDS)
    finally:
        server.terminate()
        await server.wait()
    if caller.returncode:
        raise RuntimeError(f"the calls failed with exit code {caller.returncode}")
    rates = {name: tuple(values) for name, values in json.loads(printed).items()}
    return figures(rates)


def figures(rates: dict[str, tuple[float, ...]]) -> list[Figure]:
    """Return the figures of what the caller measured."""
    bar, what = Bar(0.8, least=True), "client calls"
    official = rates["official"]
    return [
        Figure(f"{what}, {IN_FLIGHT} in flight", "/cpu s", rates["client"], "raw aiohttp", rates["raw"], bar),
        Figure(f"{what}, one at a time", "/cpu s", rates["client one"], "raw aiohttp", rates["raw one"], bar),
        Figure(
            f"{what}, one at a time",
            "/cpu s",
            rates["client one"],
            "Sonoran.py" if official else "",
            official,
            note="" if official else NOT_INSTALLED,
        ),
    ]
