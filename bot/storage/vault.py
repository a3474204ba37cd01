"""Encryption of the secrets in the database: AES-256-GCM, bound to what a secret is for and to the guild it is of.

A sealed value is a version byte, four bytes that name the key, a random nonce of 12 bytes, and ciphertext with tag.
Copied to another row, it opens nothing.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import VaultError

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_ID_BYTES, _NONCE_BYTES = 4, 12
_HEAD: Final = len(_VERSION) + _ID_BYTES + _NONCE_BYTES


class Vault:
    """A ring of keys: the first one encrypts, all decrypt. The keys are in no repr."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take keys of 32 bytes. Raises ValueError for none, or for one of another length."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a key has 32 bytes")
        self._ring = {_id(key): AESGCM(key) for key in keys}
        self._first = _id(keys[0])

    def seal(self, text: str, *, guild_id: int, purpose: str) -> bytes:
        """Return the text encrypted, good for this guild and purpose only."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ring[self._first].encrypt(nonce, text.encode(), _bound(guild_id, purpose))
        return _VERSION + self._first + nonce + sealed

    def open(self, sealed: bytes, *, guild_id: int, purpose: str) -> str:
        """Return the text. Raises VaultError where the key is missing, or the value is not what was sealed here."""
        key = self._ring.get(sealed[1 : 1 + _ID_BYTES])
        if sealed[:1] != _VERSION or key is None:
            raise VaultError("vault-key-missing")
        try:
            return key.decrypt(sealed[1 + _ID_BYTES : _HEAD], sealed[_HEAD:], _bound(guild_id, purpose)).decode()
        except (InvalidTag, ValueError):
            raise VaultError("vault-tampered") from None

    def current(self, sealed: bytes) -> bool:
        """Whether a value is sealed under the first key; after a rotation, others are to be sealed anew."""
        return sealed[1 : 1 + _ID_BYTES] == self._first


def _id(key: bytes) -> bytes:
    return hashlib.blake2s(key, digest_size=_ID_BYTES, person=b"charlink").digest()


def _bound(guild_id: int, purpose: str) -> bytes:
    return f"{purpose}:{guild_id}".encode()
