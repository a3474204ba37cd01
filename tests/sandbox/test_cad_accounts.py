"""How accounts are found, proven and changed in both generations, and that records are anybody's by their bare id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from sandbox.templates import VEHICLE_TYPE, vehicle_template
from tests.sandbox.cad_world import AMY, API_ID, BRIAN, DISCORD, SECRET, World, running

if TYPE_CHECKING:
    from sandbox.cad import CadState

EDIT: dict[str, Any] = {"useDictionary": True, "templateId": 7, "replaceValues": {"first": "Mine"}}
PENDING, BANNED = 0, 4


async def account(world: World, generation: str, **by: str) -> Any:
    """Look an account up by one identifier, in the generation's own words for it."""
    if generation == "v1":
        names = {"accountUuid": "account"}
        answer = await world.general("GET_ACCOUNT", **{names.get(name, name): value for name, value in by.items()})
    else:
        ((name, value),) = by.items()
        answer = await world.v2("GET", f"general/accounts/account?{name}={quote(value, safe='')}")
    return answer.json if answer.status == 200 else answer.status


async def verify(world: World, generation: str, secret: str) -> Any:
    if generation == "v1":
        return await world.general("VERIFY_SECRET", secret=secret)
    return await world.v2("POST", "general/secrets/verify", {"secret": secret})


def vehicle(state: CadState, owner: str = AMY) -> int:
    state.templates[VEHICLE_TYPE] = vehicle_template()
    record_id: int = state.add_record(state.accounts[owner], {"plate": "PAL3TO"}, VEHICLE_TYPE)["id"]
    return record_id


@pytest.mark.parametrize(
    ("generation", "identifier"),
    [
        ("v1", {"apiId": API_ID}),
        ("v1", {"username": "SonoranBrian"}),
        ("v1", {"accountUuid": BRIAN}),
        ("v1", {"accountUuid": BRIAN.upper()}),
        ("v2", {"username": "SonoranBrian"}),
        ("v2", {"accountUuid": BRIAN.upper()}),
        ("v2", {"communityUserId": "b1"}),
        ("v2", {"discord": DISCORD}),
    ],
)
@pytest.mark.parametrize("status", [PENDING, 1, BANNED])
async def test_an_account_tells_its_status_by_every_identifier(
    generation: str, identifier: dict[str, str], status: int
) -> None:
    async with running() as world:
        world.cad.state.accounts[BRIAN].status = status
        found = await account(world, generation, **identifier)
        assert (found["uuid"], found["username"], found["status"]) == (BRIAN, "SonoranBrian", status)
        assert not world.cad.ledger.malformed


@pytest.mark.parametrize(("generation", "name"), [("v1", "apiId"), ("v1", "username"), ("v2", "communityUserId")])
async def test_identifiers_are_case_sensitive(generation: str, name: str) -> None:
    async with running() as world:
        right = {"apiId": API_ID, "username": "SonoranBrian", "communityUserId": "b1"}[name]
        assert (await account(world, generation, **{name: right}))["uuid"] == BRIAN
        assert await account(world, generation, **{name: right.swapcase()}) == 404


@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("status", [PENDING, BANNED])
async def test_a_secret_proves_its_account_until_it_is_regenerated(generation: str, status: int) -> None:
    async with running() as world:
        brian = world.cad.state.accounts[BRIAN]
        brian.status = status  # the CAD leaves it to the asker what to think of that
        for typed in (SECRET, SECRET.upper()):
            assert (await verify(world, generation, typed)).json == {BRIAN: typed}
        fresh = world.cad.state.regenerate_secret(brian)
        assert (await verify(world, generation, fresh)).json == {BRIAN: fresh}
        wrong = await verify(world, generation, SECRET)
        assert (wrong.status, wrong.text) == (200, "{}") if generation == "v1" else wrong.status == 404
        assert {SECRET, fresh} <= world.cad.state.secrets
        assert (await verify(world, generation, "no-uuid")).status == 400


@pytest.mark.parametrize("generation", ["v1", "v2"])
@pytest.mark.parametrize("body", ["{}", "[]", "NOT VERIFIED"])
async def test_what_a_wrong_secret_gets_is_open(generation: str, body: str) -> None:
    async with running(community={"unknown_secret": body}) as world:
        wrong = await verify(world, generation, BRIAN)
        assert (wrong.status, wrong.text) == (200, body)
        assert not world.cad.ledger.malformed


async def test_what_its_owner_changes_about_an_account() -> None:
    async with running() as world:
        state = world.cad.state
        brian, amy = state.accounts[BRIAN], state.accounts[AMY]
        brian.api_ids = ["", "STEAM:new"]
        brian.username = "Brian2"
        state.bind(amy, "b1")
        state.link_discord(amy, DISCORD)
        assert (brian.community_user_id, brian.discord) == (None, None)
        assert (await account(world, "v1", apiId="STEAM:new"))["apiIds"] == ["", "STEAM:new"]
        assert await account(world, "v1", apiId=API_ID) == 404
        assert (await account(world, "v2", discord=DISCORD))["uuid"] == AMY
        assert (await account(world, "v2", communityUserId="b1"))["uuid"] == AMY
        state.link_discord(amy, None)
        assert await account(world, "v2", discord=DISCORD) == 404
        assert (await world.general("CHECK_APIID", apiId="STEAM:new")).text == "Brian2"


async def test_two_accounts_may_have_the_same_api_id() -> None:
    async with running() as world:
        world.cad.state.add_account("Double", api_ids=[API_ID])
        assert (await account(world, "v1", apiId=API_ID))["uuid"] == BRIAN


async def test_an_unlinked_community_user_id_may_be_a_failure() -> None:
    async with running(community={"unlinked_is_failure": True}) as world:
        answer = await world.v2("POST", "general/links/check", {"communityUserId": "nobody"})
        assert (answer.status, answer.json) == (404, {"success": False})
        answer = await world.v2("POST", "general/links/check", {"communityUserId": "b1"})
        assert answer.json == {"communityUserId": "b1", "linked": True, "accountUuid": BRIAN}


async def test_any_record_is_deleted_by_its_bare_id() -> None:
    async with running() as world:
        state = world.cad.state
        amys = [state.add_record(state.accounts[AMY], {"first": "Amy"})["id"] for _ in range(2)]
        cars = [vehicle(state) for _ in range(3)]
        answer = await world.civilian("REMOVE_CHARACTER", id=amys[0])
        assert answer.text == f"CHARACTER {amys[0]} REMOVED FOR O'Neil"
        assert (await world.civilian("REMOVE_CHARACTER", id=cars[0])).status == 200
        assert (await world.v2("DELETE", f"civilian/characters/{cars[1]}")).json == {"characterId": cars[1]}
        assert (await world.v2("DELETE", f"general/records/{cars[2]}")).json == {"recordId": cars[2]}
        assert (await world.v2("DELETE", f"civilian/characters/{amys[1]}")).status == 200
        assert state.held == {}
        assert (await world.v2("DELETE", f"civilian/characters/{amys[1]}")).status == 404
        assert (await world.civilian("REMOVE_CHARACTER", id=amys[1])).status == 404


@pytest.mark.parametrize("generation", ["v1", "v2"])
async def test_an_edit_takes_any_record_and_sets_its_owner(generation: str) -> None:
    async with running() as world:
        state = world.cad.state
        amys = state.add_record(state.accounts[AMY], {"first": "Amy"})["id"]
        car = vehicle(state)
        for record_id in (amys, car):
            if generation == "v1":
                edit = {**EDIT, "user": BRIAN, "recordId": record_id}
                answer = await world.civilian("EDIT_CHARACTER", **edit)
                assert answer.text == f"CHARACTER {record_id} EDITED FOR SonoranBrian"
            else:
                answer = await world.v2("PATCH", f"general/records/{record_id}", {**EDIT, "discord": DISCORD})
                assert answer.json["id"] == record_id
            assert state.held[record_id].owner == BRIAN
        listed = (await world.civilian("GET_CHARACTERS", account=BRIAN)).json
        assert [record["id"] for record in listed] == [amys]  # a vehicle is no character


@pytest.mark.parametrize("db_sync", [False, True])
async def test_the_selected_character_comes_first(db_sync: bool) -> None:  # noqa: FBT001 - a table
    async with running(community={"db_sync": db_sync, "includes_api_records": True}) as world:
        state = world.cad.state
        brian = state.accounts[BRIAN]
        first, second = (state.add_record(brian, {"first": name})["id"] for name in ("One", "Two"))
        state.link(brian, "char1:abc")
        chosen = "char1:abc" if db_sync else str(second)
        answer = await world.v2("PUT", "civilian/selected-character", {"discord": DISCORD, "characterId": chosen})
        assert answer.json == {"accountUuid": BRIAN, "characterId": chosen}
        listed = (await world.v2("GET", f"civilian/characters?discord={DISCORD}")).json
        assert chosen in (listed[0]["syncId"], str(listed[0]["id"]))
        (await world.civilian("SET_CHARACTER", account=BRIAN, charId=first))
        assert (await world.civilian("GET_CHARACTERS", apiId=API_ID)).json[0]["id"] == first
        foreign = state.add_record(state.accounts[AMY], {"first": "Amy"})["id"]
        body = {"discord": DISCORD, "characterId": str(foreign)}
        assert (await world.v2("PUT", "civilian/selected-character", body)).status == 404
        assert not world.cad.ledger.malformed
