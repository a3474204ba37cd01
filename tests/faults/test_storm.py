"""The short form of `make faults`: a few people, a few kills, the same verdict."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.world import V1, V2
from tests.faults.__main__ import storm
from tests.faults.asking import FORMS, LINKING

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_nothing_is_lost_nothing_is_done_twice_and_everybody_is_answered() -> None:
    verdicts = await asyncio.gather(
        storm(V1, LINKING, operations=30, kills=4, seed=11),
        storm(V2, FORMS, operations=30, kills=4, seed=12),
    )
    verdict = verdicts[0] + verdicts[1]
    assert verdict.good, verdict.table()
    assert verdict.counts["accepted"] == verdict.counts["asked"] == 60
    assert verdict.counts["kills"] >= 8
