"""The v2 generation against cad-api.md sections 2 and 8 (vectors 40-76)."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.sandbox.cad_world import AMY, BRIAN, DISCORD, KEY, SECRET, World, running

LINKS = "civilian/character-links"
CREATE = {
    "discord": DISCORD,
    "useDictionary": True,
    "recordTypeId": 7,
    "replaceValues": {"first": "John", "last": "Doe", "dob": "01/01/1995"},
}
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "traceId"}


@pytest.mark.parametrize("sync_id", ["char1:abc", "a+b", "Zoë 1", "%2F", "CaSe"])
async def test_links_are_set_listed_and_removed(sync_id: str) -> None:
    async with running() as world:
        path = f"{LINKS}/{quote(sync_id, safe='')}"
        added = await world.v2("PUT", path, {"discord": DISCORD})
        assert added.json == {"accountUuid": BRIAN, "syncId": sync_id, "action": "ADD"}
        assert (await world.v2("PUT", path, {"discord": DISCORD})).status == 200
        assert (await world.v2("GET", f"{LINKS}?discord={DISCORD}")).json == [sync_id]
        removed = await world.v2("DELETE", path, {"discord": DISCORD})
        assert removed.json == {"accountUuid": BRIAN, "syncId": sync_id, "action": "REMOVE"}
        assert (await world.v2("GET", f"{LINKS}?accountUuid={BRIAN}")).json == []
        assert len(world.cad.ledger.changes) == 2
        assert not world.cad.ledger.malformed


async def test_a_raw_colon_is_the_same_segment() -> None:
    async with running() as world:
        assert (await world.v2("PUT", f"{LINKS}/char1:abc", {"discord": DISCORD})).json["syncId"] == "char1:abc"


@pytest.mark.parametrize("segment", ["..", ".", "", "%2e%2e", "a%2Fb", "a%5Cb", "a%00b", "%FF", "x" * 256])
async def test_unsafe_segments_are_malformed(segment: str) -> None:
    async with running() as world:
        answer = await world.v2("PUT", f"{LINKS}/{segment}", {"discord": DISCORD})
        assert answer.status == 400
        assert len(world.cad.ledger.malformed) == 1


async def test_a_link_that_climbs_up_does_not_reach_another_endpoint() -> None:
    async with running() as world:
        made = world.cad.state.add_record(world.cad.state.accounts[BRIAN], {})["id"]
        answer = await world.v2("DELETE", f"{LINKS}/../characters/{made}", {"discord": DISCORD})
        assert answer.status == 404
        assert made in world.cad.state.held


@pytest.mark.parametrize(
    "identifier", [{"communityUserId": "b1"}, {"discord": DISCORD}, {"roblox": 77}, {"accountUuid": BRIAN}]
)
async def test_every_identifier_finds_the_account(identifier: dict[str, object]) -> None:
    async with running() as world:
        assert (await world.v2("PUT", f"{LINKS}/A", identifier)).json["accountUuid"] == BRIAN
        ((name, value),) = identifier.items()
        assert (await world.v2("GET", f"{LINKS}?{name}={value}")).json == ["A"]
        account = (await world.v2("GET", f"general/accounts/account?{name}={value}")).json
        assert account["username"] == "SonoranBrian"
        assert account["joined"] == "2026-01-14T18:22:00Z"
        assert "apiIds" not in account


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"discord": DISCORD, "accountUuid": BRIAN},
        {"discord": int(DISCORD)},
        {"discord": "me"},
        {"roblox": "77"},
        {"roblox": True},
        {"accountUuid": "me"},
        {"communityUserId": ""},
        {"username": "SonoranBrian"},
        {"apiId": "STEAM:1234"},
        {"discord": None},
        [],
    ],
)
async def test_anything_but_one_identifier_is_malformed(body: object) -> None:
    async with running() as world:
        answer = await world.v2("PUT", f"{LINKS}/A", body)
        assert answer.status == 400
        assert set(answer.json) == PROBLEM_KEYS
        assert len(world.cad.ledger.malformed) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{LINKS}?discord={DISCORD}", {"discord": DISCORD}),
        ("GET", f"{LINKS}?discord={DISCORD}&discord={DISCORD}", None),
        ("GET", f"{LINKS}?discord={DISCORD}&extra=1", None),
        ("GET", LINKS, None),
        ("DELETE", f"{LINKS}/A?discord={DISCORD}", {"discord": DISCORD}),
        ("DELETE", f"{LINKS}/A", None),
        ("DELETE", "civilian/characters/True", None),
        ("DELETE", "civilian/characters/-1", None),
        ("PUT", "civilian/selected-character", {"discord": DISCORD, "characterId": 5}),
        ("POST", "general/records", {**CREATE, "templateId": 7}),
        ("POST", "general/records", {**CREATE, "replaceValues": {"age": 30}}),
        ("POST", "general/records", {**CREATE, "record": {"type": 7, "sections": []}}),
        ("POST", "general/records", {"discord": DISCORD, "record": {"sections": []}}),
        ("PATCH", "general/records/5", CREATE),
        ("GET", "general/accounts?limit=0", None),
        ("GET", "general/accounts?limit=101", None),
        ("POST", "general/links/set", {"accountUuid": BRIAN, "secretUuid": "x", "communityUserId": "b"}),
    ],
)
async def test_requests_of_another_form_are_malformed(method: str, path: str, body: object) -> None:
    async with running() as world:
        answer = await world.v2(method, path, body)
        assert answer.status == 400
        assert world.cad.ledger.entries[0].malformed


@pytest.mark.parametrize(
    ("authorization", "detail", "malformed"),
    [
        (None, "Missing Authorization header.", True),
        (KEY, "Missing Authorization header.", True),
        (f"Basic {KEY}", "Missing Authorization header.", True),
        ("Bearer wrong", "Invalid API key.", False),
    ],
)
async def test_the_key_is_asked_for(authorization: str | None, detail: str, malformed: bool) -> None:  # noqa: FBT001 - a table
    async with running() as world:
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = await world.send("GET", "/v2/general/version", headers=headers)
        assert answer.status == 401
        assert answer.content_type.startswith("application/problem+json")
        problem = answer.json
        assert set(problem) == PROBLEM_KEYS
        assert problem["type"] == "https://httpstatuses.com/401"
        assert (problem["title"], problem["status"], problem["detail"]) == ("Unauthorized", 401, detail)
        assert problem["instance"] == "/v2/general/version"
        assert answer.headers["x-trace-id"] == problem["traceId"]
        (entry,) = world.cad.ledger.entries
        assert (entry.key_ok, bool(entry.malformed)) == (False, malformed)


async def test_characters_are_created_edited_selected_and_removed() -> None:
    async with running() as world:
        made = (await world.v2("POST", "general/records", CREATE)).json
        other = (await world.v2("POST", "general/records", CREATE)).json
        assert made["id"] < other["id"]
        values = {field["uid"]: field["value"] for field in made["sections"][1]["fields"]}
        assert (values["first"], values["dob"]) == ("JOHN", "01/01/1995")
        edit = {"discord": DISCORD, "useDictionary": True, "templateId": 7, "replaceValues": {"first": "J"}}
        edited = (await world.v2("PATCH", f"general/records/{made['id']}", edit)).json
        assert edited["sections"][1]["fields"][0]["value"] == "J"
        chosen = {"discord": DISCORD, "characterId": str(other["id"])}
        assert (await world.v2("PUT", "civilian/selected-character", chosen)).json == {
            "accountUuid": BRIAN,
            "characterId": str(other["id"]),
        }
        assert await _listed(world) == [other["id"], made["id"]]
        assert (await world.v2("DELETE", f"civilian/characters/{made['id']}")).json == {"characterId": made["id"]}
        assert (await world.v2("DELETE", f"general/records/{other['id']}")).json == {"recordId": other["id"]}
        assert (await world.v2("DELETE", f"civilian/characters/{made['id']}")).status == 404
        assert await _listed(world) == []
        assert not world.cad.ledger.malformed


async def _listed(world: World) -> list[int]:
    answer = await world.v2("GET", f"civilian/characters?discord={DISCORD}")
    return [record["id"] for record in answer.json]


async def test_a_whole_record_is_created_and_edited() -> None:
    async with running() as world:
        field = {"type": "text", "uid": "first", "value": "Ann", "data": None}
        record = {"type": 7, "id": -1, "sections": [{"category": 0, "fields": [field]}]}
        made = (await world.v2("POST", "general/records", {"discord": DISCORD, "record": record})).json
        assert made["sections"][0]["fields"][0]["value"] == "ANN"
        field["value"] = "Bea"
        path = f"general/records/{made['id']}"
        edited = (await world.v2("PATCH", path, {"accountUuid": AMY, "record": record})).json
        assert (edited["id"], edited["sections"][0]["fields"][0]["value"]) == (made["id"], "BEA")
        assert world.cad.state.held[made["id"]].owner == AMY


async def test_game_characters_are_listed_under_db_sync() -> None:
    async with running(community={"db_sync": True}) as world:
        await world.v2("POST", "general/records", CREATE)
        await world.v2("PUT", f"{LINKS}/char1%3Aabc", {"discord": DISCORD})
        await world.v2("PUT", f"{LINKS}/unknown", {"discord": DISCORD})
        (record,) = (await world.v2("GET", f"civilian/characters?discord={DISCORD}")).json
        assert record["syncId"] == "char1:abc"
        chosen = {"discord": DISCORD, "characterId": "char1:abc"}
        assert (await world.v2("PUT", "civilian/selected-character", chosen)).json["characterId"] == "char1:abc"
        world.cad.state.community.includes_api_records = True
        assert len(await _listed(world)) == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("GET", "civilian/characters?discord=999999999999999999", None, 404, "Account not found."),
        ("PUT", "civilian/selected-character", {"discord": DISCORD, "characterId": "1"}, 404, "Record not found."),
        ("GET", "general/templates/5", None, 404, "Record not found."),
        ("GET", "general/nothing", None, 404, "No route matches the request."),
        ("GET", "general/records", None, 404, "No route matches the request."),
    ],
)
async def test_what_is_not_there_is_a_problem(method: str, path: str, body: object, status: int, detail: str) -> None:
    async with running() as world:
        answer = await world.v2(method, path, body)
        assert (answer.status, answer.json["detail"]) == (status, detail)


async def test_conflicts_are_409() -> None:
    async with running(community={"exclusive_links": True}) as world:
        world.cad.state.templates[7]["sections"][1]["fields"][0]["unique"] = True
        made = (await world.v2("POST", "general/records", CREATE)).json
        taken = await world.v2("POST", "general/records", CREATE)
        assert (taken.status, taken.json["status"]) == (409, 409)
        assert str(made["id"]) in taken.json["detail"]
        await world.v2("PUT", f"{LINKS}/A", {"discord": DISCORD})
        assert (await world.v2("PUT", f"{LINKS}/A", {"accountUuid": AMY})).status == 409
        assert world.cad.state.accounts[AMY].links == []


@pytest.mark.parametrize(("community", "status"), [({"plan": 2}, 402), ({"api_enabled": False}, 403)])
async def test_plan_and_switch_refuse(community: dict[str, object], status: int) -> None:
    async with running(community=community) as world:
        assert (await world.v2("GET", f"civilian/characters?discord={DISCORD}")).status == status
        assert not world.cad.ledger.malformed


async def test_the_link_code_flow() -> None:
    async with running(clock=lambda: 1_000_000.0) as world:
        code = (await world.v2("POST", "general/links", {"communityUserId": "p1"})).json
        assert (code["expiresAt"], code["expiresInSeconds"]) == ("1970-01-12T13:56:40Z", 600)
        assert code["communityUuid"] == world.cad.state.community.uuid
        check = await world.v2("POST", "general/links/check", {"communityUserId": "p1"})
        assert check.json == {"communityUserId": "p1", "linked": False, "accountUuid": None}
        world.cad.state.open_code(code["code"], world.cad.state.accounts[AMY])
        check = await world.v2("POST", "general/links/check", {"communityUserId": "p1"})
        assert check.json == {"communityUserId": "p1", "linked": True, "accountUuid": AMY}
        with pytest.raises(KeyError):
            world.cad.state.open_code(code["code"], world.cad.state.accounts[AMY])


async def test_a_link_code_expires() -> None:
    now = [0.0]
    async with running(clock=lambda: now[0]) as world:
        code = (await world.v2("POST", "general/links", {"communityUserId": "p1"})).json["code"]
        now[0] = 600.0
        with pytest.raises(KeyError):
            world.cad.state.open_code(code, world.cad.state.accounts[AMY])
        assert world.cad.state.accounts[AMY].community_user_id is None


async def test_setting_a_link_takes_the_secret_and_moves_the_id() -> None:
    async with running() as world:
        amy = world.cad.state.accounts[AMY]
        body = {"accountUuid": AMY, "secretUuid": amy.secret, "communityUserId": "b1"}
        answer = await world.v2("POST", "general/links/set", body)
        assert answer.json == {"linked": True, "accountUuid": AMY, "communityUserId": "b1"}
        assert world.cad.state.accounts[BRIAN].community_user_id is None
        refused = await world.v2("POST", "general/links/set", {**body, "accountUuid": BRIAN})
        assert refused.status == 403
        unknown = await world.v2("POST", "general/links/set", {**body, "accountUuid": SECRET})
        assert unknown.json["detail"] == refused.json["detail"]


async def test_secrets_are_verified() -> None:
    async with running() as world:
        assert (await world.v2("POST", "general/secrets/verify", {"secret": SECRET})).json == {BRIAN: SECRET}
        assert (await world.v2("POST", "general/secrets/verify", {"secret": BRIAN})).status == 404


async def test_community_reads() -> None:
    async with running() as world:
        info = (await world.v2("GET", "general/info")).json
        assert info["community"]["comId"] == "sandbox"
        assert set(info) == {"uuid", "community", "codes"}
        world.cad.state.community.plan = 3
        assert (await world.v2("GET", "general/version")).json == {"version": 2, "name": "PLUS"}
        assert len((await world.v2("GET", "general/servers")).json["servers"]) == 1
        (template,) = (await world.v2("GET", "general/templates")).json
        assert (await world.v2("GET", "general/templates/7")).json == template
        found = (await world.v2("GET", "general/accounts?username=sonoranbrian&limit=5&offset=0&status=1")).json
        assert found["pagination"] == {"limit": 5, "offset": 0, "total": 1}
        assert found["accounts"][0]["uuid"] == BRIAN
        assert not world.cad.ledger.malformed


async def test_checkboxes_want_flags_as_json_text() -> None:
    async with running() as world:
        field = world.cad.state.templates[7]["sections"][1]["fields"][7]
        field["type"] = "Checkboxes"
        values = {field["uid"]: json.dumps({"flags": ["A", "b"]})}
        made = (await world.v2("POST", "general/records", {**CREATE, "replaceValues": values})).json
        stored = made["sections"][1]["fields"][7]
        assert (stored["data"], stored["value"]) == ({"flags": ["A", "b"]}, "")
        for wrong in ("A", "[]", '["A"]', '{"flags": "A"}', '{"flags": [1]}', '{"flags": [], "x": 1}'):
            body = {**CREATE, "replaceValues": {field["uid"]: wrong}}
            assert (await world.v2("POST", "general/records", body)).status == 400
        assert len(world.cad.ledger.malformed) == 6
