"""Who makes a call, for the budget: each person has a share, and people come before bulk work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DEADLINE = 120.0
"""Seconds that a person's call may wait for its turn in the budget; a longer wait is refused, and told."""

AFTER_LIMITED = 18.0
"""Seconds that an interactive call may wait after the CAD's own 429; a longer wait is told instead."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `person` is a Discord user id, None for the bot itself, which has no limits of a person.

    `guild` is where he asks: guilds of one community take turns. `bulk` work waits behind everybody and has no limits
    of a person either. `deadline` is in seconds, for all waiting of one call together. `on_wait(place, seconds)` is
    awaited once for each turn, as soon as that is known to be over 5 s away; what it raises, the call raises. `on_send`
    is awaited right before a write goes out, once for each try; what it raises, the call raises, and nothing is sent.
    """

    person: int | None = None
    guild: int | None = None
    staff: bool = False
    bulk: bool = False
    deadline: float = DEADLINE
    on_wait: Callable[[int, float], Awaitable[None]] | None = None
    on_send: Callable[[], Awaitable[None]] | None = None

    @property
    def interactive(self) -> bool:
        """Whether somebody sits before his screen and waits."""
        return self.person is not None and not self.bulk
