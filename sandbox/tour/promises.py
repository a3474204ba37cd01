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
    on_time = [seconds for seconds in times if seconds is not None and seconds < ACKNOWLEDGED_SECONDS]
    slowest = f"the slowest after {1000 * max(on_time, default=0.0):.0f} ms"
    seen = f"{len(on_time)} of {len(times)} interactions acknowledged within 3 s"
    return Promise(f"{seen}, {slowest}", bool(times) and len(on_time) == len(times), "every one within 3 s", seen)
