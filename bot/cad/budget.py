"""The rate budget of one key: nobody sends before his turn, and whoever would wait too long is told so at once.

The queue is this process's own. What was sent is counted here, or in a ledger where several processes use the key.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, Final

from bot.cad.caller import AFTER_LIMITED
from bot.cad.pace import MINUTE, Pace
from bot.cad.queue import Waiter, in_turn, who
from bot.cad.windows import Window, earliest
from bot.errors import CadError, CadErrorKind, Sent, StorageError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable

    from bot.cad.caller import Caller
    from bot.cad.ledger import Counted, Ledger
    from bot.cad.pace import Bound, Rate
    from bot.cad.protocol import Request
    from bot.cad.queue import Who

log = logging.getLogger(__name__)

HALVED_FOR: Final = 600.0
"""Seconds of half a budget after a 429 that our own count does not explain: another program uses the key."""

LONGEST_COOL_DOWN: Final = 3600.0
"""Seconds after which an endpoint is tried again, whatever a 429 said."""

WORTH_TELLING: Final = 5.0
"""Seconds from which a wait is told."""

UNCOUNTED: Final = 5.0
"""Seconds for which nothing goes once the ledger failed: what can't be counted is not sent."""

BULK_YIELDS: Final = 0.1
"""Seconds by which bulk work lets the people of other processes go first when a place becomes free."""


class Budget:
    """Paces the calls of one key. `clock` is in seconds and only grows; `sleep` waits by the same clock.

    With a `ledger` the windows of the key are counted by every process of the deployment together, and what is here is
    a copy, renewed at every claim. A person's own windows are this process's alone: the CAD does not ask for them.
    """

    def __init__(
        self,
        rate: Rate = "documented",
        *,
        ledger: Ledger | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._pace = Pace(rate)
        self._ledger = ledger if rate != "unlimited" else None
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[Hashable, Window[Who]] = {}
        self._closed_until: dict[str, float] = {}
        self._halved_until: dict[str, float] = {}
        self._uncounted_until: dict[str, float] = {}
        self._claims: dict[str, asyncio.Task[Counted]] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._queue: list[Waiter] = []
        self._orders = itertools.count()
        self._wake: asyncio.Task[None] | None = None
        self._swept = clock()

    @property
    def shared_key(self) -> bool:
        """Whether another program seems to use the key: some endpoint was limited without our doing."""
        return any(until > self._clock() for until in self._halved_until.values())

    @property
    def pace(self) -> Pace:
        """How fast calls may go."""
        return self._pace

    @property
    def waiting(self) -> int:
        """How many calls are in the queue."""
        return len(self._queue)

    async def take(self, request: Request, caller: Caller, *, deadline: float | None = None) -> None:
        """Wait for the turn of a call, `deadline` seconds at most (default: the caller's).

        Raises CadError RATE_LIMITED, not sent, with the wait, as soon as the wait would be longer, and for people at
        once while the endpoint is closed by a 429 for more than 18 s. People go before bulk work; of them those of the
        guild that used least of the window, and in it whoever used least: so no guild and nobody in it holds more
        than his share while others wait. Where the ledger fails nothing is sent: it waits, and is refused in the end.
        """
        now = self._clock()
        self._sweep(now)
        if self._ledger is None and not self._queue and self._goes_at_once(request, caller, now):
            return
        limit = caller.deadline if deadline is None else deadline
        closed = self._closed_until.get(request.endpoint, now) - now
        if caller.interactive and closed > AFTER_LIMITED:
            raise _refusal(request, closed)
        waiter = Waiter(request, caller, now + limit, next(self._orders))
        self._queue.append(waiter)
        self._serve()
        try:
            news = await waiter.news
            if news is not None and caller.on_wait is not None:
                await caller.on_wait(*news)
            refusal = await waiter.turn
        except BaseException:
            self._leave(waiter)
            raise
        if refusal is not None:
            raise refusal

    def limited(self, request: Request, wait: float) -> None:
        """Stay away from an endpoint that answered 429, for `wait` seconds (an hour at most).

        Other processes hear of it beside; a ledger that fails keeps it from them, and is logged.
        """
        now = self._clock()
        wait = min(wait, LONGEST_COOL_DOWN)
        _prolong(self._closed_until, request.endpoint, now + wait)
        bound = self._pace.bound(request)
        if self._ledger is not None and bound is not None:
            self._do_beside(self._share(self._ledger, request, bound, wait))
        elif not self._explained(request, now):
            _prolong(self._halved_until, self._pace.group(request), now + HALVED_FOR)
        self._serve()

    def _goes_at_once(self, request: Request, caller: Caller, now: float) -> bool:
        """Count a call that nothing holds up, without a place in the queue; whether it was one."""
        bounds = [(self._window(key, seconds), limit) for key, limit, seconds in self._bounds(request, caller, now)]
        if earliest(bounds, self._opens(request, now)) > now:
            return False
        for window, _ in bounds:
            window.add(now, who(caller))
        return True

    def _serve(self) -> None:
        """Go along the queue once: let go who may, refuse who would wait too long, plan the others behind them."""
        now = self._clock()
        plan: dict[Hashable, Window[Who]] = {}
        places: Counter[str] = Counter()
        left: list[Waiter] = []
        ready: defaultdict[str, list[Waiter]] = defaultdict(list)
        wake = float("inf")
        for waiter in in_turn(self._queue, self._pace.group, lambda group: self._used(group, now)):
            group = self._pace.group(waiter.request)
            at = self._plan(waiter, plan, now)
            if at > max(now, waiter.expires):
                waiter.decide(_refusal(waiter.request, at - now))
                continue
            if at <= now and self._ledger is None:
                self._let_go(waiter, now)
                continue
            left.append(waiter)
            places[group] += 1
            if at <= now:
                ready[group].append(waiter)
                continue
            wake = min(wake, at)
            if at - now > WORTH_TELLING:
                waiter.tell(places[group], at - now)
        self._queue = left
        self._claim(ready)
        self._wake_at(wake)

    def _plan(self, waiter: Waiter, plan: dict[Hashable, Window[Who]], now: float) -> float:
        """Return when a call may go, and count it in the plan."""
        bounds = [
            (plan.setdefault(key, self._window(key, seconds).copy()), limit)
            for key, limit, seconds in self._bounds(waiter.request, waiter.caller, now)
        ]
        at = now if waiter.claimed else earliest(bounds, self._opens(waiter.request, now))
        if at > now and waiter.caller.bulk and self._ledger is not None:
            at += BULK_YIELDS
        if at <= max(now, waiter.expires):
            for window, _ in bounds:
                window.add(at, waiter.who)
        return at

    def _used(self, group: str, now: float) -> Counter[Who]:
        """Return how much of a group's window each person used."""
        window = self._windows.get(group) or Window(MINUTE)
        window.forget(now)
        return Counter(window.users())

    def _opens(self, request: Request, now: float) -> float:
        """Return when an endpoint may be called again after its last 429, and can be counted again."""
        counted = self._uncounted_until.get(self._pace.group(request), now)
        return max(now, counted, self._closed_until.get(request.endpoint, now))

    def _bounds(self, request: Request, caller: Caller, now: float) -> Iterable[tuple[Hashable, int, float]]:
        """Yield every window that a call must fit in: its key, how many fit, and its seconds."""
        bound, group = self._pace.bound(request), self._pace.group(request)
        if bound is not None:
            halved = self._halved_until.get(group, now) > now
            yield group, bound.halved if halved else bound.limit, bound.seconds
        own = self._pace.own(request, caller)
        if own is not None:
            yield (caller.person, request.write), own, MINUTE

    def _window(self, key: Hashable, seconds: float) -> Window[Who]:
        return self._windows.setdefault(key, Window(seconds))

    def _explained(self, request: Request, now: float) -> bool:
        """Whether our own calls explain a 429, or nothing is documented that they could be compared with."""
        if request.limit is None or self._pace.rate == "unlimited":
            return True
        window = self._window(self._pace.group(request), MINUTE)
        window.forget(now)
        return len(window) >= self._pace.share(request.limit)

    def _let_go(self, waiter: Waiter, now: float) -> None:
        waiter.went_at = now
        waiter.used = tuple(key for key, *_ in self._bounds(waiter.request, waiter.caller, now))
        for key in waiter.used:
            self._windows[key].add(now, waiter.who)
        waiter.decide(None)

    def _leave(self, waiter: Waiter) -> None:
        """Take a cancelled call out of the queue, and give back a turn that it got but never used."""
        if waiter in self._queue:
            self._queue.remove(waiter)
        elif waiter.went_at is not None:
            for key in waiter.used:
                self._windows[key].discard(waiter.went_at, waiter.who)
            self._give_back(waiter.number)
        self._serve()

    def _claim(self, ready: dict[str, list[Waiter]]) -> None:
        """Ask the ledger for those whose turn it is here: for one endpoint of a group at a time, to keep the order."""
        for group, waiters in ready.items():
            first = waiters[0].request
            bound = self._pace.bound(first)
            if self._ledger is None or bound is None or group in self._claims:
                continue
            other = (place for place, one in enumerate(waiters) if one.request.endpoint != first.endpoint)
            batch = waiters[: next(other, None)]
            for waiter in batch:
                waiter.claimed = True
            people = tuple(waiter.who[1] for waiter in batch)
            self._claims[group] = asyncio.create_task(self._count(self._ledger, first, bound, people))
            self._claims[group].add_done_callback(partial(self._answered, group, batch, bound))

    async def _count(self, ledger: Ledger, request: Request, bound: Bound, people: Iterable[int] = ()) -> Counted:
        return await ledger.count(
            self._pace.group(request),
            request.endpoint,
            tuple(people),
            limit=bound.limit,
            halved=bound.halved,
            seconds=bound.seconds,
        )

    def _answered(self, group: str, batch: list[Waiter], bound: Bound, claim: asyncio.Task[Counted]) -> None:
        """Take up what the ledger said of a claim: let go who was counted, plan the others anew."""
        del self._claims[group]
        for waiter in batch:
            waiter.claimed = False
        if claim.cancelled():  # the loop is closing
            return
        error = claim.exception()
        if isinstance(error, StorageError):
            log.warning("the budget of the CAD can't be counted, nothing is sent for %s s: %s", UNCOUNTED, error.key)
            self._uncounted_until[group] = self._clock() + UNCOUNTED
        elif error is not None:
            for waiter in batch:
                waiter.fail(error)
            self._queue = [waiter for waiter in self._queue if waiter not in batch]
        else:
            self._take_up(batch, bound, claim.result())
        self._serve()

    def _take_up(self, batch: list[Waiter], bound: Bound, counted: Counted) -> None:
        now = self._clock()
        self._copy(batch[0].request, bound, counted, now)
        for waiter, number in itertools.zip_longest(batch, counted.granted):
            if waiter.gone or waiter not in self._queue:
                self._give_back(number)
            elif number is not None:
                self._queue.remove(waiter)
                waiter.number = number
                self._let_go(waiter, now)
            elif waiter.caller.interactive and counted.closed > AFTER_LIMITED:
                self._queue.remove(waiter)
                waiter.decide(_refusal(waiter.request, counted.closed))

    def _copy(self, request: Request, bound: Bound, counted: Counted, now: float) -> None:
        """Make the window here what the ledger holds. Whose guild a person is, only his own process knows."""
        group = self._pace.group(request)
        known = {person: guild for guild, person in self._window(group, bound.seconds).users()}
        moments = [(now - age, (known.get(person, 0), person)) for age, person in counted.earlier]
        self._windows[group] = Window(bound.seconds, moments)
        _prolong(self._closed_until, request.endpoint, now + counted.closed)
        _prolong(self._halved_until, group, now + counted.halved)

    async def _share(self, ledger: Ledger, request: Request, bound: Bound, wait: float) -> None:
        """Let the other processes know of a 429, and find out whether all of us together explain it."""
        group = self._pace.group(request)
        try:
            counted = await self._count(ledger, request, bound)
            self._copy(request, bound, counted, self._clock())
            halved = 0.0 if self._explained(request, self._clock()) else HALVED_FOR
            _prolong(self._halved_until, group, self._clock() + halved)
            await ledger.close(group, request.endpoint, closed=wait, halved=halved)
        except StorageError as error:
            log.warning("other processes do not hear that the CAD is limited: %s", error.key)
        self._serve()

    def _give_back(self, number: int | None) -> None:
        if number is not None and self._ledger is not None:
            self._do_beside(self._uncount(self._ledger, number))

    async def _uncount(self, ledger: Ledger, number: int) -> None:
        try:
            await ledger.give_back(number)
        except StorageError as error:
            log.warning("a call that was not made stays counted: %s", error.key)

    def _do_beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _wake_at(self, at: float) -> None:
        if self._wake is not None:
            self._wake.cancel()
        self._wake = asyncio.create_task(self._serve_at(at)) if at < float("inf") else None

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
        for ends in (self._closed_until, self._halved_until, self._uncounted_until):
            for name in [name for name, until in ends.items() if until <= now]:
                del ends[name]


def _prolong(ends: dict[str, float], name: str, until: float) -> None:
    """Let something end then; never earlier than was said before."""
    ends[name] = max(until, ends.get(name, until))


def _refusal(request: Request, wait: float) -> CadError:
    return CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, endpoint=request.endpoint, wait=wait)
