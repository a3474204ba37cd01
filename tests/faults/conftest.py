"""One bot for the tests of a module, over an emulated CAD and an emulated Discord that fail on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.world import Config, World, world_of

HERE = Path(__file__).parent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one worker, one after the other: a world whose loop stands still loses its bot."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A running bot of the config that the module is parametrised with."""
    config = request.param
    assert isinstance(config, Config)
    async with world_of(config, tmp_path_factory.mktemp("bot")) as made:
        yield made
