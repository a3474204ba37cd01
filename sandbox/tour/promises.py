"""What is promised, what was seen, and whether that is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.discord import Exchange

ACKNOWLEDGED_SECONDS = 3.0


@dataclass(frozen=True)
class Promise:
    """One named promise and its outcome; `expected` and `seen` are told when it was broken."""

    name: str
    kept: bool
    expected: str = ""
    seen: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a scene went."""

    title: str
    promises: tuple[Promise, ...]

    @property
    def kept(self) -> int:
        """How many promises were kept."""
        return sum(promise.kept for promise in self.promises)

    @property
    def all_kept(self) -> bool:
        """Whether none was broken. A scene that promised nothing proves nothing."""
        return bool(self.promises) and self.kept == len(self.promises)


def in_time(exchanges: Sequence[Exchange]) -> Promise:
    """Return the promise that each of these was acknowledged within Discord's 3 s."""
    times = [exchange.acknowledged_after for exchange in exchanges]
    slowest = max((seconds for seconds in times if seconds is not None), default=0.0)
    kept = bool(times) and None not in times and slowest < ACKNOWLEDGED_SECONDS
    name = (
        f"{len(times)} of {len(times)} interactions acknowledged within 3 s, the slowest after {1000 * slowest:.0f} ms"
    )
    return Promise(name, kept, "every one within 3 s", f"slowest {slowest:.2f} s, {times.count(None)} unanswered")
