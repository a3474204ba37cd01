"""Runs the tour: towns and bots up, scene after scene, everything down, then what is promised of the whole."""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.discord import NoAnswer, NotAllowed

from .closing import closing_promises
from .company import Company
from .process import BotFailed
from .promises import Outcome, Promise
from .scenes import SCENES
from .stage import Stage

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .stage import Scene
    from .transcript import Transcript

STUCK = (NoAnswer, NotAllowed, LookupError, TimeoutError)
"""What ends a scene early: no answer, a button or field that is not there."""

CLOSING = "Over the whole tour"
CLOSING_LOOK = "What holds for every scene: in time, well-formed on both sides, private, no secret told, a clean stop."
OPENING = """\
The bot is the real one, in processes of its own. Discord and Sonoran CAD are emulated on this machine, and \
environment variables alone lead the bot to them: no token and no key is needed, and nothing leaves this computer."""


async def run_tour(transcript: Transcript, scenes: Sequence[Scene] = SCENES) -> int:
    """Play the scenes and return the exit code: 0 when every promise was kept, else 1."""
    began = time.monotonic()
    transcript.opening("Charlink: the tour", OPENING)
    try:
        outcomes = await _play_all(transcript, scenes)
    except BotFailed as failure:
        transcript.failure(f"The tour ends here: {failure}. Its last lines:", failure.lines)
        return 1
    transcript.summary(outcomes, time.monotonic() - began)
    return 0 if all(one.all_kept for one in outcomes) else 1


async def _play_all(transcript: Transcript, scenes: Sequence[Scene]) -> list[Outcome]:
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="charlink-tour-")))
        plans = dict.fromkeys(scene.plan for scene in scenes)
        companies = {plan: Company(plan, _own(directory, number)) for number, plan in enumerate(plans)}
        for company in companies.values():
            stack.push_async_callback(company.stop)
        starts = {plan: asyncio.create_task(company.start()) for plan, company in companies.items()}
        stack.push_async_callback(_settle, starts.values())
        outcomes: list[Outcome] = []
        for scene in scenes:
            await starts[scene.plan]
            outcomes.append(await _play(len(outcomes) + 1, scene, companies[scene.plan], transcript))
        await asyncio.gather(*(company.stop() for company in companies.values()))
        outcomes.append(_close(len(outcomes) + 1, list(companies.values()), transcript))
    return outcomes


async def _play(number: int, scene: Scene, company: Company, transcript: Transcript) -> Outcome:
    """Play one scene. One that gets stuck is a broken promise, and the tour goes on."""
    town = company.town
    transcript.scene(number, scene.title, scene.look, f"{town.plan.name}: {town.plan.about}.")
    stage = Stage(company, transcript)
    try:
        await company.while_alive(scene.play(stage))
    except STUCK as error:
        stage.promises.append(Promise("the scene plays to its end", kept=False, expected="an answer", seen=str(error)))
    finally:
        town.cad.faults.clear()
        town.cad.latency = 0.0
    stage.show_cad()
    transcript.promises(stage.promises)
    return Outcome(scene.title, tuple(stage.promises))


def _close(number: int, companies: Sequence[Company], transcript: Transcript) -> Outcome:
    transcript.scene(number, CLOSING, CLOSING_LOOK, "")
    promises = closing_promises(companies)
    transcript.promises(promises, apart=True)
    return Outcome(CLOSING, promises)


def _own(directory: Path, number: int) -> Path:
    """Return a bot's own working directory."""
    own = directory / str(number)
    own.mkdir()
    return own


async def _settle(tasks: Collection[asyncio.Task[None]]) -> None:
    """End the starts that nobody waits for any more: what ended the tour is told already, by one of them or else."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
