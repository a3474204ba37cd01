"""What is sealed opens only with its key, for its guild and purpose, and unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import VaultError
from bot.storage.vault import Vault

ONE, OTHER = b"1" * 32, b"2" * 32


@given(st.text(), st.integers(0, 2**63 - 1), st.text(max_size=20))
def test_what_was_sealed_opens(text: str, guild_id: int, purpose: str) -> None:
    vault = Vault([ONE])
    assert vault.open(vault.seal(text, guild_id=guild_id, purpose=purpose), guild_id=guild_id, purpose=purpose) == text


def test_nothing_plain_is_in_it_and_no_two_are_alike() -> None:
    sealed = {Vault([ONE]).seal("the-cad-key", guild_id=1, purpose="key") for _ in range(10)}
    assert len(sealed) == 10
    assert not any(b"the-cad-key" in one for one in sealed)


@pytest.mark.parametrize(("guild_id", "purpose"), [(2, "key"), (1, "token")])
def test_copied_to_another_row_it_opens_nothing(guild_id: int, purpose: str) -> None:
    vault = Vault([ONE])
    with pytest.raises(VaultError, match="vault-tampered"):
        vault.open(vault.seal("x", guild_id=1, purpose="key"), guild_id=guild_id, purpose=purpose)


@pytest.mark.parametrize("place", range(40))
def test_a_changed_byte_opens_nothing(place: int) -> None:
    vault = Vault([ONE])
    sealed = bytearray(vault.seal("a secret", guild_id=1, purpose="key"))
    sealed[place % len(sealed)] ^= 1
    with pytest.raises(VaultError):
        vault.open(bytes(sealed), guild_id=1, purpose="key")


@pytest.mark.parametrize("length", [0, 1, 5, 16, 17, 20])
def test_a_cut_value_opens_nothing(length: int) -> None:
    vault = Vault([ONE])
    with pytest.raises(VaultError):
        vault.open(vault.seal("x", guild_id=1, purpose="key")[:length], guild_id=1, purpose="key")


def test_rotation_the_first_encrypts_and_all_decrypt() -> None:
    old = Vault([ONE]).seal("x", guild_id=1, purpose="key")
    both = Vault([OTHER, ONE])
    assert both.open(old, guild_id=1, purpose="key") == "x"
    assert not both.current(old)
    anew = both.seal("x", guild_id=1, purpose="key")
    assert both.current(anew)
    assert Vault([OTHER]).open(anew, guild_id=1, purpose="key") == "x"
    with pytest.raises(VaultError, match="vault-key-missing"):
        Vault([ONE]).open(anew, guild_id=1, purpose="key")


@pytest.mark.parametrize("keys", [[], [b"short"], [ONE, b"x" * 33]])
def test_keys_have_32_bytes(keys: list[bytes]) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(keys)


def test_the_keys_are_in_no_repr() -> None:
    assert "1111" not in repr(Vault([ONE])) + str(vars(Vault([ONE])))
