"""A job carries out its rows in order, once, over restarts; and stops where it must."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.bulk.rows import BulkKind, OwnerRow
from bot.errors import CadErrorKind, Expired, Refused
from bot.services.jobs.control import RunIntent
from bot.services.jobs.ledger import Planned
from bot.settings import ApiVersion, DbSync
from bot.storage import jobs as rows
from bot.storage import owners
from bot.storage.jobs import JobState, RowState
from tests.community import OTTO, PIA, town
from tests.services.jobs.works import MEMBER, STRANGER, Works, link, many

if TYPE_CHECKING:
    from bot.cad.protocol import Request, Response
    from sandbox.cad.state import Account

DONE, FAILED, REFUSED = RowState.DONE, RowState.FAILED, RowState.REFUSED


async def test_every_row_is_linked_and_known(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(30))
    await works.drive()
    look = await works.look(job_id)
    assert [one.links for one in people] == [[f"CHAR{number}"] for number in range(1, 31)]
    assert (look.job.state, look.tried, look.total) == (JobState.DONE, 30, 30)
    asked = works.place.asked
    assert sorted(set(asked)) == ["link", "links"]
    assert asked.count("link") == 30
    assert works.place.tenant.synced


async def test_a_file_that_was_not_confirmed_does_nothing(works: Works, people: list[Account]) -> None:
    job = await works.kept(many(3))
    assert await works.runner.advance(job.id) is None
    assert works.place.asked == []
    works.place.clock.now += 3601
    with pytest.raises(Expired, match="job-check-expired"):
        await works.jobs.start(works.turn(), RunIntent(job=job.id))
    assert works.place.engine.jobs == []
    assert [one.links for one in people[:3]] == [[], [], []]


async def test_two_presses_start_one_job(works: Works, people: list[Account]) -> None:
    job = await works.kept(many(1))
    await works.jobs.start(works.turn(), RunIntent(job=job.id))
    with pytest.raises(Refused, match="job-started-already"):
        await works.jobs.start(works.turn(), RunIntent(job=job.id))
    await works.drive()
    assert people[0].links == ["CHAR1"]
    assert works.place.asked.count("link") == 1


async def test_somebody_elses_file_is_not_his_to_start(works: Works) -> None:
    job = await works.kept(many(1))
    with pytest.raises(Expired):
        await works.jobs.start(works.place.turn(OTTO), RunIntent(job=job.id))


async def test_what_the_check_left_out_is_never_tried(works: Works, people: list[Account]) -> None:
    bad = Planned(3, link(3, "CHAR2", MEMBER + 2), "bulk-row-twice")
    job = await works.kept(many(1), bad=[bad])
    await works.jobs.start(works.turn(), RunIntent(job=job.id))
    await works.drive()
    assert await works.outcomes(job.id) == [(2, DONE, ""), (3, RowState.SKIPPED, "bulk-row-twice")]
    assert people[1].links == []


async def test_what_is_so_already_costs_no_write(works: Works, people: list[Account]) -> None:
    people[0].links.append("CHAR1")
    job_id = await works.started([link(2, "CHAR1", MEMBER + 1), link(3, "NONE", MEMBER + 2, remove=True)])
    await works.drive()
    assert await works.outcomes(job_id) == [(2, DONE, "job-row-already"), (3, DONE, "job-row-already")]
    assert set(works.place.asked) == {"links"}


async def test_each_way_to_name_an_account(works: Works) -> None:
    place = works.place
    place.resident("Anna", api_ids=["anna-id"]).community_user_id = "anna-id"
    bert = place.resident("Bert")
    job_id = await works.started(
        [link(2, "B1", username="Bert"), link(3, "X1", username="Nobody"), link(4, "Y", STRANGER)]
    )
    await works.drive()
    assert bert.links == ["B1"]
    assert [(state, cause) for _, state, cause in await works.outcomes(job_id)] == [
        (DONE, ""),
        (REFUSED, "account-none-username"),
        (REFUSED, "account-none-discord"),
    ]


async def test_v1_by_api_id_and_by_user_name() -> None:
    works = Works(town(ApiVersion.V1))
    anna = works.place.resident("Anna", api_ids=["anna-id"])
    works.place.resident("Bert", api_ids=["b1", "b2"])
    works.place.resident("Carl", api_ids=[])
    rows = [
        link(2, "A1", api_id="anna-id"),
        link(3, "A2", username="Anna"),
        link(4, "B1", username="Bert"),
        link(5, "C1", username="Carl"),
        link(6, "A1", api_id="anna-id", remove=True),
        link(7, "D1", PIA),
    ]
    job_id = await works.started(rows)
    await works.drive()
    assert anna.links == ["A2"]
    assert [(state, cause) for _, state, cause in await works.outcomes(job_id)] == [
        (DONE, ""),
        (DONE, ""),
        (REFUSED, "account-several-api-ids"),
        (REFUSED, "account-no-api-id-member"),
        (DONE, ""),
        (REFUSED, "account-unknown-member"),
    ]


async def test_a_restart_in_the_middle_repeats_nothing(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(8))
    for _ in range(4):
        works.restart(slice_seconds=0)
        assert await works.runner.advance(job_id) == 0
    assert (await works.look(job_id)).tried == 4
    works.place.engine.jobs.clear()
    works.restart()
    assert await works.runner.take_up(lambda _: True) == 1
    assert works.place.engine.jobs == [job_id]
    await works.drive()
    assert [one.links for one in people[:8]] == [[f"CHAR{number}"] for number in range(1, 9)]
    assert works.place.asked.count("link") == 8


async def test_a_lost_answer_is_read_back(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(2))
    works.place.cad.lose("link", applied=True)
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 2
    assert people[0].links == ["CHAR1"]
    assert works.place.asked == ["links", "link", "links", "links", "link"]


async def test_killed_between_the_call_and_its_record(works: Works, people: list[Account]) -> None:
    """The row says `sending`: it is read back, and not sent again."""
    job_id = await works.started(many(2))
    kill_after(works, "link")
    with pytest.raises(asyncio.CancelledError):
        await works.runner.advance(job_id)
    assert people[0].links == ["CHAR1"]
    assert (await works.look(job_id)).tried == 0
    works.place.asked.clear()
    works.restart()
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 2
    assert works.place.asked == ["links", "links", "link"]


def kill_after(works: Works, endpoint: str) -> None:
    """Let the process end once the CAD carried out the next call of an endpoint."""
    cad = works.place.cad
    send = cad.send

    async def dying(request: Request, *, timeout: float = 10.0) -> Response:  # noqa: ASYNC109 - as it is
        answer = await send(request, timeout=timeout)
        if cad.asked[-1] == endpoint:
            cad.send = send  # type: ignore[method-assign]
            raise asyncio.CancelledError
        return answer

    cad.send = dying  # type: ignore[method-assign]


async def test_an_outage_is_waited_out(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(6))
    for _ in range(20):
        works.place.cad.break_("link", CadErrorKind.TRANSPORT)
    began = works.place.clock.now
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 6
    assert works.place.clock.now > began
    assert any(wait > 0 for _, wait in works.shown)
    assert people[5].links == ["CHAR6"]


async def test_an_account_that_cant_be_looked_at_fails_in_the_end(works: Works, people: list[Account]) -> None:
    works.place.cad.lose("links", applied=False, times=10)
    job_id = await works.started(many(2))
    await works.drive()
    (_, state, cause), second = await works.outcomes(job_id)
    assert (state, cause) == (FAILED, "cad-server")
    assert second == (3, DONE, "")
    assert people[0].links == []


async def test_jobs_of_a_guild_run_one_after_the_other(works: Works, people: list[Account]) -> None:
    first = await works.started(many(2))
    works.place.clock.now += 1
    second = await works.started(many(2, first=3))
    assert await works.runner.advance(second) is None
    look = await works.look(second)
    assert look.job.state is JobState.QUEUED
    assert look.behind is not None
    assert look.behind.id == first
    assert works.place.asked == []
    works.place.engine.jobs.remove(second)
    await works.drive()
    assert await works.state(first) is JobState.DONE
    assert await works.state(second) is JobState.DONE
    assert people[3].links == ["CHAR4"]


async def test_without_database_sync_rows_are_refused() -> None:
    works = Works(town(db_sync=DbSync.OFF))
    works.place.resident("P1", MEMBER + 1)
    job_id = await works.started(many(1))
    await works.drive()
    assert await works.outcomes(job_id) == [(2, REFUSED, "db-sync-off")]
    assert works.place.asked == []


async def test_owners_are_stored_without_a_call(works: Works) -> None:
    lines = [OwnerRow(number, f"CHAR{number}", f"owner{number}") for number in range(2, 1203)]
    job_id = await works.started(lines, kind=BulkKind.OWNERS)
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 1201
    guild = works.place.guild.id
    assert await works.place.database.read(lambda tx: owners.owner_of(tx, guild, "CHAR1000")) == "owner1000"
    assert works.place.asked == []


async def test_owners_are_not_stored_any_more_once_their_job_is_cancelled(
    works: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [OwnerRow(number, f"CHAR{number}", f"owner{number}") for number in range(2, 1202)]
    job_id = await works.started(lines, kind=BulkKind.OWNERS)
    really = owners.put

    def put(tx: Any, guild_id: int, owned: Any, **more: Any) -> None:
        really(tx, guild_id, owned, **more)
        rows.move(tx, job_id, {JobState.RUNNING}, JobState.CANCELLING)  # an admin, between two parts

    monkeypatch.setattr(owners, "put", put)
    await works.drive()
    look = await works.look(job_id)
    assert look.job.state is JobState.CANCELLED
    assert (look.count(DONE), look.count(RowState.CANCELLED)) == (500, 700)


async def test_what_another_account_holds_needs_its_yes(works: Works, people: list[Account]) -> None:
    other = await works.started([link(2, "SHARED", MEMBER + 1)])
    await works.drive()
    assert await works.state(other) is JobState.DONE
    job_id = await works.started([link(2, "SHARED", MEMBER + 2), link(3, "SHARED", MEMBER + 3, held=True)])
    await works.drive()
    assert [(state, cause) for _, state, cause in await works.outcomes(job_id)] == [
        (REFUSED, "job-row-held"),
        (DONE, ""),
    ]
    assert people[1].links == []
