"""Whole records from staff: validated against the live template, created at once, and never over an existing one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.domain.access import Rule
from bot.errors import CharlinkError, InvalidFields, Question
from bot.services.creation import CreateOutcome, RecordIntent
from bot.services.turn import Subject
from bot.settings import ApiVersion, CreateForm, DbSync
from sandbox.templates import field, section, template
from tests.community import PIA, Town, town
from tests.services.creating import creation_of
from tests.services.files import OneFile

if TYPE_CHECKING:
    from sandbox.cad.state import Account
    from sandbox.templates import Json

HIS = Subject(member_id=PIA)


def civilian(**values: str) -> Json:
    """Return the community's template, or with values a record of it; unknown names become fields of their own."""
    known = [
        field("first", "text", "First", isRequired=True),
        field("last", "text", "Last"),
        field("dob", "date", "Dob", mask="MM/DD/YYYY"),
    ]
    for one in known:
        one["value"] = values.pop(one["uid"], "")
    return template(section("Civilian", *known, *(field(uid, "text", uid, value=values[uid]) for uid in values)))


async def created(place: Town, record: object, rule: Rule = Rule.STAFF, *yes: str) -> CreateOutcome:
    place.state.templates[7] = civilian()
    data = record if isinstance(record, bytes) else json.dumps(record).encode()
    creation = creation_of(place, OneFile(data))
    intent = RecordIntent(subject=HIS, url="https://cdn.discordapp.com/x.json", size=10, confirmed=frozenset(yes))
    return await creation.create_record(place.turn(rule=rule), intent)


async def refusal(place: Town, record: object, rule: Rule = Rule.STAFF) -> CharlinkError:
    with pytest.raises(CharlinkError) as caught:
        await created(place, record, rule)
    return caught.value


async def test_is_created_at_once_and_shown(place: Town, pia: Account) -> None:
    outcome = await created(place, civilian(first="Jane", last="Doe"))
    assert outcome.record is not None
    assert outcome.record.display_name.upper() == "JANE DOE"
    assert len(place.state.characters(pia)) == 1
    assert place.asked == ["template", "create"]


async def test_never_names_an_existing_record(place: Town, pia: Account) -> None:
    place.state.templates[7] = civilian()
    held = place.state.add_record(pia, {"first": "Old"})
    mine = {**civilian(first="Jane"), "id": held["id"], "syncId": "ABC", "syncUniqueId": 7}
    await created(place, mine)
    assert len(place.state.characters(pia)) == 2
    assert place.state.held[held["id"]].record["sections"][0]["fields"][0]["value"].upper() == "OLD"
    assert "ABC" not in json.dumps(place.state.dump())


@pytest.mark.usefixtures("pia")
async def test_fields_that_the_template_lacks_are_told(place: Town) -> None:
    assert (await created(place, civilian(first="Jane", pet="cat"))).unknown == ("pet",)


async def test_every_wrong_value_is_named_and_nothing_is_sent(place: Town, pia: Account) -> None:
    error = await refusal(place, civilian(dob="31/31/1990"))
    assert isinstance(error, InvalidFields)
    assert (error.key, error.params) == ("record-problems", {"count": 2})
    assert [label for label, *_ in error.fields] == ["First", "Dob"]
    assert place.asked == ["template"]
    assert place.state.characters(pia) == []


@pytest.mark.parametrize(
    ("record", "key"),
    [
        (b"not json", "record-json"),
        (b"[]", "record-json"),
        ({"type": 7}, "record-sections"),
        ({**civilian(), "type": 3, "recordTypeId": 3}, "record-type"),
    ],
)
@pytest.mark.usefixtures("pia")
async def test_what_is_no_character_is_refused(place: Town, record: object, key: str) -> None:
    assert (await refusal(place, record)).key == key
    assert "create" not in place.asked


async def test_who_has_no_account_is_told_the_step(place: Town) -> None:
    assert (await refusal(place, civilian(first="Jane"))).key == "account-none-discord"


async def test_database_sync_is_explained_before_anything_is_read() -> None:
    place = town(db_sync=DbSync.ON)
    assert (await refusal(place, civilian(first="Jane"))).key == "db-sync-on"
    assert isinstance(await refusal(place, civilian(first="Jane"), Rule.ADMIN), Question)
    assert place.asked == []


@pytest.mark.parametrize("form", CreateForm)
async def test_every_form_of_v1_takes_a_record(form: CreateForm) -> None:
    place = town(ApiVersion.V1, create_form=form, api_id_is_discord_id=True)
    pia = place.resident("Pia", api_ids=[str(PIA)])
    await created(place, civilian(first="Jane"), Rule.STAFF, f"account:{pia.uuid}")
    assert len(place.state.characters(pia)) == 1


@pytest.mark.parametrize(("rule", "allowed"), [(Rule.STAFF_AS_PLAYER, False), (Rule.STAFF, True), (Rule.ADMIN, True)])
async def test_for_oneself_a_record_holds_nothing_that_is_for_staff(place: Town, rule: Rule, *, allowed: bool) -> None:
    record = civilian(first="Jane")
    record["sections"][0]["fields"].append(field("note", "text", "Note", value="SUPER", isSupervisor=True))
    place.resident("Pia", PIA)
    note = field("note", "text", "Note", isSupervisor=True)
    place.state.templates[7] = template(section("Civilian", field("first", "text", "First"), note))
    creation = creation_of(place, OneFile(json.dumps(record | {"type": 7}).encode()))
    intent = RecordIntent(subject=HIS, url="https://cdn.discordapp.com/x.json", size=10)
    if allowed:
        assert (await creation.create_record(place.turn(rule=rule), intent)).name == "Jane"
        return
    with pytest.raises(InvalidFields) as caught:
        await creation.create_record(place.turn(rule=rule), intent)
    assert (caught.value.key, caught.value.fields) == ("record-own", (("Note", "problem-staff-only", {}),))
