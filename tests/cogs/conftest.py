"""A stage on v2, and the people on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cogs.stage import Stage, staged
from tests.community import Town, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sandbox.cad.state import Account


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
