"""How often one person may hear "not linked" or "not verified": never enough to guess, or to get us blocked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from bot.cad.windows import Window
from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cad.caller import Caller

_SECONDS: Final = {CadErrorKind.NOT_LINKED: 60.0, CadErrorKind.NOT_VERIFIED: 3600.0}

NOT_LINKED, NOT_LINKED_STAFF = 5, 30
"""In a minute; staff look up others."""

NOT_VERIFIED = 5
"""In an hour, for everybody: these are guesses at an account's secret."""


class Refusals:
    """Counts them for one key. Bulk work and the bot itself are not counted: nobody types there.

    `clock` is in seconds and only grows.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[int, CadErrorKind], Window] = {}

    def check(self, endpoint: str, caller: Caller, kind: CadErrorKind) -> None:
        """Raise CadError RATE_LIMITED, not sent, with the wait, where the person heard it too often."""
        now = self._clock()
        window = self._windows.get((caller.person or 0, kind))
        if window is None or caller.bulk:
            return
        limit = NOT_VERIFIED if kind is CadErrorKind.NOT_VERIFIED else NOT_LINKED
        if kind is CadErrorKind.NOT_LINKED and caller.staff:
            limit = NOT_LINKED_STAFF
        wait = window.earliest(now, limit) - now
        if wait > 0:
            raise CadError(CadErrorKind.RATE_LIMITED, sent=Sent.NO, endpoint=endpoint, wait=wait)

    def heard(self, caller: Caller, kind: CadErrorKind) -> None:
        """Count an answer; other kinds than the two are not counted."""
        if caller.person is None or caller.bulk or kind not in _SECONDS:
            return
        now = self._clock()
        self._windows.setdefault((caller.person, kind), Window(_SECONDS[kind])).add(now, caller.person)
        for window in self._windows.values():
            window.forget(now)
        self._windows = {key: window for key, window in self._windows.items() if len(window)}
