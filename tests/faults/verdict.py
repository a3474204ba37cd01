"""The verdict on a storm: what the CAD's ledger says was carried out, against the history and what people read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.ui.visit import reference_of
from tests.faults.storm import OPEN, rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.e2e.world import World
    from tests.faults.asking import Asked
    from tests.faults.storm import Storm

DONE = re.compile(
    r"^(Done|Linked|Already linked|Unlinked|Created|Removed|Selected|Saved|It was (gone|saved|created) already"
    r"|Nothing had to change)|was not linked\.$|is selected\.$"
)
NOT_DONE = re.compile(r"^(Not |Taken back|This community|The CAD|Refused|Too many)")
UNSURE = re.compile(r"[Nn]ot certain|may be (there|changed|saved) already")
KEPT = re.compile(r"^(Kept|Waiting)")


@dataclass
class Verdict:
    """How many things were asked for, and what became of them; `wrong` names each that is not as it must be."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, done twice, left unanswered or told wrongly."""
        return not any(self.counts[name] for name in FAULTS)

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(self.counts + other.counts, self.wrong + other.wrong)

    def table(self) -> str:
        """Return the numbers, a line each, and what is wrong."""
        lines = [f"{label:<58} {self.counts[name]:>6}" for name, label in LABELS.items()]
        return "\n".join([*lines, *self.wrong])


FAULTS = ("lost", "duplicated", "unanswered", "untrue", "malformed", "leaked")
LABELS = {
    "asked": "operations asked for",
    "kills": "kills of the process (SIGKILL)",
    "faults": "faults of the CAD and of Discord",
    "unheard": "asked again: the process was gone before it answered",
    "cut": "asked again: acknowledged, killed before it was kept",
    "accepted": "accepted",
    "done": "  done",
    "failed": "  not done, and told so",
    "unknown": "  not certain, and told so",
    "refused": "  answered without an operation",
    "lost": "lost",
    "duplicated": "done twice",
    "unanswered": "left without an outcome",
    "untrue": "told what is not so",
    "malformed": "malformed calls",
    "leaked": "secrets in what was shown, printed or stored in plain",
}


def judge(storm: Storm) -> Verdict:
    """Hold the ledger against the history and against what everybody last read."""
    world, verdict = storm.world, Verdict()
    kept = rows(world)
    for one in storm.asked:
        verdict.counts["asked"] += 1
        found = [kept[each.interaction.id] for each in one.attempts if each.interaction.id in kept]
        for name in _of(world, one, found):
            verdict.counts[name] += 1
            if name in FAULTS:
                verdict.wrong.append(f"{name}: {_story(world, one, found)}")
    told = storm.told
    verdict.counts.update(kills=told.kills, faults=told.faults, unheard=told.unheard, cut=told.cut)
    verdict.counts["malformed"] += len(world.cad.ledger.malformed)
    world.discord.refusals.clear()  # of calls that were made again, or that came too late
    try:
        world.check()
    except AssertionError as error:
        verdict.counts["leaked"] += 1
        verdict.wrong.append(f"leaked: {error}")
    return verdict


def _of(world: World, one: Asked, found: list[Mapping[str, object]]) -> list[str]:
    """Return under which names one thing counts."""
    times, state = one.times(world), str(found[-1]["state"]) if found else ""
    names = ["duplicated"] if times > 1 else []
    if not one.attempts:
        return [*names, "lost"]
    names.append("accepted")
    told = _told(world, one, found)
    if state in OPEN:
        return [*names, "lost"]
    if not told or any(each.interaction.response and not each.settled_now for each in one.attempts):
        names.append("unanswered")
    if told == "done" and not times:
        names.append("lost")
    elif (told == "not done" and times) or (found and told and told != TOLD[state]):
        names.append("untrue")
    return [*names, _counted(state) if found else "refused"]


TOLD = {"done": "done", "failed": "not done", "refused": "not done", "cancelled": "not done", "unknown": "unsure"}


def _counted(state: str) -> str:
    return state if state in {"done", "unknown"} else "failed"


def _told(world: World, one: Asked, found: list[Mapping[str, object]]) -> str:
    """Return what the person last read about it: done, not done, unsure, or nothing that settles it."""
    answer = one.attempts[-1]
    messages = [*([answer.message] if answer.message else []), *answer.followups]
    for row in found:
        messages += [each for each in world.dms(one.player) if str(row["reference"]) in each.text]
    read = ""
    for message in messages:
        if message.state.thinking or KEPT.match(message.content):
            continue
        if UNSURE.search(message.text):
            read = "unsure"
        elif DONE.search(message.content):
            read = "done"
        elif NOT_DONE.match(message.content):
            read = "not done"
    return read


def _story(world: World, one: Asked, found: list[Mapping[str, object]]) -> str:
    """Return everything about one thing, in a line or two."""
    tried = [f"{reference_of(each.interaction.id)} {each!r}" for each in one.attempts]
    said = [message.content for each in one.attempts for message in [each.message, *each.followups] if message]
    states = [(row["reference"], row["state"], row["cause"], bool(row["owed"])) for row in found]
    done = f"{one.kind} {one.subject}: in the CAD {one.times(world)} times (links {one.player.account.links})"
    return f"{done}; history {states}; tried {tried}; read {said}"
