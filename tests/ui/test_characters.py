"""Characters and drafts as people read them: everything in it, escaped, and never beyond what Discord takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.answers import Problem
from bot.domain.forms import Form
from bot.domain.template import Record
from bot.i18n import Catalogues
from bot.services.creation import CreateOutcome
from bot.services.drafts import Draft
from bot.services.turn import Subject
from bot.ui.characters import created_reply, section_fields, shown_reply
from bot.ui.drafts import draft_reply, problem_line
from bot.ui.words import Words
from tests.domain.templates import UNSEEN_NAMES, field, form, raw, section, template

if TYPE_CHECKING:
    from bot.ui.reply import Reply

WORDS = Words(Catalogues.load(), "en-US")
NASTY = st.sampled_from(
    ["x", "`<@1>`", "**b**", "@everyone", "a``b", "\n# h", " ", "y" * 400, "[a](https://e.example)"]
)


def record(*sections: dict[str, Any], **more: Any) -> Record:
    return Record.model_validate(raw(*sections, **more))


def draft(*fields: dict[str, Any]) -> Draft:
    return Draft(Subject(member_id=1), Form(template(section("Only", *fields))))


def within_limits(reply: Reply) -> None:
    embed = reply.embed()
    assert len(embed) <= 6000
    assert len(reply.headline) <= 2000
    assert len(reply.buttons) <= 25
    for one in embed.fields:
        assert (one.name or "").strip()
        assert (one.value or "").strip()
    view = reply.view()
    assert view is None or len(view.children) == len(reply.buttons)


def test_a_created_character_is_shown_as_the_cad_shows_it() -> None:
    made = record(
        section(
            "Names",
            field("first", value="JANE", label="First"),
            field("last", value="DOE"),
            field("img", "image", value="https://img.example/a.png"),
        ),
        id=77,
    )
    reply = created_reply(WORDS, CreateOutcome(made, sent=(("Names", (("First", "Jane"),)),)))
    assert reply.headline == "Created JANE DOE."
    assert "`77`" in reply.detail
    assert reply.fields == (("Names", "**First:** JANE\n**Last:** DOE"),)
    assert reply.image == "https://img.example/a.png"


def test_where_the_cad_says_nothing_it_is_shown_as_sent() -> None:
    sent = (("Names", (("First", "Jane"), ("Last", "Doe"))), ("More", (("Age", "30"),)))
    reply = created_reply(WORDS, CreateOutcome(None, name="Jane Doe", sent=sent, read_back=True, unknown=("pet",)))
    assert reply.headline == "Created Jane Doe."
    assert "read the characters back" in reply.detail
    assert "this is what was sent" in reply.detail
    assert "`pet`" in reply.detail
    assert reply.image == ""
    assert [name for name, _ in reply.fields] == ["Names", "More"]


def test_an_address_that_is_no_picture_is_not_shown() -> None:
    made = record(section("A", field("first", value="J"), field("img", "image", value="statics/images/blank_user.jpg")))
    assert created_reply(WORDS, CreateOutcome(made)).image == ""


def test_a_long_section_goes_on_in_another_field() -> None:
    rows = tuple((f"Field {number}", "x" * 150) for number in range(20))
    fields = section_fields(WORDS, (("Long", rows),))
    assert len(fields) > 1
    assert all(len(value) <= 1024 for _, value in fields)
    assert "\n".join(value for _, value in fields).count("**Field") == 20


@pytest.mark.parametrize("label", ["", "   ", *UNSEEN_NAMES])
def test_a_section_without_a_name_has_one(label: str) -> None:
    ((name, _),) = section_fields(WORDS, ((label, (("a", "b"),)),))
    assert name == "Further details"


def test_a_sections_name_is_shown_as_it_reads() -> None:
    ((name, _),) = section_fields(WORDS, (("**bold** @everyone", (("a", "b"),)),))
    assert r"\*\*bold\*\*" in name
    assert r"\@everyone" in name


def test_what_may_have_been_meant_stays_in_its_code_marks() -> None:
    (one,) = form(field("city", "select", options=["x"])).fields
    line = problem_line(WORDS, Problem(one, "problem-option", {"value": "y"}, near=("a`<@1>`b", "plain")))
    assert "`plain`" in line
    assert "``" in line, "an option with a backtick needs a longer fence"


def test_what_a_file_named_stays_in_its_code_marks() -> None:
    reply = created_reply(WORDS, CreateOutcome(None, unknown=("a`<@1>`b",)))
    assert "``" in reply.detail


def test_every_page_has_its_button_and_no_more_than_fit() -> None:
    many = draft(*(field(f"f{number}") for number in range(200)))
    for page in range(40):
        many.submit(page, dict.fromkeys(range(page * 5, page * 5 + 5), "x"), version=many.version)
    reply = draft_reply(WORDS, many, "cl1:draft:t1:")
    within_limits(reply)
    assert len(reply.buttons) == 22
    assert reply.buttons[0].label == "Create"


def test_a_draft_with_problems_offers_to_correct_them_only() -> None:
    wrong = draft(field("age", mask="##"), field("first"))
    wrong.submit(0, {0: "x", 1: "Jane"}, version=wrong.version)
    reply = draft_reply(WORDS, wrong, "cl1:draft:t1:", note="draft-template-changed")
    assert [one.custom_id.rpartition(":")[2] for one in reply.buttons] == ["continue", "cancel", "edit-0"]
    assert reply.headline == "1 field needs another look."
    assert "changed its form" in reply.detail


@pytest.mark.parametrize("unseen", UNSEEN_NAMES)
def test_whatever_has_no_visible_name_is_still_named(unseen: str) -> None:
    fields = [field(unseen, label=unseen, value="v"), field("age", label=unseen, value="9")]
    one = Draft(Subject(member_id=1), Form(template(section(unseen, *fields))))
    assert "Further details" in draft_reply(WORDS, one, "cl1:draft:t1:").buttons[0].label
    one.submit(0, {0: "v", 1: "9"}, version=one.version)
    shown = (("Further details", "**\\#1:** v\n**age:** 9"),)
    assert draft_reply(WORDS, one, "cl1:draft:t1:").fields == shown
    assert shown_reply(WORDS, "A", record(section(unseen, *fields))).fields == shown


def wrong_fields(count: int) -> Draft:
    many = draft(*(field(f"f{number}", mask="##") for number in range(count)))
    many.submit(0, dict.fromkeys(range(count), "x"), version=many.version)
    return many


@pytest.mark.parametrize(
    ("unfinished", "last"),
    [
        (wrong_fields(15), "**F14**: This must fill"),
        (wrong_fields(40), "… and 25 more."),
        (draft(*(field(f"f{number}", isRequired=True) for number in range(15))), "**F14**"),
        (draft(*(field(f"f{number}", isRequired=True) for number in range(40))), "… and 25 more."),
    ],
)
def test_fields_to_see_to_are_named_or_counted(unfinished: Draft, last: str) -> None:
    text = draft_reply(WORDS, unfinished, "cl1:draft:t1:").detail
    assert last in text.splitlines()[-1]
    assert ("more" in text) is ("more" in last)


def test_sections_beyond_what_a_message_shows_are_counted() -> None:
    sections = [section(f"S{number}", field(f"f{number}", value="v")) for number in range(40)]
    many = record(*sections)
    drafted = Draft(Subject(member_id=1), Form(template(*sections)))
    drafted.submit(0, dict.fromkeys(range(40), "v"), version=drafted.version)
    replies = (
        shown_reply(WORDS, "A", many),
        created_reply(WORDS, CreateOutcome(many)),
        draft_reply(WORDS, drafted, "cl1:draft:t1:"),
    )
    for reply in replies:
        within_limits(reply)
        fields = reply.embed().fields
        assert (len(fields), fields[-1].value) == (25, "… and 16 more parts that do not fit here.")


@given(st.lists(st.tuples(NASTY, NASTY), min_size=1, max_size=30), NASTY)
def test_a_draft_is_within_discords_limits(rows: list[tuple[str, str]], label: str) -> None:
    one = Draft(
        Subject(member_id=1),
        Form(template(section(label, *(field(f"f{n}", label=name) for n, (name, _) in enumerate(rows))))),
    )
    one.submit(0, {number: value for number, (_, value) in enumerate(rows)}, version=one.version)
    within_limits(draft_reply(WORDS, one, "cl1:draft:t1:"))


@given(st.lists(st.tuples(NASTY, NASTY), max_size=30), NASTY, st.lists(NASTY, max_size=30).map(tuple))
def test_a_character_is_within_discords_limits(
    rows: list[tuple[str, str]], label: str, unknown: tuple[str, ...]
) -> None:
    fields = (field(f"f{number}", label=name, value=value) for number, (name, value) in enumerate(rows))
    made = record(section(label, *fields, field("first", value=label)), id=5)
    within_limits(created_reply(WORDS, CreateOutcome(made, unknown=unknown)))
