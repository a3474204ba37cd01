"""A row is stored as it was read, sealed for its guild."""

from __future__ import annotations

import pytest

from bot.domain.bulk.rows import LinkRow, NewRow, OwnerRow, Whose
from bot.domain.models import Target
from bot.errors import VaultError
from bot.services.jobs.lines import BackRow, Line, seal, unseal
from bot.storage.vault import Vault

GUILD = 500
VAULT = Vault([b"k" * 32])


@pytest.mark.parametrize(
    "line",
    [
        LinkRow(2, Whose(member_id=200_000_000_000_000_020), "A", "B", held=True),
        LinkRow(10_000, Whose(username="ü"), "A", remove=True),
        NewRow(3, Whose(api_id="x"), {"first": "a\n\"b'"}),
        OwnerRow(4, "A", "license:b"),
        BackRow(OwnerRow(4, "A", "b"), Target.of(discord=7), add="A", remove="B", record_id=3),
    ],
)
def test_a_line_is_stored_whole(line: Line) -> None:
    sealed = seal(VAULT, line, guild_id=GUILD)
    assert unseal(VAULT, sealed, guild_id=GUILD) == line
    with pytest.raises(VaultError):
        unseal(VAULT, sealed, guild_id=GUILD + 1)
