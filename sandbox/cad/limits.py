"""The documented rate limits: v2 per endpoint in any 60 seconds, v1 one call a second with a burst (3.1)."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW_SECONDS = 60.0


class Limits:
    """Counts the calls let through. `clock` gives monotonic seconds, `burst` is v1's (undocumented, a guess)."""

    def __init__(self, clock: Callable[[], float], *, burst: int = 5) -> None:
        self._clock = clock
        self._burst = burst
        self._calls: defaultdict[str, deque[float]] = defaultdict(deque)
        self._tokens = float(burst)
        self._refilled = clock()

    def wait(self, endpoint: str, per_minute: int | None) -> float:
        """Count a call and return 0, or return the seconds until one is allowed again (not counted then).

        `per_minute` is None for v1, whose one bucket holds for all endpoints.
        """
        return self._one_a_second() if per_minute is None else self._window(endpoint, per_minute)

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()
        self._tokens = float(self._burst)

    def _one_a_second(self) -> float:
        now = self._clock()
        self._tokens = min(float(self._burst), self._tokens + now - self._refilled)
        self._refilled = now
        if self._tokens < 1:
            return 1 - self._tokens
        self._tokens -= 1
        return 0.0

    def _window(self, endpoint: str, per_minute: int) -> float:
        now, calls = self._clock(), self._calls[endpoint]
        while calls and calls[0] <= now - WINDOW_SECONDS:
            calls.popleft()
        if len(calls) >= per_minute:
            return calls[0] + WINDOW_SECONDS - now
        calls.append(now)
        return 0.0
