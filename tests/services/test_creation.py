"""New characters: the form at once, the call once, and after a lost answer a look instead of a second call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.cad.client import TEMPLATE_TTL
from bot.domain.access import Rule
from bot.errors import CadError, CadErrorKind, NotApplied, Question, Refused, Sent
from bot.services.accounts import Accounts
from bot.services.creation import Creation, DraftIntent, StartIntent
from bot.services.drafts import Chosen
from bot.services.tickets import DRAFT_SECONDS
from bot.services.turn import Subject
from bot.settings import ApiVersion, CreateForm, DbSync
from sandbox.templates import field, section, template
from tests.community import OTTO, PIA, Town, town
from tests.services.files import NoFiles

if TYPE_CHECKING:
    from bot.services.drafts import Draft
    from bot.services.turn import Turn
    from sandbox.cad.state import Account
    from sandbox.templates import Json

MINE = Subject(member_id=PIA)
START = StartIntent(subject=MINE)
FIRST, LAST, DOB, JOB = range(4)


def civilian(*more: Json) -> Json:
    return template(
        section(
            "Civilian",
            field("first", "text", "First name", isRequired=True),
            field("last", "text", "Last name"),
            field("dob", "date", "Date of birth", mask="MM/DD/YYYY"),
            *more,
        )
    )


def settle(place: Town) -> Town:
    place.state.templates[7] = civilian()
    return place


@pytest.fixture
def place(place: Town) -> Town:
    return settle(place)


def creation_of(place: Town) -> Creation:
    return Creation(Accounts(), NoFiles(), clock=place.clock)


@pytest.fixture
def creation(place: Town) -> Creation:
    return creation_of(place)


async def draft_of(place: Town, creation: Creation, turn: Turn | None = None, intent: StartIntent = START) -> Draft:
    """Return a draft of Jane Doe, filled in."""
    await creation.warm(place.tenant)
    draft = creation.begin(turn or place.turn(), intent)
    assert draft is not None
    draft.submit(0, {FIRST: "Jane", LAST: "Doe", DOB: "01/02/1990"}, version=draft.version)
    place.asked.clear()
    return draft


async def listed(place: Town, turn: Turn, subject: Subject = MINE) -> None:
    """Let the bot see the account's characters, so that it can tell a new one."""
    await turn.tenant.cad.characters(turn.caller, Accounts().target(turn, subject))
    place.asked.clear()


async def create(place: Town, creation: Creation, draft: Draft, *yes: str) -> Exception | None:
    try:
        await creation.create(place.turn(), DraftIntent(draft=draft, confirmed=frozenset(yes)))
    except (CadError, NotApplied, Refused, Question) as error:
        return error
    return None


def key(error: Exception | None) -> str:
    assert isinstance(error, CadError | NotApplied | Refused | Question)
    return error.key


def names(place: Town, account: Account) -> list[str]:
    """Return the first names of the characters that the CAD holds for an account, in lower case."""
    fields = [place.state.characters(account)[n]["sections"][0]["fields"][0] for n in range(len(place.state.held))]
    return [str(one["value"]).lower() for one in fields]


class TestBegin:
    async def test_is_a_form_at_once_when_the_template_is_at_hand(self, place: Town, creation: Creation) -> None:
        assert creation.begin(place.turn(), START) is None
        assert place.asked == []
        await creation.warm(place.tenant)
        place.asked.clear()
        draft = creation.begin(place.turn(), START)
        assert draft is not None
        assert [one.uid for one in draft.page(0)] == ["first"]
        assert place.asked == []

    async def test_offers_the_draft_again_for_a_day(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.clock.now += DRAFT_SECONDS
        again = creation.begin(place.turn(), START)
        assert again is draft
        assert again.answers["first"] == "Jane"
        place.clock.now += 1
        assert creation.begin(place.turn(), START) is not draft

    async def test_keeps_a_draft_for_each_person_and_account(self, place: Town, creation: Creation) -> None:
        mine = await draft_of(place, creation)
        assert creation.begin(place.turn(OTTO), StartIntent(subject=Subject(member_id=OTTO))) is not mine
        assert creation.begin(place.turn(), StartIntent(subject=Subject(member_id=OTTO))) is not mine
        assert creation.begin(place.turn(), START) is mine

    async def test_a_form_for_staff_is_not_a_players(self, place: Town, creation: Creation) -> None:
        as_staff = await draft_of(place, creation, place.turn(rule=Rule.STAFF))
        mine = creation.begin(place.turn(), START)
        assert mine is not None
        assert mine is not as_staff
        assert not mine.form.staff

    async def test_renews_an_old_template_beside_it(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        place.state.templates[7] = civilian(field("job", "text", "Job", isRequired=True))
        place.clock.now += TEMPLATE_TTL + 1
        assert creation.begin(place.turn(), START) is draft
        assert [one.uid for one in draft.missing] == []
        await asyncio.sleep(0.01)
        assert place.asked == ["template"]
        assert creation.begin(place.turn(), START) is draft
        assert [one.uid for one in draft.missing] == ["job"]
        assert draft.answers["first"] == "Jane"

    async def test_an_old_template_serves_while_the_cad_is_down(
        self, place: Town, creation: Creation, caplog: pytest.LogCaptureFixture
    ) -> None:
        draft = await draft_of(place, creation)
        place.clock.now += TEMPLATE_TTL + 1
        place.cad.break_("template", CadErrorKind.TIMEOUT)
        assert creation.begin(place.turn(), START) is draft
        await asyncio.sleep(0.01)
        assert "could not be renewed" in caplog.text

    async def test_a_draft_thrown_away_is_gone(self, place: Town, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        creation.cancel(place.turn(), draft)
        assert creation.begin(place.turn(), START) is not draft

    async def test_drafts_are_bounded(self, place: Town, creation: Creation, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.services.creation.MAX_DRAFTS", 2)
        mine = await draft_of(place, creation)
        for member in (OTTO, OTTO + 1):
            creation.begin(place.turn(member), StartIntent(subject=Subject(member_id=member)))
        assert creation.begin(place.turn(), START) is not mine

    async def test_needs_a_name_for_the_account(self) -> None:
        place = settle(town(ApiVersion.V1))
        with pytest.raises(Refused) as caught:
            creation_of(place).begin(place.turn(), START)
        assert caught.value.key == "account-unknown"


class TestDatabaseSync:
    @pytest.fixture
    def place(self) -> Town:
        return settle(town(db_sync=DbSync.ON))

    @pytest.mark.parametrize("rule", [Rule.PLAYER, Rule.STAFF])
    async def test_is_explained_and_refused(self, place: Town, creation: Creation, rule: Rule) -> None:
        with pytest.raises(Refused) as caught:
            creation.begin(place.turn(rule=rule), START)
        assert caught.value.key == "db-sync-on"

    async def test_an_admin_may_go_on(self, place: Town, creation: Creation) -> None:
        await creation.warm(place.tenant)
        with pytest.raises(Question) as asked:
            creation.begin(place.turn(rule=Rule.ADMIN), START)
        assert creation.begin(place.turn(rule=Rule.ADMIN), START.with_yes(asked.value.token)) is not None

    async def test_is_looked_at_again_at_the_last_press(self, place: Town, creation: Creation) -> None:
        place.tenant.db_sync = DbSync.AUTO
        draft = await draft_of(place, creation)
        place.tenant.sync_seen = True
        assert key(await create(place, creation, draft)) == "db-sync-on"
        assert place.asked == []

    async def test_what_cannot_be_seen_is_not_sent_again(self, place: Town, creation: Creation) -> None:
        place.resident("Pia", PIA)
        admin = place.turn(rule=Rule.ADMIN)
        draft = await draft_of(place, creation, admin, START.with_yes("db-sync"))
        place.cad.lose("create", applied=True)
        with pytest.raises(CadError) as caught:
            await creation.create(admin, DraftIntent(draft=draft, confirmed=frozenset({"db-sync"})))
        assert caught.value.outcome_unknown
        assert place.asked == ["create"]


class TestCreate:
    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", PIA)

    async def test_is_one_call(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        outcome = await creation.create(place.turn(), DraftIntent(draft=draft))
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
        assert creation.begin(place.turn(), START) is not draft

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
        outcome = await creation.create(turn, DraftIntent(draft=draft))
        assert names(place, pia) == ["jane"]
        assert outcome.record is None
        assert outcome.sent[0][0] == "Civilian"
        assert place.asked == ["create"]

    async def test_the_seeds_form_knows_no_lifetime(self) -> None:
        place = settle(town(ApiVersion.V1, create_form=CreateForm.CHARACTER))
        intent = StartIntent(subject=Subject(api_id="STEAM:1"), delete_after=5)
        with pytest.raises(Refused) as caught:
            creation_of(place).begin(place.turn(rule=Rule.STAFF), intent)
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
        outcome = await creation.create(turn, DraftIntent(draft=draft))
        assert outcome.read_back
        assert outcome.record is not None
        assert len(place.state.held) == 1


class TestLostAnswers:
    @pytest.fixture
    def pia(self, place: Town) -> Account:
        return place.resident("Pia", PIA)

    async def test_applied_is_read_back(self, place: Town, pia: Account, creation: Creation) -> None:
        draft = await draft_of(place, creation)
        await listed(place, place.turn())
        place.cad.lose("create", applied=True)
        outcome = await creation.create(place.turn(), DraftIntent(draft=draft))
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
