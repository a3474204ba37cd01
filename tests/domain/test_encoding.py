from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answers import check
from bot.domain.encoding import (
    as_new_character,
    changed_values,
    record_answers,
    summarise,
    to_record,
    to_values,
    usable_answer,
)
from bot.domain.forms import Form
from bot.domain.template import Record, Template
from tests.domain.templates import ANSWERS, FORMS, JSON, civilian, depends, field, form, raw, section, template

if TYPE_CHECKING:
    from bot.domain.dependencies import Answers


def civil_form() -> Form:
    return Form(Template.model_validate(civilian()), staff=True)


def test_values_are_strings_and_only_what_was_answered() -> None:
    answers: Answers = {"first": "Jane", "last": "", "age": "31", "flags": ("ARMED",), "gone": "x"}
    assert to_values(civil_form(), answers) == {"first": "Jane", "age": "31", "flags": '{"flags":["ARMED"]}'}


def test_hidden_answers_are_not_sent() -> None:
    found = form(field("a"), field("b", value="own", dependency=depends("a", "x")))
    assert to_values(found, {"a": "n", "b": "typed"}) == {"a": "n"}
    assert to_record(found, {"a": "n", "b": "typed"})["sections"][0]["fields"][1]["value"] == "own"


def test_a_blank_answer_takes_back_the_template_value() -> None:
    boxes = field("b", "checkboxes", options=["A"], data={"flags": ["A"]})
    found = form(field("a", value="Los Santos"), boxes, field("c"))
    assert to_values(found, {"a": "", "b": (), "c": ""}) == {"a": "", "b": '{"flags":[]}'}


def test_answers_follow_the_template_of_now() -> None:
    found = form(field("a", "select", options=["MALE"]), field("b", mask="##-##"))
    assert to_values(found, {"a": "Male", "b": "1234"}) == {"a": "MALE", "b": "12-34"}


@pytest.mark.parametrize("send", [to_values, to_record, lambda found, bad: changed_values(found, {}, bad)])
def test_nothing_that_check_refuses_is_sent(send: Any) -> None:
    found = form(field("a", mask="##"))
    bad = {"a": "nope"}
    assert check(found, bad)
    with pytest.raises(ValueError, match="problem-mask"):
        send(found, bad)


@given(FORMS, ANSWERS)
def test_values_are_strings_whatever_the_form(found: Form, answers: Answers) -> None:
    while wrong := {one.field.uid for one in check(found, answers)} & answers.keys():
        answers = {uid: answer for uid, answer in answers.items() if uid not in wrong}
    values = to_values(found, answers)
    assert all(isinstance(value, str) for value in values.values())
    assert values.keys() <= {one.uid for one in found.visible(answers)} & answers.keys()
    for one in found.fields:
        if one.chooses and one.uid in values:
            assert json.loads(values[one.uid]).keys() == {"flags"}


def test_a_record_is_the_template_with_the_answers_put_in() -> None:
    sent = civilian()
    expected = deepcopy(sent)
    for key in ("id", "syncId", "syncUniqueId"):
        del expected[key]
    expected["sections"][1]["fields"][0]["value"] = "Jane"
    expected["sections"][1]["fields"][5]["value"] = "M"
    expected["sections"][2]["fields"][0]["data"] = {"flags": ["ARMED", "VIOLENT"]}
    answers: Answers = {"first": "Jane", "sex": "M", "flags": ("ARMED", "VIOLENT")}
    found = Form(Template.model_validate(sent), staff=True)
    assert to_record(found, answers) == expected
    assert found.template.model_dump(by_alias=True) == civilian()


def test_flags_keep_what_else_their_data_holds() -> None:
    found = form(field("a", "checkboxes", options=["A"], data={"flags": [], "colour": 5}))
    assert to_record(found, {"a": ("A",)})["sections"][0]["fields"][0]["data"] == {"flags": ["A"], "colour": 5}


def test_only_the_first_field_of_a_uid_is_filled() -> None:
    found = form(field("a"), field("a", value="second"), field("", value="none"))
    values = [one["value"] for one in to_record(found, {"a": "x"})["sections"][0]["fields"]]
    assert values == ["x", "second", "none"]


@given(st.dictionaries(st.sampled_from(["x", "y", "custom"]), JSON), st.lists(JSON, max_size=3))
def test_a_record_keeps_what_nobody_knows(extra: dict[str, Any], odd: list[Any]) -> None:
    parts = [section("S", field("a", **{f"f-{key}": value for key, value in extra.items()})), *odd]
    found = Form(Template.model_validate({**extra, "sections": parts}))
    made = to_record(found, {"a": "typed"})
    assert repr({key: made[key] for key in extra}) == repr(extra)
    assert repr(made["sections"][1:]) == repr(odd)
    filled = made["sections"][0]["fields"][0]
    assert filled["value"] == "typed"
    assert repr({**filled, "value": ""}) == repr(parts[0]["fields"][0])


def test_a_template_without_sections_makes_a_record() -> None:
    assert to_record(Form(Template()), {}) == {"recordTypeId": 7, "type": 7}


def test_no_spelling_of_an_identity_is_taken_over() -> None:
    other = {"ID": 5, "SyncId": "x", "syncuniqueid": 1, "Type": 5, "RecordTypeId": 3, "name": "N"}
    assert as_new_character(other) == {"recordTypeId": 7, "type": 7, "name": "N"}


def stored(**values: Any) -> Record:
    flags = values.pop("flags", [])
    fields = (field(uid, value=value) for uid, value in values.items())
    return Record.model_validate(raw(section("S", *fields, field("flags", data={"flags": flags})), id=5))


def test_an_edit_starts_from_what_the_record_holds() -> None:
    record = stored(first="Jane", age="x", sex="Z", img="statics/a.jpg", gone="y", flags=["ARMED", "GONE"])
    found = civil_form()
    held = record_answers(found, record)
    assert held["flags"] == ("ARMED", "GONE")
    shown = {field.uid: usable_answer(field, held[field.uid]) for field in found.fields if field.uid in held}
    assert shown == {"first": "Jane", "age": "x", "sex": "", "img": "", "flags": ("ARMED",)}


def test_an_edit_sends_only_what_changed() -> None:
    found = civil_form()
    before = record_answers(found, stored(first="Jane", last="Doe", age="x", mi="Q", flags=["ARMED"]))
    after = {**before, "last": "Roe", "mi": "", "flags": (), "hair": "RED", "residence": ""}
    assert changed_values(found, before, after) == {"last": "Roe", "mi": "", "flags": '{"flags":[]}', "hair": "RED"}
    assert changed_values(found, before, before) == {}
    assert changed_values(found, before, {"last": "Roe"}) == {"last": "Roe"}


def test_an_edit_leaves_hidden_fields_alone() -> None:
    found = form(field("a"), field("b", dependency=depends("a", "x")))
    assert changed_values(found, {"a": "x", "b": "1"}, {"a": "n", "b": "2"}) == {"a": "n"}


def test_a_summary_has_what_was_answered_by_section() -> None:
    found = Form(
        template(
            section("One", field("a", label="A"), field("b", label="B")),
            section("Two", field("c")),
            section("One", field("d", "checkboxes", options=["X", "Y"], label="D")),
        )
    )
    answers: Answers = {"a": "1", "b": "", "d": ("X", "Y"), "gone": "z"}
    assert summarise(found, answers) == (("One", (("A", "1"),)), ("One", (("D", "X, Y"),)))
