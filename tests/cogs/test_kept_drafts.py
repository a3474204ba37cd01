"""Drafts over a stop of the process: what was typed is there again, and nothing is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from bot.services.drafts import DraftState
from bot.services.tickets import DRAFT_SECONDS
from bot.storage import drafts as rows
from bot.storage.tables import drafts
from sandbox.templates import field
from tests.cogs.people_of_the_cad import civilian, settled, stop
from tests.community import Town, town

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from tests.cogs.stage import Answer, Stage


@pytest.fixture
def place() -> Town:
    return settled(town())


async def opened(stage: Stage, who: Any, **options: object) -> Answer:
    answer = await stage.slash(who, "newchar", **options)
    return answer if answer.result.modal is not None else await stage.press(who, answer, "Start")


async def filled(stage: Stage, who: Any) -> Answer:
    return await stage.submit(who, await opened(stage, who), First_name="Jane", Last_name="Doe")


async def kept(stage: Stage, who: Any) -> rows.DraftRow:
    """Return the one draft of a person that is stored."""
    mine = select(drafts.c.id).where(drafts.c.owner_id == who.id)
    row = await stage.town.database.read(lambda tx: rows.find(tx, tx.scalars(mine).one()))
    assert row is not None
    return row


async def test_a_draft_is_offered_with_what_was_typed(stage: Stage, pia: Any) -> None:
    await filled(stage, pia)
    stop(stage)
    again = await stage.slash(pia, "newchar")
    assert again.headline == "You have an unfinished character."
    assert "**First name:** Jane" in again.text
    assert again.buttons == ["Continue: Civilian", "Create", "Start over", "Edit page 1"]
    stop(stage)
    page = await stage.press(pia, again, "Continue: Civilian")
    assert page.labels == ["Date of birth", "Sex", "Licences"]


async def test_with_every_page_filled_in_it_still_continues(stage: Stage, pia: Any) -> None:
    draft = await filled(stage, pia)
    await stage.submit(pia, await stage.press(pia, draft, "Continue: Civilian"), Date_of_birth="1.2.1990")
    stop(stage)
    again = await stage.slash(pia, "newchar")
    assert again.buttons[0] == "Continue"
    assert (await stage.press(pia, again, "Continue")).headline == "Ready to create."


async def test_start_over_begins_with_an_empty_form(stage: Stage, pia: Any, hers: Account) -> None:
    await filled(stage, pia)
    again = await stage.slash(pia, "newchar")
    create = stage.custom_id(again, "Create")
    form = await stage.press(pia, again, "Start over")
    assert form.field("First name").get("value") is None
    assert (await stage.forge(pia, again, create)).headline == "Not created: this form was thrown away."
    draft = await stage.submit(pia, form, First_name="Ann", Last_name="Roe")
    await stage.press(pia, draft, "Create")
    assert len(stage.town.state.characters(hers)) == 1


async def test_what_was_opened_and_left_empty_is_not_offered(stage: Stage, pia: Any) -> None:
    await opened(stage, pia)
    stop(stage)
    assert (await stage.slash(pia, "newchar")).labels == ["First name *", "Last name *"]


async def test_a_page_submitted_over_a_stop_lands_in_its_draft(stage: Stage, pia: Any, hers: Account) -> None:
    form = await opened(stage, pia)
    stop(stage)
    draft = await stage.submit(pia, form, First_name="Jane", Last_name="Doe")
    assert draft.headline == "Ready to create."
    page = await stage.press(pia, draft, "Continue: Civilian")
    stop(stage)
    draft = await stage.submit(pia, page, Date_of_birth="01/02/1990", Sex=["1"])
    assert "**Sex:** F" in draft.text
    stop(stage)
    assert (await stage.press(pia, draft, "Create")).headline.lower() == "created jane doe."
    assert len(stage.town.state.characters(hers)) == 1


async def test_also_one_of_an_older_template(stage: Stage, pia: Any) -> None:
    page = await stage.press(pia, await filled(stage, pia), "Continue: Civilian")
    form = civilian(field("title", "text", "Title"))
    form["sections"][0]["fields"].reverse()
    stage.town.state.templates[7] = form
    await stage.services.creation.warm(stage.town.tenant)
    stop(stage)
    await stage.slash(pia, "newchar")
    stop(stage)
    draft = await stage.submit(pia, page, Date_of_birth="01/02/1990", Sex=["1"])
    assert "**Date of birth:** 01/02/1990" in draft.text
    assert "**Sex:** F" in draft.text


async def test_what_was_wrong_is_still_named(stage: Stage, pia: Any) -> None:
    page = await stage.press(pia, await filled(stage, pia), "Continue: Civilian")
    await stage.submit(pia, page, Date_of_birth="40/40/1990")
    stop(stage)
    again = await stage.slash(pia, "newchar")
    assert "**Date of birth**" in again.text
    assert "Create" not in again.buttons
    fix = await stage.press(pia, again, "Continue: correct 1 field")
    assert fix.field("Date of birth")["value"] == "40/40/1990"


async def test_two_presses_are_one_character_over_a_stop(stage: Stage, pia: Any, hers: Account) -> None:
    draft = await filled(stage, pia)
    create = stage.custom_id(draft, "Create")
    done = await stage.press(pia, draft, "Create")
    stop(stage)
    assert (await stage.forge(pia, done, create)).headline == "It was created already."
    assert len(stage.town.state.characters(hers)) == 1
    row = await kept(stage, pia)
    assert "Jane" not in str(row.body), "what is settled keeps nothing that was typed"


@pytest.mark.parametrize("applied", [True, False])
async def test_cut_short_while_sending_it_asks_and_looks_first(
    stage: Stage, pia: Any, hers: Account, *, applied: bool
) -> None:
    draft = await filled(stage, pia)
    row = await kept(stage, pia)
    states = (DraftState.OPEN,)
    await stage.town.database.write(lambda tx: rows.move(tx, row.id, states=states, to=DraftState.SENDING))
    if applied:
        stage.town.state.add_record(hers, {"first": "JANE", "last": "DOE"})
    stop(stage)
    asked = await stage.press(pia, draft, "Create")
    assert asked.headline == "It may be there already."
    assert "create" not in stage.town.asked
    done = await stage.press(pia, asked, "Yes, create it again")
    assert done.headline.lower() == "created jane doe."
    assert len(stage.town.state.characters(hers)) == 1


async def test_after_a_day_it_is_gone(stage: Stage, pia: Any) -> None:
    draft = await filled(stage, pia)
    stage.town.clock.now += DRAFT_SECONDS + 1
    assert (await stage.slash(pia, "newchar")).labels == ["First name *", "Last name *"]
    assert (await stage.press(pia, draft, "Create")).headline == "This button has expired."
    before = stage.town.clock.now - DRAFT_SECONDS
    assert await stage.town.database.write(lambda tx: rows.expire(tx, before=before)) == 1


async def test_one_that_was_erased_is_gone(stage: Stage, pia: Any, hers: Account) -> None:
    draft = await filled(stage, pia)
    assert await stage.town.database.write(lambda tx: rows.erase(tx, stage.guild.id, pia.id)) == 1
    stage.services.creation._drafts.forget(stage.guild.id, pia.id)
    assert (await stage.press(pia, draft, "Create")).headline == "This form is no longer kept."
    assert stage.town.state.characters(hers) == []


async def test_after_a_stop_the_first_form_opens_while_the_cad_is_down(stage: Stage, pia: Any) -> None:
    await opened(stage, pia)
    stop(stage)
    stage.town.tenant.cad._templates.drop(None)
    before = len(stage.callbacks())
    assert (await stage.slash(pia, "newchar")).labels == ["First name *", "Last name *"]
    assert stage.callbacks()[before:] == [9]


async def test_a_draft_of_another_version_of_the_bot_is_passed_over(stage: Stage, pia: Any) -> None:
    await filled(stage, pia)
    row = await kept(stage, pia)
    other = rows.DraftRow(**{**{name: getattr(row, name) for name in row.__dataclass_fields__}, "body": {"x": 1}})
    await stage.town.database.write(lambda tx: rows.save(tx, other))
    stop(stage)
    assert (await stage.slash(pia, "newchar")).labels == ["First name *", "Last name *"]


async def test_each_subject_has_its_own(stage: Stage, staff: Any, pia: Any) -> None:
    await stage.submit(staff, await opened(stage, staff, member=pia), First_name="Jane", Last_name="Doe")
    stop(stage)
    other = stage.member("Otto", "player")
    assert (await stage.slash(staff, "newchar", member=other)).labels == ["First name *", "Last name *"]
    again = await stage.slash(staff, "newchar", member=pia)
    assert again.headline == "You have an unfinished character."
