"""v2: what every answer means, whatever its bytes are (cad-api.md 8)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.cad.protocol import Call, Created, LinkCode
from bot.domain.models import Account, Community, LinkResult, Plan
from bot.errors import CadError, CadErrorKind, Sent
from tests.cad.support import ACCOUNT, KEY, NOW, SECRET, answer
from tests.cad.v2_calls import (
    CHARACTERS,
    CHECK,
    CODE,
    CREATE,
    EDIT,
    LINK,
    LINKS,
    REMOVE,
    SELECT,
    SET_LINK,
    TEMPLATE,
    UNLINK,
    UUID,
    VERIFY,
    V,
)

SPARSE = (
    '{"recordTypeId":7,"id":2451,"syncId":"citizen:1234","name":"John Doe","type":7,"sections":[{"category":0,'
    '"label":"Civilian Info","fields":[{"label":"First Name","value":"John","uid":"first_name"}]}]}'
)
CODE_BODY = (
    '{"code":"A7K2","communityUserId":"player_12345","communityUuid":"x",'
    '"expiresAt":"2026-04-09T19:25:00Z","expiresInSeconds":600}'
)


@pytest.mark.parametrize(
    ("call", "response", "result"),
    [
        pytest.param(CHARACTERS, answer(200, "[]"), (), id="40-none"),
        pytest.param(
            LINK,
            answer(200, '{"accountUuid":"0000","syncId":"char1:abc","action":"ADD"}'),
            LinkResult("char1:abc", "0000"),
            id="49",
        ),
        pytest.param(
            UNLINK,
            answer(200, '{"accountUuid":"0000","syncId":"char1:abc","action":"REMOVE"}'),
            LinkResult("char1:abc", "0000"),
            id="51",
        ),
        pytest.param(UNLINK, answer(204), LinkResult("char1:abc"), id="52"),
        pytest.param(LINKS, answer(200, '["citizen:1234","citizen:5678"]'), ("citizen:1234", "citizen:5678"), id="53"),
        pytest.param(LINKS, answer(200, '["","a b"," \\t\\n",5]'), ("a b", "5"), id="links-blank"),
        pytest.param(SELECT, answer(200, '{"accountUuid":"0","characterId":"citizen:1234"}'), None, id="54"),
        pytest.param(SELECT, answer(204), None, id="54-empty"),
        pytest.param(REMOVE, answer(200, '{"characterId":2451}'), None, id="55"),
        pytest.param(REMOVE, answer(204), None, id="55-empty"),
        pytest.param(CREATE, answer(204), Created(), id="57-empty"),
        pytest.param(EDIT, answer(200, SPARSE), None, id="62"),
        pytest.param(
            V.account(UUID),
            answer(
                200,
                f'{{"uuid":"{ACCOUNT}","username":"Brian","status":1,"joined":"2026-01-14T18:22:00Z",'
                '"communityUserId":"player_12345"}',
            ),
            Account(ACCOUNT, "Brian", 1, (), "player_12345", joined=datetime(2026, 1, 14, 18, 22, tzinfo=UTC)),
            id="64-C21",
        ),
        pytest.param(
            V.account(UUID),
            answer(200, f'{{"accountUuid":"{ACCOUNT}","username":"B","status":"VALIDATED","communityUserId":""}}'),
            Account(ACCOUNT, "B", 1),
            id="64-C20-validated",
        ),
        pytest.param(
            V.account(UUID), answer(200, '{"uuid":"u","status":"BANNED"}'), Account("u", "", 4), id="64-C20-name"
        ),
        pytest.param(V.account(UUID), answer(200, '{"uuid":"u","status":"3"}'), Account("u", "", 3), id="64-C20-digit"),
        pytest.param(V.account(UUID), answer(200, '{"uuid":"u","status":77}'), Account("u", "", 77), id="64-C20-new"),
        pytest.param(
            V.account(UUID), answer(200, '{"uuid":"u","status":"new"}'), Account("u", "", -1), id="64-C20-word"
        ),
        pytest.param(
            CHECK,
            answer(200, '{"communityUserId":"player_12345","linked":false,"accountUuid":null}'),
            None,
            id="65-C37",
        ),
        pytest.param(CHECK, answer(200, f'{{"linked":true,"accountUuid":"{ACCOUNT}"}}'), ACCOUNT, id="65-linked"),
        pytest.param(CHECK, answer(400, '{"success":false}'), None, id="66-C37"),
        pytest.param(CHECK, answer(404, '{"detail":"Account not found."}'), None, id="66-404"),
        pytest.param(
            CODE,
            answer(201, CODE_BODY),
            LinkCode("A7K2", datetime(2026, 4, 9, 19, 25, tzinfo=UTC), 600),
            id="67-C32",
        ),
        pytest.param(CODE, answer(200, '{"code":"1234"}'), LinkCode("1234", None, 600), id="67-C32-digits"),
        pytest.param(SET_LINK, answer(200, f'{{"linked":true,"accountUuid":"{ACCOUNT}"}}'), ACCOUNT, id="68-ok"),
        pytest.param(
            VERIFY, answer(200, f'{{"{ACCOUNT}":"11111111-2222-3333-4444-555555555555"}}'), ACCOUNT, id="69-C39"
        ),
        pytest.param(V.plan(), answer(200, '{"version":2,"name":"PLUS"}'), Plan(2, "PLUS"), id="70-C19"),
        pytest.param(
            V.community(),
            answer(
                200,
                '{"uuid":"u","community":{"comId":"mycom","name":"My Community","timezone":"UTC",'
                '"customLoginUrl":null},"codes":[]}',
            ),
            Community("u", "mycom", "My Community", "UTC"),
            id="71-ok",
        ),
        pytest.param(
            V.community(),
            answer(200, '{"uuid":"u","community":{"id":"mycom","name":"My Community","timezone":null}}'),
            Community("u", "mycom", "My Community"),
            id="71-id",
        ),
    ],
)
def test_what_a_success_means(call: Call[Any], response: Any, result: object) -> None:
    assert call.decode(response) == result


@pytest.mark.parametrize("body", [f"[{SPARSE}]", f'{{"characters":[{SPARSE}]}}'], ids=["40-C16-C17", "41"])
def test_sparse_records_are_read(body: str) -> None:
    (record,) = CHARACTERS.decode(answer(200, body))
    assert (record.id, record.sync_id, record.display_name) == (2451, "citizen:1234", "John Doe")


@pytest.mark.parametrize("status", [200, 201], ids=["57", "58-C24"])
def test_a_created_record_is_returned(status: int) -> None:
    record = CREATE.decode(answer(status, SPARSE)).record
    assert record is not None
    assert record.id == 2451


def test_the_template_is_read() -> None:
    template = TEMPLATE.decode(answer(200, '{"id":0,"recordTypeId":7,"name":"Civilian","sections":[]}'))  # vector 63
    assert template.name == "Civilian"


K, S = CadErrorKind, Sent
PROBLEM = (
    '{"type":"https://httpstatuses.com/401","title":"Unauthorized","status":401,'
    '"detail":"Missing Authorization header.","instance":"/v2","traceId":"00-abc123"}'
)
LIMITED = '{"message":"API rate limit exceeded","request_id":"9457fb389b3729164e453e4db4328909"}'


@pytest.mark.parametrize(
    ("call", "response", "kind", "sent"),
    [
        pytest.param(CHARACTERS, answer(401, PROBLEM), K.AUTH, S.ANSWERED, id="42"),
        pytest.param(
            CHARACTERS,
            answer(404, '{"title":"Not Found","status":404,"detail":"Account not found."}'),
            K.NOT_LINKED,
            S.ANSWERED,
            id="43",
        ),
        pytest.param(LINK, answer(404), K.NOT_LINKED, S.ANSWERED, id="43-link"),
        pytest.param(CREATE, answer(404), K.NOT_LINKED, S.ANSWERED, id="43-create"),
        pytest.param(UNLINK, answer(404, '{"detail":"Link not found."}'), K.NOT_FOUND, S.ANSWERED, id="51-no-link"),
        pytest.param(UNLINK, answer(404, '{"detail":"Account not found."}'), K.NOT_LINKED, S.ANSWERED, id="51-account"),
        pytest.param(SELECT, answer(404, '{"detail":"No such character."}'), K.NOT_FOUND, S.ANSWERED, id="54-none"),
        pytest.param(CHARACTERS, answer(429, LIMITED), K.RATE_LIMITED, S.NO, id="45"),
        pytest.param(LINK, answer(429, LIMITED), K.RATE_LIMITED, S.NO, id="45-write"),
        pytest.param(
            LINK, answer(200, '{"syncId":"char1:ABC","action":"ADD"}'), K.UNEXPECTED, S.UNKNOWN, id="49-another-id"
        ),
        pytest.param(
            UNLINK, answer(200, '{"syncId":"char1:abc","action":"ADD"}'), K.UNEXPECTED, S.UNKNOWN, id="51-added"
        ),
        pytest.param(LINK, answer(200, "linked"), K.UNEXPECTED, S.UNKNOWN, id="49-text"),
        pytest.param(REMOVE, answer(404, '{"title":"Not Found"}'), K.NOT_FOUND, S.ANSWERED, id="56"),
        pytest.param(REMOVE, answer(404, '{"detail":"This account has none"}'), K.NOT_FOUND, S.ANSWERED, id="56-words"),
        pytest.param(REMOVE, answer(200, '{"characterId":1}'), K.UNEXPECTED, S.UNKNOWN, id="55-another"),
        pytest.param(CREATE, answer(409, '{"status":409}'), K.UNIQUE, S.ANSWERED, id="59"),
        pytest.param(CREATE, answer(402, '{"type":"err-ss-101"}'), K.PLAN, S.ANSWERED, id="60"),
        pytest.param(CREATE, answer(400, '{"detail":"Bad."}'), K.REJECTED, S.ANSWERED, id="400"),
        pytest.param(CREATE, answer(422, '{"detail":"Bad."}'), K.REJECTED, S.ANSWERED, id="422"),
        pytest.param(CREATE, answer(418), K.REJECTED, S.ANSWERED, id="418"),
        pytest.param(CREATE, answer(499), K.REJECTED, S.ANSWERED, id="status-nobody-knows"),
        pytest.param(CREATE, answer(405), K.BAD_ENDPOINT, S.ANSWERED, id="405"),
        pytest.param(CREATE, answer(408), K.TIMEOUT, S.UNKNOWN, id="408"),
        pytest.param(
            LINK, answer(404, '{"message":"no Route matched with those values"}'), K.BAD_ENDPOINT, S.ANSWERED, id="kong"
        ),
        pytest.param(CREATE, answer(200, '{"success":false}'), K.UNEXPECTED, S.UNKNOWN, id="success-false"),
        pytest.param(CREATE, answer(200, "[]"), K.UNEXPECTED, S.UNKNOWN, id="created-list"),
        pytest.param(TEMPLATE, answer(404), K.NOT_FOUND, S.ANSWERED, id="63-none"),
        pytest.param(V.account(UUID), answer(200, '{"uuid":5}'), K.UNEXPECTED, S.ANSWERED, id="64-shape"),
        pytest.param(CHECK, answer(401, '{"success":false}'), K.AUTH, S.ANSWERED, id="66-bad-key"),
        pytest.param(CHECK, answer(200, '{"linked":true}'), K.UNEXPECTED, S.ANSWERED, id="65-no-account"),
        pytest.param(CODE, answer(200, '{"code":1234}'), K.UNEXPECTED, S.UNKNOWN, id="67-C32-int"),
        pytest.param(CODE, answer(200, '{"code":"A","expiresAt":"soon"}'), K.UNEXPECTED, S.UNKNOWN, id="67-date"),
        pytest.param(CODE, answer(200, '{"code":"A","expiresInSeconds":"x"}'), K.UNEXPECTED, S.UNKNOWN, id="67-span"),
        pytest.param(SET_LINK, answer(403, '{"title":"Forbidden"}'), K.FORBIDDEN, S.ANSWERED, id="68"),
        pytest.param(SET_LINK, answer(200, '{"linked":false}'), K.UNEXPECTED, S.UNKNOWN, id="68-unlinked"),
        pytest.param(
            SET_LINK, answer(200, '{"linked":true,"accountUuid":"x"}'), K.UNEXPECTED, S.UNKNOWN, id="68-another"
        ),
        pytest.param(VERIFY, answer(200, "{}"), K.NOT_VERIFIED, S.ANSWERED, id="69-empty"),
        pytest.param(VERIFY, answer(404), K.NOT_VERIFIED, S.ANSWERED, id="69-404"),
        pytest.param(VERIFY, answer(403), K.NOT_VERIFIED, S.ANSWERED, id="69-403"),
        pytest.param(VERIFY, answer(400), K.NOT_VERIFIED, S.ANSWERED, id="69-400"),
        pytest.param(VERIFY, answer(401), K.AUTH, S.ANSWERED, id="69-bad-key"),
        pytest.param(V.plan(), answer(200, '{"version":"x","name":"PLUS"}'), K.UNEXPECTED, S.ANSWERED, id="70-shape"),
        pytest.param(V.community(), answer(500, "plain error"), K.SERVER, S.ANSWERED, id="71"),
        pytest.param(V.community(), answer(200, '{"uuid":"u"}'), K.UNEXPECTED, S.ANSWERED, id="71-shape"),
        pytest.param(V.community(), answer(200, '{"uuid":"u","community":[]}'), K.UNEXPECTED, S.ANSWERED, id="71-list"),
        pytest.param(CREATE, answer(502, "<html>"), K.SERVER, S.UNKNOWN, id="72-502"),
        pytest.param(LINKS, answer(503, '{"message":"x"}'), K.SERVER, S.ANSWERED, id="72-503"),
        pytest.param(UNLINK, answer(504), K.SERVER, S.UNKNOWN, id="72-504"),
        pytest.param(LINKS, answer(401, "nope"), K.AUTH, S.ANSWERED, id="73"),
        pytest.param(LINKS, answer(200, '["citizen:12'), K.UNEXPECTED, S.ANSWERED, id="74"),
        pytest.param(LINK, answer(200, '{"accountUuid":"0'), K.UNEXPECTED, S.UNKNOWN, id="74-write"),
        pytest.param(LINK, answer(308, location="https://evil.example/"), K.UNEXPECTED, S.UNKNOWN, id="redirect"),
        pytest.param(
            LINK, answer(200, "Sonoran CAD: Backend Service Reached"), K.BAD_ENDPOINT, S.ANSWERED, id="trap-on-v2"
        ),
        pytest.param(LINKS, answer(200, "<html>"), K.UNEXPECTED, S.ANSWERED, id="page"),
    ],
)
def test_what_a_refusal_means(call: Call[Any], response: Any, kind: CadErrorKind, sent: Sent) -> None:
    with pytest.raises(CadError) as caught:
        call.decode(response)
    error = caught.value
    assert (error.kind, error.sent) == (kind, sent)
    assert (error.endpoint, error.status) == (call.request.endpoint, response.status)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        pytest.param({"retry_after": "17"}, 17, id="44-C25"),
        pytest.param({}, 10, id="45"),
        pytest.param({"retry_after": "Wed, 21 Oct 2099 07:28:00 GMT"}, 4096250880 - NOW, id="46"),
        pytest.param({"ratelimit_reset": "42"}, 42, id="47"),
        pytest.param({"x_ratelimit_reset": "43"}, 43, id="47-x"),
        pytest.param({"x_ratelimit_reset": str(int(NOW) + 44)}, 44, id="47-epoch"),
        pytest.param({"retry_after": "soon", "ratelimit_reset": "42"}, 42, id="47-unreadable"),
        pytest.param({"retry_after": "inf"}, 10, id="45-infinite"),
        pytest.param({"retry_after": "0"}, 1, id="44-zero"),
        pytest.param({"retry_after": "-5"}, 1, id="44-past"),
        pytest.param({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 1, id="46-past"),
    ],
)
def test_a_429_says_how_long_to_wait(headers: dict[str, str], wait: float) -> None:
    with pytest.raises(CadError) as caught:
        CHARACTERS.decode(answer(429, LIMITED, **headers))
    assert caught.value.wait == wait
    assert caught.value.trace_id == "9457fb389b3729164e453e4db4328909"


@pytest.mark.parametrize(
    ("response", "trace", "detail"),
    [
        pytest.param(answer(401, PROBLEM), "00-abc123", "Missing Authorization header.", id="42"),
        pytest.param(answer(401, "{}", x_trace_id="t"), "t", "", id="header"),
        pytest.param(answer(401, '{"title":"No","traceId":7}', x_kong_request_id="k"), "k", "No", id="kong"),
        pytest.param(answer(401, '{"detail":"\\ud800!"}'), None, "?!", id="half-a-surrogate"),
        pytest.param(answer(401, "x" * 500), None, "x" * 200, id="long"),
        pytest.param(answer(401, f'{{"detail":"Bearer {KEY}"}}'), None, "Bearer ***", id="key"),
    ],
)
def test_errors_keep_the_trace_and_the_words(response: Any, trace: str | None, detail: str) -> None:
    with pytest.raises(CadError) as caught:
        LINK.decode(response)
    assert (caught.value.trace_id, caught.value.detail) == (trace, detail)


def test_a_402_closes_only_its_endpoint() -> None:
    with pytest.raises(CadError) as caught:
        CREATE.decode(answer(402))
    assert caught.value.params["scope"] == "endpoint"


def test_no_error_shows_the_secret_it_was_about() -> None:
    for call in (VERIFY, SET_LINK):
        with pytest.raises(CadError) as caught:
            call.decode(answer(403, f'{{"detail":"{SECRET} is wrong"}}'))
        assert caught.value.detail == "*** is wrong"
