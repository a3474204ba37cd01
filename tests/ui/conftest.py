"""A community, and the desk that serves it."""

from __future__ import annotations

import pytest

from bot.services.tickets import Tickets
from bot.telemetry import Metrics
from bot.ui.desk import Desk
from tests.community import Town, town
from tests.ui.people import desk_of

Parts = tuple[Desk, Tickets, Metrics]


@pytest.fixture
def place() -> Town:
    return town()


@pytest.fixture
def parts(place: Town) -> Parts:
    return desk_of(place)


@pytest.fixture
def desk(parts: Parts) -> Desk:
    return parts[0]


@pytest.fixture
def tickets(parts: Parts) -> Tickets:
    return parts[1]


@pytest.fixture
def metrics(parts: Parts) -> Metrics:
    return parts[2]
