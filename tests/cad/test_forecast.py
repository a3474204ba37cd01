"""How long calls take by the budget alone: as long as the budget itself makes them wait."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from bot.cad.budget import Budget
from bot.cad.caller import Caller
from bot.cad.forecast import Load, forecast
from bot.cad.pace import Pace, Rate
from bot.cad.protocol import Credentials, Dialect
from bot.cad.v1 import V1
from bot.cad.v2 import V2
from bot.domain.models import Target
from bot.settings import CreateForm

CREDENTIALS = Credentials("c", SecretStr("k"))
ONE, TWO = V1(CREDENTIALS, CreateForm.CHARACTER), V2(CREDENTIALS)


@pytest.mark.parametrize(
    ("dialect", "rate", "load", "seconds"),
    [
        (TWO, "documented", Load(), 0),
        (TWO, "documented", Load(link=9), 0),
        (TWO, "documented", Load(link=10), 60),
        (TWO, "documented", Load(link=300), 33 * 60),
        (TWO, "documented", Load(link=300, unlink=300, links=18), 33 * 60),  # each has a window of its own
        (TWO, "documented", Load(create=300), 11 * 60),
        (ONE, "documented", Load(link=300), 295),
        (ONE, "documented", Load(link=100, unlink=100, links=50, account=40, create=10), 295),
        (ONE, 60, Load(link=61, create=60), 60),
        (TWO, 1, Load(account=3), 120),
        (TWO, "unlimited", Load(link=10_000), 0),
    ],
)
def test_the_slowest_window_says(dialect: Dialect, rate: Rate, load: Load, seconds: float) -> None:
    assert forecast(dialect, Pace(rate), load) == seconds


@pytest.mark.parametrize("dialect", [ONE, TWO])
async def test_the_budget_keeps_to_it(dialect: Dialect) -> None:
    now = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        await asyncio.sleep(0)

    budget = Budget(clock=lambda: now, sleep=sleep)
    call, caller = dialect.link(Target.of(api_id="a"), "b").request, Caller(bulk=True, deadline=1e6)
    for _ in range(40):
        await budget.take(call, caller)
    assert now == forecast(dialect, budget.pace, Load(link=40)) > 0


def test_loads_add_up() -> None:
    load = Load(link=1, create=2) + Load(unlink=3, links=4, account=5, create=1)
    assert load == Load(link=1, unlink=3, links=4, account=5, create=3)
    assert load.calls == 16
