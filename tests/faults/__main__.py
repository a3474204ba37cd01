"""`make faults`: over 1,000 operations and 200 kills among faults of the CAD and of Discord; prints the verdict."""

from __future__ import annotations

import argparse
import asyncio
import base64
import random
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from tests.e2e.world import V1, V2, world_of
from tests.faults.asking import FORMS, LINKING
from tests.faults.storm import Storm
from tests.faults.verdict import Verdict, judge
from tests.storage.server import running_server

if TYPE_CHECKING:
    from tests.e2e.world import Config
    from tests.storage.server import Server

WORLDS = ((V1, LINKING), (V2, FORMS), (V2, LINKING), (V1, FORMS))
AT_ONCE = 2


async def storm(config: Config, kinds: tuple[str, ...], *, operations: int, kills: int, seed: int) -> Verdict:
    """Have one storm in a world of its own."""
    rng = random.Random(seed)  # noqa: S311 - a repeatable storm, no secrets
    with tempfile.TemporaryDirectory() as directory:
        async with world_of(config.but(), Path(directory), running=False) as world:
            raging = Storm(world, kinds, operations=operations, kills=kills, rng=rng)
            await raging.rage()
            return judge(raging)


async def storms(*, operations: int, kills: int, seed: int, server: Server | None = None) -> Verdict:
    """Have a storm in each world, two at once, and return the verdict on all; a `server` gives each its database."""
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Verdict:
        config, kinds = WORLDS[number]
        if server is not None:
            server.run(f"CREATE DATABASE storm{number}")
            keys = base64.urlsafe_b64encode(random.Random(seed).randbytes(32)).decode()  # noqa: S311 - it guards nothing
            config = config.but(DATABASE_URL=server.url(f"storm{number}"), ENCRYPTION_KEYS=keys)
        share = {"operations": -(-operations // len(WORLDS)), "kills": -(-kills // len(WORLDS))}
        async with lanes:
            return await storm(config, kinds, **share, seed=seed + number)

    verdicts = await asyncio.gather(*(one(number) for number in range(len(WORLDS))))
    return sum(verdicts, Verdict())


def main() -> int:
    """Run the storms; 1 when anything was lost, done twice, left unanswered or told wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--postgresql", action="store_true", help="over PostgreSQL instead of files")
    given = parser.parse_args()
    started = time.monotonic()
    share = {"operations": given.operations, "kills": given.kills, "seed": given.seed}
    with running_server() if given.postgresql else nullcontext() as server:
        verdict = asyncio.run(storms(**share, server=server))
    sys.stdout.write(f"{verdict.table()}\nseed {given.seed}, {time.monotonic() - started:.0f} s\n")
    sys.stdout.write(
        "VERDICT: nothing lost, nothing twice, everybody answered.\n" if verdict.good else "VERDICT: BROKEN\n"
    )
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
