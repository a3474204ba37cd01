"""A job stops without its starter's role, and pauses where rows fail one like the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.storage.jobs import JobState, RowState
from tests.community import PLAYER_ROLE, SAM
from tests.services.jobs.works import STRANGER, Works, link, many

if TYPE_CHECKING:
    from sandbox.cad.state import Account

DONE, REFUSED = RowState.DONE, RowState.REFUSED


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
