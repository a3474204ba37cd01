"""A bulk file with the real process and the real engine: killed in the middle, every row is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.cad import FaultKind
from sandbox.discord.messages import Upload
from tests.e2e.reading import headline
from tests.e2e.world import V2, labels, poll, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Message
    from tests.e2e.world import Player, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROWS = 24
BURST = 9
"""Calls of one kind that the documented rate of v2 allows in a minute."""


def of(players: list[Player], name: str = "JOB") -> Upload:
    """A file that gives each of them a character, by the id that the API takes."""
    lines = "".join(f"{one.account.community_user_id},{name}{number}\n" for number, one in enumerate(players))
    return Upload("members.csv", f"api_id,sync_id\n{lines}".encode())


async def progress(world: World, words: str) -> Message:
    """Wait until the message of a job says so."""

    def found() -> list[Message]:
        written = [one for channel in world.guild.channels.values() for one in world.discord.messages(channel)]
        return [one for one in written if words in one.text]

    await world.discord.until(lambda: bool(found()), 40)
    return found()[-1]


async def test_killed_in_the_middle_every_row_is_there_once(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        players = [world.player() for _ in range(ROWS)]
        checked = await world.command(world.admin, "bulk link", file=of(players))
        assert headline(checked) == f"Checked: {ROWS} of {ROWS} rows can be carried out."
        assert world.calls == []
        started = await world.press(world.admin, checked, "Yes, start")
        assert headline(started) == f"Started: {ROWS} rows."
        await poll(lambda: sum(bool(one.account.links) for one in players) >= ROWS // 3)
        world.cad.faults.add(FaultKind.HANG, "link", applied=True)
        await poll(lambda: not world.cad.faults.waiting)
        await world.restart(kill=True)
        message = await progress(world, "done, 24 of 24 (100 %)")
        assert labels(message) == ["Result", "Undo this job"]
        assert [one.account.links for one in players] == [[f"JOB{number}"] for number in range(ROWS)]
        assert [call.endpoint for call in world.calls].count("link") == ROWS
        result = await world.press_on(world.admin, message, "Result")
        assert headline(result) == f"{ROWS} rows are in the attached file."
        undo = await world.press_on(world.admin, message, "Undo this job")
        await world.press(world.admin, undo, "Yes, take it back")
        await progress(world, "Taking back a bulk job: done, 24 of 24 (100 %)")
        assert not any(one.account.links for one in players)


async def test_the_guilds_next_job_follows_the_one_that_ends(tmp_path: Path) -> None:
    async with world_of(V2, tmp_path) as world:
        crews = [[world.player() for _ in range(3)] for _ in range(3)]
        for crew, name in zip(crews, "ABC", strict=True):
            checked = await world.command(world.admin, "bulk link", file=of(crew, name))
            await world.press(world.admin, checked, "Yes, start")
        await poll(lambda: all(one.account.links for crew in crews for one in crew))
        assert [call.endpoint for call in world.calls].count("link") == sum(map(len, crews))


async def test_a_stop_in_the_middle_is_quick_and_it_goes_on(tmp_path: Path) -> None:
    """At the documented rate a job mostly waits for its turn: that holds up no stop, and no cancelling."""
    async with world_of(V2.but(SONORAN_RATE="documented"), tmp_path) as world:
        players = [world.player() for _ in range(ROWS)]
        checked = await world.command(world.admin, "bulk link", file=of(players))
        await world.press(world.admin, checked, "Yes, start")
        await poll(lambda: sum(bool(one.account.links) for one in players) >= BURST)
        await world.restart()
        await poll(lambda: sum(bool(one.account.links) for one in players) >= 2 * BURST)
        assert [call.endpoint for call in world.calls].count("link") == 2 * BURST
        message = await progress(world, f"of {ROWS}")
        assert "Pause" in labels(message)
        paused = await world.press_on(world.admin, message, "Pause")
        assert "paused" in headline(paused)
