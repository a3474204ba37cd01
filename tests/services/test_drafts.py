"""A draft keeps everything that was typed, names every wrong field at once, and is never blocked by what is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forms import Form
from bot.errors import Refused
from bot.services.drafts import Chosen, Draft, DraftState, Edited
from bot.services.turn import Subject
from tests.community import PIA
from tests.domain.templates import depends, field, section, template

if TYPE_CHECKING:
    from bot.services.drafts import Typed

HUNTER = ("none", "deer")
FIELDS = [
    field("first", isRequired=True),
    field("age", mask="##"),
    field("sex", "select", options=["M", "F"], isRequired=True),
    field("flags", "checkboxes", options=["a", "b", "c"]),
    field("licence", "select", options=list(HUNTER)),
    field("licence_no", mask="####", isRequired=True, dependency=depends("licence", "deer")),
]
FIRST, AGE, SEX, FLAGS, LICENCE, LICENCE_NO = range(6)


def draft(*fields: dict[str, Any]) -> Draft:
    return Draft(Subject(member_id=PIA), Form(template(section("Only", *(fields or FIELDS)))))


def uids(one: Draft, number: int) -> list[str]:
    return [field.uid for field in one.page(number)]


def filled() -> Draft:
    one = draft()
    one.submit(0, {FIRST: "Jane", SEX: Chosen(("1",))}, version=one.version)
    return one


def test_required_fields_come_first_and_then_the_rest() -> None:
    one = draft()
    assert uids(one, 0) == ["first", "sex"]
    one.submit(0, {FIRST: "Jane", SEX: Chosen(("1",))}, version=one.version)
    assert uids(one, 1) == ["age", "flags", "licence"]
    assert one.ready


def test_missing_is_what_is_required_and_has_no_answer() -> None:
    one = draft()
    assert [field.uid for field in one.missing] == ["first", "sex"]
    assert not one.ready
    one.submit(0, {FIRST: "Jane"}, version=one.version)
    assert [field.uid for field in one.missing] == ["sex"]


def test_every_wrong_field_is_named_and_nothing_typed_is_lost() -> None:
    one = draft()
    one.submit(0, {FIRST: "", AGE: "old", SEX: Chosen(("1",))}, version=one.version)
    assert {uid: problem.key for uid, problem in one.problems.items()} == {
        "first": "problem-required",
        "age": "problem-mask",
    }
    assert [field.uid for field in one.wrong()] == ["first", "age"]
    assert one.current(one.form.fields[AGE]) == "old"
    assert one.current(one.form.fields[SEX]) == "F"
    assert not one.ready


def test_put_right_it_is_no_problem_any_more() -> None:
    one = filled()
    one.submit(1, {AGE: "old"}, version=one.version)
    one.submit(0, {AGE: "42"}, version=one.version)
    assert one.problems == {}
    assert one.current(one.form.fields[AGE]) == "42"
    assert one.ready


def test_a_wrong_answer_takes_the_place_of_the_right_one() -> None:
    one = filled()
    one.submit(0, {FIRST: " "}, version=one.version)
    assert "first" not in one.answers
    assert not one.ready


def test_a_field_that_appears_is_asked_and_one_that_hides_does_not_block() -> None:
    one = filled()
    one.submit(1, {AGE: "", FLAGS: Chosen(("0", "2")), LICENCE: Chosen(("1",))}, version=one.version)
    assert not one.ready
    assert uids(one, 2) == ["licence_no"]
    one.submit(2, {LICENCE_NO: "12"}, version=one.version)
    assert [field.uid for field in one.wrong()] == ["licence_no"]
    one.submit(1, {LICENCE: Chosen(("0",))}, version=one.version)
    assert one.problems == {}
    assert one.ready
    assert uids(one, 2) == []
    assert one.current(one.form.fields[FLAGS]) == ("a", "c")


def test_earlier_pages_can_be_opened_again() -> None:
    one = filled()
    one.submit(1, {AGE: "42", FLAGS: Chosen(()), LICENCE: Chosen(("0",))}, version=one.version)
    assert uids(one, 0) == ["first", "sex"]
    assert uids(one, 1) == ["age", "flags", "licence"]
    one.submit(0, {FIRST: "Ann", SEX: Chosen(("0",))}, version=one.version)
    assert len(one.pages) == 2
    assert one.current(one.form.fields[FIRST]) == "Ann"


def test_a_forged_form_changes_nothing() -> None:
    one = draft()
    one.submit(0, {99: "x", -1: "y"}, version=one.version)
    one.submit(7, {-3: Chosen(("1",))}, version=one.version)
    assert one.pages == []
    assert one.answers == {}
    one.submit(0, {SEX: Chosen(("9",))}, version=one.version)
    assert one.problems["sex"].key == "problem-option-gone"


@given(st.dictionaries(st.integers(-1, 7), st.text(max_size=6) | st.lists(st.text("0123", max_size=2)).map(tuple)))
def test_whatever_comes_back_is_kept_or_told(given_values: dict[int, Typed]) -> None:
    one = draft()
    one.submit(0, given_values, version=one.version)
    for place, value in given_values.items():
        if isinstance(value, str) and value.strip() and 0 <= place < len(FIELDS):
            asked = one.form.fields[place]
            hidden = asked not in one.form.visible(one.answers)
            assert hidden or asked.uid in one.answers or one.current(asked) == value
    assert one.ready == (not one.problems and not one.missing)


class TestNewTemplate:
    def test_answers_that_fit_stay(self) -> None:
        one = filled()
        one.rebase(template(section("Only", *FIELDS, field("new", isRequired=True))))
        assert one.answers == {"first": "Jane", "sex": "F"}
        assert [field.uid for field in one.missing] == ["new"]
        assert uids(one, 0) == ["first", "sex"]
        assert uids(one, 1) == ["new"]

    def test_fields_that_went_are_forgotten(self) -> None:
        one = filled()
        one.rebase(template(section("Only", FIELDS[SEX])))
        assert one.answers == {"sex": "F"}
        assert uids(one, 0) == ["sex"]
        one.rebase(template(section("Only", field("new"))))
        assert one.pages == []
        assert one.ready

    def test_answers_that_do_not_fit_any_more_are_named(self) -> None:
        one = filled()
        one.rebase(template(section("Only", FIELDS[FIRST], field("sex", "select", options=["X"], isRequired=True))))
        assert [field.uid for field in one.wrong()] == ["sex"]
        assert not one.ready

    def test_what_was_typed_wrong_is_not_lost(self) -> None:
        one = filled()
        one.submit(1, {AGE: "old"}, version=one.version)
        one.rebase(template(section("Only", *FIELDS, field("new"))))
        assert one.current(one.form.fields[AGE]) == "old"


class TestPagesThatStayedOpen:
    """A page made by an older template comes back with its version, and is read by that."""

    def test_texts_and_choices_land_in_their_own_fields(self) -> None:
        one = filled()
        made_by = one.version
        sex = field("sex", "select", options=["X", "M", "F"])
        one.rebase(template(section("Only", field("title"), FIELDS[FIRST], sex)))
        one.submit(0, {FIRST: "Ann", SEX: Chosen(("1",))}, version=made_by)
        assert one.answers["first"] == "Ann"
        assert one.answers["sex"] == "F"
        assert "title" not in one.answers

    @pytest.mark.parametrize("version", [-1, 1, 99])
    def test_of_a_version_that_never_was_tells_nothing(self, version: int) -> None:
        one = filled()
        one.submit(0, {FIRST: "Forged"}, version=version)
        assert one.answers["first"] == "Jane"

    def test_nothing_is_taken_while_it_is_being_sent(self) -> None:
        one = filled()
        one.state = DraftState.SENDING
        with pytest.raises(Refused):
            one.submit(0, {FIRST: "Late"}, version=one.version)
        assert one.answers["first"] == "Jane"


def test_a_field_typed_wrong_that_went_is_forgotten() -> None:
    one = filled()
    one.submit(1, {AGE: "old"}, version=one.version)
    one.rebase(template(section("Only", FIELDS[FIRST], FIELDS[SEX])))
    assert one.ready


def test_more_wrong_fields_than_a_page_holds_are_put_right_in_turns() -> None:
    one = draft(*(field(f"f{number}", mask="#") for number in range(7)))
    one.submit(0, dict.fromkeys(range(5), "x"), version=one.version)
    one.submit(1, dict.fromkeys(range(5, 7), "x"), version=one.version)
    assert len(one.wrong()) == 5
    one.submit(0, dict.fromkeys(range(5), "1"), version=one.version)
    assert [field.uid for field in one.wrong()] == ["f5", "f6"]


class TestEdit:
    """A form over a character that is there: only what was touched counts."""

    HELD: ClassVar[dict[str, Any]] = {
        "first": "JANE",
        "age": "old",
        "sex": "X",
        "flags": ("c", "gone"),
        "licence": "deer",
        "licence_no": "1234",
        "note": "kept",
    }

    def edit(self, **held: Any) -> Draft:
        one = draft()
        one.edited = Edited(5, "JANE", {**self.HELD, **held})
        return one

    def changed(self, one: Draft) -> dict[str, tuple[object, object]]:
        return {change.field.uid: (change.before, change.after) for change in one.changes}

    def test_shows_what_is_there_and_only_what_can_stand_of_a_choice(self) -> None:
        one = self.edit()
        shown = {field.uid: one.current(field) for field in one.form.fields}
        assert shown == {
            "first": "JANE",
            "age": "old",
            "sex": "",
            "flags": ("c",),
            "licence": "deer",
            "licence_no": "1234",
        }
        assert one.ready
        assert one.changes == ()

    def test_coming_back_as_shown_changes_nothing(self) -> None:
        one = self.edit()
        one.submit(0, {FIRST: "JANE ", SEX: Chosen(())}, version=0)
        one.submit(1, {AGE: "old", FLAGS: Chosen(("2",)), LICENCE: Chosen(("1",)), LICENCE_NO: "1234"}, version=0)
        assert one.ready
        assert one.changes == ()
        assert not one.answers

    def test_says_old_and_new(self) -> None:
        one = self.edit()
        one.submit(0, {FIRST: "Ann", SEX: Chosen(("1",)), AGE: "42", FLAGS: Chosen(("0", "2"))}, version=0)
        assert self.changed(one) == {
            "first": ("JANE", "Ann"),
            "age": ("old", "42"),
            "sex": ("X", "F"),
            "flags": (("c", "gone"), ("a", "c")),
        }
        one.submit(0, {FIRST: "JANE", AGE: "old"}, version=0)
        assert set(self.changed(one)) == {"sex", "flags"}

    def test_what_is_wrong_and_new_is_named(self) -> None:
        one = self.edit()
        one.submit(0, {FIRST: "", AGE: "young"}, version=0)
        assert {uid: problem.key for uid, problem in one.problems.items()} == {
            "first": "problem-required",
            "age": "problem-mask",
        }
        one.submit(0, {FIRST: "JANE", AGE: "old"}, version=0)
        assert one.ready

    def test_what_no_longer_applies_is_not_sent(self) -> None:
        one = self.edit()
        one.submit(0, {LICENCE_NO: "9999"}, version=0)
        assert set(self.changed(one)) == {"licence_no"}
        one.submit(0, {LICENCE: Chosen(("0",))}, version=0)
        assert self.changed(one) == {"licence": ("deer", "none")}

    def test_a_required_field_that_is_empty_has_to_be_filled(self) -> None:
        one = self.edit(first="")
        assert [field.uid for field in one.missing] == ["first"]

    def test_line_breaks_are_no_change(self) -> None:
        one = draft(field("story", "textarea"))
        one.edited = Edited(5, "JANE", {"story": "Long ago.\r\nIn a town. \r\n"})
        one.submit(0, {0: "Long ago.\nIn a town."}, version=0)
        assert one.changes == ()

    def test_a_newer_template_blames_nobody_for_what_is_there(self) -> None:
        one = self.edit()
        one.submit(0, {FIRST: "Ann", AGE: "young"}, version=0)
        one.rebase(template(section("Only", *FIELDS, field("note", mask="##"))))
        assert set(one.problems) == {"age"}
        assert self.changed(one) == {"first": ("JANE", "Ann")}


@pytest.mark.parametrize(
    ("state", "new", "edit"),
    [
        (DraftState.SENDING, "create-under-way", "edit-under-way"),
        (DraftState.DONE, "create-done", "edit-done-before"),
        (DraftState.CANCELLED, "draft-was-cancelled", "edit-was-cancelled"),
    ],
)
def test_what_is_settled_takes_nothing_more(state: DraftState, new: str, edit: str) -> None:
    one = filled()
    one.state = state
    with pytest.raises(Refused) as caught:
        one.submit(0, {FIRST: "Late"}, version=0)
    assert caught.value.key == new
    one.edited = Edited(5, "JANE", {})
    with pytest.raises(Refused) as caught:
        one.submit(0, {FIRST: "Late"}, version=0)
    assert caught.value.key == edit
