"""What the real process says in the audit channel when the CAD stops serving it, and in `/doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from tests.e2e.faults import ACTS, prepare
from tests.e2e.world import V2, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_refused_key_is_told_once_in_the_audit_channel_and_by_doctor(tmp_path: Path) -> None:
    async with world_of(V2.with_channels(audit=True), tmp_path) as world:
        world.cad.faults.add(FaultKind.UNAUTHORIZED, calls=None)
        for _ in range(2):
            await ACTS["link"](world, prepare(world, "link"))

        def told() -> list[str]:
            return [
                text(one)
                for one in world.cards(world.home.audit)
                if "Calls to the CAD have been paused since" in text(one)
            ]

        await world.discord.until(lambda: bool(told()), 20)
        answer = text(await world.command(world.owner, "doctor"))
        assert "calls have been paused since" in answer
        await ACTS["link"](world, prepare(world, "link"))
        (notice,) = told()
        assert "it refuses this server's API key" in notice
        assert "must correct SONORAN_API_KEY" in notice
