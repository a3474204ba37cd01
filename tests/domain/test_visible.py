from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.visible import blanked, first_visible, visible
from tests.domain.templates import UNSEEN_NAMES


@pytest.mark.parametrize("text", ["", *UNSEEN_NAMES])
def test_nothing_is_seen_of_invisible_characters(text: str) -> None:
    assert visible(text) == ""


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Name", "Name"),
        ("\u200b Name\u3164", "Name"),
        ("a\u200bb\nc", "a b c"),
        ("a\u00a0b", "a\u00a0b"),
        ("❤️", "❤️"),
        ("Zoe\u0308", "Zoe\u0308"),
    ],
)
def test_a_text_reads_as_it_looks(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_blanks_stand_for_what_is_invisible_and_nothing_else_changes() -> None:
    assert blanked(" a\u200bb\u2800 ") == " a b  "


@given(st.text(st.characters(exclude_categories=[])))
def test_what_was_made_visible_stays(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert len(visible(text)) <= len(text)


def test_the_first_name_that_can_be_seen_counts_and_stays_as_it_is() -> None:
    assert first_visible("\u200b", " a\u200db ", "c") == "a\u200db"
    assert first_visible(" ", "\u2800") == ""
    assert first_visible() == ""
