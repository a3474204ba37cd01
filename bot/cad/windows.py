"""A sliding window: when one more call fits, given those that were made or are promised."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

W = TypeVar("W")


class Window(Generic[W]):
    """Moments of the last `seconds`, each with who used it. How many may be in it is the asker's to say."""

    __slots__ = ("_moments", "seconds")

    def __init__(self, seconds: float, moments: Iterable[tuple[float, W]] = ()) -> None:
        self.seconds = seconds
        self._moments = sorted(moments, key=_at)

    def __len__(self) -> int:
        return len(self._moments)

    def copy(self) -> Window[W]:
        """Return a window to plan in, without changing this one."""
        return Window(self.seconds, self._moments)

    def forget(self, now: float) -> None:
        """Drop what no longer counts at `now`."""
        del self._moments[: self._until(now - self.seconds)]

    def add(self, at: float, who: W) -> None:
        """Count a call at that moment, which may be ahead."""
        insort(self._moments, (at, who), key=_at)

    def discard(self, at: float, who: W) -> None:
        """Take back one such call, where it still counts."""
        if (at, who) in self._moments:
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

    def users(self) -> Iterator[W]:
        """Yield who used each moment."""
        return (who for _, who in self._moments)

    def _until(self, at: float) -> int:
        return bisect_right(self._moments, at, key=_at)


def earliest(bounds: Sequence[tuple[Window[W], int]], at: float) -> float:
    """Return the first moment, from `at` on, that fits in every window with its limit."""
    while True:
        fits = at
        for window, limit in bounds:
            fits = window.earliest(fits, limit)
        if fits == at:
            return at
        at = fits


def _at(moment: tuple[float, W]) -> float:
    return moment[0]
