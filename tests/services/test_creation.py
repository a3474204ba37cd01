"""New characters: the form at once, the call once, and after a lost answer a look instead of a second call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cad.client import TEMPLATE_TTL
from bot.domain.access import Rule
from bot.errors import CadErrorKind, Kept, Question, Refused
from bot.services.creation import Creation, StartIntent
from bot.services.drafts import DraftState
from bot.services.tickets import DRAFT_SECONDS
from bot.services.turn import Subject
from bot.settings import ApiVersion, CreateForm, DbSync
from sandbox.templates import field
from tests.community import OTTO, PIA, Town, town
from tests.services.creating import (
    DOB,
    MINE,
    START,
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
    from sandbox.cad.state import Account


@pytest.fixture
def place(place: Town) -> Town:
    return settle(place)


@pytest.fixture
def creation(place: Town) -> Creation:
    return creation_of(place)


class TestBegin:
    async def test_is_a_form_at_once_when_the_template_is_at_hand(self, place: Town, creation: Creation) -> None:
        assert await creation.begin(place.turn(), START) is None
        assert place.asked == []
        await creation.warm(place.tenant)
        place.asked.clear()
        draft = await creation.begin(place.turn(), START)
        assert draft is not None
        assert [one.uid for one in draft.page(0)] == ["first"]
        assert place.asked == []

    async def test_offers_the_draft_again_for_a_day(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.clock.now += DRAFT_SECONDS
        again = await creation.begin(place.turn(), START)
        assert again is draft
        assert again.answers["first"] == "Jane"
        place.clock.now += 1
        assert await creation.begin(place.turn(), START) is not draft

    async def test_keeps_a_draft_for_each_person_and_account(self, place: Town, creation: Creation) -> None:
        mine = await draft_of(place, creation)
        assert await creation.begin(place.turn(OTTO), StartIntent(subject=Subject(member_id=OTTO))) is not mine
        assert await creation.begin(place.turn(), StartIntent(subject=Subject(member_id=OTTO))) is not mine
        assert await creation.begin(place.turn(), START) is mine

    async def test_a_form_for_staff_is_not_a_players(self, place: Town, creation: Creation) -> None:
        as_staff = await draft_of(place, creation, place.turn(rule=Rule.STAFF))
        mine = await creation.begin(place.turn(), START)
        assert mine is not None
        assert mine is not as_staff
        assert not mine.form.staff

    async def test_renews_an_old_template_beside_it(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.state.templates[7] = civilian(field("job", "text", "Job", isRequired=True))
        place.clock.now += TEMPLATE_TTL + 1
        assert await creation.begin(place.turn(), START) is draft
        assert [one.uid for one in draft.missing] == []
        await asyncio.sleep(0.01)
        assert place.asked == ["template"]
        assert await creation.begin(place.turn(), START) is draft
        assert [one.uid for one in draft.missing] == ["job"]
        assert draft.answers["first"] == "Jane"

    async def test_an_old_template_serves_while_the_cad_is_down(
        self, place: Town, creation: Creation, caplog: pytest.LogCaptureFixture
    ) -> None:
        draft = await draft_of(place, creation)
        place.clock.now += TEMPLATE_TTL + 1
        place.cad.break_("template", CadErrorKind.TIMEOUT)
        assert await creation.begin(place.turn(), START) is draft
        await asyncio.sleep(0.01)
        assert "could not be renewed" in caplog.text

    async def test_a_draft_thrown_away_is_gone(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        await creation.cancel(draft)
        assert await creation.begin(place.turn(), START) is not draft

    async def test_needs_a_name_for_the_account(self) -> None:
        place = settle(town(ApiVersion.V1))
        with pytest.raises(Refused) as caught:
            await creation_of(place).begin(place.turn(), START)
        assert caught.value.key == "account-unknown"


class TestDatabaseSync:
    @pytest.fixture
    def place(self) -> Town:
        return settle(town(db_sync=DbSync.ON))

    @pytest.mark.parametrize("rule", [Rule.PLAYER, Rule.STAFF])
    async def test_is_explained_and_refused(self, place: Town, creation: Creation, rule: Rule) -> None:
        with pytest.raises(Refused) as caught:
            await creation.begin(place.turn(rule=rule), START)
        assert caught.value.key == "db-sync-on"

    async def test_an_admin_may_go_on(self, place: Town, creation: Creation) -> None:
        await creation.warm(place.tenant)
        with pytest.raises(Question) as asked:
            await creation.begin(place.turn(rule=Rule.ADMIN), START)
        assert await creation.begin(place.turn(rule=Rule.ADMIN), START.with_yes(asked.value.token)) is not None

    async def test_is_looked_at_again_at_the_last_press(self) -> None:
        place = settle(town(db_sync=DbSync.AUTO))
        creation = creation_of(place)
        draft = await draft_of(place, creation)
        place.tenant.met_sync()
        assert key(await create(place, creation, draft)) == "db-sync-on"
        assert place.asked == []

    async def test_what_cannot_be_seen_is_not_sent_again(self, place: Town, creation: Creation) -> None:
        place.resident("Pia", PIA)
        admin = place.turn(rule=Rule.ADMIN)
        draft = await draft_of(place, creation, admin, START.with_yes("db-sync"))
        place.cad.lose("create", applied=True)
        with pytest.raises(Kept) as caught:
            await creation.create(admin, about(draft, "db-sync"), draft, unwatched)
        await driven(place, creation, caught.value)
        assert place.asked == ["create"]
        assert draft.state is DraftState.UNSURE


class TestCreate:
    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", PIA)

    async def test_is_one_call(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        outcome = await creation.create(place.turn(), about(draft), draft, unwatched)
        assert place.asked == ["create"]
        assert names(place, pia) == ["jane"]
        assert outcome.record is not None
        assert outcome.record.display_name.upper() == "JANE DOE"
        assert ("First name", "Jane") in outcome.sent[0][1]

    async def test_two_presses_make_one(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        results = await asyncio.gather(*(create(place, creation, draft) for _ in range(3)))
        assert len(names(place, pia)) == 1
        assert sorted(key(error) for error in results if error) == ["create-under-way", "create-under-way"]
        assert key(await create(place, creation, draft)) == "create-done"
        assert await creation.begin(place.turn(), START) is not draft

    async def test_what_is_missing_or_wrong_is_not_sent(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        draft.submit(0, {DOB: "31/31/1990"}, version=draft.version)
        assert key(await create(place, creation, draft)) == "draft-not-ready"
        assert place.asked == []
        assert names(place, pia) == []

    @pytest.mark.usefixtures("pia")
    async def test_a_form_of_staff_needs_staff_at_the_last_press(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation, place.turn(rule=Rule.STAFF))
        assert key(await create(place, creation, draft)) == "draft-was-staff"
        assert place.asked == []

    async def test_after_a_refusal_it_can_be_pressed_again(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        assert key(await create(place, creation, draft)) == "account-none-discord"
        place.clock.now += 31
        pia = place.resident("Pia", PIA)
        assert await create(place, creation, draft) is None
        assert names(place, pia) == ["jane"]

    async def test_a_template_changed_meanwhile_is_looked_at(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        assert not creation.outdated(place.turn(), draft)
        place.state.templates[7] = civilian(field("job", "text", "Job"))
        await creation.warm(place.tenant)
        assert not creation.outdated(place.turn(), draft)
        place.state.templates[7] = civilian(field("job", "text", "Job", isRequired=True))
        await creation.warm(place.tenant)
        assert creation.outdated(place.turn(), draft)
        assert [one.uid for one in draft.missing] == ["job"]

    @pytest.mark.usefixtures("pia")
    async def test_delete_after(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation, intent=StartIntent(subject=MINE, delete_after=30))
        assert await create(place, creation, draft) is None
        (held,) = place.state.held.values()
        assert held.expires_at == place.clock.now + 30 * 60


class TestVersionOne:
    @pytest.mark.parametrize("form", CreateForm)
    async def test_each_form_of_the_call(self, form: CreateForm) -> None:
        place = settle(town(ApiVersion.V1, create_form=form))
        creation = creation_of(place)
        pia = place.resident("Pia", api_ids=["STEAM:1"])
        turn = place.turn(rule=Rule.STAFF)
        draft = await draft_of(place, creation, turn, StartIntent(subject=Subject(api_id="STEAM:1")))
        outcome = await creation.create(turn, about(draft), draft, unwatched)
        assert names(place, pia) == ["jane"]
        assert outcome.record is None
        assert outcome.sent[0][0] == "Civilian"
        assert place.asked == ["create"]

    async def test_the_seeds_form_knows_no_lifetime(self) -> None:
        place = settle(town(ApiVersion.V1, create_form=CreateForm.CHARACTER))
        intent = StartIntent(subject=Subject(api_id="STEAM:1"), delete_after=5)
        with pytest.raises(Refused) as caught:
            await creation_of(place).begin(place.turn(rule=Rule.STAFF), intent)
        assert caught.value.key == "delete-after-unsupported"

    @pytest.mark.parametrize("form", [CreateForm.RECORD, CreateForm.DICTIONARY])
    async def test_a_whole_record_is_found_again_too(self, form: CreateForm) -> None:
        place = settle(town(ApiVersion.V1, create_form=form))
        creation = creation_of(place)
        place.resident("Pia", api_ids=["STEAM:1"])
        turn = place.turn(rule=Rule.STAFF)
        draft = await draft_of(place, creation, turn, StartIntent(subject=Subject(api_id="STEAM:1")))
        await listed(place, turn, Subject(api_id="STEAM:1"))
        place.cad.lose("create", applied=True)
        outcome = await creation.create(turn, about(draft), draft, unwatched)
        assert outcome.read_back
        assert outcome.record is not None
        assert len(place.state.held) == 1
