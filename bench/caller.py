"""Makes CAD calls as fast as it can, and prints as JSON how many a second.

With the bot's client and with bare aiohttp in turns on one session, and with the official package, which has none.
It runs as its own process.
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import json
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

import aiohttp
from pydantic import SecretStr

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.caller import Caller
from bot.cad.client import CadClient
from bot.cad.protocol import Credentials
from bot.cad.transport import Transport
from bot.cad.v2 import V2
from bot.domain.models import Target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Way = Callable[[str], Awaitable[object]]

KEY = "bench-2c7e-key"
DISCORD = 123456789012345678
IN_FLIGHT = 50
OK = 200


async def main(url: str, calls: int, blocks: int) -> dict[str, list[float]]:
    """Return calls a second of processor time of each way, one value for each block.

    By the clock, this process and its server share what else goes on in the machine.
    """
    rates: dict[str, list[float]] = {"raw": [], "client": [], "raw one": [], "client one": [], "official": []}
    numbers = count(1)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        ways: dict[str, Way] = {"raw": _raw(session, url), "client": _client(session, url)}
        for way in ways.values():
            await _rate(way, numbers, calls // 10 or 1, IN_FLIGHT)
        for _ in range(blocks):
            for name, way in ways.items():
                rates[name].append(await _rate(way, numbers, calls, IN_FLIGHT))
            for name, way in ways.items():
                rates[f"{name} one"].append(await _rate(way, numbers, calls // 4 or 1, 1))
            if importlib.util.find_spec("sonoran"):
                rates["official"].append(_official_rate(url, numbers, calls // 8 or 1))
    return rates


def _raw(session: aiohttp.ClientSession, url: str) -> Way:
    """Link with bare aiohttp: send, look at the status, read the JSON."""

    async def link(sync_id: str) -> object:
        async with session.put(
            f"{url}/v2/civilian/character-links/{sync_id}",
            json={"discord": str(DISCORD)},
            headers={"Authorization": f"Bearer {KEY}"},
        ) as answer:
            if answer.status != OK:
                raise RuntimeError(answer.status)
            return await answer.json()

    return link


def _client(session: aiohttp.ClientSession, url: str) -> Way:
    """Link with the bot's own client, unlimited."""
    client = CadClient(
        V2(Credentials("bench", SecretStr(KEY))),
        Transport(session, url, user_agent="Charlink bench"),
        Budget("unlimited"),
        Breaker(),
    )
    caller, target = Caller(person=1), Target.of(discord=DISCORD)

    async def link(sync_id: str) -> object:
        return await client.link(caller, target, sync_id)

    return link


async def _rate(way: Way, numbers: count[int], calls: int, in_flight: int) -> float:
    """Return calls a processor second, with that many open at any time."""
    left = iter(range(calls))

    async def work() -> None:
        for _ in left:
            await way(f"BENCH-{next(numbers)}")

    gc.collect()
    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(in_flight)))
    return calls / (time.process_time() - began)


def _official_rate(url: str, numbers: count[int], calls: int) -> float:
    """Return calls a processor second of Sonoran.py, which blocks: one at a time is all it does."""
    from sonoran import Instance, productEnums  # noqa: PLC0415 - of the extra `bench` only

    instance = Instance(product=productEnums.CAD, communityId="bench", apiKey=KEY, cadApiUrl=url)
    began = time.process_time()
    for _ in range(calls):
        answer = instance.cad.addCharacterLinkV2(f"BENCH-{next(numbers)}", {"discord": str(DISCORD)})
        if not answer.success:
            raise RuntimeError(answer.reason)
    return calls / (time.process_time() - began)


if __name__ == "__main__":
    _, address, how_many, how_often = sys.argv
    sys.stdout.write(json.dumps(asyncio.run(main(address, int(how_many), int(how_often)))))
