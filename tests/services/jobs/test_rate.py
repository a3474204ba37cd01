"""At the documented rate a job takes the time that its dry run said, on a clock that only waiting moves."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.cad.breaker import Breaker
from bot.cad.budget import Budget
from bot.cad.client import CadClient
from bot.cad.protocol import Credentials
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.bulk.rows import BulkKind
from bot.services.checking import BulkIntent
from bot.services.jobs.control import RunIntent
from bot.settings import ApiVersion, CreateForm
from bot.storage.jobs import RowState
from tests.community import COMMUNITY, Town, town
from tests.services.jobs.works import Works

ROWS = 60


def paced(version: ApiVersion) -> Town:
    """A town whose budget is the documented one, and waits by moving the clock."""
    place = town(version)
    clock = place.clock

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        clock.now += seconds

    credentials = Credentials(COMMUNITY, SecretStr("sandbox-key"))
    dialect = V1(credentials, CreateForm.CHARACTER) if version is ApiVersion.V1 else V2(credentials)
    budget = Budget("documented", clock=clock, sleep=sleep)
    client = CadClient(dialect, place.cad, budget, Breaker(clock=clock), clock=clock)
    place.tenant = replace(place.tenant, cad=client)
    return place


@pytest.mark.parametrize("version", [ApiVersion.V1, ApiVersion.V2])
async def test_a_job_takes_the_time_that_the_budget_dictates(version: ApiVersion) -> None:
    works = Works(paced(version))
    for number in range(ROWS):
        works.place.resident(f"P{number}", api_ids=[f"id{number}"], community_user_id=f"id{number}")
    lines = "".join(f"id{number},CHAR{number}\n" for number in range(ROWS))
    works.files.data = f"api_id,sync_id\n{lines}".encode()
    intent = BulkIntent(kind=BulkKind.LINK, url="x", size=5, file_name="members.csv")
    checked, job = await works.jobs.check(works.turn(), intent)
    assert job is not None
    assert checked.load.calls == 2 * ROWS
    assert checked.seconds > 100
    began = works.place.clock.now
    await works.jobs.start(works.turn(), RunIntent(job=job.id))
    await works.drive()
    assert (await works.look(job.id)).counts == {RowState.DONE: ROWS}
    assert works.place.clock.now - began <= 1.05 * checked.seconds
    assert len(works.place.asked) == checked.load.calls
