"""Where a scene plays: people act through the emulated Discord, everything is shown, and promises are checked."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.discord import Member

from .promises import Promise, in_time
from .screen import Screen, form_line, form_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sandbox.cad import Entry
    from sandbox.discord import Exchange
    from sandbox.discord.composer import Value
    from sandbox.templates import Json

    from .screen import Answers
    from .town import Plan, Town
    from .transcript import Transcript

    Play = Callable[["Stage"], Coroutine[object, object, None]]

LONGEST_ANSWER = 30.0


@dataclass(frozen=True)
class Scene:
    """A scene of the story: where it plays, its title, and one sentence of what to look for."""

    plan: Plan
    title: str
    look: str
    play: Play


def scene(plan: Plan, title: str, look: str) -> Callable[[Play], Scene]:
    """Make a scene of a function."""
    return lambda play: Scene(plan, title, look, play)


class Stage:
    """One scene's view of a town. `props` are what an earlier scene left lying for a later one."""

    def __init__(self, town: Town, transcript: Transcript, exchanges: list[Exchange], props: dict[str, Screen]) -> None:
        self.town = town
        self.props = props
        self.promises: list[Promise] = []
        self.sam, self.pia, self.quinn = town.sam, town.pia, town.quinn
        self.nils, self.otto = town.nils, town.otto
        self._transcript = transcript
        self._exchanges = exchanges
        self._entries_before = len(town.cad.ledger.entries)
        self._exchanges_before = len(exchanges)

    # What people do.

    async def types(self, who: Member, command: str, **options: Value) -> Screen:
        """Type a slash command and wait for the whole answer."""
        return await self.answered(who, await self.begins(who, command, **options))

    async def begins(self, who: Member, command: str, **options: Value) -> Exchange:
        """Type a slash command and wait for the first response only."""
        self._act(who, f"types /{command}{''.join(map(_option, options.items()))}")
        exchange = self._note(await self.town.discord.command(who, command, options))
        return await exchange.first()

    async def answered(self, who: Member, exchange: Exchange) -> Screen:
        """Wait for the whole answer and show it."""
        await exchange.settled(LONGEST_ANSWER)
        screen = self._screen(who, exchange)
        self.show(screen)
        return screen

    async def presses(self, who: Member, screen: Screen, label: str, *, forged: bool = False) -> Screen:
        """Press a button. A forged press is one that the Discord client would not let this person make."""
        self._act(who, f"{'forges a press of' if forged else 'presses'} [ {label} ]")
        return await self.answered(who, await self._press(who, screen, label, forged=forged))

    async def presses_twice(self, who: Member, screen: Screen, label: str) -> tuple[Screen, Screen]:
        """Press a button twice at once, and return what came of the one press and of the other."""
        self._act(who, f"presses [ {label} ] twice at once")
        one, two = await asyncio.gather(self._press(who, screen, label), self._press(who, screen, label))
        second = await self.answered(who, two)
        return await self.answered(who, one), second

    async def submits(self, who: Member, screen: Screen, answers: Answers, *, short: bool = False) -> Screen:
        """Fill in the open form and submit it. Shown field by field, or `short`: in a line, without the answer."""
        if screen.modal is None:
            raise LookupError(f"{who.name} has no open form but reads: {screen.text}")
        if short:
            self._act(who, f"fills in {form_line(screen.modal, answers)}")
        else:
            self._act(who, "fills in the form")
            self._transcript.screen(f"Form: {screen.modal.title}", form_lines(screen.modal, answers))
        exchange = self._note(await self.town.discord.submit(who, screen.modal, answers))
        await exchange.settled(LONGEST_ANSWER)
        answer = self._screen(who, exchange)
        if not short:
            self.show(answer, brief=True)
        return answer

    async def goes_on(self, who: Member, screen: Screen) -> Screen | None:
        """Press the button that leads to the next page of a form, without showing that; None where there is none."""
        label = next((label for label in screen.buttons if label.startswith("Continue")), None)
        if label is None:
            return None
        exchange = await self._press(who, screen, label)
        await exchange.settled(LONGEST_ANSWER)
        return self._screen(who, exchange)

    async def offered(self, who: Member, command: str, option: str, typed: str) -> list[str]:
        """Begin to type an option and return what is offered."""
        choices = await self.town.discord.autocomplete(who, command, focused=option, typed=typed)
        names = [choice.name for choice in choices]
        self._act(who, f"begins to type /{command} {option}:{typed} and is offered: {'; '.join(names)}")
        return names

    def show(self, screen: Screen, *, brief: bool = False) -> None:
        """Show what a person has before him; of a form only that it opened, until it is filled in."""
        if screen.modal is None:
            self._transcript.screen(screen.title, screen.lines(brief=brief), screen.foot)
        else:
            self._transcript.note(f"{screen.title} ({screen.foot})")

    def note(self, text: str) -> None:
        """Tell the reader what happens behind the stage."""
        self._transcript.note(text)

    # What is promised.

    def same(self, name: str, seen: object, expected: object) -> None:
        """Promise that something is exactly as expected."""
        self.promises.append(Promise(name, kept=seen == expected, expected=str(expected), seen=str(seen)))

    def reads(self, screen: Screen, *words: str, name: str = "") -> None:
        """Promise that the person reads these words."""
        kept = all(word in screen.text for word in words)
        said = " and ".join(f"“{word}”" for word in words)
        self.promises.append(Promise(name or f"{screen.who.name} reads {said}", kept, said, screen.text))

    def asked(self, *endpoints: str, name: str = "") -> None:
        """Promise that the CAD was asked exactly this in this scene, in this order."""
        self.same(name or f"the CAD was asked: {', '.join(endpoints)}", self._endpoints(), list(endpoints))

    def in_time(self) -> None:
        """Promise that every act of this scene was acknowledged within Discord's 3 s."""
        self.promises.append(in_time(self._exchanges[self._exchanges_before :]))

    def links(self, who: Member, *sync_ids: str) -> None:
        """Promise that a member's account has exactly these links."""
        said = f"{', '.join(sync_ids)} linked" if sync_ids else "no link"
        self.same(f"{who.name} has {said}", self.town.account(who).links, list(sync_ids))

    def characters(self, who: Member, count: int) -> None:
        """Promise how many characters a member's account has in the CAD."""
        held = [one for one in self.town.cad.state.held.values() if one.owner == self.town.account(who).uuid]
        self.same(f"characters of {who.name} in the CAD: {count}", len(held), count)

    def sent(self, method: str, path: str, *keys: str) -> None:
        """Show the last request to the CAD word for word; promise its line, the keys of its body and the Discord id."""
        entry = self._calls[-1]
        body: Json = entry.body if isinstance(entry.body, dict) else {}
        lines = json.dumps(body, indent=2, ensure_ascii=False).splitlines()
        self._transcript.code("The request to the CAD, word for word:", [f"{entry.method} {entry.path}", *lines])
        known = body.get("discord") in {str(who.id) for who in self.town.guild.members.values()}
        self.same(
            f"exactly {method} {path} with the Discord id",
            (entry.method, entry.path, sorted(body), known),
            (method, path, sorted(keys), True),
        )

    async def cad_gets(self, endpoint: str) -> None:
        """Wait until the CAD has got a call of this kind in this scene."""
        async with asyncio.timeout(LONGEST_ANSWER):
            await self.town.cad_gets(endpoint, since=self._entries_before)

    def show_cad(self) -> None:
        """Show the CAD's side of the scene."""
        self._transcript.cad([_call(entry) for entry in self._calls], self.town.holdings())

    @property
    def _calls(self) -> list[Entry]:
        """The calls that the CAD got in this scene."""
        return self.town.cad.ledger.entries[self._entries_before :]

    def _endpoints(self) -> list[str]:
        return [entry.endpoint for entry in self._calls]

    def _act(self, who: Member, does: str) -> None:
        self._transcript.act(self.town.title(who), does)

    def _note(self, exchange: Exchange) -> Exchange:
        self._exchanges.append(exchange)
        return exchange

    async def _press(self, who: Member, screen: Screen, label: str, *, forged: bool = False) -> Exchange:
        message = screen.exchange.message
        if message is None:
            raise LookupError(f"there is no message with a button {label!r}")
        exchange = await self.town.discord.press(who, message, label, force=forged)
        return await self._note(exchange).first()

    def _screen(self, who: Member, exchange: Exchange) -> Screen:
        took = self.town.discord.clock.now() - exchange.interaction.created_at
        return Screen.now(who, exchange, took)


def _option(option: tuple[str, Value]) -> str:
    """Return an option as it is typed; what can't be seen is named."""
    name, value = option
    text = f"@{value.name}" if isinstance(value, Member) else str(value)
    return f" {name}:" + "".join(each if each.isprintable() else f"<U+{ord(each):04X}>" for each in text)


def _call(entry: Entry) -> str:
    status = f"answered {entry.status}" if entry.status else "never answered"
    applied = "" if entry.fault is None else f", fault “{entry.fault}”{', yet applied' if entry.applied else ''}"
    changed = f": {'; '.join(entry.changes)}" if entry.changes else ""
    return f"{entry.endpoint}, {status}{applied}{changed}"
