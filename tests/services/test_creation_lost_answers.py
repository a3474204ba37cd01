"""After a lost answer: a look instead of a second call, and one character in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import CadError, CadErrorKind, Question, Sent
from bot.services.drafts import Chosen
from sandbox.templates import field
from tests.community import PIA, Town
from tests.services.creating import (
    JOB,
    about,
    civilian,
    create,
    creation_of,
    draft_of,
    key,
    listed,
    names,
    settle,
    unwatched,
)

if TYPE_CHECKING:
    from bot.services.creation import Creation
    from sandbox.cad.state import Account


@pytest.fixture
def place(place: Town) -> Town:
    return settle(place)


@pytest.fixture
def creation(place: Town) -> Creation:
    return creation_of(place)


class TestLostAnswers:
    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", PIA)

    async def test_applied_is_read_back(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        await listed(place, place.turn())
        place.cad.lose("create", applied=True)
        outcome = await creation.create(place.turn(), about(draft), draft, unwatched)
        assert place.asked == ["create", "characters"]
        assert outcome.read_back
        assert outcome.record is not None
        assert names(place, pia) == ["jane"]

    async def test_not_applied_can_be_tried_again(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=False)
        assert key(await create(place, creation, draft)) == "create-not-applied"
        assert place.asked == ["create", "characters"]
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]

    async def test_unreadable_asks_before_anything_is_sent_again(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=True)
        place.cad.break_("characters", CadErrorKind.TIMEOUT)
        lost = await create(place, creation, draft)
        assert isinstance(lost, CadError)
        assert lost.outcome_unknown
        place.asked.clear()
        asked = await create(place, creation, draft)
        assert isinstance(asked, Question)
        assert asked.key == "create-again"
        assert place.asked == []
        assert names(place, pia) == ["jane"]
        place.cad.break_("characters", CadErrorKind.TIMEOUT)
        assert isinstance(await create(place, creation, draft, asked.token), CadError), (
            "it can't look, so it sends nothing"
        )
        assert names(place, pia) == ["jane"]
        assert await create(place, creation, draft, asked.token) is None
        assert names(place, pia) == ["jane"], "found after all, so not sent again"

    async def test_without_a_list_from_before_only_the_same_values_prove_it(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=True)
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]

    async def test_what_was_chosen_is_compared_too(self, place: Town, pia: Account, creation: Creation) -> None:
        place.state.templates[7] = civilian(field("boxes", "checkboxes", "Boxes", options=["A", "B"]))
        draft = await draft_of(place, creation)
        draft.submit(1, {JOB: Chosen(("0", "1"))}, version=draft.version)
        place.cad.lose("create", applied=True)
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]

    async def test_who_chose_otherwise_is_another(self, place: Town, pia: Account, creation: Creation) -> None:
        place.state.templates[7] = civilian(field("boxes", "checkboxes", "Boxes", options=["A", "B"]))
        twin = {"first": "Jane", "last": "Doe", "dob": "01/02/1990", "boxes": '{"flags":["A"]}'}
        place.state.add_record(pia, twin)
        draft = await draft_of(place, creation)
        draft.submit(1, {JOB: Chosen(("0", "1"))}, version=draft.version)
        place.cad.lose("create", applied=False)
        assert isinstance(await create(place, creation, draft), CadError)
        assert names(place, pia) == ["jane"]

    async def test_a_namesake_who_was_there_before_proves_nothing(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        place.state.templates[7] = civilian(field("job", "text", "Job"))
        place.state.add_record(pia, {"first": "JANE", "last": "doe", "dob": "01/02/1990", "job": "Cook"})
        draft = await draft_of(place, creation)
        draft.submit(1, {JOB: "Cop"}, version=draft.version)
        place.cad.lose("create", applied=False)
        assert isinstance(await create(place, creation, draft), CadError)
        await listed(place, place.turn())
        place.cad.lose("create", applied=False)
        assert key(await create(place, creation, draft, "again")) == "create-not-applied"
        await listed(place, place.turn())
        place.cad.lose("create", applied=True)
        assert await create(place, creation, draft, "again") is None
        assert len(names(place, pia)) == 2

    async def test_not_sent_is_said_so(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.cad.break_("create", CadErrorKind.TRANSPORT, Sent.NO)
        error = await create(place, creation, draft)
        assert isinstance(error, CadError)
        assert not error.outcome_unknown
        assert place.asked == ["create"]
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]
