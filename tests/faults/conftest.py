"""One bot for the tests of a module, over an emulated CAD and an emulated Discord that fail on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.e2e.world import Config, World, world_of
from tests.faults.scenes import played

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A running bot of the config that the module is parametrised with."""
    config = request.param
    assert isinstance(config, Config)
    async with world_of(config, tmp_path_factory.mktemp("bot")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ended(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, BaseException | None]:
    """How each of the module's SCENES ended, played all at once."""
    return await played(request.module.SCENES, tmp_path_factory)
