"""A row with an old and a new sync ID: the old one goes only once the new one shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.cad.protocol import Response
from bot.errors import CadErrorKind, Sent
from bot.storage import operations
from bot.storage.history import State
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


async def test_a_removal_that_was_done_is_never_told_as_failed(
    works: Works, people: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer is lost, and then no list can be read for longer than a row is looked at."""
    people[0].links.append("OLD")
    works.place.cad.lose("unlink", applied=True)
    really, silent = works.place.cad.send, True

    async def send(request: Any, **more: Any) -> Response:
        if silent and request.method == "GET" and "OLD" not in people[0].links:
            return Response(503, {}, b"<h1>503</h1>")
        answer: Response = await really(request, **more)
        return answer

    monkeypatch.setattr(works.place.cad, "send", send)
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    for _ in range(50):
        pause = await works.runner.advance(job_id)
        assert pause is not None
        works.place.clock.now += pause
    silent = False
    await works.drive()
    assert await works.outcomes(job_id) == [(2, DONE, "")]
    assert people[0].links == ["NEW"]
    assert works.place.asked.count("unlink") == 1


async def test_a_removal_that_waits_is_not_sent_once_the_new_one_is_gone(works: Works, people: list[Account]) -> None:
    people[0].links.append("OLD")
    job_id = await works.started([link(2, "NEW", MEMBER + 1, old_sync_id="OLD")])
    works.place.cad.break_("unlink", CadErrorKind.TRANSPORT)
    works.place.clock.now += await works.runner.advance(job_id) or 0.0
    people[0].links.remove("NEW")
    await works.drive()
    assert await works.outcomes(job_id) == [(2, FAILED, "job-row-not-verified")]
    assert people[0].links == ["OLD"]
    left = await works.place.database.read(lambda tx: operations.find(tx, f"j:{job_id}:2:2"))
    assert left is not None
    assert left.state is State.CANCELLED
