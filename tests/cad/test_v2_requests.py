"""v2: the bytes of every call, and what is never sent (cad-api.md 8)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cad.protocol import Call, NewCharacter
from bot.domain.models import Target
from tests.cad.support import ACCOUNT, KEY, SECRET
from tests.cad.v2_calls import (
    BEARER,
    CHARACTERS,
    CHECK,
    CODE,
    CREATE,
    DISCORD,
    EDIT,
    LINK,
    LINKS,
    REMOVE,
    SELECT,
    SET_LINK,
    TEMPLATE,
    UNLINK,
    USER,
    UUID,
    VERIFY,
    WITH_BODY,
    V,
)


@pytest.mark.parametrize(
    ("call", "method", "path", "query", "body", "limit"),
    [
        pytest.param(
            CHARACTERS, "GET", "/v2/civilian/characters", (("discord", "123456789012345678"),), None, 10, id="40"
        ),
        pytest.param(
            LINK,
            "PUT",
            "/v2/civilian/character-links/char1%3Aabc",
            (),
            b'{"discord":"123456789012345678"}',
            10,
            id="49-C18-C36",
        ),
        pytest.param(
            V.unlink(DISCORD, "Ab c+%2e"),
            "DELETE",
            "/v2/civilian/character-links/Ab%20c%2B%252e",
            (),
            b'{"discord":"123456789012345678"}',
            10,
            id="51",
        ),
        pytest.param(
            V.links(USER),
            "GET",
            "/v2/civilian/character-links",
            (("communityUserId", "license:abc"),),
            None,
            10,
            id="53-C15-C35",
        ),
        pytest.param(
            SELECT,
            "PUT",
            "/v2/civilian/selected-character",
            (),
            b'{"discord":"123456789012345678","characterId":"1042"}',
            10,
            id="54",
        ),
        pytest.param(
            V.select(UUID, "citizen:1234"),
            "PUT",
            "/v2/civilian/selected-character",
            (),
            b'{"accountUuid":"91de0ce8-c571-11e9-9714-5600023b2434","characterId":"citizen:1234"}',
            10,
            id="54-sync-id",
        ),
        pytest.param(REMOVE, "DELETE", "/v2/civilian/characters/2451", (), None, 10, id="55"),
        pytest.param(
            CREATE,
            "POST",
            "/v2/general/records",
            (),
            b'{"discord":"123456789012345678","useDictionary":true,"recordTypeId":7,'
            b'"replaceValues":{"first":"John","last":"Doe","dob":"01/01/1995"}}',
            30,
            id="57-C6",
        ),
        pytest.param(
            V.create(USER, NewCharacter(values={"age": "30", "box": '{"flags":["A"]}'}, delete_after=30)),
            "POST",
            "/v2/general/records",
            (),
            b'{"communityUserId":"license:abc","useDictionary":true,"recordTypeId":7,'
            b'"replaceValues":{"age":"30","box":"{\\"flags\\":[\\"A\\"]}"},"deleteAfterMinutes":30}',
            30,
            id="61-C22-C28",
        ),
        pytest.param(
            V.create(USER, NewCharacter(record={"sections": []})),
            "POST",
            "/v2/general/records",
            (),
            b'{"communityUserId":"license:abc","record":{"type":7,"sections":[]}}',
            30,
            id="57-record",
        ),
        pytest.param(
            EDIT,
            "PATCH",
            "/v2/general/records/2451",
            (),
            b'{"discord":"123456789012345678","useDictionary":true,"templateId":7,"replaceValues":{"first":"J"}}',
            10,
            id="62-C6",
        ),
        pytest.param(TEMPLATE, "GET", "/v2/general/templates/7", (), None, 10, id="63"),
        pytest.param(
            V.account(Target.of(username="O'Neil & co")),
            "GET",
            "/v2/general/accounts/account",
            (("username", "O'Neil & co"),),
            None,
            10,
            id="64",
        ),
        pytest.param(
            CHECK, "POST", "/v2/general/links/check", (), b'{"communityUserId":"player_12345"}', 30, id="65-C34"
        ),
        pytest.param(CODE, "POST", "/v2/general/links", (), b'{"communityUserId":"player_12345"}', 30, id="67"),
        pytest.param(
            SET_LINK,
            "POST",
            "/v2/general/links/set",
            (),
            b'{"accountUuid":"91de0ce8-c571-11e9-9714-5600023b2434",'
            b'"secretUuid":"41d2169d-3079-4a05-b92d-df2af78e8b3e","communityUserId":"player_12345"}',
            30,
            id="68",
        ),
        pytest.param(
            VERIFY,
            "POST",
            "/v2/general/secrets/verify",
            (),
            b'{"secret":"41d2169d-3079-4a05-b92d-df2af78e8b3e"}',
            10,
            id="69",
        ),
        pytest.param(V.plan(), "GET", "/v2/general/version", (), None, 10, id="70"),
        pytest.param(V.community(), "GET", "/v2/general/info", (), None, 10, id="71"),
    ],
)
def test_the_bytes_of_a_request(  # noqa: PLR0917 - a column for each part of a request
    call: Call[Any], method: str, path: str, query: tuple[tuple[str, str], ...], body: bytes | None, limit: int
) -> None:
    request = call.request
    assert (request.method, request.path, request.query) == (method, path, query)
    assert request.body == body
    assert request.headers == (BEARER if body is None else WITH_BODY)
    assert request.limit == limit
    assert KEY not in repr(call)
    assert SECRET not in repr(call)


def test_an_endpoint_is_a_route_and_never_holds_an_id() -> None:
    assert LINK.request.endpoint == "PUT /v2/civilian/character-links/{syncId}"
    assert UNLINK.request.endpoint == "DELETE /v2/civilian/character-links/{syncId}"
    assert EDIT.request.endpoint == "PATCH /v2/general/records/{recordId}"
    assert REMOVE.request.endpoint == "DELETE /v2/civilian/characters/{characterId}"


def test_only_calls_that_change_something_are_writes() -> None:
    writes = (LINK, UNLINK, SELECT, CREATE, EDIT, REMOVE, CODE, SET_LINK)
    reads = (CHARACTERS, LINKS, TEMPLATE, V.account(UUID), CHECK, VERIFY, V.plan(), V.community())
    assert [call.request.write for call in writes] == [True] * len(writes)
    assert [call.request.write for call in reads] == [False] * len(reads)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Target.of(discord=1, account=ACCOUNT), id="48-C18"),
        pytest.param(lambda: V.link(DISCORD, ".."), id="50-dots"),
        pytest.param(lambda: V.link(DISCORD, ""), id="50-empty"),
        pytest.param(lambda: V.unlink(DISCORD, "a/b"), id="50-slash"),
        pytest.param(lambda: V.select(DISCORD, "a\nb"), id="select-control"),
        pytest.param(lambda: V.characters(Target.of(username="x")), id="username"),
        pytest.param(lambda: V.characters(Target.of(discord="@me")), id="discord-no-digits"),
        pytest.param(lambda: V.create(DISCORD, NewCharacter(values={"age": 30})), id="61-bare-number"),  # type: ignore[dict-item]  # the mistake under test
        pytest.param(lambda: V.create(DISCORD, NewCharacter(record={"type": 3})), id="a-bolo"),
        pytest.param(lambda: V.edit(DISCORD, 0, {}), id="record-zero"),
        pytest.param(lambda: V.remove("2451/.."), id="record-path"),  # type: ignore[arg-type]  # the mistake under test
        pytest.param(lambda: V.set_link("x", SECRET, "p"), id="account-no-uuid"),
        pytest.param(lambda: V.verify_secret("x"), id="secret-no-uuid"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the contract, the words are for us
        make()
