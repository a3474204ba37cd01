"""What was read from the CAD, for a while; identical reads at the same time share one call.

A read that was under way when its subject changed is given to those who asked before, and never kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from bot.errors import CadError, CadErrorKind

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterator

K = TypeVar("K", bound="Hashable")
V = TypeVar("V")


@dataclass(slots=True, eq=False)
class _Flight(Generic[V]):
    """A read under way, and how many wait for it."""

    task: asyncio.Task[V]
    waiting: int = 0


class ReadCache(Generic[K, V]):
    """One kind of read. Holds at most `size` results, fresh for `ttl` seconds by `clock`."""

    def __init__(self, *, ttl: float, size: int, clock: Callable[[], float]) -> None:
        self._ttl = ttl
        self._size = size
        self._clock = clock
        self._kept: OrderedDict[K, tuple[V, float]] = OrderedDict()
        self._flights: dict[tuple[K, bool], _Flight[V]] = {}

    async def get(
        self,
        key: K,
        load: Callable[[], Coroutine[None, None, V]],
        *,
        fresh: bool = False,
        bulk: bool = False,
    ) -> V:
        """Return what is kept and not too old, else what `load` gives, which is kept.

        `fresh` passes over what is kept; it still joins a read under way. Bulk reads, which may wait long, are only
        joined by bulk reads. Raises what `load` raises; a refusal for another person's budget is not passed on.
        """
        if not fresh and (kept := self.peek(key, max_age=self._ttl)) is not None:
            return kept[0]
        name = (key, bulk)
        while (flight := self._flights.get(name)) is not None:
            try:
                return await self._join(name, flight)
            except CadError as error:
                if not _of_the_leader(error):
                    raise
        own = self._flights[name] = _Flight(asyncio.create_task(load()))
        own.task.add_done_callback(lambda _: self._landed(name, own))
        return await self._join(name, own)

    def peek(self, key: K, *, max_age: float | None = None) -> tuple[V, float] | None:
        """Return what is kept with its age in seconds, unless it is older than `max_age`."""
        if key not in self._kept:
            return None
        value, stored = self._kept[key]
        age = self._clock() - stored
        if max_age is not None and age >= max_age:
            return None
        self._kept.move_to_end(key)
        return value, age

    def drop(self, key: K) -> None:
        """Forget one result, and keep none of the reads of it that are under way."""
        self._kept.pop(key, None)
        for flight in [name for name in self._flights if name[0] == key]:
            del self._flights[flight]

    def ground(self) -> None:
        """Keep nothing of any read that is under way."""
        self._flights.clear()

    def update(self, key: K, change: Callable[[V], V]) -> None:
        """Change what is kept, if anything is; its age stays. Reads under way are not kept."""
        kept = self._kept.get(key)
        self.drop(key)
        if kept is not None:
            self._kept[key] = change(kept[0]), kept[1]

    def items(self) -> Iterator[tuple[K, V]]:
        """Yield everything kept, however old; it may be changed meanwhile."""
        return iter([(key, value) for key, (value, _) in self._kept.items()])

    async def _join(self, name: tuple[K, bool], flight: _Flight[V]) -> V:
        """Wait for a shared read; it is called off when the last one who waits is."""
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting and not flight.task.done():
                flight.task.cancel()
                self._leave(name, flight)

    def _landed(self, name: tuple[K, bool], flight: _Flight[V]) -> None:
        """Keep the result, unless the flight was grounded meanwhile."""
        current = self._leave(name, flight)
        if flight.task.cancelled() or flight.task.exception() is not None or not current:
            return
        self._kept[name[0]] = flight.task.result(), self._clock()
        self._kept.move_to_end(name[0])
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)

    def _leave(self, name: tuple[K, bool], flight: _Flight[V]) -> bool:
        """Take a read out of those that can be joined; whether it still was one."""
        current = self._flights.get(name) is flight
        if current:
            del self._flights[name]
        return current


def _of_the_leader(error: CadError) -> bool:
    """Whether our own budget refused the one who started the read, which says nothing about another."""
    return error.kind is CadErrorKind.RATE_LIMITED and error.status is None
