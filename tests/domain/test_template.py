from __future__ import annotations

import json
import math
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.images import image_problem
from bot.domain.template import Dependency, Field, FieldKind, Record, Section, Template
from tests.domain.templates import JSON, UNSEEN_NAMES, civilian, field, raw, section


def test_a_template_gives_back_every_key_and_value_it_came_with() -> None:
    sent = civilian() | {"id": "7", "recordTypeId": "7", "img": None}
    kept = deepcopy(sent)
    read = Template.model_validate(sent)
    sent["sections"].clear()  # nothing of the caller's stays connected
    assert read.model_dump(by_alias=True) == kept
    assert (read.id, read.record_type_id) == (7, 7)


def test_a_dump_can_be_changed_without_changing_the_template() -> None:
    read = Template.model_validate(civilian())
    read.model_dump(by_alias=True)["custom"]["kept"].append(2)
    assert read.model_dump(by_alias=True) == civilian()


def test_models_built_by_name_are_written_with_the_wire_names() -> None:
    built = Record(sync_id="char1:abc", sections=(Section(label="A", fields=(Field(uid="x", is_required=True),)),))
    assert built.model_dump(by_alias=True) == {
        "syncId": "char1:abc",
        "sections": [{"label": "A", "fields": [{"uid": "x", "isRequired": True}]}],
    }


@given(st.dictionaries(st.sampled_from([*civilian(), "fields", "x"]), JSON))
def test_any_object_is_a_template_and_is_given_back(sent: dict[str, Any]) -> None:
    read = Record.model_validate(sent)
    assert repr(read.model_dump(by_alias=True)) == repr(sent)
    assert isinstance(read.display_name, str)
    read.fields_with_values()


@given(st.lists(st.dictionaries(st.sampled_from([*field("x"), "data", "dependency", "isRequired"]), JSON)))
def test_any_field_is_read(sent: list[dict[str, Any]]) -> None:
    read = Record.model_validate({"sections": [{"category": 0, "fields": sent}]})
    assert [found.model_dump() for _, found in read.each_field()] == [found.model_dump() for found in _again(sent)]
    for _, found in read.each_field():
        found.text.encode()


def _again(sent: list[dict[str, Any]]) -> list[Field]:
    return [Field.model_validate(one) for one in sent]


@pytest.mark.parametrize("sent", [None, 5, "text", []])
def test_what_is_no_object_is_refused(sent: object) -> None:
    with pytest.raises(ValidationError):
        Template.model_validate(sent)


@pytest.mark.parametrize("bracket", ["[]", '{"a":}'])
def test_a_nesting_bomb_is_refused(bracket: str) -> None:
    half = len(bracket) - 1
    deep = json.loads(f'{{"sections":[{{"fields":[{{"data":{bracket[:half] * 300}1{bracket[half:] * 300}}}]}}]}}')
    with pytest.raises(ValidationError, match="nested too deeply"):
        Template.model_validate(deep)


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        (7, 7),
        ("7", 7),
        (" -1 ", -1),
        (7.0, 7),
        (7.5, None),
        (math.inf, None),
        (True, None),
        (None, None),
        ("seven", None),
        ("--1", None),
        ("", None),
        ("²", None),
        ("9" * 5000, None),
        ([], None),
    ],
)
def test_numbers(sent: object, number: int | None) -> None:
    assert Template.model_validate({"type": sent}).type == number


@pytest.mark.parametrize(
    ("sent", "flag"),
    [(True, True), ("True", True), ("1", True), (1, True), (False, False), ("no", False), (None, False), (2, False)],
)
def test_flags(sent: object, flag: object) -> None:
    assert Field.model_validate({"isRequired": sent}).is_required is flag


@pytest.mark.parametrize(
    ("sent", "text"),
    [("a", "a"), (5, "5"), (1.5, "1.5"), (True, "true"), (False, "false"), (None, ""), ({}, ""), ("\ud800", "?")],
)
def test_texts(sent: object, text: str) -> None:
    assert Field.model_validate({"value": sent}).value == text


def test_lists_hold_texts_whatever_was_sent() -> None:
    read = Field.model_validate({"options": ["A", 1, None], "dependency": {"acceptableValues": "one"}})
    assert read.options == ("A", "1", "")
    assert read.dependency == Dependency(acceptable_values="one")  # type: ignore[arg-type]  # as tolerated on the wire
    assert Field.model_validate({"options": 5, "dependency": "x"}).options == ()


@pytest.mark.parametrize(
    ("wire", "kind"),
    [
        ("input", FieldKind.TEXT),
        ("TEXT", FieldKind.TEXT),
        ("", FieldKind.TEXT),
        (" Select ", FieldKind.SELECT),
        ("UNIT_NUMBER", FieldKind.UNIT),
        ("unit_agency_zip", FieldKind.UNIT),
        ("CHECKBOXES", FieldKind.CHECKBOXES),
        ("speed", FieldKind.UNKNOWN),
    ],
)
def test_kinds_ignore_case(wire: str, kind: FieldKind) -> None:
    assert FieldKind.of(wire) is kind
    assert Field(type=wire).kind is kind


def test_the_field_of_a_flags_section_is_flags_whatever_its_type() -> None:
    assert Section(category=1).kind_of(Field(type="text")) is FieldKind.FLAGS
    assert Section(category=0).kind_of(Field(type="text")) is FieldKind.TEXT


@pytest.mark.parametrize(
    ("data", "flags"),
    [({"flags": ["A", "B"]}, ("A", "B")), (["A"], ("A",)), ({}, ()), (None, ()), (5, ())],
)
def test_chosen_flags(data: object, flags: tuple[str, ...]) -> None:
    assert Field(data=data).flags == flags


@pytest.mark.parametrize(
    ("value", "flags"), [('{"flags":["A","B"]}', ("A", "B")), ('{"flags"', ()), ('{"flags":1}', ()), ("A", ())]
)
def test_flags_that_come_back_as_they_were_sent(value: str, flags: tuple[str, ...]) -> None:
    assert Field(value=value).flags == flags


def record(*values: tuple[str, str], **more: Any) -> Record:
    return Record.model_validate({"sections": [section("S", *(field(u, value=v) for u, v in values))], **more})


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (record(("last", " Doe "), ("mi", "Q"), ("first", "Jane"), name="Civilian"), "Jane Q Doe"),
        (record(("first", "Jane"), ("last", "")), "Jane"),
        (record(("first_name", "John"), name="John Doe"), "John Doe"),
        (record(syncId="char1:abc"), "char1:abc"),
        (record(id=12), "12"),
        (record(), ""),
    ],
)
def test_display_name(found: Record, name: str) -> None:
    assert found.display_name == name


def test_the_first_field_of_a_uid_is_its_value() -> None:
    found = record(("first", "Jane"), ("first", "Other"))
    assert found.value("first") == "Jane"
    assert found.value("absent") == ""


def test_fields_with_values_leave_out_what_says_nothing() -> None:
    found = Record.model_validate(
        raw(
            section(
                "Person",
                field("first", value="Jane", label="First"),
                field("blank", value="  "),
                field("note", value="secret", isSupervisor=True, label="Note"),
                field("head", "label", value="Heading"),
                field("number", "id", value="5"),
                field("unit", "UNIT_NAME", value="A1"),
                field("boxes", "checkboxes", label="", data={"flags": ["A", "", "B"]}),
            ),
            section("Flags", field("f", data={"flags": ["ARMED"]}, label="Flags"), category=1),
            section("Empty", field("x")),
        )
    )
    shown = (("Person", (("First", "Jane"), ("boxes", "A, B"))), ("Flags", (("Flags", "ARMED"),)))
    assert found.fields_with_values() == shown
    assert ("Note", "secret") in found.fields_with_values(staff=True)[0][1]


def test_the_photo_is_the_first_picture_that_can_be_shown() -> None:
    urls = ("statics/images/blank_user.jpg", "https://example.com/a.png", "https://example.com/b.png")
    pictures = [field(f"img{n}", "IMAGE", value=url) for n, url in enumerate(urls)]
    assert Record.model_validate(raw(section("S", *pictures))).photo == "https://example.com/a.png"
    assert Record.model_validate(civilian()).photo == ""


@pytest.mark.parametrize(("length", "shown"), [(2000, True), (2001, False)])
def test_an_address_that_is_too_long_is_no_photo(length: int, shown: object) -> None:
    url = "https://example.com/".ljust(length, "a")
    found = Record.model_validate(raw(section("S", field("img", "image", value=url))))
    assert bool(found.photo) is shown
    assert image_problem(url) is None, "the address is right but for its length"


@pytest.mark.parametrize("unseen", UNSEEN_NAMES)
def test_what_has_no_visible_name_is_called_by_its_uid_or_its_place(unseen: str) -> None:
    same = field(unseen, label=unseen, value="x")
    found = Record.model_validate(raw(section(unseen, field("a", label=unseen, value="1"), same, same)))
    assert found.fields_with_values() == (("", (("a", "1"), ("#2", "x"), ("#3", "x"))),)


def test_a_repr_holds_nothing_that_people_wrote() -> None:
    assert repr(record(("first", "Jane"), id=5, name="Civilian")) == "Record(id=5)"
