"""What can go wrong on request: which calls a fault meets, and what it answers instead of the CAD."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sandbox.cad.wire import HTML, JSON, Reply, as_json, text

if TYPE_CHECKING:
    from collections.abc import Mapping

ANY = "*"
OVERSIZED_BYTES = 6 * 1024 * 1024
PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1><p>Please try again later.</p>"


class FaultKind(StrEnum):
    """What happens to the call."""

    ERROR_500 = "500"  # an HTML page
    PLAIN_500 = "500-text"
    BAD_GATEWAY = "502"  # an HTML page
    UNAVAILABLE = "503"  # the gateway's JSON
    NOT_UTF8 = "503-not-utf8"  # an HTML page with a byte that is no UTF-8
    GATEWAY_TIMEOUT = "504"  # no body
    RATE_LIMITED = "429"  # `retry_after` in seconds, or a date, or none
    UNAUTHORIZED = "401"
    PAYMENT_REQUIRED = "402"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    CONFLICT = "409"
    REDIRECT = "307"  # to `location`, another host
    EMPTY = "empty"  # 200 without a body
    TRAP = "trap"  # 200 with the text for unknown paths
    HTML = "html"  # 200 with a maintenance page
    TRUNCATED = "truncated"  # 200 with half a JSON text
    WRONG_SHAPE = "wrong-shape"  # 200 with JSON that no page documents
    OVERSIZED = "oversized"  # 200 with 6 MiB
    HANG = "hang"  # no answer for `seconds`, or for ever
    DROP = "drop"  # the connection is cut


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, and the calls it meets: those of `endpoint`, the next `calls` of them (None: until cleared).

    `community` is the id of the one whose calls it meets; by default it meets those of all.
    `applied` says whether the CAD carries the call out before the fault strikes. A hang that ends (`seconds`) gives
    the true answer if the call was applied, and cuts the connection if not.
    """

    kind: FaultKind
    endpoint: str = ANY
    calls: int | None = 1
    applied: bool = False
    seconds: float | None = None
    retry_after: str | None = None
    location: str = "https://evil.example/"
    community: str = ANY

    def __post_init__(self) -> None:
        if self.calls is not None and self.calls < 1:
            raise ValueError("a fault meets at least one call")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("seconds can't be negative")

    @classmethod
    def parse(cls, data: Mapping[str, object]) -> Fault:
        """Return the fault that JSON describes by the names of the fields; raises ValueError, TypeError."""
        kinds = {
            "kind": str,
            "endpoint": str,
            "calls": int | None,
            "applied": bool,
            "seconds": int | float | None,
            "retry_after": str | None,
            "location": str,
            "community": str,
        }
        for name, value in data.items():
            if name not in kinds or not isinstance(value, kinds[name]):
                raise ValueError(f"{name} is unknown or not of its type")
        return cls(**{**data, "kind": FaultKind(data.get("kind"))})  # type: ignore[arg-type]  # checked just above


class Faults:
    """The faults that wait for their calls. The oldest one that matches is used up first."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int | None]] = []

    @property
    def waiting(self) -> list[Fault]:
        """The faults that still have calls to meet."""
        return [fault for fault, _ in self._waiting]

    def add(self, kind: FaultKind | str, endpoint: str = ANY, **more: object) -> Fault:
        """Queue a fault; `more` are the other fields of Fault."""
        fault = Fault(FaultKind(kind), endpoint, **more)  # type: ignore[arg-type]  # names checked by Fault itself
        self.queue(fault)
        return fault

    def queue(self, fault: Fault) -> None:
        """Queue a fault."""
        self._waiting.append((fault, fault.calls))

    def take(self, endpoint: str, community: str = "") -> Fault | None:
        """Return the fault that meets a call of `endpoint` for the community with that id, and count the call."""
        for index, (fault, left) in enumerate(self._waiting):
            if fault.endpoint not in {ANY, endpoint} or fault.community not in {ANY, community}:
                continue
            if left == 1:
                del self._waiting[index]
            elif left is not None:
                self._waiting[index] = (fault, left - 1)
            return fault
        return None

    def clear(self) -> None:
        """Forget every fault."""
        self._waiting.clear()


REPLIES = {
    FaultKind.ERROR_500: Reply(500, PAGE.format("Internal Server Error").encode(), HTML),
    FaultKind.PLAIN_500: text("plain error", 500),
    FaultKind.BAD_GATEWAY: Reply(502, PAGE.format("Bad Gateway").encode(), HTML),
    FaultKind.UNAVAILABLE: as_json({"message": "The upstream server is currently unavailable"}, 503),
    FaultKind.NOT_UTF8: Reply(503, b"<h1>Service Unavailable \xff</h1>", HTML),
    FaultKind.GATEWAY_TIMEOUT: Reply(504),
    FaultKind.EMPTY: Reply(200),
    FaultKind.TRAP: text("Backend Service Reached"),
    FaultKind.HTML: Reply(200, PAGE.format("Scheduled Maintenance").encode(), HTML),
    FaultKind.TRUNCATED: Reply(200, b'[{"recordTypeId": 7, "id": 24', JSON),
    FaultKind.WRONG_SHAPE: as_json([[True]]),
    FaultKind.OVERSIZED: Reply(200, b"[" + b" " * OVERSIZED_BYTES + b"]", JSON),
}
"""The answers that are the same for both generations. The rest depends on the generation or is no answer."""
