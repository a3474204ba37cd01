"""What every test leaves behind is cleared away here."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING

import pytest

from tests.community import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator


def pytest_collection_finish() -> None:
    """Keep what was imported and collected out of the garbage collector's sight: a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _close_scratch_databases() -> Iterator[None]:
    """Close what a test opened; the many that open nothing pay nothing."""
    yield
    if Scratch.opened:
        asyncio.run(_close())


async def _close() -> None:
    while Scratch.opened:
        await Scratch.opened.pop().close()
