"""What autocomplete offers: never nothing, never more than Discord takes, and the typed text as it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.services.linking import HINT_VALUE, Suggestion
from bot.ui.links import choices
from bot.ui.words import Words

WORDS = Words(Catalogues.load(), "en-US")
SUGGESTIONS = st.lists(
    st.builds(
        Suggestion,
        sync_id=st.text(min_size=1, max_size=6) | st.integers(90, 120).map("s".__mul__),
        name=st.text(max_size=5) | st.just("n" * 150),
        linked=st.booleans(),
    ),
    unique_by=lambda one: one.sync_id,
    max_size=60,
)


@given(SUGGESTIONS, st.text(max_size=8) | st.integers(95, 105).map("t".__mul__))
def test_choices(known: list[Suggestion], typed: str) -> None:
    offered = choices(WORDS, known, typed, hint=HINT_VALUE)
    assert 1 <= len(offered) <= 25
    values = [one.value for one in offered]
    assert len(set(values)) == len(values)
    for one in offered:
        assert 1 <= len(one.name) <= 100
        assert 1 <= len(one.value) <= 100
    exact = typed.strip()
    if exact and len(exact) <= 100:
        assert exact in values
    assert set(values) <= {suggestion.sync_id for suggestion in known} | {exact, HINT_VALUE}
    if not known and (not exact or len(exact) > 100):
        assert values == [HINT_VALUE]


def test_names_and_states_are_shown() -> None:
    known = [Suggestion("ABC", "Jane Doe", linked=True), Suggestion("DEF", "", linked=False)]
    offered = choices(WORDS, known, "", hint=HINT_VALUE)
    assert [one.name for one in offered] == ["Jane Doe (ABC), linked", "DEF"]


def test_a_name_too_long_is_cut_and_its_value_is_not() -> None:
    (one,) = choices(WORDS, [Suggestion("A" * 100, "Jane", linked=True)], "", hint=HINT_VALUE)
    assert len(one.name) == 100
    assert one.value == "A" * 100
