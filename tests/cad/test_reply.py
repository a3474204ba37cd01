"""Whatever the CAD answers, decoding gives a result or a CadError, and never shows the key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cad.protocol import Call, NewCharacter, Response
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.models import Target
from bot.errors import CadError, Sent
from bot.settings import CreateForm
from tests.cad.support import CREDENTIALS, KEY, NOW, SECRET

STEAM = Target.of(api_id="STEAM:1234")


def every_call(dialect: V1 | V2) -> list[Call[Any]]:
    return [
        dialect.link(STEAM, "a"),
        dialect.unlink(STEAM, "a"),
        dialect.links(STEAM),
        dialect.characters(STEAM),
        dialect.create(STEAM, NewCharacter(values={"first": "A"})),
        dialect.edit(STEAM, 1, {"first": "A"}),
        dialect.remove(1),
        dialect.select(STEAM, 1),
        dialect.template(),
        dialect.plan(),
        dialect.community(),
        dialect.account(STEAM),
        dialect.check_api_id("a"),
        dialect.verify_secret(SECRET),
    ]


CALLS = [*every_call(V1(CREDENTIALS, CreateForm.DICTIONARY)), *every_call(V2(CREDENTIALS))]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "uuid", "sections", "fields", "characters", "community", "linked", "detail", "code"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.request.endpoint)
@given(data=st.data())
def test_any_answer_is_a_result_or_a_cad_error(call: Call[Any], data: st.DataObject) -> None:
    status = data.draw(st.sampled_from([200, 201, 204, 302, 400, 401, 402, 403, 404, 409, 418, 429, 500, 599]))
    body = data.draw(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
    headers = data.draw(st.dictionaries(st.sampled_from(["retry-after", "x-trace-id"]), st.text(max_size=20)))
    key = KEY.encode() * data.draw(st.integers(0, 1))
    error = error_of(call, Response(status, headers, body + key, NOW))
    if error is not None:
        assert KEY not in error.detail
        assert error.sent is not Sent.UNKNOWN or call.request.write


def error_of(call: Call[Any], response: Response) -> CadError | None:
    try:
        call.decode(response)
    except CadError as error:
        return error
    return None
