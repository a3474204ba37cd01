"""A community with an admin who runs bulk jobs, and an engine that a test drives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.community import Town, town
from tests.services.jobs.works import MEMBER, Works

if TYPE_CHECKING:
    from sandbox.cad.state import Account


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def works(place: Town) -> Works:
    return Works(place)


@pytest.fixture
def people(place: Town) -> list[Account]:
    """Thirty accounts, linked to thirty members."""
    return [place.resident(f"P{number}", MEMBER + number) for number in range(1, 31)]
