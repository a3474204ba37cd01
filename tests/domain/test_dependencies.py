from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from bot.domain.dependencies import Answers, Dependencies
from tests.domain.templates import ANSWERS, TEMPLATES, depends, field, section, template

if TYPE_CHECKING:
    from bot.domain.template import Template


def shown(answers: Answers, *fields: dict[str, Any]) -> str:
    """Return the uids of the fields that are shown, in the order of the template."""
    found = Dependencies(template(section("S", *fields))).shown(answers)
    return "".join(one["uid"] for one in fields if one["uid"] in found)


@pytest.mark.parametrize(
    ("type_", "listed", "answer", "is_shown"),
    [
        ("EQUAL", ["yes"], "yes", True),
        ("equal", ["yes"], "YES ", True),
        (None, ["yes"], "yes", True),
        ("EQUAL", ["yes", "maybe"], "maybe", True),
        ("EQUAL", ["yes"], "yes!", False),
        ("EQUAL", ["yes"], "", False),
        ("EQUAL", [""], "", True),
        ("NOTEQUAL", ["yes"], "no", True),
        ("NOTEQUAL", ["yes"], "", True),
        ("NOTEQUAL", ["yes"], "yes", False),
        ("CONTAINS", ["es", "zz"], "YES", True),
        ("CONTAINS", ["zz"], "yes", False),
        ("EQUAL", ["b"], ("a", "b"), True),
        ("EQUAL", ["b"], ("a",), False),
        ("NOTEQUAL", ["b"], ("a", "b"), False),
        ("CONTAINS", ["art"], ("party",), True),
        ("EQUAL", ["b"], (), False),
        ("EQUAL", [], "x", True),
        ("LESS", ["5"], "x", True),
    ],
)
def test_comparisons(type_: str, listed: list[str], answer: str | tuple[str, ...], is_shown: object) -> None:
    child = field("b", dependency=depends("a", *listed, type_=type_))
    assert ("b" in shown({"a": answer}, field("a"), child)) is is_shown


def test_a_parent_that_was_not_answered_holds_its_template_value() -> None:
    child = field("b", dependency=depends("a", "x"))
    assert shown({}, field("a", value="x"), child) == "ab"
    assert shown({"a": ""}, field("a", value="x"), child) == "a"
    assert shown({}, field("a", "checkboxes", data={"flags": ["x"]}), child) == "ab"


def test_a_hidden_parent_holds_nothing_however_long_the_chain() -> None:
    names = "abcdefgh"
    chain = [field(b, dependency=depends(a, "x")) for a, b in itertools.pairwise(names)]
    answers = dict.fromkeys(names, "x")
    assert shown(answers, *reversed(chain), field("a")) == names[:0:-1] + "a"
    assert shown(answers | {"a": "y"}, *reversed(chain), field("a")) == "a"
    assert shown(answers | {"d": "y"}, field("a"), *chain) == "abcd"


def test_not_equal_is_met_by_a_hidden_parent() -> None:
    fields = (
        field("a"),
        field("b", dependency=depends("a", "x")),
        field("c", dependency=depends("b", "y", type_="NOTEQUAL")),
    )
    assert shown({"a": "", "b": "y"}, *fields) == "ac"
    assert shown({"a": "x", "b": "y"}, *fields) == "ab"


def test_an_unknown_parent_hides_nothing() -> None:
    assert shown({}, field("a", dependency=depends("gone", "x"))) == "a"
    assert shown({}, field("a", dependency={"type": None, "fid": None, "acceptableValues": None})) == "a"


def test_a_field_is_shown_with_its_section_only() -> None:
    found = Dependencies(
        template(
            section("S", field("a"), field("p")),
            section("T", field("b"), field("c", dependency=depends("p", "1")), dependency=depends("a", "x")),
        )
    )
    assert found.shown({}) == {"a", "p"}
    assert found.shown({"a": "x"}) == {"a", "p", "b"}
    assert found.shown({"p": "1"}) == {"a", "p"}
    assert found.shown({"a": "x", "p": "1"}) == {"a", "p", "b", "c"}


def test_of_two_fields_with_one_uid_the_first_counts() -> None:
    assert shown({}, field("a"), field("b"), field("b", dependency=depends("a", "x"))) == "abb"


def test_a_circle_that_never_settles_ends_with_its_fields_shown() -> None:
    circle = (field("a", dependency=depends("b", "x", type_="NOTEQUAL")), field("b", dependency=depends("a", "y")))
    assert shown({"a": "y", "b": "x"}, *circle) == "ab"


def test_a_field_that_depends_on_itself_is_harmless() -> None:
    itself = field("a", dependency=depends("a", "x"))
    assert shown({}, itself, field("b")) == "b"
    assert shown({"a": "x"}, itself, field("b")) == "ab"


@given(TEMPLATES, ANSWERS)
def test_any_dependencies_end_at_one_answer(found: Template, answers: Answers) -> None:
    first = Dependencies(found).shown(answers)
    assert first == Dependencies(found).shown(answers)
    firsts = {field.uid: (section, field) for section, field in reversed(list(found.each_field()))}
    assert first <= firsts.keys()
    assert first >= {uid for uid, (section, field) in firsts.items() if not section.dependency and not field.dependency}
