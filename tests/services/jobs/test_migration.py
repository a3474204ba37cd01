"""A row with an old and a new sync ID: the old one goes only once the new one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import CadErrorKind, Sent
from bot.storage.jobs import RowState
from tests.services.jobs.works import MEMBER, Works, link

if TYPE_CHECKING:
    import pytest

    from sandbox.cad.state import Account

DONE, FAILED = RowState.DONE, RowState.FAILED


async def test_the_new_one_is_there_before_the_old_one_goes(works: Works, people: list[Account]) -> None:
    people[0].links.append("OLD")
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    await works.drive()
    assert people[0].links == ["NEW"]
    assert works.place.asked == ["links", "link", "links", "unlink"]
    assert await works.outcomes(job_id) == [(2, DONE, "")]


async def test_a_restart_between_the_steps(works: Works, people: list[Account]) -> None:
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


async def test_where_the_new_one_is_refused_the_old_one_stays(works: Works, people: list[Account]) -> None:
    people[0].links.append("OLD")
    works.place.cad.break_("link", CadErrorKind.REJECTED, Sent.ANSWERED)
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    await works.drive()
    assert people[0].links == ["OLD"]
    assert await works.outcomes(job_id) == [(2, FAILED, "cad-rejected")]


async def test_a_link_that_does_not_show_keeps_the_old_one(
    works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    people[0].links.append("OLD")
    monkeypatch.setattr(works.place.state, "link", lambda *_: None)  # the CAD agrees, and does nothing
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    await works.drive()
    assert people[0].links == ["OLD"]
    assert await works.outcomes(job_id) == [(2, FAILED, "job-row-not-verified")]


async def test_an_old_one_that_is_gone_already(works: Works, people: list[Account]) -> None:
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    await works.drive()
    assert people[0].links == ["NEW"]
    assert await works.outcomes(job_id) == [(2, DONE, "")]
