"""The form of a hard template: mistakes are named and put right, nothing typed is lost, nothing is made twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.templates import hard_template
from tests.e2e.filling import HARD_TYPED, fill_in, ssn
from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V2, form, labels, text

if TYPE_CHECKING:
    from sandbox.discord import Exchange, Modal
    from tests.e2e.world import Player, World

HARD = replace(V2, template=hard_template)
NEVER_ASKED = {
    "Write names as on the passport. No celebrities, no joke names.",
    "Citizen File Number",
    "Mailbox Code",
    "File Status",
    "Issued On",
    "Filed By",
    "Department",
    "Fingerprint Scan",
    "Citizen ID from the Server",
    "Speed",
    "Charges",
    "Links",
}
STAFFS = {"Supervisor Notes", "Flags"}

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.parametrize("world", [HARD], ids=["hard"], indirect=True),
]


def required(player: Player, **other: Any) -> dict[str, Any]:
    """Return what must be filled in, for somebody without a job."""
    typed = {"First Name": "John", "Last Name": "Doe", "Date of Birth": "01/31/1990", "Employed": "No"}
    return {**typed, "Social Security Number": ssn(player), **{k.replace("_", " "): v for k, v in other.items()}}


async def ready(world: World, player: Player, **other: Any) -> Exchange:
    """Fill in the required fields; the answer offers Create."""
    opened = await world.command(player, "newchar")
    summary = await world.fill(player, opened, required(player, **other))
    assert "Create" in labels(summary)
    return summary


def sent(world: World) -> dict[str, str]:
    """Return the values of the one character that was created."""
    (call,) = [call for call in world.calls if call.endpoint == "create"]
    assert isinstance(call.body, dict)
    values: dict[str, str] = call.body["replaceValues"]
    return values


def asked(pages: list[Modal]) -> set[str]:
    """Return the labels on these pages, without the mark of a required field."""
    return {field.label.removesuffix(" *") for page in pages for field in page.fields}


async def test_required_fields_come_first_and_create_as_soon_as_nothing_is_missing(world: World) -> None:
    player = world.player()
    opened = await world.command(player, "newchar")
    assert [field.label.rstrip(" *") for field in form(opened).fields] == list(HARD_TYPED)[:5]
    summary = await world.fill(player, opened, required(player, Employed="Yes"))
    assert "Create" not in labels(summary)
    assert "Employer" in text(summary)
    (way,) = [label for label in labels(summary) if label.startswith("Continue")]
    assert "Home and Work" in way
    opened = await world.press(player, summary, way)
    summary = await world.fill(player, opened, {"Employer": "Pizza This"})
    assert "Create" in labels(summary)
    for shown in ("John", "Doe", "Pizza This"):
        assert shown in text(summary)


async def test_every_wrong_field_is_named_at_once_and_nothing_typed_is_lost(world: World) -> None:
    player = world.player()
    opened = await world.command(player, "newchar")
    wrong = {"Date of Birth": "31/31/1990", "Social Security Number": "12-3"}
    summary = await world.fill(player, opened, {**required(player), **wrong})
    assert "Create" not in labels(summary)
    for name in wrong:
        assert name in text(summary)
    (way,) = [label for label in labels(summary) if label.startswith("Continue")]
    again = await world.press(player, summary, way)
    assert {field.label.rstrip(" *"): field.value for field in form(again).fields} == wrong
    summary = await world.fill(player, again, {"Date of Birth": "01/31/1990"})  # one of the two
    assert "Social Security Number" in text(summary)
    assert "Create" not in labels(summary)
    again = await world.press(player, summary, next(label for label in labels(summary) if label.startswith("Cont")))
    summary = await world.fill(player, again, {"Social Security Number": ssn(player)})
    await world.press(player, summary, "Create")
    assert sent(world) == {
        "first": "John",
        "last": "Doe",
        "dob": "01/31/1990",
        "ssn": ssn(player),
        "employed": "No",
    }


async def test_near_matches_of_a_long_list_are_offered(world: World) -> None:
    player = world.player()
    summary = await ready(world, player)
    while "Appearance" not in next(label for label in labels(summary) if label.startswith("Continue")):
        opened = await world.press(player, summary, "Continue")
        summary = await world.fill(player, opened, {})
    opened = await world.press(player, summary, "Continue")
    summary = await world.fill(player, opened, {"Nationality": "Finish"})
    assert "Finnish" in text(summary)
    again = await world.press(player, summary, "Continue")
    field = form(again).field("Nationality")
    assert "Finnish" in [option.label for option in field.options]
    summary = await world.fill(player, again, {"Nationality": "Finnish"})
    await world.press(player, summary, "Create")
    assert sent(world)["nationality"] == "Finnish"


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/a.png",
        "https://cdn.discordapp.com/attachments/1/2/a.png",
        "https://media.discordapp.net/attachments/1/2/a.png",
        "https://user:pw@pictures.example/a.png",
        "https://pictures.example:8443/a.png",
        "https://127.0.0.1/a.png",
        "https://localhost/a.png",
        "javascript:alert(1)",
        "not an address",
    ],
)
async def test_a_picture_must_be_an_address_that_lasts(world: World, url: str) -> None:
    player = world.player()
    summary = await ready(world, player)
    opened = await world.press(player, summary, "Continue")
    summary = await world.fill(player, opened, {"Photo": url})
    assert "Photo" in text(summary)
    assert "Create" not in labels(summary)
    if "discord" in url:
        assert "expire" in text(summary)
    await world.press(player, summary, "Cancel")


async def test_a_page_can_be_edited_and_what_no_longer_applies_is_not_sent(world: World) -> None:
    player = world.player()
    opened = await world.command(player, "newchar")
    typed = {**required(player, Employed="Yes"), "Employer": "Pizza This", "Rank": "Manager"}
    summary = await fill_in(world, player, opened, {**typed, "Manager Badge Number": "A-123"})
    assert "Pizza This" in text(summary)
    again = await world.press(player, summary, "Edit page 1")
    first = form(again)
    assert first.field("First Name").value == "John"
    assert first.field("Employed").values == ("Yes",)
    summary = await world.fill(player, again, {"First Name": "Jack", "Employed": "No"})
    assert "Jack" in text(summary)
    assert "Pizza This" not in text(summary)
    await world.press(player, summary, "Create")
    values = sent(world)
    assert values["first"] == "Jack"
    assert not {"employer", "_jobrank3", "_staffno42"} & values.keys()


async def test_who_asks_for_nothing_special_never_sees_what_is_not_his(world: World) -> None:
    player = world.player()
    pages: list[Modal] = []
    opened = await world.command(player, "newchar")
    await fill_in(world, player, opened, {**HARD_TYPED, "Social Security Number": ssn(player)}, pages)
    assert not asked(pages) & (NEVER_ASKED | STAFFS)
    assert all(len(page.fields) <= 5 for page in pages)


async def test_staff_see_supervisors_fields_and_flags_of_others_but_not_of_themselves(world: World) -> None:
    player, staff = world.player(), world.player("staff")
    pages: list[Modal] = []
    opened = await world.command(staff, "newchar", member=player.member)
    typed = {**required(player), "Supervisor Notes": "Vetted", "Flags": ["Armed", "Officer Safety"]}
    summary = await fill_in(world, staff, opened, typed, pages)
    assert asked(pages) >= STAFFS
    assert not asked(pages) & NEVER_ASKED
    await world.press(staff, summary, "Create")
    assert sent(world)["_supnote99"] == "Vetted"
    assert sent(world)["_flags0001"] == '{"flags":["Armed","Officer Safety"]}'
    own: list[Modal] = []
    opened = await world.command(staff, "newchar")
    await fill_in(world, staff, opened, required(staff), own)
    assert not asked(own) & STAFFS


async def test_a_draft_is_offered_again_as_it_was_left(world: World) -> None:
    player = world.player()
    opened = await world.command(player, "newchar")
    await world.fill(player, opened, {**required(player), "First Name": "Kept", "Date of Birth": "yesterday"})
    again = await world.command(player, "newchar")
    assert headline(again) == "You have an unfinished character."
    assert "Kept" in text(again)
    assert "Start over" in labels(again)
    held = form(await world.press(player, again, "Continue"))
    assert held.field("Date of Birth").value == "yesterday"


async def test_drafts_of_different_targets_and_people_are_kept_apart(world: World) -> None:
    first, second = world.player(), world.player()
    for target, name in ((first, "Uno"), (second, "Due")):
        opened = await world.command(world.staff, "newchar", member=target.member)
        assert form(opened).field("First Name").value == ""
        await world.fill(world.staff, opened, {**required(target), "First Name": name})
    opened = await world.command(first, "newchar")
    assert form(opened).field("First Name").value == ""
    again = await world.command(world.staff, "newchar", member=first.member)
    assert "Uno" in text(again)


async def test_cancel_throws_the_draft_away(world: World) -> None:
    player = world.player()
    summary = await ready(world, player)
    answer = await world.press(player, summary, "Cancel")
    assert says_unchanged(answer)
    assert world.calls == []
    opened = await world.command(player, "newchar")
    assert [field.value for field in form(opened).fields[:4]] == [""] * 4


async def test_two_presses_of_create_make_one_character(world: World) -> None:
    player = world.player()
    summary = await ready(world, player)
    pressed = next(button.custom_id for button in summary.message.buttons if button.label == "Create")  # type: ignore[union-attr]  # ready() saw it
    answers = await asyncio.gather(*(world.press_id(player, summary, pressed) for _ in range(3)))
    assert [call.endpoint for call in world.calls].count("create") == 1
    assert sum(held.owner == player.account.uuid for held in world.cad.state.held.values()) == 1
    await world.discord.until(lambda: any("Created" in text(answer) for answer in answers))
    later = await world.press_id(player, summary, pressed)
    assert_refused(later, "already")
    assert [call.endpoint for call in world.calls].count("create") == 1


async def test_a_slow_cad_gets_the_character_once_too(world: World) -> None:
    player = world.player()
    summary = await ready(world, player)
    world.cad.faults.add("hang", "create", seconds=0.15, applied=True)
    pressed = next(button.custom_id for button in summary.message.buttons if button.label == "Create")  # type: ignore[union-attr]  # ready() saw it
    first = asyncio.create_task(world.press_id(player, summary, pressed))
    await world.discord.until(lambda: summary.interaction.response is not None)
    second = await world.press_id(player, summary, pressed)
    answer = await first
    await world.discord.until(lambda: "Created" in text(answer) + text(second))
    assert sum(held.owner == player.account.uuid for held in world.cad.state.held.values()) == 1


async def test_somebody_elses_form_is_refused(world: World) -> None:
    player, other = world.player(), world.player()
    theirs = form(await world.command(other, "newchar"))
    mine = await world.command(player, "newchar")
    forged = replace(form(mine), custom_id=theirs.custom_id)
    exchange = await world.discord.submit(player.member, forged, required(player))
    assert_refused(await world._answered(exchange), "somebody else")
    opened = await world.command(other, "newchar")
    assert form(opened).field("First Name").value == ""
    answer = await world.press(player, await ready(world, other), "Create", force=True)
    assert_refused(answer, "somebody else")
    assert world.calls == []


async def test_a_unique_value_that_is_taken_is_told_and_put_right(world: World) -> None:
    first, second = world.player(), world.player()
    await world.press(first, await ready(world, first), "Create")
    summary = await ready(world, second, Social_Security_Number=ssn(first))
    answer = await world.press(second, summary, "Create")
    assert_refused(answer, "unique")
    assert says_unchanged(answer)
    back = await world.press(second, answer, "Back")
    again = await world.press(second, back, "Edit page 1")
    summary = await world.fill(second, again, {"Social Security Number": ssn(second)})
    answer = await world.press(second, summary, "Create")
    assert headline(answer).startswith("Created")


async def test_a_draft_begun_as_staff_is_refused_once_the_role_is_gone(world: World) -> None:
    staff, player = world.player("staff"), world.player()
    opened = await world.command(staff, "newchar", member=player.member)
    summary = await world.fill(staff, opened, required(player))
    staff.member.take(world.roles["staff"])
    answer = await world.press(staff, summary, "Create")
    assert_refused(answer, "staff")
    assert world.calls == []
