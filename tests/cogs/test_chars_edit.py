"""`/chars edit` as people use it: the same forms, only what changed is sent, and nobody else's work is overwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import CadErrorKind, Sent
from bot.services.tenants import Guild
from bot.settings import ApiVersion
from sandbox.templates import field, section, template
from tests.cogs.people_of_the_cad import born, choose, civilian, deeds, held, settled, stop
from tests.cogs.stage import Answer, Stage, staged
from tests.community import Town, config_of, town

if TYPE_CHECKING:
    from sandbox.cad.state import Account


@pytest.fixture
def place() -> Town:
    return settled(town())


async def opened(stage: Stage, who: Any, number: int, **options: Any) -> Answer:
    """Return the first form of an edit, whether it comes at once or after the list was read."""
    answer = await stage.slash(who, "chars edit", character=str(number), **options)
    if answer.result.modal is None:
        (way,) = [label for label in answer.buttons if label.startswith("Continue")]
        answer = await stage.press(who, answer, way)
    return answer


async def test_to_the_end(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers, sex="F", boxes='{"flags":["Boat"]}')
    cold = await stage.slash(pia, "chars edit", character=str(number))
    assert cold.headline == "Nothing is changed yet."
    assert cold.buttons == ["Continue: Civilian", "Cancel"]
    form = await stage.press(pia, cold, "Continue: Civilian")
    assert form.field("First name")["value"] == "JANE"
    changes = await stage.submit(pia, form, First_name="Ann", Last_name="DOE")
    assert changes.headline == "Ready to save."
    assert "**First name:** JANE → Ann" in changes.text
    assert "Last name" not in changes.text
    more = await stage.press(pia, changes, "Continue: Civilian")
    assert more.field("Date of birth")["value"] == "17/04/1994"
    assert [one.get("default") for one in more.field("Sex")["options"]] == [False, True]
    changes = await stage.submit(pia, more, Date_of_birth="18/04/1994", Sex=["1"], Licences=[])
    assert "**Licences:** Boat → (blank)" in changes.text
    assert "Sex" not in changes.text
    save = stage.custom_id(changes, "Save")
    stage.town.asked.clear()
    done = await stage.press(pia, changes, "Save")
    assert done.headline == "Saved JANE DOE."
    assert "**Date of birth:** 17/04/1994 → 18/04/1994" in done.text
    assert stage.town.asked == ["characters", "edit"]
    assert held(stage.town, number, "first") == "ANN"
    assert held(stage.town, number, "boxes") == []
    assert held(stage.town, number, "sex") == "F"
    assert await deeds(stage.town) == [("edit", "done", str(number))]
    again = await stage.forge(pia, done, save)
    assert again.headline == "It was saved already."


async def test_with_the_list_at_hand_the_first_answer_is_the_form(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    await opened(stage, pia, number)
    before = len(stage.callbacks())
    stage.town.asked.clear()
    shown = Answer(await choose(pia, await stage.slash(pia, "chars list"), str(number)))
    assert (await stage.press(pia, shown, "Edit")).field("First name")["value"] == "JANE"
    assert stage.callbacks()[before:][-1] == 9
    assert stage.town.asked == []


async def test_only_what_changed_is_sent(
    stage: Stage, pia: Any, hers: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = born(stage.town, hers)
    sent: list[Any] = []
    edit = stage.town.tenant.cad.edit

    async def watched(caller: Any, target: Any, record_id: int, values: Any) -> None:
        sent.append((target.value, record_id, dict(values)))
        await edit(caller, target, record_id, values)

    monkeypatch.setattr(stage.town.tenant.cad, "edit", watched)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    await stage.press(pia, changes, "Save")
    assert sent == [(str(pia.id), number, {"first": "Ann"})]


async def test_nothing_changed_can_not_be_saved(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    form = await opened(stage, pia, number)
    changes = await stage.submit(pia, form, First_name=" JANE", Last_name="DOE")
    assert changes.headline == "Nothing is changed yet."
    assert "Save" not in changes.buttons
    cancel = stage.custom_id(changes, "Cancel")
    forged = await stage.forge(pia, changes, cancel.removesuffix("cancel") + "create")
    assert forged.headline == "Nothing to save: no field is different."
    assert "edit" not in stage.town.asked


async def test_staff_edit_for_its_owner(stage: Stage, staff: Any, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(
        staff, await opened(stage, staff, number, member=pia), First_name="Ann", Last_name="DOE"
    )
    await stage.press(staff, changes, "Save")
    assert held(stage.town, number, "first") == "ANN"
    assert stage.town.state.held[number].owner == hers.uuid


async def test_supervisors_fields_and_flags_are_staffs(stage: Stage, pia: Any, hers: Account, staff: Any) -> None:
    note = field("note", "text", "Supervisor note", isSupervisor=True)
    flags = section("Flags", field("flags", "text", "Flags", options=["ARMED"]), category=1)
    stage.town.state.templates[7] = template(*civilian(note)["sections"], flags)
    number = born(stage.town, hers, note="BAD")
    asked = {}
    for who in (pia, staff):
        await opened(stage, who, number, member=pia)
        drafts = stage.services.creation._drafts._held.values()
        asked[who.name] = {one.uid for draft in drafts if draft.origins.owner_id == who.id for one in draft.form.fields}
    assert not {"note", "flags"} & asked["Pia"]
    assert {"note", "flags"} <= asked["Sam"]


async def test_anothers_is_nobody(stage: Stage, pia: Any, hers: Account) -> None:
    assert hers.links == []
    theirs = born(stage.town, stage.resident(stage.member("Otto", "player")))
    assert (await stage.slash(pia, "chars edit", character=str(theirs))).headline == f"No such character: `{theirs}`."


async def test_whose_it_is_is_proven_again_before_anything_is_sent(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="Doe")
    stage.town.state.held[number].owner = stage.resident(stage.member("Otto", "player")).uuid
    answer = await stage.press(pia, changes, "Save")
    assert answer.headline == f"No such character: `{number}`."
    assert held(stage.town, number, "first") == "JANE"
    assert "edit" not in stage.town.asked


async def test_what_somebody_changed_meanwhile_is_not_overwritten_unasked(
    stage: Stage, pia: Any, hers: Account
) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="Roe")
    stage.town.state.edit(number, hers, values={"first": "Eve"}, record=None)
    asked = await stage.press(pia, changes, "Save")
    assert asked.headline == "Somebody changed this character meanwhile."
    assert "First name" in asked.text
    assert "Last name" not in asked.text
    assert held(stage.town, number, "first") == "EVE"
    stage.town.state.edit(number, hers, values={"first": "Pat"}, record=None)
    asked = await stage.press(pia, asked, "Save my values")
    assert asked.headline == "Somebody changed this character meanwhile.", "a yes is for what was shown"
    done = await stage.press(pia, asked, "Save my values")
    assert done.headline == "Saved PAT DOE."
    assert held(stage.town, number, "first") == "ANN"


async def test_what_somebody_did_already_is_not_sent_again(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    stage.town.state.held[number].record["sections"][0]["fields"][0]["value"] = "Ann"
    done = await stage.press(pia, changes, "Save")
    assert done.headline == "Nothing had to change: Ann DOE."
    assert "edit" not in stage.town.asked


@pytest.mark.parametrize("applied", [True, False])
async def test_a_lost_answer_is_read_back(stage: Stage, pia: Any, hers: Account, *, applied: bool) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    stage.town.cad.lose("edit", applied=applied)
    answer = await stage.press(pia, changes, "Save")
    assert answer.headline == ("Saved JANE DOE." if applied else "Kept: the CAD can't take this right now.")
    assert ("read it back" in answer.text) is applied
    assert stage.town.asked.count("edit") == 1
    await stage.drive()
    assert held(stage.town, number, "first") == "ANN"
    assert await deeds(stage.town) == [("edit", "done", str(number))]
    assert (await opened(stage, pia, number)).field("First name")["value"] == "ANN", "a new form, of what is there"


async def test_what_nobody_can_tell_yet_is_not_sent_a_second_time(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    save = stage.custom_id(changes, "Save")
    stage.town.cad.break_("edit", CadErrorKind.TIMEOUT, Sent.UNKNOWN)
    lost = await stage.press(pia, changes, "Save")
    assert lost.headline == "Kept: the CAD did not say whether this was done."
    assert (await stage.forge(pia, lost, save)).headline == "It is being saved already."
    await stage.drive()
    assert held(stage.town, number, "first") == "ANN"
    assert (await stage.forge(pia, lost, save)).headline == "It was saved already."


async def test_what_nobody_could_tell_for_a_day_is_unsure_and_looks_first(
    stage: Stage, pia: Any, hers: Account
) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    stage.town.cad.break_("edit", CadErrorKind.TIMEOUT, Sent.UNKNOWN)
    save = stage.custom_id(changes, "Save")
    lost = await stage.press(pia, changes, "Save")
    stage.guilds.set_up(Guild(stage.guild.id, config_of(stage.policy)))  # disconnected: nobody can look any more
    await stage.drive()
    stage.set_policy(stage.policy)
    assert await deeds(stage.town) == [("edit", "unknown", str(number))]
    stop(stage)
    back = await stage.slash(pia, "chars edit", character=str(number))
    assert back.headline == "You have unfinished changes."
    assert "the CAD's answer was lost" in back.text
    assert (await stage.press(pia, back, "Save")).headline == "Saved JANE DOE."
    assert held(stage.town, number, "first") == "ANN"
    assert (await stage.forge(pia, lost, save)).headline == "It was saved already."


async def test_a_unique_value_that_is_taken_keeps_the_form(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    stage.town.cad.break_("edit", CadErrorKind.UNIQUE, Sent.ANSWERED)
    refused = await stage.press(pia, changes, "Save")
    assert refused.headline == "A value that must be unique is already taken."
    assert (await stage.press(pia, refused, "Back to the form")).headline == "Ready to save."


async def test_changes_are_kept_over_a_stop_and_offered_again(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    form = await opened(stage, pia, number)
    stop(stage)
    changes = await stage.submit(pia, form, First_name="Ann", Last_name="DOE")
    assert "**First name:** JANE → Ann" in changes.text
    stop(stage)
    again = await stage.slash(pia, "chars edit", character=str(number))
    assert again.headline == "You have unfinished changes."
    assert "JANE → Ann" in again.text
    assert again.buttons == ["Continue: Civilian", "Save", "Start over", "Edit page 1"]
    stop(stage)
    over = await stage.press(pia, again, "Start over")
    assert over.field("First name")["value"] == "JANE"
    assert held(stage.town, number, "first") == "JANE"


async def test_cancel_throws_the_changes_away(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    save = stage.custom_id(changes, "Save")
    gone = await stage.press(pia, changes, "Cancel")
    assert gone.headline == "Cancelled."
    assert (await stage.forge(pia, gone, save)).headline == "Not saved: these changes were thrown away."
    assert held(stage.town, number, "first") == "JANE"


async def test_a_mistake_is_named_and_kept(stage: Stage, pia: Any, hers: Account) -> None:
    number = born(stage.town, hers)
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    save = stage.custom_id(changes, "Save")
    more = await stage.press(pia, changes, "Continue: Civilian")
    wrong = await stage.submit(pia, more, Date_of_birth="40/40/1990")
    assert wrong.headline == "1 field needs another look."
    assert "Save" not in wrong.buttons
    assert (await stage.forge(pia, wrong, save)).headline == "Not saved: something is still missing or wrong."
    fix = await stage.press(pia, wrong, "Continue: correct 1 field")
    assert fix.field("Date of birth")["value"] == "40/40/1990"


async def test_a_form_of_staff_needs_staff_at_the_last_press(stage: Stage) -> None:
    ada = stage.member("Ada", "staff", "admin")
    number = born(stage.town, stage.resident(ada))
    changes = await stage.submit(ada, await opened(stage, ada, number), First_name="Ann", Last_name="DOE")
    stage.set_policy(replace(stage.policy, admins=frozenset({1})))
    assert (await stage.press(ada, changes, "Save")).headline == "Refused: this form was opened as staff."


async def test_what_cannot_stand_any_more_is_left_as_it_is(stage: Stage, pia: Any, hers: Account) -> None:
    """A value that the template does not allow (any more) is nobody's fault, and not cleared by looking at it."""
    number = born(stage.town, hers, sex="UNKNOWN", dob="long ago")
    changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
    more = await stage.press(pia, changes, "Continue: Civilian")
    assert more.field("Date of birth")["value"] == "long ago"
    changes = await stage.submit(pia, more, Date_of_birth="long ago", Sex=[])
    assert changes.headline == "Ready to save."
    assert "Sex" not in changes.text
    await stage.press(pia, changes, "Save")
    assert held(stage.town, number, "sex") == "UNKNOWN"
    assert held(stage.town, number, "dob") == "long ago"
    assert held(stage.town, number, "first") == "ANN"


async def test_on_v1() -> None:
    async with staged(settled(town(ApiVersion.V1, api_id_is_discord_id=True))) as stage:
        pia = stage.member("Pia", "player")
        number = born(stage.town, stage.resident(pia, api_ids=[str(pia.id)]))
        await stage.press(pia, await stage.slash(pia, "chars list"), "Yes, that is me")
        changes = await stage.submit(pia, await opened(stage, pia, number), First_name="Ann", Last_name="DOE")
        assert (await stage.press(pia, changes, "Save")).headline == "Saved JANE DOE."
        assert held(stage.town, number, "first") == "ANN"
