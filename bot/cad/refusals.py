"""How often one person may hear a no that he causes himself: never enough to guess, or to get us blocked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.cad.windows import Window
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.cad.caller import Caller


@dataclass(frozen=True, slots=True)
class Limit:
    """How many times in how many seconds, for a player and for staff."""

    times: int
    staff: int
    seconds: float


LIMITS: Final[Mapping[CadErrorKind, Limit]] = {
    CadErrorKind.NOT_LINKED: Limit(5, 30, 60.0),  # staff look up others
    CadErrorKind.REJECTED: Limit(5, 30, 60.0),  # what was typed does not please the CAD
    CadErrorKind.NOT_VERIFIED: Limit(5, 5, 3600.0),  # guesses at an account's secret
}


class Refusals:
    """Counts them for one key. Bulk work and the bot itself are not counted: nobody types there.

    `clock` is in seconds and only grows.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[int, CadErrorKind], Window[int]] = {}

    def check(self, endpoint: str, caller: Caller, kind: CadErrorKind) -> None:
        """Raise CadError RATE_LIMITED, not sent, with the wait, where the person heard it too often."""
        now = self._clock()
        window = self._windows.get((caller.person or 0, kind))
        if window is None or caller.bulk:
            return
        limit = LIMITS[kind]
        wait = window.earliest(now, limit.staff if caller.staff else limit.times) - now
        if wait > 0:
            raise CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, endpoint=endpoint, wait=wait)

    def heard(self, caller: Caller, kind: CadErrorKind) -> None:
        """Count an answer; kinds without a limit are not counted."""
        if caller.person is None or caller.bulk or kind not in LIMITS:
            return
        now = self._clock()
        self._windows.setdefault((caller.person, kind), Window(LIMITS[kind].seconds)).add(now, caller.person)
        for window in self._windows.values():
            window.forget(now)
        self._windows = {key: window for key, window in self._windows.items() if len(window)}
