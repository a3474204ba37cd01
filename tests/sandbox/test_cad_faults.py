"""Faults meet the calls they were made for, before or after the CAD applied them, and answer as they say."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from sandbox.cad import Fault, FaultKind, Faults
from tests.sandbox.cad_world import API_ID, BRIAN, DISCORD, Answer, World, running

ANSWERED = [kind for kind in FaultKind if kind not in {FaultKind.HANG, FaultKind.DROP}]
STATUSES: dict[FaultKind, int] = {
    **dict.fromkeys(ANSWERED, 200),
    **{kind: int(kind) for kind in ANSWERED if kind.isdigit()},
    FaultKind.PLAIN_500: 500,
    FaultKind.NOT_UTF8: 503,
}


async def link(world: World, generation: str) -> Answer:
    if generation == "v1":
        return await world.civilian("LINK_CHARACTER", apiId=API_ID, syncId="A", action=0)
    return await world.v2("PUT", "civilian/character-links/A", {"discord": DISCORD})


@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("applied", [False, True])
@pytest.mark.parametrize("kind", ANSWERED)
async def test_a_fault_answers_once_and_is_in_the_ledger(
    kind: FaultKind,
    applied: bool,  # noqa: FBT001 - a table
    generation: str,
) -> None:
    async with running() as world:
        world.cad.faults.add(kind, "link", applied=applied)
        answer = await link(world, generation)
        assert answer.status == STATUSES[kind]
        assert world.cad.state.accounts[BRIAN].links == (["A"] if applied else [])
        (entry,) = world.cad.ledger.entries
        assert (entry.fault, entry.applied, entry.status) == (kind, applied, answer.status)
        assert entry.changes == (["linked A to SonoranBrian"] if applied else [])
        later = await link(world, generation)
        assert later.status == 200
        assert world.cad.ledger.entries[1].fault is None


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (FaultKind.EMPTY, lambda answer: answer.body == b""),
        (FaultKind.GATEWAY_TIMEOUT, lambda answer: answer.body == b""),
        (FaultKind.TRAP, lambda answer: answer.text == "Backend Service Reached"),
        (FaultKind.HTML, lambda answer: answer.content_type.startswith("text/html")),
        (FaultKind.BAD_GATEWAY, lambda answer: b"<h1>Bad Gateway</h1>" in answer.body),
        (FaultKind.UNAVAILABLE, lambda answer: set(answer.json) == {"message"}),
        (FaultKind.NOT_UTF8, lambda answer: b"\xff" in answer.body),
        (FaultKind.REDIRECT, lambda answer: answer.headers["Location"] == "https://evil.example/"),
        (FaultKind.OVERSIZED, lambda answer: len(answer.body) > 5 * 1024 * 1024),
        (FaultKind.WRONG_SHAPE, lambda answer: answer.json == [[True]]),
    ],
)
async def test_what_a_fault_answers(kind: FaultKind, check: object) -> None:
    async with running() as world:
        world.cad.faults.add(kind)
        assert callable(check)
        assert check(await link(world, "v1"))


async def test_truncated_json_can_not_be_read() -> None:
    async with running() as world:
        world.cad.faults.add("truncated")
        answer = await link(world, "v2")
        with pytest.raises(json.JSONDecodeError):
            _ = answer.json


@pytest.mark.parametrize("retry_after", [None, "17", "Wed, 21 Oct 2099 07:28:00 GMT"])
async def test_429_with_and_without_retry_after(retry_after: str | None) -> None:
    async with running() as world:
        world.cad.faults.add("429", calls=2, retry_after=retry_after)
        first, second = await link(world, "v1"), await link(world, "v2")
        assert first.body == b""
        assert second.json["message"] == "API rate limit exceeded"
        assert len(second.json["request_id"]) == 32
        assert second.content_type.startswith("application/json")
        assert [each.headers.get("Retry-After") for each in (first, second)] == [retry_after] * 2


async def test_refusals_speak_as_their_generation_does() -> None:
    async with running() as world:
        world.cad.faults.add("404", calls=2)
        assert (await link(world, "v1")).text == "API ID NOT LINKED TO AN ACCOUNT IN THIS COMMUNITY"
        assert (await link(world, "v2")).json["title"] == "Not Found"


@pytest.mark.parametrize("applied", [False, True])
async def test_a_dropped_connection(applied: bool) -> None:  # noqa: FBT001 - a table
    async with running() as world:
        world.cad.faults.add("drop", "link", calls=None, applied=applied)
        with pytest.raises(aiohttp.ClientConnectionError):
            await link(world, "v1")
        world.cad.faults.clear()
        assert world.cad.ledger.entries[0].status == 0
        assert world.cad.ledger.entries[0].applied is applied
        assert (await link(world, "v1")).status == 200


async def test_a_hang_that_ends_gives_the_true_answer_only_if_applied() -> None:
    async with running() as world:
        world.cad.faults.add("hang", applied=True, seconds=0.01)
        assert (await link(world, "v1")).text.startswith("Linked")
        world.cad.faults.add("hang", calls=None, seconds=0.01)
        with pytest.raises(aiohttp.ClientConnectionError):
            await link(world, "v1")


async def test_a_hang_for_ever_ends_with_the_server() -> None:
    async with running() as world:
        world.cad.faults.add("hang", applied=True)
        call = asyncio.create_task(link(world, "v1"))
        answered, _ = await asyncio.wait({call}, timeout=0.15)
        assert not answered
        assert world.cad.ledger.changes == ["linked A to SonoranBrian"]
        await world.cad.stop()
        with pytest.raises(aiohttp.ClientConnectionError):
            await call


async def test_a_fault_does_not_hide_a_malformed_request() -> None:
    async with running() as world:
        world.cad.faults.add("500", applied=True)
        await world.civilian("LINK_CHARACTER", apiId=API_ID)
        (entry,) = world.cad.ledger.malformed
        assert (entry.status, entry.applied) == (500, False)


async def test_latency_comes_before_the_answer() -> None:
    async with running(latency=0.05) as world:
        started = asyncio.get_running_loop().time()
        await link(world, "v1")
        assert asyncio.get_running_loop().time() - started >= 0.05


def test_faults_are_used_up_in_order_and_by_endpoint() -> None:
    faults = Faults()
    faults.add("500", "create", calls=2)
    faults.add("502", "link")
    faults.add("503", calls=None)
    met = [faults.take(endpoint) for endpoint in ("link", "link", "create", "create", "create")]
    assert [fault and fault.kind for fault in met] == ["502", "503", "500", "500", "503"]
    faults.clear()
    assert faults.take("link") is None


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "unheard"},
        {"kind": "500", "calls": 0},
        {"kind": "500", "calls": "1"},
        {"kind": "hang", "seconds": -1},
        {"kind": "500", "unknown": 1},
        {"kind": 500},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Fault.parse(data)
