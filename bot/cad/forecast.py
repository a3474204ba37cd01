"""How long many calls take when the budget alone holds them up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from bot.cad.protocol import NewCharacter
from bot.domain.models import Target

if TYPE_CHECKING:
    from bot.cad.pace import Bound, Pace
    from bot.cad.protocol import Dialect, Request


@dataclass(frozen=True, slots=True)
class Load:
    """How many calls of each kind there are: links set, removed and listed, accounts read, characters created."""

    link: int = 0
    unlink: int = 0
    links: int = 0
    account: int = 0
    create: int = 0

    def __add__(self, other: Load) -> Load:
        return Load(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def calls(self) -> int:
        """All of them."""
        return sum(getattr(self, one.name) for one in fields(self))


def forecast(dialect: Dialect, pace: Pace, load: Load) -> float:
    """Return the seconds from the first to the last of these calls: the slowest window says."""
    used: Counter[str] = Counter()
    bounds: dict[str, Bound] = {}
    for request, count in _requests(dialect, load):
        bound = pace.bound(request)
        if bound is not None:
            used[pace.group(request)] += count
            bounds[pace.group(request)] = bound
    return max(((used[group] - 1) // bound.limit * bound.seconds for group, bound in bounds.items()), default=0.0)


def _requests(dialect: Dialect, load: Load) -> list[tuple[Request, int]]:
    """Return a request of each kind, only to ask what holds for it, with how many there are."""
    target = Target.of(api_id="0")
    calls = (
        (dialect.link(target, "0"), load.link),
        (dialect.unlink(target, "0"), load.unlink),
        (dialect.links(target), load.links),
        (dialect.account(target), load.account),
        (dialect.create(target, NewCharacter(record={})), load.create),
    )
    return [(call.request, count) for call, count in calls if count]
