"""How what holds people's words is stored: as JSON, sealed for its guild and for what it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import VaultError

if TYPE_CHECKING:
    from bot.storage.vault import Vault

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sealing(Generic[T]):
    """Seals values of one kind. What was sealed for another purpose or guild is never opened as one of them."""

    kind: TypeAdapter[T]
    purpose: str

    def seal(self, vault: Vault, value: T, *, guild_id: int) -> bytes:
        """Return a value as it is stored."""
        return vault.seal(self.kind.dump_json(value).decode(), guild_id=guild_id, purpose=self.purpose)

    def unseal(self, vault: Vault, sealed: bytes, *, guild_id: int) -> T:
        """Return a stored value. Raises VaultError where it can't be opened or read."""
        try:
            return self.kind.validate_json(vault.open(sealed, guild_id=guild_id, purpose=self.purpose))
        except ValidationError as error:
            raise VaultError("vault-tampered") from error
