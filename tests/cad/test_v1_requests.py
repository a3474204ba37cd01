"""v1: the bytes of every call, and what is never sent (cad-api.md 8)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.cad.protocol import Call, NewCharacter
from bot.domain.models import Target
from tests.cad.support import KEY, SECRET
from tests.cad.v1_calls import (
    BRIAN,
    CHARACTERS,
    CREATE,
    DICTIONARY,
    EDIT,
    LINK,
    RECORD,
    REMOVE,
    SEED,
    SELECT,
    SET_API_ID,
    STEAM,
    UNLINK,
    UUID,
)


@pytest.mark.parametrize(
    ("call", "path", "body"),
    [
        pytest.param(
            CHARACTERS,
            "/civilian/get_characters",
            b'"type":"GET_CHARACTERS","data":[{"apiId":"STEAM:1234"}]}',
            id="1",
        ),
        pytest.param(
            DICTIONARY.characters(UUID),
            "/civilian/get_characters",
            b'"type":"GET_CHARACTERS","data":[{"account":"91de0ce8-c571-11e9-9714-5600023b2434"}]}',
            id="5",
        ),
        pytest.param(
            CREATE,
            "/civilian/new_character",
            b'"type":"NEW_CHARACTER","data":[{"user":"STEAM:1234","useDictionary":true,"recordTypeId":7,'
            b'"replaceValues":{"first":"Brian","last":"Sosnowski"},"record":null}]}',
            id="6",
        ),
        pytest.param(
            DICTIONARY.create(UUID, NewCharacter(values={"first": "Brian"}, delete_after=30)),
            "/civilian/new_character",
            b'"type":"NEW_CHARACTER","data":[{"user":"91de0ce8-c571-11e9-9714-5600023b2434","useDictionary":true,'
            b'"recordTypeId":7,"replaceValues":{"first":"Brian"},"record":null,"deleteAfterMinutes":30}]}',
            id="8",
        ),
        pytest.param(
            SEED.create(STEAM, NewCharacter(record={"type": 7, "sections": []})),
            "/civilian/new_character",
            b'"type":"NEW_CHARACTER","data":[{"apiId":"STEAM:1234","character":{"type":7,"sections":[]}}]}',
            id="C4-seed-001",
        ),
        pytest.param(
            RECORD.create(STEAM, NewCharacter(record={"type": 7, "name": "Žofie"}, delete_after=5)),
            "/civilian/new_character",
            '"type":"NEW_CHARACTER","data":[{"user":"STEAM:1234","record":{"type":7,"name":"Žofie"},'
            '"deleteAfterMinutes":5}]}'.encode(),
            id="C4-record",
        ),
        pytest.param(
            DICTIONARY.create(STEAM, NewCharacter(record={"type": 7})),
            "/civilian/new_character",
            b'"type":"NEW_CHARACTER","data":[{"user":"STEAM:1234","record":{"type":7}}]}',
            id="C4-record-while-dictionary",
        ),
        pytest.param(
            EDIT,
            "/civilian/edit_character",
            b'"type":"EDIT_CHARACTER","data":[{"user":"STEAM:1234","templateId":7,"useDictionary":true,'
            b'"recordId":123,"replaceValues":{"first":"Brian"},"record":null}]}',
            id="15-C5-C6-C7",
        ),
        pytest.param(REMOVE, "/civilian/remove_character", b'"type":"REMOVE_CHARACTER","data":[{"id":123}]}', id="18"),
        pytest.param(
            SELECT,
            "/civilian/set_character",
            b'"type":"SET_CHARACTER","data":[{"apiId":"STEAM:1234","charId":123}]}',
            id="20-C1",
        ),
        pytest.param(
            DICTIONARY.select(UUID, "char1:abc"),
            "/civilian/set_character",
            b'"type":"SET_CHARACTER","data":[{"account":"91de0ce8-c571-11e9-9714-5600023b2434","charId":"char1:abc"}]}',
            id="21",
        ),
        pytest.param(
            LINK,
            "/civilian/link_character",
            b'"type":"LINK_CHARACTER","data":[{"apiId":"STEAM:1234","syncId":"char1:abc","action":0}]}',
            id="22-C1-C2-seed-000",
        ),
        pytest.param(
            UNLINK,
            "/civilian/link_character",
            b'"type":"LINK_CHARACTER","data":[{"apiId":"STEAM:1234","syncId":"char1:abc","action":2}]}',
            id="23-C2",
        ),
        pytest.param(
            DICTIONARY.links(STEAM),
            "/civilian/get_character_links",
            b'"type":"GET_CHARACTER_LINKS","data":[{"apiId":"STEAM:1234"}]}',
            id="25-C1",
        ),
        pytest.param(
            DICTIONARY.check_api_id("steam:1234"),
            "/general/check_apiid",
            b'"type":"CHECK_APIID","data":[{"apiId":"steam:1234"}]}',
            id="27-C14",
        ),
        pytest.param(DICTIONARY.plan(), "/general/get_version", b'"type":"GET_VERSION","data":[]}', id="28"),
        pytest.param(
            DICTIONARY.account(Target.of(username="SonoranBrian")),
            "/general/get_account",
            b'"type":"GET_ACCOUNT","data":[{"username":"SonoranBrian"}]}',
            id="29",
        ),
        pytest.param(
            DICTIONARY.verify_secret(SECRET),
            "/general/verify_secret",
            b'"type":"VERIFY_SECRET","data":[{"secret":"41d2169d-3079-4a05-b92d-df2af78e8b3e"}]}',
            id="30",
        ),
        pytest.param(
            SET_API_ID,
            "/general/set_api_id",
            b'"type":"SET_API_ID","data":[{"account":"91de0ce8-c571-11e9-9714-5600023b2434","apiIds":["1100"],'
            b'"pushNew":true}]}',
            id="38",
        ),
        pytest.param(
            DICTIONARY.template(),
            "/general/get_templates",
            b'"type":"GET_TEMPLATES","recordTypeId":7,"data":[]}',
            id="C12",
        ),
    ],
)
def test_the_bytes_of_a_request(call: Call[Any], path: str, body: bytes) -> None:
    request = call.request
    assert (request.method, request.path, request.query) == ("POST", path, ())
    assert request.headers == {"Content-Type": "application/json"}
    assert request.body == b'{"id":"C","key":"made-up-key",' + body
    assert request.endpoint == path.rsplit("/", 1)[1]
    assert request.limit is None
    assert KEY not in repr(call)


def test_only_calls_that_change_something_are_writes() -> None:
    writes = (CREATE, EDIT, REMOVE, LINK, UNLINK, SELECT, SET_API_ID)
    reads = (
        CHARACTERS,
        DICTIONARY.links(STEAM),
        DICTIONARY.template(),
        DICTIONARY.plan(),
        DICTIONARY.account(STEAM),
        DICTIONARY.check_api_id("1"),
        DICTIONARY.verify_secret(SECRET),
        DICTIONARY.community(),
    )
    assert [call.request.write for call in writes] == [True] * len(writes)
    assert [call.request.write for call in reads] == [False] * len(reads)


def test_the_community_is_asked_of_v2_with_the_same_key() -> None:
    request = DICTIONARY.community().request
    assert (request.method, request.path, request.body) == ("GET", "/v2/general/info", None)
    assert request.headers["Authorization"] == "Bearer made-up-key"


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: DICTIONARY.links(UUID), id="links-by-account"),
        pytest.param(lambda: DICTIONARY.link(UUID, "a"), id="link-by-account"),
        pytest.param(lambda: DICTIONARY.characters(Target.of(discord=1)), id="discord"),
        pytest.param(lambda: DICTIONARY.characters(Target.of(username="x")), id="username"),
        pytest.param(lambda: SEED.create(UUID, NewCharacter(record={})), id="seed-by-account"),
        pytest.param(lambda: SEED.create(STEAM, BRIAN), id="seed-values"),
        pytest.param(lambda: RECORD.create(STEAM, BRIAN), id="record-values"),
        pytest.param(lambda: SEED.create(STEAM, NewCharacter(record={}, delete_after=1)), id="seed-lifetime"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter()), id="nothing"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter(values={}, record={})), id="both"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter(values={}, delete_after=0)), id="no-minutes"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter(values={}, delete_after=True)), id="bool-minutes"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter(record={"type": 2})), id="a-warrant"),
        pytest.param(lambda: DICTIONARY.create(STEAM, NewCharacter(record={"x": float("nan")})), id="nan"),
        pytest.param(lambda: DICTIONARY.link(STEAM, ".."), id="path"),
        pytest.param(lambda: DICTIONARY.select(STEAM, "a/b"), id="select-path"),
        pytest.param(lambda: DICTIONARY.remove(-1), id="new-record"),
        pytest.param(lambda: DICTIONARY.remove(True), id="bool-record"),
        pytest.param(lambda: DICTIONARY.edit(STEAM, 1, {"": "x"}), id="no-uid"),
        pytest.param(lambda: DICTIONARY.characters(Target.of(account="STEAM:1234")), id="account-no-uuid"),
        pytest.param(lambda: DICTIONARY.verify_secret("hunter2"), id="secret-no-uuid"),
        pytest.param(lambda: DICTIONARY.set_api_id(UUID, ()), id="no-api-ids"),
        pytest.param(lambda: DICTIONARY.set_api_id(UUID, (" 1",)), id="padded-api-id"),
        pytest.param(lambda: DICTIONARY.set_api_id(STEAM, ("1",)), id="api-id-by-api-id"),
    ],
)
def test_what_cannot_be_sent_is_refused_here(make: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the type is the contract, the words are for us
        make()
