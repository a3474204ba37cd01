"""Sliding windows: how many fit, and when the next does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.cad.windows import Window


def test_what_fits_goes_at_once_and_the_next_when_the_oldest_leaves() -> None:
    window = Window[int](60.0)
    for at in (0.0, 10.0):
        assert window.earliest(at, 2) == at
        window.add(at, 1)
    assert window.earliest(20.0, 2) == 60.0
    assert window.earliest(61.0, 2) == 61.0
    assert window.earliest(20.0, 1) == 70.0  # a smaller limit waits for both
    assert list(window.users()) == [1, 1]


def test_what_is_promised_for_later_keeps_nobody_from_going_now() -> None:
    window = Window[int](5.0)
    window.add(60.0, 1)
    assert window.earliest(0.0, 1) == 0.0
    assert window.earliest(61.0, 1) == 65.0


def test_forgetting_and_taking_back() -> None:
    window = Window[int](60.0)
    window.add(0.0, 1)
    window.add(30.0, 2)
    copy = window.copy()
    window.forget(60.0)
    assert len(window) == 1
    window.discard(30.0, 2)
    assert (len(window), len(copy)) == (0, 2)


@given(st.lists(st.floats(0, 300), max_size=60), st.integers(1, 9))
def test_no_window_ever_holds_more(asked: list[float], limit: int) -> None:
    window, went = Window[int](60.0), list[float]()
    for at in sorted(asked):
        moment = window.earliest(max([at, *went[-1:]]), limit)
        window.add(moment, 0)
        went.append(moment)
    for first, last in zip(went, went[limit:], strict=False):
        assert last >= first + 60.0
