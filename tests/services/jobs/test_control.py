"""What admins do with jobs: hold up, go on, cancel, try again, take back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.domain.bulk.rows import BulkKind, NewRow, OwnerRow, Whose
from bot.errors import CadErrorKind, Expired, Refused
from bot.services.jobs.control import RunIntent
from bot.storage.history import State
from bot.storage.jobs import JobState, RowState
from bot.storage.tables import history
from tests.community import GUILD
from tests.services.jobs.works import MEMBER, Works, link, many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.domain.bulk.rows import Row
    from sandbox.cad.state import Account

DONE, REFUSED, CANCELLED = RowState.DONE, RowState.REFUSED, RowState.CANCELLED


async def begun(works: Works, lines: Sequence[Row], rows: int, *, kind: BulkKind = BulkKind.LINK) -> str:
    """Start a job, and stop driving it after some rows."""
    works.restart(slice_seconds=0)
    job_id = await works.started(lines, kind=kind)
    for _ in range(rows):
        assert await works.runner.advance(job_id) == 0
    works.place.engine.jobs.clear()
    return job_id


async def noted(works: Works) -> list[tuple[str, int, str]]:
    """Return what the history has of jobs: the rows that are posted to an audit channel."""
    query = select(history).where(history.c.action.like("bulk%")).order_by(history.c.number)
    rows = await works.place.database.read(lambda tx: tx.execute(query).all())
    assert all(row.job_id is None and not row.posted for row in rows)
    return [(row.action, row.actor_id, row.subject) for row in rows]


async def test_pause_and_resume(works: Works, people: list[Account]) -> None:
    job_id = await begun(works, many(4), 2)
    look = await works.jobs.pause(works.turn(), job_id)
    assert (look.job.state, look.job.cause, look.tried) == (JobState.PAUSED, "", 2)
    await works.drive()
    assert (await works.look(job_id)).tried == 2
    with pytest.raises(Refused, match="job-is-not-so"):
        await works.jobs.pause(works.turn(), job_id)
    await works.jobs.resume(works.turn(), job_id)
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 4
    with pytest.raises(Refused, match="job-is-not-so"):
        await works.jobs.resume(works.turn(), job_id)
    assert people[3].links == ["CHAR4"]
    assert [action for action, *_ in await noted(works)] == ["bulk-start", "bulk-pause", "bulk-resume", "bulk-end"]


async def test_a_paused_job_holds_up_the_next(works: Works, people: list[Account]) -> None:
    first = await begun(works, many(2), 1)
    await works.jobs.pause(works.turn(), first)
    works.place.clock.now += 1
    second = await works.started([link(2, "LATER", MEMBER + 9)])
    await works.drive()
    assert await works.state(second) is JobState.QUEUED
    await works.jobs.cancel(works.turn(), first)
    await works.drive()
    assert await works.state(second) is JobState.DONE
    assert people[8].links == ["LATER"]


async def perhaps_sent(works: Works) -> str:
    """Start a job whose first call got lost, and whose account can't be read back yet."""
    job_id = await works.started(many(2))
    works.place.cad.break_("link", CadErrorKind.TRANSPORT)
    pause = await works.runner.advance(job_id)
    assert pause
    works.place.clock.now += pause
    works.place.cad.lose("link", applied=True)
    works.place.cad.lose("links", applied=False)
    assert await works.runner.advance(job_id)
    return job_id


async def test_what_was_sent_before_a_pause_is_found_out(works: Works, people: list[Account]) -> None:
    job_id = await perhaps_sent(works)
    await works.jobs.pause(works.turn(), job_id)
    works.place.asked.clear()
    await works.drive()
    assert works.place.asked == ["links"]
    assert await works.state(job_id) is JobState.PAUSED
    await works.jobs.resume(works.turn(), job_id)
    await works.drive()
    assert (await works.look(job_id)).count(DONE) == 2
    assert [one.links for one in people[:2]] == [["CHAR1"], ["CHAR2"]]


class TestCancel:
    async def test_what_was_not_sent_is_not(self, works: Works, people: list[Account]) -> None:
        job_id = await begun(works, many(4), 2)
        await works.jobs.cancel(works.turn(), job_id)
        await works.drive()
        look = await works.look(job_id)
        assert (look.job.state, look.count(DONE), look.count(CANCELLED)) == (JobState.CANCELLED, 2, 2)
        assert [one.links for one in people[:4]] == [["CHAR1"], ["CHAR2"], [], []]
        with pytest.raises(Refused):
            await works.jobs.cancel(works.turn(), job_id)

    async def test_what_waits_in_an_outage_is_cancelled(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(2))
        works.place.cad.break_("link", CadErrorKind.TRANSPORT)
        assert await works.runner.advance(job_id)
        await works.jobs.cancel(works.turn(), job_id)
        await works.drive()
        assert await works.outcomes(job_id) == [(2, CANCELLED, ""), (3, CANCELLED, "")]
        assert people[0].links == []
        assert works.place.asked.count("link") == 1

    async def test_what_may_have_been_sent_is_found_out_first(self, works: Works, people: list[Account]) -> None:
        job_id = await perhaps_sent(works)
        await works.jobs.cancel(works.turn(), job_id)
        await works.drive()
        assert await works.outcomes(job_id) == [(2, DONE, ""), (3, CANCELLED, "")]
        assert people[0].links == ["CHAR1"]

    async def test_halfway_through_a_migration(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("OLD")
        job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
        works.place.cad.break_("unlink", CadErrorKind.TRANSPORT)
        assert await works.runner.advance(job_id)
        await works.jobs.cancel(works.turn(), job_id)
        await works.drive()
        assert people[0].links == ["OLD", "NEW"]
        assert await works.outcomes(job_id) == [(2, CANCELLED, "job-row-halfway")]

    async def test_by_reference(self, works: Works) -> None:
        job_id = await begun(works, many(2), 1)
        reference = (await works.look(job_id)).job.reference
        assert [one.reference for one in await works.jobs.cancellable(works.turn())] == [reference]
        await works.jobs.cancel_reference(works.turn(), f" `{reference.lower()}` ")
        await works.drive()
        assert await works.state(job_id) is JobState.CANCELLED
        assert await works.jobs.cancellable(works.turn()) == ()
        with pytest.raises(Refused, match="kept-unknown-reference"):
            await works.jobs.cancel_reference(works.turn(), "NONE")

    async def test_of_another_guild_there_is_nothing(self, works: Works) -> None:
        job_id = await begun(works, many(1), 0)
        await works.ledger.change(job_id, guild_id=GUILD + 1)
        for use in (works.jobs.cancel, works.jobs.pause, works.jobs.retry, works.jobs.plan_undo, works.jobs.results):
            with pytest.raises(Expired, match="job-unknown"):
                await use(works.turn(), job_id)
        assert (await works.jobs.status(works.turn())).jobs == ()


class TestRetry:
    async def test_what_failed_is_tried_again_once(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started([*many(2), link(9, "LATE", MEMBER + 50)])
        await works.drive()
        assert (await works.look(job_id)).count(REFUSED) == 1
        late = works.place.resident("Late", MEMBER + 50)
        works.place.asked.clear()
        look = await works.jobs.retry(works.turn(), job_id)
        await works.drive()
        assert late.links == ["LATE"]
        assert await works.outcomes(look.job.id) == [(9, DONE, "")]
        assert works.place.asked.count("link") == 1
        with pytest.raises(Refused, match="job-retried-already"):
            await works.jobs.retry(works.turn(), job_id)
        with pytest.raises(Refused, match="job-nothing-to-retry"):
            await works.jobs.retry(works.turn(), look.job.id)
        assert people[0].links == ["CHAR1"]

    async def test_what_was_cancelled_is_run_too(self, works: Works, people: list[Account]) -> None:
        job_id = await begun(works, many(3), 1)
        with pytest.raises(Refused, match="job-not-over"):
            await works.jobs.retry(works.turn(), job_id)
        await works.jobs.cancel(works.turn(), job_id)
        await works.drive()
        await works.jobs.retry(works.turn(), job_id)
        await works.drive()
        assert [one.links for one in people[:3]] == [["CHAR1"], ["CHAR2"], ["CHAR3"]]

    async def test_a_character_that_may_be_there_is_not_created_again(self, works: Works) -> None:
        works.place.resident("Jane", MEMBER + 1)
        works.place.cad.lose("create", applied=True)
        works.place.tenant.met_sync()  # so that what was created can't be told from the game's own
        row = NewRow(2, Whose(member_id=MEMBER + 1), {"first": "Jane", "last": "Doe"})
        job_id = await works.started([row], kind=BulkKind.NEW)
        await works.drive()
        assert await works.outcomes(job_id) == [(2, RowState.UNKNOWN, "kept-unsure")]
        with pytest.raises(Refused, match="job-nothing-to-retry"):
            await works.jobs.retry(works.turn(), job_id)
        assert works.place.asked.count("create") == 1


class TestUndo:
    async def undone(self, works: Works, job_id: str) -> str:
        plan = await works.jobs.plan_undo(works.turn(), job_id)
        await works.jobs.start(works.turn(), RunIntent(job=plan.job.id))
        await works.drive()
        return plan.job.id

    async def test_what_is_anothers_by_now_stays_his(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("X")
        job_id = await works.started([link(2, "X", MEMBER + 1, remove=True)])
        await works.drive()
        await works.started([link(2, "X", MEMBER + 2)])
        await works.drive()
        assert await works.outcomes(await self.undone(works, job_id)) == [(1, REFUSED, "job-row-held")]
        assert [one.links for one in people[:2]] == [[], ["X"]]

    async def test_links_go_back_to_what_they_were(self, works: Works, people: list[Account]) -> None:
        people[0].links += ["OLD", "KEPT"]
        people[1].links.append("GONE")
        people[3].links.append("THERE")
        lines = [
            link(2, "NEW", MEMBER + 1, old_sync_id="OLD"),
            link(3, "GONE", MEMBER + 2, remove=True),
            link(4, "CHAR3", MEMBER + 3),
            link(5, "THERE", MEMBER + 4),
        ]
        job_id = await works.started(lines)
        await works.drive()
        assert [one.links for one in people[:4]] == [["KEPT", "NEW"], [], ["CHAR3"], ["THERE"]]
        plan = await works.jobs.plan_undo(works.turn(), job_id)
        assert (plan.links, plan.unlinks, plan.removals, plan.skipped) == (2, 2, 0, {})
        await works.jobs.start(works.turn(), RunIntent(job=plan.job.id))
        await works.drive()
        assert [one.links for one in people[:4]] == [["KEPT", "OLD"], ["GONE"], [], ["THERE"]]
        with pytest.raises(Refused, match="job-undone-already"):
            await works.jobs.plan_undo(works.turn(), job_id)
        with pytest.raises(Refused, match="undo-not-this"):
            await works.jobs.plan_undo(works.turn(), plan.job.id)

    async def test_the_last_row_is_taken_back_first(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started([link(2, "A", MEMBER + 1), link(3, "A", MEMBER + 1, remove=True)])
        await works.drive()
        assert people[0].links == []
        await self.undone(works, job_id)
        assert people[0].links == []
        assert works.place.asked.count("unlink") == 2

    async def test_what_somebody_changed_since_is_left(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(1))
        await works.drive()
        people[0].links.clear()
        works.place.clock.now += 31
        undo = await self.undone(works, job_id)
        assert await works.outcomes(undo) == [(1, DONE, "job-row-already")]
        assert "unlink" not in works.place.asked

    async def test_created_characters_are_removed(self, works: Works, people: list[Account]) -> None:
        rows = [NewRow(n, Whose(member_id=MEMBER + n), {"first": f"Jane{n}", "last": "Doe"}) for n in (2, 3)]
        job_id = await works.started(rows, kind=BulkKind.NEW)
        await works.drive()
        assert await works.outcomes(job_id) == [(2, DONE, ""), (3, DONE, "")]
        assert len(works.place.state.characters(people[1])) == 1
        undo = await self.undone(works, job_id)
        assert await works.outcomes(undo) == [(1, DONE, ""), (2, DONE, "")]
        assert works.place.state.characters(people[1]) == []
        look, results = await works.jobs.results(works.turn(), undo)
        assert look.job.undoes
        assert [(one.row, one.state) for one in results] == [(row, DONE) for row in rows]

    async def test_a_plan_without_a_yes_gives_way(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(1))
        await works.drive()
        first = await works.jobs.plan_undo(works.turn(), job_id)
        second = await works.jobs.plan_undo(works.turn(), job_id)
        with pytest.raises(Expired):
            await works.jobs.start(works.turn(), RunIntent(job=first.job.id))
        await works.jobs.start(works.turn(), RunIntent(job=second.job.id))
        await works.drive()
        assert people[0].links == []

    async def test_where_the_state_before_is_not_known_it_says_so(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(2))
        await works.drive()
        forget = history.update().where(history.c.operation == f"j:{job_id}:2:1").values(before=None)
        await works.place.database.write(lambda tx: tx.execute(forget))
        plan = await works.jobs.plan_undo(works.turn(), job_id)
        assert (plan.unlinks, plan.skipped) == (1, {"undo-before-unknown": 1})
        await works.jobs.start(works.turn(), RunIntent(job=plan.job.id))
        await works.drive()
        assert [one.links for one in people[:2]] == [["CHAR1"], []]

    async def test_characters_that_the_cad_did_not_name_are_left(self, works: Works, people: list[Account]) -> None:
        row = NewRow(2, Whose(member_id=MEMBER + 2), {"first": "Jane", "last": "Doe"})
        job_id = await works.started([row], kind=BulkKind.NEW)
        await works.drive()
        unnamed = history.update().where(history.c.operation == f"j:{job_id}:2:1").values(after={}, subject="")
        await works.place.database.write(lambda tx: tx.execute(unnamed))
        with pytest.raises(Refused, match="undo-no-records"):
            await works.jobs.plan_undo(works.turn(), job_id)
        assert len(works.place.state.characters(people[1])) == 1

    async def test_a_row_whose_history_is_gone_stays(self, works: Works, people: list[Account]) -> None:
        job_id = await works.started(many(2))
        await works.drive()
        gone = history.delete().where(history.c.operation == f"j:{job_id}:2:1")
        await works.place.database.write(lambda tx: tx.execute(gone))
        plan = await works.jobs.plan_undo(works.turn(), job_id)
        assert (plan.unlinks, plan.skipped) == (1, {"undo-before-unknown": 1})
        assert people[0].links == ["CHAR1"]

    async def test_nothing_changed_is_nothing_to_take_back(self, works: Works, people: list[Account]) -> None:
        people[0].links.append("CHAR1")
        job_id = await works.started(many(1))
        await works.drive()
        with pytest.raises(Refused, match="undo-nothing"):
            await works.jobs.plan_undo(works.turn(), job_id)

    async def test_owners_are_not_taken_back(self, works: Works) -> None:
        job_id = await works.started([OwnerRow(2, "A", "x")], kind=BulkKind.OWNERS)
        await works.drive()
        with pytest.raises(Refused, match="undo-not-this"):
            await works.jobs.plan_undo(works.turn(), job_id)


async def test_the_history_has_each_row_and_the_audit_channel_two_lines(works: Works, people: list[Account]) -> None:
    job_id = await works.started(many(3))
    await works.drive()
    query = select(history).where(history.c.job_id == job_id).order_by(history.c.number)
    rows = await works.place.database.read(lambda tx: tx.execute(query).all())
    assert [(row.action, row.subject, row.state) for row in rows] == [
        ("link", f"CHAR{number}", State.DONE) for number in (1, 2, 3)
    ]
    assert all(row.posted and row.sealed_order is None and row.member_id for row in rows)
    assert [action for action, *_ in await noted(works)] == ["bulk-start", "bulk-end"]
    ended = await works.place.database.read(
        lambda tx: tx.scalar(select(history.c.after).where(history.c.action == "bulk-end"))
    )
    assert ended == {"job": job_id, "state": "done", "done": 3, "failed": 0, "cancelled": 0}
    assert people[0].links == ["CHAR1"]


async def test_status_has_jobs_and_single_operations(works: Works, people: list[Account]) -> None:
    over = await works.started(many(1))
    await works.drive()
    works.place.clock.now += 1
    open_still = await begun(works, many(2), 1)
    works.place.clock.now += 1
    status = await works.jobs.status(works.turn())
    assert [look.job.id for look in status.jobs] == [open_still, over]
    assert status.operations == ()
    assert people[0].links == ["CHAR1"]


async def test_no_row_can_be_read_without_the_key(works: Works) -> None:
    job = await works.kept([link(2, "SECRET-CHAR", MEMBER + 1)])
    stored = await works.ledger.rows(job)
    assert all(b"SECRET" not in row.body and str(MEMBER + 1).encode() not in row.body for row in stored)
    assert "SECRET" not in repr(stored)
