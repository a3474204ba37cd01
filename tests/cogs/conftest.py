"""A stage on v2, and the people on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simcord import Env

from tests.cogs.cast import Cast
from tests.cogs.stage import Stage, staged
from tests.community import Town, town
from tests.services.files import OneFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.cad.state import Account


@pytest.fixture(autouse=True)
def _wiped_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wipe the tokens that did their duty without the second's wait, which simcord sits out after each answer."""
    monkeypatch.setattr("bot.services.history.WIPE_SECONDS", 0.0)


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
async def stage(place: Town) -> AsyncIterator[Stage]:
    async with staged(place) as ready:
        yield ready


@pytest.fixture
def staff(stage: Stage) -> Any:
    return stage.member("Sam", "staff")


@pytest.fixture
def pia(stage: Stage) -> Any:
    return stage.member("Pia", "player")


@pytest.fixture
def hers(stage: Stage, pia: Any) -> Account:
    """Pia's CAD account."""
    return stage.resident(pia)


@pytest.fixture
async def cast(place: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Cast]:
    """Every kind of member. What Discord's picker hides can be sent all the same: only the bot's decision counts."""
    monkeypatch.setattr("simcord.actors._check_command_access", lambda *_: None)
    defaults: Any = Env._settle_internal.__kwdefaults__
    monkeypatch.setitem(defaults, "idle", 0.002)  # how often it looks whether all is done
    async with staged(place, OneFile(b"{}")) as ready:
        yield Cast(ready)
