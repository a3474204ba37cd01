"""The real DBOS on a real file: what was handed over is driven to its end, by the next process too."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from bot.services.durable import DurableEngine
from bot.storage.address import engine_url


class Work:
    """Something that needs several attempts."""

    def __init__(self, pauses: list[float | None]) -> None:
        self.pauses = pauses
        self.attempts: list[str] = []
        self.done = asyncio.Event()
        self.begun = asyncio.Event()

    async def attempt(self, key: str) -> float | None:
        self.attempts.append(key)
        self.begun.set()
        pause = self.pauses.pop(0)
        if not self.pauses:
            self.done.set()
        return pause

    async def hang(self, key: str) -> float | None:
        self.attempts.append(key)
        self.begun.set()
        await asyncio.Event().wait()
        return None


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'charlink.db'}"


async def test_what_is_handed_over_is_driven_until_there_is_nothing_left(file: str) -> None:
    work, job = Work([0.05, 0.05, None]), Work([None])
    engine = DurableEngine(file)
    engine.attach(operation=work.attempt, job=job.attempt)
    try:
        await engine.operation("i:1:link:ABC")
        await engine.job("j1")
        await asyncio.wait_for(asyncio.gather(work.done.wait(), job.done.wait()), 10)
    finally:
        await engine.close()
    assert (work.attempts, job.attempts) == (["i:1:link:ABC"] * 3, ["j1"])


def _remembered(url: str) -> dict[str, str]:
    """Return the states of all workflows that the engine's database holds, by what they drive."""
    connection = sqlite3.connect(engine_url(url).removeprefix("sqlite:///"))
    found = connection.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall()
    connection.close()
    return {workflow.rpartition(":")[0]: status for workflow, status in found}


async def test_what_ended_is_forgotten_when_the_next_begins(file: str) -> None:
    """An operation's id names what it is about, and nobody needs it any more."""
    first, second = Work([None]), Work([3600.0, None])
    engine = DurableEngine(file)
    engine.attach(operation=first.attempt, job=second.attempt)
    try:
        await engine.operation("i:1:link:ABC")
        await asyncio.wait_for(first.done.wait(), 10)
        async with asyncio.timeout(10):
            while _remembered(file) != {"operation:i:1:link:ABC": "SUCCESS"}:  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0.01)
        await engine.job("j1")
        await asyncio.wait_for(second.begun.wait(), 10)
        async with asyncio.timeout(10):
            while list(_remembered(file)) != ["job:j1"]:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        await engine.close()


async def test_what_is_driven_hands_over_what_follows_it(file: str) -> None:
    """A job that ends hands over the guild's next one."""
    engine, following = DurableEngine(file), Work([None])

    async def hand_over(_: str) -> float | None:
        await engine.job("j2")
        return None

    engine.attach(operation=hand_over, job=following.attempt)
    try:
        await engine.operation("i:1")
        await asyncio.wait_for(following.done.wait(), 10)
    finally:
        await engine.close()
    assert following.attempts == ["j2"]


async def test_what_waits_is_looked_at_at_once_when_it_is_handed_over_again(file: str) -> None:
    """Somebody cancelled it, say: he does not wait for its next attempt."""
    work = Work([3600.0, None])
    engine = DurableEngine(file)
    engine.attach(operation=work.attempt, job=work.attempt)
    try:
        await engine.job("j1")
        await asyncio.wait_for(work.begun.wait(), 10)
        await engine.job("j1")
        await asyncio.wait_for(work.done.wait(), 1)
    finally:
        await engine.close()
    assert work.attempts == ["j1", "j1"]


async def test_what_is_handed_over_while_it_is_looked_at_is_looked_at_once_more(file: str) -> None:
    looking, told, twice = asyncio.Event(), asyncio.Event(), asyncio.Event()
    looked: list[str] = []

    async def attempt(key: str) -> float | None:
        looked.append(key)
        (twice if told.is_set() else looking).set()
        await told.wait()
        return None

    engine = DurableEngine(file)
    engine.attach(operation=attempt, job=attempt)
    try:
        await engine.job("j1")
        await asyncio.wait_for(looking.wait(), 10)
        await engine.job("j1")
        told.set()
        await asyncio.wait_for(twice.wait(), 10)
        await asyncio.sleep(0.1)
    finally:
        await engine.close()
    assert looked == ["j1", "j1"]


async def test_a_job_that_stopped_is_driven_again_when_it_is_handed_over_again(file: str) -> None:
    work = Work([])
    engine = DurableEngine(file)
    engine.attach(operation=work.attempt, job=work.attempt)
    try:
        for _ in range(3):  # also while DBOS is still writing down that the one before ended
            work.pauses.append(None)
            work.done.clear()
            await engine.job("j1")
            await asyncio.wait_for(work.done.wait(), 10)
    finally:
        await engine.close()
    assert work.attempts == ["j1"] * 3


async def test_the_next_process_goes_on_with_what_was_under_way(file: str) -> None:
    cut_short, goes_on = Work([]), Work([None, None])
    engine = DurableEngine(file)
    engine.attach(operation=cut_short.hang, job=cut_short.hang)
    await engine.operation("i:1")
    await asyncio.wait_for(cut_short.begun.wait(), 10)
    await asyncio.sleep(0.3)
    left = _as_a_kill_leaves_it(file)
    await engine.close()
    engine = DurableEngine(left)
    engine.attach(operation=goes_on.attempt, job=goes_on.attempt)
    try:
        await engine.job("j2")  # whatever wakes it
        await asyncio.wait_for(goes_on.done.wait(), 10)
        await asyncio.sleep(0.5)
    finally:
        await engine.close()
    assert sorted(goes_on.attempts) == ["i:1", "j2"]


def _in_the_way(url: str) -> Path:
    """Make a folder where the engine's file should be: no database can be opened there."""
    place = Path(f"{url.removeprefix('sqlite:///')}.engine")
    place.mkdir()
    return place


def _as_a_kill_leaves_it(url: str) -> str:
    """Copy the engine's file while it is under way, and return the address that has the copy beside it."""
    path = Path(url.removeprefix("sqlite:///"))
    (path.parent / "left").mkdir()
    for one in path.parent.glob("*.engine*"):
        shutil.copy(one, path.parent / "left" / one.name)
    return f"sqlite:///{path.parent / 'left' / path.name}"


async def test_what_can_not_be_begun_yet_is_begun_later(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever handed it over has told somebody that it is kept: it must not be forgotten."""
    monkeypatch.setattr("bot.services.durable.AGAIN_SECONDS", 0.05)
    work, engine = Work([None]), DurableEngine(file)
    place = _in_the_way(file)
    engine.attach(operation=work.attempt, job=work.attempt)
    try:
        await engine.operation("i:1")
        await asyncio.sleep(0.1)
        assert work.attempts == []
        await asyncio.to_thread(place.rmdir)
        await asyncio.wait_for(work.done.wait(), 10)
    finally:
        await engine.close()
    assert work.attempts == ["i:1"]


async def test_an_engine_that_closed_takes_nothing_more(file: str) -> None:
    work = Work([])
    engine = DurableEngine(file)
    engine.attach(operation=work.attempt, job=work.attempt)
    await engine.close()
    await engine.operation("i:1")
    assert work.attempts == []


async def test_after_a_stop_in_the_middle_the_loop_has_threads(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dbos import DBOS  # noqa: PLC0415 - the engine loads it late as well

    loop, stopping = asyncio.get_running_loop(), asyncio.Event()

    async def attempt(_: str) -> float | None:
        await stopping.wait()
        return None  # so that DBOS has something to do while it is destroyed

    def destroy(**given: bool) -> None:
        loop.call_soon_threadsafe(stopping.set)
        time.sleep(0.2)
        really(**given)

    really = DBOS.destroy
    monkeypatch.setattr(DBOS, "destroy", destroy)
    engine = DurableEngine(file)
    engine.attach(operation=attempt, job=attempt)
    await engine.operation("i:1")
    await asyncio.sleep(0.1)
    await engine.close()
    assert await asyncio.to_thread(lambda: "alive") == "alive"


def test_its_tables_stand_beside_ours(file: str) -> None:
    assert engine_url(file) == f"{file}.engine"
    assert Path(engine_url(file).removeprefix("sqlite:///")).stat().st_mode & 0o777 == 0o600
    assert engine_url("sqlite://") == "sqlite://"
    assert engine_url("postgres://u:p%40@host/db") == "postgresql://u:p%40@host/db"
