"""What every test leaves behind is cleared away here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.community import Scratch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest_asyncio.fixture(autouse=True)
async def _close_scratch_databases() -> AsyncIterator[None]:
    yield
    while Scratch.opened:
        await Scratch.opened.pop().close()
