"""After a lost answer: a look before anything is sent again, and one character in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import CadErrorKind, Question, Sent
from bot.services.drafts import Chosen, DraftState
from sandbox.templates import field
from tests.community import PIA, Town
from tests.services.creating import (
    JOB,
    about,
    civilian,
    create,
    creation_of,
    draft_of,
    driven,
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

    async def test_not_applied_is_kept_and_sent_again(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=False)
        kept = await create(place, creation, draft)
        assert key(kept) == "kept-unsent"
        assert place.asked == ["create", "characters"]
        assert key(await create(place, creation, draft)) == "create-under-way"
        await driven(place, creation, kept)
        assert place.asked == ["create"]
        assert key(await create(place, creation, draft)) == "create-done"
        assert names(place, pia) == ["jane"]

    async def test_unreadable_is_looked_for_until_it_can_be_read(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=True)
        for _ in range(3):
            place.cad.break_("characters", CadErrorKind.TIMEOUT)
        kept = await create(place, creation, draft)
        assert key(kept) == "kept-unknown"
        assert key(await create(place, creation, draft)) == "create-under-way"
        await driven(place, creation, kept)
        assert draft.state is DraftState.DONE
        assert place.asked == ["create", *["characters"] * 4]
        assert names(place, pia) == ["jane"]

    async def test_what_stays_unknown_asks_before_anything_is_sent_again(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        draft = await draft_of(place, creation)
        place.cad.lose("create", applied=True)
        place.cad.break_("characters", CadErrorKind.TIMEOUT)
        kept = await create(place, creation, draft)
        place.clock.now += 24 * 3600 + 1
        place.cad.break_("characters", CadErrorKind.TIMEOUT)  # at the last look too
        await driven(place, creation, kept)
        assert draft.state is DraftState.UNSURE
        draft = await draft_of(place, creation)
        draft.state = DraftState.UNSURE
        place.asked.clear()
        asked = await create(place, creation, draft)
        assert isinstance(asked, Question)
        assert asked.key == "create-again"
        assert place.asked == []
        assert names(place, pia) == ["jane"]
        place.cad.break_("characters", CadErrorKind.TIMEOUT)
        assert key(await create(place, creation, draft, asked.token)) == "cad-timeout", "it can't look: nothing is sent"
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
        kept = await create(place, creation, draft)
        assert key(kept) == "kept-unknown"
        await driven(place, creation, kept)
        assert draft.state is DraftState.UNSURE
        assert place.asked.count("create") == 1
        assert names(place, pia) == ["jane"]

    async def test_a_namesake_who_was_there_before_proves_nothing(
        self, place: Town, pia: Account, creation: Creation
    ) -> None:
        place.state.templates[7] = civilian(field("job", "text", "Job"))
        place.state.add_record(pia, {"first": "JANE", "last": "doe", "dob": "01/02/1990", "job": "Cook"})
        draft = await draft_of(place, creation)
        draft.submit(1, {JOB: "Cop"}, version=draft.version)
        place.cad.lose("create", applied=False)
        await driven(place, creation, await create(place, creation, draft))
        assert draft.state.value == "unsure"
        await listed(place, place.turn())
        place.cad.lose("create", applied=False, times=2)
        kept = await create(place, creation, draft, "again")
        assert key(kept) == "kept-unsent", "with a list from before it is certain"
        await driven(place, creation, kept)
        assert draft.state is DraftState.DONE
        assert len(names(place, pia)) == 2

    async def test_not_sent_is_sent_later_without_a_look(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.cad.break_("create", CadErrorKind.TRANSPORT, Sent.NO)
        kept = await create(place, creation, draft)
        assert key(kept) == "kept-unsent"
        await driven(place, creation, kept)
        assert place.asked == ["create", "create"]
        assert draft.state is DraftState.DONE
        assert names(place, pia) == ["jane"]
