"""How fast: which calls share a window, and how many fit into it.

v1 allows one call a second for the key (cad-api.md 3.1), v2 documents calls a minute for each endpoint (2.3). Both are
sliding windows: a refilled bucket would let nearly twice as many through in its first minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from bot.cad.caller import Caller
    from bot.cad.protocol import Request

Rate = Literal["documented", "unlimited"] | int
"""`documented`, `unlimited`, or calls a minute for each endpoint."""

MINUTE: Final = 60.0
V1_BURST: Final = 5
"""Calls in any 5 seconds: one a second sustained."""

SHARE: Final = 0.9
"""Of the documented limit, what a deployment takes."""

WRITES, READS, STAFF = 5, 10, 30
"""Calls a minute of one person; staff have the last of each kind."""

ALL: Final = ""
"""The group of every endpoint of v1."""


@dataclass(frozen=True, slots=True)
class Bound:
    """`limit` calls fit into any `seconds`; `halved` while another program seems to use the key."""

    limit: int
    halved: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Pace:
    """What a rate means for a call."""

    rate: Rate

    def group(self, request: Request) -> str:
        """Return what shares a window: v1's endpoints share one, unless a number for each endpoint is set."""
        return ALL if request.limit is None and self.rate == "documented" else request.endpoint

    def bound(self, request: Request) -> Bound | None:
        """Return what holds for the key, None where nothing does."""
        if self.rate == "unlimited":
            return None
        if self.rate != "documented":
            return Bound(self.rate, max(1, self.rate // 2), MINUTE)
        if request.limit is None:
            return Bound(V1_BURST, V1_BURST, float(V1_BURST))
        limit = self.share(request.limit)
        return Bound(limit, max(1, limit // 2), MINUTE)

    def share(self, documented: int) -> int:
        """Return how many of the documented calls are ours to make."""
        return max(1, int(documented * SHARE))

    def own(self, request: Request, caller: Caller) -> int | None:
        """Return how many such calls a minute one person has, None where nobody types."""
        if self.rate == "unlimited" or caller.person is None or caller.bulk:
            return None
        if caller.staff:
            return STAFF
        return WRITES if request.write else READS
