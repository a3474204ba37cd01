"""Where a scene plays: what people do there (`Acts`), and what is promised of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .acts import Acts
from .promises import Promise, in_time

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from sandbox.cad import Entry
    from sandbox.discord import Member
    from sandbox.templates import Json

    from .company import Company
    from .screen import Screen
    from .town import Plan
    from .transcript import Transcript

    Play = Callable[["Stage"], Coroutine[object, object, None]]


MOST_CALLS = 20


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


class Stage(Acts):
    """One scene's view of a town. `props` are what an earlier scene left lying for a later one."""

    def __init__(self, company: Company, transcript: Transcript) -> None:
        super().__init__(company, transcript)
        self.props = company.props
        self.promises: list[Promise] = []

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

    def asked_times(self, endpoint: str, count: int) -> None:
        """Promise how often the CAD was asked this in this scene, whatever else it was asked."""
        self.same(f"calls of the kind “{endpoint}” to the CAD: {count}", self._endpoints().count(endpoint), count)

    def silent(self, place: str, texts: Sequence[str], *words: str) -> None:
        """Promise that none of these words stands in any of the texts; the words themselves are not told."""
        found = [text for text in texts if any(word and word in text for word in words)]
        self.promises.append(Promise(place, kept=not found, expected="nothing of it", seen=f"{len(found)} times"))

    def in_time(self) -> None:
        """Promise that every act of this scene was acknowledged within Discord's 3 s."""
        self.promises.append(in_time(self.company.exchanges[self._exchanges_before :]))

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
        entry = self.calls[-1]
        body: Json = entry.body if isinstance(entry.body, dict) else {}
        lines = json.dumps(body, indent=2, ensure_ascii=False).splitlines()
        self._transcript.code("The request to the CAD, word for word:", [f"{entry.method} {entry.path}", *lines])
        known = body.get("discord") in {str(who.id) for who in self.town.guild.members.values()}
        self.same(
            f"exactly {method} {path} with the Discord id",
            (entry.method, entry.path, sorted(body), known),
            (method, path, sorted(keys), True),
        )

    def show_cad(self) -> None:
        """Show the CAD's side of the scene."""
        self._transcript.cad(_some([_call(entry) for entry in self.calls]), self.town.holdings())

    @property
    def calls(self) -> list[Entry]:
        """The calls that the CAD got in this scene, but for those that every start of the bot makes."""
        entries = self.town.cad.ledger.entries[self._entries_before :]
        return [entry for entry in entries if entry.number not in self._asked_at_starts]

    def _endpoints(self) -> list[str]:
        return [entry.endpoint for entry in self.calls]


def _some(lines: list[str]) -> list[str]:
    """Return the first and the last of many lines, and how many were left out between them."""
    left_out = len(lines) - MOST_CALLS
    half = MOST_CALLS // 2
    return lines if left_out <= 0 else [*lines[:half], f"… {left_out} more …", *lines[-half:]]


def _call(entry: Entry) -> str:
    status = f"answered {entry.status}" if entry.status else "never answered"
    applied = "" if entry.fault is None else f", fault “{entry.fault}”{', yet applied' if entry.applied else ''}"
    changed = f": {'; '.join(entry.changes)}" if entry.changes else ""
    return f"{entry.endpoint}, {status}{applied}{changed}"
