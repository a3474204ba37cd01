"""Staff attach a whole record: it is judged, created at once without a form, and never taken for an existing one."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.discord import Upload
from sandbox.templates import hard_template
from tests.e2e import wire
from tests.e2e.filling import HARD_SENT, as_record
from tests.e2e.reading import assert_refused, headline, says_unchanged
from tests.e2e.world import V1, V2, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.world import World

WORLDS = {
    "v1-character": replace(V1, template=hard_template),
    "v1-dictionary": replace(V1.but(SONORAN_NEW_CHARACTER_FORM="dictionary"), template=hard_template),
    "v2": replace(V2, template=hard_template),
}
V2_ONLY = pytest.mark.parametrize("world", [WORLDS["v2"]], ids=["v2"], indirect=True)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def exported(number: int, **top: Any) -> dict[str, Any]:
    """Return a character as the CAD exports it: it was one, with ids of its own."""
    unique = {
        "ssn": f"900-00-{number:04}",
        "_5f1c9ab27de04c316": f"AB X1Y2Z{number}",
        "phone_number": f"+1 555 - 123 - {number:04}",
        "_gunserial": f"AB-12CD-{number:02}",
    }
    record = as_record(hard_template(), {**HARD_SENT, **unique})
    return {**record, "id": 2450, "syncId": "ABC12345", "syncUniqueId": "u-1", **top}


def upload(record: object, name: str = "record.json") -> Upload:
    """Return the file that is attached."""
    content = record if isinstance(record, bytes) else json.dumps(record).encode()
    return Upload(name, content)


def field(record: dict[str, Any], uid: str) -> dict[str, Any]:
    """Return a record's field."""
    found: dict[str, Any] = next(f for s in record["sections"] for f in s["fields"] if f["uid"] == uid)
    return found


@pytest.mark.parametrize("world", WORLDS.values(), ids=WORLDS.keys(), indirect=True)
async def test_a_record_is_created_at_once_without_its_ids(world: World) -> None:
    player = world.player()
    api_id = wire.api_id(world, player)
    record = exported(1)
    expected = {key: each for key, each in record.items() if key not in {"id", "syncId", "syncUniqueId"}}
    created = await world.command(world.staff, "newchar", api_id=api_id, record=upload(record))
    assert headline(created).startswith("Created ")
    (call,) = world.wire
    if world.v2:
        assert call == ("POST", "/v2/general/records", {"communityUserId": api_id, "record": expected})
    elif world.config.settings.get("SONORAN_NEW_CHARACTER_FORM"):
        assert call == wire.v1("civilian", "NEW_CHARACTER", {"user": api_id, "record": expected})
    else:
        assert call == wire.v1("civilian", "NEW_CHARACTER", {"apiId": api_id, "character": expected})
    assert [held.owner for held in world.cad.state.held.values()] == [player.account.uuid]


@V2_ONLY
async def test_a_lifetime_goes_with_it(world: World) -> None:
    player = world.player()
    await world.command(world.staff, "newchar", member=player.member, record=upload(exported(2)), delete_after=5)
    (call,) = world.calls
    assert isinstance(call.body, dict)
    assert call.body["deleteAfterMinutes"] == 5
    assert call.body["discord"] == str(player.member.id)


@V2_ONLY
async def test_a_byte_order_mark_is_no_obstacle(world: World) -> None:
    player = world.player()
    content = b"\xef\xbb\xbf" + json.dumps(exported(3)).encode()
    created = await world.command(world.staff, "newchar", member=player.member, record=upload(content))
    assert headline(created).startswith("Created ")


def _nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(depth):
        inner = {"a": inner}
    return inner


BAD: dict[str, Callable[[], object]] = {
    "not json": lambda: b"first: John",
    "empty": lambda: b"",
    "cut off": lambda: json.dumps(exported(4)).encode()[:-20],
    "not utf-8": lambda: b'{"type": 7, "name": "\xff"}',
    "a list": lambda: [exported(4)],
    "a number": lambda: 7,
    "not a number": lambda: b'{"type": NaN, "sections": []}',
    "a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(100),
    "too deep": lambda: exported(4, extra=_nested(40)),
    "far too deep": lambda: b'{"type":7,"sections":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "too large": lambda: exported(4, extra="x" * 300_000),
    "no sections": lambda: {"type": 7},
    "sections of words": lambda: {"type": 7, "sections": ["a"]},
    "a vehicle": lambda: exported(4, type=5, recordTypeId=5),
    "a vehicle in disguise": lambda: exported(4, recordTypeId=5),
    "a warrant": lambda: exported(4, type=2),
    "a word for a type": lambda: exported(4, type="7th"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
@V2_ONLY
async def test_what_is_no_character_is_refused_with_the_reason(world: World, bad: Callable[[], object]) -> None:
    player = world.player()
    answer = await world.command(world.staff, "newchar", member=player.member, record=upload(bad()))
    assert_refused(answer)
    assert says_unchanged(answer)
    assert world.calls == []


@V2_ONLY
async def test_values_that_do_not_fit_the_template_are_all_named(world: World) -> None:
    player = world.player()
    record = deepcopy(exported(5))
    field(record, "dob")["value"] = "31/31/1990"
    field(record, "ssn")["value"] = "12"
    field(record, "bloodtype")["value"] = "Z+"
    field(record, "last")["value"] = ""
    answer = await world.command(world.staff, "newchar", member=player.member, record=upload(record))
    assert_refused(answer, "Date of Birth", "Social Security Number", "Blood Type", "Last Name")
    assert [call.endpoint for call in world.calls] in ([], ["template"])


@V2_ONLY
async def test_fields_that_the_template_lacks_are_told(world: World) -> None:
    player = world.player()
    record = deepcopy(exported(6))
    record["sections"][0]["fields"].append({**field(record, "first"), "uid": "_removed01", "label": "Old field"})
    created = await world.command(world.staff, "newchar", member=player.member, record=upload(record))
    assert headline(created).startswith("Created ")
    assert "_removed01" in text(created)


@V2_ONLY
@pytest.mark.parametrize(
    "base", ["https://evil.example", "http://127.0.0.1:1", "file:///etc", "http://169.254.169.254"]
)
async def test_a_file_that_is_not_on_discord_is_never_fetched(world: World, base: str) -> None:
    messages = world.discord.world.messages
    own, messages.base_url = messages.base_url, base
    try:
        answer = await world.command(world.staff, "newchar", member=world.player().member, record=upload(exported(7)))
    finally:
        messages.base_url = own
    assert_refused(answer, "Discord")
    assert says_unchanged(answer)
    assert world.calls == []


@V2_ONLY
async def test_a_file_that_is_gone_is_told(world: World) -> None:
    messages = world.discord.world.messages
    store = messages.files
    messages.files = {}
    try:
        exchange = await world.discord.command(
            world.staff, "newchar", {"member": world.player().member, "record": upload(exported(8))}
        )
        messages.files.clear()
        answer = await world._answered(exchange)
    finally:
        messages.files = store
    if headline(answer).startswith("Created"):  # it was fetched before it was gone
        assert [call.endpoint for call in world.calls] == ["create"]
    else:
        assert_refused(answer)
        assert world.calls == []


@V2_ONLY
async def test_players_attach_nothing(world: World) -> None:
    player = world.player()
    for options in ({"record": upload(exported(9))}, {"delete_after": 5}, {"api_id": "license-1"}):
        answer = await world.command(player, "newchar", **options)
        assert_refused(answer, "staff")
    assert world.calls == []
