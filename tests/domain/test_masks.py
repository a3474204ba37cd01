from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.masks import SLOTS, fit, has_slots

PHONE = "(###) ### - ####"
FILL = {"#": string.digits, "S": string.ascii_letters, "X": string.digits + string.ascii_letters}


@pytest.mark.parametrize(
    ("mask", "typed", "formatted"),
    [
        (PHONE, "(555) 123 - 4567", "(555) 123 - 4567"),
        (PHONE, "5551234567", "(555) 123 - 4567"),
        (PHONE, "555-123-4567", "(555) 123 - 4567"),
        (PHONE, "555 123 456", None),
        (PHONE, "555 123 45678", None),
        (PHONE, "55 5123 4567", None),
        ("##", "5", None),
        ("##", "1.5", None),
        ("##", "-12", None),
        ("##", "", None),
        ("##", "٣٤", None),
        ("SS-##", "ab12", "ab-12"),
        ("SS-##", "1212", None),
        ("X", "q", "q"),
        ("X", "é", None),
        ("ID-###", "id 123", "ID-123"),
        ("ID-###", "123", "ID-123"),
        ("ID-###", "I", None),
        ("ID-###", "ix-123", None),
        ("+1 ###", "1 234", "+1 234"),
        ("+1 ###", "123", "+1 123"),
        ("## lbs", "85", "85 lbs"),
        ("no slots here", "anything", "anything"),
        ("MM/DD/YYYY", "anything", "anything"),
    ],
)
def test_from_the_left(mask: str, typed: str, formatted: str | None) -> None:
    assert fit(mask, typed) == formatted


@pytest.mark.parametrize(
    ("mask", "typed", "formatted"),
    [
        ("###,###,###", "1500", "1,500"),
        ("###,###,###", "1,500", "1,500"),
        ("###,###,###", "500", "500"),
        ("###,###,###", "123456789", "123,456,789"),
        ("###,###,###", "1234567890", None),
        ("###,###,###", "1.500", None),
        ("###,###,###", ",500", None),
        ("###,###,###", "", None),
        ("$###,###.##", "150000", "$1,500.00"),
        ("$###,###.##", "$1,500.00", "$1,500.00"),
        ("$###,###.##", "15.00", "$15.00"),
        ("$###,###.##", "$", None),
        ("### usd", "50", "50 usd"),
        ("### usd", "50 USD", "50 usd"),
        ("### usd", "usd", None),
    ],
)
def test_from_the_right(mask: str, typed: str, formatted: str | None) -> None:
    assert fit(mask, typed, reverse=True) == formatted


@st.composite
def filled(draw: st.DrawFn, alphabet: str) -> tuple[str, str, str]:
    """Return a mask, what fills its slots, and both put together."""
    mask = draw(st.text(alphabet, min_size=1, max_size=12).filter(has_slots))
    slots = [draw(st.sampled_from(FILL[token])) for token in mask if token in SLOTS]
    rest = iter(slots)
    return mask, "".join(slots), "".join(next(rest) if token in SLOTS else token for token in mask)


@given(filled("#SX()-/ .,+7kQ"))
def test_from_the_left_the_slots_and_the_whole_give_the_whole(one: tuple[str, str, str]) -> None:
    mask, slots, whole = one
    assert fit(mask, slots) == whole
    assert fit(mask, whole) == whole


@given(filled("#SX()-/ .,+$"))
def test_from_the_right_too(one: tuple[str, str, str]) -> None:
    mask, slots, whole = one
    assert fit(mask, slots, reverse=True) == whole
    assert fit(mask, whole, reverse=True) == whole


@given(st.text(max_size=12), st.text(max_size=12), st.booleans())
def test_any_mask_and_text_give_an_answer(mask: str, typed: str, reverse: bool) -> None:  # noqa: FBT001 - drawn
    formatted = fit(mask, typed, reverse=reverse)
    assert formatted is None or not has_slots(mask) or len(formatted) <= len(mask)
