"""A job carries out its rows in order, once, over restarts; and stops where it must."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain.bulk.rows import BulkKind, LinkRow, OwnerRow
from bot.errors import CadErrorKind, Expired, Refused, Sent
from bot.services.jobs.control import RunIntent
from bot.services.jobs.ledger import Planned
from bot.settings import ApiVersion, DbSync
from bot.storage import owners
from bot.storage.jobs import JobState, RowState
from tests.community import OTTO, PIA, PLAYER_ROLE, SAM, Town, town
from tests.services.jobs.works import Works, link

if TYPE_CHECKING:
    from bot.cad.protocol import Request, Response
    from sandbox.cad.state import Account

MEMBER, STRANGER = 200_000_000_000_001_000, 200_000_000_000_002_000
DONE, FAILED, REFUSED = RowState.DONE, RowState.FAILED, RowState.REFUSED


@pytest.fixture
def people(place: Town) -> list[Account]:
    """Thirty accounts, linked to thirty members."""
    return [place.resident(f"P{number}", MEMBER + number) for number in range(1, 31)]


def many(count: int, *, first: int = 1) -> list[LinkRow]:
    return [link(number + 1, f"CHAR{number}", MEMBER + number) for number in range(first, first + count)]


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


class TestTheStarter:
    async def test_without_the_role_the_job_stops_and_says_why(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(3))
        works.members.held[SAM] = frozenset({PLAYER_ROLE})
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.job.cause) == (JobState.STOPPED, "job-stopped-role")
        assert look.count(RowState.CANCELLED) == 3
        assert people[0].links == []

    async def test_who_left_stops_his_job(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(1))
        works.members.held.clear()
        await works.drive()
        assert (await works.look(job_id)).job.cause == "job-stopped-left"
        assert people[0].links == []

    async def test_is_looked_at_again_after_a_minute(self, works: Works, people: list[Account]) -> None:
        works.restart(slice_seconds=0)
        job_id = await works.started(many(3))
        assert await works.runner.advance(job_id) == 0
        works.members.held.clear()
        assert await works.runner.advance(job_id) == 0
        assert works.members.asked == 1
        works.place.clock.now += 60
        await works.drive()
        assert works.members.asked == 2
        look = await works.look(job_id)
        assert (look.job.state, look.count(DONE), look.count(RowState.CANCELLED)) == (JobState.STOPPED, 2, 1)
        assert people[2].links == []

    async def test_discord_that_says_nothing_delays_only(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(1))
        works.members.silent = True
        assert await works.runner.advance(job_id) == 30
        works.members.silent = False
        await works.drive()
        assert people[0].links == ["CHAR1"]

    async def test_a_guild_that_shut_the_bot_out_stops_it(self, works: Works) -> None:
        job_id = await works.started(many(1))
        works.members.shut_out = True
        await works.drive()
        assert (await works.look(job_id)).job.cause == "job-stopped-discord"

    async def test_another_community_meanwhile_stops_it(self, works: Works) -> None:
        job_id = await works.started(many(1))
        works.place.tenant.community.id = "another"
        await works.drive()
        assert (await works.look(job_id)).job.cause == "job-stopped-community"


class TestTrouble:
    async def test_the_first_five_are_a_canary(self, works: Works, people: list[Account]) -> None:
        rows = [
            link(2, "A", STRANGER + 1),
            link(3, "B", username="No"),
            link(4, "C", STRANGER + 2),
            link(5, "D", username="No"),
            link(6, "E", STRANGER + 3),
            *many(3),
        ]
        job_id = await works.started(
            [
                link(number, one.sync_id, one.whose.member_id, username=one.whose.username)
                for number, one in enumerate(rows, 2)
            ]
        )
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.job.cause, look.tried) == (JobState.PAUSED, "job-canary", 5)
        await works.jobs.resume(works.turn(), job_id)
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.count(DONE), look.count(REFUSED)) == (JobState.DONE, 3, 5)
        assert people[0].links == ["CHAR1"]

    async def test_five_alike_in_a_row_pause_and_are_counted_anew(self, works: Works, people: list[Account]) -> None:
        rows = many(6) + [link(100 + number, f"X{number}", STRANGER + number) for number in range(12)]
        job_id = await works.started(rows)
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.job.cause) == (JobState.PAUSED, "account-none-discord")
        assert (look.count(DONE), look.count(REFUSED)) == (6, 5)
        await works.jobs.resume(works.turn(), job_id)
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.count(REFUSED)) == (JobState.PAUSED, 10)
        await works.jobs.resume(works.turn(), job_id)
        await works.drive()
        assert await works.state(job_id) is JobState.DONE
        assert len(people[0].links) == 1

    async def test_four_alike_do_not(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started([link(2 + number, f"X{number}", STRANGER + number) for number in range(4)])
        await works.drive()
        assert await works.state(job_id) is JobState.DONE
        assert people[0].links == []


async def test_without_database_sync_rows_are_refused() -> None:
    works = Works(town(db_sync=DbSync.OFF))
    works.place.resident("P1", MEMBER + 1)
    job_id = await works.started(many(1))
    await works.drive()
    assert await works.outcomes(job_id) == [(2, REFUSED, "db-sync-off")]
    assert works.place.asked == []


class TestMigration:
    async def test_the_new_one_is_there_before_the_old_one_goes(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("OLD")
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        await works.drive()
        assert people[0].links == ["NEW"]
        assert works.place.asked == ["links", "link", "links", "unlink"]
        assert await works.outcomes(job_id) == [(2, DONE, "")]

    async def test_a_restart_between_the_steps(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("OLD")
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        works.place.cad.break_("unlink", CadErrorKind.TRANSPORT)
        pause = await works.runner.advance(job_id)
        assert pause
        assert people[0].links == ["OLD", "NEW"]
        works.place.clock.now += pause
        works.restart()
        await works.drive()
        assert people[0].links == ["NEW"]
        assert works.place.asked == ["links", "link", "links", "unlink", "links", "unlink"]

    async def test_where_the_new_one_is_refused_the_old_one_stays(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("OLD")
        works.place.cad.break_("link", CadErrorKind.REJECTED, Sent.ANSWERED)
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        await works.drive()
        assert people[0].links == ["OLD"]
        assert await works.outcomes(job_id) == [(2, FAILED, "cad-rejected")]

    async def test_a_link_that_does_not_show_keeps_the_old_one(
        self, works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        people[0].links.append("OLD")
        monkeypatch.setattr(works.place.state, "link", lambda *_: None)  # the CAD agrees, and does nothing
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        await works.drive()
        assert people[0].links == ["OLD"]
        assert await works.outcomes(job_id) == [(2, FAILED, "job-row-not-verified")]

    async def test_an_old_one_that_is_gone_already(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        await works.drive()
        assert people[0].links == ["NEW"]
        assert await works.outcomes(job_id) == [(2, DONE, "")]


async def test_owners_are_stored_without_a_call(works: Works) -> None:
    lines = [OwnerRow(number, f"CHAR{number}", f"owner{number}") for number in range(2, 1203)]
    job_id = await works.started(lines, kind=BulkKind.OWNERS)
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 1201
    guild = works.place.guild.id
    assert await works.place.database.read(lambda tx: owners.owner_of(tx, guild, "CHAR1000")) == "owner1000"
    assert works.place.asked == []


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
