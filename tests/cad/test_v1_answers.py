"""v1: what every answer means, whatever its bytes are (cad-api.md 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.cad.protocol import Call, Created
from bot.domain.models import Account, LinkResult, Plan, Target
from bot.errors import CadError, CadErrorKind, Sent
from tests.cad.support import ACCOUNT, KEY, SECRET, answer, refused
from tests.cad.v1_calls import (
    CHARACTERS,
    CREATE,
    DICTIONARY,
    EDIT,
    EXPORTED,
    LINK,
    NOT_LINKED,
    REMOVE,
    SELECT,
    SET_API_ID,
    STEAM,
    TRAP,
    UNLINK,
    UUID,
)


def test_characters_are_records_and_the_first_is_selected() -> None:
    assert CHARACTERS.decode(answer(200, "[]")) == ()  # vector 1
    assert CHARACTERS.decode(answer(200, "[]", content_type="text/plain")) == ()  # vector 3
    (one,) = CHARACTERS.decode(answer(200, f"[{EXPORTED % 2451}]"))  # vector 2
    assert (one.id, one.sync_id, one.record_type_id, one.type) == (2451, "", 7, 7)
    assert one.sections[0].fields[0].uid == "first"
    two = CHARACTERS.decode(answer(200, f"[{EXPORTED % 9},{EXPORTED % 4}]"))  # vector 5
    assert [record.id for record in two] == [9, 4]


LINKED = f"Linked char sync ID 'char1:abc' to user '{{}}' - {ACCOUNT}"


@pytest.mark.parametrize(
    ("call", "response", "result"),
    [
        pytest.param(CREATE, answer(200, "NEW CHARACTER ADDED TO SonoranBrian"), Created(), id="6-C3"),
        pytest.param(CREATE, answer(200, "NEW CHARACTER ADDED TO Mistaken"), Created(), id="14-a-user-called-so"),
        pytest.param(EDIT, answer(200, "CHARACTER 123 EDITED FOR SonoranBrian"), None, id="15"),
        pytest.param(EDIT, answer(200, "CHARACTER 123 EDITED FOR Taken"), None, id="15-a-user-called-so"),
        pytest.param(EDIT, answer(200, EXPORTED % 123), None, id="15-as-record"),
        pytest.param(REMOVE, answer(200, "CHARACTER 123 REMOVED FOR SonoranBrian"), None, id="18"),
        pytest.param(SELECT, answer(200, "[]"), None, id="20-C11"),
        pytest.param(SELECT, answer(200, "whatever"), None, id="21-C11"),
        pytest.param(
            LINK,
            answer(200, LINKED.format("SonoranBrian")),
            LinkResult("char1:abc", ACCOUNT, "SonoranBrian"),
            id="22",
        ),
        pytest.param(
            LINK,
            answer(200, f'"{LINKED.format("SonoranBrian")}"'),
            LinkResult("char1:abc", ACCOUNT, "SonoranBrian"),
            id="22-as-json-string",
        ),
        pytest.param(LINK, answer(200, LINKED.format("O'Neil")), LinkResult("char1:abc", ACCOUNT, "O'Neil"), id="24"),
        pytest.param(
            LINK,
            answer(200, LINKED.format("x' to user 'y")),
            LinkResult("char1:abc", ACCOUNT, "x' to user 'y"),
            id="24-worse",
        ),
        pytest.param(LINK, answer(200, "Linked char sync ID 'char1:abc'"), LinkResult("char1:abc"), id="22-short"),
        pytest.param(UNLINK, answer(200, "any words"), LinkResult("char1:abc"), id="23-C2"),
        pytest.param(
            DICTIONARY.unlink(STEAM, "taken"), answer(200, "Gone: 'taken'"), LinkResult("taken"), id="23-taken"
        ),
        pytest.param(DICTIONARY.links(STEAM), answer(200, '["","ABC"," "]'), ("ABC",), id="links-blank"),
        pytest.param(
            DICTIONARY.links(STEAM), answer(200, '["char1:abc","ABC12345"]'), ("char1:abc", "ABC12345"), id="25"
        ),
        pytest.param(DICTIONARY.links(STEAM), answer(200, "[42]"), ("42",), id="25-numbers-are-strings"),
        pytest.param(DICTIONARY.links(STEAM), answer(200, "[]"), (), id="26"),
        pytest.param(DICTIONARY.check_api_id("1"), answer(200, "SonoranBrian"), "SonoranBrian", id="27"),
        pytest.param(DICTIONARY.check_api_id("1"), answer(200, "12345"), "12345", id="27-digits"),
        pytest.param(DICTIONARY.check_api_id("1"), refused(404, NOT_LINKED), None, id="27-not-linked"),
        pytest.param(
            DICTIONARY.check_api_id("1"), answer(200, "INVALID API KEY"), "INVALID API KEY", id="27-a-prankster"
        ),
        pytest.param(DICTIONARY.plan(), answer(200, "3"), Plan(3, "PLUS"), id="28"),
        pytest.param(DICTIONARY.plan(), answer(200, "3 - PLUS"), Plan(3, "PLUS"), id="28-named"),
        pytest.param(DICTIONARY.plan(), answer(200, "9 - Ultra"), Plan(9, "ULTRA"), id="28-new"),
        pytest.param(DICTIONARY.plan(), answer(200, "9"), Plan(9, ""), id="28-new-unnamed"),
        pytest.param(
            DICTIONARY.account(Target.of(username="SonoranBrian")),
            answer(
                200,
                f'{{"uuid":"{ACCOUNT}","username":"SonoranBrian","status":1,'
                '"joined":"2019-10-12T20:41:52.400299","apiIds":["123456","","123456"]}',
            ),
            Account(
                ACCOUNT,
                "SonoranBrian",
                1,
                ("123456",),
                joined=datetime(2019, 10, 12, 20, 41, 52, 400299),  # noqa: DTZ001 - v1 names no zone
            ),
            id="29-C21",
        ),
        pytest.param(
            DICTIONARY.account(UUID),
            answer(200, '{"uuid":"u","joined":"long ago"}'),
            Account("u", "", -1),
            id="29-no-time",
        ),
        pytest.param(DICTIONARY.verify_secret(SECRET), answer(200, f'{{"{ACCOUNT}":"{SECRET}"}}'), ACCOUNT, id="30"),
        pytest.param(SET_API_ID, answer(200, "API ID(s) set!"), None, id="38"),
    ],
)
def test_what_a_success_means(call: Call[Any], response: Any, result: object) -> None:
    assert call.decode(response) == result


def test_c3_a_created_record_gives_its_id() -> None:
    body = '{"id":2452,"recordTypeId":7,"type":7,"name":"Civilian","sections":[]}'
    created = CREATE.decode(answer(200, body))  # vector 7, C3
    assert created.record is not None
    assert created.record.id == 2452
    named_taken = CREATE.decode(answer(200, EXPORTED % 2453)).record  # vector 14: JSON is never searched
    assert named_taken is not None
    assert named_taken.id == 2453


K, S = CadErrorKind, Sent


@pytest.mark.parametrize(
    ("call", "response", "kind", "sent"),
    [
        pytest.param(CHARACTERS, refused(404, NOT_LINKED), K.NOT_LINKED, S.ANSWERED, id="4"),
        pytest.param(CREATE, refused(400, "INVALID API KEY"), K.AUTH, S.ANSWERED, id="9"),
        pytest.param(CREATE, refused(200, "INVALID API KEY"), K.AUTH, S.ANSWERED, id="9-at-200"),
        pytest.param(CREATE, refused(400, "API IS NOT ENABLED FOR THIS COMMUNITY"), K.PLAN, S.ANSWERED, id="10"),
        pytest.param(LINK, refused(400, "API ENDPOINT IS NOT ENABLED FOR THIS COMMUNITY"), K.PLAN, S.ANSWERED, id="11"),
        pytest.param(LINK, refused(400, "VERSION PRO REQUIRED"), K.PLAN, S.ANSWERED, id="11-pro"),
        pytest.param(LINK, refused(400, "INVALID COMMUNITY ID"), K.CONFIG, S.ANSWERED, id="12"),
        pytest.param(LINK, refused(400, "INVALID REQUEST TYPE"), K.PROTOCOL, S.ANSWERED, id="13-C1"),
        pytest.param(CREATE, refused(200, "VALUE IS ALREADY TAKEN BY RECORD 12"), K.UNIQUE, S.ANSWERED, id="14-200"),
        pytest.param(EDIT, refused(400, "VALUE IS ALREADY TAKEN BY RECORD 12"), K.UNIQUE, S.ANSWERED, id="14-400"),
        pytest.param(CREATE, answer(500, "token taken"), K.SERVER, S.UNKNOWN, id="14-not-at-500"),
        pytest.param(EDIT, refused(200, TRAP), K.BAD_ENDPOINT, S.ANSWERED, id="16-C7"),
        pytest.param(UNLINK, refused(200, "Backend Service Reached"), K.BAD_ENDPOINT, S.ANSWERED, id="17"),
        pytest.param(DICTIONARY.check_api_id("1"), refused(200, TRAP), K.BAD_ENDPOINT, S.ANSWERED, id="17-name"),
        pytest.param(DICTIONARY.plan(), refused(200, TRAP), K.BAD_ENDPOINT, S.ANSWERED, id="17-plan"),
        pytest.param(DICTIONARY.verify_secret(SECRET), refused(200, TRAP), K.BAD_ENDPOINT, S.ANSWERED, id="17-secret"),
        pytest.param(REMOVE, refused(404, NOT_LINKED), K.NOT_FOUND, S.ANSWERED, id="19-C10"),
        pytest.param(LINK, refused(404, "<html>"), K.NOT_FOUND, S.ANSWERED, id="404-page"),
        pytest.param(DICTIONARY.verify_secret(SECRET), answer(200, "{}"), K.NOT_VERIFIED, S.ANSWERED, id="31"),
        pytest.param(DICTIONARY.verify_secret(SECRET), answer(200, "[]"), K.NOT_VERIFIED, S.ANSWERED, id="31-list"),
        pytest.param(DICTIONARY.verify_secret(SECRET), answer(200, "no"), K.NOT_VERIFIED, S.ANSWERED, id="31-text"),
        pytest.param(
            DICTIONARY.verify_secret(SECRET),
            answer(200, f'{{"{ACCOUNT}":"{ACCOUNT}"}}'),
            K.NOT_VERIFIED,
            S.ANSWERED,
            id="31-another-secret",
        ),
        pytest.param(
            DICTIONARY.verify_secret(SECRET), answer(200, f'{{"x":"{SECRET}"}}'), K.NOT_VERIFIED, S.ANSWERED, id="31-x"
        ),
        pytest.param(
            DICTIONARY.verify_secret(SECRET), answer(200, f'{{"{ACCOUNT}":1}}'), K.NOT_VERIFIED, S.ANSWERED, id="31-1"
        ),
        pytest.param(DICTIONARY.verify_secret(SECRET), refused(404, "no"), K.NOT_VERIFIED, S.ANSWERED, id="31-404"),
        pytest.param(
            DICTIONARY.verify_secret(SECRET), refused(400, "INVALID API KEY"), K.AUTH, S.ANSWERED, id="30-bad-key"
        ),
        pytest.param(LINK, answer(429), K.RATE_LIMITED, S.NO, id="32"),
        pytest.param(LINK, refused(429, "INVALID API KEY"), K.RATE_LIMITED, S.NO, id="32-words"),
        pytest.param(CHARACTERS, answer(500, "<html>oops</html>"), K.SERVER, S.ANSWERED, id="33"),
        pytest.param(LINK, answer(500, "<html>oops</html>"), K.SERVER, S.UNKNOWN, id="33-write"),
        pytest.param(LINK, answer(200), K.UNEXPECTED, S.UNKNOWN, id="34-write"),
        pytest.param(UNLINK, answer(200), K.UNEXPECTED, S.UNKNOWN, id="34-any-text"),
        pytest.param(CHARACTERS, answer(200), K.UNEXPECTED, S.ANSWERED, id="34"),
        pytest.param(DICTIONARY.check_api_id("1"), answer(200), K.UNEXPECTED, S.ANSWERED, id="34-name"),
        pytest.param(DICTIONARY.verify_secret(SECRET), answer(200), K.UNEXPECTED, S.ANSWERED, id="34-secret"),
        pytest.param(CHARACTERS, answer(503, b"<html>\xff</html>"), K.SERVER, S.ANSWERED, id="35"),
        pytest.param(LINK, answer(307, location="https://evil.example/"), K.UNEXPECTED, S.UNKNOWN, id="36"),
        pytest.param(CHARACTERS, answer(200, "<html>soon</html>"), K.UNEXPECTED, S.ANSWERED, id="37"),
        pytest.param(UNLINK, answer(200, "<html>soon</html>"), K.UNEXPECTED, S.UNKNOWN, id="37-any-text"),
        pytest.param(CHARACTERS, answer(200, "null"), K.UNEXPECTED, S.ANSWERED, id="null"),
        pytest.param(CHARACTERS, answer(200, "[1]"), K.UNEXPECTED, S.ANSWERED, id="no-record"),
        pytest.param(CHARACTERS, answer(200, "[" * 100_000), K.UNEXPECTED, S.ANSWERED, id="bottomless"),
        pytest.param(CHARACTERS, answer(200, '{"success":false}'), K.UNEXPECTED, S.ANSWERED, id="success-false"),
        pytest.param(DICTIONARY.links(STEAM), answer(200, "[true]"), K.UNEXPECTED, S.ANSWERED, id="links-bool"),
        pytest.param(DICTIONARY.links(STEAM), answer(200, "{}"), K.UNEXPECTED, S.ANSWERED, id="links-object"),
        pytest.param(LINK, answer(200, "fine"), K.UNEXPECTED, S.UNKNOWN, id="link-other-words"),
        pytest.param(EDIT, answer(200, "CHARACTER 124 EDITED FOR X"), K.UNEXPECTED, S.UNKNOWN, id="another-record"),
        pytest.param(EDIT, answer(200, EXPORTED % 9), K.UNEXPECTED, S.UNKNOWN, id="another-record-json"),
        pytest.param(CREATE, answer(200, '{"type":7}'), K.UNEXPECTED, S.UNKNOWN, id="created-without-id"),
        pytest.param(CREATE, refused(400, "first is too long"), K.REJECTED, S.ANSWERED, id="400-other"),
        pytest.param(DICTIONARY.plan(), answer(200, "PLUS"), K.UNEXPECTED, S.ANSWERED, id="plan-words"),
        pytest.param(DICTIONARY.check_api_id("1"), answer(200, "[]"), K.UNEXPECTED, S.ANSWERED, id="name-json"),
        pytest.param(
            DICTIONARY.check_api_id("1"), refused(400, "INVALID API KEY"), K.AUTH, S.ANSWERED, id="name-bad-key"
        ),
        pytest.param(DICTIONARY.account(STEAM), answer(200, "[]"), K.UNEXPECTED, S.ANSWERED, id="account-list"),
        pytest.param(
            DICTIONARY.account(STEAM), answer(200, '{"username":"x"}'), K.UNEXPECTED, S.ANSWERED, id="account-uuid"
        ),
        pytest.param(SET_API_ID, answer(200, "perhaps"), K.UNEXPECTED, S.UNKNOWN, id="38-other-words"),
    ],
)
def test_what_a_refusal_means(call: Call[Any], response: Any, kind: CadErrorKind, sent: Sent) -> None:
    with pytest.raises(CadError) as caught:
        call.decode(response)
    error = caught.value
    assert (error.kind, error.sent) == (kind, sent)
    assert (error.endpoint, error.status) == (call.request.endpoint, response.status)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("API IS NOT ENABLED FOR THIS COMMUNITY", "api"),
        ("API ENDPOINT IS NOT ENABLED FOR THIS COMMUNITY", "endpoint"),
        ("THIS IS NOT ENABLED FOR THIS COMMUNITY", "endpoint"),
        ("CAD VERSION PRO REQUIRED", "endpoint"),
    ],
)
def test_a_plan_error_says_what_it_closes(text: str, scope: str) -> None:
    with pytest.raises(CadError) as caught:
        LINK.decode(refused(400, text))
    assert caught.value.params["scope"] == scope


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({}, 60), ({"retry_after": "17"}, 60), ({"retry_after": "90"}, 90), ({"retry_after": "nan"}, 60)],
)
def test_a_v1_429_keeps_away_for_a_minute_at_least(headers: dict[str, str], wait: float) -> None:
    with pytest.raises(CadError) as caught:
        LINK.decode(answer(429, **headers))
    assert caught.value.wait == wait


def test_no_error_shows_a_page_or_a_secret() -> None:
    with pytest.raises(CadError) as page:
        LINK.decode(answer(500, "<html>john.doe</html>"))
    assert page.value.detail == ""
    with pytest.raises(CadError) as key:
        LINK.decode(refused(400, f"BAD THING: {KEY.upper()}"))
    assert key.value.detail == "BAD THING: ***"
    with pytest.raises(CadError) as secret:
        DICTIONARY.verify_secret(SECRET).decode(refused(400, f"WRONG {SECRET}"))
    assert secret.value.detail == "WRONG ***"
    with pytest.raises(CadError) as success:
        CHARACTERS.decode(answer(200, "[{John"))
    assert success.value.detail == ""


def test_c12_c26_templates_are_filtered_here() -> None:
    body = '[{"id":0,"recordTypeId":5,"name":"Vehicle"},{"id":-1,"recordTypeId":7,"name":"Civilian"}]'
    template = DICTIONARY.template().decode(answer(200, body))  # C12, C26
    assert template.name == "Civilian"
    with pytest.raises(CadError, match="not-found"):
        DICTIONARY.template().decode(answer(200, '[{"recordTypeId":5}]'))
    with pytest.raises(CadError, match="unexpected"):
        DICTIONARY.template().decode(answer(200, "[7]"))
