"""The self-link pattern: what it proves, and that an id or a pattern can't be written to prove more."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.pattern import proves

LITERALS = st.text(st.characters(exclude_characters="#{}"), max_size=8)
IDS = st.text(min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("pattern", "api_id", "sync_id"),
    [
        ("{api_id}", "license:1", "license:1"),
        ("char#:{api_id}", "abc", "char1:abc"),
        ("##-{api_id}-#", "abc", "09-abc-7"),
        ("a.b*{api_id}+", "x", "a.b*x+"),
        ("{api_id}", "a.c", "a.c"),
        ("{api_id}", "#", "#"),
    ],
)
def test_proves(pattern: str, api_id: str, sync_id: str) -> None:
    assert proves(pattern, api_id, sync_id)


@pytest.mark.parametrize(
    ("pattern", "api_id", "sync_id"),
    [
        ("char#:{api_id}", "abc", "char:abc"),
        ("char#:{api_id}", "abc", "char12:abc"),
        ("char#:{api_id}", "abc", "charx:abc"),
        ("char#:{api_id}", "abc", "char٣:abc"),
        ("char#:{api_id}", "abc", "char1:abcd"),
        ("char#:{api_id}", "abc", "xchar1:abc"),
        ("char#:{api_id}", "abc", "char1:ABC"),
        ("char#:{api_id}", "abc", "Char1:abc"),
        ("char#:{api_id}", "abc", "char1:abc\n"),
        ("{api_id}", "a.c", "abc"),
        ("{api_id}", ".*", "anything"),
        ("{api_id}", "#", "1"),
        ("a.b{api_id}", "x", "aXbx"),
        ("char#:{api_id}", "", "char1:"),
        ("{api_id}", "", ""),
    ],
)
def test_does_not_prove(pattern: str, api_id: str, sync_id: str) -> None:
    assert not proves(pattern, api_id, sync_id)


@given(LITERALS, LITERALS, IDS)
def test_a_literal_pattern_proves_exactly_one_id(before: str, after: str, api_id: str) -> None:
    assert proves(before + "{api_id}" + after, api_id, before + api_id + after)


@given(LITERALS, LITERALS, IDS, st.text(max_size=30))
def test_nothing_else_is_proven(before: str, after: str, api_id: str, sync_id: str) -> None:
    assume(sync_id != before + api_id + after)
    assert not proves(before + "{api_id}" + after, api_id, sync_id)


@given(LITERALS, IDS, IDS)
def test_nobody_proves_what_another_id_proves(before: str, mine: str, his: str) -> None:
    assume(mine != his)
    assert not proves(before + "{api_id}", mine, before + his)
