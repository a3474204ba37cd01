from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.attachment import MAX_BYTES, parse_record
from bot.domain.template import Template
from bot.errors import InvalidInput
from tests.domain.templates import JSON, civilian, field, raw, section

LIVE = Template.model_validate(civilian())


def parse(value: object) -> Any:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return parse_record(data, template=LIVE)


def test_an_exported_character_becomes_a_new_one() -> None:
    sent = civilian() | {"id": 2451, "syncId": "char1:abc", "syncUniqueId": 5}
    sent["sections"][1]["fields"][0]["value"] = "Jane"
    parsed = parse(b"\xef\xbb\xbf" + json.dumps(sent).encode())
    assert parsed.record == {key: sent[key] for key in sent if key not in {"id", "syncId", "syncUniqueId"}}
    assert (parsed.unknown, parsed.problems) == ((), ())
    assert "Jane" not in repr(parsed)


def test_what_the_live_template_does_not_accept_is_reported() -> None:
    fields = (
        field("age", value="x"),
        field("sex", value="m"),
        field("hair", value="PURPLE"),
        field("img", value="http://example.com/a.png"),
        field("phone", value="5"),
        field("phone"),
        field("", value="nobody"),
    )
    parsed = parse(raw(section("Any", *fields, field("flags", data={"flags": ["ARMED", "SHY"]}))))
    assert parsed.unknown == ("phone",)
    assert [(one.field.uid, one.key) for one in parsed.problems] == [
        ("img", "problem-image-https"),
        ("first", "problem-required"),
        ("age", "problem-mask"),
        ("hair", "problem-option"),
        ("flags", "problem-option"),
    ]


def nested(depth: int) -> dict[str, Any]:
    """Return a record with an object that is `depth` deep, itself included."""
    inner: Any = 1
    for _ in range(depth - 2):
        inner = [inner]
    return raw(custom=[inner])


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b"x" * (MAX_BYTES + 1), "record-large"),
        (b"\xff\xfe{}", "record-json"),
        (b"{", "record-json"),
        (b"", "record-json"),
        ([], "record-json"),
        (b'{"type": 7, "sections": [], "a": NaN}', "record-json"),
        (b'{"type": 7, "sections": [], "a": -Infinity}', "record-json"),
        (b'{"type": 7, "sections": [], "a": 1e999}', "record-json"),
        (b'{"type": 7, "sections": [], "a": ' + b"9" * 5000 + b"}", "record-json"),
        (b'{"type": 7, "sections": [], "a": "\\ud800"}', "record-json"),
        (b'{"type": 7, "sections": [], "\\udfff": 1}', "record-json"),
        (b"[" * 100_000, "record-deep"),
        (b'{"a":' * 40_000, "record-deep"),
        (nested(13), "record-deep"),
        ({"type": 7}, "record-sections"),
        ({"type": 7, "sections": {}}, "record-sections"),
        ({"type": 7, "sections": [1]}, "record-sections"),
        ({"type": 7, "sections": [{}]}, "record-sections"),
        ({"type": 7, "sections": [{"fields": [1]}]}, "record-sections"),
        ({"sections": []}, "record-type"),
        ({"type": 5, "sections": []}, "record-type"),
        ({"type": 7, "recordTypeId": 5, "sections": []}, "record-type"),
    ],
)
def test_what_cannot_be_a_new_character_is_refused(value: object, key: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(value)
    assert refused.value.key == key


def test_the_limits_themselves_pass() -> None:
    assert parse(nested(12)).record["custom"]
    sent = json.dumps(raw(pad="")).encode()
    full = json.dumps(raw(pad="x" * (MAX_BYTES - len(sent)))).encode()
    assert len(full) == MAX_BYTES
    assert len(parse(full).record["pad"]) == MAX_BYTES - len(sent)
    assert parse({"type": "7", "sections": [], "n": 1.5}).record == {
        "recordTypeId": 7,
        "type": 7,
        "sections": [],
        "n": 1.5,
    }


@given(st.dictionaries(st.sampled_from(["type", "sections", "id", "x"]), JSON) | JSON | st.binary(max_size=30))
def test_any_file_is_parsed_or_refused(value: object) -> None:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    try:
        parsed = parse_record(data, template=LIVE)
    except InvalidInput as error:
        refused = error.key
    else:
        refused = ""
        assert parsed.record["type"] == 7
        assert "id" not in parsed.record
    assert not refused or refused.startswith("record-")
