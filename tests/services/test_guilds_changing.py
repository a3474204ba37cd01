"""Guilds as they are changed: two changes at once are both kept, and a home that was taken away stays so."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.protocol import Credentials
from bot.services.guilds import Guilds, Home
from tests.community import GUILD, Town, town

if TYPE_CHECKING:
    from bot.cad.client import CadClient


def guilds_of(place: Town, home: Home) -> Guilds:
    def connect(*_: object) -> CadClient:
        return place.tenant.cad

    return Guilds(
        place.database, place.vault, connect, home=home, budget=lambda _: Budget("unlimited"), breaker=Breaker
    )


async def test_two_changes_at_once_are_both_kept() -> None:
    guilds = guilds_of(town(), Home())
    credentials = Credentials("sandbox", SecretStr("sandbox-key"))
    await asyncio.gather(
        guilds.change(GUILD, {"max_links": 3}),
        guilds.connect(GUILD, credentials, "Sandbox", {}),
        guilds.change(GUILD, {"audit_channel": 5}),
    )
    found = guilds.find(GUILD)
    assert found is not None
    assert found.tenant is not None
    assert (found.config.max_links, found.config.audit_channel) == (3, 5)


async def test_a_home_whose_key_is_anothers_is_not_given_back_by_a_change() -> None:
    credentials = Credentials("sandbox", SecretStr("sandbox-key"))
    guilds = guilds_of(town(), Home(frozenset({GUILD}), credentials=credentials))
    await guilds.load()
    await guilds.disown("sandbox")
    changed = await guilds.change(GUILD, {"max_links": 3})
    assert changed.home
    assert changed.tenant is None
