"""A community on v2 with one player's account, and the use cases over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.linking import Linking
from tests.community import PIA, Town, town

if TYPE_CHECKING:
    from sandbox.cad.state import Account


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def pia(place: Town) -> Account:
    return place.resident("Pia", PIA)


@pytest.fixture
def linking(place: Town) -> Linking:
    return Linking(place.accounts, place.history)
