"""The v1 generation against cad-api.md sections 1 and 8 (vectors 1-39)."""

from __future__ import annotations

import pytest

from tests.sandbox.cad_world import AMY, API_ID, BRIAN, KEY, SECRET, running

SEED = {"apiId": API_ID, "character": {"type": 7, "sections": []}}
DICTIONARY = {
    "user": API_ID,
    "useDictionary": True,
    "recordTypeId": 7,
    "replaceValues": {"first": "Ann", "last": "Lee"},
}
RECORD = {
    "user": API_ID,
    "record": {"type": 7, "sections": [{"category": 0, "fields": [{"type": "text", "uid": "first", "value": "Ann"}]}]},
}
LINK = {"apiId": API_ID, "syncId": "ABC", "action": 0}
NOT_LINKED = "API ID NOT LINKED TO AN ACCOUNT IN THIS COMMUNITY"


async def test_link_and_unlink_answer_the_documented_text() -> None:
    async with running() as world:
        linked = await world.civilian("LINK_CHARACTER", apiId=API_ID, syncId="char1:abc", action=0)
        assert linked.status == 200
        assert linked.text == f"Linked char sync ID 'char1:abc' to user 'SonoranBrian' - {BRIAN}"
        assert linked.content_type.startswith("text/plain")
        again = await world.civilian("LINK_CHARACTER", apiId=API_ID, syncId="char1:abc", action=0)
        assert again.text == linked.text
        assert (await world.civilian("GET_CHARACTER_LINKS", apiId=API_ID)).json == ["char1:abc"]
        gone = await world.civilian("LINK_CHARACTER", apiId=API_ID, syncId="char1:abc", action=2)
        assert gone.status == 200
        assert (await world.civilian("GET_CHARACTER_LINKS", apiId=API_ID)).json == []
        assert world.cad.ledger.changes == [
            "linked char1:abc to SonoranBrian",
            "unlinked char1:abc from SonoranBrian",
        ]
        assert [entry.endpoint for entry in world.cad.ledger.entries] == ["link", "link", "links", "unlink", "links"]


@pytest.mark.parametrize("exclusive", [False, True])
async def test_a_second_account_may_link_unless_links_are_exclusive(exclusive: bool) -> None:  # noqa: FBT001 - a table
    async with running(community={"exclusive_links": exclusive}) as world:
        await world.civilian("LINK_CHARACTER", **LINK)
        second = await world.civilian("LINK_CHARACTER", **{**LINK, "apiId": "STEAM:9"})
        assert second.status == (400 if exclusive else 200)
        assert ("taken" in second.text) is exclusive
        assert ("ABC" in world.cad.state.accounts[AMY].links) is not exclusive
        assert (await world.civilian("LINK_CHARACTER", **LINK)).status == 200


@pytest.mark.parametrize(
    "item", [SEED, DICTIONARY, RECORD, {**DICTIONARY, "record": None}, {**DICTIONARY, "user": BRIAN}]
)
async def test_each_generation_of_new_character_is_accepted(item: dict[str, object]) -> None:
    async with running() as world:
        answer = await world.civilian("NEW_CHARACTER", **item)
        assert (answer.status, answer.text) == (200, "NEW CHARACTER ADDED TO SonoranBrian")
        (record,) = (await world.civilian("GET_CHARACTERS", apiId=API_ID)).json
        assert (record["type"], record["recordTypeId"], record["name"]) == (7, 7, "Civilian")
        assert not world.cad.ledger.malformed


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({**SEED, **DICTIONARY}, "unexpected"),
        ({**DICTIONARY, "record": {"type": 7, "sections": []}}, "unexpected"),
        ({**SEED, "deleteAfterMinutes": 5}, "unexpected"),
        ({**DICTIONARY, "templateId": 7}, "unexpected templateId"),
        ({**DICTIONARY, "recordTypeId": 5}, "recordTypeId is not 7"),
        ({**DICTIONARY, "useDictionary": False}, "useDictionary is not true"),
        ({**DICTIONARY, "replaceValues": {"age": 30}}, "replaceValues is not an object of strings"),
        ({**DICTIONARY, "deleteAfterMinutes": True}, "deleteAfterMinutes"),
        ({**DICTIONARY, "user": ""}, "user is not"),
        ({"user": API_ID}, "lacks"),
        ({"user": API_ID, "record": {"type": 5, "sections": []}}, "whole character record"),
        ({"user": API_ID, "record": {"type": 7}}, "whole character record"),
        ({"apiId": API_ID, "character": {"type": 7, "sections": [{"fields": [{"uid": "a", "value": 3}]}]}}, "whole"),
    ],
)
async def test_mixed_or_wrong_new_characters_are_malformed(item: dict[str, object], reason: str) -> None:
    async with running() as world:
        answer = await world.civilian("NEW_CHARACTER", **item)
        assert (answer.status, answer.text) == (400, "INVALID REQUEST TYPE")
        (entry,) = world.cad.ledger.malformed
        assert reason in (entry.malformed or "")
        assert not entry.applied
        assert not world.cad.state.held


async def test_new_character_may_answer_the_record_it_made() -> None:
    async with running(community={"create_returns_record": True}) as world:
        answer = await world.civilian("NEW_CHARACTER", **DICTIONARY)
        assert answer.content_type.startswith("application/json")
        assert answer.json["id"] in world.cad.state.held


async def test_edit_select_and_remove() -> None:
    async with running() as world:
        brian = world.cad.state.accounts[BRIAN]
        first = world.cad.state.add_record(brian, {"first": "Old"})["id"]
        second = world.cad.state.add_record(brian, {"first": "Two"})["id"]
        edit = {"user": API_ID, "templateId": 7, "recordId": first, "replaceValues": {"first": "new"}}
        edited = await world.civilian("EDIT_CHARACTER", useDictionary=True, record=None, **edit)
        assert edited.text == f"CHARACTER {first} EDITED FOR SonoranBrian"
        chosen = await world.civilian("SET_CHARACTER", apiId=API_ID, charId=second)
        assert [record["id"] for record in chosen.json] == [second, first]
        removed = await world.civilian("REMOVE_CHARACTER", id=second)
        assert removed.text == f"CHARACTER {second} REMOVED FOR SonoranBrian"
        (left,) = (await world.civilian("GET_CHARACTERS", account=BRIAN)).json
        assert [field["value"] for field in left["sections"][1]["fields"] if field["uid"] == "first"] == ["NEW"]
        assert not world.cad.ledger.malformed


async def test_a_whole_record_replaces_one() -> None:
    async with running() as world:
        made = world.cad.state.add_record(world.cad.state.accounts[BRIAN], {"first": "Old"})["id"]
        item = {"user": "STEAM:9", "templateId": 7, "recordId": made, "record": RECORD["record"]}
        assert (await world.civilian("EDIT_CHARACTER", **item)).status == 200
        held = world.cad.state.held[made]
        assert held.owner == AMY  # `user` sets the owner
        assert held.record["sections"][0]["fields"][0]["value"] == "ANN"
        assert held.record["id"] == made


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("GET_CHARACTERS", {"apiId": "steam:1234"}),  # case-sensitive
        ("GET_CHARACTER_LINKS", {"apiId": "nobody"}),
        ("LINK_CHARACTER", {**LINK, "apiId": "nobody"}),
        ("NEW_CHARACTER", {**DICTIONARY, "user": "nobody"}),
        ("REMOVE_CHARACTER", {"id": 1}),
        ("SET_CHARACTER", {"apiId": API_ID, "charId": 1}),
        ("SET_CHARACTER", {"account": BRIAN, "charId": "char1:abc"}),  # not linked, and no DB sync
    ],
)
async def test_what_is_not_there_answers_404_and_is_not_malformed(kind: str, item: dict[str, object]) -> None:
    async with running() as world:
        answer = await world.civilian(kind, **item)
        assert (answer.status, answer.text) == (404, NOT_LINKED)
        (entry,) = world.cad.ledger.entries
        assert (entry.malformed, entry.applied, entry.changes) == (None, False, [])


@pytest.mark.parametrize(
    ("envelope", "community", "text", "malformed"),
    [
        ({"type": "GET_CHARACTERS"}, {}, "INVALID REQUEST TYPE", True),
        ({"id": "other"}, {}, "INVALID COMMUNITY ID", False),
        ({"id": "not valid!"}, {}, "INVALID REQUEST TYPE", True),
        ({"key": "wrong"}, {}, "INVALID API KEY", False),
        ({"key": None}, {}, "INVALID REQUEST TYPE", True),
        ({"extra": 1}, {}, "INVALID REQUEST TYPE", True),
        ({"recordTypeId": 7}, {}, "INVALID REQUEST TYPE", True),
        ({"data": LINK}, {}, "INVALID REQUEST TYPE", True),
        ({"data": []}, {}, "INVALID REQUEST TYPE", True),
        ({"data": [LINK, LINK]}, {}, "INVALID REQUEST TYPE", True),
        ({"data": ["text"]}, {}, "INVALID REQUEST TYPE", True),
        ({}, {"api_enabled": False}, "API IS NOT ENABLED FOR THIS COMMUNITY", False),
        ({}, {"plan": 2}, "API IS NOT ENABLED FOR THIS COMMUNITY", False),
    ],
)
async def test_the_envelope_is_checked(
    envelope: dict[str, object],
    community: dict[str, object],
    text: str,
    malformed: bool,  # noqa: FBT001 - a table
) -> None:
    async with running(community=community) as world:
        answer = await world.v1("civilian", "LINK_CHARACTER", LINK, **envelope)
        assert (answer.status, answer.text) == (400, text)
        assert bool(world.cad.ledger.malformed) is malformed
        assert not world.cad.state.accounts[BRIAN].links


@pytest.mark.parametrize(
    "item",
    [
        {**LINK, "action": 1},
        {**LINK, "action": True},
        {**LINK, "action": "0"},
        {**LINK, "syncId": ""},
        {**LINK, "syncId": ".."},
        {**LINK, "syncId": "a/b"},
        {**LINK, "syncId": "x" * 256},
        {**LINK, "syncId": 5},
        {**LINK, "account": BRIAN},
        {"apiId": API_ID, "syncId": "ABC"},
    ],
)
async def test_wrong_links_are_malformed(item: dict[str, object]) -> None:
    async with running() as world:
        assert (await world.civilian("LINK_CHARACTER", **item)).text == "INVALID REQUEST TYPE"
        assert len(world.cad.ledger.malformed) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/civilian/edit_characters"),
        ("POST", "/civilian"),
        ("GET", "/civilian/get_characters"),
        ("POST", "/civilian/get_characters/"),
    ],
)
async def test_an_unknown_path_is_answered_with_the_trap(method: str, path: str) -> None:
    async with running() as world:
        answer = await world.send(method, path, None if method == "GET" else {})
        assert (answer.status, answer.text) == (200, "Sonoran CAD: Backend Service Reached")
        (entry,) = world.cad.ledger.malformed
        assert not entry.applied


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"{", {}),
        (b"\xff", {}),
        (b"[" * 100_000, {}),
        (b"[]", {}),
        (b'{"id": "sandbox", "id": "other"}', {}),
        (b"{}", {"Content-Type": "text/plain"}),
    ],
)
async def test_what_is_not_a_json_object_is_malformed(body: bytes, headers: dict[str, str]) -> None:
    async with running() as world:
        answer = await world.send("POST", "/civilian/get_characters", body, headers=headers)
        assert answer.status == 400
        assert len(world.cad.ledger.malformed) == 1


async def test_a_query_is_malformed() -> None:
    async with running() as world:
        body = {"id": "sandbox", "key": KEY, "type": "GET_VERSION", "data": []}
        assert (await world.send("POST", "/general/get_version?key=1", body)).status == 400
        assert world.cad.ledger.malformed[0].malformed == "a v1 call takes no query"


@pytest.mark.parametrize("taken_status", [200, 400])
async def test_a_taken_unique_value_says_taken(taken_status: int) -> None:
    async with running(community={"taken_status": taken_status}) as world:
        world.cad.state.templates[7]["sections"][1]["fields"][0]["unique"] = True
        await world.civilian("NEW_CHARACTER", **DICTIONARY)
        (record_id,) = world.cad.state.held
        answer = await world.civilian("NEW_CHARACTER", **DICTIONARY)
        assert (answer.status, answer.text) == (taken_status, f"Value is already taken by record {record_id}")
        assert len(world.cad.state.held) == 1
        assert not world.cad.ledger.entries[-1].applied


async def test_general_reads() -> None:
    async with running() as world:
        assert (await world.v1("general", "GET_VERSION")).text == "4"
        (server,) = (await world.v1("general", "GET_SERVERS")).json["servers"]
        assert {"id", "name", "mapIp", "listenerPort", "isStatic", "differingOutbound"} <= set(server)
        assert (await world.general("CHECK_APIID", apiId=API_ID)).text == "SonoranBrian"
        assert (await world.general("CHECK_APIID", apiId="x")).status == 404
        for by in ({"apiId": API_ID}, {"username": "SonoranBrian"}, {"account": BRIAN}):
            account = (await world.general("GET_ACCOUNT", **by)).json
            assert (account["uuid"], account["apiIds"]) == (BRIAN, [API_ID, "license:b"])
        assert (await world.general("VERIFY_SECRET", secret=SECRET)).json == {BRIAN: SECRET}
        assert (await world.general("VERIFY_SECRET", secret=BRIAN)).json == {}
        assert not world.cad.ledger.malformed


async def test_accounts_come_in_pages_of_active_ones() -> None:
    async with running() as world:
        world.cad.state.add_account("Banned", status=4)
        page = (await world.general("GET_ACCOUNTS", limit=1, offset=1)).json
        assert page["pagination"] == {"limit": 1, "offset": 1, "total": 2}
        assert [account["username"] for account in page["accounts"]] == ["O'Neil"]
        (banned,) = (await world.general("GET_ACCOUNTS", status=4)).json["accounts"]
        assert banned["username"] == "Banned"
        assert (await world.general("GET_ACCOUNTS", limit=101)).status == 400


async def test_api_ids_are_appended_or_overwritten() -> None:
    async with running() as world:
        answer = await world.general("SET_API_ID", account=BRIAN, apiIds=["new", API_ID])
        assert answer.text == "API ID(s) set!"
        assert world.cad.state.accounts[BRIAN].api_ids == [API_ID, "license:b", "new"]
        await world.general("SET_API_ID", username="SonoranBrian", apiIds=["only"], pushNew=False)
        assert world.cad.state.accounts[BRIAN].api_ids == ["only"]
        assert (await world.general("SET_API_ID", account=BRIAN, username="x", apiIds=["a"])).status == 400


async def test_templates_are_asked_for_beside_the_data() -> None:
    async with running() as world:
        assert [each["name"] for each in (await world.v1("general", "GET_TEMPLATES", recordTypeId=7)).json] == [
            "Civilian"
        ]
        assert len((await world.v1("general", "GET_TEMPLATES")).json) == 1
        assert (await world.v1("general", "GET_TEMPLATES", recordTypeId=5)).json == []
        assert not world.cad.ledger.malformed
        assert (await world.general("GET_TEMPLATES", recordTypeId=7)).status == 400
