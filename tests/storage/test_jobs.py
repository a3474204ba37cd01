"""Bulk jobs on both engines: each change of a state names the states before it, and a guild's jobs have an order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain.bulk.rows import BulkKind, OwnerRow
from bot.services.housekeeping import JOB_SECONDS, Housekeeping, Swept
from bot.services.jobs.control import RunIntent
from bot.storage import guilds, jobs
from bot.storage.guilds import save_community
from bot.storage.jobs import ENDED, UNFINISHED, Job, JobRow, JobState, RowState
from tests.community import town
from tests.services.jobs.works import MEMBER, Works, many

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from bot.storage.engine import Database

NOW = 1_800_000_000.0
JOB = Job("a", 1, "c1", 7, "link", JobState.CHECKED, "en-US", "REF1", 70, NOW)


def rows(*states: RowState) -> list[JobRow]:
    return [JobRow(number, state, b"sealed", "cause") for number, state in enumerate(states, 1)]


async def store(database: Database, *stored: Job, lines: list[JobRow] | None = None) -> list[bool]:
    def work(tx: Connection) -> list[bool]:
        save_community(tx, "c1")
        return [jobs.add(tx, one, lines or rows(RowState.WAITING)) for one in stored]

    return await database.write(work)


async def test_a_job_comes_back_as_it_was_stored(database: Database) -> None:
    full = replace(
        JOB, cause="x", file_name="m.csv", message_id=2**60, started_at=1.5, ended_at=2.5, pace=0.5, counted_from=3
    )
    assert await store(database, full) == [True]
    assert await database.read(lambda tx: jobs.find(tx, "a")) == full
    assert await database.read(lambda tx: jobs.find(tx, "b")) is None


async def test_of_two_who_press_one_wins(database: Database) -> None:
    await store(database, JOB)

    async def press() -> bool:
        return await database.write(lambda tx: jobs.move(tx, "a", {JobState.CHECKED}, JobState.QUEUED, made_at=NOW + 1))

    assert sorted(await asyncio.gather(*(press() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_parent_has_one_retry_and_one_undo(database: Database) -> None:
    retry = replace(JOB, id="b", parent_id="a", state=JobState.QUEUED)
    undo = replace(retry, id="c", undoes=True, state=JobState.CHECKED)
    assert await store(database, JOB, retry, replace(retry, id="d"), undo, replace(undo, id="e")) == [
        True,
        True,
        False,
        True,
        False,
    ]
    await database.write(lambda tx: jobs.drop_unconfirmed(tx, "a", undoes=True))
    await database.write(lambda tx: jobs.drop_unconfirmed(tx, "a", undoes=False))
    assert await store(database, replace(undo, id="f"), replace(retry, id="g")) == [True, False]
    assert await database.read(lambda tx: jobs.child(tx, "a", undoes=False)) == retry


async def test_the_earliest_yes_runs_first(database: Database) -> None:
    made = [replace(JOB, id=f"j{n}", state=state, made_at=NOW - n) for n, state in enumerate(JobState)]
    await store(database, *made, replace(JOB, id="other", guild_id=2, state=JobState.RUNNING, made_at=1.0))
    unfinished = [one.id for one in reversed(made) if one.state in UNFINISHED]
    found = await database.read(lambda tx: jobs.unfinished_of(tx, 1, limit=20))
    assert [one.id for one in found] == unfinished
    first = await database.read(lambda tx: jobs.first_of_guild(tx, 1))
    assert first is not None
    assert first.id == unfinished[0]
    listed = await database.read(lambda tx: jobs.newest(tx, 1, limit=20))
    assert [one.id for one in listed] == [
        *(one.id for one in made if one.state in UNFINISHED),
        *(one.id for one in made if one.state in ENDED),
    ]
    left = await database.read(jobs.left_over)
    assert {one.state for one in left} == {*UNFINISHED, *ENDED}
    await database.write(lambda tx: jobs.change(tx, first.id, told=True))
    assert len(await database.read(jobs.left_over)) == len(left)


async def test_rows_in_their_order(database: Database) -> None:
    states = (RowState.DONE, RowState.SKIPPED, RowState.FAILED, RowState.WAITING, RowState.WAITING)
    await store(database, JOB, lines=rows(*states))
    after = await database.read(lambda tx: jobs.next_row(tx, "a"))
    assert after is not None
    assert after.number == 4
    assert [one.number for one in await database.read(lambda tx: jobs.lately_tried(tx, "a", limit=5))] == [3, 1]
    settle = await database.write(lambda tx: jobs.settle_row(tx, "a", 4, RowState.DONE, "c" * 100))
    again = await database.write(lambda tx: jobs.settle_row(tx, "a", 4, RowState.FAILED, ""))
    assert (settle, again) == (True, False)
    counted = await database.read(lambda tx: jobs.counts(tx, ["a", "none"]))
    assert counted["a"] == {RowState.DONE: 2, RowState.SKIPPED: 1, RowState.FAILED: 1, RowState.WAITING: 1}
    assert counted["none"] == {}
    await database.write(lambda tx: jobs.settle_rows(tx, "a", RowState.CANCELLED))
    assert await database.read(lambda tx: jobs.next_row(tx, "a")) is None


async def test_ten_thousand_rows_are_stored_at_once(database: Database) -> None:
    await store(database, JOB, lines=[JobRow(n, RowState.WAITING, b"x" * 200) for n in range(10_000)])
    assert (await database.read(lambda tx: jobs.counts(tx, ["a"])))["a"] == {RowState.WAITING: 10_000}


@pytest.mark.parametrize("state", [JobState.CHECKED, JobState.DONE, JobState.PAUSED])
async def test_what_got_no_yes_and_what_ended_long_ago_goes(database: Database, state: JobState) -> None:
    old = replace(JOB, state=state, made_at=NOW - 3601, ended_at=NOW - JOB_SECONDS - 1 if state in ENDED else None)
    young = replace(JOB, id="b", state=state, made_at=NOW - 3599, ended_at=NOW - JOB_SECONDS + 1)
    await store(database, old, young)
    swept = await Housekeeping(database, history_days=30, clock=lambda: NOW).run_once()
    assert swept == (Swept() if state is JobState.PAUSED else Swept(jobs=1))
    assert await database.read(lambda tx: jobs.find(tx, "b")) == young
    left = {"b"} if swept.jobs else {"a", "b"}
    assert {name for name in ("a", "b") if await database.read(lambda tx, n=name: jobs.rows_of(tx, n))} == left  # type: ignore[misc]


async def test_rows_need_the_key_ring(database: Database) -> None:
    assert not await database.read(guilds.sealed_rows)
    await store(database, JOB)
    assert await database.read(guilds.sealed_rows)


async def test_a_job_runs_and_is_taken_back(database: Database) -> None:
    place = town()
    place.database = database
    works = Works(place)
    people = [place.resident(f"P{number}", MEMBER + number) for number in range(1, 4)]
    job_id = await works.started(many(3))
    await works.drive()
    assert [one.links for one in people] == [["CHAR1"], ["CHAR2"], ["CHAR3"]]
    plan = await works.jobs.plan_undo(works.turn(), job_id)
    assert plan.unlinks == 3
    await works.jobs.start(works.turn(), RunIntent(job=plan.job.id))
    await works.drive()
    assert [one.links for one in people] == [[], [], []]
    owned = await works.started([OwnerRow(2, "A", "x"), OwnerRow(3, "B", "y")], kind=BulkKind.OWNERS)
    await works.drive()
    status = await works.jobs.status(works.turn())
    assert {look.job.id: look.job.state for look in status.jobs} == dict.fromkeys(
        (job_id, plan.job.id, owned), JobState.DONE
    )
