"""A sliding window: when one more call fits, given those that were made or are promised."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter


class Window:
    """Moments of the last `seconds`, each with who used it. How many may be in it is the asker's to say."""

    __slots__ = ("_moments", "seconds")

    def __init__(self, seconds: float, moments: list[tuple[float, int]] | None = None) -> None:
        self.seconds = seconds
        self._moments = moments or []

    def __len__(self) -> int:
        return len(self._moments)

    def copy(self) -> Window:
        """Return a window to plan in, without changing this one."""
        return Window(self.seconds, self._moments.copy())

    def forget(self, now: float) -> None:
        """Drop what no longer counts at `now`."""
        del self._moments[: self._until(now - self.seconds)]

    def add(self, at: float, who: int) -> None:
        """Count a call at that moment, which may be ahead."""
        insort(self._moments, (at, who))

    def discard(self, at: float, who: int) -> None:
        """Take back one such call."""
        self._moments.remove((at, who))

    def earliest(self, at: float, limit: int) -> float:
        """Return the first moment, from `at` on, when fewer than `limit` are in the window."""
        while True:
            known = self._until(at)
            if known < limit:
                return at
            free = self._moments[known - limit][0] + self.seconds
            if free <= at:
                return at
            at = free

    def users(self) -> Counter[int]:
        """Return how many moments each has."""
        return Counter(who for _, who in self._moments)

    def _until(self, at: float) -> int:
        return bisect_right(self._moments, at, key=lambda moment: moment[0])
