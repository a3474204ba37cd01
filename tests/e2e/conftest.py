"""The world of a test: `world` runs one bot for all tests that are parametrised with the same config.

The two plain configs serve every module, so what such tests do must not disturb others; any other config lives as
long as its module.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.world import V1, V2, Config, World, world_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Standing = Callable[[Config], Awaitable[World]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """Give the worlds that stand for the whole run, each set up when it is first asked for."""
    worlds: dict[int, World] = {}
    async with AsyncExitStack() as stack:

        async def of(config: Config) -> World:
            if id(config) not in worlds:
                made = world_of(config, tmp_path_factory.mktemp("bot"))
                worlds[id(config)] = await stack.enter_async_context(made)
            return worlds[id(config)]

        yield of


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(
    request: pytest.FixtureRequest, standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    """A running bot of the config that the test is parametrised with."""
    async with AsyncExitStack() as stack:
        yield await _enter(stack, request.param, standing, tmp_path_factory)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def worlds(
    request: pytest.FixtureRequest, standing: Standing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, ...]]:
    """A running bot for each config of the tuple that the test is parametrised with, for what takes long."""
    async with AsyncExitStack() as stack:
        entering = (_enter(stack, config, standing, tmp_path_factory) for config in request.param)
        yield tuple([await each for each in entering])


async def _enter(
    stack: AsyncExitStack, config: object, standing: Standing, directories: pytest.TempPathFactory
) -> World:
    assert isinstance(config, Config)
    if config is V1 or config is V2:
        return await standing(config)
    return await stack.enter_async_context(world_of(config, directories.mktemp("bot")))


@pytest.fixture(autouse=True)
def _faultless(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test of a shared world: nothing refused, nothing malformed, no secret shown."""
    made: list[World] = []
    if "world" in request.fixturenames:
        made.append(request.getfixturevalue("world"))
    if "worlds" in request.fixturenames:
        made += request.getfixturevalue("worlds")
    for world in made:
        world.forget()
    yield
    for world in made:
        world.cad.faults.clear()
        world.check()
