from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answers import Problem, check, from_indices, option_indices, read
from tests.domain.templates import ANSWERS, FORMS, HAIR, depends, field, form

if TYPE_CHECKING:
    from bot.domain.dependencies import Answers
    from bot.domain.fields import FormField
    from bot.domain.forms import Form

MANY = [f"Job {n}" for n in range(30)]


def only(uid: str, type_: str = "text", **more: Any) -> FormField:
    (found,) = form(field(uid, type_, **more)).fields
    return found


TEXT, NOTE, ADDRESS = only("a"), only("a", "textarea"), only("a", "address", mask="##")
HAIR_COLOUR = only("a", "select", options=HAIR)
TWINS = only("a", "select", options=["Red", "RED", "Blue"])
JOB = only("a", "select", options=MANY)
BOXES = only("a", "checkboxes", options=["A", "B, C", "D"])
CREW = only("a", "checkboxes", options=[*MANY, "Odd, one"])
IMAGE = only("a", "image")


@pytest.mark.parametrize(
    ("found", "raw", "answer"),
    [
        (TEXT, "  Jane\tQ  ", "Jane Q"),
        (TEXT, "two\r\nlines", "two lines"),
        (TEXT, "nul\x00bell\x07 \ud800half \u202eturned", "nulbell half turned"),
        (TEXT, "   ", ""),
        (TEXT, ["Jane", "Joe"], "Jane"),
        (TEXT, [], ""),
        (TEXT, "👩‍⚕️ Zoë", "👩‍⚕️ Zoë"),
        (NOTE, " one \r\n\r\n two\x0bthree \n", "one\n\ntwo\nthree"),
        (ADDRESS, "1 Main St", "1 Main St"),
        (only("a", mask="(###) ###"), "555123", "(555) 123"),
        (only("a", mask="###,###", maskReverse=True), "1500", "1,500"),
        (only("a", "date"), "1990-2-1", "02/01/1990"),
        (only("a", "time", mask="HH:mm"), "10 pm", "22:00"),
        (IMAGE, "https://example.com/a.png", "https://example.com/a.png"),
        (HAIR_COLOUR, "BROWN", "BROWN"),
        (HAIR_COLOUR, " brown ", "BROWN"),
        (HAIR_COLOUR, ["GREY"], "GREY"),
        (HAIR_COLOUR, "", ""),
        (TWINS, "RED", "RED"),
        (JOB, "job  7", "Job 7"),
        (BOXES, ["D", "A", "D"], ("A", "D")),
        (BOXES, "B, C", ("B, C",)),
        (BOXES, "b, c\na", ("A", "B, C")),
        (BOXES, "a,d", ("A", "D")),
        (BOXES, "", ()),
        (BOXES, [], ()),
        (CREW, "job 1, job 2,", ("Job 1", "Job 2")),
    ],
)
def test_what_was_typed_is_normalised(found: FormField, raw: str | list[str], answer: object) -> None:
    assert read(found, raw) == answer


@pytest.mark.parametrize(
    ("found", "raw", "key", "params"),
    [
        (only("a", isRequired=True), " ", "problem-required", {}),
        (only("a", "checkboxes", options=["A"], isRequired=True), [], "problem-required", {}),
        (only("a", mask="##"), "5", "problem-mask", {"mask": "##"}),
        (only("a", "date", mask="DD/MM/YYYY"), "31/02/1990", "problem-date", {"mask": "DD/MM/YYYY"}),
        (only("a", "time", mask="HH:mm"), "late", "problem-time", {"mask": "HH:mm"}),
        (only("a", "time"), "late", "problem-time-any", {}),
        (TEXT, "x" * 4001, "problem-long", {"max": 4000}),
        (IMAGE, "https://example.com/" + "x" * 2000, "problem-long", {"max": 2000}),
        (IMAGE, "http://example.com/a.png", "problem-image-https", {}),
        (IMAGE, "https://example.com:1/a.png", "problem-image-address", {}),
        (IMAGE, "https://cdn.discordapp.com/attachments/1/a.png", "problem-image-discord", {}),
        (HAIR_COLOUR, "purple", "problem-option", {"value": "purple"}),
        (JOB, "x" * 200, "problem-option", {"value": "x" * 99 + "…"}),
        (BOXES, ["A", "Z"], "problem-option", {"value": "Z"}),
    ],
)
def test_what_is_wrong_is_named(found: FormField, raw: str | list[str], key: str, params: dict[str, object]) -> None:
    problem = read(found, raw)
    assert isinstance(problem, Problem)
    assert (problem.field, problem.key, problem.params) == (found, key, params)


@pytest.mark.parametrize(
    ("found", "raw", "near"),
    [
        (HAIR_COLOUR, "blak", ("BLACK", "BLONDE")),
        (HAIR_COLOUR, "blon", ("BLONDE", "BROWN", "BLACK")),
        (HAIR_COLOUR, "zzz", ()),
        (TWINS, "red", ("Red", "RED")),
    ],
)
def test_near_options_are_offered(found: FormField, raw: str, near: tuple[str, ...]) -> None:
    problem = read(found, raw)
    assert isinstance(problem, Problem)
    assert problem.near == near


def test_at_most_25_near_options_are_offered() -> None:
    problem = read(JOB, "job")
    assert isinstance(problem, Problem)
    assert len(problem.near) == 25


LONG_LIST = [f"Department {n % 50} of the State, {'ab' * 30} desk {n}" for n in range(5000)]
LONG_BOXES = only("a", "checkboxes", options=LONG_LIST)
LONG_JOB = only("a", "select", options=LONG_LIST)


@pytest.mark.parametrize("found", [LONG_BOXES, LONG_JOB], ids=["checkboxes", "select"])
@pytest.mark.parametrize(
    "raw",
    ["\n".join(["no such desk of the State"] * 150), "x," * 2000, "a" * 4000, "ab" * 2000, "department " * 360],
    ids=["lines", "commas", "letter", "letters", "words"],
)
def test_a_wrong_name_costs_next_to_nothing_however_long_the_list(found: FormField, raw: str) -> None:
    took = []
    for _ in range(3):  # the quickest of them says what the work is, the others what else the machine does
        start = time.process_time()
        assert isinstance(read(found, raw), Problem)
        took.append(time.process_time() - start)
    assert min(took) < 0.05


def test_every_right_name_of_a_long_list_is_found() -> None:
    assert read(LONG_BOXES, [name.upper() for name in LONG_LIST]) == tuple(LONG_LIST)


def test_the_first_wrong_name_is_the_one_that_is_told() -> None:
    problem = read(BOXES, "A\nfirst\nsecond")
    assert isinstance(problem, Problem)
    assert problem.params == {"value": "first"}


def test_what_was_meant_is_near_in_a_long_list_too() -> None:
    found = only("a", "select", options=[*(f"Job {n}" for n in range(5000)), "Paramedic", "PARAMEDIC"])
    for raw in ("Paramdic", "paramedik"):
        problem = read(found, raw)
        assert isinstance(problem, Problem)
        assert problem.near[:2] == ("Paramedic", "PARAMEDIC")


def test_an_option_without_a_name_is_never_offered() -> None:
    problem = read(only("a", "select", options=["", " ", "b"]), "x")
    assert isinstance(problem, Problem)
    assert problem.near == ()


def test_what_stands_may_stay_even_if_it_would_not_pass() -> None:
    masked = only("a", mask="##")
    assert read(masked, "old", standing="old") == "old"
    assert isinstance(read(masked, "new", standing="old"), Problem)
    assert read(BOXES, ["Z"], standing=("Z",)) == ("Z",)


def test_options_come_back_as_indices() -> None:
    assert from_indices(HAIR_COLOUR, ["2"]) == "BROWN"
    assert from_indices(HAIR_COLOUR, []) == ""
    assert from_indices(BOXES, ["2", "0"]) == ("A", "D")
    problem = from_indices(BOXES, ["0", "7"])
    assert isinstance(problem, Problem)
    assert problem.key == "problem-option-gone"


def test_chosen_options_are_marked() -> None:
    assert option_indices(HAIR_COLOUR, "BROWN") == (2,)
    assert option_indices(BOXES, ("A", "D", "gone")) == (0, 2)
    assert option_indices(HAIR_COLOUR, "") == ()


FORM = form(
    field("first", isRequired=True),
    field("age", mask="##"),
    field("job", "select", options=["COOK", "NURSE"]),
    field("ward", isRequired=True, dependency=depends("job", "NURSE")),
)


@pytest.mark.parametrize(
    ("answers", "problems"),
    [
        ({"first": "Jane"}, []),
        ({}, [("first", "problem-required")]),
        (
            {"age": "1", "job": "NURSE"},
            [("first", "problem-required"), ("age", "problem-mask"), ("ward", "problem-required")],
        ),
        ({"first": "J", "job": "PILOT"}, [("job", "problem-option")]),
        ({"first": "J", "job": "COOK", "ward": ""}, []),
    ],
)
def test_every_problem_is_named_at_once(answers: Answers, problems: list[tuple[str, str]]) -> None:
    assert [(one.field.uid, one.key) for one in check(FORM, answers)] == problems


def test_standing_answers_are_judged_only_when_missing() -> None:
    standing = {"first": "", "age": "1"}
    assert [one.field.uid for one in check(FORM, standing, standing=standing)] == ["first"]


@given(FORMS, ANSWERS)
def test_what_passes_once_passes_again(found: Form, answers: Answers) -> None:
    wrong = {one.field.uid for one in check(found, answers)}
    for one in found.visible(answers):
        answer = read(one, answers.get(one.uid, ""))
        assert isinstance(answer, Problem) == (one.uid in wrong)
        if not isinstance(answer, Problem):
            assert read(one, answer) == answer
            assert isinstance(answer, tuple) == one.chooses


@given(st.sampled_from([TEXT, NOTE, HAIR_COLOUR, JOB, BOXES, CREW, IMAGE]), st.text(max_size=40))
def test_any_text_is_read(found: FormField, raw: str) -> None:
    answer = read(found, raw)
    if not isinstance(answer, Problem):
        assert read(found, answer) == answer
        assert all(line.isprintable() or "\u200d" in line or not line.isascii() for line in "".join(answer).split("\n"))
