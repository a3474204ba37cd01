"""Stops calling a CAD that will refuse anyway: bad calls can get a community blocked (cad-api.md 1.6).

An open breaker lets one call through as a probe from time to time; a proof that the key works closes it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bot.errors import CadError, CadErrorKind, Sent

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE_KEY: Final = ""
"""The scope of an opening that stops every call of the key; any other scope is an endpoint's name."""

PROBE_AFTER: Final = 3600.0
"""Seconds between probes after a refusal of the key, the plan or our format."""

OUTAGE_PROBE_AFTER: Final = 30.0
"""Seconds between probes in an outage."""

FORMAT_ROW: Final = 5
OUTAGE_ROW, OUTAGE_SECONDS = 10, 30.0

_FATAL: Final = frozenset({CadErrorKind.AUTH, CadErrorKind.CONFIG})
_OUTAGE: Final = frozenset({CadErrorKind.SERVER, CadErrorKind.TIMEOUT, CadErrorKind.TRANSPORT})
_PROOF: Final = frozenset(
    {CadErrorKind.NOT_LINKED, CadErrorKind.NOT_FOUND, CadErrorKind.NOT_VERIFIED, CadErrorKind.UNIQUE},
)
_FORMAT: Final = frozenset({CadErrorKind.PROTOCOL, CadErrorKind.BAD_ENDPOINT})
"""Our own mistakes. REJECTED is not among them: a player's values cause it, and must not stop a community's calls."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why the calls of a key are paused, and for how many seconds the CAD has not served it."""

    kind: CadErrorKind
    seconds: float

    @property
    def outage(self) -> bool:
        """Whether the CAD does not answer at all; otherwise it refuses, and somebody has to do something."""
        return self.kind in _OUTAGE


@dataclass(frozen=True, slots=True)
class _Opening:
    kind: CadErrorKind
    since: float
    every: float
    probe_at: float


class Breaker:
    """The breaker of one key. `clock` is in seconds and only grows.

    `changed` is called when `trouble` begins, becomes another one or ends; it must not block.
    """

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, changed: Callable[[], object] = lambda: None
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._doubt: _Opening | None = None
        self._open: dict[str, _Opening] = {}
        self._rows: dict[str, int] = {}
        self._outage_since: float | None = None

    @property
    def trouble(self) -> Trouble | None:
        """What keeps the whole key from being served: until a call proves that it is over, also after a reset."""
        opening = self._open.get(WHOLE_KEY) or self._doubt
        return Trouble(opening.kind, self._clock() - opening.since) if opening is not None else None

    def check(self, endpoint: str) -> None:
        """Raise CadError PAUSED unless a call may go, perhaps as a probe. Changes nothing.

        Its `wait` is in seconds until the next probe, its parameter `cause` the kind that opened the breaker.
        """
        now = self._clock()
        for opening in self._openings(endpoint).values():
            if opening.probe_at > now:
                wait = opening.probe_at - now
                error = CadError(CadErrorKind.PAUSED, sent=Sent.NO, endpoint=endpoint, wait=wait)
                error.params["cause"] = opening.kind.value
                raise error

    def enter(self, endpoint: str) -> None:
        """Check, and take the probe if this call is one. To be called at the last moment before sending."""
        self.check(endpoint)
        for scope, opening in self._openings(endpoint).items():
            self._open[scope] = replace(opening, probe_at=self._clock() + opening.every)

    def succeeded(self, endpoint: str) -> None:
        """Close: the CAD took the key and the call."""
        over = self.trouble is not None
        self._open.pop(WHOLE_KEY, None)
        self._open.pop(endpoint, None)
        self._forget()
        if over:
            self._doubt = None
            self._changed()

    def failed(self, endpoint: str, error: CadError) -> None:
        """Count an error of a call that was let through, and open where it tells that more calls would fail."""
        kind = error.kind
        if kind in _PROOF:
            self.succeeded(endpoint)
        elif kind in _FATAL:
            self._trip(WHOLE_KEY, kind, PROBE_AFTER)
        elif kind is CadErrorKind.PLAN:
            self._trip(WHOLE_KEY if error.params.get("scope") == "api" else endpoint, kind, PROBE_AFTER)
        elif kind in _FORMAT:
            if self._count("format") >= FORMAT_ROW:
                self._trip(WHOLE_KEY, kind, PROBE_AFTER)
        elif kind in _OUTAGE:
            self._count_outage(kind)

    def reset(self) -> None:
        """Let calls go again: a key was saved, or somebody asked for a check. They tell whether the trouble is over."""
        self._doubt = self._open.get(WHOLE_KEY) or self._doubt
        self._open.clear()
        self._forget()

    def _forget(self) -> None:
        self._rows.clear()
        self._outage_since = None

    def _openings(self, endpoint: str) -> dict[str, _Opening]:
        return {scope: self._open[scope] for scope in (WHOLE_KEY, endpoint) if scope in self._open}

    def _trip(self, scope: str, kind: CadErrorKind, every: float) -> None:
        """Open; an outage never shortens what a refusal opened, and goes on as long as nothing else is the matter."""
        known = self._open.get(scope)
        if known is not None and known.every > every:
            return
        now = self._clock()
        before = known or (self._doubt if scope == WHOLE_KEY else None)
        same = before is not None and (before.kind is kind or {before.kind, kind} <= _OUTAGE)
        began = now if self._outage_since is None or kind not in _OUTAGE else self._outage_since
        self._open[scope] = _Opening(kind, before.since if before is not None and same else began, every, now + every)
        if scope == WHOLE_KEY:
            self._doubt = None
            if not same:
                self._changed()

    def _count(self, row: str) -> int:
        self._rows[row] = self._rows.get(row, 0) + 1
        return self._rows[row]

    def _count_outage(self, kind: CadErrorKind) -> None:
        """Open after a row of failures that lasted: ten at one moment may be one hiccup."""
        now = self._clock()
        if self._outage_since is None:
            self._outage_since = now
        if self._count("outage") >= OUTAGE_ROW and now - self._outage_since >= OUTAGE_SECONDS:
            self._trip(WHOLE_KEY, kind, OUTAGE_PROBE_AFTER)
