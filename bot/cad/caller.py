"""Who makes a call, for the budget: each person has a share, and people come before bulk work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

DEADLINE = 15.0
"""Seconds that a person's call may wait for the budget before it is refused with the wait."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `person` is a Discord user id, None for the bot itself, which has no limits of a person.

    `bulk` work waits behind everybody and has no limits of a person either. `deadline` is in seconds, for all waiting
    of one call together. `on_wait(place, seconds)` is awaited when the call joins the line and its turn is over 5 s
    away; what it raises, the call raises.
    """

    person: int | None = None
    staff: bool = False
    bulk: bool = False
    deadline: float = DEADLINE
    on_wait: Callable[[int, float], Awaitable[None]] | None = None
