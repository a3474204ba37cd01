"""Scenes that mostly wait, played all at once: each has a world of its own, and a test that says how it ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    import pytest

    Scene = Callable[[Path], Awaitable[None]]

AT_ONCE = 4
LONGEST_SECONDS = 90.0


async def played(scenes: Mapping[str, Scene], places: pytest.TempPathFactory) -> dict[str, BaseException | None]:
    """Play them, a few at a time; return what each raised, None where it held to its end."""
    lanes = asyncio.Semaphore(AT_ONCE)

    async def play(scene: Scene) -> BaseException | None:
        async with lanes:
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    await scene(places.mktemp("scene"))
            except (Exception, TimeoutError) as error:  # noqa: BLE001 - the scene's own test raises it
                return error
        return None

    return dict(zip(scenes, await asyncio.gather(*map(play, scenes.values())), strict=True))


def held(ended: Mapping[str, BaseException | None], name: str) -> None:
    """Raise what a scene raised."""
    error = ended[name]
    if error is not None:
        raise error
