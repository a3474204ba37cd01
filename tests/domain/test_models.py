"""Targets name exactly one identifier; accounts say whether they may act."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import Account, AccountStatus, Target, TargetKind

GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "api_id": st.text(min_size=1, max_size=255),
        "discord": st.integers(1, 2**63 - 1),
        "account": st.text(min_size=1, max_size=255),
        "username": st.text(min_size=1, max_size=255),
    },
)


@given(GIVEN)
def test_a_target_is_exactly_one_identifier(given_ids: dict[str, str | int]) -> None:
    if len(given_ids) == 1:
        ((name, value),) = given_ids.items()
        assert Target.of(**given_ids) == Target(TargetKind(name), str(value))  # type: ignore[arg-type]  # by name
    else:
        with pytest.raises(ValueError, match="exactly one"):
            Target.of(**given_ids)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("value", ["", "x" * 256])
def test_an_identifier_has_1_to_255_characters(value: str) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        Target.of(api_id=value)
    assert Target.of(api_id="x" * 255).value == "x" * 255


def test_identifiers_are_opaque_and_case_sensitive() -> None:
    assert Target.of(api_id="Steam:1") != Target.of(api_id="steam:1")
    assert Target.of(api_id=" a ").value == " a "
    assert Target.of(api_id="1") != Target.of(account="1")


@pytest.mark.parametrize(
    ("status", "usable"),
    [
        (AccountStatus.PENDING, False),
        (AccountStatus.ACTIVE, True),
        (AccountStatus.EXPIRED, False),
        (AccountStatus.REMOVED, False),
        (AccountStatus.BANNED, False),
        (-1, True),
        (17, True),
    ],
)
def test_unknown_states_of_accounts_are_left_to_the_cad(status: int, *, usable: bool) -> None:
    assert Account("uuid", "name", status).usable is usable
