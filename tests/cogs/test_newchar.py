"""`/newchar` as people use it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain.access import Action
from bot.errors import CadErrorKind, Sent
from bot.settings import ApiVersion, CreateForm, DbSync, PlayerAction
from sandbox.templates import field, section, template
from tests.cogs.people_of_the_cad import settled
from tests.cogs.stage import Answer, Stage, staged
from tests.community import Town, town
from tests.services.files import OneFile

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from sandbox.templates import Json


def civilian(*more: Json) -> Json:
    return template(
        section(
            "Civilian",
            field("first", "text", "First name", isRequired=True),
            field("last", "text", "Last name", isRequired=True),
            field("dob", "date", "Date of birth", mask="MM/DD/YYYY"),
            field("height", "text", "Height", mask="###"),
            *more,
        )
    )


@pytest.fixture
def place() -> Town:
    return settled(town(), civilian())


async def opened(stage: Stage, who: Any, **options: object) -> Answer:
    """Return the first form; the first time the template has to be fetched."""
    answer = await stage.slash(who, "newchar", **options)
    if answer.result.modal is None:
        assert answer.buttons == ["Start"]
        answer = await stage.press(who, answer, "Start")
    return answer


def made(stage: Stage, account: Account) -> list[str]:
    return [record["sections"][0]["fields"][0]["value"].lower() for record in stage.town.state.characters(account)]


class TestForm:
    async def test_cold_it_offers_to_start(self, stage: Stage, pia: Any) -> None:
        answer = await stage.slash(pia, "newchar")
        assert answer.headline == "The form is ready."
        assert answer.result.ephemeral
        assert stage.callbacks() == [5]
        assert stage.town.asked == ["template"]
        form = await stage.press(pia, answer, "Start")
        assert form.labels == ["First name *", "Last name *"]

    async def test_warm_the_first_answer_is_the_form(self, stage: Stage, pia: Any) -> None:
        await opened(stage, pia)
        stage.town.asked.clear()
        before = len(stage.callbacks())
        assert (await stage.slash(pia, "newchar")).labels == ["First name *", "Last name *"]
        assert stage.callbacks()[before:] == [9]
        assert stage.town.cad.asked == []

    async def test_to_the_end(self, stage: Stage, pia: Any, hers: Account) -> None:
        form = await opened(stage, pia)
        draft = await stage.submit(pia, form, First="Jane", Last="Doe")
        assert draft.headline == "Ready to create."
        assert draft.buttons == ["Continue: Civilian", "Create", "Cancel", "Edit page 1"]
        assert "**First name:** Jane" in draft.text
        more = await stage.press(pia, draft, "Continue: Civilian")
        assert more.labels == ["Date of birth", "Height"]
        assert "MM/DD/YYYY" in more.modal["components"][0]["description"]
        draft = await stage.submit(pia, more, Date="01/02/1990", Height="180")
        assert draft.buttons == ["Create", "Cancel", "Edit page 1", "Edit page 2"]
        stage.town.asked.clear()
        done = await stage.press(pia, draft, "Create")
        assert done.headline.lower() == "created jane doe."
        assert done.buttons == []
        assert stage.town.asked == ["create"]
        assert made(stage, hers) == ["jane"]

    async def test_a_mistake_is_named_and_nothing_is_lost(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        more = await stage.press(pia, draft, "Continue: Civilian")
        wrong = await stage.submit(pia, more, Date="31/31/1990", Height="tall")
        assert wrong.headline == "2 fields need another look."
        assert "**Date of birth**:" in wrong.text
        assert "**Height**:" in wrong.text
        assert "Create" not in wrong.buttons
        fix = await stage.press(pia, wrong, "Continue: correct 2 fields")
        assert fix.field("Height")["value"] == "tall"
        right = await stage.submit(pia, fix, Date="01/02/1990", Height="180")
        assert right.headline == "Ready to create."
        assert "**Height:** 180" in right.text
        await stage.press(pia, right, "Create")
        assert made(stage, hers) == ["jane"]

    async def test_earlier_pages_can_be_edited(self, stage: Stage, pia: Any) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        page = await stage.press(pia, draft, "Edit page 1")
        assert page.field("First name")["value"] == "Jane"
        draft = await stage.submit(pia, page, First="Ann", Last="Doe")
        assert "**First name:** Ann" in draft.text
        assert draft.buttons[-1] == "Edit page 1"

    async def test_a_draft_is_offered_again(self, stage: Stage, pia: Any) -> None:
        await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        again = await stage.slash(pia, "newchar")
        shown = again.text if again.result.modal is None else json.dumps(again.modal)
        assert "Jane" in shown

    async def test_cancel_throws_it_away(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        gone = await stage.press(pia, draft, "Cancel")
        assert gone.headline == "Cancelled."
        assert gone.buttons == []
        assert (await stage.slash(pia, "newchar")).field("First name").get("value") is None
        assert made(stage, hers) == []

    async def test_create_pressed_twice_makes_one(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        create = stage.custom_id(draft, "Create")
        await stage.press(pia, draft, "Create")
        again = await stage.forge(pia, draft, create)
        assert again.headline == "It was created already."
        assert made(stage, hers) == ["jane"]

    async def test_continuing_a_finished_form_shows_it(self, stage: Stage, pia: Any) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        go_on = stage.custom_id(draft, "Continue: Civilian")
        draft = await stage.submit(pia, await stage.press(pia, draft, "Continue: Civilian"), Height="180")
        assert (await stage.forge(pia, draft, go_on)).headline == "Ready to create."

    async def test_what_is_missing_is_named(self, stage: Stage, pia: Any) -> None:
        stage.town.state.templates[7] = civilian(*(field(f"f{n}", "text", f"F{n}", isRequired=True) for n in range(5)))
        first = await opened(stage, pia)
        draft = await stage.submit(
            pia, first, **{label.removesuffix(" *").replace(" ", "_"): "x" for label in first.labels}
        )
        assert draft.headline == "2 required fields are still missing."
        assert "**F3**" in draft.text
        assert "Create" not in draft.buttons

    async def test_the_community_changed_its_form_meanwhile(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        stage.town.state.templates[7] = civilian(field("job", "text", "Job", isRequired=True))
        client = stage.town.tenant.cad
        await client.template(stage.town.turn().caller, fresh=True)
        answer = await stage.press(pia, draft, "Create")
        assert "changed its form" in answer.text
        assert "**Job**" in answer.text
        assert made(stage, hers) == []

    async def test_a_failure_leads_back_to_the_form(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        stage.town.cad.break_("create", CadErrorKind.UNIQUE, Sent.ANSWERED)
        failed = await stage.press(pia, draft, "Create")
        assert failed.headline == "A value that must be unique is already taken."
        assert failed.buttons == ["Back to the form"]
        back = await stage.press(pia, failed, "Back to the form")
        assert back.headline == "Ready to create."
        await stage.press(pia, back, "Create")
        assert made(stage, hers) == ["jane"]

    async def test_what_the_cad_cannot_take_is_created_later(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        stage.town.cad.break_("create", CadErrorKind.TRANSPORT)
        create = stage.custom_id(draft, "Create")
        kept = await stage.press(pia, draft, "Create")
        assert kept.headline == "Kept: the CAD can't take this right now."
        assert kept.buttons == ["Take it back"]
        assert (await stage.forge(pia, kept, create)).headline == "It is being created already."
        await stage.drive()
        assert made(stage, hers) == ["jane"]
        assert (await stage.forge(pia, kept, create)).headline == "It was created already."

    async def test_a_lost_answer_is_not_sent_again_blindly(self, stage: Stage, pia: Any, hers: Account) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        stage.town.cad.lose("create", applied=True)
        stage.town.cad.break_("characters", CadErrorKind.TIMEOUT)
        lost = await stage.press(pia, draft, "Create")
        assert lost.headline == "Kept: the CAD did not say whether this was done."
        assert lost.buttons == []
        await stage.drive()
        assert made(stage, hers) == ["jane"]
        assert stage.town.asked.count("create") == 1

    async def test_who_has_no_account_is_told_the_step(self, stage: Stage, pia: Any) -> None:
        draft = await stage.submit(pia, await opened(stage, pia), First="Jane", Last="Doe")
        answer = await stage.press(pia, draft, "Create")
        assert answer.headline == "The CAD knows no account for this Discord user."
        assert answer.buttons == ["Back to the form"]


class TestDatabaseSync:
    async def test_is_explained(self) -> None:
        async with staged(settled(town(db_sync=DbSync.ON), civilian())) as stage:
            answer = await stage.slash(stage.member("Pia", "player"), "newchar")
            assert answer.headline == "Not created: this community uses Database Sync."
            assert "/linkchar" in answer.text

    async def test_an_admin_may_go_on(self) -> None:
        async with staged(settled(town(db_sync=DbSync.ON), civilian())) as stage:
            ada = stage.member("Ada", "admin")
            account = stage.resident(ada)
            asked = await stage.slash(ada, "newchar")
            answer = await stage.press(ada, asked, "Yes, create anyway")
            if answer.result.modal is None:
                answer = await stage.press(ada, answer, "Start")
            draft = await stage.submit(ada, answer, First="Jane", Last="Doe")
            done = await stage.press(ada, draft, "Create")
            assert "created jane doe" in done.headline.lower()
            assert len(stage.town.state.held) == 1
            assert account.links == []


class TestStaffOptions:
    async def test_delete_after(self, stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
        form = await opened(stage, staff, member=pia, delete_after=30)
        draft = await stage.submit(staff, form, First="Jane", Last="Doe")
        await stage.press(staff, draft, "Create")
        assert made(stage, hers) == ["jane"]
        (held,) = stage.town.state.held.values()
        assert held.expires_at == stage.town.clock.now + 30 * 60

    @pytest.mark.parametrize("options", [{"delete_after": 5}, {"api_id": "x"}, {"record": ("r.json", b"{}")}])
    async def test_are_for_staff(self, stage: Stage, pia: Any, options: dict[str, object]) -> None:
        answer = await stage.slash(pia, "newchar", **options)
        assert answer.headline == "Refused: only staff can do that."
        assert f"<@&{stage.roles['staff'].id}>" in answer.text
        assert stage.town.asked == []

    async def test_the_seeds_form_knows_no_lifetime(self) -> None:
        async with staged(settled(town(ApiVersion.V1, create_form=CreateForm.CHARACTER), civilian())) as stage:
            answer = await stage.slash(stage.member("Sam", "staff"), "newchar", api_id="x", delete_after=5)
            assert "`delete_after` is not available here" in answer.headline

    async def test_a_record_is_created_at_once_and_shown(self, place: Town) -> None:
        record = civilian(field("pet", "text", "Pet", value="cat"))
        for one, value in zip(record["sections"][0]["fields"], ("Jane", "Doe"), strict=False):
            one["value"] = value
        async with staged(place, OneFile(json.dumps(record).encode())) as stage:
            pia = stage.member("Pia", "player")
            account = stage.resident(pia)
            answer = await stage.slash(stage.member("Sam", "staff"), "newchar", member=pia, record=("r.json", b"{}"))
            assert answer.headline.lower() == "created jane doe."
            assert "`pet`" in answer.text
            assert made(stage, account) == ["jane"]

    async def test_every_wrong_value_of_a_record_is_named(self, place: Town) -> None:
        record = civilian()
        record["sections"][0]["fields"][2]["value"] = "never"
        async with staged(place, OneFile(json.dumps(record).encode())) as stage:
            pia = stage.member("Pia", "player")
            stage.resident(pia)
            answer = await stage.slash(stage.member("Sam", "staff"), "newchar", member=pia, record=("r.json", b"{}"))
            assert "3 values" in answer.headline
            for label in ("First name", "Last name", "Date of birth"):
                assert f"**{label}**" in answer.text
            assert "create" not in stage.town.asked


async def test_players_may_not_create_where_the_policy_says_so(stage: Stage, pia: Any) -> None:
    stage.set_policy(replace(stage.policy, player_may=frozenset({PlayerAction.LINK})))
    answer = await stage.slash(pia, "newchar")
    assert answer.headline == "Refused: players may not do this in this server."
    assert Action.CREATE


async def test_the_cad_down_at_the_first_form(stage: Stage, pia: Any) -> None:
    stage.town.cad.break_("template", CadErrorKind.TIMEOUT)
    answer = await stage.slash(pia, "newchar")
    assert answer.headline == "The CAD did not answer in time."
    assert answer.buttons == ["Try again"]
    ready = await stage.press(pia, answer, "Try again")
    assert ready.buttons == ["Start"]
