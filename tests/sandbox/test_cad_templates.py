"""The templates have the export's shape, and records come of them as the CAD makes them."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.cad import records
from sandbox.templates import default_template, hard_template

if TYPE_CHECKING:
    from collections.abc import Callable

FIELD_KEYS = {
    "type",
    "label",
    "value",
    "size",
    "data",
    "options",
    "isPreviewed",
    "isSupervisor",
    "isRequired",
    "unique",
    "readOnly",
    "mask",
    "maskReverse",
    "dbMap",
    "isFromSync",
    "uid",
    "dependency",
}
SECTION_KEYS = {"category", "label", "fields", "searchCiv", "searchVeh", "enableDuplicate", "isDuplicate", "dependency"}
RECORD_KEYS = {"recordTypeId", "id", "syncUniqueId", "syncId", "name", "img", "type", "sections"}


def fields(template: dict[str, Any]) -> list[dict[str, Any]]:
    return [field for _, field in records.fields(template)]


@pytest.mark.parametrize("make", [default_template, hard_template])
def test_templates_have_every_key_of_an_export(make: Callable[[], dict[str, Any]]) -> None:
    template = make()
    assert set(template) >= RECORD_KEYS
    assert (template["recordTypeId"], template["type"]) == (7, 7)
    for section in template["sections"]:
        assert set(section) == SECTION_KEYS
    for field in fields(template):
        assert set(field) >= FIELD_KEYS
        assert set(field["dependency"]) == {"type", "fid", "acceptableValues"}
        assert 1 <= field["size"] <= 12
    uids = [field["uid"] for field in fields(template)]
    assert len(set(uids)) == len(uids)
    assert {"first", "last"} <= set(uids)
    assert make() is not template


def test_the_default_template_is_the_documented_one() -> None:
    image, civilian = default_template()["sections"]
    assert (image["label"], civilian["label"]) == ("Image", "Civilian Information")
    assert [field["uid"] for field in image["fields"]] == ["img"]
    assert " ".join(field["uid"] for field in civilian["fields"]) == (
        "first last mi dob age sex aka residence zip occupation height weight skin hair eyes"
        " emergencyContact emergencyRelationship emergencyContactNumber"
    )
    by_uid = {field["uid"]: field for field in civilian["fields"]}
    assert {uid for uid, field in by_uid.items() if field["isPreviewed"]} == {"first", "last", "age"}
    assert {uid: field["mask"] for uid, field in by_uid.items() if field["mask"]} == {
        "mi": "X",
        "dob": "MM/DD/YYYY",
        "age": "##",
        "emergencyContactNumber": "(###) ### - ####",
    }
    assert by_uid["eyes"]["options"] == ["BLACK", "BLUE", "BROWN", "GREEN", "HAZEL"]
    for field in by_uid.values():
        assert field["dependency"] == {"type": None, "fid": None, "acceptableValues": None}
        assert not any(field[flag] for flag in ("isRequired", "unique", "isSupervisor", "readOnly"))


def test_the_hard_template_holds_every_kind_and_trap() -> None:
    template = hard_template()
    every = fields(template)
    kinds = {field["type"].lower() for field in every}
    assert kinds >= {
        "text",
        "input",
        "textarea",
        "address",
        "select",
        "date",
        "time",
        "image",
        "checkboxes",
        "status",
        "id",
        "label",
        "random",
    }
    assert 30 <= len(every) <= 45
    assert {section["category"] for section in template["sections"]} == {0, 1, 5, 6, 9}
    assert any(field["type"] != field["type"].lower() for field in every)
    assert {"fingerprint", "unit_name"} <= kinds
    sizes = {len(field["options"] or []) for field in every}
    assert {40, 12, 4} <= sizes
    options = [field["options"] or [] for field in every]
    assert any(len(option) > 100 for each in options for option in each)
    assert any(len(set(each)) < len(each) and "" in each for each in options)
    assert any(len(field["label"]) > 45 for field in every)
    for flag in ("isRequired", "isPreviewed", "readOnly", "isSupervisor", "unique", "maskReverse", "isFromSync"):
        assert any(field[flag] for field in every), flag
    assert any(None in (field["mask"], field["options"], field["value"], field["data"]) for field in every)
    assert any(set(field) > FIELD_KEYS for field in every)
    assert set(template) > RECORD_KEYS


def test_the_hard_template_holds_every_dependency() -> None:
    template = hard_template()
    every = fields(template)
    by_uid = {field["uid"]: field for field in every}
    assert {field["dependency"]["type"] for field in every} == {None, "EQUAL", "NOTEQUAL", "CONTAINS"}
    assert any(section["dependency"]["fid"] for section in template["sections"])
    chain = ["_staffno42"]
    while parent := by_uid[chain[-1]]["dependency"]["fid"]:
        chain.append(parent)
    assert chain == ["_staffno42", "_jobrank3", "employer", "employed"]
    assert by_uid["spouse"]["dependency"]["fid"] == "_spousepho"
    assert by_uid["_spousepho"]["dependency"]["fid"] == "spouse"
    assert by_uid["employer"]["isRequired"]
    parents = {field["dependency"]["fid"] for field in every} - {None}
    assert parents <= set(by_uid)


def test_a_record_is_built_as_the_cad_builds_it() -> None:
    values = {"first": "Ann-Marie", "sex": "Male", "img": "https://a.example/x.png", "nobody": "knows", "recno": "9"}
    flags = {"_flags0001": '{"flags": ["Armed"]}', "_lic4boxes": '{"flags":["Boat"]}'}
    template = hard_template()
    record = records.build(template, {**values, **flags}, 2455, random.Random(1))  # noqa: S311 - made-up data
    assert records.value(record, "first") == "ANN-MARIE"
    assert records.value(record, "sex") == "Male"
    assert records.value(record, "img") == "https://a.example/x.png"
    assert records.value(record, "nobody") == ""
    assert re.fullmatch(r"[A-Z][A-Z0-9]\d\d", records.value(record, "_pin8wq2c"))
    data = {field["uid"]: field["data"] for field in fields(record)}
    assert (data["_flags0001"], data["_lic4boxes"]) == ({"flags": ["Armed"]}, {"flags": ["Boat"]})
    assert (record["id"], record["syncId"], record["name"]) == (2455, "", "San Andreas Citizen")
    records.apply(record, {"_flags0001": "", "first": ""})
    assert {field["uid"]: field["data"] for field in fields(record)}["_flags0001"] == {"flags": []}
    assert records.value(record, "first") == ""
    assert template == hard_template()


def test_an_id_field_shows_the_record_number() -> None:
    record = records.build(hard_template(), {}, 2455, random.Random(1))  # noqa: S311 - made-up data
    assert records.value(record, "recno") == "2455"
    assert records.label(record) == "San Andreas Citizen"


def test_unique_values_ignore_case_and_empty_ones() -> None:
    record = records.build(hard_template(), {"ssn": "", "_gunserial": "ab-1"}, 1, random.Random(1))  # noqa: S311 - made-up data
    assert records.unique_values(record) == {("_gunserial", "AB-1")}
