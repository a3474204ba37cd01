"""What people and the CAD wrote is shown as it reads: no Markdown, no mention, nothing invisible, ids to be copied."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.ui.words import Words, code, cut, escape, listed, wrong_line
from tests.domain.templates import UNSEEN_NAMES

MARKS = "*_~|>`[]<@\\#-:/()! \n"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from(MARKS), max_size=60)
UNSEEN = {"Cc", "Cf", "Zl", "Zp"}


def live(shown: str) -> list[str]:
    """Return the marks of a shown text that Discord would take for Markdown or a mention."""
    plain = re.sub(r"\\[^A-Za-z0-9\s]", "x", shown)
    return re.findall(r"[*_~|>`\[\]<@\\]|^\s*-#? |^#{1,3} ", plain)


@given(TEXTS)
@example("@everyone <@1> <#2> </x:3> [a](https://evil.example) ||x|| ~~x~~ `x` > x\n- x\n# x\n-# x")
@example(" - a list")
@example("<- 0")
@example("\\*x\\*")
def test_escaped_text_holds_no_live_mark(text: str) -> None:
    assert live(escape(text)) == []


@given(TEXTS)
@example("\u061cx\u00adx\u202ex\u2066x\x85x\ufeffx\u180ex\U000e0041")
def test_escaped_text_holds_nothing_invisible(text: str) -> None:
    assert {unicodedata.category(character) for character in escape(text)} & UNSEEN == set()


@given(st.text("abcdefgh XYZ0123456789äöüß漢字.,;:'!?()", max_size=200))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert escape(text) == text.strip()


@pytest.mark.parametrize("text", UNSEEN_NAMES)
def test_nothing_is_left_of_what_can_not_be_seen(text: str) -> None:
    assert escape(text) == ""
    assert escape(f"{text}x{text}").removesuffix("\ufe0f").endswith("x")


@given(TEXTS)
@example("`<@1>`")
@example("``<@1>``")
@example("a``b")
@example("`" * 5)
def test_an_id_never_leaves_its_code_marks(text: str) -> None:
    assume(text.strip("` \n"))
    shown = code(text)
    fence = re.match(r"`+", shown)
    assert fence is not None
    assert shown.endswith(fence[0])
    inside = shown[len(fence[0]) : -len(fence[0])]
    assert not re.search(rf"(?<!`){fence[0]}(?!`)", inside), "the code span would end early"
    assert "\n" not in shown


@given(st.text("ABCabc0123:-_. ", min_size=1, max_size=255))
def test_an_id_can_be_copied_exactly(text: str) -> None:
    assert code(text) == f"`{text}`"


@given(st.text(max_size=50), st.integers(1, 50))
def test_cut_is_never_longer_and_says_that_something_is_missing(text: str, limit: int) -> None:
    shown = cut(text, limit)
    assert len(shown) <= limit
    assert (shown == text) is (len(text) <= limit) or shown.endswith("…")


def test_long_texts_are_cut() -> None:
    assert len(escape("x" * 5000)) == 300
    assert len(code("x" * 5000)) <= 257


MESSAGES = "m = { $a }\nw = { $sync_id } { $member } { $near } { $count }"
CATALOGUES = Catalogues({"en-US": MESSAGES})


def test_parameters_are_shown_by_what_they_are() -> None:
    words = Words(CATALOGUES, "en-US")
    assert words("m", a="*x*") == r"\*x\*"
    assert words("w", sync_id="A*B", member=7, near="`x`", count=3) == "`A*B` <@7> `x` 3"


@pytest.mark.parametrize("value", ["7", "x"])
def test_a_member_is_the_one_mention_there_is(value: str) -> None:
    assert Words(CATALOGUES, "de")("w", sync_id="A", member=value, near="", count=0).count("<@") == 1


def test_plain_places_show_no_marks() -> None:
    words = Words(CATALOGUES, "en-US")
    assert words.plain("m", 100, a="*x*") == "*x*"
    assert words.plain("m", 5, a="abcdefgh") == "abcd…"


@pytest.mark.parametrize(
    ("lines", "shown", "more"),
    [
        (["x"] * 15, 15, ""),
        (["x"] * 16, 15, "… and 1 more."),
        (["x"] * 200, 15, "… and 185 more."),
        (["y" * 1000] * 5, 2, "… and 3 more."),
        ([], 0, ""),
    ],
)
def test_a_list_says_how_many_lines_it_leaves_out(lines: list[str], shown: int, more: str) -> None:
    text = listed(Words(Catalogues.load(), "en-US"), lines)
    assert text.count("\n- ") == shown
    assert len(text) < 3100
    assert text.endswith(more)
    assert ("more" in text) is bool(more)


def test_a_wrong_field_is_named_as_it_reads() -> None:
    words = Words(Catalogues.load(), "en-US")
    line = wrong_line(words, "*Name*", "problem-option", {"value": "<@1>"})
    assert live(line.replace("**", "")) == []
    assert "Name" in line
