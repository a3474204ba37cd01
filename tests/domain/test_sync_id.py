"""Sync IDs: what is kept, what is trimmed, what is refused."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.domain.sync_id import MAX_LENGTH, SyncIdProblem, check_sync_id, parse_sync_id
from bot.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "parsed"),
    [
        ("ABC12345", "ABC12345"),
        ("char1:0f3A", "char1:0f3A"),
        ("  ABC12345\n", "ABC12345"),
        ("`char1:abc`", "char1:abc"),
        ('"char1:abc"', "char1:abc"),
        ("'char1:abc'", "char1:abc"),
        ("“char1:abc”", "char1:abc"),
        ("' spaced '", "spaced"),
        ("``twice``", "`twice`"),
        ("'left", "'left"),
        ("'", "'"),
        ("John  Doe", "John  Doe"),
        ("007", "007"),
        ("...", "..."),
        ("a..b", "a..b"),
        ("%2e%2e", "%2e%2e"),
        ("Žofie+1", "Žofie+1"),
        ("x" * MAX_LENGTH, "x" * MAX_LENGTH),
    ],
)
def test_what_is_typed_becomes_the_id(typed: str, parsed: str) -> None:
    assert parse_sync_id(typed) == parsed


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", SyncIdProblem.EMPTY),
        (" \t ", SyncIdProblem.EMPTY),
        ("''", SyncIdProblem.EMPTY),
        ("x" * (MAX_LENGTH + 1), SyncIdProblem.TOO_LONG),
        (".", SyncIdProblem.PATH),
        ("..", SyncIdProblem.PATH),
        ("'..'", SyncIdProblem.PATH),
        ("../characters/2451", SyncIdProblem.PATH),
        ("a/b", SyncIdProblem.PATH),
        ("a\\b", SyncIdProblem.PATH),
        ("a\x00b", SyncIdProblem.CHARACTERS),
        ("a\nb", SyncIdProblem.CHARACTERS),
        ("a\u200bb", SyncIdProblem.CHARACTERS),
        ("a\u202eb", SyncIdProblem.CHARACTERS),
        ("a\u2028b", SyncIdProblem.CHARACTERS),
        ("a\u00a0b", SyncIdProblem.CHARACTERS),
        ("a\ud800b", SyncIdProblem.CHARACTERS),
    ],
)
def test_what_can_not_be_an_id_is_refused_with_its_reason(typed: str, problem: SyncIdProblem) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_sync_id(typed)
    assert caught.value.key == f"sync-id-{problem.value}"
    assert caught.value.params == {"limit": 255}


@given(st.text(max_size=300))
def test_whatever_is_accepted_stays_one_path_segment(text: str) -> None:
    if check_sync_id(text) is None:
        url = URL(f"https://cad.example/v2/civilian/character-links/{quote(text, safe='')}", encoded=True)
        assert url.parts[:4] == ("/", "v2", "civilian", "character-links")
        assert url.parts[4:] == (text,)
