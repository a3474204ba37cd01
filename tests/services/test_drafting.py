"""Where drafts are kept: over restarts and faults of the database, and never another person's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Rule
from bot.domain.template import Template
from bot.errors import CadErrorKind, CharlinkError, Expired, Refused, StorageError
from bot.services.drafts import DraftState
from tests.community import OTTO, PIA, Town, town
from tests.services.creating import (
    DOB,
    FIRST,
    LAST,
    MINE,
    START,
    about,
    civilian,
    creation_of,
    draft_of,
    drafts_of,
    key,
    settle,
    unwatched,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def place() -> Town:
    return settle(town())


def broken(place: Town, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let the database fail from here on."""

    async def fail(_: Callable[..., Any]) -> Any:
        raise StorageError

    for name in names:
        monkeypatch.setattr(place.database, name, fail)


async def test_a_draft_comes_back_as_it_was(place: Town) -> None:
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    draft.submit(0, {DOB: "40/40/1990"}, version=draft.version)
    await creation.keep(draft)
    draft.rebase(Template.model_validate(civilian() | {"name": "Other"}))
    draft.submit(1, {FIRST: "Ann"}, version=0)
    await creation.keep(draft)
    again = await drafts_of(place).find(place.turn(), draft.id)
    assert again is not draft
    assert (again.answers, again.typed, again.subject) == (draft.answers, draft.typed, draft.subject)
    assert {uid: (one.key, dict(one.params)) for uid, one in again.problems.items()} == {
        uid: (one.key, dict(one.params)) for uid, one in draft.problems.items()
    }
    assert [[one.uid for one in page] for page in again.pages] == [[one.uid for one in page] for page in draft.pages]
    assert again.form.template == draft.form.template
    assert [one.template for one in again.former] == [one.template for one in draft.former]
    assert again.digests == draft.digests


@pytest.mark.parametrize("state", [DraftState.OPEN, DraftState.SENDING, DraftState.UNSURE])
async def test_what_is_found_sending_is_unsure(place: Town, state: DraftState) -> None:
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    before, draft.state = draft.state, state
    if state is DraftState.SENDING:
        await creation._drafts.claim(draft, before)
    else:
        await creation.keep(draft)
    again = await creation_of(place).begin(place.turn(), START)
    assert again is not None
    assert again.id == draft.id
    assert again.state is (DraftState.OPEN if state is DraftState.OPEN else DraftState.UNSURE)


async def test_is_nobody_elses(place: Town) -> None:
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    await creation.keep(draft)
    for drafts in (creation, drafts_of(place)):
        with pytest.raises(Expired):
            await drafts.find(place.turn(OTTO), draft.id)
    assert (await drafts_of(place).unfinished(place.turn(OTTO), MINE)) is None
    assert (await drafts_of(place).unfinished(place.turn(rule=Rule.STAFF), MINE)) is None
    assert (await drafts_of(place).unfinished(place.turn(), MINE)) is not None


async def test_a_database_that_fails_or_is_slow_holds_no_form_up(
    place: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await creation_of(place).warm(place.tenant)
    broken(place, monkeypatch, "read", "write")
    drafts = drafts_of(place)
    assert await drafts.unfinished(place.turn(), MINE) is None
    monkeypatch.setattr("bot.services.drafting.LOOK_SECONDS", 0.01)
    monkeypatch.setattr(place.database, "read", lambda _: asyncio.sleep(5))
    assert await drafts.unfinished(place.turn(), MINE) is None
    template = place.tenant.cad.peek_template()
    assert template is not None
    draft = drafts.begin(place.turn(), MINE, template[0])
    await drafts.keep(draft)
    assert "will not outlive this process" in caplog.text
    assert await drafts.find(place.turn(), draft.id) is draft


async def test_nothing_is_sent_that_cannot_be_marked_as_sent(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    place.resident("Pia", PIA)
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    broken(place, monkeypatch, "write")
    with pytest.raises(StorageError):
        await creation.create(place.turn(), about(draft), draft, unwatched)
    assert draft.state is DraftState.OPEN
    assert place.asked == []


async def test_a_press_that_overtakes_the_keeping_of_the_page_before_it_is_not_its_own_rival(place: Town) -> None:
    place.resident("Pia", PIA)
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    await creation.keep(draft)
    draft.submit(0, {LAST: "Poe"}, version=draft.version)
    await creation.create(place.turn(), about(draft), draft, lambda: creation.keep(draft))
    assert len(place.state.held) == 1


async def test_what_is_being_sent_is_stored_with_all_that_was_typed(place: Town) -> None:
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    await creation.keep(draft)
    draft.submit(0, {LAST: "Poe"}, version=draft.version)
    draft.state = DraftState.SENDING
    await creation._drafts.claim(draft, DraftState.OPEN)
    again = await drafts_of(place).find(place.turn(), draft.id)
    assert (again.state, again.answers["last"]) == (DraftState.UNSURE, "Poe")


async def test_two_processes_send_it_once(place: Town) -> None:
    place.resident("Pia", PIA)
    first, second = creation_of(place), creation_of(place)
    draft = await draft_of(place, first)
    await first.keep(draft)
    other = await second.find(place.turn(), draft.id)

    async def press(creation: Any, one: Any) -> CharlinkError | None:
        try:
            await creation.create(place.turn(), about(one), one, unwatched)
        except Refused as error:
            return error
        return None

    results = await asyncio.gather(press(first, draft), press(second, other))
    assert [key(error) for error in results if error] == ["create-under-way"]
    assert len(place.state.held) == 1


async def test_memory_is_bounded(place: Town) -> None:
    creation = creation_of(place)
    drafts = creation._drafts
    drafts._limit = 2
    draft = await draft_of(place, creation)
    await creation.keep(draft)
    for _ in range(3):
        drafts.begin(place.turn(OTTO), MINE, draft.form.template)
    again = await creation.find(place.turn(), draft.id)
    assert again is not draft
    assert again.answers == draft.answers


async def test_a_version_of_the_template_that_is_gone_loses_only_its_own_page(place: Town) -> None:
    creation = creation_of(place)
    draft = await draft_of(place, creation)
    draft.digests = ["gone"]
    draft.rebase(Template.model_validate(civilian() | {"name": "Other"}))
    await creation.keep(draft)
    again = await drafts_of(place).find(place.turn(), draft.id)
    again.submit(0, {FIRST: "Ann"}, version=0)
    assert again.answers["first"] == "Jane"
    again.submit(0, {FIRST: "Ann"}, version=1)
    assert again.answers["first"] == "Ann"


async def test_the_newest_template_is_kept_for_the_next_start(place: Town, caplog: pytest.LogCaptureFixture) -> None:
    place.tenant.community.template = None
    await creation_of(place).warm(place.tenant)
    kept = place.tenant.community.template
    assert kept is not None
    place.tenant.cad._templates.drop(None)
    place.cad.break_("template", CadErrorKind.TIMEOUT)
    draft = await creation_of(place).begin(place.turn(), START)
    assert draft is not None
    assert draft.form.template == kept
    await asyncio.sleep(0.01)
    assert "could not be renewed" in caplog.text
    assert civilian() == kept.model_dump(mode="json", by_alias=True)


async def test_a_template_that_cannot_be_kept_still_serves(
    place: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken(place, monkeypatch, "write")
    await creation_of(place).warm(place.tenant)
    assert "could not be kept" in caplog.text
    assert place.tenant.cad.peek_template() is not None
