"""The rate budget of one key: nobody sends before his turn, and whoever would wait too long is told so at once.

v1 allows one call a second for the key (cad-api.md 3.1), v2 documents calls a minute for each endpoint (2.3). Both are
sliding windows: a refilled bucket would let nearly twice as many through in its first minute.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from bot.cad.caller import AFTER_LIMITED
from bot.cad.windows import Window
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Iterable

    from bot.cad.caller import Caller
    from bot.cad.protocol import Request

Rate = Literal["documented", "unlimited"] | int
"""`documented`, `unlimited`, or calls a minute for each endpoint."""

MINUTE: Final = 60.0
V1_BURST: Final = 5
"""Calls in any 5 seconds: one a second sustained."""

SHARE: Final = 0.9
"""Of the documented limit, what one process takes."""

HALVED_FOR: Final = 600.0
"""Seconds of half a budget after a 429 that our own count does not explain: another program uses the key."""

LONGEST_COOL_DOWN: Final = 3600.0
"""Seconds after which an endpoint is tried again, whatever a 429 said."""

WRITES, READS, STAFF = 5, 10, 30
"""Calls a minute of one person; staff have the last of each kind."""

WORTH_TELLING: Final = 5.0
"""Seconds from which a wait is told."""


@dataclass(slots=True, eq=False)
class _Waiter:
    """A call in the line. Its `turn` is None when it may go, else the refusal."""

    request: Request
    caller: Caller
    expires: float
    order: int
    turn: asyncio.Future[CadError | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    news: tuple[int, float] | None = None
    went_at: float = 0.0
    used: tuple[Hashable, ...] = ()

    @property
    def person(self) -> int:
        return self.caller.person or 0


class Budget:
    """Paces the calls of one key. `clock` is in seconds and only grows; `sleep` waits by the same clock."""

    def __init__(
        self,
        rate: Rate = "documented",
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[Hashable, Window] = {}
        self._closed_until: dict[str, float] = {}
        self._halved_until: dict[str, float] = {}
        self._line: list[_Waiter] = []
        self._orders = itertools.count()
        self._wake: asyncio.Task[None] | None = None
        self._swept = clock()

    @property
    def shared_key(self) -> bool:
        """Whether another program seems to use the key: some endpoint was limited without our doing."""
        return any(until > self._clock() for until in self._halved_until.values())

    @property
    def waiting(self) -> int:
        """How many calls are in the line."""
        return len(self._line)

    async def take(self, request: Request, caller: Caller, *, deadline: float | None = None) -> None:
        """Wait for the turn of a call, `deadline` seconds at most (default: the caller's).

        Raises CadError RATE_LIMITED, not sent, with the wait, as soon as the wait would be longer, and for people at
        once while the endpoint is closed by a 429 for more than 18 s. People go before bulk work, and of them whoever
        used least of the window: so nobody holds more of it than his share while others wait.
        """
        now = self._clock()
        self._sweep(now)
        if not self._line and self._goes_at_once(request, caller, now):
            return
        limit = caller.deadline if deadline is None else deadline
        closed = self._closed_until.get(request.endpoint, now) - now
        if caller.interactive and closed > AFTER_LIMITED:
            raise _refusal(request, closed)
        waiter = _Waiter(request, caller, now + limit, next(self._orders))
        self._line.append(waiter)
        self._serve()
        try:
            if waiter.news is not None and caller.on_wait is not None:
                await caller.on_wait(*waiter.news)
            refusal = await waiter.turn
        except BaseException:
            self._leave(waiter)
            raise
        if refusal is not None:
            raise refusal

    def limited(self, request: Request, wait: float) -> None:
        """Stay away from an endpoint that answered 429, for `wait` seconds (an hour at most)."""
        now = self._clock()
        until = now + min(wait, LONGEST_COOL_DOWN)
        self._closed_until[request.endpoint] = max(until, self._closed_until.get(request.endpoint, 0.0))
        if request.limit is not None and self._rate != "unlimited":
            window = self._windows.get(request.endpoint) or Window(MINUTE)
            window.forget(now)
            if len(window) < int(request.limit * SHARE):
                self._halved_until[request.endpoint] = now + HALVED_FOR
        self._serve()

    def _goes_at_once(self, request: Request, caller: Caller, now: float) -> bool:
        """Count a call that nothing holds up, without a place in the line; whether it was one."""
        bounds = [(self._window(key, seconds), limit) for key, limit, seconds in self._bounds(request, caller, now)]
        if _earliest(bounds, self._opens(request, now)) > now:
            return False
        for window, _ in bounds:
            window.add(now, caller.person or 0)
        return True

    def _serve(self) -> None:
        """Go along the line once: let go who may, refuse who would wait too long, plan the others behind them."""
        now = self._clock()
        plan: dict[Hashable, Window] = {}
        places: Counter[Hashable] = Counter()
        left: list[_Waiter] = []
        wake = float("inf")
        for waiter in self._by_turn(now):
            bounds = [
                (plan.setdefault(key, self._window(key, seconds).copy()), limit)
                for key, limit, seconds in self._bounds(waiter.request, waiter.caller, now)
            ]
            at = _earliest(bounds, self._opens(waiter.request, now))
            if at > max(now, waiter.expires):
                waiter.turn.set_result(_refusal(waiter.request, at - now))
                continue
            for window, _ in bounds:
                window.add(at, waiter.person)
            if at <= now:
                self._let_go(waiter, now)
                continue
            left.append(waiter)
            wake = min(wake, at)
            group = self._group(waiter.request)
            places[group] += 1
            if at - now > WORTH_TELLING:
                waiter.news = places[group], at - now
        self._line = left
        self._wake_at(wake)

    def _by_turn(self, now: float) -> Iterable[_Waiter]:
        """Return the line in the order of turns: people before bulk, the least served first, then as they came."""
        used: dict[Hashable, Counter[int]] = {}
        ranks: list[tuple[bool, int, int, _Waiter]] = []
        for waiter in sorted(self._line, key=lambda waiter: waiter.order):
            if waiter.turn.cancelled():
                continue
            group = self._group(waiter.request)
            if group not in used:
                window = self._windows.get(group) or Window(MINUTE)
                window.forget(now)
                used[group] = window.users()
            ranks.append((waiter.caller.bulk, used[group][waiter.person], waiter.order, waiter))
            used[group][waiter.person] += 1
        return [waiter for *_, waiter in sorted(ranks)]

    def _group(self, request: Request) -> Hashable:
        """Return what shares a window: v1's endpoints share one, unless a number for each endpoint is set."""
        return None if request.limit is None and self._rate == "documented" else request.endpoint

    def _opens(self, request: Request, now: float) -> float:
        """Return when an endpoint may be called again after its last 429."""
        return max(now, self._closed_until.get(request.endpoint, now))

    def _bounds(self, request: Request, caller: Caller, now: float) -> Iterable[tuple[Hashable, int, float]]:
        """Yield every window that a call must fit in: its key, how many fit, and its seconds."""
        if self._rate == "unlimited":
            return
        if self._rate == "documented" and request.limit is None:
            yield self._group(request), V1_BURST, float(V1_BURST)
        else:
            limit = int((request.limit or 0) * SHARE) if self._rate == "documented" else self._rate
            halved = self._halved_until.get(request.endpoint, now) > now
            yield self._group(request), max(1, limit // 2 if halved else limit), MINUTE
        if caller.person is not None and not caller.bulk:
            own = WRITES if request.write else READS
            yield (caller.person, request.write), STAFF if caller.staff else own, MINUTE

    def _window(self, key: Hashable, seconds: float) -> Window:
        return self._windows.setdefault(key, Window(seconds))

    def _let_go(self, waiter: _Waiter, now: float) -> None:
        waiter.went_at = now
        waiter.used = tuple(key for key, *_ in self._bounds(waiter.request, waiter.caller, now))
        for key in waiter.used:
            self._windows[key].add(now, waiter.person)
        waiter.turn.set_result(None)

    def _leave(self, waiter: _Waiter) -> None:
        """Take a cancelled call out of the line, and give back a turn that it got but never used."""
        if waiter in self._line:
            self._line.remove(waiter)
        elif not waiter.turn.cancelled() and waiter.turn.result() is None:
            for key in waiter.used:
                self._windows[key].discard(waiter.went_at, waiter.person)
        self._serve()

    def _wake_at(self, at: float) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = asyncio.create_task(self._serve_at(at)) if self._line else None

    async def _serve_at(self, at: float) -> None:
        await self._sleep(max(0.0, at - self._clock()))
        self._wake = None
        self._serve()

    def _sweep(self, now: float) -> None:
        """Forget, once a minute, who and what is idle."""
        if now - self._swept < MINUTE:
            return
        self._swept = now
        for window in self._windows.values():
            window.forget(now)
        self._windows = {key: window for key, window in self._windows.items() if len(window)}
        self._closed_until = {name: until for name, until in self._closed_until.items() if until > now}
        self._halved_until = {name: until for name, until in self._halved_until.items() if until > now}


def _earliest(bounds: list[tuple[Window, int]], at: float) -> float:
    """Return the first moment, from `at` on, that fits in every window."""
    while True:
        fits = at
        for window, limit in bounds:
            fits = window.earliest(fits, limit)
        if fits == at:
            return at
        at = fits


def _refusal(request: Request, wait: float) -> CadError:
    return CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, endpoint=request.endpoint, wait=wait)
