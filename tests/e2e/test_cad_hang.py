"""A CAD that never answers. Everything here happens at once, in one fixture, since each costs the ten seconds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.e2e.faults import ACTS, assert_true, done_times, prepare, settled
from tests.e2e.reading import headline, reference, says_done, says_uncertain
from tests.e2e.world import V1, V2, labels, poll, text, world_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.discord import Exchange
    from tests.e2e.world import Config, Player, World

pytestmark = pytest.mark.asyncio(loop_scope="session")

ALL = ("create", "link", "unlink")
BOTH = (False, True)
"""What hangs is carried out by the CAD, or not."""


@dataclass
class Act:
    """Something that the CAD left hanging, how it was answered first, and after how many seconds.

    `listed`: what was created can be found in the CAD's lists, since no link there shows Database Sync.
    """

    world: World
    player: Player
    name: str
    applied: bool
    listed: bool
    answer: Exchange
    first: str = ""
    buttons: list[str] = field(default_factory=list)
    after: float = 0.0

    @property
    def knowable(self) -> bool:
        """Whether it can be found out what became of it."""
        return self.listed or self.name != "create"

    def __str__(self) -> str:
        """Name it for the message of a failed test."""
        return f"{self.name}, applied: {self.applied}, {text(self.answer)}"


@dataclass
class Hung:
    """What came of the acts, and of a stop in the middle of one. `calls`: how often each was sent, by world."""

    acts: list[Act] = field(default_factory=list)
    calls: list[dict[str, int]] = field(default_factory=list)
    stopped_after: float = 0.0
    exit_code: int | None = None
    cut: Act | None = None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hung(tmp_path_factory: pytest.TempPathFactory) -> Hung:
    """Let everything hang at once."""
    found = Hung()
    await asyncio.gather(
        _hang(found, V1, tmp_path_factory.mktemp("v1"), ALL),
        _hang(found, V2, tmp_path_factory.mktemp("v2"), ALL),
        _hang(found, V1, tmp_path_factory.mktemp("listed"), ("create",)),
        _stop(found, tmp_path_factory.mktemp("stop")),
    )
    return found


async def _hang(found: Hung, config: Config, directory: Path, names: tuple[str, ...]) -> None:
    async with world_of(config, directory) as world:
        doing = []
        for name in names:
            for applied in BOTH:
                player = prepare(world, name)
                world.cad.faults.add("hang", name, applied=applied)
                doing.append(asyncio.ensure_future(_do(world, player, name, applied=applied, listed=names != ALL)))
                await poll(lambda: not world.cad.faults.waiting)
        acts = await asyncio.gather(*doing)
        await asyncio.gather(*(settled(world, act.answer) for act in acts))
        found.acts += acts
        found.calls.append({name: [call.endpoint for call in world.calls].count(name) for name in names})


async def _do(world: World, player: Player, name: str, *, applied: bool, listed: bool) -> Act:
    started = time.monotonic()
    answer = await ACTS[name](world, player)
    after = time.monotonic() - started
    return Act(world, player, name, applied, listed, answer, text(answer), labels(answer), after)


async def _stop(found: Hung, directory: Path) -> None:
    async with world_of(V2, directory) as world:
        player = prepare(world, "link")
        world.cad.faults.add("hang", "link")
        doing = asyncio.ensure_future(_do(world, player, "link", applied=False, listed=True))
        await poll(lambda: not world.cad.faults.waiting)
        started = time.monotonic()
        found.exit_code = await world.bot.stop()
        found.stopped_after = time.monotonic() - started
        await world.restart_after_kill()
        cut = found.cut = await doing
        await world.discord.until(lambda: headline(cut.answer).startswith("Done: "), 40.0)


async def test_after_ten_seconds_it_is_kept_and_can_not_be_taken_back(hung: Hung) -> None:
    assert len(hung.acts) == 14
    for act in hung.acts:
        assert act.first.startswith("Kept: the CAD did not say whether this was done."), act.first
        assert reference(act.answer) in act.first
        assert act.buttons == []  # it may have been done
        assert 9 < act.after < 15, str(act)


async def test_what_can_be_found_out_is_done_once_and_told(hung: Hung) -> None:
    known = [act for act in hung.acts if act.knowable]
    assert len(known) == 10
    for act in known:
        assert says_done(act.answer), str(act)
        assert_true(act.world, act.player, act.name, act.answer)
        assert done_times(act.world, act.player, act.name) == 1, str(act)


async def test_what_nobody_can_find_out_is_told_as_not_certain_and_never_sent_again(hung: Hung) -> None:
    unknown = [act for act in hung.acts if not act.knowable]
    assert len(unknown) == 4
    for act in unknown:
        assert headline(act.answer).startswith("Not certain: "), str(act)
        assert says_uncertain(act.answer), str(act)
        assert_true(act.world, act.player, act.name, act.answer)
        assert done_times(act.world, act.player, act.name) == act.applied


async def test_only_what_was_certainly_not_done_is_sent_again(hung: Hung) -> None:
    everything = {"create": 2, "link": 3, "unlink": 3}  # one of each was applied, one was not
    assert sorted(hung.calls, key=len) == [{"create": 3}, everything, everything]


async def test_sigterm_stops_within_ten_seconds_and_the_next_process_goes_on(hung: Hung) -> None:
    assert hung.exit_code == 0
    assert hung.stopped_after < 10
    cut = hung.cut
    assert cut is not None
    assert cut.first.startswith("The bot is being restarted in the middle of this."), cut.first
    assert says_done(cut.answer), str(cut)
    assert done_times(cut.world, cut.player, cut.name) == 1
