"""/newchar sends exactly what was typed, in the form of each generation, once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cad.records import value
from tests.e2e import wire
from tests.e2e.filling import TEMPLATES, as_record, as_values, fill_in, ssn
from tests.e2e.reading import assert_refused, headline
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.world import World

FORMS = {
    "v1-character": V1.but(SONORAN_NEW_CHARACTER_FORM="character"),
    "v1-dictionary": V1.but(SONORAN_NEW_CHARACTER_FORM="dictionary"),
    "v1-record": V1.but(SONORAN_NEW_CHARACTER_FORM="record"),
    "v2": V2,
}
WORLDS = {
    f"{name}-{template}": replace(config, template=TEMPLATES[template][0])
    for name, config in FORMS.items()
    for template in TEMPLATES
    if template == "hard" or name in {"v1-character", "v2"}
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


def create_call(world: World, api_id: str, sent: Mapping[str, Any], minutes: int | None = None) -> wire.Call:
    """Return the one call that creates the character."""
    values, record = as_values(sent), as_record(world.config.template(), sent)
    lifetime = {} if minutes is None else {"deleteAfterMinutes": minutes}
    dictionary = {"useDictionary": True, "recordTypeId": 7, "replaceValues": values}
    if world.v2:
        return "POST", "/v2/general/records", {"communityUserId": api_id, **dictionary, **lifetime}
    match world.config.settings.get("SONORAN_NEW_CHARACTER_FORM"):
        case "dictionary":
            return wire.v1("civilian", "NEW_CHARACTER", {"user": api_id, **dictionary, "record": None, **lifetime})
        case "record":
            return wire.v1("civilian", "NEW_CHARACTER", {"user": api_id, "record": record, **lifetime})
        case _:
            return wire.v1("civilian", "NEW_CHARACTER", {"apiId": api_id, "character": record})


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys(), indirect=True)
async def test_a_whole_character_goes_out_as_typed(world: World) -> None:
    _, typed, sent = next(found for found in TEMPLATES.values() if found[0] is world.config.template)
    player = world.player()
    opened = await world.command(world.staff, "newchar", api_id=wire.api_id(world, player))
    assert world.calls == []  # the template is warm, so the form is the first answer
    ready = await fill_in(world, world.staff, opened, typed)
    assert world.calls == []
    created = await world.press(world.staff, ready, "Create")
    assert world.wire == [create_call(world, wire.api_id(world, player), sent)]
    assert headline(created).startswith("Created ")
    (held,) = [held for held in world.cad.state.held.values() if held.owner == player.account.uuid]
    assert value(held.record, "first") == str(typed.get("First") or typed["First Name"]).upper()
    assert "DOE" in text(created).upper() or "LEE" in text(created).upper()
    if world.v2:
        assert f"`{held.record['id']}`" in text(created)


@pytest.mark.parametrize("world", [WORLDS["v2-default"]], indirect=True)
async def test_v2_a_player_needs_nothing_but_discord(world: World) -> None:
    player = world.player()
    opened = await world.command(player, "newchar")
    ready = await world.submit(player, opened, First="Ann", Last="Lee")
    await world.press(player, ready, "Create")
    body = {
        "discord": str(player.member.id),
        "useDictionary": True,
        "recordTypeId": 7,
        "replaceValues": {"first": "Ann", "last": "Lee"},
    }
    assert world.wire == [("POST", "/v2/general/records", body)]


@pytest.mark.parametrize(
    "world", [WORLDS["v1-dictionary-hard"], WORLDS["v1-record-hard"], WORLDS["v2-hard"]], indirect=True
)
async def test_a_lifetime_goes_out_with_it(world: World) -> None:
    player = world.player()
    opened = await world.command(world.staff, "newchar", api_id=wire.api_id(world, player), delete_after=90)
    typed = {"First Name": "Ann", "Last Name": "Lee", "Date of Birth": "01/31/1990", "Employed": "No"}
    ready = await world.fill(world.staff, opened, {**typed, "Social Security Number": ssn(player)})
    await world.press(world.staff, ready, "Create")
    sent = {"first": "Ann", "last": "Lee", "dob": "01/31/1990", "employed": "No", "ssn": ssn(player)}
    assert world.wire == [create_call(world, wire.api_id(world, player), sent, minutes=90)]


@pytest.mark.parametrize("world", [WORLDS["v1-character-default"]], indirect=True)
async def test_a_lifetime_the_seed_form_can_not_carry_is_refused_before_the_form(world: World) -> None:
    player = world.player()
    answer = await world.command(world.staff, "newchar", api_id=player.api_id, delete_after=90)
    assert_refused(answer, "delete_after")
    assert world.calls == []


@pytest.mark.parametrize("world", [WORLDS["v1-character-default"]], indirect=True)
async def test_v1_a_player_is_told_that_staff_must_do_it(world: World) -> None:
    answer = await world.command(world.player(), "newchar")
    assert_refused(answer, "staff")
    assert world.calls == []


@pytest.mark.parametrize("world", [WORLDS["v2-default"]], indirect=True)
async def test_an_account_that_the_cad_does_not_know_is_explained_and_the_draft_kept(world: World) -> None:
    member = world.member("Newcomer", "player")
    opened = await world.command(member, "newchar")
    ready = await world.submit(member, opened, First="Early", Last="Bird")
    answer = await world.press(member, ready, "Create")
    assert_refused(answer, "Discord")
    world.cad.state.add_account("Newcomer", discord=str(member.id))
    again = await world.command(member, "newchar")
    assert "Early" in text(again)
    created = await world.press(member, again, "Create")
    assert headline(created).startswith("Created")
