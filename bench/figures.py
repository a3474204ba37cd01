"""Numbers: percentiles of samples, one value a round, and whether a bar is met.

A figure is judged by the median of what each round alone gives: what disturbs one round then disturbs one value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the smallest sample that at least `share` (over 0, up to 1) of all are not above (nearest rank).

    Raises ValueError without samples, and for another share.
    """
    if not samples or not 0 < share <= 1:
        raise ValueError(f"no percentile {share} of {len(samples)} samples")
    return sorted(samples)[math.ceil(share * len(samples)) - 1]


@dataclass(frozen=True, slots=True)
class Bar:
    """What must hold: at most `limit`, or at least that much."""

    limit: float
    least: bool = False

    def met(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.limit if self.least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.least else '≤'} {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: the bot's value in each round and, round by round, what it is compared with.

    A bar is for the ratio of the two, and for the bot's own value where there is nothing to compare with. `note` says
    what one has to know to read it.
    """

    name: str
    unit: str
    bot: tuple[float, ...]
    against: str = ""
    other: tuple[float, ...] = ()
    bar: Bar | None = None
    note: str = ""

    @property
    def ratios(self) -> tuple[float, ...]:
        """The bot's value over the other's, in each round."""
        return tuple(ours / theirs for ours, theirs in zip(self.bot, self.other, strict=True)) if self.other else ()

    @property
    def judged(self) -> float:
        """The value that the bar is for: the median over the rounds."""
        return median(self.ratios or self.bot)

    @property
    def met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        return None if self.bar is None else self.bar.met(self.judged)
