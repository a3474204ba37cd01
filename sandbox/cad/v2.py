"""The v2 generation: Bearer key, one identifier, JSON; refusals as problem+json (cad-api.md 2.1-2.5)."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.cad import identifiers
from sandbox.cad.refusals import (
    AccountUnknown,
    ApiOff,
    CadRefusal,
    HeaderMissing,
    KeyWrong,
    Malformed,
    PathUnknown,
    PlanTooLow,
    RecordUnknown,
    SecretWrong,
    SyncIdTaken,
    ValueTaken,
)
from sandbox.cad.v2_calls import CALLS, Asked, V2Call
from sandbox.cad.wire import PROBLEM, Prepared, Received, Reply, as_json, json_body

if TYPE_CHECKING:
    from sandbox.cad.state import CadState

BEARER = "Bearer "
WORDS: dict[type[CadRefusal], tuple[int, str]] = {
    PathUnknown: (404, "No route matches the request."),
    HeaderMissing: (401, "Missing Authorization header."),
    Malformed: (400, "{refusal.reason}"),
    KeyWrong: (401, "Invalid API key."),
    PlanTooLow: (402, "A higher subscription is required."),
    ApiOff: (403, "The API is not enabled for this community."),
    SecretWrong: (403, "The account could not be verified."),
    AccountUnknown: (404, "Account not found."),
    RecordUnknown: (404, "Record not found."),
    SyncIdTaken: (409, "The sync ID is linked to another account."),
    ValueTaken: (409, "A unique value is already used by record {refusal.record_id}."),
}
"""Status (cad-api.md 2.5) and detail; the details of 401 and of an unknown account are documented."""


class V2:
    """Reads v2 requests against the state and words v2 refusals."""

    name = "v2"

    def __init__(self, state: CadState) -> None:
        self._state = state

    def prepare(self, received: Received) -> Prepared:
        """Check path, authorization, then the data. The community is implied by the key."""
        prepared = Prepared()
        try:
            self._check(received, prepared)
        except CadRefusal as refusal:
            prepared.refusal = refusal
        return prepared

    def _check(self, received: Received, prepared: Prepared) -> None:
        call, segment = _find(received)
        prepared.endpoint, prepared.limit = call.name, call.limit
        self._authorize(received, prepared)
        data = _data(call, received, prepared)
        prepared.identifier = identifiers.shown(data)
        asked = Asked(call.segment(segment), data)
        self._state.require_plan(call.plan)
        call.check(self._state, asked)
        prepared.run = lambda: call.run(self._state, asked)

    def _authorize(self, received: Received, prepared: Prepared) -> None:
        header = received.headers.get("authorization", "")
        if not header.startswith(BEARER):
            raise HeaderMissing("no Authorization header of the Bearer scheme")
        prepared.key_ok = header.removeprefix(BEARER) == self._state.community.key
        if not prepared.key_ok:
            raise KeyWrong
        if not self._state.community.api_enabled:
            raise ApiOff

    def refuse(self, refusal: CadRefusal, received: Received) -> Reply:
        """Return the problem document for a refusal."""
        status, detail = WORDS[type(refusal)]
        return self.problem(status, detail.format(refusal=refusal), received)

    def problem(self, status: int, detail: str, received: Received) -> Reply:
        """Return a problem document with all the keys of cad-api.md 2.1, and the gateway's own headers."""
        trace = f"00-{self._state.hexadecimal(32)}-{self._state.hexadecimal(16)}-00"
        document = {
            "type": f"https://httpstatuses.com/{status}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "instance": received.path,
            "traceId": trace,
        }
        reply = as_json(document, status, PROBLEM)
        headers = {"x-trace-id": trace, "x-kong-request-id": self._state.hexadecimal(32)}
        return Reply(reply.status, reply.body, reply.content_type, headers)

    def limited(self, wait: float | None) -> Reply:
        """Return the gateway's 429, which is no problem document; `wait` is in seconds (None: it does not say)."""
        request_id = self._state.hexadecimal(32)
        body = as_json({"message": "API rate limit exceeded", "request_id": request_id}, 429)
        headers = {} if wait is None else {"Retry-After": str(math.ceil(wait))}
        return Reply(429, body.body, body.content_type, {**headers, "x-kong-request-id": request_id})


def _find(received: Received) -> tuple[V2Call, str]:
    """Return the call and its decoded last segment. Each path has at most one variable, and that comes last."""
    fixed = CALLS.get((received.method, received.path))
    if fixed is not None:
        return fixed, ""
    collection, _, segment = received.path.rpartition("/")
    call = CALLS.get((received.method, f"{collection}/{{}}"))
    if call is None:
        raise PathUnknown(f"{received.method} {received.path} is no endpoint")
    try:
        return call, unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise Malformed("the path is not percent-encoded UTF-8") from None


def _data(call: V2Call, received: Received, prepared: Prepared) -> dict[str, object]:
    if call.takes_body:
        if received.query:
            raise Malformed(f"{call.name} takes a body and no query")
        prepared.body = json_body(received)
        return call.shape(prepared.body).check(prepared.body, "body")
    if received.body:
        raise Malformed(f"{call.name} takes no body")
    query = dict(received.query)
    if len(query) != len(received.query):
        raise Malformed("a query key stands twice")
    return call.shape(query).check(query, "query")
