"""The bench measures what it says: the real bot and the floor, each over its own Discord and CAD, doing the same."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import aiohttp
import pytest
from typer.testing import CliRunner

from bench import __main__ as command
from bench.arena import CHANNELS, PEOPLE, ROLES, Arena
from bench.calls import measure_calls
from bench.canned import ACCOUNT, Canned
from bench.contestant import DEFAULT_INTENTS, FLOOR, Program, Running
from bench.figures import Bar, Figure
from bench.plan import QUICK
from bench.speed import measure_speed
from sandbox.cad import Community, SandboxCad

if TYPE_CHECKING:
    from pathlib import Path

    from bench.plan import Plan

DISCORD = "123456789012345678"
TINY = replace(
    QUICK, rounds=1, samples=20, throughput=30, in_flight=10, starts=1, guilds=3, calls=40, blocks=1, settle=0.0
)


async def test_bot_and_floor_do_the_same_and_are_timed_alike(tmp_path: Path) -> None:
    figures = {figure.name: figure for figure in await measure_speed(TINY, tmp_path)}
    first, whole = figures["first response, p50"], figures["whole /linkchar, p50"]
    for early, late in ((first.bot, whole.bot), (first.other, whole.other)):
        assert 0 < early[0] < late[0] < 3000
    throughput = figures["/linkchar throughput, 10 in flight"]
    assert throughput.note == "every one answered"
    assert throughput.bar == Bar(0.5, least=True)
    with sqlite3.connect(tmp_path / "floor" / "floor.db") as kept:
        states = dict(kept.execute("SELECT state, count(*) FROM history GROUP BY state").fetchall())
    with sqlite3.connect(tmp_path / "bot" / "data" / "charlink.db") as kept:
        done = kept.execute("SELECT count(*) FROM history WHERE action = 'link' AND state = 'done'").fetchone()
    assert states == {"done": PEOPLE + 20 + 30}
    assert done == (PEOPLE + 20 + 30,)


async def test_a_program_that_does_not_do_the_work_is_found_out(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        arena = await Arena.open(stack, FLOOR, tmp_path, guilds=3)
        assert [(len(guild.roles), len(guild.channels)) for guild in arena.discord.world.guilds.values()][1:] == [
            (ROLES, CHANNELS)
        ] * 2
        await arena.link()
        arena.check()
        next(iter(arena.cad.state.accounts.values())).links.append("not asked for")
        with pytest.raises(RuntimeError, match="2 links of 1 calls"):
            arena.check()
        first = arena.running
        await arena.restart()
        assert arena.running.pid != first.pid
        assert 0 < arena.running.ready_after < 60
        memory = arena.running.memory()
        assert 5 < memory.pss <= memory.rss < 1000


async def test_guilds_are_held_with_default_intents_only(tmp_path: Path) -> None:
    held = {}
    for program in (FLOOR, DEFAULT_INTENTS):
        async with AsyncExitStack() as stack:
            arena = await Arena.open(stack, program, tmp_path / program.name, guilds=60)
            held[program] = arena.running.memory().rss
    assert held[DEFAULT_INTENTS] > held[FLOOR] + 1


async def test_a_program_that_ends_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"No module named bench\.nothing"):
        await Running.start(Program("nothing", ("bench.nothing",)), {}, tmp_path)


async def test_calls_are_counted_for_every_way(tmp_path: Path) -> None:
    many, one, official = await measure_calls(TINY, tmp_path)
    assert min(*many.bot, *many.other, *one.bot, *one.other) > 0
    assert official.other == () or min(official.other) > 0


async def test_the_answer_of_the_canned_server_is_the_emulated_cads() -> None:
    """What the client is timed with is what the CAD says, so that it reads it for real."""
    async with SandboxCad(Community(key="k")) as cad:
        cad.state.add_account("Amy", discord=DISCORD, uuid=ACCOUNT)
        server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0)
        answers = [await _link(address) for address in (cad.url, f"http://127.0.0.1:{_port(server)}")]
        server.close()
    assert answers[0] == answers[1]


async def _link(url: str) -> tuple[int, str, object]:
    headers = {"Authorization": "Bearer k"}
    async with (
        aiohttp.ClientSession() as session,
        session.put(f"{url}/v2/civilian/character-links/A-1", json={"discord": DISCORD}, headers=headers) as answer,
    ):
        return answer.status, answer.content_type, await answer.json()


def _port(server: asyncio.Server) -> int:
    port = server.sockets[0].getsockname()[1]
    assert isinstance(port, int)
    return port


@pytest.mark.parametrize(("arguments", "code"), [(["--quick"], 0), (["--quick", "--strict"], 1)])
def test_a_missed_bar_is_an_exit_code_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    async def slow(plan: Plan, directory: Path) -> list[Figure]:
        assert plan is QUICK
        assert directory.name.startswith("charlink-bench-")
        return [Figure("slow", "s", (3.0,), bar=Bar(2))]

    monkeypatch.setattr(command, "SECTIONS", (command.Section("slow", slow),))
    done = CliRunner().invoke(command.app, [*arguments, "--out", str(tmp_path / "out.json")])
    assert done.exit_code == code, done.output
    assert "missed" in done.output
    assert (tmp_path / "out.json").is_file()


def test_a_section_that_does_not_exist_is_refused() -> None:
    done = CliRunner().invoke(command.app, ["--only", "nothing"])
    assert done.exit_code == 2
    assert "speed" in done.output
