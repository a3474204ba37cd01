"""A community with an admin who runs bulk jobs, and an engine that a test drives."""

from __future__ import annotations

import pytest

from tests.community import Town, town
from tests.services.jobs.works import Works


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def works(place: Town) -> Works:
    return Works(place)
