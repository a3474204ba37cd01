"""What people ask for in a storm, step by step, until they have it or can see that they must ask again."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.discord import NoAnswer, NotAllowed
from tests.e2e.world import shown

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.discord import Exchange
    from sandbox.discord.composer import Value
    from tests.e2e.world import Player, World

LINKING = ("link", "link", "unlink")
FORMS = ("create", "remove", "select", "edit")
"""Under Database Sync, which a link proves, nobody creates characters: a world has one or the other."""

STEP_SECONDS = 20.0
PEOPLE = 25


class Cut(Exception):
    """A step before the last one led nowhere: the person begins anew."""


@dataclass(eq=False)
class Asked:
    """One thing that somebody wants done once. `attempts` are the interactions that were to do it.

    `trace` is how the CAD's ledger begins what carries it out.
    """

    kind: str
    player: Player
    subject: str
    trace: re.Pattern[str]
    attempts: list[Exchange] = field(default_factory=list)
    begun: int = 0

    def times(self, world: World) -> int:
        """Return how often the CAD carried it out."""
        return sum(self.trace.match(change) is not None for change in world.cad.ledger.changes)

    async def ask(self, world: World) -> None:
        """Ask once, and wait for an answer. Raises Cut where it did not come so far that something could be done."""
        self.begun += 1
        try:
            await STEPS[self.kind](world, self)
        except (NotAllowed, AssertionError, NoAnswer) as error:
            raise Cut from error
        await self.attempts[-1].settled(STEP_SECONDS)

    async def act(self, acting: Awaitable[Exchange]) -> None:
        """Take the last step, and keep its interaction also when the storm takes the person away meanwhile."""

        async def kept() -> None:
            self.attempts.append(await acting)

        await asyncio.shield(asyncio.ensure_future(kept()))


def wanted(world: World, kinds: tuple[str, ...], count: int) -> list[Asked]:
    """Return so many things to ask for, each with what it needs in the CAD."""
    people = [world.player() for _ in range(PEOPLE)]
    made: list[Asked] = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        player = people[number % PEOPLE] if kinds is LINKING else world.player()
        subject = f"ST{number:05}"
        verb = {"link": "linked", "unlink": "unlinked"}.get(kind, "")
        trace = f"{verb} {subject} (to|from) {player.account.username}$"
        if kind == "unlink":
            world.cad.state.link(player.account, subject)
        elif kind == "create":
            trace = rf"created .* for {player.account.username}$"
        elif kind in FORMS:
            first = [_born(world, player, f"First{number}") for _ in range(2)][1]
            subject = str(first)
            verb = {"remove": "removed", "select": "selected", "edit": "edited"}[kind]
            trace = rf"{verb} {subject}\b"
        made.append(Asked(kind, player, subject, re.compile(trace)))
    return made


async def introduce(world: World, made: list[Asked]) -> None:
    """Let staff say once whose account is whose, where the CAD itself can't: in its first generation."""
    for player in dict.fromkeys(one.player for one in made):
        options: dict[str, Value | None] = {"member": player.member, "api_id": player.api_id}
        said = await _step(world.discord.command(world.admin, "account set", options))
        assert shown(said).content.startswith("Bound"), shown(said).text


def _born(world: World, player: Player, first: str) -> int:
    values = {"first": first, "last": "Storm", "dob": "17/04/1994"}
    return int(world.cad.state.add_record(player.account, values)["id"])


async def _step(acting: Awaitable[Exchange]) -> Exchange:
    exchange = await acting
    return await exchange.settled(STEP_SECONDS)


async def _link(world: World, asked: Asked) -> None:
    await asked.act(world.discord.command(asked.player.member, "linkchar", {"sync_id": asked.subject}))


async def _unlink(world: World, asked: Asked) -> None:
    who = asked.player.member
    options = {"sync_id": asked.subject, "action": "remove"}
    question = await _step(world.discord.command(who, "linkchar", options))
    await asked.act(world.discord.press(who, shown(question), "Unlink"))


async def _create(world: World, asked: Asked) -> None:
    who = asked.player.member
    on = await _step(world.discord.command(who, "newchar"))
    if on.modal is None:
        on = await _press_first(world, asked, on, "Start over", "Start", "Continue")
    typed = {"First": "Stormy", "Last": asked.subject}
    ready = await _step(world.discord.submit(who, on.modal, typed))
    await asked.act(world.discord.press(who, shown(ready), "Create"))


async def _remove(world: World, asked: Asked) -> None:
    who = asked.player.member
    question = await _step(world.discord.command(who, "chars remove", {"character": asked.subject}))
    await asked.act(world.discord.press(who, shown(question), "Remove"))


async def _select(world: World, asked: Asked) -> None:
    await asked.act(world.discord.command(asked.player.member, "chars select", {"character": asked.subject}))


async def _edit(world: World, asked: Asked) -> None:
    who = asked.player.member
    on = await _step(world.discord.command(who, "chars edit", {"character": asked.subject}))
    if on.modal is None:
        on = await _press_first(world, asked, on, "Start over", "Continue")
    if on.modal is None:
        on = await _press_first(world, asked, on, "Continue")
    ready = await _step(world.discord.submit(who, on.modal, {"Last": "Changed"}))
    await asked.act(world.discord.press(who, shown(ready), "Save"))


async def _press_first(world: World, asked: Asked, on: Exchange, *labels: str) -> Exchange:
    """Press the first of these buttons that is there."""
    message = shown(on)
    there = [label for label in labels for button in message.buttons if button.label.startswith(label)]
    if not there:
        raise NotAllowed(message.text)
    return await _step(world.discord.press(asked.player.member, message, there[0]))


STEPS: dict[str, Callable[[World, Asked], Awaitable[None]]] = {
    "link": _link,
    "unlink": _unlink,
    "create": _create,
    "remove": _remove,
    "select": _select,
    "edit": _edit,
}
