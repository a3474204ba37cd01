"""The v1 generation: POST with an envelope, plain texts, refusals as documented in cad-api.md 1.6.

Where no page documents a refusal of a malformed request, the answer is the one text that means "your mistake".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.cad import identifiers
from sandbox.cad.refusals import (
    AccountUnknown,
    ApiOff,
    CadRefusal,
    CommunityWrong,
    KeyWrong,
    Malformed,
    PathUnknown,
    PlanTooLow,
    RecordUnknown,
    SyncIdTaken,
    ValueTaken,
)
from sandbox.cad.shapes import COMMUNITY_ID, INTEGER, Kind, Shape, matches
from sandbox.cad.v1_calls import CALLS, V1Call
from sandbox.cad.wire import Prepared, Received, Reply, json_body, text

if TYPE_CHECKING:
    from sandbox.cad.state import CadState

REMOVE = 2
NOT_ENABLED = "API IS NOT ENABLED FOR THIS COMMUNITY"
NOT_LINKED = "API ID NOT LINKED TO AN ACCOUNT IN THIS COMMUNITY"
WORDS: dict[type[CadRefusal], tuple[int, str]] = {
    PathUnknown: (200, "Sonoran CAD: Backend Service Reached"),
    Malformed: (400, "INVALID REQUEST TYPE"),
    CommunityWrong: (400, "INVALID COMMUNITY ID"),
    ApiOff: (400, NOT_ENABLED),
    PlanTooLow: (400, NOT_ENABLED),
    KeyWrong: (400, "INVALID API KEY"),
    AccountUnknown: (404, NOT_LINKED),
    RecordUnknown: (404, NOT_LINKED),
    SyncIdTaken: (400, "Sync ID is already taken by another account"),
    ValueTaken: (400, "Value is already taken by record {refusal.record_id}"),
}
"""Status and text; the two with `taken` are undocumented but for that word, the status of the last is a setting."""

_ENVELOPE = {
    "id": Kind("1 to 50 letters, digits, _ or -", matches(COMMUNITY_ID)),
    "key": Kind("a string", lambda value: isinstance(value, str)),
    "type": Kind("a string", lambda value: isinstance(value, str)),
    "data": Kind("an array", lambda value: isinstance(value, list)),
}
ENVELOPE = Shape.of(_ENVELOPE)
BARE_ENVELOPE = Shape.of(_ENVELOPE, {"recordTypeId": INTEGER})  # C12: beside `data`, which stays empty


class V1:
    """Reads v1 requests against the state and words v1 refusals."""

    name = "v1"

    def __init__(self, state: CadState) -> None:
        self._state = state

    def prepare(self, received: Received) -> Prepared:
        """Check a request in the order in which the pages list the errors."""
        prepared = Prepared()
        try:
            self._check(received, prepared)
        except CadRefusal as refusal:
            prepared.refusal = refusal
        return prepared

    def _check(self, received: Received, prepared: Prepared) -> None:
        call = CALLS.get(received.path)
        if call is None or received.method != "POST":
            raise PathUnknown(f"{received.method} {received.path} is no endpoint")
        prepared.endpoint = call.name
        if received.query:
            raise Malformed("a v1 call takes no query")
        prepared.body = json_body(received)
        envelope = (ENVELOPE if call.shape else BARE_ENVELOPE).check(prepared.body, "body")
        prepared.key_ok = envelope["key"] == self._state.community.key
        self._check_envelope(envelope, call, key_ok=prepared.key_ok)
        item = _item(envelope, call)
        if call.name == "link" and item["action"] == REMOVE:
            prepared.endpoint = "unlink"
        prepared.identifier = identifiers.shown(item)
        self._state.require_plan(call.plan)
        call.check(self._state, item)
        prepared.run = lambda: call.run(self._state, item)

    def _check_envelope(self, envelope: dict[str, Any], call: V1Call, *, key_ok: bool) -> None:
        if envelope["type"] != call.type:
            raise Malformed(f"type {envelope['type'][:50]} does not belong to the path of {call.type}")
        if envelope["id"] != self._state.community.id:
            raise CommunityWrong
        if not self._state.community.api_enabled:
            raise ApiOff
        if not key_ok:
            raise KeyWrong

    def refuse(self, refusal: CadRefusal, received: Received) -> Reply:  # noqa: ARG002 - v2 names the path
        """Return the documented text for a refusal."""
        status, words = WORDS[type(refusal)]
        if isinstance(refusal, ValueTaken):
            status = self._state.community.taken_status
        return text(words.format(refusal=refusal), status)

    def limited(self, wait: float) -> Reply:  # noqa: ARG002 - v1 does not say how long
        """Return v1's 429: no body, no Retry-After (test vector 32)."""
        return Reply(429)


def _item(envelope: dict[str, Any], call: V1Call) -> dict[str, Any]:
    """Return the one data item, or for a call without items what stands beside `data`."""
    data = envelope["data"]
    if call.shape is None:
        if data or (call.type != "GET_TEMPLATES" and "recordTypeId" in envelope):
            raise Malformed(f"{call.type} takes no data")
        return {key: envelope[key] for key in envelope.keys() - _ENVELOPE.keys()}
    if len(data) != 1:
        raise Malformed(f"data has {len(data)} items instead of one")
    return call.shape(data[0]).check(data[0], "data[0]")
