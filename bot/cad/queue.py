"""The queue before a budget: who waits, and whose turn it is.

People go before bulk work. Guilds that share a key take turns, and so do the people of a guild: whoever used least of
the window is next, then whoever came first.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from bot.cad.caller import Caller
    from bot.cad.protocol import Request
    from bot.errors import CadError

Who = tuple[int, int]
"""A guild and a person of it; 0 for none."""


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True, eq=False)
class Waiter:
    """A call in the queue. `news`: its place and wait once that is worth telling, None once it need not be told.

    Its `turn` is None when it may go, else the refusal. `claimed`: the ledger is being asked. `number`, `went_at` and
    `used` say what is given back if it then never goes.
    """

    request: Request
    caller: Caller
    expires: float
    order: int
    news: asyncio.Future[tuple[int, float] | None] = field(default_factory=_future)
    turn: asyncio.Future[CadError | None] = field(default_factory=_future)
    claimed: bool = False
    number: int | None = None
    went_at: float | None = None
    used: tuple[Hashable, ...] = ()

    @property
    def who(self) -> Who:
        """Whose call it is."""
        return who(self.caller)

    @property
    def gone(self) -> bool:
        """Whether its caller was cancelled."""
        return self.turn.cancelled() or self.news.cancelled()

    def tell(self, place: int, seconds: float) -> None:
        """Let the caller know, once, how long it takes."""
        if not self.news.done():
            self.news.set_result((place, seconds))

    def decide(self, refusal: CadError | None) -> None:
        """Let it go, or refuse it."""
        self.turn.set_result(refusal)
        if not self.news.done():
            self.news.set_result(None)

    def fail(self, error: BaseException) -> None:
        """Let the caller raise what nobody foresaw."""
        if not self.gone:
            self.turn.set_exception(error)
            if not self.news.done():
                self.news.set_result(None)


def who(caller: Caller) -> Who:
    """Return whose call it is."""
    return caller.guild or 0, caller.person or 0


def in_turn(
    queue: Iterable[Waiter], group: Callable[[Request], str], used: Callable[[str], Counter[Who]]
) -> list[Waiter]:
    """Return those who still wait in the order of their turns; `used` has who used how much of a group's window.

    What the ledger is being asked for stands first. Each person's calls are ranked by how many he had before them, and
    then each guild's, in that order, by how many it had.
    """
    people: dict[str, Counter[Who]] = {}
    guilds: dict[str, Counter[int]] = {}
    ranks: list[tuple[bool, bool, int, int, Waiter]] = []
    for waiter in sorted(queue, key=lambda one: one.order):
        if waiter.gone:
            continue
        shared = group(waiter.request)
        if shared not in people:
            people[shared] = used(shared)
            guilds[shared] = Counter(guild for guild, _ in people[shared].elements())
        served = people[shared][waiter.who]
        ranks.append((not waiter.claimed, waiter.caller.bulk, served, waiter.order, waiter))
        people[shared][waiter.who] += 1
    turns: list[tuple[bool, bool, int, int, Waiter]] = []
    for place, (unclaimed, bulk, _, _, waiter) in enumerate(sorted(ranks)):
        served_guilds, guild = guilds[group(waiter.request)], waiter.who[0]
        turns.append((unclaimed, bulk, served_guilds[guild], place, waiter))
        served_guilds[guild] += 1
    return [waiter for *_, waiter in sorted(turns)]
