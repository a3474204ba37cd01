"""The server around the two generations: ledger, controls for other processes, limits, start and stop."""

from __future__ import annotations

import json

import pytest

from sandbox.cad import Community, SandboxCad
from sandbox.cad.limits import Limits
from tests.sandbox.cad_world import AMY, API_ID, BRIAN, DISCORD, KEY, SECRET, populate, running


async def test_the_ledger_tells_who_asked_what_and_no_secret() -> None:
    async with running(clock=lambda: 1_700_000_000.0) as world:
        await world.civilian("LINK_CHARACTER", apiId=API_ID, syncId=KEY, action=0)
        await world.v2("GET", f"civilian/characters?discord={DISCORD}")
        await world.general("VERIFY_SECRET", secret=SECRET)
        body = {"accountUuid": BRIAN, "secretUuid": SECRET, "communityUserId": "x"}
        await world.v2("POST", "general/links/set", body)
        await world.send("GET", f"/download/fivem/sandbox/{KEY}")
        first, second, *_ = world.cad.ledger.entries
        assert (first.number, first.at, first.generation, first.method) == (1, 1_700_000_000.0, "v1", "POST")
        assert (first.endpoint, first.identifier, first.key_ok, first.status) == ("link", f"apiId={API_ID}", True, 200)
        assert second.path == f"/v2/civilian/characters?discord={DISCORD}"
        assert (second.number, second.identifier) == (2, f"discord={DISCORD}")
        for path in ("ledger", "state"):
            dumped = (await world.send("GET", f"/_sandbox/{path}")).text
            assert SECRET not in dumped
        assert KEY not in (await world.send("GET", "/_sandbox/ledger")).text


async def test_the_ledger_is_read_from_a_number_on() -> None:
    async with running() as world:
        for _ in range(3):
            await world.v1("general", "GET_VERSION")
        await world.civilian("NO_SUCH")
        ledger = (await world.send("GET", "/_sandbox/ledger?since=2")).json
        assert [entry["number"] for entry in ledger["entries"]] == [3, 4]
        assert [entry["endpoint"] for entry in ledger["malformed"]] == ["unknown"]
        assert (await world.send("GET", "/_sandbox/ledger?since=x")).status == 400


async def test_the_state_is_shown() -> None:
    async with running() as world:
        await world.v2("PUT", "civilian/character-links/A", {"discord": DISCORD})
        state = (await world.send("GET", "/_sandbox/state")).json
        assert state["accounts"][0]["links"] == ["A"]
        assert state["community"]["key"] is None
        assert state["templates"] == {"7": "Civilian"}
        assert state["changes"] == ["linked A to SonoranBrian"]


async def test_faults_and_reset_over_http() -> None:
    async with running() as world:
        fault = {"kind": "503", "endpoint": "version", "calls": None}
        assert (await world.send("POST", "/_sandbox/faults", fault)).json == {"waiting": 1}
        assert (await world.v2("GET", "general/version")).status == 503
        assert (await world.send("POST", "/_sandbox/faults/clear")).json == {"waiting": 0}
        assert (await world.v2("GET", "general/version")).status == 200
        await world.v2("PUT", "civilian/character-links/A", {"discord": DISCORD})
        await world.send("POST", "/_sandbox/faults", fault)
        assert (await world.send("POST", "/_sandbox/reset")).status == 200
        assert world.cad.state.accounts[BRIAN].links == []
        assert (world.cad.ledger.entries, world.cad.faults.waiting, world.cad.state.changes) == ([], [], [])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "faults", {"kind": "unheard"}, 400),
        ("POST", "faults", [], 400),
        ("POST", "faults", b"{", 400),
        ("GET", "faults", None, 404),
        ("POST", "state", None, 404),
        ("GET", "", None, 404),
    ],
)
async def test_controls_refuse_what_they_do_not_know(method: str, path: str, body: object, status: int) -> None:
    async with running() as world:
        assert (await world.send(method, f"/_sandbox/{path}", body)).status == status
        assert world.cad.ledger.entries == []


@pytest.mark.parametrize(
    ("host", "status"), [("evil.example", 403), ("localhost:1", 200), ("[::1]", 200), ("localhost", 200)]
)
async def test_controls_want_a_loopback_host(host: str, status: int) -> None:
    async with running() as world:
        assert (await world.send("GET", "/_sandbox/state", headers={"Host": host})).status == status


async def test_the_server_stays_on_loopback() -> None:
    with pytest.raises(ValueError, match="loopback"):
        await SandboxCad().start(host="0.0.0.0")  # noqa: S104 - that it is refused is the point


async def test_the_url_holds_only_while_it_runs() -> None:
    cad = SandboxCad(Community())
    with pytest.raises(RuntimeError):
        _ = cad.url
    async with cad:
        assert cad.url.startswith("http://127.0.0.1:")
    await cad.stop()
    with pytest.raises(RuntimeError):
        _ = cad.url
    async with cad:
        assert cad.url


async def test_documented_limits_answer_429_and_apply_nothing() -> None:
    now = [0.0]
    async with running(rate_limited=True, monotonic=lambda: now[0]) as world:
        for number in range(10):
            assert (await world.v2("PUT", f"civilian/character-links/{number}", {"discord": DISCORD})).status == 200
        now[0] = 20.0
        refused = await world.v2("PUT", "civilian/character-links/10", {"discord": DISCORD})
        assert (refused.status, refused.headers["Retry-After"]) == (429, "40")
        assert refused.json["message"] == "API rate limit exceeded"
        assert len(world.cad.state.accounts[BRIAN].links) == 10
        assert (await world.v2("DELETE", "civilian/character-links/1", {"discord": DISCORD})).status == 200
        now[0] = 60.0
        assert (await world.v2("PUT", "civilian/character-links/10", {"discord": DISCORD})).status == 200


async def test_v1_allows_one_call_a_second_after_a_burst() -> None:
    now = [0.0]
    async with running(rate_limited=True, monotonic=lambda: now[0]) as world:
        answers = [await world.v1("general", "GET_VERSION") for _ in range(6)]
        assert [answer.status for answer in answers] == [200] * 5 + [429]
        assert answers[-1].body == b""
        now[0] = 1.0
        assert (await world.v1("general", "GET_VERSION")).status == 200


def test_a_refused_call_does_not_count() -> None:
    now = [0.0]
    limits = Limits(lambda: now[0])
    assert [limits.wait("x", 2) for _ in range(4)] == [0, 0, 60, 60]
    now[0] = 60.0
    assert [limits.wait("x", 2) for _ in range(2)] == [0, 0]
    limits.clear()
    assert limits.wait("x", 2) == 0


async def test_characters_go_after_their_time() -> None:
    now = [0.0]
    async with running(clock=lambda: now[0]) as world:
        item = {"user": API_ID, "useDictionary": True, "recordTypeId": 7, "replaceValues": {"first": "A"}}
        await world.civilian("NEW_CHARACTER", **item, deleteAfterMinutes=2)
        now[0] = 119.0
        assert len((await world.civilian("GET_CHARACTERS", apiId=API_ID)).json) == 1
        now[0] = 120.0
        assert (await world.civilian("GET_CHARACTERS", apiId=API_ID)).json == []
        assert "after its time" in world.cad.state.changes[-1]


def test_a_story_is_repeatable() -> None:
    first, second = (SandboxCad(populate=populate) for _ in range(2))
    assert first.state.dump() == second.state.dump()
    brian, amy = first.state.accounts.values()
    assert amy.secret == second.state.accounts[AMY].secret != brian.secret
    assert json.dumps(first.state.dump())


async def test_entries_are_found_by_endpoint() -> None:
    async with running() as world:
        await world.v1("general", "GET_VERSION")
        await world.v2("GET", "general/servers")
        assert [entry.generation for entry in world.cad.ledger.of("servers", "info")] == ["v2"]
