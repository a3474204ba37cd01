"""One server for several communities: each call is for the one whose key it carries, and reaches no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cad import Community
from tests.sandbox.cad_world import API_ID, BRIAN, DISCORD, KEY, World, running

if TYPE_CHECKING:
    from sandbox.cad import CadState

OTHER_KEY = "another-key"
V1_OTHER = {"id": "paleto", "key": OTHER_KEY}
LINKS = "civilian/character-links/A"
BEARER = {"Authorization": f"Bearer {OTHER_KEY}"}


def populate(state: CadState) -> None:
    state.add_account("PaletoPat", api_ids=[API_ID], discord=DISCORD)


def add_other(world: World) -> CadState:
    other = Community(id="paleto", key=OTHER_KEY, name="Paleto Bay", plan=3)
    return world.cad.add_community(other, populate=populate)


async def test_the_key_says_whose_call_it_is() -> None:
    async with running() as world:
        other = add_other(world)
        await world.v2("PUT", LINKS, {"discord": DISCORD})
        await world.v2("PUT", "civilian/character-links/B", {"discord": DISCORD}, **BEARER)
        link = {"apiId": API_ID, "syncId": "C", "action": 0}
        await world.v1("civilian", "LINK_CHARACTER", link, **V1_OTHER)
        assert world.cad.state.accounts[BRIAN].links == ["A"]
        (pat,) = other.accounts.values()
        assert pat.links == ["B", "C"]
        assert [entry.community for entry in world.cad.ledger.entries] == ["sandbox", "paleto", "paleto"]
        assert [entry.number for entry in world.cad.ledger.of("link", community="paleto")] == [2, 3]
        assert len(world.cad.ledger.of("link")) == 3
        info = (await world.v2("GET", "general/info", **BEARER)).json
        assert info["community"]["comId"] == "paleto"
        assert info["uuid"] == other.community.uuid != world.cad.state.community.uuid
        assert world.cad.community("paleto") is other
        assert world.cad.communities == [world.cad.state, other]


@pytest.mark.parametrize(
    ("envelope", "text"),
    [
        ({"id": "paleto", "key": KEY}, "INVALID API KEY"),
        ({"id": "sandbox", "key": OTHER_KEY}, "INVALID API KEY"),
        ({"id": "Paleto", "key": OTHER_KEY}, "INVALID COMMUNITY ID"),
    ],
)
async def test_on_v1_id_and_key_must_belong_together(envelope: dict[str, object], text: str) -> None:
    async with running() as world:
        add_other(world)
        answer = await world.v1("general", "GET_SERVERS", **envelope)
        assert (answer.status, answer.text) == (400, text)
        (entry,) = world.cad.ledger.entries
        assert (entry.community, entry.malformed) == ("", None)


@pytest.mark.parametrize("body", [b"{", b"[]", b"[" * 100_000])
async def test_what_is_nobodys_is_refused(body: bytes) -> None:
    async with running() as world:
        add_other(world)
        assert (await world.v2("GET", "general/info", Authorization="Bearer no-such-key")).status == 401
        assert (await world.send("POST", "/civilian/get_characters", body)).status == 400
        assert [entry.community for entry in world.cad.ledger.entries] == ["", ""]


async def test_plans_limits_and_faults_are_each_communitys_own() -> None:
    now = [0.0]
    async with running(rate_limited=True, monotonic=lambda: now[0]) as world:
        add_other(world)
        for _ in range(10):
            await world.v2("GET", "general/version")
        assert (await world.v2("GET", "general/version")).status == 429
        assert (await world.v2("GET", "general/version", **BEARER)).json == {"version": 2, "name": "PLUS"}
        world.cad.faults.add("503", community="paleto", calls=None)
        assert (await world.v2("GET", "general/info")).status == 200
        assert (await world.v2("GET", "general/info", **BEARER)).status == 503


async def test_no_key_is_in_the_ledger_and_the_state_tells_none() -> None:
    async with running() as world:
        other = add_other(world)
        for key in (KEY, OTHER_KEY):
            await world.send("GET", f"/download/fivem/sandbox/{key}")
        dumped = [(await world.send("GET", f"/_sandbox/{path}")).text for path in ("ledger", "state?community=paleto")]
        assert "PaletoPat" in dumped[1]
        assert not [key for key in world.cad.secrets for text in dumped if key in text]
        assert (await world.send("GET", "/_sandbox/state?community=nowhere")).status == 404
        assert {KEY, OTHER_KEY, *(account.secret for account in other.accounts.values())} <= world.cad.secrets


async def test_a_reset_returns_every_community_to_its_beginning() -> None:
    async with running() as world:
        other = add_other(world)
        await world.v2("PUT", LINKS, {"discord": DISCORD}, **BEARER)
        world.cad.reset()
        assert [account.links for account in other.accounts.values()] == [[]]
        assert world.cad.communities == [world.cad.state, other]


@pytest.mark.parametrize("shared", [{"id": "sandbox"}, {"uuid": Community().uuid}, {"key": KEY}])
async def test_communities_share_nothing_that_names_them(shared: dict[str, str]) -> None:
    async with running() as world:
        own: dict[str, Any] = {"id": "paleto", "key": OTHER_KEY}
        with pytest.raises(ValueError, match="shares its id, uuid or key with sandbox"):
            world.cad.add_community(Community(**{**own, **shared}))


async def test_a_regenerated_key_replaces_the_old_one() -> None:
    async with running() as world:
        fresh = world.cad.state.regenerate_key()
        assert (await world.v2("GET", "general/info")).status == 401
        assert (await world.v1("general", "GET_SERVERS")).text == "INVALID API KEY"
        assert (await world.v2("GET", "general/info", Authorization=f"Bearer {fresh}")).status == 200
        await world.send("GET", f"/download/fivem/sandbox/{KEY}")
        assert "redacted" in world.cad.ledger.entries[-1].path
        assert {KEY, fresh} <= world.cad.secrets
