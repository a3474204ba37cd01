from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from bot.domain.fields import LABEL_LIMIT, FormField, Hint, Widget, cut
from bot.domain.forms import PAGE_SIZE, Form, page_title
from bot.domain.template import FieldKind, Template
from tests.domain.templates import ANSWERS, FORMS, UNSEEN_NAMES, civilian, depends, field, form, section, template

if TYPE_CHECKING:
    from bot.domain.dependencies import Answers


def uids(fields: tuple[FormField, ...]) -> list[str]:
    return [one.uid for one in fields]


def only(source: dict[str, Any], *, staff: bool = False) -> FormField:
    (found,) = form(source, staff=staff).fields
    return found


CIVILIAN = ["img", "first", "last", "mi", "dob", "age", "sex", "residence", "hair", "contact"]


def test_staff_are_also_asked_for_flags() -> None:
    read = Template.model_validate(civilian())
    assert uids(Form(read, staff=False).fields) == CIVILIAN
    assert uids(Form(read, staff=True).fields) == [*CIVILIAN, "flags"]


@pytest.mark.parametrize(
    ("source", "players", "staff"),
    [
        (field("a"), True, True),
        (field("a", "Textarea"), True, True),
        (field("a", isSupervisor=True), False, True),
        (field("a", readOnly=True), False, False),
        (field("a", isFromSync=True), False, False),
        (field(""), False, False),
        (field("a", "select", options=[]), False, False),
        (field("a", "checkboxes", options=["", " "]), False, False),
        *((field("a", type_), False, False) for type_ in ("UNIT_NAME", "id", "label", "status", "random", "speed")),
    ],
)
def test_who_is_asked_what(source: dict[str, Any], players: object, staff: object) -> None:
    assert bool(form(source).fields) is players
    assert bool(form(source, staff=True).fields) is staff


@pytest.mark.parametrize("category", [2, 5, 6, 7, 9, None, "odd"])
def test_only_custom_sections_are_asked(category: object) -> None:
    assert Form(template(section("S", field("a"), category=category)), staff=True).fields == ()


def test_of_two_fields_with_one_uid_only_the_first_is_asked() -> None:
    assert [one.label for one in form(field("a", label="One"), field("a", label="Two")).fields] == ["One"]
    assert form(field("a", readOnly=True), field("a")).fields == ()


def test_hidden_fields_are_not_asked() -> None:
    found = form(field("a"), field("b", dependency=depends("a", "x")), field("c", dependency=depends("b", "y")))
    answers: Answers = {"a": "x", "b": "y", "c": "z", "gone": "1"}
    assert uids(found.visible(answers)) == ["a", "b", "c"]
    assert uids(found.visible({**answers, "a": "n"})) == ["a"]
    assert uids(found.visible({})) == ["a"]


def test_required_and_previewed_fields_come_first_then_section_by_section() -> None:
    found = Form(
        template(
            section("One", *(field(uid) for uid in "abcdef"), field("p", isPreviewed=True)),
            section("Two", field("g"), field("r", isRequired=True), field("h")),
            section("One", field("i")),
        )
    )
    pages, asked = [], set[str]()
    while page := found.next_page({}, asked):
        pages.append((page_title(page), "".join(uids(page))))
        asked.update(uids(page))
    assert pages == [("One", "pr"), ("One", "abcde"), ("One", "f"), ("Two", "gh"), ("One", "i")]
    assert page_title(()) == ""


def test_a_required_field_that_appears_late_is_asked_next() -> None:
    found = form(field("a", isRequired=True), field("b"), field("c", isRequired=True, dependency=depends("a", "x")))
    assert uids(found.next_page({"a": "x"}, {"a"})) == ["c"]
    assert uids(found.missing({"a": "x"})) == ["c"]


def test_nothing_hidden_is_missing() -> None:
    found = form(field("a"), field("b", isRequired=True, dependency=depends("a", "x")), field("c", isRequired=True))
    assert uids(found.missing({"c": ""})) == ["c"]
    assert uids(found.missing({"a": "x", "c": "1"})) == ["b"]


@given(FORMS, ANSWERS)
def test_pages_hold_every_visible_field_once(found: Form, answers: Answers) -> None:
    asked: list[str] = []
    while page := found.next_page(answers, asked):
        assert len(page) <= PAGE_SIZE
        first = [one.required or one.previewed for one in page]
        assert all(first) or (not any(first) and len({one.section_index for one in page}) == 1)
        asked += uids(page)
    assert sorted(asked) == sorted(uids(found.visible(answers)))
    assert len(set(asked)) == len(asked)


@given(FORMS, ANSWERS)
def test_whatever_hangs_together_a_form_can_be_finished(found: Form, answers: Answers) -> None:
    kept = dict(answers)
    for _ in range(len(found.fields) + 1):
        kept |= {one.uid: ("x",) if one.chooses else "x" for one in found.missing(kept)}
    assert found.missing(kept) == ()


@pytest.mark.parametrize(
    ("label", "required", "shown"),
    [
        ("Name", False, "Name"),
        ("Name", True, "Name *"),
        ("Two\n lines ", False, "Two lines"),
        ("", False, "uid"),
        ("x" * 45, False, "x" * 45),
        ("x" * 46, False, "x" * 45),
        ("x" * 44, True, "x" * 43 + " *"),
        ("x" * 43, True, "x" * 43 + " *"),
    ],
)
def test_labels_are_cut_for_display_only(label: str, required: object, shown: str) -> None:
    found = only(field("uid", label=label, isRequired=required))
    assert found.display_label == shown
    assert len(found.display_label) <= LABEL_LIMIT
    assert found.label == (label.strip() or "uid")


@pytest.mark.parametrize("unseen", UNSEEN_NAMES)
def test_every_field_has_a_label_that_can_be_seen(unseen: str) -> None:
    fields = (field("a", label=unseen), field(unseen, label=unseen, isRequired=True))
    found = Form(template(section(unseen, *fields))).fields
    assert [one.label for one in found] == ["a", "#2"]
    assert [one.display_label for one in found] == ["a", "#2 *"]
    assert page_title(found) == found[0].section == ""


def test_a_cut_does_not_end_in_a_blank() -> None:
    assert cut("one two", 5) == "one…"


def test_options_keep_their_place_and_value() -> None:
    long = "x" * 101
    found = only(field("a", "select", options=["B", "", "B", long]))
    assert [(one.index, one.value, one.label) for one in found.options] == [
        (0, "B", "B"),
        (1, "", ""),
        (3, long, "x" * 99 + "…"),
    ]
    boxes = only(field("a", "checkboxes", options=["", "A", "A"]))
    assert [(one.index, one.value) for one in boxes.options] == [(1, "A")]


def numbered(count: int) -> list[str]:
    return [f"option {n}" for n in range(count)]


@pytest.mark.parametrize(
    ("source", "widget", "multiline", "max_length"),
    [
        (field("a"), Widget.TEXT, False, 4000),
        (field("a", options=["stray"]), Widget.TEXT, False, 4000),
        (field("a", "address"), Widget.TEXT, False, 4000),
        (field("a", "image"), Widget.TEXT, False, 2000),
        (field("a", "textarea"), Widget.PARAGRAPH, True, 4000),
        (field("a", "select", options=numbered(25)), Widget.SELECT, False, 4000),
        (field("a", "select", options=numbered(26)), Widget.LONG_SELECT, False, 4000),
        (field("a", "checkboxes", options=numbered(1)), Widget.CHECKBOX_GROUP, False, 4000),
        (field("a", "checkboxes", options=numbered(10)), Widget.CHECKBOX_GROUP, False, 4000),
        (field("a", "checkboxes", options=numbered(11)), Widget.MULTI_SELECT, False, 4000),
        (field("a", "checkboxes", options=numbered(26)), Widget.LONG_SELECT, True, 4000),
    ],
)
def test_widgets(source: dict[str, Any], widget: Widget, multiline: object, max_length: int) -> None:
    found = only(source)
    assert (found.widget, found.multiline, found.max_length) == (widget, multiline, max_length)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        (field("a"), None),
        (field("a", "textarea", mask="##"), None),
        (field("a", "select", mask="MM/DD/YYYY", options=["x"]), None),
        (field("a", mask="##"), Hint("hint-mask", {"mask": "##"})),
        (field("a", mask="#" * 50), Hint("hint-mask", {"mask": "#" * 39 + "…"})),
        (field("a", mask="MM/DD/YYYY"), None),
        (field("a", "date"), Hint("hint-date", {"mask": "MM/DD/YYYY"})),
        (field("a", "date", mask="DD.MM.YY"), Hint("hint-date", {"mask": "DD.MM.YY"})),
        (field("a", "time", mask="HH:mm"), Hint("hint-time", {"mask": "HH:mm"})),
        (field("a", "time"), Hint("hint-time-any", {})),
        (field("a", "image"), Hint("hint-image", {})),
        (field("a", "select", options=numbered(30)), Hint("hint-options", {"count": 30})),
        (field("a", "checkboxes", options=numbered(30)), Hint("hint-options-many", {"count": 30})),
    ],
)
def test_hints(source: dict[str, Any], hint: Hint | None) -> None:
    assert only(source).hint == hint


@pytest.mark.parametrize(
    ("source", "default"),
    [
        (field("a", value=" Los Santos"), " Los Santos"),
        (field("a", value="x" * 4001), ""),
        (field("a", "select", value="A", options=["A"]), "A"),
        (field("a", "select", value="Z", options=["A"]), ""),
        (field("a", "image", value="statics/images/blank_user.jpg"), ""),
        (field("a", "image", value="https://example.com/a.png"), "https://example.com/a.png"),
        (field("a", "image", value="https://example.com/" + "a" * 2000), ""),
        (field("a", "checkboxes", options=["A", "B"], data={"flags": ["B", "Z"]}), ("B",)),
    ],
)
def test_the_default_is_the_template_value_where_it_can_be_an_answer(source: dict[str, Any], default: object) -> None:
    assert only(source).default == default


def test_a_field_carries_what_the_template_says() -> None:
    found = only(field("a", mask="###", maskReverse=True, unique=True, isPreviewed=True, label="A"))
    assert (found.kind, found.mask, found.mask_reverse) == (FieldKind.TEXT, "###", True)
    assert (found.unique, found.previewed, found.section, found.section_index) == (True, True, "Only", 0)
