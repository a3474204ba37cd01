"""The world of a test: `world` runs one bot for all tests of a module that name the same config."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.world import Config, World, world_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A running bot of the config that the test is parametrised with."""
    assert isinstance(request.param, Config)
    async with world_of(request.param, tmp_path_factory.mktemp("bot")) as made:
        yield made


@pytest.fixture(autouse=True)
def _faultless(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test of a shared world: nothing refused, nothing malformed, no secret shown."""
    if "world" not in request.fixturenames:
        yield
        return
    made: World = request.getfixturevalue("world")
    made.forget()
    yield
    made.cad.faults.clear()
    made.check()
